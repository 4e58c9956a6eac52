package testkit

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/khettara/khettara/internal/store"
)

// Runner is a *testing.T or a *testing.B.
type Runner[T testing.TB] interface {
	testing.TB
	Run(name string, fn func(T)) bool
}

// EachDSN runs fn once for each database Khettara runs on, as the subtests
// "sqlite" and "postgres", with the address of an empty database that is gone
// after the test. Tests get a PostgreSQL that never flushes to the disk,
// benchmarks one that does.
func EachDSN[T Runner[T]](t T, fn func(t T, dsn string)) {
	t.Helper()
	t.Run(string(store.SQLite), func(t T) { fn(t, DSN(t, store.SQLite)) })
	t.Run(string(store.Postgres), func(t T) { fn(t, DSN(t, store.Postgres)) })
}

// EachDB is EachDSN with the database opened and migrated, on the real clock.
// For a clock of the test's own use EachDSN with Open.
func EachDB[T Runner[T]](t T, fn func(t T, db *store.DB)) {
	t.Helper()
	EachDSN(t, func(t T, dsn string) { fn(t, Open(t, dsn, store.Options{})) })
}

// DSN makes an empty database and returns its address for store.Open or --db.
func DSN(t testing.TB, engine store.Dialect) string {
	t.Helper()
	if engine == store.SQLite {
		return "sqlite:" + filepath.Join(t.TempDir(), "khettara.db")
	}
	if _, benchmark := t.(*testing.B); benchmark {
		return durable.postgresDSN(t)
	}
	return quick.postgresDSN(t)
}

// Open opens and migrates a database, and closes it when the test ends. What
// the store logs goes to the test's output unless opt names another logger.
func Open(t testing.TB, dsn string, opt store.Options) *store.DB {
	t.Helper()
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	}
	db, err := store.Open(t.Context(), dsn, opt)
	if err != nil {
		t.Fatalf("opening the database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing the database: %v", err)
		}
	})
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatalf("migrating the database: %v", err)
	}
	return db
}
