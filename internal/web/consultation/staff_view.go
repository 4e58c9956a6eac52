package consultation

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

type todayData struct {
	publicData
	List   consultation.TaskList
	Others bool
}

type staffMeetingsData struct {
	publicData
	List consultation.MeetingList
	May  bool
}

type meetingFormData struct {
	publicData
	Form   *page.Form
	Number string // of the meeting to change; "" for a new one
}

type staffMeetingData struct {
	publicData
	Page                 consultation.MeetingPage
	Form                 *page.Form
	MayManage, MayRecord bool
}

type captureData struct {
	publicData
	Page consultation.MeetingPage
	Form *page.Form
}

type staffContributionsData struct {
	publicData
	Form   *page.Form
	List   consultation.ContributionList
	Filter consultation.ContributionFilter
	May    bool
}

type staffContributionData struct {
	publicData
	Page                   consultation.ContributionPage
	Form                   *page.Form // that corrects it
	Act                    *page.Form // that puts it aside
	MayRecord, MayModerate bool
}

type staffProposalsData struct {
	publicData
	Tab    string
	Counts map[string]int
	List   consultation.ProposalList
}

type staffProposalData struct {
	publicData
	Page                  consultation.ProposalPage
	Form                  *page.Form
	Refused               string // catalogue key
	Organisations         []accounts.Organisation
	MayExamine, MayAnswer bool
}

// meetingWords are the texts of a meeting's form, in its order.
var meetingWords = []string{"title", "place", "access", "chair", "conduct"}

func (d meetingFormData) action() string {
	if d.Number == "" {
		return d.P(workMeetings + "/new")
	}
	return d.P(workMeetings + "/" + d.Number + "/edit")
}

// fields are the fields of a meeting's form that are no texts.
func (d meetingFormData) fields() []ui.Field {
	f := func(name string) ui.Field {
		return ui.FieldOf(d.Lang, d.Form, name, d.T("consultation_work.field."+name))
	}
	kind := ui.FieldOf(d.Lang, d.Form, "kind", d.T("consultation_work.field.kind_of_meeting")).Must()
	for _, k := range consultation.MeetingKinds {
		kind.Options = append(kind.Options, ui.Option{Value: string(k), Label: d.T("consultation.kind_of_meeting." + string(k))})
	}
	colleges := f("colleges").Must().WithOptions(d.collegeOptions()...)
	colleges.Several = true
	starts, ends := f("starts_at").Must(), f("ends_at").Must()
	starts.Type, ends.Type, starts.Width, ends.Width = "datetime-local", "datetime-local", "medium", "medium"
	invited := f("invited_at").WithHint(d.T("consultation_work.invited_hint"))
	invited.Type, invited.Width = "date", "medium"
	return []ui.Field{kind, f("unit").Must().WithOptions(d.leafOptions()...), f("axis").WithOptions(d.axisOptions()...), starts, ends, colleges, invited}
}

// point is one point of the agenda on the form.
type point struct {
	title   []ui.Field
	minutes ui.Field
}

func (d meetingFormData) agenda() []point {
	list := make([]point, points(d.Form))
	for i := range list {
		n := strconv.Itoa(i + 1)
		list[i] = point{ui.Words(d.Lang, d.Form, "agenda_"+n, d.T("consultation_work.agenda_title")), ui.FieldOf(d.Lang, d.Form, "minutes_"+n, d.T("consultation_work.agenda_minutes"))}
	}
	return list
}

// faulty are the fields of the form in its order, for the list of faults.
func (d meetingFormData) faulty(fields []ui.Field, agenda []point) []ui.Field {
	list := append(d.texts(d.Form, meetingWords...), fields...)
	for i, p := range agenda {
		for _, f := range append(p.title, p.minutes) {
			f.Label = d.T("consultation_work.agenda_item", "i", i+1) + " · " + f.Label
			list = append(list, f)
		}
	}
	return list
}

