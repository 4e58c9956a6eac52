package transparency

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/store"
)

// logID is the log of a programme in the tests; its slug is marrakech.
const logID = "0192f0c4-7d4e-7000-8000-000000000001"

// world is a service over a database with one programme's log.
type world struct {
	*Service
	t    testing.TB
	dir  string
	made int
}

func newWorld(t testing.TB, db *store.DB) *world {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "keys")
	w := &world{Service: New(db, dir), t: t, dir: dir}
	must(t, db.WriteUnlogged(t.Context(), func(tx *store.Tx) error { return tx.CreateLog(logID, "marrakech") }))
	return w
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// say appends n changes, the even ones released at once.
func (w *world) say(n int) {
	w.t.Helper()
	must(w.t, w.db.Write(w.t.Context(), logID, func(tx *store.Tx) error {
		for range n {
			_, err := tx.Append(store.Change{
				Kind: "proposal.submitted.v1", Subject: fmt.Sprintf("proposal/P-%04d", w.made), Open: w.made%2 == 0,
				Public: store.Part{"commune": "07.351.03.11"},
				Text:   store.Part{"title": fmt.Sprintf("إصلاح الطريق %d", w.made)},
				Person: store.Part{"author": fmt.Sprintf("person-%d", w.made)},
			})
			if err != nil {
				return err
			}
			w.made++
		}
		return nil
	}))
}

// sealed appends n changes, lets the tree follow and seals it.
func (w *world) sealed(n int) Sealed {
	w.t.Helper()
	w.say(n)
	must(w.t, w.db.CatchUp(w.t.Context(), w.Service))
	c, err := w.Seal(w.t.Context(), logID)
	must(w.t, err)
	return c
}

func (w *world) prove(n int64, also ...PartName) []byte {
	w.t.Helper()
	f, err := w.Prove(w.t.Context(), logID, n, also...)
	must(w.t, err)
	data, err := f.Marshal()
	must(w.t, err)
	return data
}

func (w *world) verifier() note.Verifier {
	w.t.Helper()
	k, err := w.Key(w.t.Context(), logID)
	must(w.t, err)
	_, v, err := ParseKey(k.Verifier)
	must(w.t, err)
	return v
}

// tamper changes the database behind the program's back.
func (w *world) tamper(query string, args ...any) {
	w.t.Helper()
	must(w.t, w.db.WriteUnlogged(w.t.Context(), func(tx *store.Tx) error { return tx.Exec(query, args...) }))
}

func (w *world) keyFile() string { return filepath.Join(w.dir, "marrakech.key") }

// rootByDefinition is MTH of RFC 9162 §2.1.1, word for word.
func rootByDefinition(leafs [][]byte) tlog.Hash {
	switch len(leafs) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leafs[0]...))
	}
	k := 1
	for 2*k < len(leafs) {
		k *= 2
	}
	left, right := rootByDefinition(leafs[:k]), rootByDefinition(leafs[k:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// includedByDefinition is RFC 9162 §2.1.3.2, word for word.
func includedByDefinition(hash tlog.Hash, index, size int64, proof []tlog.Hash, root tlog.Hash) bool {
	if index >= size {
		return false
	}
	node := func(l, r tlog.Hash) tlog.Hash {
		return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
	}
	fn, sn, r := index, size-1, hash
	for _, p := range proof {
		if sn == 0 {
			return false
		}
		if fn&1 == 1 || fn == sn {
			r = node(p, r)
			for fn&1 == 0 && fn != 0 {
				fn, sn = fn>>1, sn>>1
			}
		} else {
			r = node(r, p)
		}
		fn, sn = fn>>1, sn>>1
	}
	return sn == 0 && r == root
}

// fixed makes proofs that are the same in every run: a log of seven leaves and keys of known seeds.
type fixed struct {
	origin  string
	leaves  []store.Leaf
	opened  []map[PartName]Opened
	nodes   *nodes
	log     logKey
	witness logKey
}

func newFixed(t testing.TB) *fixed {
	t.Helper()
	f := &fixed{origin: "khettara/example/marrakech", nodes: newNodes(t.Context(), nil, "")}
	f.log, f.witness = keyOfSeed(t, f.origin, 1), keyOfSeed(t, "witness.example/w1", 2)
	for n := range int64(7) {
		open := map[PartName]Opened{
			Public: {Body: store.Part{"kind": "contribution.recorded.v1", "subject": "contribution/C-0007-1", "college": "associations", "n": n, "tags": []any{"ماء", true}}},
			Text:   {Body: store.Part{"raw": "خاصّ الما فالدوار \"كل نهار\"\nوالطريق\u2028حتى هي\u001f", "lang": "ary"}},
			Person: {Body: store.Part{}},
		}
		leaf := store.Leaf{Log: f.origin, N: n, T: 1767225600000 + n}
		for name, to := range map[PartName]*string{Public: &leaf.Public, Text: &leaf.Text, Person: &leaf.Person} {
			o := open[name]
			o.Salt = sha256.Sum256([]byte(fmt.Sprint(name, n)))
			open[name] = o
			var err error
			*to, err = store.Commitment(o.Salt, o.Body)
			must(t, err)
		}
		f.leaves, f.opened = append(f.leaves, leaf), append(f.opened, open)
		_, err := f.nodes.grow(n, leaf.Hash())
		must(t, err)
	}
	return f
}

func keyOfSeed(t testing.TB, name string, first byte) logKey {
	t.Helper()
	seed := [ed25519.SeedSize]byte{first}
	public, err := note.NewEd25519VerifierKey(name, ed25519.NewKeyFromSeed(seed[:]).Public().(ed25519.PublicKey))
	must(t, err)
	// A signing key names the public one's id, then an algorithm (1) and the seed.
	id := strings.Split(public, "+")[1]
	key, err := parseSecret("PRIVATE+KEY+" + name + "+" + id + "+" + base64.StdEncoding.EncodeToString(append([]byte{1}, seed[:]...)))
	must(t, err)
	if key.Verifier != public {
		t.Fatalf("the key of the seed is %s, reckoned %s", public, key.Verifier)
	}
	return key
}

// proof is the proof file of leaf n in the tree of the given size, signed by the signers, all three parts open.
func (f *fixed) proof(t testing.TB, n, size int64, signers ...note.Signer) ProofFile {
	t.Helper()
	root, err := tlog.TreeHash(size, f.nodes)
	must(t, err)
	hashes, err := tlog.ProveRecord(size, n, f.nodes)
	must(t, err)
	signed, err := note.Sign(&note.Note{Text: Checkpoint{Origin: f.origin, Size: size, Root: root}.Text()}, signers...)
	must(t, err)
	return ProofFile{Origin: f.origin, Index: n, Leaf: f.leaves[n].Bytes(), Openings: f.opened[n], Proof: hashes, Checkpoint: string(signed)}
}

func marshal(t testing.TB, f ProofFile) []byte {
	t.Helper()
	data, err := f.Marshal()
	must(t, err)
	return data
}
