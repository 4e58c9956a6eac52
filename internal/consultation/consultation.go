// Package consultation keeps what people say and what becomes of it: meetings,
// the contributions made there, proposals, and the answers they get.
//
// A contribution (مساهمة) is one thing that somebody said, in the words of who
// said it; a proposal (مقترح) is sent from the web or made by staff from
// contributions that it cites; an answer decides on a proposal and says why.
// What is internal is asked for with an Actor; the queries that take a programme's
// id alone answer everyone, and leave out what may not be read.
package consultation

import (
	"time"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
)

// Service runs the module's commands and answers its queries.
type Service struct {
	db         *store.DB
	read       store.Querier // what queries outside a command read from
	programmes *programme.Service
	pack       *territory.Pack
	index      index
}

// NewService makes the module's service.
func NewService(db *store.DB, programmes *programme.Service, pack *territory.Pack) *Service {
	return &Service{db: db, read: db.Read(), programmes: programmes, pack: pack, index: index{byP: map[string]*entries{}}}
}

// MeetingKind is what a meeting is for.
type MeetingKind string

// The kinds of meeting.
const (
	Opening     MeetingKind = "opening"
	Workshop    MeetingKind = "workshop"
	Listening   MeetingKind = "listening"   // staff go to where people are
	Restitution MeetingKind = "restitution" // what became of it is told
)

// MeetingKinds lists the kinds in the order in which they are offered.
var MeetingKinds = []MeetingKind{Opening, Workshop, Listening, Restitution}

// MeetingState is where a meeting stands.
type MeetingState string

// A meeting is planned, then held or cancelled.
const (
	Planned   MeetingState = "planned"
	Held      MeetingState = "held"
	Cancelled MeetingState = "cancelled"
)

// AgendaItem is one point of a meeting's agenda with the minutes it takes.
type AgendaItem struct {
	Minutes int       `json:"minutes"`
	Title   i18n.Text `json:"title"`
}

// Meeting is a meeting of the consultation. Its announcement is public; the
// contributions made there are once its report is released.
type Meeting struct {
	Number           string
	Cycle            int64
	Kind             MeetingKind
	Title            i18n.Text
	Place            i18n.Text // the room and how to find it
	Access           i18n.Text // what is done so that everyone can come and take part
	Unit             string    // HCP code of where it is held
	Axis             string    // "" = all axes
	Chair            i18n.Text // the function that presides, never a name
	Conduct          i18n.Text // who runs the tables and takes notes
	StartsAt, EndsAt time.Time
	InvitedAt        time.Time // when the invitations went out; zero: not yet
	Agenda           []AgendaItem
	Colleges         []string // invited
	State            MeetingState
	StateAt          time.Time
	Reason           i18n.Text // of a cancellation
	Captured         int64     // contributions recorded, whatever became of them
	Release          programme.Release
	ReleasedAt       time.Time
	Version          int64
}

// Released tells whether everyone may read what was said there.
func (m Meeting) Released() bool { return m.Release == programme.Public }

// Changeable tells whether what was announced may still be changed.
func (m Meeting) Changeable() bool { return m.State != Cancelled && !m.Released() }

// NoticeDays is the number of calendar days between the invitations and the
// meeting; ok is false while none went out.
func (m Meeting) NoticeDays() (days int, ok bool) {
	if m.InvitedAt.IsZero() {
		return 0, false
	}
	return i18n.DaysBetween(m.InvitedAt, m.StartsAt), true
}

// ContributionKind is what somebody wanted with what was said.
type ContributionKind string

// The kinds of contribution.
const (
	Problem    ContributionKind = "problem"
	Proposes   ContributionKind = "proposal"
	Practice   ContributionKind = "practice" // something that works already
	Question   ContributionKind = "question"
	Commitment ContributionKind = "commitment" // what the speaker will do
)

// ContributionKinds lists the kinds in the order in which they are offered.
var ContributionKinds = []ContributionKind{Problem, Proposes, Practice, Question, Commitment}

// Channel is the way by which words arrived.
type Channel string

// The channels.
const (
	Room  Channel = "room"
	Paper Channel = "paper"
	Phone Channel = "phone"
	Web   Channel = "web"
)

// Channels lists the channels in the order in which they are offered.
var Channels = []Channel{Room, Paper, Phone, Web}

// ContributionState is whether a contribution counts.
type ContributionState string

// A contribution is kept, or set aside by staff, or withdrawn by who made it.
const (
	Kept      ContributionState = "kept"
	SetAside  ContributionState = "set_aside"
	Withdrawn ContributionState = "withdrawn"
)

// Act is something that was done to an object: when, by which role, why.
type Act struct {
	At     time.Time
	Role   string
	Reason i18n.Text
}

// Done tells whether it was done at all.
func (a Act) Done() bool { return !a.At.IsZero() }

// Contribution is one thing somebody said. Channel, origin and scribe are apart:
// by which way it came, where from, and who wrote it down for the speaker.
type Contribution struct {
	Number        string
	Cycle         int64
	Meeting       string
	Ordinal       int64 // within the meeting, as said aloud
	Kind          ContributionKind
	Raw           string // as it was said; "" where it may not be read
	RawLang       string // BCP 47: ar, ary, fr …
	Reformulation i18n.Text
	College       string
	Unit          string // HCP code
	Axis          string // "" = none yet
	Table         string // in the room; "" = none
	Channel       Channel
	Origin        i18n.Text
	Scribe        string // role; "" = in the author's own hand
	State         ContributionState
	Put           Act // who set it aside or withdrew it
	Hidden        Act // who hid its text
	Cited         int64
	Release       programme.Release
	RecordedAt    time.Time
	CorrectedAt   time.Time // zero: never
	Version       int64
}