// remembered are the fields of a captured line that the next one begins with.
func remembered(form *page.Form) string {
	v := url.Values{}
	for _, name := range []string{"college", "unit", "axis", "table"} {
		v.Set(name, form.Text(name))
	}
	return v.Encode()
}

// taskAddress is where a task is done.
func (d todayData) taskAddress(t consultation.Task) string {
	switch t.Kind {
	case programme.Meeting:
		return d.P(workMeetings + "/" + t.Number)
	case programme.Contribution:
		return d.P(workContributions)
	}
	return d.P(workProposals + "/" + t.Number)
}

// taskTable is the work list: what, the next step, its age and its deadline.
func (d todayData) taskTable() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("consultation_work.file")}, {Label: d.T("consultation_work.next_step")}, {Label: d.T("consultation_work.age")}, {Label: d.T("consultation_work.deadline")}}}
	for _, task := range d.List.Rows {
		title := ui.TextPlain(d.Lang, task.Title)
		if task.Title.Empty() {
			title = ui.Code(task.Number)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{
			ui.TwoLines(linked(d.taskAddress(task), title), ui.Join(" · ", ui.Code(task.Number), ui.Str(d.units(task.Units)))),
			ui.M(d.Lang, "consultation_work.step."+task.Step, "n", task.N),
			ui.M(d.Lang, "common.days", "n", i18n.DaysBetween(task.Since, d.Now)), d.deadline(task.Due)}})
	}
	return t
}

// deadline is the badge of the days left, or of the days since.
func (d todayData) deadline(due time.Time) templ.Component {
	if due.IsZero() {
		return ui.Str("–")
	}
	m := ui.Status(d.Lang, "on_time")
	switch left := i18n.DaysBetween(d.Now, due); {
	case left < 0:
		m = ui.Status(d.Lang, "overdue", "n", -left)
	case left <= 10:
		m = ui.Status(d.Lang, "days_left", "n", left)
	}
	return ui.Badge(m.Kind, m.Icon, m.Text)
}

func (d publicData) kindOptions() (list []ui.Option) {
	for _, k := range consultation.ContributionKinds {
		list = append(list, ui.Option{Value: string(k), Label: d.T("consultation.kind." + string(k))})
	}
	return list
}

func (d publicData) channelOptions() (list []ui.Option) {
	for _, c := range consultation.Channels {
		list = append(list, ui.Option{Value: string(c), Label: d.T("consultation.channel." + string(c))})
	}
	return list
}

func (d publicData) rawLangOptions() (list []ui.Option) {
	for _, l := range consultation.RawLangs() {
		list = append(list, ui.Option{Value: l, Label: d.T("consultation_work.lang." + l)})
	}
	return list
}

func (d publicData) leafOptions() []ui.Option {
	return d.unitOptions(d.territory.Leaves(d.frame.Territory))
}

// lineFields are the fields of a captured line, in the order of the form.
func (d publicData) lineFields(form *page.Form) []ui.Field {
	f := func(name string) ui.Field {
		return ui.FieldOf(d.Lang, form, name, d.T("consultation_work.field."+name))
	}
	raw, reformulation := f("raw").Must(), f("reformulation")
	raw.Rows, reformulation.Rows, reformulation.Content = 5, 2, i18n.Ar
	return []ui.Field{raw, f("raw_lang").Must().WithOptions(d.rawLangOptions()...), f("kind").Must().WithOptions(d.kindOptions()...), f("college").Must().WithOptions(d.collegeOptions()...),
		f("unit").Must().WithOptions(d.leafOptions()...), f("axis").WithOptions(d.axisOptions()...), reformulation, f("table"), f("channel").Must().WithOptions(d.channelOptions()...),
		f("scribe")}
}

