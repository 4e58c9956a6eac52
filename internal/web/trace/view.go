package trace

import (
	"strings"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/trace"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// data is the page of one way.
type data struct {
	page.Base
	Way       trace.Way
	frame     *programme.Programme
	territory *territory.Pack

	titles     map[string]i18n.Text // of public projects and indicators, by number
	indicators map[string]evaluation.Indicator
	cost, paid int64 // of the public projects on the way, centimes
}

// states are the words of the drawing for the states of a step.
var states = map[trace.State]page.StageState{trace.Done: page.Past, trace.Current: page.Now, trace.Ahead: page.Later}

// steps writes the way for the drawing and its table.
func (d data) steps() []ui.TraceStep {
	steps := make([]ui.TraceStep, 0, len(d.Way.Steps))
	for _, s := range d.Way.Steps {
		steps = append(steps, d.step(s))
	}
	return steps
}

// step writes one step. What is internal says only that something is being prepared.
func (d data) step(s trace.Step) ui.TraceStep {
	out := ui.TraceStep{Kind: d.stepWord(s), Stage: string(s.Stage()), Width: s.Width, State: states[s.State], Ledger: d.ledger(s.Mark), Date: d.date(s)}
	switch {
	case s.Internal:
		out.Finding, out.Why = ui.M(d.Lang, "trace.internal"), ui.M(d.Lang, "trace.internal_why")
	case s.Contribution != nil:
		d.said(&out, s)
	case s.Kind == trace.Proposed && s.Proposal != nil:
		d.proposed(&out, s)
	case s.Answer != nil:
		d.answered(&out, s)
	case len(s.Statements) > 0:
		d.debated(&out, s)
	case s.Option != nil:
		d.ranked(&out, s)
	case len(s.Projects) > 0:
		d.planned(&out, s)
	case s.Kind == trace.Paid && s.State != trace.Ahead:
		out.Finding = ui.M(d.Lang, "trace.reports", "n", s.Count)
		if d.cost > 0 {
			out.Finding, out.Why = ui.M(d.Lang, "trace.paid_of", "paid", ui.Dirhams(d.Lang, d.paid), "cost", ui.Dirhams(d.Lang, d.cost)), out.Finding
		}
	case s.Kind == trace.Judged && s.State != trace.Ahead:
		out.Finding, out.Why = ui.M(d.Lang, "trace.measured", "indicators", d.things(s.Also)), d.moved(s.Also)
	default:
		out.Finding = ui.M(d.Lang, "trace.ahead."+string(s.Kind))
		if len(s.Also) > 0 {
			out.Why = ui.M(d.Lang, "trace.judged_by", "indicators", d.things(s.Also))
		}
	}
	for _, b := range s.Branches {
		out.Branches = append(out.Branches, d.branch(b))
	}
	return out
}

// stepWord is what happens at the step, in one word; a sentence says by which way it came.
func (d data) stepWord(s trace.Step) string {
	if c := s.Contribution; c != nil {
		return d.T("trace.said_by." + string(c.Channel))
	}
	return d.T("trace.step." + string(s.Kind))
}

func (d data) date(s trace.Step) templ.Component {
	switch {
	case s.Internal:
		return nil
	case s.State != trace.Ahead:
		return ui.StepDate(d.Lang, s.At)
	case s.At.IsZero():
		return ui.M(d.Lang, "trace.no_date")
	}
	return ui.M(d.Lang, "trace.expected", "date", ui.Day(d.Lang, s.At))
}

func (d data) ledger(m *trace.Mark) *ui.Ledger {
	if m == nil {
		return nil
	}
	return &ui.Ledger{Leaf: m.Leaf, Hash: m.Hash, Who: d.role(m.Role)}
}

// role says who acted; what happened by itself or from the web has words of its own.
func (d data) role(role string) string {
	for _, key := range []string{"account.role." + role, "record.by." + role} {
		if i18n.Has(d.Lang, key) {
			return d.T(key)
		}
	}
	return ""
}

func (d data) said(out *ui.TraceStep, s trace.Step) {
	c := s.Contribution
	switch {
	case !c.Readable():
		out.Finding = ui.M(d.Lang, "trace.words_hidden")
	case c.Raw != "":
		out.Finding, out.Quoted = ui.Quote(d.Lang, c.Raw, c.RawLang), true
	default:
		out.Finding = ui.Text(d.Lang, c.Reformulation)
	}
	from := d.T("trace.from", "college", d.college(c.College), "unit", d.unit(c.Unit))
	if c.Table != "" && c.Readable() {
		from = d.T("trace.from_table", "college", d.college(c.College), "unit", d.unit(c.Unit), "table", c.Table)
	}
	out.Why = ui.Str(from)
	var links []templ.Component
	if m := s.Meeting; m != nil {
		links = append(links, ui.M(d.Lang, "trace.at_meeting", "meeting", ui.Link(d.P("/consultation/meetings/"+m.Number), d.text(m.Title))))
	}
	if n := s.Count - 1; n > 0 {
		links = append(links, ui.M(d.Lang, "trace.and_more", "n", n))
		if len(s.Also) > 0 {
			links = append(links, d.refs(s.Also))
		}
	}
	out.Links = spaced(links)
}

// maxRefs is how many numbers a step lists; the proposal's page has all of them.
const maxRefs = 12

// refs lists other things by their numbers.
func (d data) refs(list []trace.Ref) templ.Component {
	var links []templ.Component
	for _, r := range list[:min(len(list), maxRefs)] {
		links = append(links, ui.Link(d.P("/trace/"+r.Number), isolated(r.Number)))
	}
	if more := len(list) - maxRefs; more > 0 {
		links = append(links, ui.M(d.Lang, "record.more", "n", more))
	}
	return ui.Join(d.T("common.separator"), links...)
}

// isolated keeps a code in its order inside a link of any language.
func isolated(code string) string { return "\u2066" + code + "\u2069" }

// spaced joins sentences with a space before each.
func spaced(list []templ.Component) templ.Component {
	if len(list) == 0 {
		return nil
	}
	return ui.Join(" ", append([]templ.Component{ui.Str("")}, list...)...)
}

func (d data) proposed(out *ui.TraceStep, s trace.Step) {
	p := s.Proposal
	out.Finding = d.proposalTitle(*p)
	if s.Joined > 1 {
		out.Why = ui.M(d.Lang, "trace.joined", "n", s.Joined)
	} else if p.Cited == 0 && p.Channel == consultation.Web {
		out.Why = ui.M(d.Lang, "trace.from_web")
	}
	if len(s.Also) > 0 {
		out.Links = spaced([]templ.Component{ui.M(d.Lang, "trace.merged_in", "n", len(s.Also)), d.refs(s.Also)})
	}
}

// proposalTitle is the title as a link, or in words why there is none.
func (d data) proposalTitle(p consultation.Proposal) templ.Component {
	if !p.Readable() {
		return ui.M(d.Lang, "trace.proposal_"+string(p.State), "number", ui.Code(p.Number))
	}
	return ui.Link(d.P("/consultation/proposals/"+p.Number), d.text(p.Title))
}

func (d data) answered(out *ui.TraceStep, s trace.Step) {
	a := s.Answer
	out.Finding = ui.Join(" ", ui.M(d.Lang, "status."+string(a.Decision)), ui.Str("·"), ui.Text(d.Lang, a.Sentence))
	out.Why = d.reason(a.Reason)
	if a.MergedInto != "" {
		out.Links = spaced([]templ.Component{ui.M(d.Lang, "trace.merged_into", "number", ui.Link(d.P("/trace/"+a.MergedInto), isolated(a.MergedInto)))})
	}
}

// reason is the reason of a decision behind its word; nil without one.
func (d data) reason(t i18n.Text) templ.Component {
	if t.Empty() {
		return nil
	}
	return ui.M(d.Lang, "trace.reason", "reason", ui.Text(d.Lang, t))
}

func (d data) debated(out *ui.TraceStep, s trace.Step) {
	var findings, whys []templ.Component
	for _, r := range s.Statements {
		at := d.P("/deliberation/statements/" + r.Statement.Number)
		if r.Statement.State != deliberation.Open {
			findings = append(findings, linked(at, ui.M(d.Lang, "deliberation.hidden")))
			continue
		}
		findings = append(findings, linked(at, ui.Quote(d.Lang, r.Statement.Body, r.Statement.Lang)))
		switch n := r.Confirmed.N; {
		case n.N < deliberation.SmallCell:
			whys = append(whys, ui.M(d.Lang, "trace.few_said"))
		case n.Masked || r.Confirmed.Agree.Masked:
			whys = append(whys, ui.M(d.Lang, "trace.agreed_masked"))
		default:
			whys = append(whys, ui.M(d.Lang, "trace.agreed", "n", r.Confirmed.Agree.N, "total", n.N))
		}
	}
	out.Finding, out.Why = ui.Join(" · ", findings...), ui.Join(" ", whys...)
}

func (d data) planned(out *ui.TraceStep, s trace.Step) {
	out.Finding = ui.M(d.Lang, "trace.projects", "n", len(s.Projects), "projects", d.things(s.Projects))
	if s.Version != "" {
		out.Why = ui.M(d.Lang, "trace.adopted", "version", ui.Link(d.P(programme.Version.Page()+s.Version), isolated(s.Version)))
	}
}

// moved says from which value to which each indicator went. It claims no cause.
func (d data) moved(list []trace.Ref) templ.Component {
	var said []templ.Component
	for _, r := range list {
		in := d.indicators[r.Number]
		latest, ok := in.Latest()
		if !ok {
			continue
		}
		written := func(v int64) string { return i18n.Scaled(d.Lang, v, in.Decimals) }
		if latest.Value == in.Baseline {
			said = append(said, ui.M(d.Lang, "evaluation.finding_still", "title", d.text(in.Title), "baseline", written(in.Baseline)))
		} else {
			said = append(said, ui.M(d.Lang, "evaluation.finding_moved", "title", d.text(in.Title), "baseline", written(in.Baseline), "latest", written(latest.Value)))
		}
	}
	if len(said) == 0 {
		return nil
	}
	return ui.Join(" · ", said...)
}

// things lists other things by title, or by number where it may not be read,
// each leading to its own page.
func (d data) things(list []trace.Ref) templ.Component {
	var links []templ.Component
	for _, r := range list {
		label := isolated(r.Number)
		if title, ok := d.titles[r.Number]; ok {
			label = d.text(title)
		}
		links = append(links, ui.Link(d.P(r.Kind.Page()+r.Number), label))
	}
	return ui.Join(d.T("common.separator"), links...)
}

// unit names a place; what the pack does not know stays a code.
func (d data) unit(code string) string {
	if u, ok := d.territory.Unit(code); ok {
		return d.text(u.Name)
	}
	return code
}

func (d data) college(id string) string {
	if c, ok := d.frame.College(id); ok {
		return d.text(c.Name)
	}
	return id
}

func (d data) text(t i18n.Text) string {
	s, _ := t.In(d.Lang)
	return s
}

// units names the places the thing is about.
func (d data) units() string {
	var names []string
	for _, code := range d.Way.Units {
		names = append(names, d.unit(code))
	}
	return strings.Join(names, d.T("common.separator"))
}
