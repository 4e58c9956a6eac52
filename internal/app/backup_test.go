package app

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// filled makes a database with one programme and closes it.
func filled(t *testing.T, dsn, data string) Config {
	t.Helper()
	cfg := Config{DB: dsn, Data: data, Installation: "local"}
	a, err := New(t.Context(), cfg, logger(t.Output()))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Programmes.Create(t.Context(), accounts.Actor{Person: "admin", Admin: true},
		programme.Foundation{Slug: "marrakech", Territory: "07.351", Name: i18n.Text{Ar: "عمالة مراكش"}}); err != nil {
		t.Fatal(err)
	}
	if err := a.DB.CatchUp(t.Context(), a.readers...); err != nil {
		t.Fatal(err)
	}
	if err := a.Record.SealAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func backUp(t *testing.T, cfg Config) (file, identity string) {
	t.Helper()
	dir := t.TempDir()
	file, identity = filepath.Join(dir, "b.age"), filepath.Join(dir, "recovery.key")
	if err := (&backupCmd{Config: cfg, File: file, IdentityOut: identity}).Run(t.Context(), &streams{t.Output(), t.Output()}); err != nil {
		t.Fatal(err)
	}
	return file, identity
}

func TestBackupRestoresOnBothDatabases(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		cfg := filled(t, dsn, t.TempDir())
		file, identity := backUp(t, cfg)
		to := Config{DB: testkit.DSN(t, store.DialectOf(dsn)), Data: t.TempDir(), Installation: "local"}
		var out bytes.Buffer
		if err := (&restoreCmd{Config: to, File: file, Identity: identity}).Run(t.Context(), &streams{&out, t.Output()}); err != nil {
			t.Fatal(err)
		}
		a, err := New(t.Context(), to, logger(t.Output()))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		p, err := a.Programmes.Programme(context.Background(), "marrakech")
		if err != nil || p.Name.Ar != "عمالة مراكش" {
			t.Fatalf("restored programme %+v, %v", p, err)
		}
		if audit, err := a.Record.Fsck(t.Context(), p.ID); err != nil || audit.KeyMissing || audit.Leaves == 0 {
			t.Errorf("the restored record: %+v, %v", audit, err)
		}
	})
}

func TestADamagedBackupReplacesNothing(t *testing.T) {
	cfg := filled(t, "sqlite:"+filepath.Join(t.TempDir(), "k.db"), t.TempDir())
	file, identity := backUp(t, cfg)
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(cfg.sqliteFile())
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int{10, len(good) / 3, len(good) / 2, len(good) - 1} {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		if err := os.WriteFile(file, bad, 0o600); err != nil {
			t.Fatal(err)
		}
		err := (&restoreCmd{Config: cfg, File: file, Identity: identity}).Run(t.Context(), &streams{t.Output(), t.Output()})
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d flipped: %v, want ErrDamaged", at, err)
		}
	}
	if err := os.WriteFile(file, good[:len(good)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&restoreCmd{Config: cfg, File: file, Identity: identity}).Run(t.Context(), &streams{t.Output(), t.Output()}); !errors.Is(err, ErrDamaged) {
		t.Errorf("half a backup: %v", err)
	}
	after, err := os.ReadFile(cfg.sqliteFile())
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the database was touched, %v", err)
	}
	left, _ := filepath.Glob(filepath.Join(cfg.Data, ".khettara-restore-*"))
	if len(left) > 0 {
		t.Errorf("folders stay behind: %s", strings.Join(left, " "))
	}
}

func restore(t *testing.T, cfg Config, file, identity string) error {
	t.Helper()
	return (&restoreCmd{Config: cfg, File: file, Identity: identity}).Run(t.Context(), &streams{t.Output(), t.Output()})
}

