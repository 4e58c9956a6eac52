package consultation

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// publicData is what every page of the stage knows: the frame, and the names of
// places, axes, colleges and organisations.
type publicData struct {
	page.Base
	frame        *programme.Programme
	territory    *territory.Pack
	organisation func(id string) i18n.Text
}

// under puts the page below the stage's first one.
func (d publicData) under(crumbs ...page.Crumb) publicData {
	first := page.Crumb{Label: d.T("stage.consultation"), Href: d.P("/consultation")}
	if len(crumbs) == 0 {
		crumbs = []page.Crumb{{Label: d.Title}}
	}
	d.Crumbs = append([]page.Crumb{first}, crumbs...)
	return d
}

// ofProposal puts the page below the list of proposals.
func (d publicData) ofProposal(number string) publicData {
	return d.under(page.Crumb{Label: d.T("consultation.proposals.title"), Href: d.P("/consultation/proposals")}, page.Crumb{Label: number})
}

func (d publicData) text(t i18n.Text) string {
	s, _ := t.In(d.Lang)
	return s
}

// unit names a place; what the pack does not know stays a code.
func (d publicData) unit(code string) string {
	if u, ok := d.territory.Unit(code); ok {
		return d.text(u.Name)
	}
	return code
}

func (d publicData) units(codes []string) string {
	names := make([]string, len(codes))
	for i, code := range codes {
		names[i] = d.unit(code)
	}
	return strings.Join(names, d.T("common.separator"))
}

func (d publicData) college(id string) string {
	if c, ok := d.frame.College(id); ok {
		return d.text(c.Name)
	}
	return d.T("consultation.college_none")
}

func (d publicData) colleges(ids []string) string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = d.college(id)
	}
	return strings.Join(names, d.T("common.separator"))
}

// axis names an axis; what has none yet says so.
func (d publicData) axis(id string) string {
	if a, ok := d.frame.Axis(id); ok {
		return d.text(a.Name)
	}
	return d.T("consultation.axis_none")
}

// role says in which role somebody acted; "" when nobody did.
func (d publicData) role(role string) string {
	for _, key := range []string{"account.role." + role, "record.by." + role, "consultation.by." + role} {
		if i18n.Has(d.Lang, key) {
			return d.T(key)
		}
	}
	return ""
}

// when is «الثلاثاء 1 دجنبر 2026، 10:00–13:00».
func (d publicData) when(m consultation.Meeting) templ.Component {
	if i18n.ISO(m.StartsAt) != i18n.ISO(m.EndsAt) {
		return ui.M(d.Lang, "consultation.days", "from", ui.Moment(d.Lang, m.StartsAt, i18n.WithWeekday), "to", ui.Moment(d.Lang, m.EndsAt, i18n.WithWeekday))
	}
	return ui.M(d.Lang, "consultation.when", "day", ui.Day(d.Lang, m.StartsAt, i18n.WithWeekday), "hours", ui.Range(i18n.Clock(d.Lang, m.StartsAt), i18n.Clock(d.Lang, m.EndsAt)))
}

// isolated keeps a code in its order inside a link of any language.
func isolated(code string) string { return "\u2066" + code + "\u2069" }

// proposalLinks lists proposals by their numbers.
func (d publicData) proposalLinks(numbers []string) templ.Component {
	links := make([]templ.Component, len(numbers))
	for i, n := range numbers {
		links[i] = ui.Link(d.P("/consultation/proposals/"+n), isolated(n))
	}
	return ui.Join(d.T("common.separator"), links...)
}

// pagesOf is a list's place for the reader; values are the filter in the address.
func pagesOf(p consultation.Pages, path string, values url.Values) ui.Pages {
	at := func(n int) string {
		if n < 1 || n > p.Last() || n == p.Page {
			return ""
		}
		q := url.Values{}
		for k, v := range values {
			q[k] = v
		}
		q.Set("page", strconv.Itoa(n))
		return path + "?" + q.Encode()
	}
	return ui.Pages{From: p.From(), To: p.To(), Total: p.Total, Previous: at(p.Page - 1), Next: at(p.Page + 1)}
}

// nextPhase is the next consultation that is to open, of any cycle.
func nextPhase(p *programme.Programme, now time.Time) (next programme.Phase, ok bool) {
	for _, f := range p.Phases {
		if f.Stage == programme.Consultation && f.OpensAt.After(now) && (!ok || f.OpensAt.Before(next.OpensAt)) {
			next, ok = f, true
		}
	}
	return next, ok
}

type overviewData struct {
	publicData
	Phase   programme.Phase
	IsOpen  bool
	Planned bool // Phase is still to come
	Figures consultation.Figures
	Next    []consultation.Meeting
	More    int // meetings to come that are not in Next
	Times   consultation.Times
}

