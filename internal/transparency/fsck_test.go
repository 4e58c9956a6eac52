package transparency

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

func TestFsck(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		audit := func(want Audit) {
			t.Helper()
			want.Origin = "khettara/local/marrakech"
			got, err := w.Fsck(t.Context(), logID)
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Error(diff, err)
			}
		}
		audit(Audit{})
		_, err := w.Seal(t.Context(), logID)
		must(t, err)
		audit(Audit{Checkpoints: 1})
		w.say(1)
		audit(Audit{Changes: 1, Openings: 3, Checkpoints: 1}) // the tree lags, and that is no fault
		w.sealed(699)                                         // more than one batch
		w.sealed(1)
		w.say(2)
		audit(Audit{Changes: 703, Openings: 3 * 703, Leaves: 701, Checkpoints: 3})
		must(t, os.Remove(w.keyFile()))
		if a, err := New(db, w.dir).Fsck(t.Context(), logID); err != nil || !a.KeyMissing || a.Checkpoints != 3 {
			t.Errorf("without the key: %+v, %v", a, err)
		}
		if _, err := w.Fsck(t.Context(), "unknown"); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown log: %v", err)
		}
		must(t, db.Ping(t.Context()))
	})
}

// TestFsckSeesEveryChange tampers with the tables in every way and asks for the place.
func TestFsckSeesEveryChange(t *testing.T) {
	zeros := strings.Repeat("00", 32)
	for name, c := range map[string]struct{ query, want string }{
		"row deleted":          {`DELETE FROM change WHERE n = 2`, "leaf 2 is missing"},
		"last row deleted":     {`DELETE FROM change WHERE n = 5`, "leaf 5 of 6 is missing"},
		"end cut off":          {`DELETE FROM change WHERE n > 2; UPDATE log_head SET size = 3 WHERE size = 6`, "the tree has 6 leaves, the log 3"},
		"end and tree cut":     {`DELETE FROM change WHERE n > 2; UPDATE log_head SET size = 3 WHERE size = 6; DELETE FROM tree_node WHERE place > 3`, "a checkpoint of 6 leaves was signed, the tree has 3"},
		"tree cut":             {`DELETE FROM tree_node WHERE place > 3`, "a checkpoint of 6 leaves was signed, the tree has 3"},
		"rows exchanged":       {`UPDATE change SET n = 100 WHERE n = 1; UPDATE change SET n = 1 WHERE n = 2; UPDATE change SET n = 2 WHERE n = 100`, "leaf 1"},
		"time":                 {`UPDATE change SET t = t + 1000000 WHERE n = 5`, "leaf 5 has another hash"},
		"time falls":           {`UPDATE change SET t = 1 WHERE n = 5`, "leaf 5 is older"},
		"kind":                 {`UPDATE change SET kind = 'x' WHERE n = 5`, "kind of leaf 5"},
		"subject":              {`UPDATE change SET subject = 'x' WHERE n = 5`, "subject of leaf 5"},
		"hash":                 {`UPDATE change SET hash = '` + zeros + `' WHERE n = 3`, "leaf 3 has another hash"},
		"commitment":           {`UPDATE change SET person_commit = '` + zeros + `' WHERE n = 3`, "leaf 3 has another hash"},
		"commitment no hash":   {`UPDATE change SET person_commit = 'x' WHERE n = 3`, "leaf 3"},
		"public body":          {`UPDATE change SET public_body = '{}' WHERE n = 3`, "public part of leaf 3"},
		"text body":            {`UPDATE change SET text_body = REPLACE(text_body, '3', '4') WHERE n = 3`, "text part of leaf 3"},
		"person body":          {`UPDATE change SET person_body = '{}' WHERE n = 3`, "person part of leaf 3"},
		"salt":                 {`UPDATE change SET text_salt = '` + zeros + `' WHERE n = 3`, "text part of leaf 3"},
		"origin":               {`UPDATE log_head SET origin = 'khettara/local/marrakesh' WHERE size = 6`, "khettara/local/marrakesh"},
		"node of a leaf":       {`UPDATE tree_node SET hash = '` + zeros + `' WHERE place = 3`, "over leaves 2 to 2"},
		"inner node":           {`UPDATE tree_node SET hash = '` + zeros + `' WHERE place = 2`, "over leaves 0 to 1"},
		"node missing":         {`DELETE FROM tree_node WHERE place = 2`, "over leaves 0 to 1 is missing"},
		"node too long":        {`UPDATE tree_node SET hash = hash || '00' WHERE place = 2`, "node 2"},
		"node no hash":         {`UPDATE tree_node SET hash = '` + strings.Repeat("zz", 32) + `' WHERE place = 2`, "node 2"},
		"checkpoint's root":    {`UPDATE log_checkpoint SET root = '` + zeros + `' WHERE size = 4`, "checkpoint of 4 leaves"},
		"checkpoint's size":    {`UPDATE log_checkpoint SET size = 5 WHERE size = 4`, "checkpoint of 5 leaves"},
		"checkpoint's note":    {`UPDATE log_checkpoint SET note = REPLACE(note, char(10) || '4' || char(10), char(10) || '5' || char(10)) WHERE size = 4`, "checkpoint of 4 leaves"},
		"checkpoint no note":   {`UPDATE log_checkpoint SET note = '' WHERE size = 4`, "checkpoint of 4 leaves"},
		"checkpoint no hash":   {`UPDATE log_checkpoint SET root = 'x' WHERE size = 4`, "checkpoint of 4 leaves"},
		"checkpoint in future": {`UPDATE log_checkpoint SET size = 7 WHERE size = 6`, "a checkpoint of 7 leaves"},
	} {
		t.Run(name, func(t *testing.T) {
			db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
			w := newWorld(t, db)
			w.sealed(4)
			w.sealed(2)
			_, err := w.Fsck(t.Context(), logID)
			must(t, err)
			for query := range strings.SplitSeq(c.query, "; ") {
				w.tamper(query)
			}
			_, err = New(db, w.dir).Fsck(t.Context(), logID)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want …%s…", err, c.want)
			}
			if name != "origin" && !errors.Is(err, ErrDisagrees) {
				t.Errorf("not called a disagreement: %v", err)
			}
			if name != "origin" && db.Ping(t.Context()) == nil {
				t.Error("writing goes on")
			}
		})
	}
}

