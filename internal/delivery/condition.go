package delivery

import (
	"math/big"
	"slices"
	"time"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
)

// staleDays is how long a project may go without an approved report: one and a
// half of the monthly periods.
const staleDays = 45

// gapPoints is how many points the works and the executed money may lie apart.
const gapPoints = 15

// Facts are what the condition of a project is computed from.
type Facts struct {
	State      State
	Adopted    time.Time // when the roadmap that holds it was adopted
	Report     *Report   // the newest approved; nil before the first
	Milestones []MilestoneLine
	Money      Money
	Blockers   []Blocker
}

// public are the facts that everyone may know: an obstacle names an institution,
// which is heard before anything follows from it in public.
func (f Facts) public() Facts {
	f.Blockers = slices.DeleteFunc(slices.Clone(f.Blockers), func(b Blocker) bool { return b.Release != programme.Public })
	return f
}

// Assess computes where a project stands at a time.
func Assess(p roadmap.Project, f Facts, now time.Time) Progress {
	out := Progress{Project: p.Number, State: f.State, Money: f.Money}
	var done []int64
	if f.Report != nil {
		done, out.LastReport = f.Report.Done, f.Report.SubmittedAt
	}
	out.PhysicalNum, out.PhysicalDen = Physical(p.Components, done)
	out.BaselineEnd, out.ForecastEnd = ends(f, now)
	if !out.BaselineEnd.IsZero() {
		out.LateDays = i18n.DaysBetween(out.BaselineEnd, out.ForecastEnd)
	}
	if f.State == InService || f.State == Closed {
		out.Served = p.Beneficiaries.Count
	}
	if !f.State.Expected() {
		return out
	}
	if slices.ContainsFunc(f.Blockers, func(b Blocker) bool { return b.Overdue(now) }) {
		out.Why = append(out.Why, "delivery.why.blocker")
	}
	if apart(out.PhysicalNum, out.PhysicalDen, f.Money.Executed, p.Cost) {
		out.Why = append(out.Why, "delivery.why.gap")
	}
	out.Troubled = len(out.Why) > 0
	if out.Late() {
		out.Why = append(out.Why, "delivery.why.late")
	}
	heard := out.LastReport
	if f.Adopted.After(heard) {
		heard = f.Adopted
	}
	if out.Stale = !heard.IsZero() && i18n.DaysBetween(heard, now) > staleDays; out.Stale {
		out.Why = append(out.Why, "delivery.why.stale")
	}
	return out
}

// Physical is the share of the works done, as a fraction: each component counts
// with its planned cost, and never for more than was planned. A component that
// was not reported yet counts as not begun.
//
// The weight is quantity × unit cost and the rate done ÷ quantity, so the product
// is min(done, quantity) × unit cost, without a division.
func Physical(components []roadmap.Component, done []int64) (num, den int64) {
	for i, c := range components {
		den += c.Quantity * c.UnitCost
		if i < len(done) {
			num += min(done[i], c.Quantity) * c.UnitCost
		}
	}
	return num, den
}

// apart tells whether two fractions lie more than gapPoints apart; a fraction
// without a whole says nothing.
func apart(num, den, executed, cost int64) bool {
	if den <= 0 || cost <= 0 {
		return false
	}
	gap := new(big.Rat).Sub(big.NewRat(num, den), big.NewRat(executed, cost))
	return gap.Abs(gap).Cmp(big.NewRat(gapPoints, 100)) > 0
}

// endCode is the milestone that ends the works: their provisional acceptance.
const endCode = "accept"

// last is the place of the milestone that ends the works: the acceptance, or the
// last in time of a project that plans none; -1 without milestones.
func last(list []MilestoneLine) int {
	end := -1
	for i, m := range list {
		if m.Code == endCode {
			return i
		}
		if end < 0 || m.Planned.After(list[end].Planned) {
			end = i
		}
	}
	return end
}

// ends are the end of the works as frozen and as foreseen: the planned date of
// the milestone that ends them, against what happened, or else the newest word on
// it, of a report or of the milestone. What has not happened cannot lie in the past.
func ends(f Facts, now time.Time) (baseline, forecast time.Time) {
	i := last(f.Milestones)
	if i < 0 {
		return baseline, forecast
	}
	end := f.Milestones[i]
	if !end.Actual.IsZero() {
		return end.Planned, end.Actual
	}
	forecast = end.End()
	if r := f.Report; r != nil && !r.ForecastEnd.IsZero() && (end.Forecast.IsZero() || r.SubmittedAt.After(end.UpdatedAt)) {
		forecast = r.ForecastEnd
	}
	if f.State.Expected() && f.State != Accepted && forecast.Before(now) {
		forecast = now
	}
	return end.Planned, forecast
}

// sum adds up the entries of a project.
func sum(entries []MoneyEntry) (m Money) {
	for _, e := range entries {
		switch e.Kind {
		case "committed":
			m.Committed += e.Amount
		case "executed":
			m.Executed += e.Amount
		case "paid":
			m.Paid += e.Amount
		}
		if e.At.After(m.At) {
			m.At = e.At
		}
	}
	return m
}
