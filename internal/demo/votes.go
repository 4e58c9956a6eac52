package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/store"
)

// scheduleVotes plays the votes: prepared and frozen at their opening, cast, and
// where their time has come closed, tallied and published.
func (s *Story) scheduleVotes(t *texts) {
	voters := map[string]votersText{}
	for _, v := range t.Voters.Votes {
		voters[v.Vote] = v
	}
	for i, v := range t.Votes.Votes {
		codes := map[string][]string{}
		s.on(v.OpenDay, v.OpenAt, v.Key, func(ctx context.Context) (err error) {
			codes, err = s.prepare(ctx, v, voters[v.Key])
			return err
		})
		s.on(min(v.OpenDay+3, v.CloseDay-1), "18:00", v.Key+" cast", func(ctx context.Context) error {
			return s.cast(ctx, v, voters[v.Key], codes, rand.New(rand.NewPCG(2026, uint64(i))))
		})
		s.on(v.CloseDay, v.CloseAt, v.Key+" closes", s.Prioritisation.Tick)
		if v.PublishAt != "" {
			s.on(v.PublishDay, v.PublishAt, v.Key+" published", func(ctx context.Context) error { return s.publish(ctx, v) })
		}
	}
}

func (s *Story) prepare(ctx context.Context, v voteText, voters votersText) (codes map[string][]string, err error) {
	actor := s.as(accounts.Coordinator)
	number, err := s.Prioritisation.CreateVote(ctx, actor, prioritisation.VoteDraft{Cycle: v.Cycle, Title: v.Title, Question: v.Charter.Question,
		Budget: v.Budget * 100, OpensAt: s.at(v.OpenDay, v.OpenAt), ClosesAt: s.at(v.CloseDay, v.CloseAt), Once: store.NewID()})
	if err != nil {
		return nil, err
	}
	s.numbers[v.Key] = number
	for _, o := range v.Options {
		proposals, err := s.numbersOf(o.FromProposals)
		if err != nil {
			return nil, err
		}
		if s.numbers[o.Key], err = s.Prioritisation.AddOption(ctx, actor, prioritisation.OptionDraft{Vote: number, Proposal: proposals[0], Title: o.Title,
			Description: o.Description, Opinion: o.ServicesOpinion, Cost: o.Cost * 100, Units: o.Communes, Once: store.NewID()}); err != nil {
			return nil, fmt.Errorf("%s: %w", o.Key, err)
		}
	}
	codes = map[string][]string{}
	for _, c := range s.programme.Colleges {
		if n := voters.Issued[c.ID]; n > 0 {
			if codes[c.ID], err = s.Prioritisation.MakeCodes(ctx, actor, s.programme, number, c.ID, n, store.NewID()); err != nil {
				return nil, err
			}
		}
	}
	made, err := s.Prioritisation.Vote(ctx, s.programme.ID, number)
	if err != nil {
		return nil, err
	}
	return codes, s.Prioritisation.FreezeCharter(ctx, actor, number, made.Version, store.NewID())
}

// cast draws a basket for each voter (texts/README.md) and casts them side by
// side, as a hall does: the log sees counts, never an order.
func (s *Story) cast(ctx context.Context, v voteText, voters votersText, codes map[string][]string, draw *rand.Rand) error {
	var group sync.WaitGroup
	var mu sync.Mutex
	var failed error
	next, left := map[string]int{}, map[string]int{}
	for college, n := range voters.Cast {
		left[college] = n
	}
	for _, g := range voters.Groups {
		for range g.Size {
			basket := s.basket(v, g.Weights, draw)
			if len(basket) == 0 || left[g.College] == 0 {
				continue
			}
			left[g.College]--
			code := codes[g.College][next[g.College]]
			next[g.College]++
			group.Go(func() {
				if err := s.Prioritisation.CastBallot(ctx, s.programme.ID, s.numbers[v.Key], code, prioritisation.NewReceipt(), basket); err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			})
		}
	}
	group.Wait()
	if failed != nil {
		return failed
	}
	return s.Prioritisation.Tick(ctx)
}

