// Package evaluation keeps the indicators that judge the objectives: definition,
// baseline from the census or stated, target, and measured values by date. It
// describes; it claims no cause.
package evaluation

import (
	"math"
	"time"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
)

// Direction says which way is better.
type Direction string

// A greater value is better, or a smaller one.
const (
	Up   Direction = "up"
	Down Direction = "down"
)

// Level is where on the chain of results an indicator stands.
type Level string

// What was delivered, what changed for those who use it, and what changed for the territory.
const (
	Output  Level = "output"
	Outcome Level = "outcome"
	Impact  Level = "impact"
)

// Levels lists the levels from the nearest to the farthest.
var Levels = []Level{Output, Outcome, Impact}

// Status says how sure a value is.
type Status string

// Values are measured, estimated or provisional; or missing, with the reason why.
const (
	Measured    Status = "measured"
	Estimated   Status = "estimated"
	Provisional Status = "provisional"
	Missing     Status = "missing"
)

// Statuses lists the statuses in the order in which they are offered.
var Statuses = []Status{Measured, Estimated, Provisional, Missing}

// Indicator is one measure of change. Values are whole numbers of 10^-Decimals
// of its unit, so that comparing them is exact. What they are measured against
// (place, direction, decimals, baseline) never moves; the words may.
type Indicator struct {
	Number          string // I-0001-…
	Cycle           int64
	Title           i18n.Text
	Definition      i18n.Text
	Caution         i18n.Text // what it does not tell
	UnitLabel       i18n.Text
	Level           Level
	Direction       Direction
	Territory       string // HCP code
	CensusIndicator string // key in the reference pack that the baseline is read from; "" = stated
	PackVersion     string
	Decimals        int
	EveryMonths     int // how often a value is owed; 0 = no fixed time
	Baseline        int64
	BaselineAt      time.Time
	BaselineSource  i18n.Text
	Target          int64
	TargetAt        time.Time
	Objectives      []string // OB-…
	Release         programme.Release
	CreatedAt       time.Time
	Version         int64
	Actuals         []Actual // oldest first
	Targets         []Target // oldest first; the last is the one in force
}

// Actual is a value at a date. Corrected: a later one of the same date has taken
// its place; it stays to be read.
type Actual struct {
	At         time.Time
	Value      int64 // 0 when missing
	Status     Status
	Source     i18n.Text
	Reason     i18n.Text // why it is missing, or what it corrects
	ByRole     string
	RecordedAt time.Time
	Corrected  bool
}

// Target is a value aimed at, with why it was changed to it; the first has no reason.
type Target struct {
	Value  int64
	At     time.Time
	Reason string
	SetAt  time.Time
}

// State is what the latest value says beside baseline and target. It is computed, never typed.
type State string

// The states of an indicator.
const (
	NoValue   State = "no_value"
	Reached   State = "reached"
	Better    State = "better"
	Unchanged State = "unchanged"
	Worse     State = "worse"
)

// Latest is the newest value that is not missing; ok is false when there is none.
func (i Indicator) Latest() (a Actual, ok bool) {
	for _, v := range i.Actuals {
		if v.Status != Missing && !v.Corrected && (!ok || !v.At.Before(a.At)) {
			a, ok = v, true
		}
	}
	return a, ok
}

// State compares the latest value with target and baseline.
func (i Indicator) State() State {
	a, ok := i.Latest()
	if !ok {
		return NoValue
	}
	value, base, target := a.Value, i.Baseline, i.Target
	if i.Direction == Down {
		value, base, target = -value, -base, -target
	}
	switch {
	case value >= target:
		return Reached
	case value > base:
		return Better
	case value < base:
		return Worse
	}
	return Unchanged
}

// Improved tells that the latest value is better than the baseline. A target that
// was no better than the baseline is reached without that.
func (i Indicator) Improved() bool {
	a, ok := i.Latest()
	if i.Direction == Down {
		return ok && a.Value < i.Baseline
	}
	return ok && a.Value > i.Baseline
}

// aimsAt tells that a target is no worse than the baseline: the opposite is a
// slip of the pen or the wrong direction.
func (i Indicator) aimsAt(target int64) bool {
	if i.Direction == Down {
		return target <= i.Baseline
	}
	return target >= i.Baseline
}

// Stale tells that no value has come for one and a half times the time agreed,
// and since when: the date of the latest value, or of the indicator itself.
func (i Indicator) Stale(now time.Time) (since time.Time, stale bool) {
	if i.EveryMonths == 0 {
		return since, false
	}
	since = i.CreatedAt
	if a, ok := i.Latest(); ok {
		since = a.At
	}
	const daysOfMonthAndHalf = 46
	return since, now.After(since.AddDate(0, 0, daysOfMonthAndHalf*i.EveryMonths))
}

// Float is a stored value as a number to show.
func (i Indicator) Float(v int64) float64 { return float64(v) / math.Pow10(i.Decimals) }

// Service runs the commands and answers the queries of the stage.
type Service struct {
	db   *store.DB
	pack *territory.Pack
}

// NewService makes the module's service.
func NewService(db *store.DB, pack *territory.Pack) *Service { return &Service{db: db, pack: pack} }
