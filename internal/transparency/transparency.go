// Package transparency makes each log tamper-evident: a Merkle tree (RFC 9162)
// over its leaves, checkpoints signed with a key that never enters the
// database, and proofs that anyone can check without this installation.
//
// Terms: a leaf is one change of a log; the tree's nodes follow the leaves
// within a minute; a checkpoint states size and root of the tree and is signed;
// an inclusion proof leads from one leaf to the root, a consistency proof from
// an older root to a newer. Formats: C2SP signed-note, tlog-checkpoint and
// tlog-tiles; the proof file is described at ProofFile.
package transparency

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// ErrDisagrees says that tree, checkpoints and table of changes contradict each
// other: somebody or something changed the past. Writing stops.
var ErrDisagrees = errors.New("the tree and the table of changes disagree")

// NotSealed is the fault of asking for the proof of a change that no checkpoint
// covers yet; within a minute one will.
var NotSealed = fault.New(fault.NotFound, "record.error.not_sealed")

// PartName names one of a leaf's three parts.
type PartName string

// The parts of a leaf.
const (
	Public PartName = "public"
	Text   PartName = "text"
	Person PartName = "person"
)

// partNames lists the parts in the order in which they are checked and shown.
var partNames = []PartName{Public, Text, Person}

// Service keeps the trees of all logs of one installation. It is a store.Reader.
type Service struct {
	db   *store.DB
	keys keyring

	sealing sync.Mutex // one checkpoint at a time, so that sizes only grow
}

// New makes the service. keyDir is the folder of the signing keys, one file a
// log; it is made when the first key is.
func New(db *store.DB, keyDir string) *Service {
	return &Service{db: db, keys: keyring{dir: keyDir}}
}

// Name is the reader's name in the table of cursors.
func (s *Service) Name() string { return "transparency" }

// Apply adds the leaves of a batch to the tree of their log. It refuses a gap,
// and a change whose stored hash is not that of its leaf.
func (s *Service) Apply(ctx context.Context, ex store.Execer, log string, batch []store.Recorded) error {
	if len(batch) == 0 {
		return nil
	}
	size, err := treeSize(ctx, ex, log)
	if err != nil {
		return s.stopIfDisagrees(err)
	}
	known := newNodes(ctx, ex, log)
	if _, err := known.ReadHashes(frontier(size)); err != nil {
		return s.stopIfDisagrees(err)
	}
	var grown []tlog.Hash
	for _, r := range batch {
		if r.N != size {
			return s.stopIfDisagrees(fmt.Errorf("%w: leaf %d of %s follows a tree of %d", ErrDisagrees, r.N, log, size))
		}
		if r.Leaf.Hash() != r.Hash {
			return s.stopIfDisagrees(fmt.Errorf("%w: leaf %d of %s has another hash than its row", ErrDisagrees, r.N, log))
		}
		hashes, err := known.grow(r.N, r.Hash)
		if err != nil {
			return s.stopIfDisagrees(err)
		}
		grown = append(grown, hashes...)
		size++
	}
	return insertNodes(ctx, ex, log, tlog.StoredHashIndex(0, batch[0].N), grown)
}

// stopIfDisagrees stops all writing when the error says that the record contradicts itself: a log that has
// been tampered with must not grow as if nothing had happened.
func (s *Service) stopIfDisagrees(err error) error {
	if errors.Is(err, ErrDisagrees) {
		s.db.StopWriting(err)
	}
	return err
}

// Sealed is a checkpoint as it was signed.
type Sealed struct {
	Checkpoint
	Note string    // the signed note, what GET …/log/checkpoint serves
	At   time.Time // when it was signed
}

// Checkpoint is the newest signed checkpoint of a log; NotSealed if there is none yet.
func (s *Service) Checkpoint(ctx context.Context, log string) (c Sealed, err error) {
	defer fault.Wrap(&err, "transparency.Checkpoint(%s)", log)
	head, err := s.head(ctx, log)
	if err != nil {
		return Sealed{}, err
	}
	c, ok, err := lastCheckpoint(ctx, s.db.Read(), head)
	if err == nil && !ok {
		err = NotSealed
	}
	return c, err
}

