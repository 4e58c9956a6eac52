package consultation

import (
	"context"
	"encoding/json"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// WorkProposals lists proposals of the states given (none: all) for the
// programme's staff, with what is internal.
func (s *Service) WorkProposals(ctx context.Context, actor accounts.Actor, f ProposalFilter, states ...ProposalState) (list ProposalList, err error) {
	defer fault.Wrap(&err, "consultation.WorkProposals")
	if err := requireInternal(actor); err != nil {
		return list, err
	}
	f.states = states
	if list, err = s.proposals(ctx, actor.Programme, f); err != nil {
		return list, err
	}
	for i := range list.Rows {
		list.Rows[i] = list.Rows[i].forStaff(actor)
	}
	return list, nil
}

// forStaff is the proposal as staff may read it: a text that was hidden, refused
// or withdrawn is for those alone who examine.
func (p Proposal) forStaff(actor accounts.Actor) Proposal {
	if p.State != Waiting && p.State != Published && !actor.Somewhere(accounts.ProposalExamine) {
		return p.forEveryone()
	}
	return p
}

// WorkProposal is a proposal with all that staff need to examine and answer it.
func (s *Service) WorkProposal(ctx context.Context, actor accounts.Actor, number string) (p ProposalPage, err error) {
	defer fault.Wrap(&err, "consultation.WorkProposal(%s)", number)
	if err := requireInternal(actor); err != nil {
		return p, err
	}
	if p, err = s.proposal(ctx, actor.Programme, number); err != nil {
		return p, err
	}
	p.Proposal = p.Proposal.forStaff(actor)
	for i := range p.Cites {
		p.Cites[i] = p.Cites[i].forStaff(actor)
	}
	return p, nil
}

// forStaff is the contribution as staff may read it: hidden or withdrawn words
// are for those alone who moderate.
func (c Contribution) forStaff(actor accounts.Actor) Contribution {
	if (c.Hidden.Done() || c.State == Withdrawn) && !actor.Somewhere(accounts.ContributionModerate) {
		c.Raw, c.Reformulation, c.Origin, c.Table = "", i18n.Text{}, i18n.Text{}, ""
	}
	return c
}

// WorkContributions lists contributions for the programme's staff.
func (s *Service) WorkContributions(ctx context.Context, actor accounts.Actor, f ContributionFilter) (list ContributionList, err error) {
	defer fault.Wrap(&err, "consultation.WorkContributions")
	if err := requireInternal(actor); err != nil {
		return list, err
	}
	if list, err = s.contributions(ctx, actor.Programme, f); err != nil {
		return list, err
	}
	for i, row := range list.Rows {
		list.Rows[i].Contribution = row.forStaff(actor)
	}
	return list, nil
}

// WorkNumbered are the contributions of some numbers, for the page that groups them.
func (s *Service) WorkNumbered(ctx context.Context, actor accounts.Actor, numbers []string) (list []Contribution, err error) {
	defer fault.Wrap(&err, "consultation.WorkNumbered")
	if err := requireInternal(actor); err != nil {
		return nil, err
	}
	if list, err = s.byNumber(ctx, actor.Programme, numbers); err != nil {
		return nil, err
	}
	for i, c := range list {
		list[i] = c.forStaff(actor)
	}
	return list, nil
}

// WorkMeeting is a meeting with its figures and its latest contributions, for
// the page of capture and the report.
func (s *Service) WorkMeeting(ctx context.Context, actor accounts.Actor, number string, page int) (p MeetingPage, err error) {
	defer fault.Wrap(&err, "consultation.WorkMeeting(%s)", number)
	if err := requireInternal(actor); err != nil {
		return p, err
	}
	if p.Meeting, err = s.Meeting(ctx, actor.Programme, number); err != nil {
		return p, err
	}
	if p.Figures, err = s.meetingFigures(ctx, actor.Programme, number); err != nil {
		return p, err
	}
	list, err := s.WorkContributions(ctx, actor, ContributionFilter{Meeting: number, Page: page})
	p.Pages, p.Rows = list.Pages, list.Rows
	return p, err
}

// Wording is one wording of a contribution, as the log keeps it.
type Wording struct {
	At            time.Time
	Kind          string // of the change
	Raw           string
	RawLang       string // BCP 47
	Reformulation i18n.Text
}

// WorkContribution is a contribution with its wordings before.
func (s *Service) WorkContribution(ctx context.Context, actor accounts.Actor, number string) (p ContributionPage, err error) {
	defer fault.Wrap(&err, "consultation.WorkContribution(%s)", number)
	if err := requireInternal(actor); err != nil {
		return p, err
	}
	if p, err = s.contribution(ctx, actor.Programme, number); err != nil {
		return p, err
	}
	readable := p.Raw
	p.ContributionRow.Contribution = p.forStaff(actor)
	if p.Raw != readable {
		return p, nil
	}
	p.Versions, err = s.wordingsBefore(ctx, actor.Programme, number)
	return p, err
}

// wordingsBefore are the wordings that corrections replaced, oldest first.
func (s *Service) wordingsBefore(ctx context.Context, programmeID, number string) (list []Wording, err error) {
	changes, err := s.db.ChangesOf(ctx, programmeID, programme.Subject(programme.Contribution, number))
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		if (c.Kind != ChangeContributionRecorded && c.Kind != ChangeContributionCorrected) || c.Text == nil {
			continue // an act without words, or words that were erased
		}
		var text struct {
			Raw           string    `json:"raw"`
			Reformulation i18n.Text `json:"reformulation"`
		}
		if err := json.Unmarshal(c.Text.Body, &text); err != nil {
			return nil, err
		}
		public, err := c.PublicPart()
		if err != nil {
			return nil, err
		}
		lang, _ := public["lang"].(string)
		list = append(list, Wording{At: store.Time(c.T), Kind: c.Kind, Raw: text.Raw, RawLang: lang, Reformulation: text.Reformulation})
	}
	if n := len(list); n > 0 {
		list = list[:n-1] // the last one is the present one
	}
	return list, nil
}