// Readable tells whether everyone may read the words.
func (c Contribution) Readable() bool {
	return c.Release == programme.Public && !c.Hidden.Done() && c.State != Withdrawn
}

// Classified tells whether it went into a proposal; what is neither classified
// nor put aside is pending.
func (c Contribution) Classified() bool { return c.State == Kept && c.Cited > 0 }

// forEveryone is the contribution without what may not be read.
func (c Contribution) forEveryone() Contribution {
	if !c.Readable() {
		c.Raw, c.Reformulation, c.Origin, c.Table = "", i18n.Text{}, i18n.Text{}, ""
	}
	return c
}

// ProposalState is whether a proposal may be read by everyone.
type ProposalState string

// A proposal from the web waits until a person has read it; then it is published,
// or refused as unlawful. It may be withdrawn by its author, or hidden by staff.
const (
	Waiting           ProposalState = "waiting"
	Published         ProposalState = "published"
	Refused           ProposalState = "refused"
	ProposalWithdrawn ProposalState = "withdrawn"
	ProposalHidden    ProposalState = "hidden"
)

// Outcome is what became of a proposal so far.
type Outcome string

// The outcomes; the last six are decisions.
const (
	Submitted      Outcome = "submitted"
	UnderReview    Outcome = "under_review"
	Retained       Outcome = "retained"
	RetainedInPart Outcome = "retained_in_part"
	Merged         Outcome = "merged"
	Deferred       Outcome = "deferred"
	NotRetained    Outcome = "not_retained"
	Referred       Outcome = "referred"
)

// Outcomes lists all outcomes, Decisions those that an answer may give.
var (
	Outcomes  = []Outcome{Submitted, UnderReview, Retained, RetainedInPart, Merged, Deferred, NotRetained, Referred}
	Decisions = Outcomes[2:]
)

// Decided tells whether an answer was given.
func (o Outcome) Decided() bool { return o != Submitted && o != UnderReview }

// Screening is the result of the technical and competence screening. Only what
// passed it may become an option of a vote.
type Screening string

// The results.
const (
	NotScreened Screening = ""
	Passed      Screening = "passed"
	Failed      Screening = "failed"
)

// Proposal is a proposal with what became of it.
type Proposal struct {
	Number      string
	Cycle       int64
	Title       i18n.Text // empty where it may not be read
	Body        string
	Lang        string // of the body, BCP 47
	Place       string // douar or quarter, as the author names it
	College     string // "" = grouped from several
	Units       []string
	Axis        string // "" = none yet
	Channel     Channel
	Origin      i18n.Text
	Scribe      string
	State       ProposalState
	Put         Act // the refusal, withdrawal or hiding
	Outcome     Outcome
	Release     programme.Release
	SubmittedAt time.Time
	PublishedAt time.Time
	ExaminedAt  time.Time
	AnsweredAt  time.Time
	ReviewAt    time.Time // when a deferred one is looked at again
	Cited       int64     // contributions it cites
	Screening   Screening
	Screened    Act
	Estimate    int64 // centimes; 0 = none yet. Internal
	EstimatedAt time.Time
	HasCode     bool // its author got a follow-up code
	Version     int64
}

// Readable tells whether everyone may read it.
func (p Proposal) Readable() bool { return p.State == Published }

// Withdrawable tells whether the author may still take it back: before a
// decision, after which it is also the programme's.
func (p Proposal) Withdrawable() bool {
	return p.HasCode && (p.State == Waiting || p.State == Published && !p.Outcome.Decided())
}

// forEveryone is the proposal without what may not be read: its words unless it is
// published, and why its author withdrew it. An estimate is internal.
func (p Proposal) forEveryone() Proposal {
	p.Estimate, p.EstimatedAt = 0, time.Time{}
	if !p.Readable() {
		p.Title, p.Body, p.Place, p.Origin, p.College, p.Axis, p.Units = i18n.Text{}, "", "", i18n.Text{}, "", "", nil
	}
	if p.State == ProposalWithdrawn {
		p.Put.Reason = i18n.Text{} // its author's words, which nobody has read before
	}
	return p
}

// Answer is a decision on a proposal. A proposal may be answered again: the
// answers before stay readable.
type Answer struct {
	Ordinal        int64
	Decision       Outcome
	Sentence       i18n.Text // what was decided, in one sentence
	Reason         i18n.Text
	MergedInto     string // number of a proposal
	ReferredTo     string // id of an organisation
	DeferredTo     i18n.Text
	ReviewAt       time.Time
	ByRole         string
	ByOrganisation string
	At             time.Time
}

// Times are the days within which the programme reads and answers a proposal. It
// states its own (decree 2-17-265 of 23 June 2017 on users' proposals).
type Times struct{ ReadingDays, AnswerDays int64 }

// DefaultTimes hold until the programme sets its own.
var DefaultTimes = Times{ReadingDays: 3, AnswerDays: 30}
