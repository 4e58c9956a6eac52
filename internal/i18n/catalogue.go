package i18n

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sort"
	"strings"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
)

// One file per area and language, so that a stage's sentences are read and
// reviewed together and two authors never edit the same file.
//
//go:embed catalogue/*/*.json
var catalogueFiles embed.FS

// sentences holds every message, by language and key.
var sentences = mustLoad(catalogueFiles)

// message is one sentence of the catalogue: a single form, or one per plural form.
type message struct {
	plural bool
	forms  map[plural.Form]template
}

// template is a sentence cut at its {placeholders}.
type template []segment

// segment is a piece of text, or the name of an argument when arg is set.
type segment struct{ text, arg string }

// formNames are CLDR's names of the plural forms, as the JSON files write them.
var formNames = map[string]plural.Form{
	"zero": plural.Zero, "one": plural.One, "two": plural.Two,
	"few": plural.Few, "many": plural.Many, "other": plural.Other,
}

var tags = map[Lang]language.Tag{Ar: language.MustParse("ar-MA"), Fr: language.French, En: language.BritishEnglish}

func mustLoad(files fs.FS) map[Lang]map[string]message {
	all := make(map[Lang]map[string]message, len(Langs))
	for _, l := range Langs {
		names, err := fs.Glob(files, "catalogue/"+string(l)+"/*.json")
		if err != nil {
			panic(err)
		}
		all[l] = make(map[string]message)
		for _, name := range names {
			if err := loadArea(files, l, name, all[l]); err != nil {
				panic(fmt.Sprintf("catalogue %s: %v", name, err))
			}
		}
	}
	return all
}

// loadArea reads one file into the messages of its language. Every key must
// begin with the area, the file's name, so that no two files can hold one key.
func loadArea(files fs.FS, l Lang, name string, into map[string]message) error {
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return err
	}
	if l == Fr {
		raw = []byte(frenchSpaces.Replace(string(raw)))
	}
	var entries map[string]json.RawMessage
	if err := json.Unmarshal(raw, &entries); err != nil {
		return err
	}
	area := strings.TrimSuffix(path.Base(name), ".json") + "."
	for key, value := range entries {
		if !strings.HasPrefix(key, area) {
			return fmt.Errorf("key %q is outside the area %q", key, area)
		}
		m, err := parseMessage(value)
		if err != nil {
			return fmt.Errorf("key %q: %w", key, err)
		}
		into[key] = m
	}
	return nil
}

// frenchSpaces makes the spaces that French puts beside high punctuation
// unbreakable, so that authors can type plain ones.
var frenchSpaces = strings.NewReplacer(" :", nbsp+":", " ;", nbsp+";", " ?", nbsp+"?", " !", nbsp+"!", " %", nbsp+"%", "« ", "«"+nbsp, " »", nbsp+"»")

func parseMessage(raw json.RawMessage) (message, error) {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		t, err := parseTemplate(one)
		return message{forms: map[plural.Form]template{plural.Other: t}}, err
	}
	var forms map[string]string
	if err := json.Unmarshal(raw, &forms); err != nil {
		return message{}, fmt.Errorf("neither a sentence nor plural forms: %w", err)
	}
	m := message{plural: true, forms: make(map[plural.Form]template, len(forms))}
	for name, text := range forms {
		form, ok := formNames[name]
		if !ok {
			return message{}, fmt.Errorf("unknown plural form %q", name)
		}
		t, err := parseTemplate(text)
		if err != nil {
			return message{}, err
		}
		m.forms[form] = t
	}
	if m.forms[plural.Other] == nil {
		return message{}, fmt.Errorf("the plural form \"other\" is missing")
	}
	return m, nil
}

func parseTemplate(s string) (template, error) {
	t := template{}
	for s != "" {
		open := strings.IndexByte(s, '{')
		if open < 0 {
			return append(t, segment{text: s}), nil
		}
		if open > 0 {
			t = append(t, segment{text: s[:open]})
		}
		end := strings.IndexByte(s[open:], '}')
		if end < 2 {
			return nil, fmt.Errorf("unfinished placeholder in %q", s)
		}
		t = append(t, segment{arg: s[open+1 : open+end]})
		s = s[open+end+1:]
	}
	return t, nil
}

// placeholders lists the argument names of a message over all its forms, sorted.
func (m message) placeholders() []string {
	seen := map[string]bool{}
	for _, t := range m.forms {
		for _, s := range t {
			if s.arg != "" {
				seen[s.arg] = true
			}
		}
	}
	names := make([]string, 0, len(seen))
	for n := range seen {
		names = append(names, n)
	}
	sort.Strings(names)
	return names
}

// form picks the sentence for a count. digits is the number of decimals shown:
// in English "1.0 million" is plural although its value is one.
func (m message) form(l Lang, n float64, digits int) template {
	if !m.plural {
		return m.forms[plural.Other]
	}
	t, ok := m.forms[pluralForm(l, n, digits)]
	if !ok || n < 0 && len(t) < len(m.forms[plural.Other]) {
		// «درهمان» says two without a figure, so it cannot carry a minus sign.
		return m.forms[plural.Other]
	}
	return t
}
