package ui

import (
	"time"

	"github.com/khettara/khettara/internal/i18n"
)

// Gantt is a schedule: labels at the start column, solid for what is done,
// outline for the forecast, a thin bar under each for the frozen baseline, a line
// for today. Phones show only the table that stands beside it. Times are Unix ms.
type Gantt struct {
	Lang  i18n.Lang
	Label string
	Today int64
	Rows  []GanttRow
}

// GanttRow is one milestone. Done is the part of it that is finished, 0 to 1;
// the baseline is left out when PlanEnd is 0.
type GanttRow struct {
	Name               string
	Start, End         int64
	Done               float64
	PlanStart, PlanEnd int64
}

const ganttRow = 38.0 // height of a row in the drawing's units, as in the style sheet

// span is the time shown, widened to whole months and to a whole number of
// steps between the named months, so that the names stand in equal columns.
func (g Gantt) span() (from time.Time, step, steps int) {
	least, most := g.Today, g.Today
	for _, r := range g.Rows {
		least, most = min(least, r.Start), max(most, r.End)
		if r.PlanEnd > 0 {
			least, most = min(least, r.PlanStart), max(most, r.PlanEnd)
		}
	}
	a, z := time.UnixMilli(least).In(i18n.Zone), time.UnixMilli(most).In(i18n.Zone)
	months := (z.Year()-a.Year())*12 + int(z.Month()) - int(a.Month()) + 1
	step = (months + 5) / 6
	return time.Date(a.Year(), a.Month(), 1, 0, 0, 0, 0, i18n.Zone), step, (months + step - 1) / step
}

// at is a moment's place from the start edge, 0 to 100.
func (g Gantt) at(ms int64) float64 {
	from, step, steps := g.span()
	to := from.AddDate(0, step*steps, 0)
	return share(float64(ms-from.UnixMilli()), float64(to.UnixMilli()-from.UnixMilli()))
}

func (g Gantt) viewBox() string { return "0 0 100 " + n1(g.height()) }

func (g Gantt) height() float64 { return ganttRow * float64(len(g.Rows)) }

// ganttMark is a labelled month on the scale.
type ganttMark struct {
	at    float64
	label string
}

// marks are at most six months, evenly spaced, named on the scale.
func (g Gantt) marks() []ganttMark {
	from, step, steps := g.span()
	out := make([]ganttMark, steps)
	for i := range out {
		t := from.AddDate(0, i*step, 0)
		out[i] = ganttMark{g.at(t.UnixMilli()), i18n.MonthYear(g.Lang, t)}
	}
	return out
}
