package trace

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/trace"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

var today = time.Date(2026, time.November, 26, 9, 0, 0, 0, time.UTC)

func days(n int) time.Time { return today.Add(time.Duration(n) * 24 * time.Hour) }

// render shows a way in a language as a whole, sound page.
func render(t *testing.T, l i18n.Lang, w trace.Way) string {
	t.Helper()
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := data{Way: w, territory: pack, frame: &programme.Programme{Colleges: programme.DefaultColleges()}}
	d.Base = page.Base{Lang: l, Title: "x", Path: "/p/marrakech/trace/" + w.Root.Number, Now: today,
		Programme: &page.ProgrammeRef{Slug: "marrakech", Name: i18n.Text{Ar: "عمالة مراكش"}}}
	var out bytes.Buffer
	if err := view(d).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	testkit.CheckHTML(t, string(l), out.Bytes())
	return out.String()
}

func mark(n int64) *trace.Mark {
	return &trace.Mark{Leaf: n, Hash: strings.Repeat("9f3a", 16), At: today, Role: "rapporteur"}
}

func proposal(state consultation.ProposalState, outcome consultation.Outcome) *consultation.Proposal {
	return &consultation.Proposal{Number: "P-0142-8", Title: i18n.Text{Ar: "الربط الفردي بالماء", Fr: "Raccordement individuel"}, Cited: 12, State: state, Outcome: outcome,
		Channel: consultation.Room}
}

func said() trace.Step {
	return trace.Step{Kind: trace.Said, State: trace.Done, At: days(-300), Width: 1, Mark: mark(4211), Count: 13,
		Contribution: &consultation.Contribution{Raw: "حنا فالدوار باقين كنجيبو الما من السقاية", RawLang: "ary", College: "citizens", Unit: "07.351.03.11", Table: "3",
			Channel: consultation.Room, State: consultation.Kept, Release: programme.Public},
		Meeting: &consultation.Meeting{Number: "M-0001-3", Title: i18n.Text{Ar: "ورشة الماء"}},
		Also:    []trace.Ref{{Kind: programme.Contribution, Number: "C-0002-1"}}}
}

// whole is a way that came as far as the consultative vote, in one of its states.
func whole(vote prioritisation.Vote, included bool) trace.Way {
	answer := &consultation.Answer{Decision: consultation.RetainedInPart, Sentence: i18n.Text{Ar: "يُحتفظ بالربط دون البئر"}, Reason: i18n.Text{Ar: "الفرشة في انخفاض"}}
	refused := &consultation.Answer{Decision: consultation.NotRetained, Sentence: i18n.Text{Fr: "Le forage n’est pas retenu"}, Reason: i18n.Text{Fr: "La nappe baisse"}}
	option := &trace.Option{Option: prioritisation.Option{Number: "O-0001-3", Title: i18n.Text{Ar: "الربط"}}, Vote: vote, Included: included, Place: 2, Supporters: 120, Ballots: 300, Short: 280_000_000}
	ranked := trace.Step{Kind: trace.Ranked, State: trace.Current, At: days(-1), Width: 4, Option: option, Mark: mark(7305)}
	if vote.State == prioritisation.Published && !included {
		ranked.Branches = []trace.Branch{{At: days(-1), Option: option}}
	}
	return trace.Way{Root: trace.Ref{Kind: programme.Proposal, Number: "P-0142-8", Title: i18n.Text{Ar: "الربط الفردي بالماء"}}, Units: []string{"07.351.03.11"}, Joined: 12,
		Next: trace.Next{Kind: trace.Planned, Due: days(10)},
		Steps: []trace.Step{said(),
			{Kind: trace.Proposed, State: trace.Done, At: days(-290), Width: 4, Joined: 13, Proposal: proposal(consultation.Published, consultation.RetainedInPart), Mark: mark(4980),
				Also:     []trace.Ref{{Kind: programme.Proposal, Number: "P-0150-1"}},
				Branches: []trace.Branch{{At: days(-280), Proposal: proposal(consultation.Published, consultation.NotRetained), Answer: refused, Mark: mark(5000)}}},
			{Kind: trace.Answered, State: trace.Done, At: days(-270), Width: 4, Proposal: proposal(consultation.Published, consultation.RetainedInPart), Answer: answer},
			{Kind: trace.Debated, State: trace.Done, At: days(-200), Width: 4, Statements: []deliberation.Results{
				{Statement: deliberation.Statement{Number: "S-0001-3", Body: "الماء قبل الطريق", Lang: "ar", State: deliberation.Open}, Confirmed: deliberation.Row{Agree: deliberation.Cell{N: 40}, N: deliberation.Cell{N: 53}}},
				{Statement: deliberation.Statement{Number: "S-0002-1", Body: "رأي لم يجب عنه كثيرون", Lang: "ar", State: deliberation.Open}, Confirmed: deliberation.Row{Agree: deliberation.Cell{N: 3, Masked: true}, N: deliberation.Cell{N: 3, Masked: true}}}}},
			ranked,
			{Kind: trace.Planned, State: trace.Ahead, Width: 4, At: days(10)},
			{Kind: trace.Paid, State: trace.Ahead, Width: 4},
		}}
}

