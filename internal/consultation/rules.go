package consultation

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
)

// Bounds of what people type, in code points.
const (
	MaxTitle  = 160  // of a proposal or a meeting
	MaxText   = 4000 // of a proposal, a contribution, a reason
	MaxPlace  = 160
	minTitle  = 8
	minBody   = 20
	MinReason = 20 // a reason shorter than this explains nothing
)

// Days that a programme may set for reading and answering.
const maxDays = 180

// checkString checks the length of a text of one language.
func checkString(f *fault.Fields, field, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	switch {
	case n == 0 && least > 0:
		f.Add(field, "fault.required")
	case n < least:
		f.Add(field, "fault.too_short", "n", least)
	case n > most:
		f.Add(field, "fault.too_long", "n", most)
	}
}

// checkText checks a text of staff. Its faults name the field of the language:
// reason_ar, reason_fr. A required one needs Arabic or French.
func checkText(f *fault.Fields, field string, t i18n.Text, required bool, least, most int) {
	if required && t.Ar == "" && t.Fr == "" {
		f.Add(field+"_ar", "fault.required_language")
	}
	for _, l := range i18n.Langs {
		if s, in := t.In(l); s != "" && in == l {
			checkString(f, field+"_"+string(l), s, least, most)
		}
	}
}

// checkReason checks the reason of a decision, which will be published as it stands.
func checkReason(f *fault.Fields, t i18n.Text) { checkText(f, "reason", t, true, MinReason, MaxText) }

// trimmed is a text without the space around each language.
func trimmed(t i18n.Text) i18n.Text {
	return i18n.Text{Ar: strings.TrimSpace(t.Ar), Fr: strings.TrimSpace(t.Fr), En: strings.TrimSpace(t.En)}
}

// checkUnit wants a unit of the programme's territory, or all of it.
func (s *Service) checkUnit(f *fault.Fields, p *programme.Programme, field, unit string) {
	if unit == "" {
		f.Add(field, "fault.required")
		return
	}
	f.Check(s.pack.Within(unit, p.Territory), field, "fault.unknown_choice")
}

func checkAxis(f *fault.Fields, p *programme.Programme, axis string) {
	if _, ok := p.Axis(axis); axis != "" && !ok {
		f.Add("axis", "fault.unknown_choice")
	}
}

func checkCollege(f *fault.Fields, p *programme.Programme, college string) {
	if college == "" {
		f.Add("college", "fault.required")
		return
	}
	_, ok := p.College(college)
	f.Check(ok, "college", "fault.unknown_choice")
}

// Units are a unit and all that lie in it: a filter by the city finds its
// arrondissements. Nil for "".
func (s *Service) Units(unit string) []string {
	if unit == "" {
		return nil
	}
	list := []string{unit}
	for _, child := range s.pack.Children(unit) {
		list = append(list, s.Units(child.Code)...)
	}
	return list
}

// FridayPrayer tells whether a meeting would take hours of the Friday prayer
// (Friday 12:00–15:00, Morocco's time): a warning, never a refusal.
func FridayPrayer(starts, ends time.Time) bool {
	starts, ends = starts.In(i18n.Zone), ends.In(i18n.Zone)
	if starts.Weekday() != time.Friday {
		return false
	}
	y, m, d := starts.Date()
	noon := time.Date(y, m, d, 12, 0, 0, 0, i18n.Zone)
	return starts.Before(noon.Add(3*time.Hour)) && ends.After(noon)
}

// rawLangs are the languages in which something may have been said.
var rawLangs = []string{"ar", "ary", "shi", "zgh", "fr", "en"}

// RawLangs lists the languages that a rapporteur may choose, as BCP 47 codes:
// Arabic, Darija, Tachelhit, Tamazight, French, English.
func RawLangs() []string { return slices.Clone(rawLangs) }

// WrittenIn guesses the language of a text by its letters, as BCP 47: what is
// not Arabic or Tifinagh is French unless the page it was typed on is in English.
func WrittenIn(text string, page i18n.Lang) string {
	var arabic, tifinagh, latin int
	for _, r := range text {
		switch {
		case unicode.Is(unicode.Arabic, r):
			arabic++
		case unicode.Is(unicode.Tifinagh, r):
			tifinagh++
		case unicode.Is(unicode.Latin, r):
			latin++
		}
	}
	switch {
	case tifinagh > arabic && tifinagh > latin:
		return "zgh"
	case arabic >= latin && arabic > 0, latin == 0 && page == i18n.Ar:
		return "ar"
	case page == i18n.En:
		return "en"
	}
	return "fr"
}

// ownText is what one person wrote, as a text in the language nearest to it.
func ownText(s, lang string) i18n.Text {
	switch lang {
	case "fr":
		return i18n.Text{Fr: s}
	case "en":
		return i18n.Text{En: s}
	}
	return i18n.Text{Ar: s}
}
