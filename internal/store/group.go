package store

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/khettara/khettara/internal/fault"
)

// Batcher answers many callers with one piece of work. Items of the same key
// that arrive while the last batch is at work, or within Wait, go together.
type Batcher[F any] struct {
	most int
	wait time.Duration
	run  func(key string, items []F) []error

	mu     sync.Mutex
	queues map[string]*queue[F]
}

type queue[F any] struct {
	waiting []waiter[F]
	busy    bool
	full    chan struct{} // told when a batch is full
}

type waiter[F any] struct {
	item F
	done chan error
}

// NewBatcher makes a Batcher of at most most items a batch; wait is how long a
// first item waits for company. run returns one error an item, in order.
func NewBatcher[F any](most int, wait time.Duration, run func(key string, items []F) []error) *Batcher[F] {
	return &Batcher[F]{most: most, wait: wait, run: run, queues: map[string]*queue[F]{}}
}

// Add waits for the batch that takes the item, or for ctx; when ctx ends first
// the item may still be done.
func (b *Batcher[F]) Add(ctx context.Context, key string, item F) error {
	w := waiter[F]{item, make(chan error, 1)}
	b.mu.Lock()
	q, ok := b.queues[key]
	if !ok {
		q = &queue[F]{full: make(chan struct{}, 1)}
		b.queues[key] = q
	}
	q.waiting = append(q.waiting, w)
	if len(q.waiting) >= b.most {
		select {
		case q.full <- struct{}{}:
		default:
		}
	}
	if !q.busy {
		q.busy = true
		go b.work(key, q)
	}
	b.mu.Unlock()
	select {
	case err := <-w.done:
		return err
	case <-ctx.Done():
		return fault.From(fault.Unavailable, ctx.Err(), "fault.unavailable")
	}
}

func (b *Batcher[F]) work(key string, q *queue[F]) {
	for {
		if b.wait > 0 {
			select {
			case <-q.full:
			case <-time.After(b.wait):
			}
		}
		b.mu.Lock()
		if len(q.waiting) == 0 {
			q.busy = false
			delete(b.queues, key)
			b.mu.Unlock()
			return
		}
		n := min(b.most, len(q.waiting))
		batch := q.waiting[:n:n]
		q.waiting = q.waiting[n:]
		b.mu.Unlock()
		items := make([]F, n)
		for i, w := range batch {
			items[i] = w.item
		}
		errs := b.attempt(key, items)
		for i, w := range batch {
			w.done <- errs[i]
		}
	}
}

// attempt runs a batch. A panic in it is an error for each of its callers: the
// queue goes on, and so does the process, which has no other net under this goroutine.
func (b *Batcher[F]) attempt(key string, items []F) (errs []error) {
	defer func() {
		if p := recover(); p != nil {
			err := fmt.Errorf("panic in a batch of %d: %v\n%s", len(items), p, debug.Stack())
			errs = slices.Repeat([]error{err}, len(items))
		}
	}()
	return b.run(key, items)
}

// GroupFuncs say how small facts in numbers are written together.
type GroupFuncs[F, L any] struct {
	// Load reads what Judge needs, one query for all waiting callers.
	Load func(tx *Tx, facts []F) (L, error)
	// Judge decides one fact, in Go alone. Its error answers that caller only.
	Judge func(tx *Tx, loaded L, fact F) (Change, error)
	// Insert writes the accepted facts, one multi-row statement a table.
	Insert func(tx *Tx, accepted []F) error
}

// Group writes facts of one kind together: opinion votes, check-ins, captures.
type Group[F, L any] struct {
	db      *DB
	funcs   GroupFuncs[F, L]
	batcher *Batcher[F]
}

// groupSize bounds a group, so that one commit stays short.
const groupSize = 512

// NewGroup makes a Group on a database.
func NewGroup[F, L any](db *DB, funcs GroupFuncs[F, L]) *Group[F, L] {
	g := &Group[F, L]{db: db, funcs: funcs}
	g.batcher = NewBatcher(groupSize, 0, g.write)
	return g
}

// Add writes a fact with whatever others wait for the same log, and answers after the commit.
func (g *Group[F, L]) Add(ctx context.Context, log string, fact F) error {
	return g.batcher.Add(ctx, log, fact)
}

var errNothingAccepted = errors.New("no fact of the group was accepted")

func (g *Group[F, L]) write(log string, facts []F) []error {
	errs := make([]error, len(facts))
	err := g.db.Write(context.Background(), log, func(tx *Tx) error {
		loaded, err := g.funcs.Load(tx, facts)
		if err != nil {
			return err
		}
		var accepted []F
		for i, f := range facts {
			change, err := g.funcs.Judge(tx, loaded, f)
			if err != nil {
				errs[i] = err
				continue
			}
			if _, err := tx.Append(change); err != nil {
				errs[i] = err
				continue
			}
			accepted = append(accepted, f)
		}
		if len(accepted) == 0 {
			return errNothingAccepted
		}
		return g.funcs.Insert(tx, accepted)
	})
	if err != nil && !errors.Is(err, errNothingAccepted) {
		for i := range errs {
			if errs[i] == nil {
				errs[i] = err
			}
		}
	}
	return errs
}
