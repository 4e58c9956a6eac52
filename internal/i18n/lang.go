// Package i18n holds the interface's languages, the catalogues of sentences,
// plural forms, and the one way in which dates, numbers and amounts are written.
package i18n

import "strings"

// Lang is a language of the interface, as its BCP 47 code.
type Lang string

// The languages of the interface. Arabic is the first and the default.
const (
	Ar Lang = "ar"
	Fr Lang = "fr"
	En Lang = "en"
)

// Langs lists the interface's languages in the order in which they are offered.
var Langs = []Lang{Ar, Fr, En}

// ParseLang reads a language code; ok is false for one that has no catalogue.
func ParseLang(s string) (l Lang, ok bool) {
	switch l := Lang(s); l {
	case Ar, Fr, En:
		return l, true
	}
	return Ar, false
}

// Dir is the direction of writing, "rtl" or "ltr".
func (l Lang) Dir() string {
	if l == Ar {
		return "rtl"
	}
	return "ltr"
}

// Name is the language's own name.
func (l Lang) Name() string {
	switch l {
	case Fr:
		return "Français"
	case En:
		return "English"
	}
	return "العربية"
}

// Text is what staff wrote, in one or more languages. Arabic or French is
// required; a missing language falls back to one that is there.
type Text struct {
	Ar string `json:"ar,omitempty"`
	Fr string `json:"fr,omitempty"`
	En string `json:"en,omitempty"`
}

// In returns the text in a language, or the fallback, with the language it is
// really in: pages set lang and dir from it.
func (t Text) In(l Lang) (string, Lang) {
	order := []Lang{l, Ar, Fr, En}
	if l == En {
		order = []Lang{En, Fr, Ar}
	}
	for _, c := range order {
		if s := t.get(c); s != "" {
			return s, c
		}
	}
	return "", l
}

// String is the text in the first language that has it, for logs and tests.
func (t Text) String() string { s, _ := t.In(Ar); return s }

// Empty tells that no language has any text.
func (t Text) Empty() bool { return strings.TrimSpace(t.Ar+t.Fr+t.En) == "" }

// Has tells whether the text exists in the language itself, without falling back.
func (t Text) Has(l Lang) bool { return t.get(l) != "" }

func (t Text) get(l Lang) string {
	switch l {
	case Fr:
		return t.Fr
	case En:
		return t.En
	}
	return t.Ar
}
