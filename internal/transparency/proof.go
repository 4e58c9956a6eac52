package transparency

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// ProofFile is the content of a downloaded .khettara-proof: one leaf, the way
// from it to a signed root, and the parts that are shown with it.
//
// The file is one JSON object {origin, index, leaf, openings?, proof,
// checkpoint}, written as RFC 8785. leaf and each hash of proof are standard
// base64 with padding and no stray bits; proof lists the hashes from the
// leaf's sibling up, as C2SP tlog-proof does; checkpoint is the signed note
// verbatim; openings holds per part {salt: 64 small hexadecimal digits, body: object}.
type ProofFile struct {
	Origin     string
	Index      int64
	Leaf       []byte // store.Leaf.Bytes
	Openings   map[PartName]Opened
	Proof      []tlog.Hash
	Checkpoint string // a signed note
}

// Opened is a part with the salt that lets anyone reckon its commitment.
type Opened struct {
	Salt [32]byte
	Body store.Part
}

// Prove makes the proof of change n of a log against the newest checkpoint. The
// public part is opened if it is released; the text only if the caller asks for
// it, because it alone knows what its page shows; the person part never is. An
// erased part is left out: the proof holds without it. NotFound if the log is
// shorter, NotSealed if no checkpoint covers the change yet.
func (s *Service) Prove(ctx context.Context, log string, n int64, also ...PartName) (f ProofFile, err error) {
	defer fault.Wrap(&err, "transparency.Prove(%s, %d)", log, n)
	change, err := s.change(ctx, log, n)
	if err != nil {
		return ProofFile{}, err
	}
	c, err := s.Checkpoint(ctx, log)
	if err != nil {
		return ProofFile{}, err
	}
	if n >= c.Size {
		return ProofFile{}, NotSealed
	}
	f = ProofFile{Origin: c.Origin, Index: n, Leaf: change.Leaf.Bytes(), Checkpoint: c.Note}
	if f.Openings, err = openings(change, also); err != nil {
		return ProofFile{}, s.stopIfDisagrees(err)
	}
	if f.Proof, err = tlog.ProveRecord(c.Size, n, newNodes(ctx, s.db.Read(), log)); err != nil {
		return ProofFile{}, s.stopIfDisagrees(err)
	}
	// Nobody must be handed a proof that does not hold.
	if err := tlog.CheckRecord(f.Proof, c.Size, c.Root, n, change.Leaf.Hash()); err != nil {
		return ProofFile{}, s.stopIfDisagrees(fmt.Errorf("%w: leaf %d of %s is not in the tree that was signed", ErrDisagrees, n, c.Origin))
	}
	return f, nil
}

