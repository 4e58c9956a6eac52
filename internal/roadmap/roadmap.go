// Package roadmap turns chosen options into projects under axes and objectives,
// each with its communes' shares and its partners' money, and freezes them in
// adopted versions of the participatory roadmap (خارطة الطريق التشاركية).
package roadmap

import (
	"encoding/json"
	"time"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
)

// Objective is what projects of an axis are for.
type Objective struct {
	Number  string // OB-0001-…
	Axis    string
	Title   i18n.Text
	Version int64
}

// Component is a part of a project that is measured by quantity.
type Component struct {
	Title    i18n.Text `json:"title"`
	Unit     i18n.Text `json:"unit"`
	Quantity int64     `json:"quantity"`  // thousandths of the unit
	UnitCost int64     `json:"unit_cost"` // centimes
}

// Cost is the component's cost in centimes, rounded down.
func (c Component) Cost() int64 { return c.Quantity * c.UnitCost / 1000 }

// Share is the part of a project that lies in a commune, as a fraction.
type Share struct {
	Unit     string
	Num, Den int64
}

// Funding is what a partner pays in a year (حصة التمويل), in centimes.
type Funding struct {
	Organisation string
	Year         int
	Amount       int64
}

// MilestoneCodes are the standard chain of a project's milestones, in order.
var MilestoneCodes = []string{"land", "study", "funding", "agreement", "tender", "award", "start", "half", "accept", "service"}

// Milestone is a planned date of the standard chain.
type Milestone struct {
	Code      string    `json:"code"`
	PlannedAt time.Time `json:"planned_at"`
}

// Beneficiaries says whom a project serves.
type Beneficiaries struct {
	Count      int64     `json:"count"`
	Households int64     `json:"households"`
	Who        i18n.Text `json:"who"`
}

// How a project came into the roadmap.
const (
	ByVote      = "vote"        // its option was included in a published result
	Structuring = "structuring" // technical scoring
	ByCommittee = "committee"   // the steering committee, with a motive
)

// Entries lists the ways into the roadmap in the order they are offered.
var Entries = []string{ByVote, Structuring, ByCommittee}

// Project is a project sheet (بطاقة المشروع).
type Project struct {
	Number             string // PR-0001-…
	Cycle              int64
	Title, Summary     i18n.Text
	Objective          string // OB-…
	Axis               string
	MOA, MOD           string   // organisations: contracting authority, delegated one or ""
	Options, Proposals []string // what it comes from
	Entry              string
	EntryReason        i18n.Text
	Components         []Component
	Cost               int64 // centimes
	Shares             []Share
	Funding            []Funding
	Beneficiaries      Beneficiaries
	Milestones         []Milestone
	Release            programme.Release
	AdoptedIn          int // number of the first adopted version; 0: none yet
	Version            int64
}

// For tells whether an organisation answers for the project.
func (p Project) For(organisation string) bool {
	return organisation != "" && (organisation == p.MOA || organisation == p.MOD)
}

// State of a version of the roadmap.
const (
	Draft   = "draft"
	Adopted = "adopted"
)

// Version is a numbered roadmap. Once adopted it never changes.
type Version struct {
	Number          int
	Cycle           int64
	State           string
	Title, Preamble i18n.Text
	Projects        []string        // PR-…, in the order of the roadmap
	Content         json.RawMessage // frozen RFC 8785 JSON; nil in draft
	Hash            string          // SHA-256 of Content, hex
	AdoptedAt       time.Time
	AdoptedBy       string // role
	Row             int64  // version of the row
}

// Service runs the commands and answers the queries of the stage.
type Service struct {
	db             *store.DB
	programmes     *programme.Service
	consultation   *consultation.Service
	prioritisation *prioritisation.Service
	pack           *territory.Pack
}

// NewService makes the module's service.
func NewService(db *store.DB, programmes *programme.Service, consultation *consultation.Service, prioritisation *prioritisation.Service, pack *territory.Pack) *Service {
	return &Service{db, programmes, consultation, prioritisation, pack}
}
