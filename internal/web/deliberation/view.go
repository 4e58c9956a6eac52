package deliberation

import (
	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

type listData struct {
	page.Base
	Cycle   int64
	Cycles  []ui.Tab // none while there is but one
	Phase   programme.Phase
	IsOpen  bool
	MayVote bool
	Results []deliberation.Results
	Turnout deliberation.Turnout
	Own     map[string]deliberation.Choice
}

// over tells whether the debate is one of an earlier cycle, or closed: nothing is to come.
func (d listData) over() bool { return d.Cycle != 0 && !d.IsOpen }

// none is the title of a debate without statements.
func (d listData) none() string {
	if d.over() {
		return "deliberation.none_in_cycle"
	}
	return "deliberation.none"
}

// cycleTabs lead to the debates of the other cycles; none while there is but one.
func cycleTabs(b page.Base, p *programme.Programme, path string, current int64) (tabs []ui.Tab) {
	begun := debates(p, b.Now)
	if len(begun) < 2 {
		return nil
	}
	for _, n := range begun {
		for _, c := range p.Cycles {
			if c.Number == n {
				title, _ := c.Title.In(b.Lang)
				tabs = append(tabs, ui.Tab{Label: title, Href: atCycle(b, path, n), Count: -1, Current: n == current})
			}
		}
	}
	return tabs
}

// left is the number of statements the reader has said nothing of.
func (d listData) left() int {
	n := 0
	for _, r := range d.Results {
		if _, said := d.Own[r.Statement.Number]; !said {
			n++
		}
	}
	return n
}

type statementData struct {
	page.Base
	Results  deliberation.Results
	Colleges []programme.College
	MayVote  bool // the debate is open, to this reader too
}

type voteData struct {
	page.Base
	Form       *page.Form
	Known      bool // the voter has said a college before
	Voter      deliberation.Voter
	Statements []deliberation.Statement
	Own        map[string]deliberation.Choice
	Current    *deliberation.Statement // nil when all is said
	Done, All  int
	Colleges   []ui.Option
	Units      []ui.Option
}

// choose sets the statement to show: the one asked for, else the first without a choice.
func (d *voteData) choose(number string) {
	for i := range d.Statements {
		st := &d.Statements[i]
		if st.State != deliberation.Open {
			continue
		}
		d.All++
		_, said := d.Own[st.Number]
		if said {
			d.Done++
		}
		if st.Number == number || (number == "" && !said && d.Current == nil) {
			d.Current = st
		}
	}
}

type workData struct {
	page.Base
	Cycle      int64
	Cycles     []ui.Tab // none while there is but one
	Form       *page.Form
	Statements []deliberation.Statement
}

type editData struct {
	page.Base
	Form      *page.Form
	Statement deliberation.Statement
}

// resultsTable is the list of statements with their counts.
func resultsTable(d listData) ui.Table {
	t := ui.Table{
		Caption: ui.M(d.Lang, "deliberation.table.caption"),
		Columns: []ui.Column{{Label: d.T("deliberation.statement")}, {Label: d.T("deliberation.agree"), Kind: ui.NumberColumn},
			{Label: d.T("deliberation.disagree"), Kind: ui.NumberColumn}, {Label: d.T("deliberation.pass"), Kind: ui.NumberColumn},
			{Label: d.T("deliberation.unconfirmed"), Kind: ui.NumberColumn}},
		Foot: ui.M(d.Lang, "deliberation.table.foot"),
	}
	for _, r := range d.Results {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{
			statementCell(d, r), share(d.Lang, r.Confirmed.Agree, r.Confirmed.N), share(d.Lang, r.Confirmed.Disagree, r.Confirmed.N),
			share(d.Lang, r.Confirmed.Pass, r.Confirmed.N), unconfirmed(d.Lang, r.Unconfirmed)}})
	}
	return t
}

// share prints a count with its part of the whole, where both may be shown.
func share(l i18n.Lang, n, of deliberation.Cell) templ.Component {
	if n.Masked || of.Masked {
		return cell(l, n)
	}
	return ui.Join(" · ", ui.Num(l, n.N), ui.Pct(l, float64(n.N)/float64(of.N), 0))
}

func unconfirmed(l i18n.Lang, r deliberation.Row) templ.Component {
	switch {
	case r.N.Masked:
		return cell(l, r.N)
	case r.Agree.Masked:
		return ui.M(l, "deliberation.unconfirmed_masked", "n", cell(l, r.Agree), "total", r.N.N)
	}
	return ui.M(l, "deliberation.unconfirmed_share", "n", r.Agree.N, "total", r.N.N)
}

// people says how many took part, with an account and without: key is the
// sentence for two counts, key_masked for words in place of one.
func people(l i18n.Lang, key string, n, visitors deliberation.Cell) templ.Component {
	if n.Masked || visitors.Masked {
		return ui.M(l, key+"_masked", "n", cell(l, n), "visitors", cell(l, visitors))
	}
	return ui.M(l, key, "n", n.N, "visitors", visitors.N)
}

// collegeTable is one statement's counts by college, small cells masked.
func collegeTable(d statementData) ui.Table {
	t := ui.Table{
		Caption: ui.M(d.Lang, "deliberation.colleges.caption"),
		Columns: []ui.Column{{Label: d.T("deliberation.college")}, {Label: d.T("deliberation.agree"), Kind: ui.NumberColumn},
			{Label: d.T("deliberation.disagree"), Kind: ui.NumberColumn}, {Label: d.T("deliberation.pass"), Kind: ui.NumberColumn},
			{Label: d.T("deliberation.votes"), Kind: ui.NumberColumn}},
		Foot: ui.M(d.Lang, "deliberation.colleges.foot"),
	}
	names := map[string]i18n.Text{}
	for _, c := range d.Colleges {
		names[c.ID] = c.Name
	}
	for _, row := range d.Results.Colleges {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.TextPlain(d.Lang, names[row.College]),
			cell(d.Lang, row.Agree), cell(d.Lang, row.Disagree), cell(d.Lang, row.Pass), cell(d.Lang, row.N)}})
	}
	c := d.Results.Confirmed
	t.Total = []templ.Component{ui.Str(d.T("common.total")), cell(d.Lang, c.Agree), cell(d.Lang, c.Disagree), cell(d.Lang, c.Pass), cell(d.Lang, c.N)}
	return t
}

func cell(l i18n.Lang, c deliberation.Cell) templ.Component {
	switch {
	case c.Masked && c.N < deliberation.SmallCell:
		return ui.M(l, "common.fewer_than_ten")
	case c.Masked:
		return ui.M(l, "common.masked")
	}
	return ui.Num(l, c.N)
}
