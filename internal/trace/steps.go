package trace

import (
	"cmp"
	"context"
	"math/big"
	"slices"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/pb"
)

// saidBefore lists the contributions that the way begins with, the oldest first:
// the one asked for, or all that flowed into a later thing.
func (b *builder) saidBefore() []string {
	kind, number, _ := programme.ParseSubject(b.graph.root)
	if kind == programme.Contribution {
		return []string{number}
	}
	var said []string
	for _, n := range b.graph.numbers(programme.Contribution) {
		if _, before := b.graph.before[programme.Subject(programme.Contribution, n)]; before {
			said = append(said, n)
		}
	}
	slices.SortFunc(said, func(x, y string) int {
		return cmp.Or(b.contributions[x].RecordedAt.Compare(b.contributions[y].RecordedAt), cmp.Compare(x, y))
	})
	return said
}

// addSaid tells the first sentence that may be read, and how many there are.
func (b *builder) addSaid(w *Way, said []string) {
	if len(said) == 0 {
		return
	}
	head := said[0]
	for _, n := range said {
		if b.contributions[n].Readable() {
			head = n
			break
		}
	}
	c := b.contributions[head]
	step := Step{Kind: Said, State: Done, At: c.RecordedAt, Count: len(said), Width: width(len(said))}
	if c.Release != programme.Public {
		step.Internal = true
		w.Steps = append(w.Steps, step)
		return
	}
	step.Contribution = &c
	step.Mark = b.first(programme.Subject(programme.Contribution, head), consultation.ChangeContributionRecorded)
	if m, ok := b.meetings[c.Meeting]; ok {
		step.Meeting = &m
	}
	if c.State != consultation.Kept && len(said) == 1 {
		step.Branches = []Branch{{At: c.Put.At, Contribution: &c,
			Mark: b.mark(programme.Subject(programme.Contribution, head), consultation.ChangeContributionSetAside, consultation.ChangeContributionWithdrawn)}}
		w.Ended = true
	}
	for _, n := range said {
		if n != head && b.contributions[n].Release == programme.Public {
			step.Also = append(step.Also, Ref{Kind: programme.Contribution, Number: n})
		}
	}
	w.Steps = append(w.Steps, step)
}

// addProposal tells one proposal of the chain and, if it has one, its answer.
func (b *builder) addProposal(w *Way, number string, said int, first bool) {
	p, ok := b.proposals[number]
	if !ok {
		return
	}
	subject := programme.Subject(programme.Proposal, number)
	merged := b.graph.sources(subject, programme.MergedInto)
	step := Step{Kind: Proposed, State: Done, At: p.SubmittedAt, Joined: int(p.Cited) + len(merged), Proposal: &p.Proposal,
		Mark: b.first(subject, consultation.ChangeProposalSubmitted, consultation.ChangeProposalGrouped)}
	step.Width = width(max(said, step.Joined, 1))
	step.Width = max(step.Width, w.lastWidth())
	for _, l := range merged {
		n := numberOf(l.Source)
		step.Also = append(step.Also, Ref{Kind: programme.Proposal, Number: n, Title: b.proposals[n].Title})
	}
	if first {
		step.Branches = b.siblings(number)
	}
	step.Branches = append(step.Branches, b.earlierRefusals(p)...)
	if ended(p.Proposal) {
		step.Branches = append(step.Branches, b.refusal(p))
		w.Ended = true
	}
	w.Steps = append(w.Steps, step)
	if answer, ok := lastAnswer(p); ok && !ended(p.Proposal) {
		w.Steps = append(w.Steps, Step{Kind: Answered, State: Done, At: answer.At, Proposal: &p.Proposal, Answer: &answer, Width: step.Width,
			Mark: b.mark(subject, consultation.ChangeProposalAnswered)})
		// Whoever it was referred to goes on with it, outside the programme.
		if w.Ended = answer.Decision == consultation.Referred; w.Ended {
			w.Next = Next{Kind: Answered, Step: consultation.StepHandle}
		}
	}
}

func lastAnswer(p consultation.TracedProposal) (a consultation.Answer, ok bool) {
	if len(p.Answers) == 0 {
		return a, false
	}
	return p.Answers[len(p.Answers)-1], true
}

