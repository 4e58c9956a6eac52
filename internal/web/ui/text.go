// Package ui holds the components that pages are built from: the frame, the
// gallery line, numbers and sentences, tables, forms, charts and maps. It knows
// the interface's languages and no module; pages pass it finished values.
package ui

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
)

// The Unicode isolates that i18n puts around inserted values. On a page they
// become elements, which also keep a number on one line.
const (
	lri = '\u2066'
	fsi = '\u2068'
	pdi = '\u2069'
)

// markup is HTML that this package has built and escaped itself.
type markup string

// Render writes the markup as it is.
func (m markup) Render(_ context.Context, w io.Writer) error {
	_, err := io.WriteString(w, string(m))
	return err
}

// Str is plain text. The isolates of i18n.T in it become <bdi> elements.
func Str(s string) templ.Component { return markup(isolated(s)) }

// isolated escapes text and turns isolate characters into elements.
func isolated(s string) string {
	if !strings.ContainsAny(s, string([]rune{lri, fsi})) {
		return templ.EscapeString(s)
	}
	var b strings.Builder
	depth, from := 0, 0
	for i, r := range s {
		element := ""
		switch {
		case r == lri:
			element, depth = `<bdi dir="ltr" class="num">`, depth+1
		case r == fsi:
			element, depth = "<bdi>", depth+1
		case r == pdi && depth > 0:
			element, depth = "</bdi>", depth-1
		default:
			continue
		}
		b.WriteString(templ.EscapeString(s[from:i]))
		b.WriteString(element)
		from = i + len("\u2066")
	}
	b.WriteString(templ.EscapeString(s[from:]))
	b.WriteString(strings.Repeat("</bdi>", depth))
	return b.String()
}

// M is the sentence of a catalogue key, with every number isolated. Arguments
// are those of i18n.T; a value may also be a component, such as a link or Strong.
func M(l i18n.Lang, key string, args ...any) templ.Component {
	plain := make([]any, len(args))
	copy(plain, args)
	components := map[string]templ.Component{}
	for i := 0; i+1 < len(args); i += 2 {
		if c, ok := args[i+1].(templ.Component); ok {
			components[args[i].(string)] = c
			plain[i+1] = ""
		}
	}
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for _, p := range i18n.Parts(l, key, plain...) {
			c := part(p)
			if inserted := components[p.Name]; p.Name != "" && inserted != nil {
				c = inserted
			}
			if err := c.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

func part(p i18n.Part) templ.Component {
	switch p.Kind {
	case i18n.Figure:
		return Fig(p.Text)
	case i18n.Inserted:
		return markup("<bdi>" + isolated(p.Text) + "</bdi>")
	}
	return Str(p.Text)
}

// Fig is a finished figure, range or time: isolated, left to right, on one line.
func Fig(s string) templ.Component {
	return markup(`<bdi dir="ltr" class="num">` + templ.EscapeString(s) + `</bdi>`)
}

// Code is an identifier such as P-0142-8: like Fig, but a long one may break.
func Code(s string) templ.Component {
	return markup(`<bdi dir="ltr" class="num code">` + templ.EscapeString(s) + `</bdi>`)
}

// Num is a whole number in groups of three.
func Num[N ~int | ~int64 | ~int32](l i18n.Lang, n N) templ.Component {
	return Fig(i18n.Number(l, int64(n)))
}

// Dec is a number with a fixed number of decimals.
func Dec(l i18n.Lang, f float64, digits int) templ.Component { return Fig(i18n.Decimal(l, f, digits)) }

// Signed is Dec with a plus sign above zero, for changes.
func Signed(l i18n.Lang, f float64, digits int) templ.Component {
	return Fig(i18n.Signed(l, f, digits))
}

// Pct is a ratio (0.61) as a percentage.
func Pct(l i18n.Lang, ratio float64, digits int) templ.Component {
	return Fig(i18n.Percent(l, ratio, digits))
}

// Dirhams is an amount of centimes in full, with its word.
func Dirhams(l i18n.Lang, centimes int64) templ.Component { return Str(i18n.Dirhams(l, centimes)) }

// MDH is an amount of centimes in million dirhams, with its words.
func MDH(l i18n.Lang, centimes int64) templ.Component { return Str(i18n.MDH(l, centimes)) }

// Millions is the bare figure of an amount in million dirhams, for columns that name the unit.
func Millions(l i18n.Lang, centimes int64, digits int) templ.Component {
	return Fig(i18n.Millions(l, centimes, digits))
}

// Range is two figures joined by a dash, in one isolate: 10:00–13:00.
func Range(from, to string) templ.Component { return Fig(from + "–" + to) }

// Day is a date in words; with i18n.WithWeekday the day of the week comes first.
func Day(l i18n.Lang, t time.Time, opts ...i18n.DateOption) templ.Component {
	return timeElement(i18n.ISO(t), templ.EscapeString(i18n.Date(l, t, opts...)))
}

// Moment is a date in words and a time of day.
func Moment(l i18n.Lang, t time.Time, opts ...i18n.DateOption) templ.Component {
	return timeElement(i18n.ISOTime(t), templ.EscapeString(i18n.DateTime(l, t, opts...)))
}

// ShortDay is a date in figures, for narrow columns.
func ShortDay(l i18n.Lang, t time.Time) templ.Component {
	return timeElement(i18n.ISO(t), `<bdi dir="ltr" class="num">`+i18n.ShortDate(l, t)+`</bdi>`)
}

// Hour is a time of day.
func Hour(l i18n.Lang, t time.Time) templ.Component {
	return timeElement(i18n.ISOTime(t), `<bdi dir="ltr" class="num">`+i18n.Clock(l, t)+`</bdi>`)
}

func timeElement(iso, inner string) templ.Component {
	return markup(`<time datetime="` + iso + `">` + inner + `</time>`)
}

// Strong sets a component in bold.
func Strong(c templ.Component) templ.Component { return wrap("<strong>", c, "</strong>") }

// Link is a link whose label is plain text; as an argument of M it stands inside a sentence.
func Link(href, label string) templ.Component {
	return markup(`<a href="` + templ.EscapeString(string(templ.URL(href))) + `">` + isolated(label) + `</a>`)
}

// Join renders components one after the other, with a separator such as " · ".
func Join(separator string, cs ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		for i, c := range cs {
			if i > 0 {
				if _, err := io.WriteString(w, templ.EscapeString(separator)); err != nil {
					return err
				}
			}
			if err := c.Render(ctx, w); err != nil {
				return err
			}
		}
		return nil
	})
}

