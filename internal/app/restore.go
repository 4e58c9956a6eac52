package app

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"

	"github.com/khettara/khettara/internal/store"
)

// ErrDamaged says that a backup is not what was written: nothing was replaced.
var ErrDamaged = errors.New("the backup is damaged, nothing was replaced")

type restoreCmd struct {
	Config
	File     string `arg:"" help:"Backup to restore." type:"existingfile"`
	Identity string `help:"File with the secret half of the recovery key." type:"existingfile" required:""`
	Check    bool   `help:"Only verify the backup."`
}

func (c *restoreCmd) Run(ctx context.Context, s *streams) error {
	cfg := c.Config.withDatabase()
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return err
	}
	dir, err := os.MkdirTemp(cfg.Data, ".khettara-restore-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	m, err := c.unpack(dir)
	if err != nil {
		return err
	}
	if err := verifyBackup(ctx, cfg, dir, m); err != nil {
		return err
	}
	if !c.Check {
		if err := c.replace(ctx, cfg, dir, m); err != nil {
			return err
		}
	}
	return json.NewEncoder(s.out).Encode(m)
}

// unpack decrypts the backup into a folder of its own. The format authenticates
// every chunk, so a changed byte is found here.
func (c *restoreCmd) unpack(dir string) (m manifest, err error) {
	secret, err := os.Open(c.Identity)
	if err != nil {
		return m, err
	}
	defer secret.Close()
	ids, err := age.ParseIdentities(secret)
	if err != nil {
		return m, fmt.Errorf("--identity: %w", err)
	}
	f, err := os.Open(c.File)
	if err != nil {
		return m, err
	}
	defer f.Close()
	plain, err := age.Decrypt(f, ids...)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	zipped, err := gzip.NewReader(plain)
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := extract(tar.NewReader(zipped), dir); err != nil {
		return m, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if _, err := io.Copy(io.Discard, zipped); err != nil { // to the authenticated end
		return m, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	text, err := os.ReadFile(filepath.Join(dir, manifestFile))
	if err != nil {
		return m, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if err := json.Unmarshal(text, &m); err != nil || m.Format != backupFormat {
		return m, fmt.Errorf("%w: manifest of format %d: %v", ErrDamaged, m.Format, err)
	}
	return m, nil
}

func extract(archive *tar.Reader, dir string) error {
	for {
		h, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		known := h.Name == manifestFile || h.Name == databaseFile || h.Name == identityKey ||
			strings.HasPrefix(h.Name, keysFolder) && strings.HasSuffix(h.Name, ".key")
		if !known || !filepath.IsLocal(h.Name) {
			return fmt.Errorf("unknown file %q", h.Name)
		}
		to := filepath.Join(dir, filepath.FromSlash(h.Name))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			return err
		}
		if err := writeNew(to, archive); err != nil {
			return err
		}
	}
}

func writeNew(to string, from io.Reader) error {
	f, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	if _, err := io.Copy(f, from); err != nil {
		f.Close()
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// verifyBackup holds the copy against its manifest: its hash, the identity key,
// every log whole, no leaf missing.
func verifyBackup(ctx context.Context, cfg Config, dir string, m manifest) error {
	if m.Dialect != store.DialectOf(cfg.DB) {
		return fmt.Errorf("the backup is of %s, and --db names %s", m.Dialect, store.DialectOf(cfg.DB))
	}
	hash, err := fileHash(filepath.Join(dir, databaseFile))
	if err != nil || hash != m.Database {
		return fmt.Errorf("%w: the database's hash differs: %v", ErrDamaged, err)
	}
	if _, err := os.Stat(filepath.Join(dir, identityKey)); err != nil {
		return fmt.Errorf("%w: without its %s no name in it can be read: %w", ErrDamaged, identityKey, err)
	}
	if m.Dialect == store.Postgres {
		return nil // the logs are recomputed after the dump is loaded into the empty database
	}
	cfg.Data = dir // with the keys of the backup
	if err := m.check(ctx, "sqlite:"+filepath.Join(dir, databaseFile), cfg); err != nil {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil
}

// replace puts the verified copy in place; what was there is kept beside it.
func (c *restoreCmd) replace(ctx context.Context, cfg Config, dir string, m manifest) error {
	kept := ".replaced-" + time.Now().UTC().Format("20060102-150405.000000000") // a second restore keeps its own
	if m.Dialect == store.Postgres {
		if err := store.LoadDump(ctx, cfg.DB, filepath.Join(dir, databaseFile)); err != nil {
			return err
		}
		keyed := cfg
		keyed.Data = dir
		if err := m.check(ctx, cfg.DB, keyed); err != nil {
			return fmt.Errorf("%w, but the dump is loaded; empty the database again: %w", ErrDamaged, err)
		}
		return restoreKeys(dir, cfg.Data, kept)
	}
	file := cfg.sqliteFile()
	lock, err := store.Open(ctx, cfg.DB, store.Options{}) // refuses while a server runs
	if err != nil {
		return err
	}
	if err := lock.Close(); err != nil {
		return err
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Rename(file+suffix, file+kept+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if err := os.Rename(filepath.Join(dir, databaseFile), file); err != nil {
		return err
	}
	return restoreKeys(dir, cfg.Data, kept)
}

// restoreKeys puts the key files of the backup in place. A different key that
// stands there is kept beside, and one that the backup does not hold stays where
// it is: a key that is lost takes every name, or every signature, with it.
func restoreKeys(dir, data, kept string) error {
	keys, err := filepath.Glob(filepath.Join(dir, keysFolder, "*.key"))
	if err != nil {
		return err
	}
	for _, key := range append(keys, filepath.Join(dir, identityKey)) {
		name, err := filepath.Rel(dir, key)
		if err != nil {
			return err
		}
		if err := restoreKey(key, filepath.Join(data, name), kept); err != nil {
			return err
		}
	}
	return nil
}

func restoreKey(from, to, kept string) error {
	fresh, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	there, err := os.ReadFile(to)
	switch {
	case err == nil && bytes.Equal(there, fresh):
		return nil
	case err == nil:
		err = os.Rename(to, to+kept)
	case errors.Is(err, fs.ErrNotExist):
		err = os.MkdirAll(filepath.Dir(to), 0o700)
	}
	if err != nil {
		return err
	}
	return os.Rename(from, to)
}