// siblings are other proposals from the same sentences that went no further.
func (b *builder) siblings(carrier string) (list []Branch) {
	for _, n := range sorted(b.graph.numbers(programme.Proposal)) {
		subject := programme.Subject(programme.Proposal, n)
		p := b.proposals[n]
		if n == carrier || !ended(p.Proposal) || !b.sharesSentence(subject) {
			continue
		}
		list = append(list, b.refusal(p))
	}
	return list
}

// sharesSentence tells whether a proposal cites a sentence of the way's beginning.
func (b *builder) sharesSentence(subject string) bool {
	return slices.ContainsFunc(b.graph.sources(subject, programme.Cited), func(l programme.Link) bool { return b.graph.onTheWay(l.Source) })
}

// refusal is the branch of a proposal that went no further.
func (b *builder) refusal(p consultation.TracedProposal) Branch {
	subject := programme.Subject(programme.Proposal, p.Number)
	if answer, ok := lastAnswer(p); ok && p.Outcome == consultation.NotRetained && p.Readable() {
		return Branch{At: answer.At, Proposal: &p.Proposal, Answer: &answer, Mark: b.mark(subject, consultation.ChangeProposalAnswered)}
	}
	return Branch{At: p.Put.At, Proposal: &p.Proposal,
		Mark: b.mark(subject, consultation.ChangeProposalRefused, consultation.ChangeProposalWithdrawn, consultation.ChangeProposalHidden)}
}

// earlierRefusals are refusals that a later answer took back.
func (b *builder) earlierRefusals(p consultation.TracedProposal) (list []Branch) {
	if !p.Readable() {
		return nil
	}
	for _, a := range p.Answers[:max(len(p.Answers)-1, 0)] {
		if a.Decision == consultation.NotRetained {
			list = append(list, Branch{At: a.At, Proposal: &p.Proposal, Answer: &a})
		}
	}
	return list
}

// shortfall is what a lost option's supporters lacked, in whole centimes; 0 if it
// was left out for another reason.
func shortfall(l pb.Loss) int64 {
	if l.Shortfall.Rat == nil {
		return 0
	}
	up := new(big.Int).Add(l.Shortfall.Num(), new(big.Int).Sub(l.Shortfall.Denom(), big.NewInt(1)))
	return up.Quo(up, l.Shortfall.Denom()).Int64()
}

func sorted(list []string) []string {
	slices.Sort(list)
	return list
}

// readStatements reads the statements on the way with what people say of them.
func (b *builder) readStatements(ctx context.Context) (list []deliberation.Results, err error) {
	numbers := b.graph.numbers(programme.Statement)
	if b.asked.Kind == programme.Statement && !slices.Contains(numbers, b.asked.Number) {
		numbers = append(numbers, b.asked.Number)
	}
	if len(numbers) == 0 {
		return nil, nil
	}
	colleges := make([]string, len(b.programme.Colleges))
	for i, c := range b.programme.Colleges {
		colleges[i] = c.ID
	}
	// A statement does not tell its cycle before it is read; cycles are few.
	for _, c := range b.programme.Cycles {
		results, err := b.service.deliberation.Results(ctx, b.programme.ID, c.Number, colleges)
		if err != nil {
			return nil, err
		}
		for _, r := range results {
			if slices.Contains(numbers, r.Statement.Number) {
				list = append(list, r)
			}
		}
	}
	return list, nil
}

func (b *builder) statement(number string) *deliberation.Results {
	for i := range b.statements {
		if b.statements[i].Statement.Number == number {
			return &b.statements[i]
		}
	}
	return nil
}

// addDebated tells the statements that were taken from things of the way. A way
// that a refusal ended is not drawn on by what stands beside it.
func (b *builder) addDebated(w *Way) {
	if w.Ended && b.asked.Kind != programme.Statement {
		return
	}
	step := Step{Kind: Debated, State: Done, Width: w.lastWidth()}
	for _, r := range b.statements {
		if r.Statement.State != deliberation.Open && r.Statement.Number != b.asked.Number {
			continue
		}
		m := b.first(programme.Subject(programme.Statement, r.Statement.Number), deliberation.ChangeStatementAdded)
		if step.Mark == nil && m != nil {
			step.Mark, step.At = m, m.At
		}
		step.Statements = append(step.Statements, r)
	}
	if len(step.Statements) > 0 {
		w.Steps = append(w.Steps, step)
	}
}

