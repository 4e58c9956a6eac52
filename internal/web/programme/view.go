package programme

import (
	"strconv"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// overviewData is the whole frame of a programme.
type overviewData struct {
	page.Base
	frame *programme.Programme
}

// open counts the phases that are open now.
func (d overviewData) open() (n int) {
	for _, f := range d.frame.Phases {
		if f.Open(d.Now) {
			n++
		}
	}
	return n
}

func (d overviewData) at(path string) string { return d.P(work + path) }

func (d overviewData) phaseTable(cycle int64) ui.Table {
	l := d.Lang
	t := ui.Table{Columns: []ui.Column{{Label: d.T("frame.stage")}, {Label: d.T("frame.phase.opens")}, {Label: d.T("frame.phase.closes")}, {Label: d.T("frame.state")}, {}}}
	for _, f := range d.frame.Phases {
		if f.Cycle != cycle {
			continue
		}
		name := ui.M(l, "stage."+string(f.Stage))
		if f.Reason != "" {
			name = ui.TwoLines(name, ui.M(l, "frame.phase.moved", "reason", ui.UserText(f.Reason, "")))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{name, ui.Moment(l, f.OpensAt), ui.Moment(l, f.ClosesAt), d.phaseState(f), ui.Link(d.at("/phases/"+f.ID), d.T("frame.phase.extend"))}})
	}
	return t
}

func (d overviewData) phaseState(f programme.Phase) templ.Component {
	switch {
	case f.Open(d.Now):
		return ui.Badge(ui.KindWater, "half", d.T("frame.open"))
	case f.OpensAt.After(d.Now):
		return ui.Badge(ui.KindOutline, "ring", d.T("frame.ahead"))
	}
	return ui.Badge(ui.KindOutline, "check", d.T("frame.closed"))
}

func (d overviewData) stepTable() ui.Table {
	l := d.Lang
	t := ui.Table{Columns: []ui.Column{{Label: d.T("frame.step")}, {Label: d.T("frame.stage")}, {Label: d.T("frame.step.body")}, {Label: d.T("frame.step.due")}, {Label: d.T("frame.state")}}}
	for i, s := range d.frame.Steps {
		place := strconv.Itoa(i + 1)
		due := templ.Component(nil)
		if !s.DueAt.IsZero() {
			due = ui.Day(l, s.DueAt)
		}
		state := stepDone(d, "/steps/"+place+"/done", s)
		if !s.DoneAt.IsZero() {
			state = ui.TwoLines(ui.StatusBadge(l, "finished"), ui.Day(l, s.DoneAt))
		}
		title, _ := s.Title.In(l)
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Link(d.at("/steps/"+place), title), ui.M(l, "stage."+string(s.Stage)), ui.Text(l, s.Body), due, state}})
	}
	return t
}

func (d overviewData) axisTable() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("frame.axis")}, {Label: d.T("frame.key")}}}
	for _, a := range d.frame.Axes {
		name, _ := a.Name.In(d.Lang)
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Link(d.at("/axes/"+a.ID), name), ui.Code(a.ID)}})
	}
	return t
}

func (d overviewData) collegeTable() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("frame.college")}, {Label: d.T("frame.voice")}, {Label: d.T("frame.key")}}}
	for _, c := range d.frame.Colleges {
		name, _ := c.Name.In(d.Lang)
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Link(d.at("/colleges/"+c.ID), name), ui.M(d.Lang, "frame.voice."+string(c.Voice)), ui.Code(c.ID)}})
	}
	return t
}