func (d overviewData) figures() []ui.Figure {
	f := d.Figures
	of := func(n int) templ.Component { return ui.M(d.Lang, "common.of", "total", n) }
	return []ui.Figure{
		{Value: ui.Num(d.Lang, f.Held), Of: of(f.Held + f.Planned), Label: ui.M(d.Lang, "consultation.figure.held")},
		{Value: ui.Num(d.Lang, f.Captured), Label: ui.M(d.Lang, "consultation.figure.captured"), Note: ui.M(d.Lang, "consultation.figure.pending_note", "n", f.Pending)},
		{Value: ui.Num(d.Lang, f.Proposals), Label: ui.M(d.Lang, "consultation.figure.proposals"), Note: ui.M(d.Lang, "consultation.figure.waiting_note", "n", f.Waiting)},
		{Value: ui.Num(d.Lang, f.Answered), Of: of(f.Proposals), Label: ui.M(d.Lang, "consultation.figure.answered")},
	}
}

// meetingRows lists meetings as things to go to or to read.
func (d publicData) meetingRows(list []consultation.Meeting) []ui.ActionRow {
	rows := make([]ui.ActionRow, len(list))
	for i, m := range list {
		rows[i] = ui.ActionRow{Title: ui.TextPlain(d.Lang, m.Title), Href: d.P("/consultation/meetings/" + m.Number),
			Line: ui.Join(" · ", d.when(m), ui.TextPlain(d.Lang, m.Place), ui.Str(d.unit(m.Unit))), End: meetingEnd(d, m)}
	}
	return rows
}

type meetingsData struct {
	publicData
	consultation.MeetingList
}

type meetingData struct {
	publicData
	consultation.MeetingPage
	Axis string
}

// mark is where the meeting stands, as a badge.
func meetingMark(d publicData, m consultation.Meeting) ui.Mark {
	mark := ui.Mark{Kind: ui.KindBlue, Icon: "clock", Text: d.T("consultation.meeting_state." + string(m.State))}
	switch {
	case m.Released():
		mark = ui.Mark{Kind: ui.KindOK, Icon: "check", Text: d.T("consultation.meeting_state.released")}
	case m.State == consultation.Held:
		mark.Kind, mark.Icon = ui.KindWater, "half"
	case m.State == consultation.Cancelled:
		mark.Kind, mark.Icon = ui.KindBad, "cross"
	}
	return mark
}

// figures add up: captured is what was classified, waits, or was set aside.
func (d meetingData) figures() []ui.Figure {
	f := d.Figures
	of := ui.M(d.Lang, "common.of", "total", f.Captured)
	captured := ui.Figure{Value: ui.Num(d.Lang, f.Captured), Label: ui.M(d.Lang, "consultation.figure.captured")}
	if f.Hidden > 0 {
		captured.Note = ui.M(d.Lang, "consultation.figure.hidden_note", "n", f.Hidden)
	}
	return []ui.Figure{captured,
		{Value: ui.Num(d.Lang, f.Classified), Of: of, Label: ui.M(d.Lang, "consultation.figure.classified")},
		{Value: ui.Num(d.Lang, f.Pending), Of: of, Label: ui.M(d.Lang, "consultation.figure.pending")},
		{Value: ui.Num(d.Lang, f.SetAside), Of: of, Label: ui.M(d.Lang, "consultation.figure.set_aside")},
	}
}

// chips narrow what was said to one axis.
func (d meetingData) chips() []ui.Tab {
	at := d.P("/consultation/meetings/" + d.Number)
	tabs := []ui.Tab{{Label: d.T("consultation.all"), Href: at, Count: d.Figures.Captured, Current: d.Axis == ""}}
	for _, a := range d.frame.Axes {
		if n := d.Figures.ByAxis[a.ID]; n > 0 {
			tabs = append(tabs, ui.Tab{Label: d.text(a.Name), Href: at + "?axis=" + url.QueryEscape(a.ID), Count: n, Current: d.Axis == a.ID})
		}
	}
	return tabs
}

func (d meetingData) pages() ui.Pages {
	values := url.Values{}
	if d.Axis != "" {
		values.Set("axis", d.Axis)
	}
	return pagesOf(d.MeetingPage.Pages, d.P("/consultation/meetings/"+d.Number), values)
}

