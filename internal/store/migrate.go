package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"regexp"
	"strings"
	"testing/fstest"

	"github.com/pressly/goose/v3"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

var sqliteOnly = regexp.MustCompile(`/\*sqlite:\s*([^*]*)\*/`)

// migrations is the set of files for a dialect: a comment /*sqlite: …*/ is
// applied there and dropped elsewhere; NAME.postgres.sql replaces NAME.sql on
// PostgreSQL.
func migrations(d Dialect) (fs.FS, error) {
	out := fstest.MapFS{}
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		to := path.Base(name)
		if special, ok := strings.CutSuffix(to, ".postgres.sql"); ok {
			if d != Postgres {
				continue
			}
			to = special + ".sql"
		} else if _, ok := out[to]; ok {
			continue
		}
		replace := ""
		if d == SQLite {
			replace = "$1"
		}
		out[to] = &fstest.MapFile{Data: sqliteOnly.ReplaceAll(text, []byte(replace))}
	}
	return out, nil
}

// ErrNewerSchema says that the database was written by a newer program.
var ErrNewerSchema = errors.New("the database's schema is newer than this program")

// Migrate brings the schema up to date, after a copy of a database that already
// holds something, and creates the installation's log. An unknown newer schema
// is refused.
func (db *DB) Migrate(ctx context.Context) error {
	files, err := migrations(db.dialect)
	if err != nil {
		return err
	}
	dialect := goose.DialectSQLite3
	if db.dialect == Postgres {
		dialect = goose.DialectPostgres
	}
	provider, err := goose.NewProvider(dialect, db.writer, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	have, target, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > target {
		return fmt.Errorf("%w: %d, this program knows %d", ErrNewerSchema, have, target)
	}
	if have == target {
		return nil
	}
	if have > 0 {
		if err := db.copyBefore(ctx, have); err != nil {
			return err
		}
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	_, err = db.writer.ExecContext(ctx, `INSERT INTO log_head (programme_id, origin, size, last_t) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING`,
		Installation, db.origin(""))
	return err
}

// copyBefore keeps a copy of the database before its schema changes.
func (db *DB) copyBefore(ctx context.Context, version int64) error {
	if db.opt.BackedUp {
		return nil
	}
	if db.dialect == SQLite {
		to := fmt.Sprintf("%s.before-%04d", db.file, version+1)
		if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		_, err := db.writer.ExecContext(ctx, `VACUUM INTO $1`, to)
		return err
	}
	dump, err := exec.LookPath("pg_dump")
	if err != nil {
		return errors.New("the schema must change and pg_dump was not found: make a backup, then say --backed-up")
	}
	to := fmt.Sprintf("khettara.before-%04d.dump", version+1)
	if out, err := exec.CommandContext(ctx, dump, "--format=custom", "--file="+to, db.dsn).CombinedOutput(); err != nil {
		return fmt.Errorf("pg_dump before the migration: %w: %s", err, out)
	}
	return nil
}
