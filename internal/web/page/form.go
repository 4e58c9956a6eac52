package page

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// maxFields bounds a form; the body's size is bounded by the server. A version of
// the roadmap ticks its projects in one form, and a province has more than a hundred.
const maxFields = 300

// Form is what somebody typed, cleaned, with the faults found in it so far. The
// same value shows the form again, with every field as it was typed.
type Form struct {
	Values url.Values
	Faults []*fault.Error
	// Cleaned tells that control or direction-override characters were removed.
	Cleaned bool
	// Refused is why nothing was taken though every field is right: somebody else
	// was first (Conflict), the time is over (Closed), or too many send at once
	// (Limited). Take sets it.
	Refused *fault.Error

	request *Request // that sent it; nil for a form of ours
}

// NewForm is an empty form with a fresh id, or one with first values.
func NewForm(values ...string) *Form {
	f := &Form{Values: url.Values{}}
	for i := 0; i+1 < len(values); i += 2 {
		f.Values.Set(values[i], values[i+1])
	}
	if f.Value("once") == "" {
		f.Values.Set("once", store.NewID())
	}
	return f
}

// ReadForm reads the posted form: NFC, without control and direction-override
// characters, at most maxFields fields. A NUL or a broken body is an Invalid fault.
func ReadForm(r *http.Request) (*Form, error) {
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return nil, fault.New(fault.Invalid, "error.form_too_large")
		}
		return nil, fault.From(fault.Invalid, err, "error.bad_form")
	}
	f := &Form{Values: url.Values{}, request: Of(r)}
	n := 0
	for name, list := range r.PostForm {
		for _, v := range list {
			if n++; n > maxFields {
				return nil, fault.New(fault.Invalid, "error.too_many_fields")
			}
			if strings.ContainsRune(v, 0) || strings.ContainsRune(name, 0) {
				return nil, fault.New(fault.Invalid, "error.bad_form")
			}
			clean := Clean(v)
			if clean != v && clean != strings.ReplaceAll(norm.NFC.String(v), "\r\n", "\n") {
				f.Cleaned = true
			}
			f.Values.Add(name, clean)
		}
	}
	return f, nil
}

// Clean brings a text to NFC, ends lines with \n, and removes control characters
// and the marks that override the direction of writing (a text could look like another).
func Clean(s string) string {
	s = strings.ReplaceAll(norm.NFC.String(strings.ToValidUTF8(s, "\uFFFD")), "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r):
			return -1
		case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // embeddings, overrides, isolates
			return -1
		}
		return r
	}, s)
}

// Value is a field as it was typed.
func (f *Form) Value(name string) string {
	if f == nil {
		return ""
	}
	return f.Values.Get(name)
}

// Text is a field without the space around it.
func (f *Form) Text(name string) string { return strings.TrimSpace(f.Value(name)) }

// All lists the values of a field that may occur several times.
func (f *Form) All(name string) []string {
	if f == nil {
		return nil
	}
	return f.Values[name]
}

// Has tells whether a field holds the value: a ticked box, a chosen option.
func (f *Form) Has(name, value string) bool {
	for _, v := range f.All(name) {
		if v == value {
			return true
		}
	}
	return false
}

// Once is the id that makes a repeated post harmless.
func (f *Form) Once() string { return f.Text("once") }

// OnceFor is the id of one act of a page: several buttons, or several forms, may
// carry the page's one id, and having done one of them is no answer to another.
// It is "", which asks for no such care, when the page gave no id.
func (f *Form) OnceFor(what ...string) string {
	if f.Once() == "" {
		return ""
	}
	return f.Once() + "-" + strings.Join(what, "-")
}

// Version is the version of the row that the form was made from.
func (f *Form) Version() int64 {
	n, _ := strconv.ParseInt(f.Text("version"), 10, 64)
	return n
}

// Words is a text of staff in three languages, from fields name_ar, name_fr, name_en.
func (f *Form) Words(name string) i18n.Text {
	return i18n.Text{Ar: f.Text(name + "_ar"), Fr: f.Text(name + "_fr"), En: f.Text(name + "_en")}
}

// SetWords fills the three fields that Words reads.
func (f *Form) SetWords(name string, t i18n.Text) {
	f.Values.Set(name+"_ar", t.Ar)
	f.Values.Set(name+"_fr", t.Fr)
	f.Values.Set(name+"_en", t.En)
}

// Int reads a whole number; an empty field is 0. A fault is added to the form.
func (f *Form) Int(name string) int64 {
	s := f.Text(name)
	if s == "" {
		return 0
	}
	n, err := i18n.ParseInt(s)
	if err != nil {
		f.Add(name, "fault.number", "typed", s, "example", "1250")
	}
	return n
}

