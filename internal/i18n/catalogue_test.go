package i18n

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"golang.org/x/text/feature/plural"
)

func TestSameKeysAndPlaceholders(t *testing.T) {
	for key, ar := range sentences[Ar] {
		for _, l := range []Lang{Fr, En} {
			m, ok := sentences[l][key]
			switch {
			case !ok:
				t.Errorf("%s: %s is missing", key, l)
			case m.plural != ar.plural:
				t.Errorf("%s: plural forms in one of ar and %s only", key, l)
			case !slices.Equal(m.placeholders(), ar.placeholders()):
				t.Errorf("%s: placeholders %v in ar, %v in %s", key, ar.placeholders(), m.placeholders(), l)
			}
		}
	}
	for _, l := range []Lang{Fr, En} {
		for key := range sentences[l] {
			if _, ok := sentences[Ar][key]; !ok {
				t.Errorf("%s: only in %s", key, l)
			}
		}
	}
}

func TestPluralForms(t *testing.T) {
	need := map[Lang][]plural.Form{
		Ar: {plural.Zero, plural.One, plural.Two, plural.Few, plural.Many, plural.Other},
		Fr: {plural.One, plural.Other},
		En: {plural.One, plural.Other},
	}
	for _, l := range Langs {
		for key, m := range sentences[l] {
			if !m.plural {
				continue
			}
			if len(m.placeholders()) == 0 {
				t.Errorf("%s %s: plural forms, but none has a placeholder", l, key)
			}
			for _, f := range need[l] {
				if m.forms[f] == nil {
					t.Errorf("%s %s: plural form %v is missing", l, key, f)
				}
			}
		}
	}
}

// TestCatalogueText looks at what only a reader would notice.
func TestCatalogueText(t *testing.T) {
	grouped := regexp.MustCompile(`\d[ \x{00A0}\x{202F}]\d{3}`)
	for _, l := range Langs {
		for key, m := range sentences[l] {
			for _, tpl := range m.forms {
				for _, s := range tpl {
					if grouped.MatchString(s.text) {
						t.Errorf("%s %s: a grouped number must be an argument, or Arabic shows it backwards: %q", l, key, s.text)
					}
					if l == Ar && strings.ContainsAny(s.text, "؟?!") && strings.ContainsAny(s.text, "?!") {
						t.Errorf("%s %s: Latin punctuation in Arabic: %q", l, key, s.text)
					}
					if strings.ContainsAny(s.text, "\u2066\u2067\u2068\u2069\u200e\u200f") {
						t.Errorf("%s %s: bidi controls belong to the formatter", l, key)
					}
				}
				if len(tpl) == 0 {
					t.Errorf("%s %s: empty", l, key)
				}
			}
		}
	}
}

// TestNoKeyTwice reads the files token by token, because a map would silently keep the last of two equal keys.
func TestNoKeyTwice(t *testing.T) {
	files, err := fs.Glob(catalogueFiles, "catalogue/*/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		raw, err := fs.ReadFile(catalogueFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := topKeys(raw)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		sort.Strings(keys)
		for i := 1; i < len(keys); i++ {
			if keys[i] == keys[i-1] {
				t.Errorf("%s: %s stands twice", name, keys[i])
			}
		}
	}
}

func topKeys(raw []byte) (keys []string, err error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if _, err = d.Token(); err != nil {
		return nil, err
	}
	for d.More() {
		k, err := d.Token()
		if err != nil {
			return nil, err
		}
		keys = append(keys, fmt.Sprint(k))
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func TestArabicSelection(t *testing.T) {
	for n, want := range map[int64]plural.Form{
		0: plural.Zero, 1: plural.One, 2: plural.Two, 3: plural.Few, 10: plural.Few, 11: plural.Many, 99: plural.Many,
		100: plural.Other, 101: plural.Other, 102: plural.Other, 103: plural.Few, 111: plural.Many, 3_000_000_003: plural.Few,
	} {
		if got := pluralForm(Ar, float64(n), 0); got != want {
			t.Errorf("%d: form %v, want %v", n, got, want)
		}
	}
	if got := pluralForm(Ar, 1.5, 1); got != plural.Other {
		t.Errorf("1.5: form %v", got)
	}
}

func TestMissingIsLoudInTests(t *testing.T) {
	for name, f := range map[string]func(){
		"key":      func() { T(Ar, "common.no_such_sentence") },
		"argument": func() { T(Ar, "common.million_dirhams") },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("a missing %s does not panic", name)
				}
			}()
			f()
		}()
	}
}
