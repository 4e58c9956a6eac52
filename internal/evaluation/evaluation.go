// Package evaluation keeps the indicators that judge the objectives: definition,
// baseline from the census or stated, target, and measured values by date. It
// describes; it claims no cause.
package evaluation

import (
	"math"
	"strconv"
	"strings"
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

// Status says how sure a value is.
type Status string

// Values are measured, estimated or provisional.
const (
	Measured    Status = "measured"
	Estimated   Status = "estimated"
	Provisional Status = "provisional"
)

// Statuses lists the statuses in the order in which they are offered.
var Statuses = []Status{Measured, Estimated, Provisional}

// Indicator is one measure of change. Values are whole numbers of 10^-Decimals
// of its unit, so that comparing them is exact.
type Indicator struct {
	Number          string // I-0001-…
	Cycle           int64
	Title           i18n.Text
	Definition      i18n.Text
	UnitLabel       i18n.Text
	Direction       Direction
	Territory       string // HCP code
	CensusIndicator string // key in the reference pack that the baseline is read from; "" = stated
	PackVersion     string
	Decimals        int
	Baseline        int64
	BaselineAt      time.Time
	BaselineSource  i18n.Text
	Target          int64
	TargetAt        time.Time
	Objectives      []string // OB-…
	Release         programme.Release
	Version         int64
	Actuals         []Actual // oldest first
}

// Actual is a value at a date.
type Actual struct {
	At         time.Time
	Value      int64
	Status     Status
	Source     i18n.Text
	ByRole     string
	RecordedAt time.Time
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

// Latest is the newest value; ok is false when there is none.
func (i Indicator) Latest() (a Actual, ok bool) {
	for _, v := range i.Actuals {
		if !ok || !v.At.Before(a.At) {
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

// Float is a stored value as a number to show.
func (i Indicator) Float(v int64) float64 { return float64(v) / math.Pow10(i.Decimals) }

// Scale reads a typed number as a stored value: at most decimals digits after
// the comma or point. ok is false for anything else.
func Scale(s string, decimals int) (v int64, ok bool) {
	s = strings.NewReplacer(",", ".", "\u00a0", "", " ", "", "−", "-").Replace(strings.TrimSpace(s))
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > decimals || whole == "" {
		return 0, false
	}
	v, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", decimals-len(fraction)), 10, 64)
	return v, err == nil
}

// Service runs the commands and answers the queries of the stage.
type Service struct {
	db   *store.DB
	pack *territory.Pack
}

// NewService makes the module's service.
func NewService(db *store.DB, pack *territory.Pack) *Service { return &Service{db: db, pack: pack} }