// Seal signs the present tree of a log if it grew since the last checkpoint,
// and returns the newest checkpoint. It never signs a tree that does not contain
// the one signed before; that is ErrDisagrees and stops writing.
func (s *Service) Seal(ctx context.Context, log string) (c Sealed, err error) {
	defer fault.Wrap(&err, "transparency.Seal(%s)", log)
	s.sealing.Lock()
	defer s.sealing.Unlock()
	head, err := s.head(ctx, log)
	if err != nil {
		return Sealed{}, err
	}
	last, sealed, err := lastCheckpoint(ctx, s.db.Read(), head)
	if err != nil {
		return Sealed{}, s.stopIfDisagrees(err)
	}
	key, err := s.keys.key(head, !sealed)
	if err != nil {
		return Sealed{}, err
	}
	size, err := treeSize(ctx, s.db.Read(), log)
	if err != nil {
		return Sealed{}, s.stopIfDisagrees(err)
	}
	if sealed {
		if err := s.checkContained(ctx, head, key, last, size); err != nil {
			return Sealed{}, s.stopIfDisagrees(err)
		}
		if size == last.Size {
			return last, nil
		}
	}
	root, err := tlog.TreeHash(size, newNodes(ctx, s.db.Read(), log))
	if err != nil {
		return Sealed{}, s.stopIfDisagrees(err)
	}
	c = Sealed{Checkpoint: Checkpoint{Origin: head.Origin, Size: size, Root: root}, At: s.db.Now()}
	signed, err := note.Sign(&note.Note{Text: c.Text()}, key.signer)
	if err != nil {
		return Sealed{}, err
	}
	c.Note = string(signed)
	return c, s.db.WriteUnlogged(ctx, func(tx *store.Tx) error { return insertCheckpoint(tx.Context(), tx, log, c) })
}

// checkContained holds a checkpoint that was signed earlier against the present tree.
func (s *Service) checkContained(ctx context.Context, head store.LogHead, key logKey, c Sealed, size int64) error {
	if err := c.check(head.Origin, key.verifier); err != nil {
		return err
	}
	if c.Size > size {
		return fmt.Errorf("%w: %s has a checkpoint of %d leaves, its tree %d", ErrDisagrees, head.Origin, c.Size, size)
	}
	root, err := tlog.TreeHash(c.Size, newNodes(ctx, s.db.Read(), head.ID))
	if err != nil {
		return err
	}
	if root != c.Root {
		return fmt.Errorf("%w: the first %d leaves of %s no longer give the root that was signed", ErrDisagrees, c.Size, head.Origin)
	}
	return nil
}

// Run seals every log that grew, at once and then every so often, until ctx
// ends. Errors go to report, and the next round tries again.
func (s *Service) Run(ctx context.Context, every time.Duration, report func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := s.SealAll(ctx); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// SealAll seals every log. One log's error does not keep the others from being sealed.
func (s *Service) SealAll(ctx context.Context) error {
	logs, err := s.db.Logs(ctx)
	if err != nil {
		return err
	}
	var errs []error
	for _, head := range logs {
		_, err := s.Seal(ctx, head.ID)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// FsckAll runs Fsck over every log, at once and then every so often, until ctx
// ends. What it finds goes to report; a contradiction stops writing.
func (s *Service) FsckAll(ctx context.Context, every time.Duration, report func(error)) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		logs, err := s.db.Logs(ctx)
		errs := []error{err}
		for _, head := range logs {
			_, err := s.Fsck(ctx, head.ID)
			errs = append(errs, err)
		}
		if err := errors.Join(errs...); err != nil && ctx.Err() == nil {
			report(err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// Key is the public side of a log's signing key, made if the log has none yet.
func (s *Service) Key(ctx context.Context, log string) (k Key, err error) {
	defer fault.Wrap(&err, "transparency.Key(%s)", log)
	head, err := s.head(ctx, log)
	if err != nil {
		return Key{}, err
	}
	_, sealed, err := lastCheckpoint(ctx, s.db.Read(), head)
	if err != nil {
		return Key{}, err
	}
	key, err := s.keys.key(head, !sealed)
	return key.Key, err
}

// head is the end of a log; NotFound if there is no such log.
func (s *Service) head(ctx context.Context, log string) (store.LogHead, error) {
	head, err := s.db.Head(ctx, log)
	if store.IsNoRows(err) {
		return head, fault.New(fault.NotFound, "fault.not_found")
	}
	return head, err
}
