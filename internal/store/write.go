package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/khettara/khettara/internal/fault"
)

// writeTime bounds one write, whatever its caller still waits for.
const writeTime = 5 * time.Second

// clockTolerance is how far the clock may stand behind the last leaf.
const clockTolerance = 5 * time.Minute

// Tx is one write: a transaction that runs alone among its log's writers.
type Tx struct {
	db      *DB
	tx      *sql.Tx
	ctx     context.Context
	log     string
	now     time.Time
	head    LogHead
	logged  bool // may append
	once    string
	pending []row
	count   int
}

// Change is what a command says it did. The three parts are kept apart: public
// is opened to everyone (at once if Open, else on Release), text by the page
// that shows it, person never.
type Change struct {
	Kind    string // "proposal.submitted.v1"
	Subject string // what it is about: "proposal/P-0142-8"
	Open    bool
	Once    string // set by grouped facts; commands use Tx.Once
	Public  Part
	Text    Part
	Person  Part
}

// Write runs fn alone among the writers of a log, with a context of its own of
// five seconds; the caller's context only decides how long it waits for its
// turn. fn must append at least one change. All of it is one durable commit.
// Unchanged is returned, and nothing written, when the command was done before.
func (db *DB) Write(ctx context.Context, log string, fn func(tx *Tx) error) error {
	return db.transact(ctx, log, true, func(tx *Tx) error {
		if err := fn(tx); err != nil {
			return err
		}
		if tx.count == 0 {
			return errors.New("a write that appends no change to the log")
		}
		return nil
	})
}

// WriteUnlogged runs fn in a transaction that leaves no trace in any log:
// sessions, cursors and housekeeping only. A test lists its callers.
func (db *DB) WriteUnlogged(ctx context.Context, fn func(tx *Tx) error) error {
	return db.transact(ctx, "", false, fn)
}

// Cast runs fn in a transaction of a log that appends nothing to it: secret
// ballots only, whose order and time must not be kept. A test lists its callers.
func (db *DB) Cast(ctx context.Context, log string, fn func(tx *Tx) error) error {
	return db.transact(ctx, log, false, fn)
}

// queue waits for a log's turn to write.
func (db *DB) queue(ctx context.Context, log string) (leave func(), err error) {
	if db.dialect == SQLite {
		log = "" // one writer for the whole file
	}
	db.queueMu.Lock()
	turn, ok := db.queues[log]
	if !ok {
		turn = make(chan struct{}, 1)
		db.queues[log] = turn
	}
	db.queueMu.Unlock()
	select {
	case turn <- struct{}{}:
		return func() { <-turn }, nil
	case <-ctx.Done():
		return nil, fault.From(fault.Unavailable, ctx.Err(), "fault.unavailable")
	}
}

func (db *DB) transact(ctx context.Context, log string, logged bool, fn func(tx *Tx) error) (err error) {
	defer func() { err = classify(err) }()
	if err := db.writingStopped(); err != nil {
		return fault.From(fault.Unavailable, err, "fault.unavailable")
	}
	if log != "" || db.dialect == SQLite {
		leave, err := db.queue(ctx, log)
		if err != nil {
			return err
		}
		defer leave()
	}
	wctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTime)
	defer cancel()
	sqlTx, err := db.writer.BeginTx(wctx, nil)
	if err != nil {
		return err
	}
	defer sqlTx.Rollback() // a no-op after the commit
	tx := &Tx{db: db, tx: sqlTx, ctx: wctx, log: log, logged: logged, now: db.Now()}
	if logged {
		if err := tx.takeHead(); err != nil {
			return err
		}
	}
	if err := fn(tx); err != nil {
		return err
	}
	if logged {
		if err := tx.flush(); err != nil {
			return err
		}
	}
	if err := sqlTx.Commit(); err != nil {
		return err
	}
	if tx.count > 0 {
		db.wake()
	}
	return nil
}