func TestAWholeWayInEachStateOfItsVote(t *testing.T) {
	vote := prioritisation.Vote{Number: "V-0001-3", Title: i18n.Text{Ar: "استشارة الشطر الأول"}, OpensAt: days(-9), ClosesAt: days(5)}
	for _, c := range []struct {
		state    prioritisation.State
		opens    time.Time
		included bool
		says     string
		hides    []string // supporters must not be told before the result is published
	}{
		{prioritisation.Frozen, days(1), false, "trace.vote_ahead", []string{"120", "300"}},
		{prioritisation.Frozen, days(-9), false, "trace.vote_open", []string{"120", "300"}},
		{prioritisation.Tallied, days(-9), true, "trace.vote_closed", []string{"120", "300"}},
		{prioritisation.Published, days(-9), true, "trace.included", nil},
		{prioritisation.Published, days(-9), false, "trace.not_included", nil},
	} {
		for _, l := range i18n.Langs {
			v := vote
			v.State, v.OpensAt = c.state, c.opens
			out := render(t, l, whole(v, c.included))
			begin, _, _ := strings.Cut(i18n.Parts(l, c.says, "date", "x", "n", 1)[0].Text, "{")
			if !strings.Contains(out, begin) {
				t.Errorf("%s %s: does not say %q", l, c.says, begin)
			}
			for _, hidden := range c.hides {
				if strings.Contains(out, ">"+hidden+"<") {
					t.Errorf("%s %s: tells how people chose (%s)", l, c.says, hidden)
				}
			}
			if !strings.Contains(out, `href="/`+string(l)+`/p/marrakech/about#review"`) {
				t.Errorf("%s: the refusal does not lead to the review", l)
			}
		}
	}
}

func TestWhatIsNotReadableHasItsWords(t *testing.T) {
	hidden := said()
	hidden.Contribution.Hidden.At = days(-1)
	hidden.Contribution.Raw = ""
	aside := said()
	aside.Contribution.State = consultation.SetAside
	aside.Branches = []trace.Branch{{At: days(-1), Contribution: &consultation.Contribution{State: consultation.SetAside, Put: consultation.Act{Reason: i18n.Text{Ar: "خارج الاختصاص"}}}}}
	statement := trace.Step{Kind: trace.Debated, State: trace.Done, Width: 1, Statements: []deliberation.Results{
		{Statement: deliberation.Statement{Number: "S-0001-3", Lang: "ar", State: deliberation.Hidden, Reason: "يسمي شخصا"}}}}
	refused := func(state consultation.ProposalState) trace.Step {
		p := proposal(state, consultation.Submitted)
		p.Title = i18n.Text{}
		return trace.Step{Kind: trace.Proposed, State: trace.Done, At: days(-2), Width: 1, Proposal: p, Branches: []trace.Branch{{At: days(-1), Proposal: p}}}
	}
	for _, l := range i18n.Langs {
		for _, c := range []struct {
			says string
			step trace.Step
		}{
			{"trace.internal", trace.Step{Kind: trace.Said, State: trace.Current, Width: 1, Internal: true}},
			{"trace.words_hidden", hidden},
			{"trace.contribution_set_aside", aside},
			{"deliberation.hidden", statement},
			{"trace.proposal_waiting", refused(consultation.Waiting)},
			{"trace.proposal_refused", refused(consultation.Refused)},
			{"trace.proposal_withdrawn", refused(consultation.ProposalWithdrawn)},
			{"trace.proposal_hidden", refused(consultation.ProposalHidden)},
		} {
			w := trace.Way{Root: trace.Ref{Kind: programme.Proposal, Number: "P-0142-8"}, Ended: true, Steps: []trace.Step{c.step}}
			want := i18n.Parts(l, c.says, "number", "x")
			out := render(t, l, w)
			if !strings.Contains(out, want[len(want)-1].Text) {
				t.Errorf("%s: does not say %s", l, c.says)
			}
			few, _, _ := strings.Cut(i18n.T(l, "trace.few_said"), "10")
			if c.says == "deliberation.hidden" && strings.Contains(out, few) {
				t.Errorf("%s: counts the votes on a hidden statement", l)
			}
		}
	}
}

