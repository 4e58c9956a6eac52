package prioritisation

import (
	"math/big"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
	"github.com/khettara/khettara/pb"
)

type listData struct {
	page.Base
	Votes []prioritisation.Vote
}

type voteData struct {
	page.Base
	Vote      prioritisation.Vote
	Options   []prioritisation.Option
	Classes   []prioritisation.Class
	Support   prioritisation.Support
	Count     int // ballots of an open vote, as the log last told
	Programme *programme.Programme
	Territory *territory.Pack
}

type optionData struct {
	page.Base
	Option    prioritisation.Option
	Vote      prioritisation.Vote
	Territory *territory.Pack
}

type ballotData struct {
	page.Base
	Vote      prioritisation.Vote
	Options   []prioritisation.Option
	Form      *page.Form
	Territory *territory.Pack
}

type reviewData struct {
	page.Base
	Vote    prioritisation.Vote
	Form    *page.Form
	Chosen  []prioritisation.Option
	Cost    int64
	Receipt prioritisation.Receipt
}

type receiptData struct {
	page.Base
	Vote    prioritisation.Vote
	Receipt prioritisation.Receipt
}

type numbersData struct {
	page.Base
	Vote    prioritisation.Vote
	All     int
	Asked   string
	Numbers []string
}

type workListData struct {
	page.Base
	Votes []prioritisation.Vote
	May   bool
}

type voteFormData struct {
	page.Base
	Form   *page.Form
	Number string // "" for a new vote
}

type workVoteData struct {
	page.Base
	Vote            prioritisation.Vote
	Programme       *programme.Programme
	Options         []prioritisation.Option
	Classes         []prioritisation.Class
	Form            *page.Form
	May, MayPublish bool
}

type optionFormData struct {
	page.Base
	Form      *page.Form
	Option    prioritisation.Option
	Proposals []ui.Option
	Units     []ui.Option
}

type codesData struct {
	page.Base
	Vote    prioritisation.Vote
	College programme.College
	Codes   []string
	Host    string
	Secure  bool
}

// address is what a printed code image holds: the ballot's page, the code in the
// fragment, which no server ever receives.
func (d codesData) address(code string) string {
	scheme := "http"
	if d.Secure {
		scheme = "https"
	}
	u := url.URL{Scheme: scheme, Host: d.Host, Path: d.P("/prioritisation/votes/" + d.Vote.Number + "/ballot"), Fragment: code}
	return u.String()
}

// places lists the names of an option's communes.
func places(l i18n.Lang, pack *territory.Pack, codes []string) string {
	names := make([]string, 0, len(codes))
	for _, c := range codes {
		if u, ok := pack.Unit(c); ok {
			name, _ := u.Name.In(l)
			names = append(names, name)
		}
	}
	return strings.Join(names, i18n.T(l, "common.separator"))
}

func (d voteData) className(class string) string {
	if class == prioritisation.Others {
		return d.T("prioritisation.others")
	}
	c, _ := d.Programme.College(class)
	name, _ := c.Name.In(d.Lang)
	return name
}

// voteState is the badge of a vote's state at a time.
func voteState(b page.Base, v prioritisation.Vote) ui.Mark {
	switch {
	case v.State == prioritisation.Draft:
		return ui.Status(b.Lang, "draft")
	case v.Open(b.Now):
		return ui.Mark{Kind: ui.KindOchre, Icon: "ring", Text: b.T("prioritisation.state.open")}
	case v.State == prioritisation.Frozen && b.Now.Before(v.OpensAt):
		return ui.Mark{Kind: ui.KindOutline, Icon: "clock", Text: b.T("prioritisation.state.to_come")}
	case v.State == prioritisation.Published:
		return ui.Mark{Kind: ui.KindOK, Icon: "check", Text: b.T("prioritisation.state.published")}
	}
	return ui.Mark{Kind: ui.KindWater, Icon: "half", Text: b.T("prioritisation.state.closed")}
}

// classTable counts the eligible codes by class, fixed before the opening.
func classTable(d voteData) ui.Table {
	t := ui.Table{Compact: true, Caption: ui.M(d.Lang, "prioritisation.classes.caption"),
		Columns: []ui.Column{{Label: d.T("prioritisation.class")}, {Label: d.T("prioritisation.eligible"), Kind: ui.NumberColumn}},
		Foot:    ui.M(d.Lang, "prioritisation.classes.foot")}
	total := 0
	for _, c := range d.Classes {
		total += c.Eligible
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{ui.Str(d.className(c.Name)), ui.Num(d.Lang, c.Eligible)}})
	}
	t.Total = []templ.Component{ui.Str(d.T("common.total")), ui.Num(d.Lang, total)}
	return t
}

// optionTable lists what is on the ballot.
func optionTable(d voteData) ui.Table {
	t := ui.Table{Caption: ui.M(d.Lang, "prioritisation.options.caption"), Columns: []ui.Column{{Label: d.T("prioritisation.option")},
		{Label: d.T("prioritisation.places")}, {Label: d.T("prioritisation.cost_mdh"), Kind: ui.NumberColumn}}}
	for _, o := range d.Options {
		t.Rows = append(t.Rows, ui.Row{Cells: []templ.Component{optionLink(d.Base, o), ui.Str(places(d.Lang, d.Territory, o.Units)), ui.Millions(d.Lang, o.Cost, 1)}})
	}
	return t
}

