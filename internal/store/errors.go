package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/khettara/khettara/internal/fault"
)

// Unchanged is returned by Write when the command was done before (see Tx.Once):
// nothing was written, and the earlier result stands.
//
//lint:ignore ST1012 it is an answer more than an error, and reads as one: store.Unchanged
var Unchanged = errors.New("already done")

// IsNoRows tells whether a query for one row found none.
func IsNoRows(err error) bool { return errors.Is(err, sql.ErrNoRows) }

// NullString and NullInt are column values that may be absent, for modules'
// files that scan rows but hold no SQL.
type (
	NullString = sql.NullString
	NullInt    = sql.NullInt64
)

// IsUniqueViolation tells whether a statement failed on a unique constraint.
func IsUniqueViolation(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		return lite.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || lite.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// IsUnavailable tells whether the database or the disk refuses for now: gone,
// full, busy beyond patience, or the time for waiting is over.
func IsUnavailable(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		for _, class := range []string{"08", "53", "57", "58"} {
			if strings.HasPrefix(pg.Code, class) {
				return true
			}
		}
		return pg.Code == "25006" // a read-only server, after a failover
	}
	var lite *sqlite.Error
	if errors.As(err, &lite) {
		switch lite.Code() & 0xff {
		case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED,
			sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_NOMEM:
			return true
		}
		return false
	}
	var network net.Error
	var connect *pgconn.ConnectError
	return errors.As(err, &network) || errors.As(err, &connect) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, context.DeadlineExceeded)
}

// classify turns a driver's error into a fault where it says that the database
// is unavailable; other errors, faults among them, pass.
func classify(err error) error {
	if err == nil {
		return nil
	}
	var f *fault.Error
	if errors.As(err, &f) || errors.Is(err, Unchanged) {
		return err
	}
	if IsUnavailable(err) {
		return fault.From(fault.Unavailable, err, "fault.unavailable")
	}
	return err
}
