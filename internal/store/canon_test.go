package store

import (
	"math"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

type enum string

func TestCanonicalVectors(t *testing.T) {
	for _, c := range []struct {
		name string
		part Part
		want string
	}{
		// RFC 8785 §3.2.2, the member "string" and those literals that are not null.
		{"rfc escaping", Part{"string": "\u20ac$\u000f\nA'B\"\\\\\"/"}, `{"string":"€$\u000f\nA'B\"\\\\\"/"}`},
		{"rfc literals", Part{"literals": []any{true, false}}, `{"literals":[true,false]}`},
		// RFC 8785 §3.2.3: the ASCII keys of the sorting example, with values beyond ASCII.
		{"rfc sorting", Part{"\r": "Carriage Return", "1": "One", "</script>": "Browser Challenge", "e": "Control\u007f", "s": "\U0001F602", "h": "\ufb33"},
			"{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"</script>\":\"Browser Challenge\",\"e\":\"Control\u007f\",\"h\":\"\ufb33\",\"s\":\"\U0001F602\"}"},
		// structures.json of the RFC author's test data.
		{"rfc structures", Part{"1": Part{"f": Part{"f": "hi", "F": 5}, "\n": 56}, "10": Part{}, "": "empty", "a": Part{}, "111": []any{Part{}}, "A": Part{}},
			`{"":"empty","1":{"\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{}],"A":{},"a":{}}`},
		{"short escapes", Part{"s": "\b\t\n\f\r\x01\x1f"}, `{"s":"\b\t\n\f\r\u0001\u001f"}`},
		{"line separators stay", Part{"s": "a\u2028b\u2029c<>&"}, "{\"s\":\"a\u2028b\u2029c<>&\"}"},
		{"arabic is not normalised", Part{"s": "آ\u0627\u0653"}, "{\"s\":\"آ\u0627\u0653\"}"},
		{"integers", Part{"a": int64(MaxInt), "b": int64(-MaxInt), "c": 0, "d": int32(-7), "e": int8(1)},
			`{"a":9007199254740991,"b":-9007199254740991,"c":0,"d":-7,"e":1}`},
		{"named types", Part{"kind": enum("workshop"), "units": []enum{"a", "b"}, "share": map[enum]int{"x": 1}, "none": []string(nil)},
			`{"kind":"workshop","none":[],"share":{"x":1},"units":["a","b"]}`},
		{"nil part", nil, `{}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Canonical(c.part)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCanonicalRefuses(t *testing.T) {
	cycle := Part{}
	cycle["self"] = []any{cycle}
	for name, part := range map[string]Part{
		"null":            {"x": nil},
		"nil pointer":     {"x": (*int)(nil)},
		"fraction":        {"x": 0.5},
		"whole float":     {"x": 1.0},
		"unsigned":        {"x": uint64(1)},
		"too great":       {"x": int64(MaxInt) + 1},
		"too small":       {"x": int64(math.MinInt64)},
		"key not ASCII":   {"é": 1},
		"NUL in a text":   {"x": "a\x00"},
		"NUL in a key":    {"a\x00": 1},
		"invalid UTF-8":   {"x": "\xff"},
		"surrogate bytes": {"x": "\xed\xa0\x80"},
		"struct":          {"x": struct{ A int }{1}},
		"integer keys":    {"x": map[int]string{1: "a"}},
		"deep in a list":  {"x": []any{"a", []any{Part{"y": 1.5}}}},
		"cycle":           cycle,
	} {
		if got, err := Canonical(part); err == nil {
			t.Errorf("%s: encoded as %s", name, got)
		}
	}
}

func TestCanonicalNamesThePlace(t *testing.T) {
	_, err := Canonical(Part{"ballot": []any{1, Part{"cost": 1.5}}})
	if err == nil || !strings.HasPrefix(err.Error(), "ballot: [1]: cost: ") {
		t.Errorf("error %q does not say where", err)
	}
}

func TestParsePart(t *testing.T) {
	got, err := ParsePart([]byte(" {\"a\" : [ 1, -2,true ,false, \"\\u0627\\ud83d\\ude00\\/\\n\" ],\n\t\"b\":{ } } \r\n"))
	want := Part{"a": []any{int64(1), int64(-2), true, false, "ا😀/\n"}, "b": Part{}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestParsePartRefuses(t *testing.T) {
	for name, data := range map[string]string{
		"empty":              ``,
		"array":              `[]`,
		"null":               `{"a":null}`,
		"fraction":           `{"a":1.5}`,
		"whole fraction":     `{"a":1.0}`,
		"exponent":           `{"a":1e3}`,
		"minus zero":         `{"a":-0}`,
		"leading zero":       `{"a":01}`,
		"plus":               `{"a":+1}`,
		"too great":          `{"a":9007199254740992}`,
		"far too great":      `{"a":99999999999999999999}`,
		"double key":         `{"a":1,"a":1}`,
		"double by escape":   `{"a":1,"\u0061":1}`,
		"key not ASCII":      `{"é":1}`,
		"capital escape":     `{"a":"\u001F"}`,
		"unknown escape":     `{"a":"\x41"}`,
		"NUL":                `{"a":"\u0000"}`,
		"bare NUL":           "{\"a\":\"\x00\"}",
		"bare newline":       "{\"a\":\"\n\"}",
		"invalid UTF-8":      "{\"a\":\"\xc3\"}",
		"high half":          `{"a":"\ud83d"}`,
		"low half":           `{"a":"\ude00"}`,
		"two high halves":    `{"a":"\ud83d\ud83d"}`,
		"trailing comma":     `{"a":1,}`,
		"array comma":        `{"a":[1,]}`,
		"no comma":           `{"a":1 "b":2}`,
		"no colon":           `{"a" 1}`,
		"two objects":        `{}{}`,
		"byte order mark":    "\ufeff{}",
		"comment":            `{/**/}`,
		"unfinished text":    `{"a":"b`,
		"unfinished escape":  `{"a":"\`,
		"unfinished unit":    `{"a":"\u00`,
		"unfinished object":  `{"a":1`,
		"capital literal":    `{"a":True}`,
		"non-breaking space": "{\u00a0}",
		"too deep":           strings.Repeat(`{"a":`, 40) + `1` + strings.Repeat(`}`, 40),
		"deep arrays":        `{"a":` + strings.Repeat(`[`, 100_000),
	} {
		if got, err := ParsePart([]byte(data)); err == nil {
			t.Errorf("%s: read as %v", name, got)
		}
	}
}

// genPart draws parts with the characters that encoders disagree about.
func genPart() *rapid.Generator[Part] {
	text := rapid.StringOfN(rapid.OneOf(
		rapid.RuneFrom([]rune("\b\t\n\f\r\x01\x1f\x7f\"\\/<>&\u2028\u2029\ufeff\ufffd\U0001F602اَآءüé aZ09")),
		rapid.Rune().Filter(func(r rune) bool { return r != 0 })), 0, 12, -1)
	key := rapid.StringOfN(rapid.RuneFrom([]rune("abcABC019_.\n\"\\ ")), 0, 4, -1)
	leafs := rapid.OneOf(rapid.Map(text, toAny), rapid.Map(rapid.Bool(), toAny), rapid.Map(rapid.Int64Range(-MaxInt, MaxInt), toAny))
	list := rapid.Map(rapid.SliceOfN(leafs, 0, 4), toAny)
	object := rapid.Custom(func(t *rapid.T) any {
		return Part(rapid.MapOfN(key, rapid.OneOf(leafs, list), 0, 4).Draw(t, "inner"))
	})
	return rapid.Custom(func(t *rapid.T) Part {
		return rapid.MapOfN(key, rapid.OneOf(leafs, list, object), 0, 6).Draw(t, "part")
	})
}

func toAny[T any](v T) any { return v }

// TestCanonicalAgrees holds the encoder against another implementation of RFC 8785 and against our own reader.
func TestCanonicalAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := genPart().Draw(t, "part")
		got, err := Canonical(part)
		if err != nil {
			t.Fatal(err)
		}
		other := jsontext.Value(got).Clone()
		if err := other.Canonicalize(); err != nil {
			t.Fatal(err)
		}
		if string(got) != string(other) {
			t.Fatalf("we write   %s\nothers write %s", got, other)
		}
		back, err := ParsePart(got)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(part, back); diff != "" {
			t.Fatal(diff)
		}
	})
}

// FuzzParsePart checks that what is read is written as others would write it, and read again alike.
func FuzzParsePart(f *testing.F) {
	for _, s := range []string{`{}`, `{"a":[1,-2,true,"\u0627\ud83d\ude00"],"b":{"c":""}}`, "{\"\\n\":\"\u2028\"}", `{"a":1,"a":1}`, `{"n":9007199254740991}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		part, err := ParsePart(data)
		if err != nil {
			return
		}
		got, err := Canonical(part)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		other := jsontext.Value(data).Clone()
		if err := other.Canonicalize(); err != nil {
			t.Fatalf("we read what others refuse: %v", err)
		}
		if string(got) != string(other) {
			t.Fatalf("we write   %s\nothers write %s", got, other)
		}
	})
}
