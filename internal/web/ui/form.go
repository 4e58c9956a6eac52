package ui

import (
	"slices"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/web/page"
)

// Field is one field of a form: what it asks, what was typed, and what is wrong with it.
type Field struct {
	Lang     i18n.Lang
	Name     string
	Label    string
	Hint     string
	Value    string   // as it was typed
	Values   []string // of fields with several answers
	Error    string   // the sentence beside the field; "" when it is right
	Required bool     // a field that is not required says so

	Options      []Option
	Several      bool   // Choices: several answers
	Rows         int    // TextArea: lines shown, 4 when 0
	MaxLength    int    // characters; 0 for no limit in the browser
	Type         string // TextField: text when empty; email, tel, url, date, password, search …
	InputMode    string // numeric, decimal …
	Autocomplete string
	Content      i18n.Lang // language of what is typed, for its direction; "" for dir=auto
	Width        string    // short, medium, or "" for the form's whole width
	Unit         string    // behind the input: «درهم»
	Accept       string    // FileField: accepted types
}

// Option is one answer to choose.
type Option struct{ Value, Label, Hint string }

// FieldOf is a field bound to a form: it shows what was typed and the fault found in it.
func FieldOf(l i18n.Lang, f *page.Form, name, label string) Field {
	return Field{Lang: l, Name: name, Label: label, Value: f.Value(name), Values: f.All(name), Error: f.Error(l, name)}
}

// WithHint adds the hint under the label.
func (f Field) WithHint(hint string) Field { f.Hint = hint; return f }

// Must marks the field as required.
func (f Field) Must() Field { f.Required = true; return f }

// WithOptions adds the answers to choose from.
func (f Field) WithOptions(options ...Option) Field { f.Options = options; return f }

func (f Field) id() string      { return "f-" + f.Name }
func (f Field) hintID() string  { return f.id() + "-hint" }
func (f Field) errorID() string { return f.id() + "-error" }

// describedBy lists the elements that explain the field, for screen readers.
func (f Field) describedBy() string {
	s := ""
	if f.Hint != "" {
		s = f.hintID()
	}
	if f.Error != "" {
		if s != "" {
			s += " "
		}
		s += f.errorID()
	}
	return s
}

func (f Field) chosen(value string) bool {
	return f.Value == value || f.Several && slices.Contains(f.Values, value)
}

// invalid is the value of aria-invalid.
func (f Field) invalid() string {
	if f.Error != "" {
		return "true"
	}
	return "false"
}

func (f Field) rows() int {
	if f.Rows == 0 {
		return 4
	}
	return f.Rows
}

func (f Field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// dir is the direction of the typed text.
func (f Field) dir() string {
	switch {
	case f.Content != "":
		return f.Content.Dir()
	case slices.Contains([]string{"email", "url", "tel", "date", "time", "datetime-local", "password", "number"}, f.Type):
		return "ltr"
	}
	return "auto"
}

// faulty are the fields with a fault.
func faulty(fields []Field) []Field {
	return slices.DeleteFunc(slices.Clone(fields), func(f Field) bool { return f.Error == "" })
}

// Words makes the three fields of a text of staff: name_ar, name_fr and name_en.
func Words(l i18n.Lang, f *page.Form, name, label string) []Field {
	fields := make([]Field, 0, len(i18n.Langs))
	for _, content := range i18n.Langs {
		field := FieldOf(l, f, name+"_"+string(content), label+" · "+content.Name())
		field.Content = content
		fields = append(fields, field)
	}
	return fields
}
