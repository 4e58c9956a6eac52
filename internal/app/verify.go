package app

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/transparency"
)

// VerifyCmd checks a downloaded proof without any network or database.
type VerifyCmd struct {
	File string   `arg:"" help:"The .khettara-proof file."`
	Key  []string `sep:"none" placeholder:"FILE|VKEY" help:"The log's verifier key, or a file of such keys, one a line. May be given again, for witnesses. Without it, only the fingerprint is printed."`
}

// Exit codes of verify.
const (
	proofGood     = iota // signed by the key given, and all holds together
	proofBad             // anything else that was read
	proofUnread          // a file or key that cannot be read: usage
	proofUnsigned        // all holds together, but no key was given
)

// runVerify checks a proof file and returns the exit code: 0 good, 1 bad, 2
// usage, 3 when no key was given and nothing else is wrong. The report goes to
// stdout as JSON, the sentences to stderr.
func runVerify(cmd VerifyCmd, stdout, stderr io.Writer) int {
	keys, trusted, err := readKeys(cmd.Key)
	if err != nil {
		fmt.Fprintln(stderr, "khettara verify:", err)
		return proofUnread
	}
	data, err := readProof(cmd.File)
	if err != nil {
		fmt.Fprintln(stderr, "khettara verify:", err)
		return proofUnread
	}
	report, err := transparency.Verify(data, keys)
	code, verdict := proofBad, "bad"
	switch {
	case err == nil:
		code, verdict = proofGood, "good"
	case errors.Is(err, transparency.ErrUnsigned):
		code, verdict = proofUnsigned, "unsigned"
	}
	if err := writeVerdict(stdout, verdict, report, trusted, err); err != nil {
		fmt.Fprintln(stderr, "khettara verify:", err)
		return proofUnread
	}
	explain(stderr, code, report, trusted)
	return code
}

// readProof reads the file, at most one byte more than a proof may have: enough to see that it is too long.
func readProof(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, transparency.MaxProofSize+1))
}

// readKeys takes each argument for a key if it is one, else for a file of keys,
// in which empty lines and lines that begin with # say nothing.
func readKeys(args []string) ([]note.Verifier, []transparency.Key, error) {
	var verifiers []note.Verifier
	var keys []transparency.Key
	seen := map[string]bool{}
	for _, arg := range args {
		texts := []string{arg}
		if _, _, err := transparency.ParseKey(arg); err != nil {
			file, readErr := os.ReadFile(arg)
			if readErr != nil {
				return nil, nil, fmt.Errorf("--key is neither a key (%w) nor a file of keys (%w)", err, readErr)
			}
			texts = strings.Split(string(file), "\n")
		}
		found := false
		for _, text := range texts {
			text = strings.TrimSpace(text)
			if text == "" || strings.HasPrefix(text, "#") {
				continue
			}
			key, verifier, err := transparency.ParseKey(text)
			if err != nil {
				return nil, nil, fmt.Errorf("--key %s: %w", arg, err)
			}
			found = true
			if !seen[text] {
				verifiers, keys = append(verifiers, verifier), append(keys, key)
			}
			seen[text] = true
		}
		if !found {
			return nil, nil, fmt.Errorf("--key %s: there is no key in it", arg)
		}
	}
	return verifiers, keys, nil
}

// verdict is what is written to stdout.
type verdict struct {
	Verdict    string                   `json:"verdict"` // good, bad or unsigned
	Problem    *transparency.Problem    `json:"problem,omitempty"`
	Origin     string                   `json:"origin,omitempty"`
	Index      int64                    `json:"index"`
	Time       string                   `json:"time,omitempty"`
	Size       int64                    `json:"size,omitempty"`
	Root       string                   `json:"root,omitempty"` // hexadecimal
	Openings   map[string]store.Part    `json:"openings,omitempty"`
	Signatures []transparency.Signature `json:"signatures,omitempty"`
	Keys       []string                 `json:"keys,omitempty"` // fingerprints of the keys given
	Checks     []transparency.Check     `json:"checks"`
}

func writeVerdict(w io.Writer, word string, r transparency.Report, keys []transparency.Key, err error) error {
	v := verdict{Verdict: word, Origin: r.Origin, Index: r.Index, Size: r.Size, Signatures: r.Signatures, Checks: r.Checks}
	errors.As(err, &v.Problem)
	if r.Leaf != (store.Leaf{}) {
		v.Time = store.Time(r.Leaf.T).Format(time.RFC3339Nano)
	}
	if r.Size > 0 {
		v.Root = hex.EncodeToString(r.Root[:])
	}
	for name, part := range r.Openings {
		if v.Openings == nil {
			v.Openings = map[string]store.Part{}
		}
		v.Openings[string(name)] = part
	}
	for _, k := range keys {
		v.Keys = append(v.Keys, k.Fingerprint)
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// explain says in sentences what was found, and where.
func explain(w io.Writer, code int, r transparency.Report, keys []transparency.Key) {
	for _, c := range r.Checks {
		mark := "good"
		if !c.Good {
			mark = "BAD "
		}
		fmt.Fprintf(w, "%s  %s: %s\n", mark, c.Where, c.What)
	}
	for _, s := range r.Signatures {
		if !s.Checked {
			fmt.Fprintf(w, "      not checked: the signature by %s, whose key's fingerprint begins with %s\n", s.Name, s.ID)
		}
	}
	for _, k := range keys {
		fmt.Fprintf(w, "      key given: %s\n", k.Fingerprint)
	}
	switch code {
	case proofGood:
		fmt.Fprintln(w, "GOOD: this fact stands in the log that the key signed.")
	case proofUnsigned:
		fmt.Fprintln(w, "UNSIGNED: the file holds together, but anyone could have made it. Compare the fingerprint with the printed one, and give the log's key with --key.")
	default:
		fmt.Fprintln(w, "BAD: this file proves nothing.")
	}
}
