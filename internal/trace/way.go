package trace

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
)

// Followed tells whether things of a kind have a way of their own.
func Followed(k programme.Kind) bool {
	return k == programme.Contribution || k == programme.Proposal || k == programme.Statement || k == programme.Option || k == programme.Project
}

// Way is the way of one thing as everyone may read it. NotFound for a thing that
// does not exist or of which nothing is released yet.
func (s *Service) Way(ctx context.Context, p *programme.Programme, kind programme.Kind, number string) (w Way, err error) {
	defer fault.Wrap(&err, "trace.Way(%s)", number)
	if !Followed(kind) {
		return w, fault.New(fault.NotFound, "trace.error.not_followed")
	}
	root := programme.Subject(kind, number)
	if kind == programme.Statement {
		// A statement is a side of what it was taken from: its way is the same.
		links, err := programme.LinksTo(ctx, s.db.Read(), p.ID, root)
		if err != nil {
			return w, err
		}
		for _, l := range links {
			if l.Kind == programme.StatementOf {
				root = l.Source
			}
		}
	}
	b := &builder{service: s, programme: p, now: s.db.Now(), asked: Ref{Kind: kind, Number: number}}
	if b.graph, err = load(ctx, s.db.Read(), p.ID, root); err != nil {
		return w, err
	}
	if err := b.read(ctx); err != nil {
		return w, err
	}
	if err := b.known(); err != nil {
		return w, err
	}
	return b.way(), nil
}

// builder holds what was read of the things on a way while it is put together.
type builder struct {
	service   *Service
	programme *programme.Programme
	now       time.Time
	asked     Ref // what the reader asked for
	graph     *graph

	marks         map[string][]Mark
	contributions map[string]consultation.Contribution
	proposals     map[string]consultation.TracedProposal
	meetings      map[string]consultation.Meeting
	times         consultation.Times
	statements    []deliberation.Results
	options       map[string]*Option
}

// read fetches all that the steps tell, in a number of queries that does not
// depend on how much has joined.
func (b *builder) read(ctx context.Context) (err error) {
	s, id, g := b.service, b.programme.ID, b.graph
	if b.marks, err = marks(ctx, s.db.Read(), id, g.subjects()); err != nil {
		return err
	}
	if b.contributions, err = s.consultation.TraceContributions(ctx, id, g.numbers(programme.Contribution)...); err != nil {
		return err
	}
	if b.proposals, err = s.consultation.TraceProposals(ctx, id, g.numbers(programme.Proposal)...); err != nil {
		return err
	}
	if b.meetings, err = s.consultation.TraceMeetings(ctx, id, g.numbers(programme.Meeting)...); err != nil {
		return err
	}
	if b.times, err = s.consultation.Times(ctx, id); err != nil {
		return err
	}
	if b.statements, err = b.readStatements(ctx); err != nil {
		return err
	}
	b.options, err = b.readOptions(ctx)
	return err
}

// known refuses what does not exist or is not released: a tracking number opens
// only public facts. A proposal's number is public from its first day; its text is not.
func (b *builder) known() error {
	unreleased := fault.New(fault.NotFound, "trace.error.unreleased")
	switch n := b.asked.Number; b.asked.Kind {
	case programme.Contribution:
		if c, ok := b.contributions[n]; ok && c.Release != programme.Public {
			return unreleased
		} else if ok {
			return nil
		}
	case programme.Proposal:
		if _, ok := b.proposals[n]; ok {
			return nil
		}
	case programme.Statement:
		if b.statement(n) != nil {
			return nil
		}
	case programme.Option:
		if o, ok := b.options[n]; ok && !o.public() {
			return unreleased
		} else if ok {
			return nil
		}
	case programme.Project:
		subject := programme.Subject(programme.Project, n)
		if _, adopted := b.adoption(subject); b.released(subject) || !adopted.At.IsZero() {
			return nil
		} else if len(b.graph.before) > 1 {
			return unreleased
		}
	}
	return fault.New(fault.NotFound, "trace.error.unknown")
}

