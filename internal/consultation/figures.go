package consultation

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// SmallCell is the least count that is shown by college or by commune; a smaller
// one could point at a person.
const SmallCell = 10

// Cell is a count by college or by commune. Few says that it is between 1 and 9,
// Hidden that it is larger and would betray the one that is: then N and Classified
// are 0.
type Cell struct {
	Key        string // college, or HCP code
	N          int
	Classified int
	Few        bool
	Hidden     bool
}

// Figures are the counts of a cycle's consultation, or of all cycles.
type Figures struct {
	MeetingFigures     // of all meetings together; without ByAxis
	Recent         int // captured since the day that was asked for
	Planned, Held  int // meetings
	Proposals      int // published
	Answered       int // of those
	Waiting        int // sent from the web, not read yet
	OldestOpen     time.Time
	Outcomes       map[Outcome]int
	ByCollege      []Cell
	ByUnit         []Cell
}

// Unanswered are the published proposals that still wait for an answer.
func (f Figures) Unanswered() int { return f.Proposals - f.Answered }

// Figures counts a cycle (0: all) in three queries. since is the day from which
// contributions are recent.
func (s *Service) Figures(ctx context.Context, programmeID string, cycle int64, since time.Time) (f Figures, err error) {
	defer fault.Wrap(&err, "consultation.Figures(%d)", cycle)
	type cell struct {
		college, unit string
		state         ContributionState
		cited, hidden int
		n, recent     int
	}
	cells, err := all(ctx, s.read, func(row scanner) (c cell, err error) {
		return c, row.Scan(&c.college, &c.unit, &c.state, &c.cited, &c.hidden, &c.n, &c.recent)
	}, sqlContributionFigures, programmeID, cycle, millis(since))
	if err != nil {
		return f, err
	}
	colleges, units := map[string]Cell{}, map[string]Cell{}
	for _, c := range cells {
		f.add("", c.state, c.cited > 0, c.hidden > 0, c.n)
		f.Recent += c.recent
		classified := 0
		if c.state == Kept && c.cited > 0 {
			classified = c.n
		}
		count(colleges, c.college, c.n, classified)
		count(units, c.unit, c.n, classified)
	}
	f.ByAxis = nil
	f.ByCollege, f.ByUnit = hideSmall(colleges), hideSmall(units)
	if err := s.proposalFigures(ctx, programmeID, cycle, &f); err != nil {
		return f, err
	}
	return f, s.meetingCounts(ctx, programmeID, cycle, &f)
}

func (s *Service) proposalFigures(ctx context.Context, programmeID string, cycle int64, f *Figures) error {
	type cell struct {
		state   ProposalState
		outcome Outcome
		n       int
		oldest  int64
	}
	cells, err := all(ctx, s.read, func(row scanner) (c cell, err error) {
		return c, row.Scan(&c.state, &c.outcome, &c.n, &c.oldest)
	}, sqlProposalFigures, programmeID, cycle)
	f.Outcomes = map[Outcome]int{}
	for _, c := range cells {
		switch c.state {
		case Waiting:
			f.Waiting += c.n
		case Published:
			f.Proposals += c.n
			f.Outcomes[c.outcome] += c.n
			if c.outcome.Decided() {
				f.Answered += c.n
			} else if t := store.Time(c.oldest); f.OldestOpen.IsZero() || t.Before(f.OldestOpen) {
				f.OldestOpen = t
			}
		}
	}
	return err
}

func (s *Service) meetingCounts(ctx context.Context, programmeID string, cycle int64, f *Figures) error {
	type cell struct {
		state MeetingState
		n     int
	}
	cells, err := all(ctx, s.read, func(row scanner) (c cell, err error) { return c, row.Scan(&c.state, &c.n) }, sqlMeetingsByState, programmeID, cycle)
	for _, c := range cells {
		switch c.state {
		case Planned:
			f.Planned = c.n
		case Held:
			f.Held = c.n
		}
	}
	return err
}

func count(cells map[string]Cell, key string, n, classified int) {
	c := cells[key]
	cells[key] = Cell{Key: key, N: c.N + n, Classified: c.Classified + classified}
}

// hideSmall lists the cells by their key without the small ones. Where only one
// is small, the next smallest goes with it: the total would give it away.
func hideSmall(cells map[string]Cell) []Cell {
	list := slices.Collect(maps.Values(cells))
	slices.SortFunc(list, func(a, b Cell) int { return cmp.Or(cmp.Compare(a.N, b.N), cmp.Compare(a.Key, b.Key)) })
	hidden := 0
	for i, c := range list {
		if few := c.N < SmallCell; c.N > 0 && (few || hidden == 1) {
			list[i] = Cell{Key: c.Key, Few: few, Hidden: !few}
			hidden++
		}
	}
	slices.SortFunc(list, func(a, b Cell) int { return cmp.Compare(a.Key, b.Key) })
	return list
}
