package transparency

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// Audit is what Fsck went through.
type Audit struct {
	Origin      string
	Changes     int64 // rows of the table of changes
	Openings    int64 // bodies held against their commitments; erased ones are none
	Leaves      int64 // leaves in the tree; less than Changes while the tree lags
	Checkpoints int64
	// KeyMissing says that the key file is not here, so that roots were compared
	// but no signature checked: a backup looked at apart from its keys.
	KeyMissing bool
}

// fsckBatch is how many changes are held in memory at once.
const fsckBatch = 500

// Fsck reckons a whole log again from the table of changes: numbers dense, times
// never falling, every hash that of its leaf, every body that of its
// commitment, every node of the tree and every root ever signed. The first
// contradiction is returned as ErrDisagrees with its place, and stops writing.
// Changes appended meanwhile are left for the next time.
func (s *Service) Fsck(ctx context.Context, log string) (a Audit, err error) {
	defer fault.Wrap(&err, "transparency.Fsck(%s)", log)
	a, err = s.fsck(ctx, log)
	return a, s.stopIfDisagrees(err)
}

func (s *Service) fsck(ctx context.Context, log string) (Audit, error) {
	// The tree is measured before the table, so that it cannot seem to be ahead of it.
	leaves, err := treeSize(ctx, s.db.Read(), log)
	if err != nil {
		return Audit{}, err
	}
	head, err := s.head(ctx, log)
	if err != nil {
		return Audit{}, err
	}
	f := fsck{s: s, head: head, audit: Audit{Origin: head.Origin, Changes: head.Size, Leaves: leaves},
		mine: newNodes(ctx, nil, log), stored: newNodes(ctx, s.db.Read(), log)}
	_, sealed, err := lastCheckpoint(ctx, s.db.Read(), head)
	if err != nil {
		return f.audit, err
	}
	key, err := s.keys.key(head, false)
	missing := errors.Is(err, ErrKeyMissing)
	if err != nil && !missing {
		return f.audit, err
	}
	f.key, f.audit.KeyMissing = key.verifier, missing && sealed
	if err := f.checkpoints(ctx, -1, 0); err != nil {
		return f.audit, err
	}
	for n := int64(0); n < head.Size; {
		if n, err = f.batch(ctx, n); err != nil {
			return f.audit, err
		}
	}
	return f.audit, f.end(ctx)
}

// fsck is one run over a log.
type fsck struct {
	s      *Service
	head   store.LogHead
	key    note.Verifier // nil if the key file is missing
	audit  Audit
	mine   *nodes // the tree as it is reckoned again
	stored *nodes // the tree as it is stored
	lastT  int64
}

func (f *fsck) wrong(format string, args ...any) error {
	return fmt.Errorf("%w: %s: %s", ErrDisagrees, f.head.Origin, fmt.Sprintf(format, args...))
}

// batch examines the changes from n on and returns where the next batch begins.
func (f *fsck) batch(ctx context.Context, n int64) (int64, error) {
	list, err := f.s.db.Changes(ctx, f.head.ID, n, int(min(fsckBatch, f.head.Size-n)))
	if err != nil {
		return n, err
	}
	if len(list) == 0 {
		return n, f.wrong("leaf %d of %d is missing", n, f.head.Size)
	}
	first := n
	var grown []tlog.Hash
	for _, r := range list {
		if err := f.change(r, n); err != nil {
			return n, err
		}
		hashes, err := f.mine.grow(n, r.Leaf.Hash())
		if err != nil {
			return n, err
		}
		if n < f.audit.Leaves {
			grown = append(grown, hashes...)
		}
		n++
	}
	if err := f.compare(tlog.StoredHashIndex(0, first), grown); err != nil {
		return n, err
	}
	if err := f.checkpoints(ctx, first, n); err != nil {
		return n, err
	}
	// Only the frontier is needed from here on.
	keep := map[int64]tlog.Hash{}
	for _, place := range frontier(n) {
		keep[place] = f.mine.known[place]
	}
	f.mine.known = keep
	return n, nil
}

