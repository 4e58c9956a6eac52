package transparency

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"github.com/khettara/khettara/internal/store"
)

// TestVerifyGood tells what a good file shows, with the log's key, with a witness's too, and with none.
func TestVerifyGood(t *testing.T) {
	f := newFixed(t)
	data := marshal(t, f.proof(t, 4, 7, f.log.signer, f.witness.signer))
	for name, c := range map[string]struct {
		keys []note.Verifier
		want error
		last string
	}{
		"log":         {[]note.Verifier{f.log.verifier}, nil, "proof"},
		"log+witness": {[]note.Verifier{f.log.verifier, f.witness.verifier}, nil, "proof"},
		"none":        {nil, ErrUnsigned, "proof"},
	} {
		r, err := Verify(data, c.keys)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if r.Leaf != f.leaves[4] || r.Size != 7 || len(r.Openings) != 3 || r.Checks[len(r.Checks)-1].Where != c.last {
			t.Errorf("%s: %+v", name, r)
		}
		checked := 0
		for _, s := range r.Signatures {
			if s.Checked {
				checked++
			}
		}
		if checked != len(c.keys) || len(r.Signatures) != 2 {
			t.Errorf("%s: signatures %+v", name, r.Signatures)
		}
	}
}

// eachFlip changes every byte of a file in ten ways, eight of them single bits, and tells what Verify says.
func eachFlip(data []byte, keys []note.Verifier, then func(at int, changed []byte, r Report, err error)) {
	for i, c := range data {
		others := []byte{' ', '\n'}
		for bit := range 8 {
			others = append(others, c^1<<bit)
		}
		for _, other := range others {
			if other == c {
				continue
			}
			changed := bytes.Clone(data)
			changed[i] = other
			r, err := Verify(changed, keys)
			then(i, changed, r, err)
		}
	}
}

// TestAnyFlippedBitIsSeen: no byte of a leaf, opening, proof or checkpoint, nor of what holds them together, can change unseen.
func TestAnyFlippedBitIsSeen(t *testing.T) {
	f := newFixed(t)
	keys := []note.Verifier{f.log.verifier}
	for _, place := range [][2]int64{{4, 7}, {0, 1}, {6, 7}} {
		data := marshal(t, f.proof(t, place[0], place[1], f.log.signer))
		if _, err := Verify(data, keys); err != nil {
			t.Fatal(err)
		}
		eachFlip(data, keys, func(at int, changed []byte, _ Report, err error) {
			if p := new(Problem); !errors.As(err, &p) || p.Where == "" || p.Why == "" {
				t.Fatalf("byte %d in %s: %v", at, changed[max(0, at-30):min(len(changed), at+10)], err)
			}
		})
	}
}

// TestFlippedWitness: a witness's line that is changed fails, or is listed as not checked when its name or id is hit.
func TestFlippedWitness(t *testing.T) {
	f := newFixed(t)
	keys := []note.Verifier{f.log.verifier, f.witness.verifier}
	unchecked := 0
	eachFlip(marshal(t, f.proof(t, 4, 7, f.log.signer, f.witness.signer)), keys, func(at int, changed []byte, r Report, err error) {
		if err != nil {
			return
		}
		if len(r.Signatures) != 2 || !r.Signatures[0].Checked || r.Signatures[1].Checked {
			t.Fatalf("byte %d in %s: passed with %+v", at, changed[max(0, at-30):min(len(changed), at+10)], r.Signatures)
		}
		unchecked++
	})
	if unchecked == 0 {
		t.Error("the witness's name was never hit")
	}
}

// TestAnyFlippedBitIsSeenInside flips the bits of the decoded pieces, where the file's own form stays flawless.
func TestAnyFlippedBitIsSeenInside(t *testing.T) {
	f := newFixed(t)
	keys := []note.Verifier{f.log.verifier}
	refused := func(what string, p ProofFile) {
		t.Helper()
		_, err := Verify(marshal(t, p), keys)
		if problem := new(Problem); !errors.As(err, &problem) {
			t.Errorf("%s: %v", what, err)
		}
	}
	flips := func(n int, flip func(i, bit int)) {
		for i := range n {
			for bit := range 8 {
				flip(i, bit)
			}
		}
	}
	good := f.proof(t, 4, 7, f.log.signer)
	flips(len(good.Leaf), func(i, bit int) {
		p := good
		p.Leaf = bytes.Clone(good.Leaf)
		p.Leaf[i] ^= 1 << bit
		refused("leaf", p)
	})
	for h := range good.Proof {
		flips(tlog.HashSize, func(i, bit int) {
			p := good
			p.Proof = append([]tlog.Hash(nil), good.Proof...)
			p.Proof[h][i] ^= 1 << bit
			refused("proof", p)
		})
	}
	for name, o := range good.Openings {
		flips(32, func(i, bit int) {
			p := good
			changed := o
			changed.Salt[i] ^= 1 << bit
			p.Openings = map[PartName]Opened{name: changed}
			refused("salt", p)
		})
	}
	sig := good.Checkpoint[strings.LastIndex(good.Checkpoint, " ")+1 : len(good.Checkpoint)-1]
	raw, err := base64.StdEncoding.DecodeString(sig)
	must(t, err)
	flips(len(raw), func(i, bit int) {
		p := good
		changed := bytes.Clone(raw)
		changed[i] ^= 1 << bit
		p.Checkpoint = strings.Replace(good.Checkpoint, sig, base64.StdEncoding.EncodeToString(changed), 1)
		refused("signature", p)
	})
}