func (d staffContributionsData) table() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("consultation_work.line")}, {Label: d.T("consultation_work.field.college")}, {Label: d.T("consultation_work.field.unit")}}}
	for _, c := range d.List.Rows {
		row := ui.Row{Cells: []templ.Component{ui.TwoLines(linked(d.P(workContributions+"/"+c.Number), ui.UserText(c.Raw, c.RawLang)),
			ui.Join(" · ", ui.Code(c.Number), ui.Str(d.T("consultation.kind."+string(c.Kind))))), ui.Str(d.college(c.College)), ui.Str(d.unit(c.Unit))}}
		if d.May && (d.Filter.State == "pending" || d.Filter.State == "classified") {
			row.Select = &ui.Tick{Name: "contribution", Value: c.Number, Label: c.Number, Checked: d.Form.Has("contribution", c.Number)}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// corrects tells whether a correction came back: its form must not be folded away.
func (d staffContributionData) corrects() bool {
	return len(d.Form.Faults) > 0 || d.Form.Refused != nil
}

// acts are what may be done with the contribution as it stands.
func (d staffContributionData) acts() (list []string) {
	c := d.Page.Contribution
	for _, a := range []struct {
		act string
		may bool
	}{
		{"set_aside", c.State == consultation.Kept && c.Cited == 0 && (d.MayModerate || d.MayRecord && c.Release != programme.Public)},
		{"withdraw", d.MayRecord && c.State != consultation.Withdrawn},
		{"hide", d.MayModerate && !c.Hidden.Done()},
		{"restore", d.MayModerate && (c.State == consultation.SetAside || c.Hidden.Done() && c.State != consultation.Withdrawn)},
	} {
		if a.may {
			list = append(list, a.act)
		}
	}
	return list
}

// tabs are the states; each keeps the other filters.
func (d staffContributionsData) tabs() (tabs []ui.Tab) {
	for _, s := range contributionStates {
		f, n := d.Filter, -1
		if s == f.State {
			n = d.List.Total
		}
		f.State = s
		tabs = append(tabs, ui.Tab{Label: d.T("consultation_work.state." + s), Href: d.at(f), Count: n, Current: s == d.Filter.State})
	}
	return tabs
}

// filterValues is a filter as it stands in the address, without the page.
func filterValues(f consultation.ContributionFilter) url.Values {
	q := url.Values{"state": {f.State}}
	for name, value := range map[string]string{"college": f.College, "unit": f.Unit, "axis": f.Axis, "kind": string(f.Kind)} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

func (d staffContributionsData) at(f consultation.ContributionFilter) string {
	return d.P(workContributions) + "?" + filterValues(f).Encode()
}

// clear is the address of the state's whole list; "" when that is what is shown.
func (d staffContributionsData) clear() string {
	if len(filterValues(d.Filter)) == 1 {
		return ""
	}
	return d.at(consultation.ContributionFilter{State: d.Filter.State})
}

// fields are what the list is narrowed by.
func (d staffContributionsData) fields() []ui.Field {
	field := func(name, all, value string, options []ui.Option) ui.Field {
		return ui.Field{Lang: d.Lang, Name: name, Label: d.T("consultation_work.field." + name), Value: value, Options: slices.Concat([]ui.Option{{Label: d.T(all)}}, options)}
	}
	return []ui.Field{
		field("college", "consultation.all_colleges", d.Filter.College, d.collegeOptions()),
		field("unit", "consultation.all_units", d.Filter.Unit, d.placeOptions()),
		field("axis", "consultation.all_axes", d.Filter.Axis, d.axisOptions()),
		field("kind", "consultation_work.all_kinds", string(d.Filter.Kind), d.kindOptions()),
	}
}

func (d staffContributionsData) pages() ui.Pages {
	return pagesOf(d.List.Pages, d.P(workContributions), filterValues(d.Filter))
}

// action is the address of the form: a refused one comes back with the list that
// was on the screen and its ticks.
func (d staffContributionsData) action() string {
	q := filterValues(d.Filter)
	q.Set("page", strconv.Itoa(d.List.Page))
	return d.P(workContributions) + "?" + q.Encode()
}

func (d staffProposalsData) tabs() (tabs []ui.Tab) {
	for _, t := range proposalTabs {
		tabs = append(tabs, ui.Tab{Label: d.T("consultation_work.tab." + t.key), Href: d.P(workProposals + "?tab=" + t.key), Count: d.Counts[t.key], Current: t.key == d.Tab})
	}
	return tabs
}

func (d staffProposalsData) table() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("consultation_work.file")}, {Label: d.T("consultation_work.field.unit")}, {Label: d.T("consultation_work.age")}, {Label: d.T("consultation_work.outcome")}}}
	for _, p := range d.List.Rows {
		m := ui.Status(d.Lang, string(p.Outcome))
		title := ui.TextPlain(d.Lang, p.Title)
		if p.Title.Empty() {
			title = ui.M(d.Lang, "consultation.state."+string(p.State))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.TwoLines(linked(d.P(workProposals+"/"+p.Number), title), ui.Code(p.Number)),
			ui.Str(d.units(p.Units)), ui.M(d.Lang, "common.days", "n", i18n.DaysBetween(p.SubmittedAt, d.Now)), ui.Badge(m.Kind, m.Icon, m.Text)}})
	}
	return t
}

