// Package delivery follows the adopted projects: what their contracting
// authorities report and another role approves, dates, money, obstacles, and
// decisions on their state. State is decided by people, condition (late, in
// difficulty, not updated) is computed from the facts and never typed.
package delivery

import (
	"slices"
	"time"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
)

// State of a project, by decision of those who have the right.
type State string

// The states of an adopted project.
const (
	Programmed State = "programmed" // in an adopted version of the roadmap; no decision yet
	Agreed     State = "agreed"     // the partners have signed
	UnderWay   State = "under_way"
	Suspended  State = "suspended"
	Accepted   State = "accepted" // provisional acceptance of the works
	InService  State = "in_service"
	Closed     State = "closed"
	Cancelled  State = "cancelled"
)

// States lists the states in their usual order.
var States = []State{Programmed, Agreed, UnderWay, Suspended, Accepted, InService, Closed, Cancelled}

// transitions says where each state may lead. A cancelled or closed project stays so:
// taking it up again needs a new version of the roadmap.
var transitions = map[State][]State{
	Programmed: {Agreed, Cancelled},
	Agreed:     {UnderWay, Cancelled},
	UnderWay:   {Suspended, Accepted, Cancelled},
	Suspended:  {UnderWay, Cancelled},
	Accepted:   {InService},
	InService:  {Closed},
}

// Next lists the states that a state may lead to.
func (s State) Next() []State { return slices.Clone(transitions[s]) }

// Ended tells whether nothing more can be reported.
func (s State) Ended() bool { return s == Closed || s == Cancelled }

// Expected tells whether the project still owes reports: its works or their
// acceptance lie ahead.
func (s State) Expected() bool { return !s.Ended() && s != InService }

// Money is what a project has had so far, in centimes.
type Money struct {
	Committed int64     // ملتزم به
	Executed  int64     // منجز: work done and accounted for
	Paid      int64     // مؤدى
	At        time.Time // of the newest entry; zero without one
}

// MoneyKinds lists the kinds of entries in the order that money goes through them.
var MoneyKinds = []string{"committed", "executed", "paid"}

// Of is the total of one kind.
func (m Money) Of(kind string) int64 {
	switch kind {
	case "committed":
		return m.Committed
	case "executed":
		return m.Executed
	}
	return m.Paid
}

// MoneyEntry is one line of a project's accounts.
type MoneyEntry struct {
	Leaf   int64 // of the programme's log
	Kind   string
	Amount int64 // centimes; negative for a correction
	At     time.Time
	Payer  string // organisation id
	Note   i18n.Text
}

// ReportState is where a report stands.
type ReportState string

// A report is approved or returned by another person than who wrote it.
const (
	Submitted ReportState = "submitted"
	Approved  ReportState = "approved"
	Returned  ReportState = "returned"
)

// Report is what a contracting authority says of its project at a time.
type Report struct {
	Number         string // R-0001-…
	Project        string
	State          ReportState
	NothingChanged bool
	Done           []int64 // thousandths of the unit since the beginning, by component
	ForecastEnd    time.Time
	Statement      i18n.Text
	Organisation   string // that reports
	SubmittedBy    string // person id; for the rule that nobody approves their own
	SubmittedAt    time.Time
	DecidedAt      time.Time
	DecidedBy      string // role
	Reason         string // why it was returned
	Version        int64
}

// MilestoneLine is one date of a project three times: as frozen with the
// roadmap, as forecast, as it was.
type MilestoneLine struct {
	Code                      string
	Planned, Forecast, Actual time.Time // zero where unknown
	Told                      time.Time // the forecast by RecordMilestone alone: reports foresee the end of the works too
	UpdatedAt                 time.Time
	Version                   int64 // for RecordMilestone; 0 before the first word
}

// End is the date to show: what happened, else the forecast, else the plan.
func (m MilestoneLine) End() time.Time {
	for _, t := range []time.Time{m.Actual, m.Forecast} {
		if !t.IsZero() {
			return t
		}
	}
	return m.Planned
}

