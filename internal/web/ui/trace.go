package ui

import (
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/web/page"
)

// TraceStep is one step on the way from a sentence to the change it made.
type TraceStep struct {
	Kind     string // the step's word: «جملة في قاعة», «مقترح», «أولوية» …
	Stage    string // the stage it happened in, for the table
	Date     templ.Component
	Finding  templ.Component // in bold
	Why      templ.Component // nil for none
	Links    templ.Component // nil for none
	Chart    templ.Component // a bar under the finding; nil for none
	Ledger   *Ledger         // nil while the log holds nothing
	Width    int             // how much has joined: 1 to 4
	State    page.StageState
	Quoted   bool // the finding is a sentence as spoken
	Branches []TraceBranch
}

// TraceBranch is a part that went no further: a refusal with its date, reason and the way to ask again.
type TraceBranch struct {
	Date    templ.Component
	Finding templ.Component
	Why     templ.Component
	Ledger  *Ledger
}

// widthClass keeps a wrong width drawable.
func (s TraceStep) widthClass() string { return "w" + itoa(min(max(s.Width, 1), 4)) }

// StepDate is the date of a step that has happened, with its weekday.
func StepDate(l i18n.Lang, t time.Time) templ.Component { return Day(l, t, i18n.WithWeekday) }

// TraceTable is the same way as a table, for those who cannot see the drawing.
func TraceTable(l i18n.Lang, steps []TraceStep) Table {
	t := Table{Columns: []Column{
		{Label: i18n.T(l, "ui.trace_step")}, {Label: i18n.T(l, "ui.trace_date")}, {Label: i18n.T(l, "ui.trace_finding")},
		{Label: i18n.T(l, "ui.trace_why")}, {Label: i18n.T(l, "ui.trace_record")},
	}}
	for _, s := range steps {
		kind := Str(s.Kind)
		if s.Stage != "" {
			kind = TwoLines(Str(s.Kind), Str(stageName(l, s.Stage)))
		}
		t.Rows = append(t.Rows, Row{Cells: []templ.Component{kind, s.Date, s.Finding, s.Why, ledgerCell(l, s.Ledger)}, Muted: s.State == page.Later})
		for _, b := range s.Branches {
			t.Rows = append(t.Rows, Row{Cells: []templ.Component{Str(i18n.T(l, "ui.trace_branch")), b.Date, b.Finding, b.Why, ledgerCell(l, b.Ledger)}})
		}
	}
	return t
}

func ledgerCell(l i18n.Lang, g *Ledger) templ.Component {
	if g == nil {
		return nil
	}
	return LedgerNote(l, *g)
}
