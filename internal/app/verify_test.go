package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/khettara/khettara/internal/transparency"
)

// The sample that fixes the format, and its key.
const (
	sampleProof = "../transparency/testdata/golden/sample.khettara-proof"
	sampleKey   = "../transparency/testdata/golden/sample.vkey"
)

// verify runs the command as the command line would.
func verify(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var cmd VerifyCmd
	parser, err := kong.New(&cmd)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(args); err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	code = runVerify(cmd, &out, &errs)
	return code, out.String(), errs.String()
}

func TestVerify(t *testing.T) {
	vkey, err := os.ReadFile(sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(sampleProof)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	flipped := bytes.Clone(good)
	flipped[bytes.Index(good, []byte(`"leaf":"`))+20] ^= 1
	bad := file("flipped", flipped)
	keys := file("keys", []byte("# the log of the sample\n\n"+string(vkey)+"\r\n"))
	stranger := "khettara/example/rabat+" + strings.SplitN(string(vkey), "+", 2)[1]

	for name, c := range map[string]struct {
		args            []string
		code            int
		verdict, stderr string
	}{
		"key":              {[]string{sampleProof, "--key", string(vkey)}, 0, "good", "GOOD"},
		"file of keys":     {[]string{sampleProof, "--key", keys}, 0, "good", "GOOD"},
		"key twice":        {[]string{sampleProof, "--key", keys, "--key", string(vkey)}, 0, "good", "GOOD"},
		"no key":           {[]string{sampleProof}, 3, "unsigned", "fingerprint begins with " + strings.SplitN(string(vkey), "+", 3)[1]},
		"bit flipped":      {[]string{bad, "--key", keys}, 1, "bad", "BAD   leaf:"},
		"flipped, no key":  {[]string{bad}, 1, "bad", "BAD"},
		"no proof":         {[]string{keys, "--key", keys}, 1, "bad", "BAD   file:"},
		"empty":            {[]string{file("empty", nil), "--key", keys}, 1, "bad", "BAD   file:"},
		"no file":          {[]string{filepath.Join(dir, "none")}, 2, "", "no such file"},
		"folder":           {[]string{dir}, 2, "", "directory"},
		"no key file":      {[]string{sampleProof, "--key", filepath.Join(dir, "none")}, 2, "", "neither"},
		"file without key": {[]string{sampleProof, "--key", file("comment", []byte("# none\n"))}, 2, "", "no key in it"},
		"file of rubbish":  {[]string{sampleProof, "--key", sampleProof}, 2, "", "verifier key"},
		"misnamed key":     {[]string{sampleProof, "--key", stranger}, 2, "", "neither"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := verify(t, c.args...)
			if code != c.code || !strings.Contains(stderr, c.stderr) {
				t.Errorf("exit %d, want %d; it said\n%s", code, c.code, stderr)
			}
			if c.verdict == "" {
				if stdout != "" {
					t.Errorf("a usage error wrote %s", stdout)
				}
				return
			}
			var v verdict
			if err := json.Unmarshal([]byte(stdout), &v); err != nil {
				t.Fatalf("%v in %s", err, stdout)
			}
			if v.Verdict != c.verdict || (v.Problem != nil) != (c.verdict == "bad") || len(v.Checks) == 0 {
				t.Errorf("wrote %s", stdout)
			}
		})
	}
}

// TestVerifyShowsWhatIsProven: the report says which fact, when and in whose log, so that a good file for another fact is seen.
func TestVerifyShowsWhatIsProven(t *testing.T) {
	_, stdout, _ := verify(t, sampleProof, "--key", sampleKey)
	var v verdict
	if err := json.Unmarshal([]byte(stdout), &v); err != nil {
		t.Fatal(err)
	}
	if v.Origin != "khettara/example/marrakech" || v.Index != 4 || v.Size != 7 || v.Time != "2026-01-01T00:00:00.004Z" || len(v.Root) != 64 {
		t.Errorf("%+v", v)
	}
	if v.Openings["public"]["subject"] != "contribution/C-0007-1" || v.Openings["text"]["lang"] != "ary" {
		t.Errorf("opened %v", v.Openings)
	}
	if len(v.Keys) != 1 || !strings.HasPrefix(v.Keys[0], v.Signatures[0].ID) || !v.Signatures[0].Checked || v.Signatures[1].Checked {
		t.Errorf("keys %v, signatures %+v", v.Keys, v.Signatures)
	}
}

// TestVerifyFileIsTooLong: what is longer than any proof is bad, and is not read to its end.
func TestVerifyFileIsTooLong(t *testing.T) {
	good, err := os.ReadFile(sampleProof)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "long")
	if err := os.WriteFile(path, append(good, bytes.Repeat([]byte("\n"), transparency.MaxProofSize)...), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := verify(t, path, "--key", sampleKey); code != 1 || !strings.Contains(stderr, "longer") {
		t.Errorf("exit %d: %s", code, stderr)
	}
}
