package transparency

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// client is a stranger's client of the log: it sees tiles by their C2SP paths and nothing else.
type client struct{ w *world }

func (c client) Height() int                     { return 8 }
func (c client) SaveTiles([]tlog.Tile, [][]byte) {}
func (c client) ReadTiles(tiles []tlog.Tile) (all [][]byte, err error) {
	for _, t := range tiles {
		// x/mod writes tile/8/L/N, C2SP tile/L/N.
		data, err := c.w.Tile(c.w.t.Context(), logID, strings.TrimPrefix(t.Path(), "tile/8/"))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

// TestTiles reads a log of 600 leaves as a stranger does: checkpoint, tiles,
// entries; every proof is made from those alone.
func TestTiles(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		first := w.sealed(300)
		last := w.sealed(300)
		reader := tlog.TileHashReader(tlog.Tree{N: last.Size, Hash: last.Root}, client{w})
		var leaves [][]byte
		for _, path := range []string{"000", "001", "002.p/88"} {
			bundle, err := w.Tile(t.Context(), logID, "entries/"+path)
			must(t, err)
			for len(bundle) > 0 {
				n := binary.BigEndian.Uint16(bundle)
				leaves = append(leaves, bundle[2:2+n])
				bundle = bundle[2+n:]
			}
		}
		if int64(len(leaves)) != last.Size {
			t.Fatalf("%d entries, the checkpoint says %d", len(leaves), last.Size)
		}
		for n, data := range leaves {
			leaf, err := store.ParseLeaf(data)
			if err != nil || leaf.N != int64(n) {
				t.Fatalf("entry %d is %s, %v", n, data, err)
			}
			if n%37 != 0 && n != len(leaves)-1 {
				continue
			}
			proof, err := tlog.ProveRecord(last.Size, int64(n), reader)
			must(t, err)
			must(t, tlog.CheckRecord(proof, last.Size, last.Root, int64(n), tlog.RecordHash(data)))
		}
		proof, err := tlog.ProveTree(last.Size, first.Size, reader)
		must(t, err)
		must(t, tlog.CheckTree(proof, last.Size, last.Root, first.Size, first.Root))
		ours, err := w.Consistency(t.Context(), logID, first.Size, last.Size)
		if err != nil || fmt.Sprint(ours) != fmt.Sprint(proof) {
			t.Errorf("our consistency proof differs: %v", err)
		}
		// The partial tiles of the older checkpoint stay.
		for path, want := range map[string]int{"0/001.p/44": 44, "0/001": 256, "0/002.p/88": 88, "1/000.p/1": 1, "1/000.p/2": 2} {
			if data, err := w.Tile(t.Context(), logID, path); err != nil || len(data) != want*tlog.HashSize {
				t.Errorf("tile %s has %d bytes, %v", path, len(data), err)
			}
		}
	})
}

func TestTilesRefuse(t *testing.T) {
	db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
	w := newWorld(t, db)
	if _, err := w.Tile(t.Context(), logID, "0/000.p/1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("before the first checkpoint: %v", err)
	}
	w.sealed(5)
	w.say(3) // in the log, not in a checkpoint
	must(t, db.CatchUp(t.Context(), w.Service))
	for _, path := range []string{
		"", "0", "0/000", "0/000.p/6", "0/000.p/0", "0/000.p/256", "0/000.p/05", "0/000.p/-1", "0/000.p/", "0/001.p/1", "1/000.p/1",
		"00/000.p/5", "-1/000.p/5", "8/000.p/1", "64/000.p/1", "data/000.p/5", "0/0.p/5", "0/x000/000.p/5", "0/../0/000.p/5", "8/0/000.p/5",
		"0/x999/x999/x999/x999/x999/x999/x999/999.p/5", "0/x036/x028/x797/x018/x963/x968/000.p/1", "entries/000", "entries/000.p/6", "entries/", "entries/0/000.p/5", "entries/data/000.p/5",
	} {
		if data, err := w.Tile(t.Context(), logID, path); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %d bytes, %v", path, len(data), err)
		}
	}
	for _, path := range []string{"0/000.p/5", "0/000.p/1", "entries/000.p/5"} {
		if _, err := w.Tile(t.Context(), logID, path); err != nil {
			t.Errorf("%q: %v", path, err)
		}
	}
	if _, err := w.Tile(t.Context(), "unknown", "0/000.p/1"); !fault.Is(err, fault.NotFound) {
		t.Errorf("unknown log: %v", err)
	}
}

// TestEntriesRefuseToLie changes what the bundles are made of.
func TestEntriesRefuseToLie(t *testing.T) {
	for _, query := range []string{`UPDATE change SET t = t + 1 WHERE n = 2`, `DELETE FROM change WHERE n = 2`, `DELETE FROM change WHERE n = 4`} {
		db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
		w := newWorld(t, db)
		w.sealed(5)
		w.tamper(query)
		if _, err := w.Entries(t.Context(), logID, "000.p/5"); err == nil || db.Ping(t.Context()) == nil {
			t.Errorf("%s: served", query)
		}
	}
}