// Opening is the public part of change n as the JSON of {"public": {body,
// salt}}, what GET …/log/openings/{n} serves. NotFound while it is not released.
func (s *Service) Opening(ctx context.Context, log string, n int64) (data []byte, err error) {
	defer fault.Wrap(&err, "transparency.Opening(%s, %d)", log, n)
	change, err := s.change(ctx, log, n)
	if err != nil {
		return nil, err
	}
	open, err := openings(change, nil)
	if err != nil {
		return nil, s.stopIfDisagrees(err)
	}
	if len(open) == 0 {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	return store.Canonical(openingsPart(open))
}

// change is change n of a log; NotFound if there is no such log or it is shorter.
func (s *Service) change(ctx context.Context, log string, n int64) (store.Recorded, error) {
	if _, err := s.head(ctx, log); err != nil {
		return store.Recorded{}, err
	}
	return s.db.Change(ctx, log, n)
}

// openings opens the public part if it is released, and the text if asked to; each is held against its commitment.
func openings(change store.Recorded, also []PartName) (map[PartName]Opened, error) {
	open := map[PartName]Opened{}
	for _, name := range append([]PartName{Public}, also...) {
		var from *store.Opening
		switch {
		case name == Public && change.Open:
			from = change.Public
		case name == Public:
		case name == Text:
			from = change.Text
		default:
			return nil, fmt.Errorf("the part %q is never opened", name)
		}
		if from == nil {
			continue
		}
		body, err := store.ParsePart(from.Body)
		if err != nil {
			return nil, fmt.Errorf("%w: %s part of leaf %d: %w", ErrDisagrees, name, change.N, err)
		}
		open[name] = Opened{Salt: from.Salt, Body: body}
		if err := checkOpening(change.Leaf, name, open[name]); err != nil {
			return nil, fmt.Errorf("%w: leaf %d of %s: %w", ErrDisagrees, change.N, change.Leaf.Log, err)
		}
	}
	return open, nil
}

// checkOpening holds an opened part against the leaf's commitment.
func checkOpening(leaf store.Leaf, name PartName, o Opened) error {
	got, err := store.Commitment(o.Salt, o.Body)
	if err != nil {
		return err
	}
	want := map[PartName]string{Public: leaf.Public, Text: leaf.Text, Person: leaf.Person}[name]
	if got != want {
		return fmt.Errorf("salt and body of the %s part give the commitment %s, the leaf holds %s", name, got, want)
	}
	return nil
}

// Marshal writes the file. It fails only for a body that is no Part.
func (f ProofFile) Marshal() ([]byte, error) {
	proof := make([]string, len(f.Proof))
	for i, h := range f.Proof {
		proof[i] = h.String()
	}
	p := store.Part{
		"origin": f.Origin, "index": f.Index, "leaf": base64.StdEncoding.EncodeToString(f.Leaf),
		"proof": proof, "checkpoint": f.Checkpoint,
	}
	if len(f.Openings) > 0 {
		p["openings"] = openingsPart(f.Openings)
	}
	return store.Canonical(p)
}

func openingsPart(open map[PartName]Opened) store.Part {
	p := store.Part{}
	for name, o := range open {
		p[string(name)] = store.Part{"salt": hex.EncodeToString(o.Salt[:]), "body": o.Body}
	}
	return p
}

// Problem says what is wrong with a proof file, and where: "file", a key such
// as "proof[3]" or "openings.text.salt", or "signature".
type Problem struct {
	Where string `json:"where"`
	Why   string `json:"why"`
}

func (p *Problem) Error() string { return p.Where + ": " + p.Why }

func problem(where, format string, args ...any) *Problem {
	return &Problem{Where: where, Why: fmt.Sprintf(format, args...)}
}

// MaxProofSize bounds a proof file in bytes; one with the longest texts open is far shorter.
const MaxProofSize = 4 << 20

// ParseProof reads a proof file and checks its form, not what it proves. The
// error is a *Problem. Space between tokens and the order of keys are free, all
// else is strict.
func ParseProof(data []byte) (ProofFile, error) {
	if len(data) > MaxProofSize {
		return ProofFile{}, problem("file", "is longer than any proof")
	}
	p, err := store.ParsePart(data)
	if err != nil {
		return ProofFile{}, problem("file", "%v", err)
	}
	r := fields{part: p}
	f := ProofFile{Origin: field[string](&r, "origin"), Index: field[int64](&r, "index"), Checkpoint: field[string](&r, "checkpoint")}
	f.Leaf = r.base64("leaf")
	if _, ok := p["openings"]; ok {
		f.Openings = r.openings(field[store.Part](&r, "openings"))
	}
	for i, v := range field[[]any](&r, "proof") {
		text, ok := v.(string)
		h, err := parseBase64Hash(text)
		if !ok || err != nil {
			r.fail(fmt.Sprintf("proof[%d]", i), "is not the base64 of 32 bytes")
		}
		f.Proof = append(f.Proof, h)
	}
	r.end("origin", "index", "leaf", "openings", "proof", "checkpoint")
	if r.err != nil {
		return ProofFile{}, r.err
	}
	return f, nil
}

// fields reads the fields of an object and keeps the first problem.
type fields struct {
	at   string // the object's own place, with a dot at its end
	part store.Part
	err  error
}

func (r *fields) fail(where, format string, args ...any) {
	if r.err == nil {
		r.err = problem(r.at+where, format, args...)
	}
}

// field is the value of a key that must be there and have the type asked for.
func field[T any](r *fields, key string) T {
	v, ok := r.part[key]
	t, fits := v.(T)
	switch {
	case !ok:
		r.fail(key, "is missing")
	case !fits:
		r.fail(key, "has the wrong type")
	}
	return t
}

func (r *fields) base64(key string) []byte {
	text := field[string](r, key)
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	// The decoder skips line breaks; one form only is the file's.
	if err != nil || base64.StdEncoding.EncodeToString(raw) != text {
		r.fail(key, "is not strict base64")
	}
	return raw
}

// end refuses keys that are not of the format.
func (r *fields) end(known ...string) {
	for _, key := range slices.Sorted(maps.Keys(r.part)) {
		if !slices.Contains(known, key) {
			r.fail(key, "is no key of the format")
		}
	}
}

func (r *fields) openings(p store.Part) map[PartName]Opened {
	all := map[PartName]Opened{}
	for _, name := range partNames {
		if _, ok := p[string(name)]; !ok {
			continue
		}
		outer := fields{at: "openings.", part: p}
		in := fields{at: "openings." + string(name) + ".", part: field[store.Part](&outer, string(name))}
		if outer.err == nil {
			all[name] = Opened{Salt: in.salt(), Body: field[store.Part](&in, "body")}
			in.end("salt", "body")
		}
		for _, err := range []error{outer.err, in.err} {
			if r.err == nil {
				r.err = err
			}
		}
	}
	unknown := fields{at: "openings.", part: p}
	unknown.end(string(Public), string(Text), string(Person))
	if r.err == nil {
		r.err = unknown.err
	}
	return all
}

func (r *fields) salt() (salt [32]byte) {
	text := field[string](r, "salt")
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != len(salt) || hex.EncodeToString(raw) != text {
		r.fail("salt", "is not 64 small hexadecimal digits")
		return salt
	}
	return [32]byte(raw)
}