func wrap(open string, c templ.Component, end string) templ.Component {
	return Join("", markup(open), c, markup(end))
}

// Text is what staff wrote, in the page's language if it exists. A text in
// another language carries its lang and direction and the mark «غير مترجم».
func Text(l i18n.Lang, t i18n.Text) templ.Component {
	s, in := t.In(l)
	if in == l {
		return Str(s)
	}
	return markup(`<span lang="` + string(in) + `" dir="` + in.Dir() + `">` + templ.EscapeString(s) + `</span> ` +
		`<span class="untranslated">` + templ.EscapeString(i18n.T(l, "common.untranslated")) + `</span>`)
}

// TextPlain is Text without the mark, for links and lists where one mark on the page is enough.
func TextPlain(l i18n.Lang, t i18n.Text) templ.Component {
	s, in := t.In(l)
	if in == l {
		return Str(s)
	}
	return markup(`<span lang="` + string(in) + `" dir="` + in.Dir() + `">` + templ.EscapeString(s) + `</span>`)
}

// UserText is what a person wrote: direction by its first strong letter, line
// breaks kept, lang when it is known.
func UserText(s, lang string) templ.Component {
	attr := ""
	if lang != "" {
		attr = ` lang="` + templ.EscapeString(lang) + `"`
	}
	return markup(`<span class="user" dir="auto"` + attr + `>` + templ.EscapeString(s) + `</span>`)
}

// Quote is what a person said, between the guillemets of the page's language. They
// stand inside the words' own direction: an Arabic sentence of a French page
// begins with its guillemet on the right.
func Quote(l i18n.Lang, s, lang string) templ.Component {
	open, end := "«", "»"
	switch l {
	case i18n.Fr:
		open, end = "«\u00a0", "\u00a0»"
	case i18n.En:
		open, end = "“", "”"
	}
	return wrap(`<q class="quote">`, UserText(open+s+end, lang), `</q>`)
}
