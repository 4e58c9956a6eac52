package app

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"filippo.io/age"

	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/transparency"
)

// A backup is one file: a gzipped tar of a manifest, the database and the key
// files, encrypted to a recovery key in the age format. Whoever finds it without
// that key has nothing.
type manifest struct {
	Format   int            `json:"format"`
	Dialect  store.Dialect  `json:"dialect"`
	Database string         `json:"database_sha256"`
	Logs     []manifestHead `json:"logs"`
}

// manifestHead is a log as it stood in the copy.
type manifestHead struct {
	Origin string `json:"origin"`
	Size   int64  `json:"size"`
}

const (
	backupFormat = 1
	manifestFile = "manifest.json"
	databaseFile = "database"
	keysFolder   = "keys/"
	identityKey  = "identity.key"
)

type backupCmd struct {
	Config
	File        string `arg:"" help:"File to write." type:"path"`
	Recipient   string `help:"Recovery key (age1…) that the backup is encrypted to."`
	IdentityOut string `help:"Make a new recovery key and write its secret half to this file; keep it away from the machine." type:"path"`
}

func (c *backupCmd) Run(ctx context.Context, s *streams) error {
	cfg := c.Config.withDatabase()
	recipient, err := c.recipient(s)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(c.File), ".khettara-backup-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	copied := filepath.Join(dir, databaseFile)
	heads, err := store.Snapshot(ctx, cfg.DB, copied)
	if err != nil {
		return err
	}
	m := manifest{Format: backupFormat, Dialect: store.DialectOf(cfg.DB), Logs: manifestHeads(heads)}
	if m.Dialect == store.SQLite { // a dump of PostgreSQL is recomputed once it is loaded
		if err := m.check(ctx, "sqlite:"+copied, cfg); err != nil {
			return err
		}
	}
	if m.Database, err = fileHash(copied); err != nil { // opening it has changed its header
		return err
	}
	whole := filepath.Join(dir, "backup")
	if err := writeArchive(whole, recipient, m, copied, cfg.Data); err != nil {
		return err
	}
	if err := os.Rename(whole, c.File); err != nil {
		return err
	}
	return json.NewEncoder(s.out).Encode(m)
}

func (c *backupCmd) recipient(s *streams) (age.Recipient, error) {
	switch {
	case c.Recipient != "" && c.IdentityOut == "":
		return age.ParseX25519Recipient(c.Recipient)
	case c.Recipient == "" && c.IdentityOut != "":
		id, err := age.GenerateX25519Identity()
		if err != nil {
			return nil, err
		}
		f, err := os.OpenFile(c.IdentityOut, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if _, err := fmt.Fprintln(f, id); err != nil {
			return nil, err
		}
		fmt.Fprintf(s.err, "khettara: recovery key %s; its secret half is in %s\n", id.Recipient(), c.IdentityOut)
		return id.Recipient(), nil
	}
	return nil, errors.New("say --recipient or --identity-out, one of them")
}

func manifestHeads(logs []store.LogHead) (heads []manifestHead) {
	for _, l := range logs {
		heads = append(heads, manifestHead{l.Origin, l.Size})
	}
	return heads
}

// check opens a copy of a database apart from any server, recomputes each of its
// logs whole and compares them with the manifest.
func (m manifest) check(ctx context.Context, dsn string, cfg Config) error {
	db, err := store.Open(ctx, dsn, store.Options{})
	if err != nil {
		return err
	}
	defer db.Close()
	record := transparency.New(db, filepath.Join(cfg.Data, "keys"))
	logs, err := db.Logs(ctx)
	if err != nil {
		return err
	}
	for _, l := range logs {
		if _, err := record.Fsck(ctx, l.ID); err != nil {
			return err
		}
	}
	if heads := manifestHeads(logs); !slices.Equal(heads, m.Logs) {
		return fmt.Errorf("it holds the logs %v, the manifest says %v", heads, m.Logs)
	}
	return nil
}

func writeArchive(to string, recipient age.Recipient, m manifest, database, data string) error {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	sealed, err := age.Encrypt(f, recipient)
	if err != nil {
		return err
	}
	zipped := gzip.NewWriter(sealed)
	archive := tar.NewWriter(zipped)
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := addBytes(archive, manifestFile, text); err != nil {
		return err
	}
	if err := addFile(archive, databaseFile, database); err != nil {
		return err
	}
	if err := addKeys(archive, data); err != nil {
		return err
	}
	return errors.Join(archive.Close(), zipped.Close(), sealed.Close(), f.Sync())
}

// addKeys adds the key files. A backup without the identity key is none: the names
// in its database could not be read again.
func addKeys(archive *tar.Writer, data string) error {
	files, err := filepath.Glob(filepath.Join(data, keysFolder, "*.key"))
	if err != nil {
		return err
	}
	for _, file := range append(files, filepath.Join(data, identityKey)) {
		name, err := filepath.Rel(data, file)
		if err != nil {
			return err
		}
		if err := addFile(archive, filepath.ToSlash(name), file); err != nil {
			return err
		}
	}
	return nil
}

func addBytes(archive *tar.Writer, name string, b []byte) error {
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(b))}); err != nil {
		return err
	}
	_, err := archive.Write(b)
	return err
}

func addFile(archive *tar.Writer, name, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if err := archive.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: info.Size()}); err != nil {
		return err
	}
	_, err = io.Copy(archive, f)
	return err
}

func fileHash(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// withDatabase fills in the default places of the data and the database.
func (c Config) withDatabase() Config {
	if c.Data == "" {
		c.Data = "khettara-data"
		if c.demo {
			c.Data = "demo-data"
		}
	}
	if c.DB == "" {
		c.DB = "sqlite:" + filepath.Join(c.Data, "khettara.db")
	}
	return c
}

// sqliteFile is the database's file on SQLite.
func (c Config) sqliteFile() string { return strings.TrimPrefix(c.DB, "sqlite:") }