// Dirhams reads an amount in centimes; an empty field is 0. A fault is added to the form.
func (f *Form) Dirhams(name string) int64 {
	s := f.Text(name)
	if s == "" {
		return 0
	}
	n, err := i18n.ParseDirhams(s)
	if err != nil {
		f.Add(name, "fault.amount", "typed", s, "example", "2 800 000")
	}
	return n
}

// Thousandths reads a quantity with at most three decimals, in thousandths; an
// empty field is 0. A fault is added to the form.
func (f *Form) Thousandths(name string) int64 {
	s := f.Text(name)
	if s == "" {
		return 0
	}
	n, err := i18n.ParseDecimal(s, 3)
	if err != nil {
		f.Add(name, "fault.number", "typed", s, "example", "12,5")
	}
	return n
}

// Time reads a date (2006-01-02) or a date and clock (2006-01-02T15:04) in
// Morocco's time, as browsers send them or as people type them; an empty field is the zero time. A fault is added to the form.
func (f *Form) Time(name string) time.Time {
	s := f.Text(name)
	if s == "" {
		return time.Time{}
	}
	if t, err := i18n.ParseDateTime(s); err == nil {
		return t
	}
	t, err := i18n.ParseDate(s)
	if err != nil {
		f.Add(name, "fault.date", "typed", s, "example", "15/01/2027")
	}
	return t
}

// Add adds a fault of a field.
func (f *Form) Add(field, key string, args ...any) {
	f.Faults = append(f.Faults, fault.Field(field, key, args...))
}

// refusals are the kinds of fault that bring a form back though every field is right.
var refusals = map[fault.Kind]bool{fault.Conflict: true, fault.Closed: true, fault.Limited: true}

// Take takes over the faults of an Invalid error, after those found while
// reading, and tells whether the form must be shown again. So must one that came
// too late (Conflict, Closed) or among too many (Limited): the page then says why above what was typed.
// Other errors are returned.
func (f *Form) Take(err error) (again bool, other error) {
	if refused := new(fault.Error); f.request != nil && errors.As(err, &refused) && refusals[refused.Kind] {
		f.Refused = refused
		f.request.refuse(refused, f.filled())
		return true, nil
	}
	if err != nil && !fault.Is(err, fault.Invalid) {
		return false, err
	}
	f.Faults = append(f.Faults, fault.All(err)...)
	return len(f.Faults) > 0, nil
}

// filled tells whether somebody typed or chose anything: a button alone sends
// only what its page gave it.
func (f *Form) filled() bool {
	for name := range f.Values {
		switch name {
		case "once", "version", "hash":
		default:
			if f.Text(name) != "" {
				return true
			}
		}
	}
	return false
}

// Stands tells the form which version of its row stands now. After a conflict,
// which the page has told of, the next post is a decision to replace it; until
// then the form keeps the version it was made from.
func (f *Form) Stands(version int64) {
	if f.Refused != nil && f.Refused.Kind == fault.Conflict {
		f.Values.Set("version", strconv.FormatInt(version, 10))
	}
}

// Error is the message of a field in a language; "" when it is right.
func (f *Form) Error(l i18n.Lang, field string) string {
	if f == nil {
		return ""
	}
	for _, e := range f.Faults {
		if e.Field == field {
			return Message(l, e)
		}
	}
	return ""
}

// Dirhams is an amount as a form offers it, in groups of digits, to be read back exactly.
func Dirhams(centimes int64) string {
	sign, rest := "", typed(centimes, 2)
	if centimes < 0 {
		sign, rest = rest[:1], rest[1:]
	}
	whole, frac, cut := strings.Cut(rest, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + " " + whole[i:]
	}
	if cut {
		whole += "." + frac
	}
	return sign + whole
}

// Moment is a date and clock in Morocco's time as a datetime-local field holds it.
func Moment(t time.Time) string { return t.In(i18n.Zone).Format("2006-01-02T15:04") }

// Thousandths is a quantity as a form offers it, to be read back exactly.
func Thousandths(n int64) string { return typed(n, 3) }

// typed writes a scaled integer with the decimals it needs, or all of them:
// three decimals alone could be taken for a group of digits, so they get a fourth.
func typed(n int64, decimals int) string {
	sign := ""
	if n < 0 {
		sign, n = "-", -n
	}
	digits := fmt.Sprintf("%0*d", decimals+1, n)
	whole, frac := digits[:len(digits)-decimals], digits[len(digits)-decimals:]
	switch frac = strings.TrimRight(frac, "0"); {
	case frac == "":
		return sign + whole
	case decimals == 2 && len(frac) == 1, len(frac) == 3:
		frac += "0"
	}
	return sign + whole + "." + frac
}
