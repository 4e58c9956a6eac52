package i18n

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"golang.org/x/text/feature/plural"
)

// The Unicode isolates. A number inside an Arabic sentence stands in its own
// left-to-right isolate; without it "1 500 000" is shown as "000 500 1".
const (
	lri = "\u2066" // left-to-right isolate
	fsi = "\u2068" // isolate whose direction is that of its first strong letter
	pdi = "\u2069" // end of isolate
)

// PartKind tells how a part of a sentence must be isolated.
type PartKind int

const (
	// Literal is the catalogue's own text.
	Literal PartKind = iota
	// Figure is a number, range, code or time: isolated, left to right, unbroken.
	Figure
	// Inserted is text of unknown direction, such as a name: isolated, direction by its first letter.
	Inserted
)

// Part is a piece of a sentence. Name is the placeholder it fills, empty for Literal.
type Part struct {
	Kind PartKind
	Text string
	Name string
}

// Money is an amount in centimes, to be passed to T and Parts: it is written as Dirhams does.
type Money int64

// T is the sentence of a catalogue key in a language. Args alternate name and
// value: an integer, a float64 (at most two decimals), a string, a Text, a
// time.Time (written as Date does), Money or a fmt.Stringer. The argument named
// "n", or else the first whole number, also selects the plural form. Inserted
// values stand in Unicode isolates, so the result is safe in attributes, mails
// and titles; HTML text uses Parts.
//
// A missing key or argument panics under "go test"; elsewhere the key or the
// placeholder is shown, because a page with a hole is better than no page.
func T(l Lang, key string, args ...any) string {
	parts := Parts(l, key, args...)
	if len(parts) == 1 && parts[0].Kind == Literal {
		return parts[0].Text
	}
	var b strings.Builder
	for _, p := range parts {
		switch p.Kind {
		case Figure:
			b.WriteString(lri + p.Text + pdi)
		case Inserted:
			b.WriteString(fsi + p.Text + pdi)
		default:
			b.WriteString(p.Text)
		}
	}
	return b.String()
}

// Has tells whether the catalogue of the language holds the key.
func Has(l Lang, key string) bool {
	_, ok := sentences[l][key]
	return ok
}

// Parts is the sentence of T cut into what the catalogue says and what is
// inserted, for pages that isolate with elements instead of characters.
func Parts(l Lang, key string, args ...any) []Part {
	m, ok := sentences[l][key]
	if !ok {
		broken("no sentence %q in %s", key, l)
		return []Part{{Text: key}}
	}
	n, digits := count(m, key, args)
	t := m.form(l, n, digits)
	parts := make([]Part, 0, len(t))
	for _, s := range t {
		if s.arg == "" {
			parts = append(parts, Part{Text: s.text})
			continue
		}
		v, ok := argument(args, s.arg)
		if !ok {
			broken("sentence %q lacks its argument %q", key, s.arg)
			v = "{" + s.arg + "}"
		}
		p := written(l, v)
		p.Name = s.arg
		parts = append(parts, p)
	}
	return parts
}

// broken reports a fault of the programmer: loud in tests, quiet in production.
func broken(format string, args ...any) {
	if testing.Testing() {
		panic("i18n: " + fmt.Sprintf(format, args...))
	}
}

// argument finds a value among alternating names and values.
func argument(args []any, name string) (any, bool) {
	for i := 0; i+1 < len(args); i += 2 {
		if args[i] == name {
			return args[i+1], true
		}
	}
	return nil, false
}

// count is the value that selects the plural form, with the decimals it is shown with.
func count(m message, key string, args []any) (n float64, digits int) {
	if !m.plural {
		return 0, 0
	}
	v, ok := argument(args, "n")
	for i := 1; !ok && i < len(args); i += 2 {
		if _, ok = integer(args[i]); ok {
			v = args[i]
		}
	}
	if !ok {
		broken("sentence %q has plural forms and no number to choose by", key)
		return 0, 0
	}
	switch v := v.(type) {
	case quantity:
		return v.value, v.digits
	case float64:
		return v, decimalsOf(v)
	}
	if i, ok := integer(v); ok {
		return float64(i), 0
	}
	broken("sentence %q: argument \"n\" is a %T, not a number", key, v)
	return 0, 0
}

// quantity is a number with a fixed number of decimals, which also decide its plural form.
type quantity struct {
	value  float64
	digits int
}

// written is a value as the language writes it.
func written(l Lang, v any) Part {
	switch v := v.(type) {
	case float64:
		return Part{Kind: Figure, Text: Decimal(l, v, decimalsOf(v))}
	case quantity:
		return Part{Kind: Figure, Text: Decimal(l, v.value, v.digits)}
	case Money:
		return Part{Kind: Inserted, Text: Dirhams(l, int64(v))}
	case time.Time:
		return Part{Kind: Inserted, Text: Date(l, v)}
	case Text:
		s, _ := v.In(l)
		return Part{Kind: Inserted, Text: s}
	case string:
		return Part{Kind: kindOf(v), Text: v}
	case fmt.Stringer:
		return written(l, v.String())
	}
	if i, ok := integer(v); ok {
		return Part{Kind: Figure, Text: Number(l, i)}
	}
	s := fmt.Sprint(v)
	return Part{Kind: kindOf(s), Text: s}
}

// kindOf treats as a figure what has a digit and no letters ("61%",
// "10:00–13:00", "15/01/2027"), and a code in Latin letters without spaces ("P-0142-8").
func kindOf(s string) PartKind {
	digit, letter, code := false, false, true
	for _, r := range s {
		digit = digit || unicode.IsDigit(r)
		letter = letter || unicode.IsLetter(r)
		code = code && r < unicode.MaxASCII && r != ' '
	}
	if digit && (code || !letter) {
		return Figure
	}
	return Inserted
}

func integer(v any) (int64, bool) {
	switch v := v.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case int32:
		return int64(v), true
	case int16:
		return int64(v), true
	case int8:
		return int64(v), true
	case uint8:
		return int64(v), true
	case uint16:
		return int64(v), true
	case uint32:
		return int64(v), true
	case uint:
		return int64(v), v <= math.MaxInt64
	case uint64:
		return int64(v), v <= math.MaxInt64
	}
	return 0, false
}

// decimalsOf is the number of decimals, at most two, that a float needs.
func decimalsOf(f float64) int {
	s := strconv.FormatFloat(f, 'f', 2, 64)
	switch {
	case strings.HasSuffix(s, ".00"):
		return 0
	case strings.HasSuffix(s, "0"):
		return 1
	}
	return 2
}

// pluralForm is the CLDR cardinal form of a number shown with a number of decimals.
// French "many" (round millions) is newer than the tables of x/text, so it is here.
func pluralForm(l Lang, n float64, digits int) plural.Form {
	n = math.Abs(n)
	whole, frac := math.Modf(math.Mod(n, 1e15)) // the last digits decide, and more of them overflow
	i := int64(whole)
	if l == Fr && digits == 0 && i != 0 && i%1_000_000 == 0 {
		return plural.Many
	}
	shown := strconv.FormatFloat(frac, 'f', digits, 64)
	f := 0
	if _, after, ok := strings.Cut(shown, "."); ok {
		f, _ = strconv.Atoi(after)
	}
	trimmed, w := f, digits
	for w > 0 && trimmed%10 == 0 {
		trimmed, w = trimmed/10, w-1
	}
	// Only the last digits matter to every rule, and MatchPlural takes int.
	return plural.Cardinal.MatchPlural(tags[l], int(i%1_000_000_000), digits, w, f, trimmed)
}
