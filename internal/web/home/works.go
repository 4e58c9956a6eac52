package home

import (
	"context"
	"time"

	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/web/ui"
)

// works is what came of it so far: the newest adopted roadmap, its public
// projects, their money, and what is measured.
type works struct {
	Version    int // number of the newest adopted version; 0: none
	AdoptedAt  time.Time
	Projects   int
	UnderWay   int
	Troubled   int
	Cost, Paid int64     // centimes
	PaidUntil  time.Time // the day of the newest entry of money; zero without one
	Indicators int
}

func (h *Handlers) works(ctx context.Context, programmeID string) (o works, err error) {
	adopted, err := h.Roadmap.AdoptionTimes(ctx, programmeID)
	if err != nil {
		return o, err
	}
	for number, at := range adopted {
		if number > o.Version {
			o.Version, o.AdoptedAt = number, at
		}
	}
	indicators, err := h.Evaluation.Indicators(ctx, programmeID)
	if err != nil {
		return o, err
	}
	o.Indicators = len(indicators)
	all, err := h.Roadmap.Projects(ctx, programmeID)
	if err != nil {
		return o, err
	}
	var shown []roadmap.Project
	for _, p := range all {
		if p.AdoptedIn > 0 && p.Release == programme.Public {
			shown = append(shown, p)
		}
	}
	progress, err := h.Delivery.Progress(ctx, programmeID, shown)
	for _, p := range shown {
		o.add(p, progress[p.Number])
	}
	return o, err
}

func (o *works) add(p roadmap.Project, at delivery.Progress) {
	o.Projects++
	o.Cost += p.Cost
	o.Paid += at.Money.Paid
	if at.State == delivery.UnderWay {
		o.UnderWay++
	}
	if at.Troubled {
		o.Troubled++
	}
	if at.Money.At.After(o.PaidUntil) {
		o.PaidUntil = at.Money.At
	}
}

// projects counts the projects of the roadmap, and those that need a look.
func (d homeData) projects() ui.Figure {
	o := d.Works
	return ui.Figure{Value: ui.Num(d.Lang, o.Projects), Label: ui.M(d.Lang, "home.figure.projects"),
		Note: ui.M(d.Lang, "home.figure.projects_note", "under_way", o.UnderWay, "troubled", o.Troubled)}
}

// paid is the money that left the treasury, beside what the projects cost.
func (d homeData) paid() ui.Figure {
	o := d.Works
	paid := ui.Figure{Value: ui.Millions(d.Lang, o.Paid, 1), Of: ui.M(d.Lang, "common.of", "total", i18n.Millions(d.Lang, o.Cost, 1)), Label: ui.M(d.Lang, "home.figure.paid")}
	if !o.PaidUntil.IsZero() {
		paid.Note = ui.M(d.Lang, "home.figure.paid_note", "date", ui.Day(d.Lang, o.PaidUntil))
	}
	return paid
}