// TestEveryNextMoverHasWords goes through all that can be awaited.
func TestEveryNextMoverHasWords(t *testing.T) {
	for _, l := range i18n.Langs {
		for _, n := range []trace.Next{{Kind: trace.Proposed}, {Kind: trace.Answered}, {Kind: trace.Ranked}, {Kind: trace.Planned}, {Kind: trace.Paid}, {Kind: trace.Judged},
			{Kind: trace.Answered, Step: consultation.StepRead, Due: days(-3)}, {Kind: trace.Answered, Step: consultation.StepAnswer, Due: days(2)},
			{Kind: trace.Answered, Step: consultation.StepReview}, {Kind: trace.Answered, Step: consultation.StepVote}, {Kind: trace.Answered, Step: consultation.StepHandle},
			{Kind: trace.Answered, Step: consultation.StepFollow}, {Kind: trace.Answered, Step: consultation.StepNone}} {
			w := trace.Way{Root: trace.Ref{Kind: programme.Contribution, Number: "C-0001-3"}, Words: "كلام", Lang: "ary", Next: n, Steps: []trace.Step{said()}}
			if out := render(t, l, w); !strings.Contains(out, i18n.T(l, "trace.next."+next(n))) {
				t.Errorf("%s: %+v", l, n)
			}
		}
		for _, kind := range []programme.Kind{programme.Contribution, programme.Proposal, programme.Statement, programme.Option, programme.Project} {
			if !trace.Followed(kind) || kind.Page() == "" || !i18n.Has(l, "trace.open_"+kind.Name()) {
				t.Errorf("%s: no words to open a %s", l, kind.Name())
			}
		}
	}
}

func TestProjectsReportsAndIndicatorsHaveTheirWords(t *testing.T) {
	w := trace.Way{Root: trace.Ref{Kind: programme.Project, Number: "PR-0001-3"}, Next: trace.Next{Kind: trace.Judged}, Steps: []trace.Step{
		{Kind: trace.Planned, State: trace.Done, At: days(-30), Width: 2, Projects: []trace.Ref{{Kind: programme.Project, Number: "PR-0001-3"}, {Kind: programme.Project, Number: "PR-0002-1"}}, Version: "RV-0001-3", Mark: mark(9)},
		{Kind: trace.Paid, State: trace.Current, At: days(-2), Width: 2, Count: 3, Mark: mark(10)},
		{Kind: trace.Judged, State: trace.Ahead, Width: 2, Also: []trace.Ref{{Kind: programme.Indicator, Number: "I-0001-3"}}}}}
	for _, l := range i18n.Langs {
		out := render(t, l, w)
		for _, want := range []string{"/roadmap/projects/PR-0001-3", "PR-0002-1", "/roadmap/versions/RV-0001-3", "/evaluation/indicators/I-0001-3"} {
			if !strings.Contains(out, want) {
				t.Errorf("%s: %s is missing", l, want)
			}
		}
	}
}

// TestAMeasureHasItsWords: a value that is there is told with the one before, not as a hope.
func TestAMeasureHasItsWords(t *testing.T) {
	w := trace.Way{Root: trace.Ref{Kind: programme.Project, Number: "PR-0001-3"}, Steps: []trace.Step{
		{Kind: trace.Judged, State: trace.Done, At: days(-1), Width: 2, Mark: mark(11), Also: []trace.Ref{{Kind: programme.Indicator, Number: "I-0001-3"}}}}}
	in := evaluation.Indicator{Number: "I-0001-3", Title: i18n.Text{Ar: "الماء", Fr: "L’eau"}, Decimals: 1, Baseline: 889, Actuals: []evaluation.Actual{{At: days(-1), Value: 921}}}
	d := data{Base: page.Base{Lang: i18n.Fr, Now: today, Programme: &page.ProgrammeRef{Slug: "marrakech"}}, Way: w, titles: map[string]i18n.Text{in.Number: in.Title}, indicators: map[string]evaluation.Indicator{in.Number: in}}
	var out bytes.Buffer
	if err := ui.Trace(i18n.Fr, d.steps()).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"mesuré", "L’eau", "88,9", "92,1"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("%q is missing: %s", want, out.String())
		}
	}
	if strings.Contains(out.String(), i18n.T(i18n.Fr, "trace.ahead.judged")) {
		t.Error("what was measured is still asked")
	}
}

func TestRefsAreBounded(t *testing.T) {
	var refs []trace.Ref
	for i := range 40 {
		refs = append(refs, trace.Ref{Kind: programme.Contribution, Number: programme.FormatNumber(programme.Contribution, int64(i+1))})
	}
	d := data{Base: page.Base{Lang: i18n.Fr}}
	var out bytes.Buffer
	if err := d.refs(refs).Render(context.Background(), &out); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "<a "); n != maxRefs || !strings.Contains(out.String(), ">28<") {
		t.Errorf("%d links: %s", n, out.String())
	}
}