// readOptions reads the options on the way with their votes: two queries a vote,
// and a third once its result is published.
func (b *builder) readOptions(ctx context.Context) (map[string]*Option, error) {
	found := map[string]*Option{}
	wanted := b.graph.numbers(programme.Option)
	if len(wanted) == 0 {
		return found, nil
	}
	var votes []string
	for _, n := range wanted {
		for _, l := range b.graph.targets(programme.Subject(programme.Option, n), programme.OptionOf) {
			if vote := numberOf(l.Target); !slices.Contains(votes, vote) {
				votes = append(votes, vote)
			}
		}
	}
	for _, number := range votes {
		vote, err := b.service.prioritisation.Vote(ctx, b.programme.ID, number)
		if err != nil {
			return nil, err
		}
		options, err := b.service.prioritisation.Options(ctx, b.programme.ID, number)
		if err != nil {
			return nil, err
		}
		for _, o := range options {
			if slices.Contains(wanted, o.Number) {
				found[o.Number] = &Option{Option: o, Vote: vote}
				found[o.Number].judge()
			}
		}
	}
	return found, nil
}

// public tells whether everyone may know of the option: its charter is frozen.
func (o *Option) public() bool { return o.Vote.State != prioritisation.Draft }

// judge fills in what the published result says of the option.
func (o *Option) judge() {
	if o.Vote.State != prioritisation.Published || o.Vote.Outcome == nil {
		return
	}
	out := o.Vote.Outcome
	o.Ballots = out.Voters
	for i, r := range out.Rounds {
		if r.Project == o.Number {
			o.Included, o.Place, o.Supporters = true, i+1, r.Votes
		}
	}
	for _, l := range out.Lost {
		if l.Project == o.Number {
			o.Supporters = l.Votes
			o.Short = shortfall(l)
		}
	}
}

// addRanked tells the votes in which the last proposal of the chain stood, or the
// one option that was asked for.
func (b *builder) addRanked(w *Way, chain []string) {
	var numbers []string
	if b.asked.Kind == programme.Option {
		numbers = []string{b.asked.Number}
	} else if len(chain) > 0 {
		for _, l := range b.graph.targets(programme.Subject(programme.Proposal, chain[len(chain)-1]), programme.PutToVote) {
			numbers = append(numbers, numberOf(l.Target))
		}
	}
	var options []*Option
	for _, n := range numbers {
		if o := b.options[n]; o != nil {
			options = append(options, o)
		}
	}
	slices.SortFunc(options, func(x, y *Option) int {
		return cmp.Or(cmp.Compare(x.Vote.Cycle, y.Vote.Cycle), cmp.Compare(x.Number, y.Number))
	})
	for i, o := range options {
		w.Steps = append(w.Steps, b.ranked(o, w.lastWidth()))
		lost := o.Vote.State == prioritisation.Published && !o.Included
		w.Ended = lost && i == len(options)-1
	}
}

func (b *builder) ranked(o *Option, width int) Step {
	step := Step{Kind: Ranked, State: Done, Width: width}
	if !o.public() {
		step.Internal = true
		return step
	}
	vote := programme.Subject(programme.Vote, o.Vote.Number)
	step.Option = o
	switch o.Vote.State {
	case prioritisation.Published:
		step.At, step.Mark = o.Vote.PublishedAt, b.mark(vote, prioritisation.ChangeResultPublished)
		if !o.Included {
			step.Branches = []Branch{{At: step.At, Option: o, Mark: step.Mark}}
		}
	case prioritisation.Frozen:
		step.At, step.Mark = o.Vote.OpensAt, b.mark(vote, prioritisation.ChangeCharterFrozen)
		if step.At.After(b.now) {
			step.State = Ahead
		}
	default:
		step.At, step.Mark = o.Vote.ClosesAt, b.mark(vote, prioritisation.ChangeClosed)
	}
	return step
}
