package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// ErrLocked says that another process serves this database.
var ErrLocked = errors.New("another khettara process serves this database")

// processLock keeps one process per database.
type processLock interface {
	lost() error
	release() error
}

// advisoryKey is "khettara" in ASCII: the number of the advisory lock on PostgreSQL.
const advisoryKey = int64(0x6b68657474617261)

// pgLock holds an advisory lock on a connection of its own. When the server
// went away and came back, it takes the lock again; if another process was
// faster, writing stops.
type pgLock struct {
	db     *DB
	cancel context.CancelFunc
	done   chan struct{}
	state  atomic.Pointer[error]
}

func lockPostgres(ctx context.Context, db *DB) (processLock, error) {
	conn, err := waitAdvisory(ctx, db.writer)
	if err != nil {
		return nil, err
	}
	watch, cancel := context.WithCancel(context.Background())
	l := &pgLock{db: db, cancel: cancel, done: make(chan struct{})}
	go l.keep(watch, conn)
	return l, nil
}

// lockPatience is how long a start waits for the lock: PostgreSQL keeps the one of
// a process that was killed until its backend notices the broken connection.
const lockPatience = 10 * time.Second

// waitAdvisory takes the lock, and waits for it up to lockPatience while another
// connection holds it; then it returns ErrLocked.
func waitAdvisory(ctx context.Context, pool *sql.DB) (*sql.Conn, error) {
	deadline := time.Now().Add(lockPatience)
	for {
		conn, err := takeAdvisory(ctx, pool)
		if !errors.Is(err, ErrLocked) || time.Now().After(deadline) {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func takeAdvisory(ctx context.Context, pool *sql.DB) (*sql.Conn, error) {
	conn, err := pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var got bool
	if err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, advisoryKey).Scan(&got); err != nil {
		conn.Close()
		return nil, err
	}
	if !got {
		conn.Close()
		return nil, ErrLocked
	}
	return conn, nil
}

func (l *pgLock) keep(ctx context.Context, conn *sql.Conn) {
	defer close(l.done)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			if conn != nil {
				conn.ExecContext(context.Background(), `SELECT pg_advisory_unlock($1)`, advisoryKey)
				conn.Close()
			}
			return
		case <-tick.C:
		}
		if conn != nil && conn.PingContext(ctx) == nil {
			continue
		}
		if conn != nil {
			conn.Close()
		}
		var err error
		if conn, err = takeAdvisory(ctx, l.db.writer); err != nil {
			conn = nil
			err = fmt.Errorf("the database's process lock is lost: %w", err)
			l.state.Store(&err)
			continue
		}
		l.state.Store(nil)
	}
}

func (l *pgLock) lost() error {
	if p := l.state.Load(); p != nil {
		return *p
	}
	return nil
}

func (l *pgLock) release() error {
	l.cancel()
	<-l.done
	return nil
}