// change examines one row by itself.
func (f *fsck) change(r store.Recorded, n int64) error {
	switch {
	case r.N != n:
		return f.wrong("leaf %d is missing", n)
	case r.T < f.lastT:
		return f.wrong("leaf %d is older than the one before", n)
	case r.Leaf.Log != f.head.Origin:
		return f.wrong("leaf %d is of %s", n, r.Leaf.Log)
	case r.Leaf.Valid() != nil:
		return f.wrong("leaf %d: %v", n, r.Leaf.Valid())
	case r.Leaf.Hash() != r.Hash:
		return f.wrong("leaf %d has another hash than its row", n)
	}
	f.lastT = r.T
	for _, part := range []struct {
		name   PartName
		commit string
		open   *store.Opening
	}{{Public, r.Leaf.Public, r.Public}, {Text, r.Leaf.Text, r.Text}, {Person, r.Leaf.Person, r.Person}} {
		if part.open == nil {
			continue
		}
		if part.open.Commitment() != part.commit {
			return f.wrong("the %s part of leaf %d is not what the leaf committed to", part.name, n)
		}
		f.audit.Openings++
	}
	return f.columns(r)
}

// columns holds the columns that are searched by against the public part, which alone is committed to.
func (f *fsck) columns(r store.Recorded) error {
	if r.Public == nil {
		return nil
	}
	public, err := store.ParsePart(r.Public.Body)
	if err != nil {
		return f.wrong("the public part of leaf %d: %v", r.N, err)
	}
	for key, column := range map[string]string{"kind": r.Kind, "subject": r.Subject} {
		if v, ok := public[key]; ok && v != column {
			return f.wrong("the %s of leaf %d is not the one it committed to", key, r.N)
		}
	}
	return nil
}

// compare holds the stored nodes from a place on against those reckoned again.
func (f *fsck) compare(place int64, grown []tlog.Hash) error {
	clear(f.stored.known)
	if err := f.stored.readRange(place, place+int64(len(grown))); err != nil {
		return err
	}
	for i, want := range grown {
		at := place + int64(i)
		level, n := tlog.SplitStoredHashIndex(at)
		got, ok := f.stored.known[at]
		if !ok {
			return f.wrong("the node over leaves %d to %d is missing", n<<level, (n+1)<<level-1)
		}
		if got != want {
			return f.wrong("the node over leaves %d to %d has another hash than its leaves give", n<<level, (n+1)<<level-1)
		}
	}
	return nil
}

// checkpoints examines those of more than one size and at most another, which the reckoned tree has just reached.
func (f *fsck) checkpoints(ctx context.Context, above, upTo int64) error {
	list, err := checkpoints(ctx, f.s.db.Read(), f.head, above, upTo)
	if err != nil {
		return err
	}
	for _, c := range list {
		if f.key != nil {
			if err := c.check(f.head.Origin, f.key); err != nil {
				return err
			}
		}
		root, err := tlog.TreeHash(c.Size, f.mine)
		if err != nil {
			return err
		}
		if root != c.Root {
			return f.wrong("the first %d leaves do not give the root that was signed", c.Size)
		}
		f.audit.Checkpoints++
	}
	return nil
}

// end asks that no checkpoint is ahead of the tree, nor the tree of the table,
// as they are now: a past cut off at its end leaves no gap.
func (f *fsck) end(ctx context.Context) error {
	last, ok, err := lastCheckpoint(ctx, f.s.db.Read(), f.head)
	if err != nil {
		return err
	}
	leaves, err := treeSize(ctx, f.s.db.Read(), f.head.ID)
	if err != nil {
		return err
	}
	head, err := f.s.head(ctx, f.head.ID)
	if err != nil {
		return err
	}
	if ok && last.Size > leaves {
		return f.wrong("a checkpoint of %d leaves was signed, the tree has %d", last.Size, leaves)
	}
	if leaves > head.Size {
		return f.wrong("the tree has %d leaves, the log %d", leaves, head.Size)
	}
	return nil
}