// BlockerKinds lists what can stand in a project's way, in the order offered.
var BlockerKinds = []string{"land", "study", "funding", "agreement", "tender", "contractor", "permit", "network", "dispute"}

// Blocker is an obstacle (عائق) with an organisation that must answer it.
type Blocker struct {
	Number    string // B-0001-…
	Project   string
	Kind      string
	Text      i18n.Text
	Owner     string // organisation id
	OpenedAt  time.Time
	Due       time.Time
	Reply     i18n.Text
	RepliedAt time.Time
	Lesson    i18n.Text
	ClosedAt  time.Time
	Release   programme.Release // internal or public
	Version   int64
}

// Open tells whether the obstacle stands.
func (b Blocker) Open() bool { return b.ClosedAt.IsZero() }

// Overdue tells whether it stands past the day its owner had, which counts whole.
func (b Blocker) Overdue(now time.Time) bool { return b.Open() && i18n.DaysBetween(b.Due, now) > 0 }

// ReplyTime is how long the owner of an obstacle has before it may be published
// without a reply.
const ReplyTime = 15 * 24 * time.Hour

// Publishable tells whether an internal obstacle may be published: answered, or
// left without a reply for ReplyTime.
func (b Blocker) Publishable(now time.Time) bool {
	return b.Release == programme.Internal && (!b.RepliedAt.IsZero() || now.Sub(b.OpenedAt) >= ReplyTime)
}

// Decision is one change of a project's state.
type Decision struct {
	N      int64 // 1 for the first
	State  State
	Reason i18n.Text
	By     string // role
	At     time.Time
}

// Progress is where a project stands, computed from its facts.
type Progress struct {
	Project     string
	State       State
	PhysicalNum int64 // of PhysicalDen: quantities done, weighted by planned cost
	PhysicalDen int64 // 0 without components
	Money       Money
	ForecastEnd time.Time // end of the works as foreseen or as it was
	BaselineEnd time.Time // end of the works as frozen with the roadmap
	LateDays    int       // forecast minus baseline, in days; negative when early
	Troubled    bool
	Stale       bool
	Why         []string // catalogue keys of what makes it late, troubled or stale
	LastReport  time.Time
	Served      int64 // people who have the use of it: all beneficiaries once in service
}

// Late tells whether works that are not over will end after their baseline.
func (p Progress) Late() bool { return p.State.Expected() && p.State != Accepted && p.LateDays > 0 }

// Physical is the share of the works done, 0 to 1.
func (p Progress) Physical() float64 {
	if p.PhysicalDen == 0 {
		return 0
	}
	return float64(p.PhysicalNum) / float64(p.PhysicalDen)
}

// Sheet is all that is known of one project's delivery.
type Sheet struct {
	Progress   Progress
	Reports    []Report // newest first
	Done       []int64  // by component, as last approved
	Milestones []MilestoneLine
	Money      []MoneyEntry // newest first
	Blockers   []Blocker    // open ones first, then by date
	States     []Decision   // newest first
	Version    int64        // for DecideState: how many decisions there are
	public     Progress     // without what is internal
}

// Public is the part of a sheet that everyone may see: approved reports,
// published obstacles, and the condition that follows from these alone.
func (s Sheet) Public() Sheet {
	s.Progress = s.public
	s.Reports = slices.DeleteFunc(slices.Clone(s.Reports), func(r Report) bool { return r.State != Approved })
	s.Blockers = slices.DeleteFunc(slices.Clone(s.Blockers), func(b Blocker) bool { return b.Release != programme.Public })
	return s
}

// Service runs the commands and answers the queries of the stage.
type Service struct {
	db      *store.DB
	roadmap *roadmap.Service
}

// NewService makes the module's service.
func NewService(db *store.DB, roadmap *roadmap.Service) *Service {
	return &Service{db: db, roadmap: roadmap}
}
