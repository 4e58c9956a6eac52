package ui

import (
	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
)

// Top is what a page opens with: its finding as a sentence (the h1), a lead, and
// beside them from 60 rem the key facts and the one main action.
type Top struct {
	Title   templ.Component
	Lead    templ.Component // nil for none
	Badges  []Mark
	Actions templ.Component // buttons under the lead; nil for none
	Aside   templ.Component // nil for none
}

// Mark is a badge as a value: kind, icon and words.
type Mark struct{ Kind, Icon, Text string }

// The kinds of badges and notices: what the colour says.
const (
	KindOK      = "ok"      // accepted, done
	KindWater   = "water"   // it has flowed: under way, heard, paid
	KindWarn    = "warn"    // due soon, deferred
	KindBad     = "bad"     // refused, late, error
	KindBlue    = "blue"    // you can act
	KindOchre   = "ochre"   // here, now
	KindOutline = "outline" // not started, refused with reasons, neutral
)

// statusMarks gives each status its kind and icon (look.md §8).
var statusMarks = map[string]Mark{
	"submitted": {Kind: KindOutline, Icon: "ring"}, "under_review": {Kind: KindWater, Icon: "half"},
	"retained": {Kind: KindOK, Icon: "check"}, "retained_in_part": {Kind: KindOK, Icon: "check"},
	"in_programme": {Kind: KindOK, Icon: "check"}, "merged": {Kind: KindWater, Icon: "check"}, "merged_into": {Kind: KindWater, Icon: "check"},
	"deferred": {Kind: KindWarn, Icon: "clock"}, "deferred_to": {Kind: KindWarn, Icon: "clock"},
	"not_retained": {Kind: KindOutline, Icon: "cross"}, "referred": {Kind: KindBlue, Icon: "arrow"}, "referred_to": {Kind: KindBlue, Icon: "arrow"},
	"under_way": {Kind: KindWater, Icon: "half"}, "late": {Kind: KindWarn, Icon: "clock"}, "overdue": {Kind: KindBad, Icon: "clock"},
	"on_time": {Kind: KindOutline, Icon: "ring"}, "days_left": {Kind: KindWarn, Icon: "clock"},
	"troubled": {Kind: KindBad, Icon: "triangle"}, "stopped": {Kind: KindBad, Icon: "triangle"},
	"not_started": {Kind: KindOutline, Icon: "ring"}, "finished": {Kind: KindOK, Icon: "check"},
	"better": {Kind: KindWater, Icon: "check"}, "worse": {Kind: KindBad, Icon: "triangle"}, "unchanged": {Kind: KindOutline, Icon: "ring"},
	"stale": {Kind: KindOutline, Icon: "clock"}, "accepted_provisional": {Kind: KindOK, Icon: "check"}, "accepted_final": {Kind: KindOK, Icon: "check"},
	"included": {Kind: KindOK, Icon: "check"}, "not_included": {Kind: KindOutline, Icon: "cross"},
	"internal": {Kind: KindOutline, Icon: "lock"}, "shared": {Kind: KindOutline, Icon: "half"},
	"validated": {Kind: KindOK, Icon: "check"}, "public": {Kind: KindWater, Icon: "check"},
	"draft": {Kind: KindOutline, Icon: "ring"}, "adopted": {Kind: KindOK, Icon: "check"}, "illustrative": {Kind: KindOchre, Icon: "ring"},
}

// Status is the badge of a status of look.md §8, such as Status(l, "late", "n", 46).
// The words are the catalogue's status.* sentences; an unknown status has no icon.
func Status(l i18n.Lang, status string, args ...any) Mark {
	m := statusMarks[status]
	if m.Kind == "" {
		m.Kind = KindOutline
	}
	m.Text = i18n.T(l, "status."+status, args...)
	return m
}

// ActionRow is something the reader can do, or a blocker somebody must lift: a
// ring (ochre when urgent), a linked title, one line, and the deadline at the end.
type ActionRow struct {
	Title  templ.Component
	Href   string // empty for a title that leads nowhere
	Line   templ.Component
	End    templ.Component
	Urgent bool
}

// Figure is a number with its denominator, what it counts, and its weak point.
type Figure struct {
	Value templ.Component
	Of    templ.Component // «من 312»; nil where there is no whole
	Label templ.Component
	Note  templ.Component // nil for none
}

// Fact is a line of a list of key facts.
type Fact struct {
	Term  string
	Value templ.Component
}

// Tab is one view of a list, as a link with its count; a negative count is not shown.
type Tab struct {
	Label, Href string
	Count       int
	Current     bool
}

// Pages is where a reader stands in a long list. From and To count from 1.
type Pages struct {
	From, To, Total int
	Previous, Next  string // addresses; empty where there is none
}

func (p Pages) span() string {
	return i18n.Number(i18n.Ar, int64(p.From)) + "–" + i18n.Number(i18n.Ar, int64(p.To))
}

// Ledger says where the public log holds a fact.
type Ledger struct {
	Leaf int64
	Hash string // lower-case hex, whole; shown shortened
	Who  string // role or body, never a private person
}

// shortHash is enough of a hash to compare by eye.
func shortHash(h string) string {
	if len(h) <= 12 {
		return h
	}
	return h[:4] + "…" + h[len(h)-4:]
}

// ButtonKind is how strongly a button speaks. One Primary a view.
type ButtonKind string

// Buttons: a filled one, an outlined one, and a plain link as the third choice.
const (
	Primary   ButtonKind = "primary"
	Secondary ButtonKind = "secondary"
	Third     ButtonKind = "third"
)
