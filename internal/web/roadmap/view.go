package roadmap

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
	webdelivery "github.com/khettara/khettara/internal/web/delivery"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// frame is what every page of the stage knows.
type frame struct {
	page.Base
	programme    *programme.Programme
	pack         *territory.Pack
	organisation func(id string) i18n.Text
}

type listData struct {
	frame
	Projects   []roadmap.Project // public ones
	Progress   map[string]delivery.Progress
	Objectives []roadmap.Objective
	Versions   []roadmap.Version // adopted ones, newest first
}

type versionData struct {
	frame
	Version roadmap.Version
	Frozen  roadmap.Content
}

func (f frame) unit(code string) string {
	u, _ := f.pack.Unit(code)
	name, _ := u.Name.In(f.Lang)
	return name
}

// places names the communes of a project, with their shares where there are several.
func (f frame) places(shares []roadmap.Share) templ.Component {
	names := make([]templ.Component, len(shares))
	for i, s := range shares {
		names[i] = ui.Str(f.unit(s.Unit))
		if len(shares) > 1 {
			names[i] = ui.Join(" ", names[i], ui.Fig(fraction(s)))
		}
	}
	return ui.Join(f.T("common.separator"), names...)
}

// fraction writes a share exactly, as it was frozen.
func fraction(s roadmap.Share) string {
	if s.Den == 1 {
		return strconv.FormatInt(s.Num, 10)
	}
	return strconv.FormatInt(s.Num, 10) + "/" + strconv.FormatInt(s.Den, 10)
}

// authority names who answers for a project, the delegated one under it.
func (f frame) authority(p roadmap.Project) templ.Component {
	moa := ui.TextPlain(f.Lang, f.organisation(p.MOA))
	if p.MOD == "" {
		return moa
	}
	return ui.TwoLines(moa, ui.M(f.Lang, "roadmap.delegated", "name", ui.TextPlain(f.Lang, f.organisation(p.MOD))))
}

func (f frame) title(p roadmap.Project) templ.Component {
	title, _ := p.Title.In(f.Lang)
	return ui.TwoLines(ui.Link(f.P("/roadmap/projects/"+p.Number), title), ui.Code(p.Number))
}

func cost(projects []roadmap.Project) (sum int64) {
	for _, p := range projects {
		sum += p.Cost
	}
	return sum
}

func of(projects []roadmap.Project, objective string) []roadmap.Project {
	return slices.DeleteFunc(slices.Clone(projects), func(p roadmap.Project) bool { return p.Objective != objective })
}

// objectivesOf lists the objectives of an axis that a project serves.
func objectivesOf(all []roadmap.Objective, axis string, projects []roadmap.Project) []roadmap.Objective {
	return slices.DeleteFunc(slices.Clone(all), func(o roadmap.Objective) bool { return o.Axis != axis || len(of(projects, o.Number)) == 0 })
}

// table lists the projects of an objective with where they stand.
func (d listData) table(o roadmap.Objective) ui.Table {
	t := ui.Table{Columns: append(columns(d.frame), ui.Column{Label: d.T("roadmap.state")})}
	projects := of(d.Projects, o.Number)
	for _, p := range projects {
		var marks []templ.Component
		for _, m := range webdelivery.Marks(d.Lang, d.Progress[p.Number]) {
			marks = append(marks, ui.Badge(m.Kind, m.Icon, m.Text))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{d.title(p), d.places(p.Shares), d.authority(p), ui.Millions(d.Lang, p.Cost, 1), ui.Join(" ", marks...)}})
	}
	if len(projects) > 1 {
		t.Total = []templ.Component{ui.Str(d.T("common.total")), nil, nil, ui.Millions(d.Lang, cost(projects), 1), nil}
	}
	return t
}

func columns(f frame) []ui.Column {
	return []ui.Column{{Label: f.T("roadmap.project")}, {Label: f.T("roadmap.communes")}, {Label: f.T("roadmap.moa")}, {Label: f.T("roadmap.cost_mdh"), Kind: ui.NumberColumn}}
}

// table lists the projects of an objective as the version froze them.
func (d versionData) table(o roadmap.Objective) ui.Table {
	t := ui.Table{Columns: columns(d.frame)}
	for _, p := range of(d.Frozen.Projects, o.Number) {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{d.title(p), d.places(p.Shares), d.authority(p), ui.Millions(d.Lang, p.Cost, 1)}})
	}
	return t
}

// funding lists a partner's amounts by year.
func (d versionData) funding(p roadmap.Project) ui.Table {
	t := ui.Table{Caption: ui.M(d.Lang, "roadmap.funding"), Columns: []ui.Column{{Label: d.T("roadmap.field.org")}, {Label: d.T("roadmap.field.year"), Kind: ui.NumberColumn},
		{Label: d.T("roadmap.field.amount"), Kind: ui.NumberColumn}}}
	for _, f := range p.Funding {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.TextPlain(d.Lang, d.organisation(f.Organisation)), ui.Fig(strconv.Itoa(f.Year)), ui.Dirhams(d.Lang, f.Amount)}})
	}
	t.Total = []templ.Component{ui.Str(d.T("common.total")), nil, ui.Dirhams(d.Lang, p.Cost)}
	return t
}

func (d versionData) components(p roadmap.Project) ui.Table {
	t := ui.Table{Caption: ui.M(d.Lang, "roadmap.components"), Columns: []ui.Column{{Label: d.T("roadmap.field.part")}, {Label: d.T("roadmap.field.quantity"), Kind: ui.NumberColumn},
		{Label: d.T("roadmap.field.measure")}, {Label: d.T("roadmap.field.unit_cost"), Kind: ui.NumberColumn}}}
	for _, c := range p.Components {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.TextPlain(d.Lang, c.Title), ui.Fig(i18n.Thousandths(d.Lang, c.Quantity)), ui.TextPlain(d.Lang, c.Unit), ui.Dirhams(d.Lang, c.UnitCost)}})
	}
	return t
}

func (d versionData) milestones(p roadmap.Project) ui.Table {
	t := ui.Table{Compact: true, Caption: ui.M(d.Lang, "roadmap.milestones"), Columns: []ui.Column{{Label: d.T("roadmap.milestone")}, {Label: d.T("roadmap.planned")}}}
	for _, m := range p.Milestones {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.M(d.Lang, "delivery.milestone."+m.Code), ui.Day(d.Lang, m.PlannedAt)}})
	}
	return t
}

// contentAddress is where the frozen bytes are: the same in every language.
func (d versionData) contentAddress() string {
	return "/p/" + d.Base.Programme.Slug + "/roadmap-versions/" + strconv.Itoa(d.Version.Number) + "/content.json"
}

// shortHash is enough of a fingerprint to tell versions apart in a list.
func shortHash(hash string) string { return strings.ToLower(hash[:min(len(hash), 12)]) }