// facts are what somebody needs who wants to come.
func (d meetingData) facts() []ui.Fact {
	m := d.Meeting
	facts := []ui.Fact{{Term: d.T("consultation.fact.when"), Value: d.when(m)},
		{Term: d.T("consultation.fact.where"), Value: ui.Join(d.T("common.separator"), ui.Text(d.Lang, m.Place), ui.Str(d.unit(m.Unit)))}}
	for _, t := range []struct {
		term string
		text i18n.Text
	}{{"access", m.Access}, {"chair", m.Chair}, {"conduct", m.Conduct}} {
		if !t.text.Empty() {
			facts = append(facts, ui.Fact{Term: d.T("consultation.fact." + t.term), Value: ui.Text(d.Lang, t.text)})
		}
	}
	facts = append(facts, ui.Fact{Term: d.T("consultation.fact.colleges"), Value: ui.Str(d.colleges(m.Colleges))})
	if m.Axis != "" {
		facts = append(facts, ui.Fact{Term: d.T("consultation.fact.axis"), Value: ui.Str(d.axis(m.Axis))})
	}
	if days, ok := m.NoticeDays(); ok {
		facts = append(facts, ui.Fact{Term: d.T("consultation.fact.invited"), Value: ui.M(d.Lang, "consultation.invited", "date", ui.Day(d.Lang, m.InvitedAt), "n", days)})
	}
	return facts
}

// hours are the times of the agenda's points: each begins when the one before ends.
func (d meetingData) hours() []time.Time {
	at, hours := d.StartsAt, make([]time.Time, len(d.Agenda))
	for i, item := range d.Agenda {
		hours[i] = at
		at = at.Add(time.Duration(item.Minutes) * time.Minute)
	}
	return hours
}

type contributionData struct {
	publicData
	consultation.ContributionPage
}

type proposalsData struct {
	publicData
	consultation.ProposalList
	Filter consultation.ProposalFilter
	IsOpen bool
}

// outcome is the one outcome that the filter asks for; "" for all.
func (d proposalsData) outcome() string {
	if len(d.Filter.Outcomes) == 0 {
		return ""
	}
	return string(d.Filter.Outcomes[0])
}

// values are the filter as it stands in the address.
func (d proposalsData) values() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"unit": d.Filter.Unit, "axis": d.Filter.Axis, "college": d.Filter.College, "outcome": d.outcome(), "q": d.Filter.Words} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// clear is the address of the whole list; "" when that is what is shown.
func (d proposalsData) clear() string {
	if len(d.values()) == 0 {
		return ""
	}
	return d.P("/consultation/proposals")
}

func (d proposalsData) fields() []ui.Field {
	outcomes := []ui.Option{{Label: d.T("consultation.all_outcomes")}}
	for _, o := range consultation.Outcomes {
		outcomes = append(outcomes, ui.Option{Value: string(o), Label: d.T("status." + string(o))})
	}
	field := func(name, label, value string, options ...ui.Option) ui.Field {
		return ui.Field{Lang: d.Lang, Name: name, Label: d.T(label), Value: value, Options: options}
	}
	everywhere := slices.Concat([]ui.Option{{Label: d.T("consultation.all_units")}}, d.placeOptions())
	return []ui.Field{
		field("q", "consultation.filter.word", d.Filter.Words),
		field("unit", "consultation.fact.unit", d.Filter.Unit, everywhere...),
		field("axis", "consultation.fact.axis", d.Filter.Axis, slices.Concat([]ui.Option{{Label: d.T("consultation.all_axes")}}, d.axisOptions())...),
		field("college", "consultation.fact.college", d.Filter.College, slices.Concat([]ui.Option{{Label: d.T("consultation.all_colleges")}}, d.collegeOptions())...),
		field("outcome", "consultation.fact.outcome", d.outcome(), outcomes...),
	}
}

// placeOptions are what a list may be narrowed to: the communes, the city as a
// whole among them, and its arrondissements.
func (d publicData) placeOptions() []ui.Option {
	places := d.territory.Communes(d.frame.Territory)
	for _, leaf := range d.territory.Leaves(d.frame.Territory) {
		if !slices.ContainsFunc(places, func(u territory.Unit) bool { return u.Code == leaf.Code }) {
			places = append(places, leaf)
		}
	}
	return d.unitOptions(places)
}

func (d publicData) unitOptions(units []territory.Unit) []ui.Option {
	var list []ui.Option
	for _, u := range territory.ByName(units, d.Lang) {
		list = append(list, ui.Option{Value: u.Code, Label: d.text(u.Name)})
	}
	return list
}

func (d publicData) axisOptions() []ui.Option {
	var list []ui.Option
	for _, a := range d.frame.Axes {
		list = append(list, ui.Option{Value: a.ID, Label: d.text(a.Name)})
	}
	return list
}

func (d publicData) collegeOptions() []ui.Option {
	var list []ui.Option
	for _, c := range d.frame.Colleges {
		list = append(list, ui.Option{Value: c.ID, Label: d.text(c.Name)})
	}
	return list
}