// way puts the steps together, from the mother well to the field.
func (b *builder) way() Way {
	w := Way{Root: b.asked}
	chain := b.chain()
	said := b.saidBefore()
	b.addSaid(&w, said)
	for i, number := range chain {
		b.addProposal(&w, number, len(said), i == 0)
	}
	b.addDebated(&w)
	b.addRanked(&w, chain)
	projects := b.projects(chain)
	b.addPlanned(&w, projects)
	b.addPaid(&w, projects)
	b.addJudged(&w, projects)
	b.describe(&w, chain, said)
	if !w.Ended {
		b.lookAhead(&w, chain)
		if last := &w.Steps[len(w.Steps)-1]; last.Kind == Judged && last.State == Ahead {
			last.Also = b.indicators(projects)
		}
	}
	return w
}

// chain lists the proposals that carry the way, each merged into the next.
func (b *builder) chain() []string {
	number := b.carrier()
	var chain []string
	for number != "" && !slices.Contains(chain, number) {
		chain = append(chain, number)
		next := ""
		for _, l := range b.graph.targets(programme.Subject(programme.Proposal, number), programme.MergedInto) {
			if _, n, ok := programme.ParseSubject(l.Target); ok && b.graph.onTheWay(l.Target) {
				next = n
			}
		}
		number = next
	}
	return chain
}

// carrier is the first proposal of the chain: the thing itself, the one that went
// furthest of those that cite a sentence, or the one behind an option or a project.
func (b *builder) carrier() string {
	kind, number, _ := programme.ParseSubject(b.graph.root)
	if kind == programme.Proposal {
		return number
	}
	var candidates []string
	if kind == programme.Contribution {
		for _, l := range b.graph.targets(b.graph.root, programme.Cited) {
			candidates = append(candidates, numberOf(l.Target))
		}
	} else {
		candidates = b.directSources()
	}
	if len(candidates) == 0 {
		return ""
	}
	return slices.MaxFunc(candidates, func(x, y string) int {
		return cmp.Or(cmp.Compare(b.distance(x), b.distance(y)), -cmp.Compare(x, y))
	})
}

// directSources are the proposals that no other proposal lies behind on the way to the root.
func (b *builder) directSources() (list []string) {
	for _, n := range b.graph.numbers(programme.Proposal) {
		subject := programme.Subject(programme.Proposal, n)
		if _, before := b.graph.before[subject]; before && len(b.graph.targets(subject, programme.MergedInto)) == 0 {
			list = append(list, n)
		}
	}
	return list
}

// distance says how far a proposal went.
func (b *builder) distance(number string) int {
	subject := programme.Subject(programme.Proposal, number)
	p := b.proposals[number]
	switch {
	case len(b.graph.targets(subject, programme.BecameA)) > 0, len(b.graph.targets(subject, programme.PutToVote)) > 0:
		return 5
	case p.Outcome == consultation.Merged:
		return 4
	case p.Outcome == consultation.Retained, p.Outcome == consultation.RetainedInPart:
		return 3
	case ended(p.Proposal):
		return 0
	case p.Outcome.Decided():
		return 1
	}
	return 2
}

// ended tells whether a proposal goes no further.
func ended(p consultation.Proposal) bool {
	return p.Outcome == consultation.NotRetained || p.State == consultation.Refused || p.State == consultation.ProposalWithdrawn || p.State == consultation.ProposalHidden
}

func numberOf(subject string) string {
	_, number, _ := programme.ParseSubject(subject)
	return number
}