// takeHead locks the log's head row to the end of the transaction, so that the
// index is dense and a rule judged inside the write cannot be overtaken.
func (tx *Tx) takeHead() error {
	err := tx.tx.QueryRowContext(tx.ctx, `UPDATE log_head SET size = size WHERE programme_id = $1 RETURNING origin, size, last_t`, tx.log).
		Scan(&tx.head.Origin, &tx.head.Size, &tx.head.LastT)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("no log %q: %w", tx.log, err)
	}
	if err != nil {
		return err
	}
	tx.head.ID = tx.log
	last := Time(tx.head.LastT)
	if tx.now.Before(last.Add(-clockTolerance)) {
		err := fmt.Errorf("the clock (%s) stands behind the last leaf (%s) of %s", tx.now, last, tx.head.Origin)
		return fault.From(fault.Unavailable, err, "fault.unavailable")
	}
	if tx.now.Before(last) {
		tx.now = last
	}
	return nil
}

// Context is the write's own context: five seconds, independent of the caller's.
func (tx *Tx) Context() context.Context { return tx.ctx }

// Log is the id of the log being written.
func (tx *Tx) Log() string { return tx.log }

// Now is the time of this write, the same for all its changes, never before the last leaf's.
func (tx *Tx) Now() time.Time { return tx.now }

// Millis is Now as it is stored.
func (tx *Tx) Millis() int64 { return Millis(tx.now) }

// ExecContext runs a statement inside the write.
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return tx.tx.ExecContext(ctx, query, args...)
}

// QueryContext queries inside the write.
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.tx.QueryContext(ctx, query, args...)
}

// QueryRowContext queries one row inside the write.
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return tx.tx.QueryRowContext(ctx, query, args...)
}

// Exec runs a statement with the write's own context.
func (tx *Tx) Exec(query string, args ...any) error {
	_, err := tx.tx.ExecContext(tx.ctx, query, args...)
	return err
}

