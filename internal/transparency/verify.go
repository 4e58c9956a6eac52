package transparency

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/store"
)

// ErrUnsigned is Verify's answer when all holds together but no key was given:
// anyone could have made such a file. Compare the fingerprint and give the key.
var ErrUnsigned = errors.New("the file holds together; who signed it was not checked, for no key was given")

// Report is what Verify found.
type Report struct {
	Origin     string
	Index      int64
	Size       int64 // leaves in the tree of the checkpoint
	Root       tlog.Hash
	Leaf       store.Leaf
	Openings   map[PartName]store.Part // parts that agree with the leaf
	Signatures []Signature
	Checks     []Check // in the order in which they were made
}

// Check is one thing that was examined.
type Check struct {
	Where string `json:"where"`
	Good  bool   `json:"good"`
	What  string `json:"what"` // what holds, or what is wrong
}

// Verify examines a proof file, alone and without any network. keys are those
// the caller trusts: the log's own, whose name is the origin, and perhaps
// witnesses'. The error is nil if everything holds and the log's key signed;
// ErrUnsigned if everything holds but keys is empty; else the first *Problem.
// Later checks are made all the same, so the report tells which parts still hold.
func Verify(file []byte, keys []note.Verifier) (Report, error) {
	f, err := ParseProof(file)
	var malformed *Problem
	if errors.As(err, &malformed) {
		return Report{Checks: []Check{{Where: malformed.Where, What: malformed.Why}}}, malformed
	}
	v := verification{Report: Report{Origin: f.Origin, Index: f.Index, Openings: map[PartName]store.Part{}}, keys: keys}
	v.add("file", nil, "has the form of a proof")
	leaf, leafErr := parseLeaf(f)
	v.add("leaf", leafErr, "is leaf %d of %s, written %s", f.Index, f.Origin, store.Time(leaf.T).Format(time.RFC3339))
	if leafErr == nil {
		v.Leaf = leaf
		v.openings(f, leaf)
	}
	c, checkpointErr := v.checkpoint(f)
	if checkpointErr == nil && leafErr == nil {
		v.inclusion(f, c)
	}
	if v.problem != nil {
		return v.Report, v.problem
	}
	if len(keys) == 0 {
		return v.Report, ErrUnsigned
	}
	return v.Report, nil
}

// verification collects the checks and keeps the first problem.
type verification struct {
	Report
	keys    []note.Verifier
	problem *Problem
}

func (v *verification) add(where string, err error, good string, args ...any) {
	p := problem(where, good, args...)
	if err != nil {
		p.Why = err.Error()
		if v.problem == nil {
			v.problem = p
		}
	}
	v.Checks = append(v.Checks, Check{Where: where, Good: err == nil, What: p.Why})
}

// parseLeaf reads the leaf and holds it against what the file says it is.
func parseLeaf(f ProofFile) (store.Leaf, error) {
	leaf, err := store.ParseLeaf(f.Leaf)
	switch {
	case err != nil:
		return leaf, err
	case leaf.N != f.Index:
		return leaf, fmt.Errorf("is number %d, the file says index %d", leaf.N, f.Index)
	case leaf.Log != f.Origin:
		return leaf, fmt.Errorf("is of the log %q, the file says origin %q", leaf.Log, f.Origin)
	}
	return leaf, nil
}

func (v *verification) openings(f ProofFile, leaf store.Leaf) {
	for _, name := range partNames {
		o, ok := f.Openings[name]
		if !ok {
			continue
		}
		err := checkOpening(leaf, name, o)
		if err == nil {
			v.Openings[name] = o.Body
		}
		v.add("openings."+string(name), err, "is what the leaf committed to")
	}
}

// checkpoint examines the signed note and its signatures.
func (v *verification) checkpoint(f ProofFile) (Checkpoint, error) {
	c, signatures, err := openCheckpoint(f.Checkpoint, v.keys)
	v.Signatures = signatures
	var invalid *note.InvalidSignatureError
	switch {
	case errors.As(err, &invalid):
		err = fmt.Errorf("by %s+%s is wrong: the checkpoint or the signature was changed", invalid.Name, keyID(invalid.Hash))
		v.add("signature", err, "")
		return c, err
	case err == nil || errors.Is(err, errNoKey):
		err = nil
		if c.Origin != f.Origin {
			err = fmt.Errorf("is of %q, the file says origin %q", c.Origin, f.Origin)
		}
	}
	v.add("checkpoint", err, "states %d leaves and the root %s", c.Size, c.Root)
	if err != nil {
		return c, err
	}
	v.Size, v.Root = c.Size, c.Root
	if len(v.keys) > 0 {
		v.signed(c)
	}
	return c, nil
}

// signed asks that the log's own key signed: a witness alone vouches for no content.
func (v *verification) signed(c Checkpoint) {
	var others []string
	for _, s := range v.Signatures {
		if s.Checked && s.Name == c.Origin {
			v.add("signature", nil, "is by %s, key %s", s.Name, s.ID)
			return
		}
		others = append(others, s.Name+"+"+s.ID)
	}
	err := fmt.Errorf("none by the log %s with a key that was given; signed by %s", c.Origin, strings.Join(others, ", "))
	v.add("signature", err, "")
}

// inclusion runs the proof from the leaf up to the root.
func (v *verification) inclusion(f ProofFile, c Checkpoint) {
	if f.Index >= c.Size {
		v.add("index", fmt.Errorf("%d lies outside the %d leaves of the checkpoint", f.Index, c.Size), "")
		return
	}
	err := tlog.CheckRecord(f.Proof, c.Size, c.Root, f.Index, tlog.RecordHash(f.Leaf))
	if err != nil {
		err = errors.New("does not lead from the leaf to the checkpoint's root: a hash of the proof, the leaf, the index or the checkpoint was changed")
	}
	v.add("proof", err, "leads from the leaf by %d hashes to the checkpoint's root", len(f.Proof))
}
