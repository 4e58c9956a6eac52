package home

import (
	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// stepsData is the procedure of a programme.
type stepsData struct {
	page.Base
	frame *programme.Programme
}

// done counts the steps that are done.
func (d stepsData) done() (n int) {
	for _, s := range d.frame.Steps {
		if !s.DoneAt.IsZero() {
			n++
		}
	}
	return n
}

// stage lists the steps that lie in a stage.
func (d stepsData) stage(stage programme.Stage) (list []programme.Step) {
	for _, s := range d.frame.Steps {
		if s.Stage == stage {
			list = append(list, s)
		}
	}
	return list
}

func (d stepsData) table(list []programme.Step) ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("home.steps.step")}, {Label: d.T("home.steps.body")}, {Label: d.T("home.steps.documents")},
		{Label: d.T("home.steps.signatory")}, {Label: d.T("home.steps.state")}}}
	for _, s := range list {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Text(d.Lang, s.Title), ui.Text(d.Lang, s.Body), ui.Text(d.Lang, s.Documents),
			ui.Text(d.Lang, s.Signatory), d.state(s)}})
	}
	return t
}

// state says that a step is done, or when it is due and how late it is.
func (d stepsData) state(s programme.Step) templ.Component {
	switch {
	case !s.DoneAt.IsZero():
		return ui.TwoLines(ui.StatusBadge(d.Lang, "finished"), ui.Day(d.Lang, s.DoneAt))
	case s.DueAt.IsZero():
		return ui.StatusBadge(d.Lang, "not_started")
	}
	left := i18n.DaysBetween(d.Now, s.DueAt)
	if left < 0 {
		return ui.TwoLines(ui.StatusBadge(d.Lang, "overdue", "n", -left), ui.Day(d.Lang, s.DueAt))
	}
	return ui.TwoLines(ui.StatusBadge(d.Lang, "days_left", "n", left), ui.Day(d.Lang, s.DueAt))
}
