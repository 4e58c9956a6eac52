package roadmap

import (
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

type workData struct {
	frame
	Form       *page.Form
	Projects   []roadmap.Project
	Objectives []roadmap.Objective
	Versions   []roadmap.Version
	MayDraft   bool
}

// draftData is a version in draft with what its adoption would change.
type draftData struct {
	frame
	Form               *page.Form
	Preview            roadmap.Preview
	Projects           []roadmap.Project // all that may be put in
	MayDraft, MayAdopt bool
}

type objectiveData struct {
	frame
	Form   *page.Form
	Number string // newNumber for a new one
}

// option is an option of a published result.
type option struct {
	prioritisation.Option
	Included bool
}

// sheetData is one of the two pages of a sheet.
type sheetData struct {
	frame
	Form          *page.Form
	Project       roadmap.Project // as it stands; the zero one when new
	Objectives    []roadmap.Objective
	Organisations []accounts.Organisation
	Options       []option
}

// words are the three fields of a text; what is wrong with all of them stands at the first.
func (f frame) words(form *page.Form, name string) []ui.Field {
	fields := ui.Words(f.Lang, form, name, f.T("roadmap.field."+name))
	if fields[0].Error == "" {
		fields[0].Error = form.Error(f.Lang, name)
	}
	return fields
}

// axes offers the axes of the programme.
func (f frame) axes(form *page.Form) ui.Field {
	field := ui.FieldOf(f.Lang, form, "axis", f.T("roadmap.field.axis")).Must()
	for _, a := range f.programme.Axes {
		name, _ := a.Name.In(f.Lang)
		field.Options = append(field.Options, ui.Option{Value: a.ID, Label: name})
	}
	return field
}

// whole lists the faults of fields that stand for a group of rows, or for the whole form.
func whole(l i18n.Lang, form *page.Form, names ...string) (list []string) {
	for _, name := range names {
		if m := form.Error(l, name); m != "" {
			list = append(list, m)
		}
	}
	return list
}

func (d workData) versionRows() (rows []ui.ActionRow) {
	for _, v := range d.Versions {
		title, _ := v.Title.In(d.Lang)
		row := ui.ActionRow{Title: ui.Str(title), Href: d.P(workPath + "/versions/" + strconv.Itoa(v.Number)), Urgent: v.State == roadmap.Draft,
			Line: ui.M(d.Lang, "roadmap.held", "n", len(v.Projects)), End: ui.StatusBadge(d.Lang, v.State)}
		if v.State == roadmap.Adopted {
			row.Href = d.P("/roadmap/versions/" + strconv.Itoa(v.Number))
			row.Line = ui.M(d.Lang, "roadmap.adopted_on", "date", ui.Day(d.Lang, v.AdoptedAt))
		}
		rows = append(rows, row)
	}
	return rows
}

func (d workData) sheets() ui.Table {
	t := ui.Table{Columns: append(columns(d.frame), ui.Column{Label: d.T("roadmap.to_look_at")})}
	for _, p := range d.Projects {
		title, _ := p.Title.In(d.Lang)
		href := d.P("/roadmap/projects/" + p.Number)
		if d.MayDraft {
			href = d.P(workPath + "/projects/" + p.Number + "/edit")
		}
		status := ui.Status(d.Lang, "draft")
		if p.AdoptedIn > 0 {
			status = ui.Status(d.Lang, "adopted")
		}
		remarks := []templ.Component{ui.Badge(status.Kind, status.Icon, status.Text)}
		if n := len(p.Gaps()) + len(p.Warnings(d.pack)); n > 0 {
			remarks = append(remarks, ui.M(d.Lang, "roadmap.remarks", "n", n))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.TwoLines(ui.Link(href, title), ui.Code(p.Number)), d.places(p.Shares), d.authority(p),
			ui.Millions(d.Lang, p.Cost, 1), ui.Join(" ", remarks...)}})
	}
	return t
}

// objectiveRows lists the objectives under their axis.
func (d workData) objectiveRows() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("roadmap.field.objective")}, {Label: d.T("roadmap.field.axis")}, {Label: d.T("roadmap.sheets"), Kind: ui.NumberColumn}}}
	for _, o := range d.Objectives {
		title, _ := o.Title.In(d.Lang)
		name := ui.Str(title)
		if d.MayDraft {
			name = ui.Link(d.P(workPath+"/objectives/"+o.Number), title)
		}
		axis, _ := d.programme.Axis(o.Axis)
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{name, ui.TextPlain(d.Lang, axis.Name), ui.Num(d.Lang, len(of(d.Projects, o.Number)))}})
	}
	return t
}

func (d draftData) has(number string) bool {
	return slices.Contains(d.Preview.Version.Projects, number)
}

// unripe lists the projects of the draft that lack something.
func (d draftData) unripe() []roadmap.Project {
	return slices.DeleteFunc(slices.Clone(d.Preview.Projects), func(p roadmap.Project) bool { return len(p.Gaps()) == 0 })
}

