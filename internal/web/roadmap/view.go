package roadmap

import (
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
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
	Objectives []roadmap.Objective
	Versions   []roadmap.Version // adopted ones, newest first
}

type versionData struct {
	frame
	Version roadmap.Version
	Frozen  []roadmap.FrozenProject
}

type workData struct {
	frame
	Form               *page.Form
	Projects           []roadmap.Project
	Versions           []roadmap.Version
	MayDraft, MayAdopt bool
}

type formData struct {
	frame
	Form          *page.Form
	Number        string // of the sheet; "" for a new one
	Objectives    []roadmap.Objective
	Organisations []accounts.Organisation
	Options       []prioritisation.Option
}

func (f frame) unit(code string) string {
	u, _ := f.pack.Unit(code)
	name, _ := u.Name.In(f.Lang)
	return name
}

func (f frame) places(shares []roadmap.Share) string {
	names := make([]string, len(shares))
	for i, s := range shares {
		names[i] = f.unit(s.Unit)
	}
	return strings.Join(names, f.T("common.separator"))
}

func (d listData) total() (sum int64) {
	for _, p := range d.Projects {
		sum += p.Cost
	}
	return sum
}

// objectivesOf lists the objectives of an axis that have a public project.
func (d listData) objectivesOf(axis string) (list []roadmap.Objective) {
	for _, o := range d.Objectives {
		if o.Axis == axis && len(d.projectsOf(o.Number)) > 0 {
			list = append(list, o)
		}
	}
	return list
}

func (d listData) projectsOf(objective string) (list []roadmap.Project) {
	for _, p := range d.Projects {
		if p.Objective == objective {
			list = append(list, p)
		}
	}
	return list
}

func (d listData) table(o roadmap.Objective) ui.Table {
	t := ui.Table{Columns: columns(d.frame)}
	var sum int64
	for _, p := range d.projectsOf(o.Number) {
		sum += p.Cost
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.TwoLines(projectLink(d.frame, p.Number, p.Title), ui.Code(p.Number)), ui.Str(d.places(p.Shares)),
			ui.TextPlain(d.Lang, d.organisation(p.MOA)), ui.Millions(d.Lang, p.Cost, 1)}})
	}
	t.Total = []templ.Component{ui.Str(d.T("common.total")), nil, nil, ui.Millions(d.Lang, sum, 1)}
	return t
}

func columns(f frame) []ui.Column {
	return []ui.Column{{Label: f.T("roadmap.project")}, {Label: f.T("roadmap.communes")}, {Label: f.T("roadmap.moa")}, {Label: f.T("roadmap.cost_mdh"), Kind: ui.NumberColumn}}
}

// table lists the projects as the version froze them.
func (d versionData) table() ui.Table {
	t := ui.Table{Columns: columns(d.frame)}
	var sum int64
	for _, p := range d.Frozen {
		sum += p.Cost
		names := make([]string, len(p.Shares))
		for i, s := range p.Shares {
			names[i] = d.unit(s.Unit)
		}
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.TwoLines(projectLink(d.frame, p.Number, p.Title), ui.Code(p.Number)), ui.Str(strings.Join(names, d.T("common.separator"))),
			ui.TextPlain(d.Lang, d.organisation(p.MOA)), ui.Millions(d.Lang, p.Cost, 1)}})
	}
	t.Total = []templ.Component{ui.Str(d.T("common.total")), nil, nil, ui.Millions(d.Lang, sum, 1)}
	return t
}

func (d formData) field(name string) ui.Field {
	return ui.FieldOf(d.Lang, d.Form, name, d.T("roadmap.field."+name))
}

func (d formData) words(name string) []ui.Field {
	return ui.Words(d.Lang, d.Form, name, d.T("roadmap.field."+name))
}

// numbered is a field of a repeated row, such as unit_3.
func (d formData) numbered(name string, i int) ui.Field {
	n := strconv.Itoa(i + 1)
	return ui.FieldOf(d.Lang, d.Form, name+"_"+n, d.T("roadmap.field."+name)+" "+n)
}

func (d formData) bodies(f ui.Field) ui.Field {
	for _, o := range d.Organisations {
		name, _ := o.Name.In(d.Lang)
		f.Options = append(f.Options, ui.Option{Value: o.ID, Label: name})
	}
	return f
}

func (d formData) communes(f ui.Field) ui.Field {
	for _, u := range territory.ByName(d.pack.Communes(d.programme.Territory), d.Lang) {
		name, _ := u.Name.In(d.Lang)
		f.Options = append(f.Options, ui.Option{Value: u.Code, Label: name})
	}
	return f
}

func (d formData) objectives() ui.Field {
	f := d.field("objective").Must()
	for _, o := range d.Objectives {
		title, _ := o.Title.In(d.Lang)
		f.Options = append(f.Options, ui.Option{Value: o.Number, Label: title})
	}
	return f
}

func (d formData) axes() ui.Field {
	f := d.field("axis").Must()
	for _, a := range d.programme.Axes {
		name, _ := a.Name.In(d.Lang)
		f.Options = append(f.Options, ui.Option{Value: a.ID, Label: name})
	}
	return f
}

func (d formData) entries() ui.Field {
	f := d.field("entry").Must()
	for _, e := range []string{roadmap.ByVote, roadmap.Structuring, roadmap.ByCommittee} {
		f.Options = append(f.Options, ui.Option{Value: e, Label: d.T("roadmap.entry." + e)})
	}
	return f
}

func (d formData) chosen() ui.Field {
	f := d.field("options")
	f.Several = true
	for _, o := range d.Options {
		title, _ := o.Title.In(d.Lang)
		f.Options = append(f.Options, ui.Option{Value: o.Number, Label: title})
	}
	return f
}

// whole lists the messages that belong to several fields together.
func (d formData) whole(names ...string) (list []string) {
	for _, name := range names {
		if m := d.Form.Error(d.Lang, name); m != "" {
			list = append(list, m)
		}
	}
	return list
}

func (d workData) has(v roadmap.Version, number string) bool {
	for _, n := range v.Projects {
		if n == number {
			return true
		}
	}
	return false
}
