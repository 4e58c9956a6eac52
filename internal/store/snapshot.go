package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
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
// may be running on it: a SQLite database, or a dump of pg_dump. It returns the
// logs as they stand in that copy.
func Snapshot(ctx context.Context, dsn, file string) ([]LogHead, error) {
	if DialectOf(dsn) == SQLite {
		return snapshotSQLite(ctx, strings.TrimPrefix(dsn, "sqlite:"), file)
	}
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	// pg_dump reads what this transaction sees, and nothing later.
	tx, err := db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	var snapshot string
	if err := tx.QueryRowContext(ctx, `SELECT pg_export_snapshot()`).Scan(&snapshot); err != nil {
		return nil, err
	}
	list, err := heads(ctx, tx)
	if err != nil {
		return nil, err
	}
	return list, pgTool(ctx, "pg_dump", dsn, "--format=custom", "--no-owner", "--snapshot="+snapshot, "--file="+file)
}

func snapshotSQLite(ctx context.Context, from, to string) ([]LogHead, error) {
	const readOnly = "?mode=ro&_pragma=busy_timeout(5000)"
	db, err := sql.Open("sqlite", "file:"+from+readOnly)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if _, err := db.ExecContext(ctx, `VACUUM INTO $1`, to); err != nil {
		return nil, err
	}
	copied, err := sql.Open("sqlite", "file:"+to+readOnly)
	if err != nil {
		return nil, err
	}
	defer copied.Close()
	return heads(ctx, copied)
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
	return pgTool(ctx, "pg_restore", dsn, "--exit-on-error", "--single-transaction", "--no-owner", file)
}

// pgTool runs a program of PostgreSQL's client package on a database. The
// password goes by the environment: everybody on the machine may read arguments.
func pgTool(ctx context.Context, name, dsn string, args ...string) error {
	path, err := exec.LookPath(name)
	if err != nil {
		return fmt.Errorf("%s was not found: install PostgreSQL's client programs", name)
	}
	dsn, password, given := cutPassword(dsn)
	cmd := exec.CommandContext(ctx, path, append([]string{"--dbname=" + dsn}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if given {
		cmd.Env = append(cmd.Env, "PGPASSWORD="+password)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// cutPassword takes the password out of an address, wherever it stands in it. The
// address may name several hosts, which is no URL of net/url.
func cutPassword(dsn string) (rest, password string, given bool) {
	head, query, _ := strings.Cut(dsn, "?")
	scheme, where, _ := strings.Cut(head, "://")
	if user, host, ok := cutLast(where, "@"); ok {
		if name, secret, ok := strings.Cut(user, ":"); ok {
			if plain, err := url.PathUnescape(secret); err == nil {
				secret = plain
			}
			password, given, where = secret, true, name+"@"+host
		}
	}
	rest = scheme + "://" + where
	if values, err := url.ParseQuery(query); err == nil && values.Has("password") {
		password, given = values.Get("password"), true
		values.Del("password")
		query = strings.ReplaceAll(values.Encode(), "+", "%20") // libpq reads a plus as itself
	}
	if query != "" {
		rest += "?" + query
	}
	return rest, password, given
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
