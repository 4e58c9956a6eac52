package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
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

// ErrInstallation says that the database's logs belong to an installation of another name.
var ErrInstallation = errors.New("the installation has another name, and its logs carry it for ever")

// Migrate brings the schema up to date, after a copy of a database that already
// holds something, and creates the installation's log. An unknown newer schema
// is refused, and a name of the installation that is not the one in its logs.
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
	if have > 0 {
		if err := db.nameInstallation(ctx); err != nil {
			return err
		}
	}
	if have > 0 && have < target {
		if err := db.copyBefore(ctx, have); err != nil {
			return err
		}
	}
	if have < target {
		if _, err := provider.Up(ctx); err != nil {
			return fmt.Errorf("migrating the database: %w", err)
		}
	}
	if err := db.guidePlanner(ctx); err != nil {
		return err
	}
	if db.opt.Installation == "" {
		db.opt.Installation = "local"
	}
	// At every start: one that was killed after the migrations has left no log.
	_, err = db.writer.ExecContext(ctx, `INSERT INTO log_head (programme_id, origin, size, last_t) VALUES ($1, $2, 0, 0) ON CONFLICT DO NOTHING`,
		Installation, db.origin(""))
	return err
}

// nameInstallation takes the installation's name from its log, if there is one already.
func (db *DB) nameInstallation(ctx context.Context) error {
	var origin string
	err := db.writer.QueryRowContext(ctx, `SELECT origin FROM log_head WHERE programme_id = $1`, Installation).Scan(&origin)
	if IsNoRows(err) {
		return nil
	}
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(origin, "khettara/")
	if db.opt.Installation != "" && db.opt.Installation != name {
		return fmt.Errorf("%w: it is %q, not %q", ErrInstallation, name, db.opt.Installation)
	}
	db.opt.Installation = name
	return nil
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
	to := filepath.Join(db.opt.Folder, fmt.Sprintf("khettara.before-%04d.dump", version+1))
	if err := pgTool(ctx, "pg_dump", db.dsn, "--format=custom", "--file="+to); err != nil {
		return fmt.Errorf("the schema must change, and no copy could be made before (make a backup, then say migrate --backed-up): %w", err)
	}
	return nil
}
