package territory

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// foldedName is what a unit's names look like once spelling habits are gone.
type foldedName struct {
	words    [][]string // Arabic, French
	skeleton []string   // consonants of each
}

func foldName(u Unit) foldedName {
	var f foldedName
	for _, name := range []string{u.Name.Ar, u.Name.Fr} {
		w := fold(name)
		f.words = append(f.words, w)
		f.skeleton = append(f.skeleton, skeleton(w))
	}
	return f
}

// How well a name answers a query, best first.
const (
	exactName = iota
	startOfName
	startOfWord
	sameSound
	noMatch
)

// Find returns the units a query may mean, the likeliest first: by code, or by
// name in Arabic or French however it is spelled. Hamza, ة and ه, ى and ي, the
// article, tatweel and vowel marks do not count, nor do accents, capitals and
// hyphens; "Ouled", "Oulad" and "Awlad" are one word. A word of kind narrows the
// search: «دائرة الاوداية», "commune de Saada".
func (p *Pack) Find(query string) []Unit {
	if code := strings.TrimSpace(latinDigits(query)); code != "" {
		if u, ok := p.Unit(code); ok {
			return []Unit{u}
		}
	}
	words, kinds := kindsOf(fold(query))
	if len(words) == 0 {
		return nil
	}
	type hit struct {
		grade int
		index int
	}
	var hits []hit
	for i, u := range p.units {
		if len(kinds) > 0 && !slices.Contains(kinds, u.Kind) {
			continue
		}
		if g := p.names[i].grade(words); g < noMatch {
			hits = append(hits, hit{g, i})
		}
	}
	// Within a grade the pack's order puts the larger unit first; but a cercle
	// comes after the commune whose name it bears, which is what people mean.
	slices.SortStableFunc(hits, func(a, b hit) int {
		return cmp.Or(cmp.Compare(a.grade, b.grade), cmp.Compare(p.cercle(a.index), p.cercle(b.index)))
	})
	units := make([]Unit, len(hits))
	for i, h := range hits {
		units[i] = p.units[h.index]
	}
	return units
}

// cercle is 1 for a cercle and 0 for any other unit.
func (p *Pack) cercle(i int) int {
	if p.units[i].Kind == Cercle {
		return 1
	}
	return 0
}

func (f foldedName) grade(query []string) int {
	best := noMatch
	joined, sound := strings.Join(query, ""), skeleton(query)
	for i, words := range f.words {
		name := strings.Join(words, "")
		switch {
		case name == joined:
			best = min(best, exactName)
		case strings.HasPrefix(name, joined):
			best = min(best, startOfName)
		case startsWords(words, query):
			best = min(best, startOfWord)
		case len([]rune(sound)) >= 3 && sound == f.skeleton[i]:
			best = min(best, sameSound)
		}
	}
	return best
}

// startsWords tells whether every word of the query begins a word of the name.
func startsWords(name, query []string) bool {
	for _, q := range query {
		if !slices.ContainsFunc(name, func(w string) bool { return strings.HasPrefix(w, q) }) {
			return false
		}
	}
	return true
}

var letters = strings.NewReplacer(
	"ة", "ه", "ى", "ي", "ٱ", "ا", "ـ", "", "ء", "",
	"ڭ", "ك", "ݣ", "ك", "گ", "ك", "ک", "ك", "ی", "ي", "ڤ", "ف", "پ", "ب",
	"œ", "oe", "æ", "ae", "'", "", "’", "", "‘", "", "ʼ", "", "`", "",
)

// spellings are words written in several ways for the same thing.
var spellings = map[string]string{
	"ouled": "oulad", "awlad": "oulad", "aoulad": "oulad", "wlad": "oulad", "ولاد": "اولاد",
	"sid": "sidi", "سيد": "سيدي", "beni": "bni", "bani": "bni", "ben": "bni", "بن": "بني",
	"ait": "ayt", "marrakesh": "marrakech", "wahat": "ouahat",
}

// articles stand before a name and are not part of it.
var articles = map[string]bool{"al": true, "el": true, "de": true, "du": true, "des": true, "d": true, "la": true, "le": true}

// fold splits a text into words free of spelling habits.
func fold(s string) []string {
	// Decomposed, hamza, madda and accents become marks of their own and drop out.
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(s))
	s = letters.Replace(s)
	words := strings.FieldsFunc(latinDigits(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	var folded []string
	for _, w := range words {
		w = withoutArticle(w)
		if same, ok := spellings[w]; ok {
			w = same
		}
		if !articles[w] {
			folded = append(folded, w)
		}
	}
	return folded
}

// withoutArticle takes ال off the start of a word that is long enough without it.
func withoutArticle(w string) string {
	if rest, ok := strings.CutPrefix(w, "ال"); ok && len([]rune(rest)) >= 3 {
		return rest
	}
	return w
}

// latinDigits writes Arabic-Indic digits as ASCII ones.
func latinDigits(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case r >= '۰' && r <= '۹':
			return r - '۰' + '0'
		}
		return r
	}, s)
}

// skeleton is what is left of a name without vowels and doubled letters, so that
// transcriptions meet: Souihla and Swihla, Annakhil and Nakhil, جيليز and كليز.
func skeleton(words []string) string {
	var b strings.Builder
	last := rune(0)
	runes := []rune(strings.Join(words, ""))
	for i, r := range runes {
		switch {
		case r == 'o' && i+2 < len(runes) && runes[i+1] == 'u' && strings.ContainsRune("aeiy", runes[i+2]):
			r = 'w' // "ou" before a vowel is the consonant
		case r == 'ج' || r == 'ق':
			r = 'ك' // the Moroccan g is written with any of the three
		}
		if strings.ContainsRune("aeiouyاوي", r) || r == last {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// kindWords are the words by which people say the kind of a unit, folded.
var kindWords = map[string][]Kind{
	"جماعه": {Commune}, "commune": {Commune}, "بلديه": {Commune}, "municipalite": {Commune}, "مدينه": {Commune}, "ville": {Commune}, "city": {Commune},
	"مقاطعه": {Arrondissement}, "arrondissement": {Arrondissement},
	"دايره": {Cercle}, "cercle": {Cercle},
	"عماله": {Prefecture, Province}, "اقليم": {Prefecture, Province}, "prefecture": {Prefecture, Province}, "province": {Prefecture, Province},
	"جهه": {Region}, "region": {Region},
}

// kindsOf takes a word of kind off the start of a query, unless nothing follows.
func kindsOf(words []string) ([]string, []Kind) {
	if len(words) > 1 {
		if kinds, ok := kindWords[words[0]]; ok {
			return words[1:], kinds
		}
	}
	return words, nil
}
