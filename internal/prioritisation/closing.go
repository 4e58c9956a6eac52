package prioritisation

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// While a vote is open its count is logged at least this often, and after this
// many ballots, with the Merkle root of the ballots' sorted hashes: no ballot can
// then be taken away unseen, and no order is told.
const (
	countEvery = time.Hour
	countAfter = 100
)

// Tick does what happens by itself: it closes the votes whose time has come and
// logs the counts of open ones. The program calls it every second.
func (s *Service) Tick(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "prioritisation.Tick")
	now := store.Millis(s.db.Now())
	due, err := s.pairs(ctx, sqlDueVotes, now)
	if err != nil {
		return err
	}
	var failed []error // one vote that cannot go on holds up no other
	for _, v := range due {
		failed = append(failed, s.close(ctx, v[0], v[1]))
	}
	open, err := s.pairs(ctx, sqlOpenVotes, now)
	failed = append(failed, err)
	for _, v := range open {
		failed = append(failed, s.logCount(ctx, v[0], v[1]))
	}
	return errors.Join(failed...)
}

func (s *Service) pairs(ctx context.Context, query string, at int64) (list [][2]string, err error) {
	err = eachRow(ctx, s.db.Read(), query, []any{at}, func(scan func(...any) error) error {
		var p [2]string
		err := scan(&p[0], &p[1])
		list = append(list, p)
		return err
	})
	return list, err
}

// logCount appends the number of ballots and what commits to them, when it is time.
func (s *Service) logCount(ctx context.Context, programmeID, vote string) (err error) {
	defer fault.Wrap(&err, "prioritisation.logCount(%s)", vote)
	var last, lastAt, n int64
	q := s.db.Read()
	if err := q.QueryRowContext(ctx, sqlCounts, programmeID, vote).Scan(&last, &lastAt); err != nil {
		return err
	}
	if err := q.QueryRowContext(ctx, sqlBallotCount, programmeID, vote).Scan(&n); err != nil {
		return err
	}
	if n == last || (n-last < countAfter && s.db.Now().Sub(store.Time(lastAt)) < countEvery) {
		return nil
	}
	actor := accounts.System(programmeID)
	return s.db.Write(ctx, programmeID, func(tx *store.Tx) error {
		keys, err := keysOf(tx, sqlBallotKeys, vote)
		if err != nil {
			return err
		}
		if err := tx.Exec(sqlCounted, tx.Log(), vote, len(keys), tx.Millis()); err != nil {
			return err
		}
		_, err = tx.Append(store.Change{Kind: ChangeCounted, Subject: programme.Subject(programme.Vote, vote), Open: true,
			Public: store.Part{"vote": vote, "ballots": len(keys), "root": merkleRoot(keys), "by": actor.By(accounts.VoteManage, "", "")}})
		return err
	})
}

// close ends a vote at its time: ballots and codes are rewritten in key order,
// and one leaf commits to the ballots by content, to the hashes apart, and to
// the numbers, which must agree.
func (s *Service) close(ctx context.Context, programmeID, vote string) (err error) {
	defer fault.Wrap(&err, "prioritisation.close(%s)", vote)
	actor := accounts.System(programmeID)
	err = s.db.Write(ctx, programmeID, func(tx *store.Tx) error {
		v, err := hold(tx, vote)
		if err != nil {
			return err
		}
		if v.State != Frozen || tx.Now().Before(v.ClosesAt) {
			return store.Unchanged
		}
		for _, statement := range []string{sqlCopyBallots, sqlCopyCredentials, sqlDropBallots, sqlDropCredentials} {
			if err := tx.Exec(statement, tx.Log(), vote); err != nil {
				return err
			}
		}
		merged, err := mergeCast(tx, vote)
		if err != nil {
			return err
		}
		public, err := closedPart(tx, vote, merged)
		if err != nil {
			return err
		}
		public["by"] = actor.By(accounts.VoteManage, "", "")
		if ok, err := tx.ExecOne(sqlCloseVote, tx.Log(), vote, encodeList(merged)); err != nil || !ok {
			return fmt.Errorf("closing the vote's row: changed %v: %w", ok, err)
		}
		_, err = tx.Append(store.Change{Kind: ChangeClosed, Subject: programme.Subject(programme.Vote, vote), Open: true, Public: public})
		return err
	})
	if err == store.Unchanged {
		return nil
	}
	if err != nil {
		return err
	}
	// What the deleted rows leave in the files goes too; a failure is tried again by the next backup or vote.
	return s.db.Scrub(ctx, "ballot", "credential")
}

