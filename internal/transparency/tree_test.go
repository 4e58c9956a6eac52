package transparency

import (
	"encoding/hex"
	"errors"
	"fmt"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// TestKnownRoots uses the eight leaves and roots that Certificate Transparency's implementations share.
func TestKnownRoots(t *testing.T) {
	roots := []string{
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	}
	tree := newNodes(t.Context(), nil, "")
	for n, text := range []string{"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"} {
		leaf, err := hex.DecodeString(text)
		must(t, err)
		_, err = tree.grow(int64(n), tlog.RecordHash(leaf))
		must(t, err)
		root, err := tlog.TreeHash(int64(n)+1, tree)
		must(t, err)
		if got := hex.EncodeToString(root[:]); got != roots[n] {
			t.Errorf("root of %d leaves is %s, want %s", n+1, got, roots[n])
		}
	}
}

// TestTree holds roots and all proofs of a growing log against the definitions of RFC 9162.
func TestTree(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		var leaves [][]byte
		var roots []tlog.Hash
		for _, n := range []int{0, 1, 1, 1, 2, 3, 7, 1, 20} {
			c := Sealed{}
			if n == 0 {
				var err error
				c, err = w.Seal(t.Context(), logID)
				must(t, err)
			} else {
				c = w.sealed(n)
			}
			list, err := db.Changes(t.Context(), logID, int64(len(leaves)), 100)
			must(t, err)
			for _, r := range list {
				leaves = append(leaves, r.Leaf.Bytes())
			}
			if want := rootByDefinition(leaves); c.Root != want || c.Size != int64(len(leaves)) {
				t.Fatalf("checkpoint of %d leaves with root %s, want %d and %s", c.Size, c.Root, len(leaves), want)
			}
		}
		for size := range len(leaves) + 1 {
			roots = append(roots, rootByDefinition(leaves[:size]))
		}
		last, err := w.Checkpoint(t.Context(), logID)
		must(t, err)
		for n, leaf := range leaves {
			f, err := w.Prove(t.Context(), logID, int64(n))
			must(t, err)
			if !includedByDefinition(tlog.RecordHash(leaf), int64(n), last.Size, f.Proof, last.Root) {
				t.Errorf("the proof of leaf %d does not hold", n)
			}
		}
		for to := range int64(len(roots)) {
			for from := range to + 1 {
				proof, err := w.Consistency(t.Context(), logID, from, to)
				must(t, err)
				if from == 0 {
					if len(proof) != 0 {
						t.Errorf("a proof of %d hashes from the empty tree", len(proof))
					}
					continue
				}
				if err := tlog.CheckTree(proof, to, roots[to], from, roots[from]); err != nil {
					t.Errorf("consistency of %d with %d: %v", from, to, err)
				}
			}
		}
		for _, c := range [][2]int64{{-1, 3}, {4, 3}, {1, last.Size + 1}} {
			if _, err := w.Consistency(t.Context(), logID, c[0], c[1]); !fault.Is(err, fault.NotFound) {
				t.Errorf("consistency of %v: %v", c, err)
			}
		}
	})
}

// TestBatches checks that the tree does not depend on how the reader is fed.
func TestBatches(t *testing.T) {
	db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
	w := newWorld(t, db)
	w.say(120)
	list, err := db.Changes(t.Context(), logID, 0, 200)
	must(t, err)
	rapid.Check(t, func(rt *rapid.T) {
		w.tamper(`DELETE FROM tree_node`)
		for rest := list; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(rt, "batch")
			must(t, db.WriteUnlogged(t.Context(), func(tx *store.Tx) error {
				return w.Apply(tx.Context(), tx, logID, rest[:n])
			}))
			rest = rest[n:]
		}
		tree := newNodes(t.Context(), db.Read(), logID)
		must(t, tree.readRange(0, 1<<40))
		mine := newNodes(t.Context(), nil, logID)
		for _, r := range list {
			_, err := mine.grow(r.N, r.Hash)
			must(t, err)
		}
		if len(tree.known) != len(mine.known) || int64(len(tree.known)) != tlog.StoredHashCount(120) {
			rt.Fatalf("%d nodes, want %d", len(tree.known), len(mine.known))
		}
		for place, h := range mine.known {
			if tree.known[place] != h {
				rt.Fatalf("node %d differs", place)
			}
		}
	})
}

func TestApplyRefuses(t *testing.T) {
	for name, spoil := range map[string]func(batch []store.Recorded) []store.Recorded{
		"a gap":        func(b []store.Recorded) []store.Recorded { return append(b[:1:1], b[2:]...) },
		"a repetition": func(b []store.Recorded) []store.Recorded { return append(b[:1:1], b...) },
		"a wrong hash": func(b []store.Recorded) []store.Recorded { b[1].Hash[0] ^= 1; return b },
		"a wrong time": func(b []store.Recorded) []store.Recorded { b[1].Leaf.T++; return b },
	} {
		t.Run(name, func(t *testing.T) {
			db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
			w := newWorld(t, db)
			w.say(4)
			list, err := db.Changes(t.Context(), logID, 0, 10)
			must(t, err)
			err = db.WriteUnlogged(t.Context(), func(tx *store.Tx) error { return w.Apply(tx.Context(), tx, logID, spoil(list)) })
			if !errors.Is(err, ErrDisagrees) {
				t.Errorf("applied with %v", err)
			}
			if err := db.Ping(t.Context()); !errors.Is(err, ErrDisagrees) {
				t.Errorf("writing goes on: %v", err)
			}
			if size, err := treeSize(t.Context(), db.Read(), logID); size != 0 || err != nil {
				t.Errorf("the tree grew to %d, %v", size, err)
			}
		})
	}
}

func TestFrontier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(0, 1<<20).Draw(t, "size")
		// What a tree of this size needs is what TreeHash asks for.
		var asked []int64
		_, err := tlog.TreeHash(size, tlog.HashReaderFunc(func(places []int64) ([]tlog.Hash, error) {
			asked = places
			return make([]tlog.Hash, len(places)), nil
		}))
		if err != nil || fmt.Sprint(asked) != fmt.Sprint(frontier(size)) {
			t.Fatalf("%d: %v, want %v", size, frontier(size), asked)
		}
	})
}

func TestTreeSizeRefuses(t *testing.T) {
	for name, query := range map[string]string{
		"last node gone": `DELETE FROM tree_node WHERE place = (SELECT MAX(place) FROM tree_node)`,
		"stray node":     `INSERT INTO tree_node (programme_id, place, hash) VALUES ('` + logID + `', 1000, '')`,
		"huge place":     `INSERT INTO tree_node (programme_id, place, hash) VALUES ('` + logID + `', 9223372036854775807, '')`,
		"negative place": `UPDATE tree_node SET place = place - 100`,
	} {
		t.Run(name, func(t *testing.T) {
			db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
			w := newWorld(t, db)
			w.sealed(4)
			w.tamper(query)
			if _, err := w.Seal(t.Context(), logID); !errors.Is(err, ErrDisagrees) {
				t.Errorf("sealed with %v", err)
			}
		})
	}
}