// TestRandomChangesAreSeen cuts, doubles and replaces random stretches.
func TestRandomChangesAreSeen(t *testing.T) {
	f := newFixed(t)
	keys := []note.Verifier{f.log.verifier}
	data := marshal(t, f.proof(t, 4, 7, f.log.signer))
	rapid.Check(t, func(rt *rapid.T) {
		from := rapid.IntRange(0, len(data)-1).Draw(rt, "from")
		to := rapid.IntRange(from, min(len(data), from+40)).Draw(rt, "to")
		put := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(rt, "put")
		changed := append(append(bytes.Clone(data[:from]), put...), data[to:]...)
		_, err := Verify(changed, keys)
		if err == nil && !bytes.Equal(withoutSpace(changed), data) {
			rt.Fatalf("passed: %s", changed)
		}
	})
}

// withoutSpace drops the blanks between tokens that were put in by chance; those within a text are escaped or needed.
func withoutSpace(data []byte) []byte {
	p, err := ParseProof(data)
	if err != nil {
		return nil
	}
	out, err := p.Marshal()
	if err != nil {
		return nil
	}
	return out
}

func TestVerifySaysWhere(t *testing.T) {
	f := newFixed(t)
	stranger := keyOfSeed(t, f.origin, 9)
	other := keyOfSeed(t, "khettara/example/rabat", 3)
	file := func(change func(p *ProofFile)) []byte {
		p := f.proof(t, 4, 7, f.log.signer)
		change(&p)
		return marshal(t, p)
	}
	text := func(old, new string) []byte {
		data := string(marshal(t, f.proof(t, 4, 7, f.log.signer)))
		if !strings.Contains(data, old) {
			t.Fatalf("%q is not in the file", old)
		}
		return []byte(strings.Replace(data, old, new, 1))
	}
	salt := `"salt":"`
	for _, c := range []struct {
		name, where, why string
		data             []byte
	}{
		{"no JSON", "file", "byte 0", []byte("proof")},
		{"double key", "file", "stands twice", text(`"index":4`, `"index":4,"index":4`)},
		{"unknown key", "extra", "no key of the format", text(`"index":4`, `"index":4,"extra":1`)},
		{"missing key", "index", "missing", text(`"index":4,`, ``)},
		{"wrong type", "index", "type", text(`"index":4`, `"index":"4"`)},
		{"origin is a list", "origin", "type", text(`"origin":"khettara/example/marrakech"`, `"origin":[]`)},
		{"leaf with a line break", "leaf", "base64", text(`"leaf":"`, `"leaf":"\n`)},
		{"leaf without padding", "leaf", "base64", text(`=","openings"`, `","openings"`)},
		{"hash of 31 bytes", "proof[1]", "32 bytes", text(`"proof":["`+f.proof(t, 4, 7).Proof[0].String()+`","`, `"proof":["`+f.proof(t, 4, 7).Proof[0].String()+`","AAAA`)},
		{"hash is a number", "proof[0]", "32 bytes", text(`"proof":[`, `"proof":[1,`)},
		{"unknown part", "openings.secret", "no key", text(`"openings":{`, `"openings":{"secret":{},`)},
		{"salt in capitals", "openings.person.salt", "small", text(salt+f.salt(4, Person), salt+strings.ToUpper(f.salt(4, Person)))},
		{"no salt", "openings.person.salt", "missing", text(`,"salt":"`+f.salt(4, Person)+`"`, ``)},
		{"body is a text", "openings.person.body", "type", text(`"person":{"body":{}`, `"person":{"body":"{}"`)},
		{"unknown key in an opening", "openings.person.x", "no key", text(`"person":{`, `"person":{"x":1,`)},
		{"opening is a text", "openings.public", "type", text(`"public":{"body":{`, `"public":"","publ":{"body":{`)},
		{"another leaf", "leaf", "is number 3", file(func(p *ProofFile) { p.Leaf = f.leaves[3].Bytes() })},
		{"another index", "leaf", "is number 4", file(func(p *ProofFile) { p.Index = 3 })},
		{"another origin", "leaf", "is of the log", file(func(p *ProofFile) { p.Origin = "khettara/example/rabat" })},
		{"another body", "openings.text", "commitment", file(func(p *ProofFile) {
			p.Openings = map[PartName]Opened{Text: {Salt: p.Openings[Text].Salt, Body: store.Part{"raw": "x"}}}
		})},
		{"another part", "openings.text", "commitment", file(func(p *ProofFile) { p.Openings = map[PartName]Opened{Text: p.Openings[Public]} })},
		{"leaf made up", "proof", "root", file(func(p *ProofFile) {
			l := f.leaves[4]
			l.T++
			p.Leaf = l.Bytes()
		})},
		{"a hash missing", "proof", "root", file(func(p *ProofFile) { p.Proof = p.Proof[1:] })},
		{"a hash too many", "proof", "root", file(func(p *ProofFile) { p.Proof = append(p.Proof, tlog.Hash{}) })},
		{"a smaller tree", "index", "outside", file(func(p *ProofFile) { p.Checkpoint = f.proof(t, 2, 3, f.log.signer).Checkpoint })},
		{"an older tree", "proof", "root", file(func(p *ProofFile) { p.Checkpoint = f.proof(t, 2, 6, f.log.signer).Checkpoint })},
		{"root changed", "signature", "wrong", text(`\n7\n`, `\n8\n`)},
		{"checkpoint of another log", "checkpoint", "khettara/example/rabat", file(func(p *ProofFile) {
			g := *f
			g.origin = "khettara/example/rabat"
			p.Checkpoint = g.proof(t, 4, 7, other.signer).Checkpoint
		})},
		{"signed by a stranger", "signature", f.origin + "+" + stranger.ID, file(func(p *ProofFile) { p.Checkpoint = f.proof(t, 4, 7, stranger.signer).Checkpoint })},
		{"signed by a witness only", "signature", "none by the log", file(func(p *ProofFile) { p.Checkpoint = f.proof(t, 4, 7, f.witness.signer).Checkpoint })},
		{"signature twice", "checkpoint", "two signatures", file(func(p *ProofFile) {
			p.Checkpoint += p.Checkpoint[strings.Index(p.Checkpoint, "— "):]
		})},
		{"signature with stray bits", "checkpoint", "malformed", file(func(p *ProofFile) {
			end := len(p.Checkpoint) - 3 // the last letter before =\n carries two bits that say nothing
			p.Checkpoint = p.Checkpoint[:end] + string(p.Checkpoint[end]+1) + p.Checkpoint[end+1:]
		})},
		{"no signature", "checkpoint", "", file(func(p *ProofFile) { p.Checkpoint = p.Checkpoint[:strings.Index(p.Checkpoint, "\n\n")+2] })},
		{"no note", "checkpoint", "", file(func(p *ProofFile) { p.Checkpoint = "" })},
		{"signed extension", "checkpoint", "three lines", file(func(p *ProofFile) {
			signed, err := note.Sign(&note.Note{Text: p.Checkpoint[:strings.Index(p.Checkpoint, "\n\n")+1] + "more\n"}, f.log.signer)
			must(t, err)
			p.Checkpoint = string(signed)
		})},
		{"too long", "file", "longer", append(text(`"index":4`, `"index":4`), bytes.Repeat([]byte(" "), MaxProofSize)...)},
	} {
		r, err := Verify(c.data, []note.Verifier{f.log.verifier, f.witness.verifier})
		var p *Problem
		if !errors.As(err, &p) || p.Where != c.where || !strings.Contains(p.Why, c.why) {
			t.Errorf("%s: %v, want %s: …%s…", c.name, err, c.where, c.why)
			continue
		}
		bad := slices.IndexFunc(r.Checks, func(c Check) bool { return !c.Good })
		if diff := cmp.Diff(Check{Where: p.Where, What: p.Why}, r.Checks[bad]); diff != "" {
			t.Errorf("%s: the report says otherwise\n%s", c.name, diff)
		}
	}
}

func (f *fixed) salt(n int64, name PartName) string {
	salt := f.opened[n][name].Salt
	return hex.EncodeToString(salt[:])
}
