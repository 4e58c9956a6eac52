package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// DialectOf is the kind of database that an address names.
func DialectOf(dsn string) Dialect {
	if strings.HasPrefix(dsn, "sqlite:") {
		return SQLite
	}
	return Postgres
}

// Snapshot writes a consistent copy of a database to a new file while a server
// may be running on it: a SQLite database, or a dump of pg_dump.
func Snapshot(ctx context.Context, dsn, file string) error {
	if DialectOf(dsn) == SQLite {
		db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(dsn, "sqlite:")+"?mode=ro&_pragma=busy_timeout(5000)")
		if err != nil {
			return err
		}
		defer db.Close()
		_, err = db.ExecContext(ctx, `VACUUM INTO $1`, file)
		return err
	}
	return pgTool(ctx, "pg_dump", "--format=custom", "--no-owner", "--file="+file, dsn)
}

// ErrNotEmpty says that a database to restore into already holds something.
var ErrNotEmpty = errors.New("the database already holds tables")

// LoadDump restores a dump into an empty PostgreSQL database, all or nothing.
func LoadDump(ctx context.Context, dsn, file string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	defer db.Close()
	var tables int
	if err := db.QueryRowContext(ctx, `SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'public'`).Scan(&tables); err != nil {
		return err
	}
	if tables > 0 {
		return ErrNotEmpty
	}
	return pgTool(ctx, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--dbname="+dsn, file)
}

// pgTool runs a program of PostgreSQL's client package.
func pgTool(ctx context.Context, name string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("%s was not found: install PostgreSQL's client programs", name)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}
