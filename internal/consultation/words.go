package consultation

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/khettara/khettara/internal/i18n"
)

// Bounds of the word index of one proposal and of one query.
const (
	maxWords      = 400
	maxQueryWords = 5
	maxWordRunes  = 40
)

var letterForms = strings.NewReplacer("ة", "ه", "ى", "ي", "ٱ", "ا", "ـ", "", "ڭ", "ك", "گ", "ك", "œ", "oe")

// words cuts a text into the words by which it is found, each once: without
// vowel marks and accents, hamza on its seat, capitals, and the Arabic article.
// It is a filter of a list, not the search, which will know stems too.
func words(text string, most int) []string {
	folded := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKD.String(text)) // decomposed, hamza and accents are marks of their own
	folded = letterForms.Replace(folded)
	var list []string
	for _, w := range strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		w = withoutArticle(w)
		if r := []rune(w); len(r) > maxWordRunes {
			w = string(r[:maxWordRunes])
		}
		if len([]rune(w)) > 1 && !slices.Contains(list, w) {
			list = append(list, w)
		}
		if len(list) == most {
			break
		}
	}
	return list
}

// withoutArticle takes ال, and the particles written as one with it, off a word
// that is long enough without them.
func withoutArticle(w string) string {
	for _, prefix := range []string{"وال", "بال", "فال", "كال", "لل", "ال"} {
		if rest, ok := strings.CutPrefix(w, prefix); ok && len([]rune(rest)) >= 3 {
			return rest
		}
	}
	return w
}

// afterWord is the end of the range of words that begin with w.
func afterWord(w string) string { return w + "\U0010FFFF" }

// proposalWords are the words by which a proposal is found.
func proposalWords(title i18n.Text, body, place string) []string {
	return words(strings.Join([]string{title.Ar, title.Fr, title.En, place, body}, " "), maxWords)
}
