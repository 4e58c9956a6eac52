// Package page is what every page shares: the values its frame needs, the form
// it decodes, the way it is rendered, and what a request knows about who asks.
package page

import (
	"time"

	"github.com/khettara/khettara/internal/i18n"
)

// Base holds what the frame around a page shows. Page structs embed it.
type Base struct {
	Lang  i18n.Lang
	Title string // for <title>; the page's h1 is its own, a finding in words
	Path  string // path and query without the language prefix: "/p/marrakech/record"
	Now   time.Time

	Programme *ProgrammeRef // nil outside a programme
	Line      []LineStage   // the gallery line; empty where the page has none
	Crumbs    []Crumb

	Work bool        // work area: header on ink, side navigation, no gallery line
	Side []SideGroup // side navigation of the work area

	SignedIn *SignedIn // nil for a visitor
	Flash    *Flash
	Record   RecordNote
	Insecure bool // served without TLS on a room's own network: a banner says so
	Demo     bool // the demo process: everything but the census is illustrative
}

// Dir is the direction of the page's language.
func (b Base) Dir() string { return b.Lang.Dir() }

// Href prefixes an address of the site with the page's language.
func (b Base) Href(path string) string { return "/" + string(b.Lang) + path }

// In is the address of this page in another language.
func (b Base) In(l i18n.Lang) string { return "/" + string(l) + b.Path }

// P is an address inside the page's programme, in the page's language.
func (b Base) P(path string) string {
	if b.Programme == nil {
		return b.Href(path)
	}
	return b.Href("/p/" + b.Programme.Slug + path)
}

// ProgrammeRef names the programme a page belongs to.
type ProgrammeRef struct {
	ID, Slug     string
	Name         i18n.Text // «عمالة مراكش»
	Territory    string    // HCP code of the prefecture or province
	Illustrative bool      // a demonstration: all but the census is invented
}

// StageState tells where the water is on the gallery line.
type StageState string

// A stage is past, the current one, or later.
const (
	Past  StageState = "past"
	Now   StageState = "now"
	Later StageState = "later"
)

// LineStage is one of the seven shafts of the gallery line.
type LineStage struct {
	Stage string // territory … evaluation
	State StageState
	Here  bool   // the page belongs to this stage
	Fact  string // one fact under the label, already in the page's language; "" for none
}

// Crumb is one step of the breadcrumb; the last has no Href.
type Crumb struct{ Label, Href string }

// SideGroup is a titled group of the work area's navigation.
type SideGroup struct {
	Title string
	Items []SideItem
}

// SideItem is one link of the work area's navigation. Count is shown when positive.
type SideItem struct {
	Label, Href string
	Count       int
	Current     bool
}

// SignedIn names who is signed in, for the header.
type SignedIn struct {
	Name  string
	Staff bool
}

// Flash is the notice shown once after a command.
type Flash struct {
	Kind string // done, attention, neutral, error
	Text string
}

// RecordNote is what the footer says about the public log of the programme.
type RecordNote struct {
	Leaves   int64
	SealedAt time.Time // zero: not sealed yet
}