func (d staffProposalsData) pages() ui.Pages {
	return pagesOf(d.List.Pages, d.P(workProposals), url.Values{"tab": {d.Tab}})
}

// version is what the forms were made from: after a refused post still the old
// one, so that another person's change in between is not overwritten. A conflict
// has shown that change, and the next post is judged against it.
func (d staffProposalData) version() string {
	if v := d.Form.Value("version"); v != "" && d.Refused == "" {
		return v
	}
	return strconv.FormatInt(d.Page.Version, 10)
}

// badge is where the proposal stands.
func (d staffProposalData) badge() ui.Mark {
	if d.Page.State == consultation.Published {
		return ui.Status(d.Lang, string(d.Page.Outcome))
	}
	return stateMark(d.publicData, d.Page.State)
}

func (d staffProposalData) field(name string) ui.Field {
	return ui.FieldOf(d.Lang, d.Form, name, d.T("consultation_work.field."+name))
}

func (d staffProposalData) words(name string) []ui.Field {
	return ui.Words(d.Lang, d.Form, name, d.T("consultation_work.field."+name))
}

func (d staffProposalData) decisions() ui.Field {
	f := d.field("decision").Must()
	for _, o := range consultation.Decisions {
		f.Options = append(f.Options, ui.Option{Value: string(o), Label: d.T("status." + string(o))})
	}
	return f
}

func (d staffProposalData) bodies() ui.Field {
	f := d.field("referred_to")
	for _, o := range d.Organisations {
		name, _ := o.Name.In(d.Lang)
		f.Options = append(f.Options, ui.Option{Value: o.ID, Label: name})
	}
	return f
}

// review is the day on which a deferred proposal is looked at again.
func (d staffProposalData) review() ui.Field {
	f := d.field("review_at").WithHint(d.T("consultation_work.review_hint"))
	f.Type, f.Width = "date", "medium"
	return f
}

func (d staffProposalData) results() ui.Field {
	return d.field("result").Must().WithOptions(ui.Option{Value: string(consultation.Passed), Label: d.T("consultation_work.passed")}, ui.Option{Value: string(consultation.Failed), Label: d.T("consultation_work.failed")})
}

// summary is the faults of the page's forms; those of texts in several languages belong to no single field.
func (d staffProposalData) summary() []ui.Field {
	return append([]ui.Field{d.decisions(), d.bodies(), d.results(), d.field("estimate"), d.field("merged_into"), d.review()},
		d.texts(d.Form, "sentence", "reason", "deferred_to", "motive", "refusal", "hiding")...)
}

// texts are the fields of staff's texts in three languages, for the list of faults.
func (d publicData) texts(form *page.Form, names ...string) (list []ui.Field) {
	for _, name := range names {
		list = append(list, ui.Words(d.Lang, form, name, d.T("consultation_work.field."+name))...)
	}
	return list
}

func wholeTexts(l i18n.Lang, form *page.Form, names ...string) (list []string) {
	for _, name := range names {
		if m := form.Error(l, name); m != "" {
			list = append(list, m)
		}
	}
	return list
}