// mergeCast merges the classes of which fewer than ClassSize ballots were cast,
// before anything of them is published.
func mergeCast(tx *store.Tx, vote string) ([]string, error) {
	classes, err := classesOf(tx.Context(), tx, sqlClosedClasses, tx.Log(), vote)
	if err != nil {
		return nil, err
	}
	sizes := map[string]int{}
	for _, c := range classes {
		sizes[c.Name] = c.Cast
	}
	merged := mergeSmall(sizes)
	if len(merged) == 0 {
		return merged, nil
	}
	args := append([]any{tx.Log(), vote, Others}, anys(merged)...)
	if err := tx.Exec(sqlReclassBallots+store.In(4, len(merged)), args...); err != nil {
		return nil, err
	}
	return merged, tx.Exec(sqlReclassClosed+store.In(4, len(merged)), args...)
}

func closedPart(tx *store.Tx, vote string, merged []string) (store.Part, error) {
	ballots, err := closedBallots(tx.Context(), tx, tx.Log(), vote)
	if err != nil {
		return nil, err
	}
	keys, err := keysOf(tx, sqlClosedKeys, vote)
	if err != nil {
		return nil, err
	}
	classes, err := classesOf(tx.Context(), tx, sqlClosedClasses, tx.Log(), vote)
	if err != nil {
		return nil, err
	}
	used := 0
	for _, c := range classes {
		used += c.Cast
	}
	if used != len(ballots) || used != len(keys) {
		return nil, fmt.Errorf("%d codes used, %d ballots, %d hashes of vote %s", used, len(ballots), len(keys), vote)
	}
	return store.Part{"vote": vote, "ballots": len(ballots), "codes_used": used, "hashes": len(keys),
		"ballots_hash": hashOf([]byte(ballotLines(ballots))), "hashes_hash": hashOf([]byte(strings.Join(keys, "\n") + "\n")),
		"root": merkleRoot(keys), "merged": anys(merged)}, nil
}

// ClosedBallot is a ballot as it is published: class and content, without its hash.
type ClosedBallot struct {
	Class   string
	Options []string
}

// ballotLines is the text whose hash the closing leaf holds: one ballot a line,
// class and options, sorted by content.
func ballotLines(list []ClosedBallot) string {
	var b strings.Builder
	for _, c := range list {
		b.WriteString(c.Class + " " + strings.Join(c.Options, ",") + "\n")
	}
	return b.String()
}

// merkleRoot is the RFC 9162 tree hash of the sorted keys, each as its 32 bytes.
func merkleRoot(keys []string) string {
	leaves := make([]tlog.Hash, len(keys))
	for i, k := range keys {
		raw, _ := hex.DecodeString(k)
		leaves[i] = tlog.RecordHash(raw)
	}
	root := treeHash(leaves)
	return hex.EncodeToString(root[:])
}

func treeHash(leaves []tlog.Hash) tlog.Hash {
	switch len(leaves) {
	case 0:
		h, _ := tlog.TreeHash(0, nil)
		return h
	case 1:
		return leaves[0]
	}
	split := 1
	for 2*split < len(leaves) {
		split *= 2
	}
	return tlog.NodeHash(treeHash(leaves[:split]), treeHash(leaves[split:]))
}

func keysOf(tx *store.Tx, query, vote string) (keys []string, err error) {
	err = each(tx, query, []any{tx.Log(), vote}, func(scan func(...any) error) error {
		var k string
		err := scan(&k)
		keys = append(keys, k)
		return err
	})
	slices.Sort(keys)
	return keys, err
}