// describe says of the way as a whole what its page begins with.
func (b *builder) describe(w *Way, chain, said []string) {
	w.Joined = len(said)
	switch n := w.Root.Number; w.Root.Kind {
	case programme.Contribution:
		c := b.contributions[n]
		w.Words, w.Lang, w.Units = c.Raw, c.RawLang, []string{c.Unit}
	case programme.Proposal:
		p := b.proposals[n]
		w.Root.Title, w.Units = p.Title, p.Units
	case programme.Option:
		o := b.options[n]
		w.Root.Title, w.Units = o.Title, o.Units
	case programme.Statement:
		if st := b.statement(n); st.Statement.State == deliberation.Open {
			w.Words, w.Lang = st.Statement.Body, st.Statement.Lang
		}
		if len(chain) > 0 {
			w.Units = b.proposals[chain[0]].Units
		}
	}
}

// line is the order of the steps that every way has before it.
var line = []StepKind{Said, Proposed, Answered, Ranked, Planned, Paid, Judged}

// lookAhead adds the steps that have not happened and says who moves next.
func (b *builder) lookAhead(w *Way, chain []string) {
	var carrier consultation.Proposal
	cycle := b.programme.Cycle()
	if len(chain) > 0 {
		carrier = b.proposals[chain[len(chain)-1]].Proposal
		cycle = carrier.Cycle
	}
	for _, kind := range line[slices.Index(line, w.reached())+1:] {
		w.Steps = append(w.Steps, Step{Kind: kind, State: Ahead, Width: w.lastWidth(), At: b.expected(cycle, kind.Stage())})
	}
	i := slices.IndexFunc(w.Steps, func(s Step) bool { return s.State == Ahead })
	if i < 0 {
		return
	}
	next := &w.Steps[i]
	w.Next = Next{Kind: next.Kind, Due: next.At}
	if i > 0 {
		here := &w.Steps[i-1]
		here.State = Current
		if o := here.Option; o != nil && o.Vote.State != prioritisation.Published || here.Internal && here.Kind == Ranked {
			w.Next = Next{Kind: Ranked}
			if o != nil && o.Vote.Open(b.now) {
				w.Next.Due = o.Vote.ClosesAt
			}
			return
		}
	}
	if move := carrier.Next(b.times); carrier.Number != "" && (next.Kind == Answered || next.Kind == Ranked && move.Step != consultation.StepVote) {
		w.Next = Next{Kind: Answered, Step: move.Step, Due: move.Due}
		if next.Kind == Answered {
			next.At = move.Due
		}
	}
}

// reached is the last step of the line that the way has come to.
func (w *Way) reached() StepKind {
	for _, s := range slices.Backward(w.Steps) {
		if slices.Contains(line, s.Kind) {
			return s.Kind
		}
	}
	return Said
}

func (w *Way) lastWidth() int {
	if len(w.Steps) == 0 {
		return 1
	}
	return w.Steps[len(w.Steps)-1].Width
}

// expected is when a stage of a cycle takes place: its end while it is open, its
// beginning before; zero if no phase is set.
func (b *builder) expected(cycle int64, stage programme.Stage) time.Time {
	var best time.Time
	for _, f := range b.programme.Phases {
		if f.Stage != stage || f.Cycle < cycle || !f.ClosesAt.After(b.now) {
			continue
		}
		at := f.OpensAt
		if !at.After(b.now) {
			at = f.ClosesAt
		}
		if best.IsZero() || at.Before(best) {
			best = at
		}
	}
	return best
}

// mark finds the newest released change of a thing among some kinds, or of any kind.
func (b *builder) mark(subject string, kinds ...string) *Mark {
	for _, m := range slices.Backward(b.marks[subject]) {
		if len(kinds) == 0 || slices.Contains(kinds, m.Kind) {
			return &m
		}
	}
	return nil
}

// first finds the oldest released change of a thing among some kinds, or of any kind.
func (b *builder) first(subject string, kinds ...string) *Mark {
	for _, m := range b.marks[subject] {
		if len(kinds) == 0 || slices.Contains(kinds, m.Kind) {
			return &m
		}
	}
	return nil
}
