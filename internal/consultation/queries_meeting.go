package consultation

import (
	"context"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// MeetingFilter narrows a list of meetings; its zero value asks for all, the latest first.
type MeetingFilter struct {
	Cycle int64
	From  time.Time // that end after it, the next first
	Page  int
}

// MeetingList is one page of meetings.
type MeetingList struct {
	Pages
	Rows []Meeting
}

// Meetings lists meetings; their announcements are public.
func (s *Service) Meetings(ctx context.Context, programmeID string, f MeetingFilter) (list MeetingList, err error) {
	defer fault.Wrap(&err, "consultation.Meetings")
	list.Pages = pageOf(f.Page)
	w, order := whereProgramme(programmeID), byDateDesc
	if f.Cycle != 0 {
		w.and("cycle = ?", f.Cycle)
	}
	if !f.From.IsZero() {
		w.and("ends_at > ? AND state <> 'cancelled'", millis(f.From))
		order = byDate
	}
	if list.Total, err = one(ctx, s.read, scanCount, "", sqlCountMeetings+w.text.String(), w.args...); err != nil {
		return list, err
	}
	list.Rows, err = all(ctx, s.read, scanMeeting, sqlMeetings+w.page(order, list.Page, list.Size), w.args...)
	return list, err
}

// Meeting is the announcement of one meeting.
func (s *Service) Meeting(ctx context.Context, programmeID, number string) (m Meeting, err error) {
	defer fault.Wrap(&err, "consultation.Meeting(%s)", number)
	return one(ctx, s.read, scanMeeting, "consultation.error.meeting_unknown", sqlMeeting, programmeID, number)
}

// MeetingFigures count what was captured in a meeting. Captured is always
// Classified + Pending + SetAside; what was hidden is counted where it belongs.
type MeetingFigures struct {
	Captured, Classified, Pending, SetAside int
	Withdrawn                               int // of those set aside
	Hidden                                  int // of all
	ByAxis                                  map[string]int
}

func (f *MeetingFigures) add(axis string, state ContributionState, cited, hidden bool, n int) {
	f.Captured += n
	switch {
	case state == Withdrawn:
		f.SetAside, f.Withdrawn = f.SetAside+n, f.Withdrawn+n
	case state == SetAside:
		f.SetAside += n
	case cited:
		f.Classified += n
	default:
		f.Pending += n
	}
	if hidden {
		f.Hidden += n
	}
	if f.ByAxis == nil {
		f.ByAxis = map[string]int{}
	}
	f.ByAxis[axis] += n
}

// ContributionRow is a contribution with the proposals that cite it.
type ContributionRow struct {
	Contribution
	Proposals []string
}

// MeetingPage is a meeting with what was said there, as far as it may be read.
type MeetingPage struct {
	Meeting
	Figures MeetingFigures
	Pages
	Rows []ContributionRow // empty until the report is released
}

// MeetingPage is a meeting with one page of its contributions, of one axis or of
// all, in a constant number of queries.
func (s *Service) MeetingPage(ctx context.Context, programmeID, number, axis string, page int) (p MeetingPage, err error) {
	defer fault.Wrap(&err, "consultation.MeetingPage(%s)", number)
	if p.Meeting, err = s.Meeting(ctx, programmeID, number); err != nil {
		return p, err
	}
	if p.Figures, err = s.meetingFigures(ctx, programmeID, number); err != nil || !p.Released() {
		return p, err
	}
	f := ContributionFilter{Meeting: number, Axis: axis, Page: page, byOrdinal: true}
	list, err := s.contributions(ctx, programmeID, f)
	if err != nil {
		return p, err
	}
	p.Pages, p.Rows = list.Pages, list.Rows
	for i := range p.Rows {
		p.Rows[i].Contribution = p.Rows[i].forEveryone()
	}
	return p, nil
}

func (s *Service) meetingFigures(ctx context.Context, programmeID, number string) (f MeetingFigures, err error) {
	type cell struct {
		axis          string
		state         ContributionState
		cited, hidden int
		n             int
	}
	cells, err := all(ctx, s.read, func(row scanner) (c cell, err error) {
		return c, row.Scan(&c.axis, &c.state, &c.cited, &c.hidden, &c.n)
	}, sqlMeetingFigures, programmeID, number)
	for _, c := range cells {
		f.add(c.axis, c.state, c.cited > 0, c.hidden > 0, c.n)
	}
	return f, err
}

// ContributionFilter narrows a list of contributions; its zero value asks for all.
type ContributionFilter struct {
	Cycle   int64
	Meeting string
	Unit    string
	Axis    string
	College string
	Kind    ContributionKind
	State   string // "pending", "classified", "set_aside", "hidden"; "" = all
	Number  string // a contribution's number
	Page    int

	byOrdinal bool
}

// ContributionList is one page of contributions.
type ContributionList struct {
	Pages
	Rows []ContributionRow
}

func (s *Service) contributions(ctx context.Context, programmeID string, f ContributionFilter) (list ContributionList, err error) {
	list.Pages = pageOf(f.Page)
	w := whereProgramme(programmeID)
	w.equal("meeting", f.Meeting)
	w.equal("axis", f.Axis)
	w.equal("college", f.College)
	w.equal("kind", string(f.Kind))
	if f.Cycle != 0 {
		w.and("cycle = ?", f.Cycle)
	}
	in(w, "unit", s.Units(f.Unit))
	switch f.State {
	case "pending":
		w.and("state = 'kept' AND cited = 0")
	case "classified":
		w.and("state = 'kept' AND cited > 0")
	case "set_aside":
		w.and("state <> 'kept'")
	case "hidden":
		w.and("hidden_at > 0")
	}
	if f.Number != "" {
		_, number, _ := programme.ParseNumber(f.Number)
		w.and("number = ?", number)
	}
	if list.Total, err = one(ctx, s.read, scanCount, "", sqlCountContributions+w.text.String(), w.args...); err != nil {
		return list, err
	}
	order := newestFirst
	if f.byOrdinal {
		order = byOrdinal
	}
	found, err := all(ctx, s.read, scanContribution, sqlContributions+w.page(order, list.Page, list.Size), w.args...)
	if err != nil {
		return list, err
	}
	list.Rows, err = withProposals(ctx, s.read, programmeID, found)
	return list, err
}

// withProposals adds the proposals that cite the contributions, in one query for all.
func withProposals(ctx context.Context, q store.Querier, programmeID string, found []Contribution) ([]ContributionRow, error) {
	rows := make([]ContributionRow, len(found))
	subjects, at := make([]string, len(found)), map[string]int{}
	for i, c := range found {
		rows[i].Contribution = c
		subjects[i] = programme.Subject(programme.Contribution, c.Number)
		at[subjects[i]] = i
	}
	links, err := programme.LinksFrom(ctx, q, programmeID, subjects...)
	for _, l := range links {
		if _, number, ok := programme.ParseSubject(l.Target); ok && l.Kind == programme.Cited {
			i := at[l.Source]
			rows[i].Proposals = append(rows[i].Proposals, number)
		}
	}
	return rows, err
}

// ContributionPage is a contribution with its meeting and the proposals that cite it.
type ContributionPage struct {
	ContributionRow
	Meeting  Meeting
	Versions []Wording // on the work page only: the wordings before, oldest first
}

// Contribution is a contribution as everyone may read it. NotFound, with a
// sentence of its own, until the report of its meeting is released.
func (s *Service) Contribution(ctx context.Context, programmeID, number string) (p ContributionPage, err error) {
	defer fault.Wrap(&err, "consultation.Contribution(%s)", number)
	if p, err = s.contribution(ctx, programmeID, number); err != nil {
		return p, err
	}
	if p.Release != programme.Public {
		return ContributionPage{}, fault.New(fault.NotFound, "consultation.error.contribution_unreleased")
	}
	p.ContributionRow.Contribution = p.forEveryone()
	return p, nil
}

func (s *Service) contribution(ctx context.Context, programmeID, number string) (p ContributionPage, err error) {
	c, err := one(ctx, s.read, scanContribution, "consultation.error.contribution_unknown", sqlContribution, programmeID, number)
	if err != nil {
		return p, err
	}
	rows, err := withProposals(ctx, s.read, programmeID, []Contribution{c})
	if err != nil {
		return p, err
	}
	p.ContributionRow = rows[0]
	p.Meeting, err = s.Meeting(ctx, programmeID, c.Meeting)
	return p, err
}

// requireInternal is the check of every query of the work area.
func requireInternal(actor accounts.Actor) error {
	if actor.Somewhere(accounts.InternalRead) {
		return nil
	}
	return actor.Require(accounts.InternalRead, "", "")
}