// ExecOne runs a statement that must change exactly one row; ok is false when it changed none.
func (tx *Tx) ExecOne(query string, args ...any) (ok bool, err error) {
	res, err := tx.tx.ExecContext(tx.ctx, query, args...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Once makes a command safe to repeat: call it first, with the id that the form
// was rendered with. If the log knows the id, it returns Unchanged. An empty id
// is ignored: the command line and tests have none.
func (tx *Tx) Once(once string) error {
	if once == "" {
		return nil
	}
	var one int
	err := tx.tx.QueryRowContext(tx.ctx, `SELECT 1 FROM change WHERE programme_id = $1 AND once = $2`, tx.log, once).Scan(&one)
	if err == nil {
		return Unchanged
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	tx.once = once
	return nil
}

// Append adds a change to the log and returns its index, which is its leaf's.
func (tx *Tx) Append(c Change) (n int64, err error) {
	if !tx.logged {
		return 0, errors.New("this write has no log")
	}
	n = tx.head.Size + int64(tx.count)
	r := row{c: c, leaf: Leaf{Log: tx.head.Origin, N: n, T: tx.Millis()}}
	if r.c.Once == "" {
		r.c.Once, tx.once = tx.once, ""
	}
	// Kind and subject are committed to with the rest of what will be public.
	public := maps.Clone(c.Public)
	if public == nil {
		public = Part{}
	}
	for _, own := range []string{"kind", "subject"} {
		if _, taken := public[own]; taken {
			return 0, fmt.Errorf("the public part of %s has its own %q", c.Kind, own)
		}
	}
	public["kind"], public["subject"] = c.Kind, c.Subject
	if r.public, r.leaf.Public, err = seal(public); err != nil {
		return 0, fmt.Errorf("public part of %s: %w", c.Kind, err)
	}
	if r.text, r.leaf.Text, err = seal(c.Text); err != nil {
		return 0, fmt.Errorf("text of %s: %w", c.Kind, err)
	}
	if r.person, r.leaf.Person, err = seal(c.Person); err != nil {
		return 0, fmt.Errorf("person of %s: %w", c.Kind, err)
	}
	tx.pending = append(tx.pending, r)
	tx.count++
	return n, nil
}

// Release opens the public parts of all changes of a subject, those of this write included.
func (tx *Tx) Release(subject string) error {
	if err := tx.flush(); err != nil {
		return err
	}
	return tx.Exec(`UPDATE change SET opened = TRUE WHERE programme_id = $1 AND subject = $2 AND NOT opened`, tx.log, subject)
}

// Counter returns the next value of a counter of this log: 1, 2, 3 …
func (tx *Tx) Counter(name string) (value int64, err error) {
	err = tx.tx.QueryRowContext(tx.ctx, `INSERT INTO counter (programme_id, name, value) VALUES ($1, $2, 1)
		ON CONFLICT (programme_id, name) DO UPDATE SET value = counter.value + 1 RETURNING value`, tx.log, name).Scan(&value)
	return value, err
}

// CreateLog adds the log of a new programme. The origin is the first line of its
// checkpoints and never changes.
func (tx *Tx) CreateLog(id, slug string) error {
	return tx.Exec(`INSERT INTO log_head (programme_id, origin, size, last_t) VALUES ($1, $2, 0, 0)`, id, tx.db.origin(slug))
}

func (db *DB) origin(slug string) string {
	return strings.TrimSuffix("khettara/"+db.opt.Installation+"/"+slug, "/")
}

// row is a change waiting for its INSERT.
type row struct {
	c                    Change
	leaf                 Leaf
	public, text, person sealed
}

// sealed is the body of a part with its salt, as stored.
type sealed struct{ salt, body string }

func seal(p Part) (sealed, string, error) {
	var salt [32]byte
	rand.Read(salt[:])
	if p == nil {
		p = Part{}
	}
	body, err := Canonical(p)
	if err != nil {
		return sealed{}, "", err
	}
	o := Opening{salt, body}
	return sealed{hexOf(salt[:]), string(body)}, o.Commitment(), nil
}

const changeColumns = 17

// flush inserts the pending changes, many rows a statement, and moves the head.
func (tx *Tx) flush() error {
	const chunk = 200
	for len(tx.pending) > 0 {
		n := min(chunk, len(tx.pending))
		rows := tx.pending[:n]
		args := make([]any, 0, n*changeColumns)
		for _, r := range rows {
			hash := r.leaf.Hash()
			args = append(args, tx.log, r.leaf.N, r.leaf.T, r.c.Kind, r.c.Subject, nullable(r.c.Once), r.c.Open, hexOf(hash[:]),
				r.leaf.Public, r.public.salt, r.public.body, r.leaf.Text, r.text.salt, r.text.body, r.leaf.Person, r.person.salt, r.person.body)
		}
		if err := tx.Exec(`INSERT INTO change (programme_id, n, t, kind, subject, once, opened, hash,
			public_commit, public_salt, public_body, text_commit, text_salt, text_body, person_commit, person_salt, person_body) VALUES `+
			tx.Values(n, changeColumns), args...); err != nil {
			return err
		}
		tx.pending = tx.pending[n:]
	}
	return tx.Exec(`UPDATE log_head SET size = $2, last_t = $3 WHERE programme_id = $1`, tx.log, tx.head.Size+int64(tx.count), max(tx.head.LastT, tx.lastT()))
}

func (tx *Tx) lastT() int64 {
	if tx.count == 0 {
		return 0
	}
	return tx.Millis()
}

// Values is the list of placeholders of a multi-row INSERT: ($1, $2), ($3, $4) …
// SQLite takes a numbered one for a name and compares it with all before it, so
// that a thousand cost more than the rows; there they have no number: (?, ?) …
func (tx *Tx) Values(rows, columns int) string {
	var b strings.Builder
	for i := range rows {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for j := range columns {
			if j > 0 {
				b.WriteByte(',')
			}
			if tx.db.dialect == SQLite {
				b.WriteByte('?')
			} else {
				fmt.Fprintf(&b, "$%d", i*columns+j+1)
			}
		}
		b.WriteByte(')')
	}
	return b.String()
}

// In is the list of placeholders of an IN condition, from $first on: ($2, $3, $4).
func In(first, n int) string {
	var b strings.Builder
	b.WriteByte('(')
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	b.WriteByte(')')
	return b.String()
}

func nullable(s string) any {
	if s == "" {
		return nil
	}
	return s
}
