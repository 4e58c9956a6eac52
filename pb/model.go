package pb

import (
	"fmt"
	"math/big"
)

// MaxAmount is the largest cost or budget, in smallest units, that an instance
// may hold. It leaves room to add up thousands of projects in an int64.
const MaxAmount = 1_000_000_000_000_000

// Project is one item on the ballot.
type Project struct {
	ID   string `json:"id"`
	Cost int64  `json:"cost"` // smallest units; zero is allowed, such a project is bought at once if anybody supports it
	Name string `json:"name,omitempty"`

	Categories []string `json:"categories,omitempty"`
	Targets    []string `json:"targets,omitempty"`  // the people the project is meant for
	District   string   `json:"district,omitempty"` // the place it belongs to; used by local budgets and floors

	// Latitude and Longitude are kept as written (decimal degrees), so that a
	// file survives reading and writing; empty when unknown.
	Latitude  string `json:"latitude,omitempty"`
	Longitude string `json:"longitude,omitempty"`

	// Extra keeps further columns of a file by their heading.
	Extra map[string]string `json:"extra,omitempty"`
}

// Instance is what a vote decides about: projects and the money for them.
type Instance struct {
	Budget   int64     `json:"budget"`   // smallest units
	Decimals int       `json:"decimals"` // decimals of the smallest unit: 2 for centimes, 0 when amounts are whole units
	Projects []Project `json:"projects"`

	// Meta keeps the fields of a file's META section in their order, and Columns
	// the headings of its PROJECTS section, so that it can be written again.
	Meta    []Field  `json:"meta,omitempty"`
	Columns []string `json:"columns,omitempty"`
}

// Field is a key with its value, as a file's META section lists them.
type Field struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Get returns the value of a descriptive field, "" if the instance lacks it.
func (in *Instance) Get(key string) string {
	for _, f := range in.Meta {
		if f.Key == key {
			return f.Value
		}
	}
	return ""
}

// Unit is one currency unit in smallest units: 100 where Decimals is 2.
func (in *Instance) Unit() int64 {
	u := int64(1)
	for range in.Decimals {
		u *= 10
	}
	return u
}

// Index returns the position of each project by its id.
func (in *Instance) Index() map[string]int {
	at := make(map[string]int, len(in.Projects))
	for i := range in.Projects {
		at[in.Projects[i].ID] = i
	}
	return at
}

// TotalCost is the cost of all projects together, in smallest units.
func (in *Instance) TotalCost() int64 {
	var sum int64
	for i := range in.Projects {
		sum += in.Projects[i].Cost
	}
	return sum
}

// Validate reports the first thing that makes an instance unusable.
func (in *Instance) Validate() error {
	if in.Budget < 0 || in.Budget > MaxAmount {
		return &Fault{Code: BadAmount, Got: fmt.Sprint(in.Budget), Want: "a budget between 0 and 10^15 smallest units"}
	}
	if in.Decimals < 0 || in.Decimals > 9 {
		return &Fault{Code: BadAmount, Got: fmt.Sprint(in.Decimals), Want: "0 to 9 decimals"}
	}
	seen := make(map[string]bool, len(in.Projects))
	var total int64
	for i := range in.Projects {
		p := &in.Projects[i]
		switch {
		case p.ID == "":
			return &Fault{Code: MissingID, Got: fmt.Sprintf("project %d without id", i+1), Want: "an id"}
		case seen[p.ID]:
			return &Fault{Code: DuplicateProject, Got: p.ID, Want: "each project once"}
		case p.Cost < 0 || p.Cost > MaxAmount:
			return &Fault{Code: BadAmount, Got: fmt.Sprintf("cost %d of project %s", p.Cost, p.ID), Want: "a cost between 0 and 10^15 smallest units"}
		}
		seen[p.ID] = true
		if total += p.Cost; total > 1<<62 {
			return &Fault{Code: BadAmount, Got: "the sum of all costs", Want: "less than 2^62 smallest units"}
		}
	}
	return nil
}

// Kind is the form of the ballots of a profile.
type Kind string

// The forms of a ballot that Pabulib files know.
const (
	Approval   Kind = "approval"   // a set of projects
	Ordinal    Kind = "ordinal"    // a ranking, best first
	Cumulative Kind = "cumulative" // points to distribute
	Scoring    Kind = "scoring"    // a score per project
	ChooseOne  Kind = "choose-1"   // an approval ballot with a single project
)

// Ballot is one voter's choice, or the same choice of Count voters.
type Ballot struct {
	Voter    string   `json:"voter,omitempty"`  // id of the voter, "" if not kept
	Projects []string `json:"projects"`         // ids; best first where the ballot ranks
	Points   []int64  `json:"points,omitempty"` // cumulative and scoring: points in the order of Projects, in units of Profile.PointDecimals

	// Weight is the ballot's multiplicity: a ballot of weight 2 counts exactly
	// like two ballots. Nil means 1. It must be positive.
	Weight *big.Rat `json:"weight,omitempty"`
	Count  int      `json:"count,omitempty"` // number of voters who cast exactly this ballot, each with Weight; 0 means 1

	Class string `json:"class,omitempty"` // college, or commune and college: payments are shown by it
	Place string `json:"place,omitempty"` // district, commune or neighbourhood the voter belongs to

	// Extra holds the values of the further columns of Profile.Columns.
	Extra []string `json:"extra,omitempty"`
}

// Voters is how many people the ballot stands for.
func (b *Ballot) Voters() int {
	if b.Count == 0 {
		return 1
	}
	return b.Count
}

// Profile holds all ballots, empty ones too: who casts an empty ballot is a
// voter and has a share of the budget that nobody else may spend.
type Profile struct {
	Kind          Kind     `json:"kind"`
	PointDecimals int      `json:"point_decimals,omitempty"` // decimals of one point: 0 when points are whole numbers
	Ballots       []Ballot `json:"ballots"`

	// Columns are the headings of a file's VOTES section in their order.
	Columns []string `json:"columns,omitempty"`
}

// Voters is the number of people who voted.
func (p *Profile) Voters() int {
	n := 0
	for i := range p.Ballots {
		n += p.Ballots[i].Voters()
	}
	return n
}
