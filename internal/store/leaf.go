package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"unicode/utf8"
)

// Leaf is one fact in a log as the Merkle tree sees it: its log, number, time
// and three commitments. It never holds what was said, only what binds it, so
// a body and its salt can be erased and the tree still verifies.
type Leaf struct {
	Log    string // the log's name
	N      int64  // place in the log, dense from 0
	T      int64  // Unix milliseconds UTC, never before the leaf before
	Public string // Commitment of the part that is opened to everyone
	Text   string // Commitment of what people wrote
	Person string // Commitment of who they are, never opened
}

// Commitment binds a part without showing it: 64 small hexadecimal digits of
// SHA-256 over the raw salt and the part's RFC 8785 bytes. The salt must be 32
// random bytes used once: without it a part of few possible values, such as a
// vote, could be guessed. The error is Canonical's.
func Commitment(salt [32]byte, part Part) (string, error) {
	body, err := Canonical(part)
	if err != nil {
		return "", err
	}
	o := Opening{salt, body}
	return o.Commitment(), nil
}

// Valid tells what keeps a leaf from being written: an empty or unwritable
// name of the log, a number or time outside 0 to MaxInt, a malformed commitment.
func (l Leaf) Valid() error {
	if l.Log == "" || !utf8.ValidString(l.Log) || bytes.IndexByte([]byte(l.Log), 0) >= 0 {
		return fmt.Errorf("log %q is no name", l.Log)
	}
	if l.N < 0 || l.N > MaxInt {
		return fmt.Errorf("n %d is no place in a log", l.N)
	}
	if l.T < 0 || l.T > MaxInt {
		return fmt.Errorf("t %d is no time", l.T)
	}
	for _, c := range []struct{ part, hex string }{{"public", l.Public}, {"text", l.Text}, {"person", l.Person}} {
		if raw, err := hex.DecodeString(c.hex); err != nil || hex.EncodeToString(raw) != c.hex || len(raw) != sha256.Size {
			return fmt.Errorf("%s %.80q is not 64 small hexadecimal digits", c.part, c.hex)
		}
	}
	return nil
}

// Bytes are the RFC 8785 bytes of the leaf, what the tree hashes. A leaf that
// is not Valid has none: nil.
func (l Leaf) Bytes() []byte {
	if l.Valid() != nil {
		return nil
	}
	b, err := Canonical(Part{"log": l.Log, "n": l.N, "t": l.T, "public": l.Public, "text": l.Text, "person": l.Person})
	if err != nil {
		return nil
	}
	return b
}

// Hash is the Merkle leaf hash of RFC 9162 §2.1.1, SHA-256(0x00 ‖ Bytes).
func (l Leaf) Hash() [32]byte {
	return sha256.Sum256(append([]byte{0x00}, l.Bytes()...))
}

// ParseLeaf reads a leaf back from its Bytes, and from nothing else: other
// space, order, escapes or keys are errors, so that one leaf has one hash.
func ParseLeaf(data []byte) (Leaf, error) {
	p, err := ParsePart(data)
	if err != nil {
		return Leaf{}, err
	}
	var l Leaf
	for key, to := range map[string]*string{"log": &l.Log, "public": &l.Public, "text": &l.Text, "person": &l.Person} {
		s, ok := p[key].(string)
		if !ok {
			return Leaf{}, fmt.Errorf("%s: missing or no string", key)
		}
		*to = s
	}
	for key, to := range map[string]*int64{"n": &l.N, "t": &l.T} {
		i, ok := p[key].(int64)
		if !ok {
			return Leaf{}, fmt.Errorf("%s: missing or no integer", key)
		}
		*to = i
	}
	if err := l.Valid(); err != nil {
		return Leaf{}, err
	}
	if !bytes.Equal(l.Bytes(), data) {
		return Leaf{}, errors.New("not the RFC 8785 bytes of a leaf")
	}
	return l, nil
}
