// Package store keeps everything that Khettara must not lose: the pools of the
// two databases it runs on, the three kinds of write, the change log with its
// cursors, and the migrations. It knows no module and no table but its own.
//
// Terms: a log is the list of changes of one programme (or of the installation);
// a change is one leaf of that log; a reader turns changes into something derived.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver of PostgreSQL
	_ "modernc.org/sqlite"             // the driver of SQLite

	"github.com/google/uuid"
)

// Dialect tells the two databases apart where a statement must differ.
type Dialect string

// The databases Khettara runs on.
const (
	SQLite   Dialect = "sqlite"
	Postgres Dialect = "postgres"
)

// Installation is the id of the installation's own log: people, organisations,
// the creation of programmes and keys.
const Installation = "installation"

// Querier reads. *DB.Read() and *Tx are Queriers.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Execer reads and writes.
type Execer interface {
	Querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	Values(rows, columns int) string // placeholders of a multi-row INSERT, see Tx.Values
}

// Options of a database. The zero value is good for tests.
type Options struct {
	// Clock gives the time of writes; nil is time.Now.
	Clock func() time.Time
	// Logger receives what operators must know; nil discards it.
	Logger *slog.Logger
	// Installation is the name in the origin of this installation's logs. The first
	// Migrate fixes it; "" is the name it was given then, and "local" in a new database.
	Installation string
	// Folder is where Migrate puts the copy of a PostgreSQL database; "" is the working directory.
	Folder string
	// BackedUp says that an operator has a backup, so that Migrate need not make one.
	BackedUp bool
}

// DB is an open database: one queue of writers, a pool of readers.
type DB struct {
	dialect Dialect
	writer  *sql.DB
	reader  *sql.DB
	opt     Options
	dsn     string
	file    string // of SQLite
	lock    processLock

	queueMu sync.Mutex
	queues  map[string]chan struct{} // one token per log; SQLite has one for all

	wakeMu  sync.Mutex
	wakers  map[chan struct{}]struct{}
	stopped atomic.Pointer[error] // why writing has stopped, if it has
}

var installationForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$`)

// Open connects to "sqlite:FILE" or "postgres://…" and takes the lock that keeps
// a second process away. It does not migrate.
func Open(ctx context.Context, dsn string, opt Options) (*DB, error) {
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.Logger == nil {
		opt.Logger = slog.New(slog.DiscardHandler)
	}
	if opt.Installation != "" && !installationForm.MatchString(opt.Installation) {
		return nil, fmt.Errorf("%q cannot name an installation: letters, digits, points and hyphens only", opt.Installation)
	}
	db := &DB{opt: opt, dsn: dsn, queues: map[string]chan struct{}{}, wakers: map[chan struct{}]struct{}{}}
	var err error
	switch {
	case strings.HasPrefix(dsn, "sqlite:"):
		err = db.openSQLite(ctx, strings.TrimPrefix(dsn, "sqlite:"))
	case strings.HasPrefix(dsn, "postgres://"), strings.HasPrefix(dsn, "postgresql://"):
		err = db.openPostgres(ctx, dsn)
	default:
		err = errors.New("the database is sqlite:FILE or postgres://…")
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}

func (db *DB) openSQLite(ctx context.Context, file string) error {
	db.dialect, db.file = SQLite, file
	lock, err := lockFile(file + ".lock")
	if err != nil {
		return err
	}
	db.lock = lock
	const common = "?_pragma=busy_timeout(5000)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&_pragma=temp_store(MEMORY)&_pragma=cache_size(-8000)"
	// journal_mode is kept in the file; asking for it again is harmless.
	if db.writer, err = sql.Open("sqlite", "file:"+file+common+"&_pragma=journal_mode(WAL)&_txlock=immediate"); err != nil {
		return err
	}
	db.writer.SetMaxOpenConns(1)
	db.writer.SetConnMaxIdleTime(0)
	if err := db.writer.PingContext(ctx); err != nil {
		return fmt.Errorf("opening %s: %w", file, err)
	}
	if db.reader, err = sql.Open("sqlite", "file:"+file+common+"&_pragma=query_only(1)"); err != nil {
		return err
	}
	n := max(4, 2*runtime.NumCPU())
	db.reader.SetMaxOpenConns(n)
	db.reader.SetMaxIdleConns(n)
	return nil
}

func (db *DB) openPostgres(ctx context.Context, dsn string) (err error) {
	db.dialect = Postgres
	if db.writer, err = sql.Open("pgx", dsn); err != nil {
		return err
	}
	n := max(16, 8*runtime.NumCPU())
	db.writer.SetMaxOpenConns(n)
	db.writer.SetMaxIdleConns(n)
	db.reader = db.writer
	if err := db.writer.PingContext(ctx); err != nil {
		return fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	db.lock, err = lockPostgres(ctx, db)
	return err
}

// Close ends all connections and gives the process lock back.
func (db *DB) Close() error {
	var errs []error
	if db.reader != nil && db.reader != db.writer {
		errs = append(errs, db.reader.Close())
	}
	if db.lock != nil {
		errs = append(errs, db.lock.release())
	}
	if db.writer != nil {
		errs = append(errs, db.writer.Close())
	}
	return errors.Join(errs...)
}

// Dialect is the kind of database.
func (db *DB) Dialect() Dialect { return db.dialect }

// File is the database's file on SQLite, "" on PostgreSQL.
func (db *DB) File() string { return db.file }

// DSN is the address the database was opened with. It may hold a password: never log it.
func (db *DB) DSN() string { return db.dsn }

// Read is the pool for queries outside a write.
func (db *DB) Read() Querier { return db.reader }

// Now is the time by the database's clock, UTC, in whole milliseconds.
func (db *DB) Now() time.Time { return db.opt.Clock().UTC().Truncate(time.Millisecond) }

// InstallationName is the name in the origin of this installation's logs, known once Migrate has run.
func (db *DB) InstallationName() string { return db.opt.Installation }

// Ping tells whether the database answers and can be written to.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.writingStopped(); err != nil {
		return err
	}
	return db.reader.PingContext(ctx)
}

// StopWriting makes every further write fail with the reason: a tree that
// disagrees with the table must not grow.
func (db *DB) StopWriting(reason error) {
	db.opt.Logger.Error("writing has stopped", "reason", reason)
	db.stopped.CompareAndSwap(nil, &reason)
}

func (db *DB) writingStopped() error {
	if p := db.stopped.Load(); p != nil {
		return *p
	}
	if db.lock != nil {
		return db.lock.lost()
	}
	return nil
}

// NewID makes an id: a UUIDv7, which sorts by time. Never for ballots: it is a clock.
func NewID() string { return uuid.Must(uuid.NewV7()).String() }

// Millis is a time as it is stored: Unix milliseconds.
func Millis(t time.Time) int64 { return t.UnixMilli() }

// Time is a stored time; 0 is the zero time.
func Time(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// Scrub makes the database forget what deleted rows leave behind in tables and
// journals: after a vote closes, nothing of the order of casting may stay.
func (db *DB) Scrub(ctx context.Context, tables ...string) error {
	if db.dialect == SQLite {
		leave, err := db.queue(ctx, "")
		if err != nil {
			return err
		}
		defer leave()
		if _, err := db.writer.ExecContext(ctx, `VACUUM`); err != nil {
			return classify(err)
		}
		_, err = db.writer.ExecContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`)
		return classify(err)
	}
	for _, t := range tables {
		if _, err := db.writer.ExecContext(ctx, `VACUUM FULL `+t); err != nil {
			return classify(err)
		}
	}
	return nil
}