// TestRestoringTwiceLosesNoKey: whatever key stood in the data folder, and
// however often somebody restores, it is still there afterwards.
func TestRestoringTwiceLosesNoKey(t *testing.T) {
	sqlite := func() string { return "sqlite:" + filepath.Join(t.TempDir(), "k.db") }
	file, identity := backUp(t, filled(t, sqlite(), t.TempDir()))
	live := filled(t, sqlite(), t.TempDir())
	key := filepath.Join(live.Data, identityKey)
	own, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := filepath.Join(live.Data, keysFolder, "elsewhere.key")
	if err := os.WriteFile(elsewhere, own, 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := restore(t, live, file, identity); err != nil {
			t.Fatal(err)
		}
	}
	if now, err := os.ReadFile(key); err != nil || bytes.Equal(now, own) {
		t.Errorf("the backup's key is not in place: %v", err)
	}
	if _, err := os.Stat(elsewhere); err != nil {
		t.Errorf("a key that the backup does not hold is gone: %v", err)
	}
	kept, _ := filepath.Glob(key + ".replaced-*")
	found := false
	for _, f := range kept {
		b, err := os.ReadFile(f)
		found = found || err == nil && bytes.Equal(b, own)
	}
	if !found || len(kept) != 1 {
		t.Errorf("the key that stood there is lost; kept are %v", kept)
	}
	if databases, _ := filepath.Glob(live.sqliteFile() + ".replaced-*[0-9]"); len(databases) != 2 {
		t.Errorf("databases kept: %v, want both", databases)
	}
}

// TestABackupHoldsTheIdentityKey: one without it is neither made nor restored.
func TestABackupHoldsTheIdentityKey(t *testing.T) {
	cfg := filled(t, "sqlite:"+filepath.Join(t.TempDir(), "k.db"), t.TempDir())
	dir := t.TempDir()
	wrong := cfg
	wrong.Data = filepath.Join(dir, "elsewhere")
	err := (&backupCmd{Config: wrong, File: filepath.Join(dir, "b"), IdentityOut: filepath.Join(dir, "r")}).Run(t.Context(), &streams{t.Output(), t.Output()})
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a backup without its key was made: %v", err)
	}
	copied := filepath.Join(dir, databaseFile)
	heads, err := store.Snapshot(t.Context(), cfg.DB, copied)
	if err != nil {
		t.Fatal(err)
	}
	m := manifest{Format: backupFormat, Dialect: store.SQLite, Logs: manifestHeads(heads)}
	if m.Database, err = fileHash(copied); err != nil {
		t.Fatal(err)
	}
	if err := verifyBackup(t.Context(), cfg, dir, m); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), identityKey) {
		t.Errorf("a backup without its key is taken: %v", err)
	}
}

// TestADumpWithoutItsLeavesIsDamaged: on PostgreSQL the logs are held against the
// manifest once the dump is loaded, and no key is replaced before.
func TestADumpWithoutItsLeavesIsDamaged(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		cfg := filled(t, dsn, t.TempDir())
		dir := t.TempDir()
		copied := filepath.Join(dir, databaseFile)
		heads, err := store.Snapshot(t.Context(), cfg.DB, copied)
		if err != nil || len(heads) != 2 {
			t.Fatalf("%v, %v", heads, err)
		}
		m := manifest{Format: backupFormat, Dialect: store.DialectOf(dsn), Logs: manifestHeads(heads)}
		m.Logs[0].Size++
		if m.Database, err = fileHash(copied); err != nil {
			t.Fatal(err)
		}
		if err := os.CopyFS(dir, os.DirFS(cfg.Data)); err != nil {
			t.Fatal(err)
		}
		to := Config{DB: testkit.DSN(t, store.DialectOf(dsn)), Data: t.TempDir()}
		err = verifyBackup(t.Context(), to, dir, m)
		if m.Dialect == store.Postgres && err == nil {
			err = (&restoreCmd{}).replace(t.Context(), to, dir, m)
		}
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("a backup that lacks a leaf: %v", err)
		}
		if _, err := os.Stat(filepath.Join(to.Data, identityKey)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("a key was put in place: %v", err)
		}
	})
}
