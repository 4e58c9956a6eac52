package store_test

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// open opens and migrates a database under a name of the installation, and closes it.
func open(t *testing.T, dsn, name string, also func(db *store.DB)) error {
	t.Helper()
	db, err := store.Open(t.Context(), dsn, store.Options{Installation: name})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Migrate(t.Context()); err != nil {
		return err
	}
	if also != nil {
		also(db)
	}
	return nil
}

// TestTheFirstStartNamesTheInstallation: later ones need not say it, and cannot change it.
func TestTheFirstStartNamesTheInstallation(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		for _, name := range []string{"rabat.example", "rabat.example", ""} {
			if err := open(t, dsn, name, func(db *store.DB) {
				if db.InstallationName() != "rabat.example" {
					t.Errorf("started as %q it is %q", name, db.InstallationName())
				}
			}); err != nil {
				t.Errorf("started as %q: %v", name, err)
			}
		}
		if err := open(t, dsn, "local", nil); !errors.Is(err, store.ErrInstallation) {
			t.Errorf("another name: %v", err)
		}
	})
	if err := open(t, testkit.DSN(t, store.SQLite), "", func(db *store.DB) {
		if db.InstallationName() != "local" {
			t.Errorf("without a name it is %q", db.InstallationName())
		}
	}); err != nil {
		t.Error(err)
	}
}

// TestAStartThatWasKilledIsMended: the schema is there, the installation's log is not yet.
func TestAStartThatWasKilledIsMended(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		if err := open(t, dsn, "", func(db *store.DB) {
			if err := db.WriteUnlogged(t.Context(), func(tx *store.Tx) error { return tx.Exec(`DELETE FROM log_head`) }); err != nil {
				t.Fatal(err)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if err := open(t, dsn, "", func(db *store.DB) {
			if err := db.Write(t.Context(), store.Installation, func(tx *store.Tx) error {
				_, err := tx.Append(store.Change{Kind: "k", Subject: "s"})
				return err
			}); err != nil {
				t.Errorf("it can never write: %v", err)
			}
		}); err != nil {
			t.Fatal(err)
		}
	})
}

// withPassword puts a password into an address that needs none.
func withPassword(t *testing.T, dsn, password string) string {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword(u.User.Username(), password)
	return u.String()
}

// TestNoPasswordInArguments: everybody on the machine may read the arguments of a program.
func TestNoPasswordInArguments(t *testing.T) {
	dsn := withPassword(t, testkit.DSN(t, store.Postgres), "p@ss/wörd+1")
	if err := open(t, dsn, "", nil); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"pg_dump", "pg_restore"} {
		real, err := exec.LookPath(name)
		if err != nil {
			t.Fatal(err)
		}
		script := "#!/bin/sh\necho \"$@\" >>" + dir + "/arguments\necho \"$PGPASSWORD\" >>" + dir + "/password\nexec " + real + " \"$@\"\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":"+os.Getenv("PATH"))
	dump := filepath.Join(dir, "dump")
	logs, err := store.Snapshot(t.Context(), dsn, dump)
	if err != nil || len(logs) != 1 || logs[0].Origin != "khettara/local" {
		t.Fatalf("logs %v, %v", logs, err)
	}
	if err := store.LoadDump(t.Context(), withPassword(t, testkit.DSN(t, store.Postgres), "p@ss/wörd+1")+"&password=p%40ss%2Fw%C3%B6rd%2B1", dump); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]bool{"arguments": false, "password": true} {
		text, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(string(text), "p@ss/wörd+1") == 2; got != want || !want && strings.Contains(string(text), "p%40ss") {
			t.Errorf("%s: %s", file, text)
		}
	}
}

// TestACopyIsKeptBeforeTheSchemaChanges: on SQLite beside the database, on
// PostgreSQL in the folder that the program keeps to itself.
func TestACopyIsKeptBeforeTheSchemaChanges(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		folder := t.TempDir()
		db := testkit.Open(t, dsn, store.Options{Folder: folder})
		if err := db.WriteUnlogged(context.Background(), func(tx *store.Tx) error {
			return tx.Exec(`DELETE FROM goose_db_version WHERE version_id > 9`)
		}); err != nil {
			t.Fatal(err)
		}
		if err := db.Migrate(t.Context()); err == nil {
			t.Fatal("the last migration ran twice")
		}
		copied := filepath.Join(folder, "khettara.before-0010.dump")
		if db.Dialect() == store.SQLite {
			copied = db.File() + ".before-0010"
		}
		if info, err := os.Stat(copied); err != nil || info.Size() == 0 {
			t.Errorf("no copy: %v", err)
		}
	})
}
