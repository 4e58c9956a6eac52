package record

import (
	"encoding/hex"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// sight tells whether the reader may read the public part of a change that is
// not released yet, by its unit and axis.
type sight func(unit, axis string) bool

// everyone sees what is released and nothing else.
func everyone(_, _ string) bool { return false }

func staffOf(actor accounts.Actor) sight {
	return func(unit, axis string) bool { return actor.Can(accounts.InternalRead, unit, axis) }
}

// viewer turns changes into what a page shows of them.
type viewer struct {
	req       *page.Request
	frame     *programme.Programme
	territory *territory.Pack
	accounts  *accounts.Service
	base      string // path of the list inside the programme
	sees      sight

	writers map[string]writer // by field; one of them looks others up
	part    store.Part        // whose fields are being written
	open    bool              // it is released to everyone
}

func (h *Handlers) viewer(req *page.Request, l log, sees sight) viewer {
	v := viewer{req: req, frame: l.frame, territory: h.Territory, accounts: h.Accounts, base: "/record", sees: sees, writers: writers}
	if req.Base.Work {
		v.base = "/work/record"
	}
	return v
}

// entry is one line of the log as its reader may see it.
type entry struct {
	N        int64
	At       time.Time
	Hash     string
	Href     string // of the line's own page
	Open     bool   // released to everyone
	Readable bool   // to this reader
	Kind     string // in words; "" while unreadable
	Number   string // tracking number of what it is about; "" for none
	Thing    string // address of what it is about; "" for none
	Where    string // places and college
	By       string // role and organisation
}

func (v viewer) entry(c store.Recorded) entry {
	e := entry{N: c.N, At: store.Time(c.T), Hash: hex.EncodeToString(c.Hash[:]), Open: c.Open,
		Href: v.req.Base.P(v.base + "/" + strconv.FormatInt(c.N, 10))}
	part := v.public(c)
	if part == nil {
		return e
	}
	e.Readable, e.Kind = true, kindWords(v.req.Base.Lang, c.Kind)
	if kind, number, ok := programme.ParseSubject(c.Subject); ok {
		e.Number, e.Thing = number, v.thing(kind, number, c.Open)
	}
	e.Where, e.By = v.where(part), v.by(part)
	return e
}

// thing is where everyone may follow a thing; "" for what has no public page, or
// is told of only in a change that is not released.
func (v viewer) thing(kind programme.Kind, number string, open bool) string {
	if !open || kind.Page() == "" {
		return ""
	}
	return v.req.Base.P("/trace/" + number)
}

// public is the public part of a change, nil if this reader may not read it. A
// part that is not what its leaf committed to is not shown at all.
func (v viewer) public(c store.Recorded) store.Part {
	part, err := c.PublicPart()
	if part == nil || err != nil {
		return nil
	}
	if !c.Open && !v.sees(str(part, "unit"), str(part, "axis")) {
		return nil
	}
	return part
}

func str(p store.Part, key string) string { s, _ := p[key].(string); return s }

var versionSuffix = regexp.MustCompile(`\.v[0-9]+$`)

// kindWords says a kind of change in words.
func kindWords(l i18n.Lang, kind string) string {
	key := "record.kind." + versionSuffix.ReplaceAllString(kind, "")
	if !i18n.Has(l, key) {
		key = "record.kind_other"
	}
	return i18n.T(l, key)
}

// roleWords says who acted: a role, or one of the three that hold no role.
func roleWords(l i18n.Lang, role string) string {
	for _, key := range []string{"account.role." + role, "record.by." + role} {
		if i18n.Has(l, key) {
			return i18n.T(l, key)
		}
	}
	return ""
}

func (v viewer) by(part store.Part) string {
	by, _ := part["by"].(store.Part)
	words := roleWords(v.req.Base.Lang, str(by, "role"))
	name := v.accounts.OrganisationName(str(by, "organisation"))
	if name.Empty() {
		return words
	}
	text, _ := name.In(v.req.Base.Lang)
	return strings.TrimPrefix(words+" · "+text, " · ")
}

// maxPlaces is how many places a line names; more are counted.
const maxPlaces = 3

func (v viewer) where(part store.Part) string {
	l := v.req.Base.Lang
	codes := strs(part["units"])
	if u := str(part, "unit"); u != "" {
		codes = append(codes, u)
	}
	var names []string
	for _, code := range codes {
		names = append(names, v.unit(code))
	}
	if more := len(names) - maxPlaces; more > 0 {
		names = append(names[:maxPlaces], i18n.T(l, "record.more_places", "n", more))
	}
	if c := str(part, "college"); c != "" {
		names = append(names, v.college(c))
	}
	return strings.Join(names, i18n.T(l, "common.separator"))
}

func strs(v any) (list []string) {
	for _, x := range slices.All(anys(v)) {
		if s, ok := x.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

func anys(v any) []any { list, _ := v.([]any); return list }

// unit names a place; a code the pack does not know stays a code.
func (v viewer) unit(code string) string {
	if u, ok := v.territory.Unit(code); ok {
		name, _ := u.Name.In(v.req.Base.Lang)
		return name
	}
	return code
}

func (v viewer) college(id string) string {
	if v.frame != nil {
		if c, ok := v.frame.College(id); ok {
			name, _ := c.Name.In(v.req.Base.Lang)
			return name
		}
	}
	return id
}

// table lists the lines, newest first.
func table(d listData) ui.Table {
	l := d.Lang
	t := ui.Table{
		Columns: []ui.Column{{Label: d.T("record.column.leaf"), Kind: ui.NumberColumn}, {Label: d.T("record.column.what")},
			{Label: d.T("record.column.where")}, {Label: d.T("record.column.by")}, {Label: d.T("record.column.when")}, {Label: d.T("record.column.hash")}},
		Foot: ui.M(l, "record.foot"),
	}
	for i := 0; i < len(d.Entries); i++ {
		e := d.Entries[i]
		if n := closedRun(d.Entries[i:]); n >= folded {
			t.Rows = append(t.Rows, closedRow(d.Base, d.Entries[i:i+n]))
			i += n - 1
			continue
		}
		t.Rows = append(t.Rows, ui.Row{Muted: !e.Open, Cells: []templ.Component{
			ui.Join("", leafLink(d.Base, e)), what(d.Base, e), text(e.Where), text(e.By), ui.Moment(l, e.At), ui.Code(short(e.Hash)),
		}})
	}
	return t
}

// folded is the length from which closed lines that follow each other are one
// row: dozens of rows that say nothing would bury those that do.
const folded = 3

// closedRun is the number of lines at the beginning that the reader may not read.
func closedRun(list []entry) int {
	n := slices.IndexFunc(list, func(e entry) bool { return e.Readable })
	if n < 0 {
		return len(list)
	}
	return n
}

// closedRow stands for lines that the reader may not read, the newest first.
func closedRow(b page.Base, run []entry) ui.Row {
	newest, oldest := run[0], run[len(run)-1]
	return ui.Row{Muted: true, Cells: []templ.Component{
		ui.Join("–", leafLink(b, oldest), leafLink(b, newest)), ui.M(b.Lang, "record.closed_run", "n", len(run)), nil, nil, ui.Moment(b.Lang, newest.At), nil,
	}}
}

// text is a cell, empty where there is nothing to say.
func text(s string) templ.Component {
	if s == "" {
		return nil
	}
	return ui.Str(s)
}

// what says what changed, with the thing's number; what is closed shows only that it exists.
func what(b page.Base, e entry) templ.Component {
	if !e.Readable {
		return ui.M(b.Lang, "record.closed")
	}
	under := []templ.Component{}
	if e.Number != "" {
		under = append(under, numberLink(e))
	}
	if !e.Open {
		under = append(under, ui.M(b.Lang, "record.not_released"))
	}
	if len(under) == 0 {
		return ui.Str(e.Kind)
	}
	return ui.TwoLines(ui.Str(e.Kind), ui.Join(" · ", under...))
}

// short is enough of a hash to compare by eye.
func short(hash string) string { return hash[:4] + "…" + hash[len(hash)-4:] }