// basket draws the options that a person accepts and fills the budget with them,
// the dearest to her first.
func (s *Story) basket(v voteText, weights map[string]int, draw *rand.Rand) (numbers []string) {
	type wish struct {
		number string
		cost   int64
		zeal   float64
	}
	var wishes []wish
	for _, o := range v.Options {
		w, u := float64(weights[o.Key]), draw.Float64()
		if u < w/10 {
			wishes = append(wishes, wish{s.numbers[o.Key], o.Cost, (w - 10*u) / w})
		}
	}
	slices.SortStableFunc(wishes, func(a, b wish) int {
		switch {
		case a.zeal > b.zeal:
			return -1
		case a.zeal < b.zeal:
			return 1
		}
		return 0
	})
	rest := v.Budget
	for _, w := range wishes {
		if w.cost <= rest {
			rest -= w.cost
			numbers = append(numbers, w.number)
		}
	}
	return numbers
}

func (s *Story) publish(ctx context.Context, v voteText) error {
	actor, number := s.as(accounts.Coordinator), s.numbers[v.Key]
	version := func() (int64, error) {
		vote, err := s.Prioritisation.Vote(ctx, s.programme.ID, number)
		return vote.Version, err
	}
	n, err := version()
	if err != nil {
		return err
	}
	if err := s.Prioritisation.DrawSeed(ctx, actor, number, v.TieSeed, n, store.NewID()); err != nil {
		return err
	}
	if err := s.Prioritisation.Tally(ctx, actor, number, store.NewID()); err != nil {
		return err
	}
	if n, err = version(); err != nil {
		return err
	}
	return s.Prioritisation.PublishResult(ctx, actor, number, n, store.NewID())
}

// scheduleStatements opens the statements and lets three tendencies vote on them.
func (s *Story) scheduleStatements(t *texts) {
	for i, st := range t.Statements.Statements {
		s.on(st.Day, fmt.Sprintf("09:%02d", i), st.Key, func(ctx context.Context) (err error) {
			s.numbers[st.Key], err = s.Deliberation.AddStatement(ctx, s.as(accounts.Coordinator),
				deliberation.StatementDraft{Cycle: st.Cycle, Body: st.Text, Lang: st.Lang, Once: store.NewID()})
			return err
		})
	}
	draw := rand.New(rand.NewPCG(2026, 12))
	days := t.Statements.LastDay - t.Statements.FirstDay + 1
	for i, tendency := range t.Statements.Tendencies {
		for _, c := range []string{"citizens", "civil", "elected", "economic", "services"} {
			for k := range tendency.Voters[c] {
				v := deliberation.Voter{Key: store.NewID(), College: c, Confirmed: true}
				if draw.IntN(100) < tendency.VisitorsPercent {
					v.Key, v.Confirmed = deliberation.DeviceKey(store.NewID()), false
				}
				day := t.Statements.FirstDay + draw.IntN(days)
				s.on(day, fmt.Sprintf("%02d:%02d", 8+draw.IntN(14), draw.IntN(60)), fmt.Sprintf("voter %d of %s, tendency %d", k, c, i), func(ctx context.Context) error {
					return s.opine(ctx, t, i, v, rand.New(rand.NewPCG(uint64(i), uint64(k)+uint64(len(c))*1000)))
				})
			}
		}
	}
}

func (s *Story) opine(ctx context.Context, t *texts, tendency int, v deliberation.Voter, draw *rand.Rand) error {
	text := t.Statements.Tendencies[tendency]
	actor := accounts.Visitor(s.programme.ID)
	if v.Confirmed {
		actor.Person, actor.Grants = v.Key, []accounts.Grant{{Role: accounts.Participant, College: v.College}}
	}
	var group sync.WaitGroup
	errs := make([]error, len(text.Votes))
	for i, vote := range text.Votes {
		answers, u := draw.IntN(100) < text.AnsweredPercent, draw.IntN(100)
		if !answers {
			continue
		}
		choice := deliberation.Pass
		switch {
		case u < vote.Agree:
			choice = deliberation.Agree
		case u < vote.Agree+vote.Disagree:
			choice = deliberation.Disagree
		}
		group.Go(func() { errs[i] = s.Deliberation.Vote(ctx, actor, v, s.numbers[vote.Statement], choice) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