// Task is something that waits for somebody.
type Task struct {
	Step   string         // read, answer, review, close, release, classify
	Kind   programme.Kind // of what it is about
	Number string
	Title  i18n.Text
	Units  []string
	Axis   string
	Right  accounts.Right // that whoever does it must have
	Since  time.Time
	Due    time.Time
	N      int // contributions, for classify; else 1
}

// Late tells whether the day it was due is over.
func (t Task) Late(now time.Time) bool { return i18n.DaysBetween(t.Due, now) > 0 }

// taskRights says what each step is about and which right it takes.
var taskRights = map[string]struct {
	kind  programme.Kind
	right accounts.Right
}{
	"read":     {programme.Proposal, accounts.ProposalExamine},
	"answer":   {programme.Proposal, accounts.ProposalAnswer},
	"review":   {programme.Proposal, accounts.ProposalAnswer},
	"close":    {programme.Meeting, accounts.ContributionRecord},
	"release":  {programme.Meeting, accounts.MeetingManage},
	"classify": {programme.Meeting, accounts.ContributionModerate},
}

// TaskFilter narrows the list of what waits.
type TaskFilter struct {
	Unit, Axis string
	Late       bool
	Others     bool // also what waits for others
	Page       int
}

// TaskList is one page of what waits, with the counts that its tabs show.
type TaskList struct {
	Pages
	Rows   []Task
	Mine   int // that the actor may do
	Late   int // of those
	All    int // of everyone
	Oldest time.Time
	Times  Times
}

// Tasks lists what waits, by the day it is due, in two queries. Who may do what
// is judged here, since rights combine role, territory and axis.
func (s *Service) Tasks(ctx context.Context, actor accounts.Actor, f TaskFilter) (list TaskList, err error) {
	defer fault.Wrap(&err, "consultation.Tasks")
	if err := requireInternal(actor); err != nil {
		return list, err
	}
	if list.Times, err = s.Times(ctx, actor.Programme); err != nil {
		return list, err
	}
	const day = int64(24 * time.Hour / time.Millisecond)
	now := s.db.Now()
	tasks, err := all(ctx, s.read, scanTask, sqlTasks, actor.Programme, millis(now), list.Times.ReadingDays*day, list.Times.AnswerDays*day)
	if err != nil {
		return list, err
	}
	var kept []Task
	for _, t := range tasks {
		mine := requireAll(actor, t.Right, t.Units, t.Axis) == nil
		list.All++
		if mine {
			list.Mine++
			if t.Late(now) {
				list.Late++
			}
			if list.Oldest.IsZero() || t.Since.Before(list.Oldest) {
				list.Oldest = t.Since
			}
		}
		if (mine || f.Others) && (!f.Late || t.Late(now)) && s.within(t.Units, f.Unit) && (f.Axis == "" || f.Axis == t.Axis) {
			kept = append(kept, t)
		}
	}
	list.Pages = pageOf(f.Page)
	list.Total = len(kept)
	first := min((list.Page-1)*list.Size, len(kept))
	list.Rows = kept[first:min(first+list.Size, len(kept))]
	return list, nil
}

// within tells whether one of the units lies in a unit; "" holds all.
func (s *Service) within(units []string, unit string) bool {
	for _, u := range units {
		if s.pack.Within(u, unit) {
			return true
		}
	}
	return unit == ""
}

func scanTask(row scanner) (t Task, err error) {
	var title, units string
	var since, due int64
	if err := row.Scan(&t.Step, &t.Number, &title, &units, &t.Axis, &since, &due, &t.N); err != nil {
		return t, err
	}
	t.Kind, t.Right = taskRights[t.Step].kind, taskRights[t.Step].right
	t.Units, t.Since, t.Due = splitUnits(units), store.Time(since), store.Time(due)
	return t, decode(title, &t.Title)
}