func (d draftData) differences() ui.Table {
	t := ui.Table{Columns: []ui.Column{{Label: d.T("roadmap.project")}, {Label: d.T("roadmap.change")}, {Label: d.T("roadmap.cost_before"), Kind: ui.NumberColumn},
		{Label: d.T("roadmap.cost_after"), Kind: ui.NumberColumn}}}
	for _, x := range d.Preview.Differences {
		p := x.After
		cells := []templ.Component{nil, ui.M(d.Lang, "roadmap.change."+x.Kind), ui.Millions(d.Lang, x.Before.Cost, 2), ui.Millions(d.Lang, x.After.Cost, 2)}
		switch x.Kind {
		case roadmap.Added:
			cells[2] = nil
		case roadmap.Removed:
			p, cells[3] = x.Before, nil
		default:
			parts := make([]templ.Component, len(x.Parts))
			for i, part := range x.Parts {
				parts[i] = ui.M(d.Lang, "roadmap.part."+part)
			}
			cells[1] = ui.TwoLines(cells[1], ui.Join(d.T("common.separator"), parts...))
		}
		cells[0] = d.title(p)
		t.Rows = append(t.Rows, ui.Row{Cells: cells})
	}
	return t
}

// name is the project's title, or what a new sheet is called.
func (d sheetData) name() string {
	if d.Project.Number == "" {
		return d.T("roadmap.new_sheet")
	}
	title, _ := d.Project.Title.In(d.Lang)
	return title
}

func (d sheetData) path(part string) string {
	if d.Project.Number == "" {
		return d.P(workPath + "/projects/new")
	}
	return d.P(workPath + "/projects/" + d.Project.Number + part)
}

func (d sheetData) tabs(money bool) []ui.Tab {
	return []ui.Tab{{Label: d.T("roadmap.sheet"), Href: d.path("/edit"), Count: -1, Current: !money},
		{Label: d.T("roadmap.sheet_money"), Href: d.path("/money"), Count: -1, Current: money}}
}

func (d sheetData) field(name string) ui.Field {
	return ui.FieldOf(d.Lang, d.Form, name, d.T("roadmap.field."+name))
}

// numbered is a field of a repeated row, such as unit_3; label is the column's.
func (d sheetData) numbered(name, label string, i int) ui.Field {
	return ui.FieldOf(d.Lang, d.Form, numbered(name, i), d.T("roadmap.field."+label)+" "+i18n.Number(d.Lang, int64(i+1)))
}

func (d sheetData) amount(i, year int) ui.Field {
	return ui.FieldOf(d.Lang, d.Form, amountField(i, year), d.T("roadmap.field.amount")+" "+strconv.Itoa(year))
}

func (d sheetData) bodies(f ui.Field) ui.Field {
	for _, o := range d.Organisations {
		name, _ := o.Name.In(d.Lang)
		f.Options = append(f.Options, ui.Option{Value: o.ID, Label: name})
	}
	return f
}

func (d sheetData) communes(f ui.Field) ui.Field {
	for _, u := range territory.ByName(d.pack.Communes(d.programme.Territory), d.Lang) {
		name, _ := u.Name.In(d.Lang)
		f.Options = append(f.Options, ui.Option{Value: u.Code, Label: name})
	}
	return f
}

func (d sheetData) objectives() ui.Field {
	f := d.field("objective").Must()
	for _, o := range d.Objectives {
		title, _ := o.Title.In(d.Lang)
		f.Options = append(f.Options, ui.Option{Value: o.Number, Label: title})
	}
	return f
}

func (d sheetData) entries() ui.Field {
	f := d.field("entry").Must()
	for _, e := range roadmap.Entries {
		f.Options = append(f.Options, ui.Option{Value: e, Label: d.T("roadmap.entry." + e)})
	}
	return f
}

func (d sheetData) options() ui.Field {
	f := d.field("options")
	f.Several = true
	for _, o := range d.Options {
		title, _ := o.Title.In(d.Lang)
		hint := ui.Status(d.Lang, "not_included").Text
		if o.Included {
			hint = ui.Status(d.Lang, "included").Text
		}
		f.Options = append(f.Options, ui.Option{Value: o.Number, Label: title, Hint: hint})
	}
	return f
}

func (d sheetData) milestone(code string) ui.Field {
	return ui.FieldOf(d.Lang, d.Form, "m_"+code, d.T("delivery.milestone."+code))
}

// sheetFields are the fields of the first page, for the summary of its faults.
func (d sheetData) sheetFields() (fields []ui.Field) {
	for _, name := range []string{"title", "summary", "entry_reason", "who"} {
		fields = append(fields, d.words(d.Form, name)...)
	}
	fields = append(fields, d.objectives(), d.field("moa"), d.entries(), d.options(), d.field("proposals"), d.field("count"), d.field("households"))
	for i := range rows(d.Form, shareRow) {
		fields = append(fields, d.numbered("share", "share", i))
	}
	for _, code := range roadmap.MilestoneCodes {
		fields = append(fields, d.milestone(code))
	}
	return fields
}

// moneyFields are the fields of the second page, for the summary of its faults.
func (d sheetData) moneyFields() []ui.Field {
	fields := []ui.Field{d.field("cost")}
	for i := range rows(d.Form, partRow) {
		fields = append(fields, d.numbered("quantity", "quantity", i), d.numbered("unit_cost", "unit_cost", i))
	}
	for i := range rows(d.Form, partnerRow) {
		for _, year := range years(d.Form) {
			fields = append(fields, d.amount(i, year))
		}
	}
	return fields
}

// remarks are what the sheet lacks and what the census says to it.
func (d sheetData) remarks() (list []templ.Component) {
	if d.Project.Number == "" {
		return nil
	}
	for _, key := range d.Project.Gaps() {
		list = append(list, ui.M(d.Lang, key))
	}
	for _, w := range d.Project.Warnings(d.pack) {
		list = append(list, ui.M(d.Lang, w.Key, w.Args...))
	}
	return list
}
