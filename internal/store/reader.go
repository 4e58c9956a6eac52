package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Reader turns the changes of a log into something derived. Apply and the
// cursor share one transaction, so each batch takes effect exactly once. A
// change that Apply refuses stops the reader for that log: it shows as lag and
// is never skipped.
type Reader interface {
	Name() string
	Apply(ctx context.Context, ex Execer, log string, batch []Recorded) error
}

// readerBatch bounds what a reader takes in one transaction.
const readerBatch = 100

// RunReaders feeds the readers until ctx ends. It wakes on every write and looks
// again each second, for changes of a time when nobody listened.
func (db *DB) RunReaders(ctx context.Context, readers ...Reader) {
	wake := make(chan struct{}, 1)
	db.wakeMu.Lock()
	db.wakers[wake] = struct{}{}
	db.wakeMu.Unlock()
	defer func() {
		db.wakeMu.Lock()
		delete(db.wakers, wake)
		db.wakeMu.Unlock()
	}()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		if err := db.CatchUp(ctx, readers...); err != nil && ctx.Err() == nil {
			db.opt.Logger.Error("a reader of the log has stopped", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-wake:
		case <-tick.C:
		}
	}
}

func (db *DB) wake() {
	db.wakeMu.Lock()
	defer db.wakeMu.Unlock()
	for c := range db.wakers {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}

// CatchUp feeds the readers until none lags. Errors of readers are joined; the
// others go on.
func (db *DB) CatchUp(ctx context.Context, readers ...Reader) error {
	logs, err := db.Logs(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range readers {
		for _, log := range logs {
			if err := db.catchUp(ctx, r, log.ID); err != nil {
				errs = append(errs, err)
			}
		}
	}
	return errors.Join(errs...)
}

func (db *DB) catchUp(ctx context.Context, r Reader, log string) error {
	for {
		n, err := db.cursor(ctx, r.Name(), log)
		if err != nil {
			return err
		}
		batch, err := db.Changes(ctx, log, n, readerBatch)
		if err != nil || len(batch) == 0 {
			return err
		}
		err = db.WriteUnlogged(ctx, func(tx *Tx) error {
			if err := r.Apply(tx.Context(), tx, log, batch); err != nil {
				return err
			}
			return tx.Exec(`INSERT INTO reader_cursor (programme_id, reader, n) VALUES ($1, $2, $3)
				ON CONFLICT (programme_id, reader) DO UPDATE SET n = excluded.n`, log, r.Name(), batch[len(batch)-1].N+1)
		})
		if err != nil {
			return err
		}
	}
}

func (db *DB) cursor(ctx context.Context, reader, log string) (n int64, err error) {
	err = db.reader.QueryRowContext(ctx, `SELECT n FROM reader_cursor WHERE programme_id = $1 AND reader = $2`, log, reader).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, classify(err)
}

// Lag is the number of changes, over all logs, that a reader has not taken yet.
func (db *DB) Lag(ctx context.Context, reader string) (lag int64, err error) {
	err = db.reader.QueryRowContext(ctx, `SELECT CAST(COALESCE(SUM(h.size - COALESCE(c.n, 0)), 0) AS BIGINT) FROM log_head h
		LEFT JOIN reader_cursor c ON c.programme_id = h.programme_id AND c.reader = $1`, reader).Scan(&lag)
	return lag, classify(err)
}
