package transparency

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

func TestProve(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.sealed(5)
		keys := []note.Verifier{w.verifier()}
		for n := range int64(5) {
			r, err := Verify(w.prove(n, Text), keys)
			must(t, err)
			if r.Index != n || r.Size != 5 || r.Origin != "khettara/local/marrakech" || r.Leaf.N != n {
				t.Errorf("leaf %d: %+v", n, r)
			}
			want := map[PartName]store.Part{Text: {"title": fmt.Sprintf("إصلاح الطريق %d", n)}}
			if n%2 == 0 { // released
				want[Public] = store.Part{"kind": "proposal.submitted.v1", "subject": fmt.Sprintf("proposal/P-%04d", n), "commune": "07.351.03.11"}
			}
			if diff := cmp.Diff(want, r.Openings); diff != "" {
				t.Errorf("leaf %d opens (-want +got)\n%s", n, diff)
			}
		}
		if r, err := Verify(w.prove(2), keys); err != nil || r.Openings[Text] != nil {
			t.Errorf("the text was opened unasked: %v, %v", r.Openings, err)
		}
		if _, err := w.Prove(t.Context(), logID, 2, Person); err == nil {
			t.Error("the person part was opened")
		}
		w.say(1)
		if _, err := w.Prove(t.Context(), logID, 5); !errors.Is(err, NotSealed) {
			t.Errorf("before the next checkpoint: %v", err)
		}
		for _, n := range []int64{6, -1, 1 << 60} {
			if _, err := w.Prove(t.Context(), logID, n); !fault.Is(err, fault.NotFound) || errors.Is(err, NotSealed) {
				t.Errorf("leaf %d: %v", n, err)
			}
		}
		if _, err := w.Prove(t.Context(), "unknown", 0); !fault.Is(err, fault.NotFound) {
			t.Errorf("unknown log: %v", err)
		}
	})
}

