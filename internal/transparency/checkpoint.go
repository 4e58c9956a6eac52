package transparency

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/store"
)

// Checkpoint is what a log says of itself: how many leaves it has and the root
// of the tree over them.
type Checkpoint struct {
	Origin string // which log, "khettara/{installation}/{slug}"
	Size   int64
	Root   tlog.Hash
}

// Text is the body of the note that is signed, by C2SP tlog-checkpoint: origin,
// size and root, a line each, without extension lines.
func (c Checkpoint) Text() string {
	return fmt.Sprintf("%s\n%d\n%s\n", c.Origin, c.Size, c.Root)
}

// ParseCheckpoint reads the text of a checkpoint. Anything that Text would not
// write, extension lines too, is an error.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return Checkpoint{}, errors.New("a checkpoint has three lines: origin, size, root")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || size > store.MaxInt {
		return Checkpoint{}, fmt.Errorf("size %.40q is no number of leaves", lines[1])
	}
	root, err := parseBase64Hash(lines[2])
	if err != nil {
		return Checkpoint{}, fmt.Errorf("root: %w", err)
	}
	c := Checkpoint{Origin: lines[0], Size: size, Root: root}
	if c.Origin == "" || c.Text() != text {
		return Checkpoint{}, errors.New("not written as a checkpoint is")
	}
	return c, nil
}

// Signature is one signature line of a note.
type Signature struct {
	Name    string `json:"name"`    // the key's name; a log's key has the log's origin
	ID      string `json:"id"`      // eight hexadecimal digits, the start of the key's fingerprint
	Checked bool   `json:"checked"` // made with a key that was given; others cannot be checked
}

// errNoKey says that no signature was made with a key that was given.
var errNoKey = errors.New("none of the signatures is by a key that was given")

// openCheckpoint reads a signed checkpoint and checks the signatures of the keys given.
// Signatures by other keys are listed as not checked, as C2SP signed-note asks.
// errNoKey comes with the checkpoint and the list, other errors without.
func openCheckpoint(msg string, keys []note.Verifier) (Checkpoint, []Signature, error) {
	if err := checkSignatureLines(msg); err != nil {
		return Checkpoint{}, nil, err
	}
	n, err := note.Open([]byte(msg), note.VerifierList(keys...))
	var unverified *note.UnverifiedNoteError
	if errors.As(err, &unverified) {
		n, err = unverified.Note, errNoKey
	}
	if err != nil && !errors.Is(err, errNoKey) {
		return Checkpoint{}, nil, err
	}
	c, parseErr := ParseCheckpoint(n.Text)
	if parseErr != nil {
		return Checkpoint{}, nil, parseErr
	}
	var list []Signature
	for _, s := range n.Sigs {
		list = append(list, Signature{Name: s.Name, ID: keyID(s.Hash), Checked: true})
	}
	for _, s := range n.UnverifiedSigs {
		list = append(list, Signature{Name: s.Name, ID: keyID(s.Hash)})
	}
	return c, list, err
}

// checkSignatureLines refuses what note.Open lets pass: base64 with stray bits
// at its end, and a second line by the same key, which it would not look at. In
// both cases bytes could be changed unseen.
func checkSignatureLines(msg string) error {
	end := strings.LastIndex(msg, "\n\n")
	if end < 0 {
		return errors.New("a signed note has signatures after an empty line")
	}
	seen := map[string]bool{}
	for i, line := range strings.Split(strings.TrimSuffix(msg[end+2:], "\n"), "\n") {
		name, text, _ := strings.Cut(strings.TrimPrefix(line, "— "), " ")
		raw, err := base64.StdEncoding.Strict().DecodeString(text)
		if err != nil || len(raw) < 5 || strings.ContainsAny(text, "\r\n") {
			return fmt.Errorf("signature line %d is malformed", i+1)
		}
		key := name + " " + keyID(binary.BigEndian.Uint32(raw))
		if seen[key] {
			return fmt.Errorf("two signatures by the key %s", key)
		}
		seen[key] = true
	}
	return nil
}

func keyID(hash uint32) string { return fmt.Sprintf("%08x", hash) }

// check holds a stored checkpoint against its own note and the log's key.
func (c Sealed) check(origin string, key note.Verifier) error {
	in, _, err := openCheckpoint(c.Note, []note.Verifier{key})
	if errors.Is(err, errNoKey) {
		return fmt.Errorf("%w: the checkpoint of %d leaves of %s was signed with another than %s", ErrKeyMissing, c.Size, origin, keyID(key.KeyHash()))
	}
	if err != nil {
		return fmt.Errorf("%w: checkpoint of %d leaves of %s, key %s: %w", ErrDisagrees, c.Size, origin, keyID(key.KeyHash()), err)
	}
	if in != c.Checkpoint || in.Origin != origin {
		return fmt.Errorf("%w: the checkpoint of %d leaves of %s is not the one that was signed", ErrDisagrees, c.Size, origin)
	}
	return nil
}

// parseBase64Hash reads the one base64 form of a hash.
func parseBase64Hash(text string) (h tlog.Hash, err error) {
	raw, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) != len(h) || base64.StdEncoding.EncodeToString(raw) != text {
		return h, fmt.Errorf("%.80q is not the base64 of 32 bytes", text)
	}
	copy(h[:], raw)
	return h, nil
}