// TestFsckSeesAnyDigit changes one random digit of one random hash, commitment or salt.
func TestFsckSeesAnyDigit(t *testing.T) {
	db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
	w := newWorld(t, db)
	w.sealed(9)
	columns := []string{"hash", "public_commit", "public_salt", "text_commit", "text_salt", "person_commit", "person_salt"}
	rapid.Check(t, func(rt *rapid.T) {
		column := rapid.SampledFrom(columns).Draw(rt, "column")
		n := rapid.IntRange(0, 8).Draw(rt, "leaf")
		at := rapid.IntRange(0, 63).Draw(rt, "digit")
		var was string
		must(t, db.Read().QueryRowContext(t.Context(), `SELECT `+column+` FROM change WHERE programme_id = $1 AND n = $2`, logID, n).Scan(&was))
		digit := byte('0')
		if was[at] == digit {
			digit = '1'
		}
		set := func(s string) {
			w.tamper(`UPDATE change SET `+column+` = $3 WHERE programme_id = $1 AND n = $2`, logID, n, s)
		}
		set(was[:at] + string(digit) + was[at+1:])
		defer set(was)
		// The unexported one does not stop writing, so the digit can be put back.
		if _, err := w.fsck(t.Context(), logID); !errors.Is(err, ErrDisagrees) {
			rt.Fatalf("passed: %v", err)
		}
	})
}

// TestTheAuditGoesOn: a row changed long after the start is noticed too, and stops writing.
func TestTheAuditGoesOn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.sealed(3)
		found := make(chan error, 100)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			w.FsckAll(ctx, 10*time.Millisecond, func(err error) { found <- err })
			close(done)
		}()
		defer func() { stop(); <-done }()
		time.Sleep(50 * time.Millisecond)
		must(t, db.Ping(t.Context()))
		w.tamper(`UPDATE change SET public_body = REPLACE(public_body, '07.351', '07.352') WHERE n = 1`)
		select {
		case err := <-found:
			if !errors.Is(err, ErrDisagrees) || !errors.Is(db.Ping(t.Context()), ErrDisagrees) {
				t.Errorf("found %v, writing: %v", err, db.Ping(t.Context()))
			}
		case <-time.After(10 * time.Second):
			t.Fatal("nothing was noticed")
		}
	})
}