// TestProveAfterErasure checks that the proof of a text outlives its author's erasure, and the leaf both.
func TestProveAfterErasure(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		w.sealed(3)
		old := w.prove(2, Text)
		erase := func(do func(tx *store.Tx) error) {
			must(t, db.Write(t.Context(), logID, func(tx *store.Tx) error {
				if _, err := tx.Append(store.Change{Kind: "person.erased.v1", Subject: "person/7"}); err != nil {
					return err
				}
				return do(tx)
			}))
			w.made++
		}
		keys := []note.Verifier{w.verifier()}
		erase(func(tx *store.Tx) error { return tx.ErasePerson("proposal/P-0002") })
		if r, err := Verify(w.prove(2, Text), keys); err != nil || r.Openings[Text] == nil {
			t.Errorf("after the person: %+v, %v", r, err)
		}
		erase(func(tx *store.Tx) error { return tx.EraseText("proposal/P-0002") })
		if r, err := Verify(w.prove(2, Text), keys); err != nil || r.Openings[Text] != nil || r.Openings[Public] == nil {
			t.Errorf("after the text: %+v, %v", r, err)
		}
		w.sealed(1)
		if _, err := Verify(old, keys); err != nil {
			t.Errorf("the proof handed out before: %v", err)
		}
		if a, err := w.Fsck(t.Context(), logID); err != nil || a.Changes != 6 || a.Openings != 3*6-2 {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestOpening(t *testing.T) {
	db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
	w := newWorld(t, db)
	w.say(2)
	data, err := w.Opening(t.Context(), logID, 0)
	must(t, err)
	list, err := db.Changes(t.Context(), logID, 0, 1)
	must(t, err)
	want := fmt.Sprintf(`{"public":{"body":{"commune":"07.351.03.11","kind":"proposal.submitted.v1","subject":"proposal/P-0000"},"salt":"%x"}}`, list[0].Public.Salt)
	if string(data) != want {
		t.Errorf("got %s\nwant %s", data, want)
	}
	for _, n := range []int64{1, 2} { // not released, not there
		if _, err := w.Opening(t.Context(), logID, n); !fault.Is(err, fault.NotFound) {
			t.Errorf("opening %d: %v", n, err)
		}
	}
	must(t, db.Write(t.Context(), logID, func(tx *store.Tx) error {
		if _, err := tx.Append(store.Change{Kind: "proposal.released.v1", Subject: "proposal/P-0001"}); err != nil {
			return err
		}
		return tx.Release("proposal/P-0001")
	}))
	if _, err := w.Opening(t.Context(), logID, 1); err != nil {
		t.Errorf("after the release: %v", err)
	}
}

// TestProveRefusesToLie changes a row after it was sealed: no proof is handed out that would not hold.
func TestProveRefusesToLie(t *testing.T) {
	for name, query := range map[string]string{
		"time":        `UPDATE change SET t = t + 1 WHERE n = 2`,
		"commitment":  `UPDATE change SET text_commit = public_commit WHERE n = 2`,
		"public body": `UPDATE change SET public_body = '{}' WHERE n = 2`,
		"text salt":   `UPDATE change SET text_salt = public_salt WHERE n = 2`,
		"no JSON":     `UPDATE change SET public_body = 'x' WHERE n = 2`,
		"node":        `UPDATE tree_node SET hash = (SELECT hash FROM tree_node WHERE place = 0) WHERE place = 4`,
		"node gone":   `DELETE FROM tree_node WHERE place = 4`,
	} {
		t.Run(name, func(t *testing.T) {
			db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
			w := newWorld(t, db)
			w.sealed(5)
			w.tamper(query)
			if f, err := w.Prove(t.Context(), logID, 2, Text); !errors.Is(err, ErrDisagrees) {
				t.Errorf("proved with %+v, %v", f, err)
			}
		})
	}
}

// TestSampleFile fixes the format: a receipt printed years ago must still verify.
func TestSampleFile(t *testing.T) {
	f := newFixed(t)
	data := marshal(t, f.proof(t, 4, 7, f.log.signer, f.witness.signer))
	testkit.Golden(t, "sample.khettara-proof", data)
	testkit.Golden(t, "sample.vkey", []byte(f.log.Verifier))
	r, err := Verify(data, []note.Verifier{f.log.verifier})
	must(t, err)
	want := []Signature{{Name: f.origin, ID: f.log.ID, Checked: true}, {Name: "witness.example/w1", ID: f.witness.ID}}
	if diff := cmp.Diff(want, r.Signatures); diff != "" {
		t.Error(diff)
	}
	if !includedByDefinition(tlog.RecordHash(f.leaves[4].Bytes()), 4, 7, f.proof(t, 4, 7).Proof, r.Root) {
		t.Error("the sample does not hold by the definition")
	}
}

// TestParseProofIsFree checks that space and order do not matter, so that other programs can write such files.
func TestParseProofIsFree(t *testing.T) {
	f := newFixed(t)
	want := f.proof(t, 0, 1, f.log.signer) // one leaf: a proof of no hashes
	data := string(marshal(t, want))
	at := strings.Index(data, `"index":0,`)
	other := "\n{ \"index\" :\t0 , " + data[1:at] + data[at+len(`"index":0,`):]
	other = strings.ReplaceAll(other, `"proof":[]`, `"proof": [ ]`)
	if _, err := Verify([]byte(other), []note.Verifier{f.log.verifier}); err != nil {
		t.Errorf("%v in %s", err, other)
	}
}

// FuzzParseProof checks that whatever is read is written and read again alike, and that Verify never fails otherwise than by saying so.
func FuzzParseProof(f *testing.F) {
	fx := newFixed(f)
	f.Add(marshal(f, fx.proof(f, 4, 7, fx.log.signer, fx.witness.signer)))
	f.Add(marshal(f, fx.proof(f, 0, 1, fx.log.signer)))
	bare := fx.proof(f, 6, 7, fx.log.signer)
	bare.Openings = nil
	f.Add(marshal(f, bare))
	f.Add([]byte(`{"origin":"o","index":0,"leaf":"","openings":{},"proof":[],"checkpoint":""}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := Verify(data, []note.Verifier{fx.log.verifier})
		var p *Problem
		if err != nil && !errors.As(err, &p) {
			t.Fatalf("an error that is no problem: %v", err)
		}
		if len(report.Checks) == 0 {
			t.Fatal("nothing was checked")
		}
		proof, err := ParseProof(data)
		if err != nil {
			return
		}
		again, err := ParseProof(marshal(t, proof))
		if err != nil {
			t.Fatal(err)
		}
		if len(proof.Openings) == 0 {
			proof.Openings = nil // an empty object is not written
		}
		if diff := cmp.Diff(proof, again); diff != "" {
			t.Fatal(diff)
		}
	})
}
