package store

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var sampleLeaf = Leaf{
	Log: "marrakech", N: 41, T: 1767225600000,
	Public: strings.Repeat("0a", 32), Text: strings.Repeat("1b", 32), Person: strings.Repeat("2c", 32),
}

const sampleLeafBytes = `{"log":"marrakech","n":41,"person":"2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c2c",` +
	`"public":"0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a","t":1767225600000,` +
	`"text":"1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b1b"}`

func TestLeafBytes(t *testing.T) {
	if got := string(sampleLeaf.Bytes()); got != sampleLeafBytes {
		t.Errorf("got  %s\nwant %s", got, sampleLeafBytes)
	}
	if got, want := sampleLeaf.Hash(), sha256.Sum256([]byte("\x00"+sampleLeafBytes)); got != want {
		t.Errorf("hash %x, want %x", got, want)
	}
	back, err := ParseLeaf([]byte(sampleLeafBytes))
	if err != nil || back != sampleLeaf {
		t.Errorf("read back as %+v, %v", back, err)
	}
}

// TestCommitment is reckoned by hand from the definition: SHA-256 over 32 raw bytes of salt, then the RFC 8785 bytes.
func TestCommitment(t *testing.T) {
	salt := [32]byte{0: 1, 31: 0xff}
	for body, part := range map[string]Part{`{}`: nil, `{"by":"rapporteur","kind":"proposal.submitted.v1"}`: {"kind": "proposal.submitted.v1", "by": "rapporteur"}} {
		raw := append([]byte{1}, make([]byte, 30)...)
		raw = append(append(raw, 0xff), body...)
		want := sha256.Sum256(raw)
		got, err := Commitment(salt, part)
		if err != nil || got != hex.EncodeToString(want[:]) {
			t.Errorf("%s: %s, %v", body, got, err)
		}
	}
	if _, err := Commitment(salt, Part{"x": 0.5}); err == nil {
		t.Error("a fraction was committed to")
	}
}

func TestLeafInvalid(t *testing.T) {
	for name, spoil := range map[string]func(*Leaf){
		"no log":             func(l *Leaf) { l.Log = "" },
		"log with NUL":       func(l *Leaf) { l.Log = "a\x00" },
		"log not UTF-8":      func(l *Leaf) { l.Log = "\xff" },
		"negative number":    func(l *Leaf) { l.N = -1 },
		"number too great":   func(l *Leaf) { l.N = MaxInt + 1 },
		"time before 1970":   func(l *Leaf) { l.T = -1 },
		"no commitment":      func(l *Leaf) { l.Text = "" },
		"short commitment":   func(l *Leaf) { l.Public = l.Public[2:] },
		"capital commitment": func(l *Leaf) { l.Person = strings.ToUpper(l.Person) },
		"no hexadecimal":     func(l *Leaf) { l.Person = strings.Repeat("g0", 32) },
	} {
		l := sampleLeaf
		spoil(&l)
		if l.Valid() == nil || l.Bytes() != nil {
			t.Errorf("%s: taken for valid", name)
		}
	}
}

func TestParseLeafRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"space":        strings.Replace(sampleLeafBytes, ",", ", ", 1),
		"newline":      sampleLeafBytes + "\n",
		"other order":  strings.Replace(`{"n":41,`+sampleLeafBytes[1:], `"n":41,"person"`, `"person"`, 1),
		"extra key":    strings.Replace(sampleLeafBytes, `{"log"`, `{"a":1,"log"`, 1),
		"double key":   strings.Replace(sampleLeafBytes, `"n":41`, `"n":41,"n":41`, 1),
		"missing key":  strings.Replace(sampleLeafBytes, `"n":41,`, ``, 1),
		"number text":  strings.Replace(sampleLeafBytes, `"n":41`, `"n":"41"`, 1),
		"text number":  strings.Replace(sampleLeafBytes, `"marrakech"`, `7`, 1),
		"escaped":      strings.Replace(sampleLeafBytes, `"marrakech"`, `"\u006darrakech"`, 1),
		"empty object": `{}`,
	} {
		if l, err := ParseLeaf([]byte(data)); err == nil {
			t.Errorf("%s: read as %+v", name, l)
		}
	}
}

func TestLeafRoundTrip(t *testing.T) {
	commitment := rapid.Map(rapid.SliceOfN(rapid.Byte(), 32, 32), hex.EncodeToString)
	rapid.Check(t, func(t *rapid.T) {
		l := Leaf{
			Log: rapid.StringN(1, 20, -1).Filter(func(s string) bool { return !strings.Contains(s, "\x00") }).Draw(t, "log"),
			N:   rapid.Int64Range(0, MaxInt).Draw(t, "n"), T: rapid.Int64Range(0, MaxInt).Draw(t, "t"),
			Public: commitment.Draw(t, "public"), Text: commitment.Draw(t, "text"), Person: commitment.Draw(t, "person"),
		}
		if back, err := ParseLeaf(l.Bytes()); err != nil || back != l {
			t.Fatalf("%+v read back as %+v, %v", l, back, err)
		}
	})
}

// FuzzParseLeaf checks that a leaf has exactly one form in bytes.
func FuzzParseLeaf(f *testing.F) {
	f.Add([]byte(sampleLeafBytes))
	f.Fuzz(func(t *testing.T, data []byte) {
		if l, err := ParseLeaf(data); err == nil && string(l.Bytes()) != string(data) {
			t.Fatalf("read from %q, written as %q", data, l.Bytes())
		}
	})
}