// resultTable shows each option's fate, in the order of purchase, with what each class chose.
func resultTable(d voteData) ui.Table {
	t := ui.Table{Caption: ui.M(d.Lang, "prioritisation.result.caption"), Columns: []ui.Column{{Label: d.T("prioritisation.option")}, {Label: d.T("prioritisation.proposed")},
		{Label: d.T("prioritisation.cost_mdh"), Kind: ui.NumberColumn}, {Label: d.T("prioritisation.supporters"), Kind: ui.NumberColumn}}, Foot: resultFoot(d)}
	for _, c := range d.Classes {
		t.Columns = append(t.Columns, ui.Column{Label: d.className(c.Name), Kind: ui.NumberColumn})
	}
	for _, o := range d.ordered() {
		mark, won := ui.Status(d.Lang, "not_included"), d.Vote.Outcome.Won(o.Number)
		if won {
			mark = ui.Status(d.Lang, "included")
		}
		cells := []templ.Component{optionLink(d.Base, o), ui.Badge(mark.Kind, mark.Icon, mark.Text), ui.Millions(d.Lang, o.Cost, 1), ui.Num(d.Lang, d.Support.Total(o.Number))}
		for _, c := range d.Classes {
			cells = append(cells, perHundred(d, o.Number, c))
		}
		t.Rows = append(t.Rows, ui.Row{Cells: cells, Muted: !won})
	}
	t.Total = []templ.Component{ui.Str(d.T("prioritisation.participants")), nil, nil, ui.Num(d.Lang, d.Support.All())}
	for _, c := range d.Classes {
		t.Total = append(t.Total, ui.Num(d.Lang, c.Cast))
	}
	return t
}

func resultFoot(d voteData) templ.Component {
	if len(d.Vote.Merged) == 0 {
		return ui.M(d.Lang, "prioritisation.result.foot")
	}
	names := make([]string, len(d.Vote.Merged))
	for i, m := range d.Vote.Merged {
		names[i] = d.className(m)
	}
	return ui.M(d.Lang, "prioritisation.result.merged", "classes", strings.Join(names, d.T("common.separator")))
}

// perHundred is how many of a hundred voters of the class hold the option, with a bar under it.
func perHundred(d voteData, option string, c prioritisation.Class) templ.Component {
	if c.Cast == 0 {
		return ui.Str("–")
	}
	share := float64(d.Support.ByOption[option][c.Name]) / float64(c.Cast)
	return ui.TwoLines(ui.Dec(d.Lang, 100*share, 0), ui.Bar(share, 1, "agree"))
}

// ordered lists the options in the order of purchase, then the others by support.
func (d voteData) ordered() []prioritisation.Option {
	byNumber := map[string]prioritisation.Option{}
	for _, o := range d.Options {
		byNumber[o.Number] = o
	}
	var list []prioritisation.Option
	for _, number := range d.Vote.Outcome.Order() {
		list = append(list, byNumber[number])
	}
	for _, l := range d.lost() {
		list = append(list, byNumber[l.Project])
	}
	return list
}

func (d voteData) lost() []pb.Loss {
	list := append([]pb.Loss(nil), d.Vote.Outcome.Lost...)
	for i := range list {
		for j := i; j > 0 && list[j].Votes > list[j-1].Votes; j-- {
			list[j], list[j-1] = list[j-1], list[j]
		}
	}
	return list
}

func (d voteData) optionOf(number string) prioritisation.Option {
	for _, o := range d.Options {
		if o.Number == number {
			return o
		}
	}
	return prioritisation.Option{Number: number}
}

// moneyLeft is what no project took.
func (d voteData) moneyLeft() int64 { return d.Vote.Budget - d.Vote.Outcome.Cost }

// centimes rounds an exact amount to whole centimes, for display only.
func centimes(r pb.Ratio) int64 {
	if r.Rat == nil {
		return 0
	}
	two := big.NewInt(2)
	n := new(big.Int).Mul(r.Num(), two)
	n.Add(n, r.Denom())
	n.Quo(n, new(big.Int).Mul(r.Denom(), two))
	return n.Int64()
}

// dirhams rounds centimes to whole dirhams, for sentences.
func dirhams(c int64) int64 { return (c + 50) / 100 * 100 }

func daysLeft(b page.Base, until time.Time) int {
	return max(0, i18n.DaysBetween(b.Now, until))
}

// fill of a reviewed basket, one segment a project.
func (d reviewData) segments() []ui.Segment {
	out := make([]ui.Segment, len(d.Chosen))
	for i, o := range d.Chosen {
		out[i] = ui.Segment{Value: float64(o.Cost), Tone: "blue"}
	}
	return out
}

// lines breaks a secret's groups over lines that fit a phone.
func lines(code string) []string {
	groups := strings.Split(code, "-")
	var out []string
	for len(groups) > 4 {
		out = append(out, strings.Join(groups[:4], "-"))
		groups = groups[4:]
	}
	return append(out, strings.Join(groups, "-"))
}

// wholeForm lists the messages that belong to no single field: of the form, and
// of texts whose languages are fields of their own.
func wholeForm(l i18n.Lang, f *page.Form, fields ...string) (list []string) {
	for _, name := range fields {
		if m := f.Error(l, name); m != "" {
			list = append(list, m)
		}
	}
	return list
}
