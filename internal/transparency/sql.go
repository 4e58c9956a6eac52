package transparency

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/store"
)

// nodes reads the stored nodes of one log's tree and remembers what it read or was given.
type nodes struct {
	ctx   context.Context
	q     store.Querier // nil: nothing but what is known
	log   string
	known map[int64]tlog.Hash
}

func newNodes(ctx context.Context, q store.Querier, log string) *nodes {
	return &nodes{ctx: ctx, q: q, log: log, known: map[int64]tlog.Hash{}}
}

// ReadHashes is tlog.HashReader. A missing node is ErrDisagrees: the caller asks only for nodes of a size the tree has reached.
func (r *nodes) ReadHashes(places []int64) ([]tlog.Hash, error) {
	args := []any{r.log}
	for _, place := range places {
		if _, ok := r.known[place]; !ok {
			args = append(args, place)
		}
	}
	if len(args) > 1 && r.q != nil {
		err := r.read(`SELECT place, hash FROM tree_node WHERE programme_id = $1 AND place IN `+store.In(2, len(args)-1), args...)
		if err != nil {
			return nil, err
		}
	}
	hashes := make([]tlog.Hash, len(places))
	for i, place := range places {
		h, ok := r.known[place]
		if !ok {
			return nil, fmt.Errorf("%w: node %d of the tree of %s is missing", ErrDisagrees, place, r.log)
		}
		hashes[i] = h
	}
	return hashes, nil
}

// readRange reads the nodes from one place up to, not including, another.
func (r *nodes) readRange(from, to int64) error {
	return r.read(`SELECT place, hash FROM tree_node WHERE programme_id = $1 AND place >= $2 AND place < $3`, r.log, from, to)
}

func (r *nodes) read(query string, args ...any) error {
	rows, err := r.q.QueryContext(r.ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var place int64
		var text string
		if err := rows.Scan(&place, &text); err != nil {
			return err
		}
		h, err := parseHash(text)
		if err != nil {
			return fmt.Errorf("%w: node %d of the tree of %s: %w", ErrDisagrees, place, r.log, err)
		}
		r.known[place] = h
	}
	return rows.Err()
}

// grow adds leaf n to what is known and returns the nodes it completes, in the order of their places.
func (r *nodes) grow(n int64, leaf tlog.Hash) ([]tlog.Hash, error) {
	hashes, err := tlog.StoredHashesForRecordHash(n, leaf, r)
	if err != nil {
		return nil, err
	}
	first := tlog.StoredHashIndex(0, n)
	for i, h := range hashes {
		r.known[first+int64(i)] = h
	}
	return hashes, nil
}

// frontier is the places of the complete subtrees that make up a tree: all that is needed to let it grow.
func frontier(size int64) []int64 {
	var places []int64
	for level := bits.Len64(uint64(size)) - 1; level >= 0; level-- {
		if n := size >> level; n&1 == 1 {
			places = append(places, tlog.StoredHashIndex(level, n-1))
		}
	}
	return places
}

// treeSize is the number of leaves in a log's tree, told by its last node.
func treeSize(ctx context.Context, q store.Querier, log string) (int64, error) {
	var last sql.NullInt64
	err := q.QueryRowContext(ctx, `SELECT MAX(place) FROM tree_node WHERE programme_id = $1`, log).Scan(&last)
	if err != nil || !last.Valid {
		return 0, err
	}
	if last.Int64 < 0 || last.Int64 > 2*store.MaxInt {
		return 0, fmt.Errorf("%w: the tree of %s has a node at %d", ErrDisagrees, log, last.Int64)
	}
	level, n := tlog.SplitStoredHashIndex(last.Int64)
	size := (n + 1) << level
	if tlog.StoredHashCount(size) != last.Int64+1 {
		return 0, fmt.Errorf("%w: the tree of %s ends within leaf %d", ErrDisagrees, log, size-1)
	}
	return size, nil
}

// insertNodes adds nodes from a place on, many rows a statement.
func insertNodes(ctx context.Context, ex store.Execer, log string, place int64, hashes []tlog.Hash) error {
	const chunk = 500
	for len(hashes) > 0 {
		n := min(chunk, len(hashes))
		args := make([]any, 0, 3*n)
		for _, h := range hashes[:n] {
			args = append(args, log, place, hex.EncodeToString(h[:]))
			place++
		}
		if _, err := ex.ExecContext(ctx, `INSERT INTO tree_node (programme_id, place, hash) VALUES `+ex.Values(n, 3), args...); err != nil {
			return err
		}
		hashes = hashes[n:]
	}
	return nil
}

func insertCheckpoint(ctx context.Context, ex store.Execer, log string, c Sealed) error {
	_, err := ex.ExecContext(ctx, `INSERT INTO log_checkpoint (programme_id, size, root, note, at) VALUES ($1, $2, $3, $4, $5)`,
		log, c.Size, hex.EncodeToString(c.Root[:]), c.Note, store.Millis(c.At))
	return err
}

const selectCheckpoint = `SELECT size, root, note, at FROM log_checkpoint WHERE programme_id = $1 `

// lastCheckpoint is the newest checkpoint of a log; ok is false if there is none.
func lastCheckpoint(ctx context.Context, q store.Querier, head store.LogHead) (c Sealed, ok bool, err error) {
	c, err = scanCheckpoint(q.QueryRowContext(ctx, selectCheckpoint+`ORDER BY size DESC LIMIT 1`, head.ID), head)
	if errors.Is(err, sql.ErrNoRows) {
		return Sealed{}, false, nil
	}
	return c, err == nil, err
}

// checkpoints lists those of more than one size and at most another, in order.
func checkpoints(ctx context.Context, q store.Querier, head store.LogHead, above, upTo int64) ([]Sealed, error) {
	rows, err := q.QueryContext(ctx, selectCheckpoint+`AND size > $2 AND size <= $3 ORDER BY size`, head.ID, above, upTo)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Sealed
	for rows.Next() {
		c, err := scanCheckpoint(rows, head)
		if err != nil {
			return nil, err
		}
		list = append(list, c)
	}
	return list, rows.Err()
}

func scanCheckpoint(row interface{ Scan(...any) error }, head store.LogHead) (Sealed, error) {
	c := Sealed{Checkpoint: Checkpoint{Origin: head.Origin}}
	var root string
	var at int64
	if err := row.Scan(&c.Size, &root, &c.Note, &at); err != nil {
		return Sealed{}, err
	}
	h, err := parseHash(root)
	if err != nil {
		return Sealed{}, fmt.Errorf("%w: checkpoint of %d leaves of %s: %w", ErrDisagrees, c.Size, head.Origin, err)
	}
	c.Root, c.At = h, store.Time(at)
	return c, nil
}

// parseHash reads 64 hexadecimal digits.
func parseHash(text string) (h tlog.Hash, err error) {
	if len(text) != hex.EncodedLen(len(h)) {
		return h, fmt.Errorf("a hash of %d digits", len(text))
	}
	_, err = hex.Decode(h[:], []byte(text))
	return h, err
}
