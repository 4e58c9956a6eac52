// Package deliberation is the public debate (النقاش العمومي): short statements on
// which people say that they agree, disagree or have no opinion, with an account
// or as an unconfirmed visitor, counted apart.
package deliberation

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/khettara/khettara/internal/store"
)

// Choice is what somebody says of a statement.
type Choice string

// The three choices.
const (
	Agree    Choice = "agree"
	Disagree Choice = "disagree"
	Pass     Choice = "pass"
)

// Choices lists the choices in the order of columns.
var Choices = []Choice{Agree, Disagree, Pass}

// Valid tells whether the word is a choice.
func (c Choice) Valid() bool { return c == Agree || c == Disagree || c == Pass }

// State of a statement.
type State string

// A statement is open to votes while its phase is, or hidden with a reason.
const (
	Open   State = "open"
	Hidden State = "hidden"
)

// Statement is one idea that people vote on.
type Statement struct {
	Number  string // S-0001-7
	Cycle   int64
	Body    string
	Lang    string // as it was written: "ar", "ary" (Darija), "fr"
	State   State
	Reason  string // why it is hidden
	Version int64
}

// maxStatement is the greatest length of a statement in code points.
const maxStatement = 140

// Voter is who votes. A person with an account is confirmed; a device is not,
// and its college and commune are as declared.
type Voter struct {
	Key       string // person id, or DeviceKey
	College   string
	Unit      string // HCP code; "" = not said
	Confirmed bool
}

// DeviceKey is the key of a visitor's device: the hash of the random value in
// its cookie, so that the table cannot be used to take a device's place.
func DeviceKey(cookie string) string {
	h := sha256.Sum256([]byte("opinion device\x00" + cookie))
	return "device:" + hex.EncodeToString(h[:16])
}

// Tally counts the choices of one statement in one group of voters.
type Tally struct{ Agree, Disagree, Pass int }

// N is the number of votes.
func (t Tally) N() int { return t.Agree + t.Disagree + t.Pass }

func (t *Tally) add(c Choice, n int) {
	switch c {
	case Agree:
		t.Agree += n
	case Disagree:
		t.Disagree += n
	case Pass:
		t.Pass += n
	}
}

// SmallCell is the least number of people that is ever shown of a group; a
// smaller one could point at a person (docs/security.md).
const SmallCell = 10

// Cell is a count as it may be shown: Masked stands for "fewer than 10", or for
// a larger count that would give a masked one away by subtraction.
type Cell struct {
	N      int
	Masked bool
}

// Row is one college's counts as they may be shown.
type Row struct {
	College               string
	Agree, Disagree, Pass Cell
	N                     Cell
}

// Results are the votes on one statement.
type Results struct {
	Statement   Statement
	Confirmed   Tally // people with an account
	Unconfirmed Tally // visitors' devices, declared and not confirmed
	Colleges    []Row // of the confirmed votes, in the programme's order of colleges
}

// mask hides every count under SmallCell, and then as many others as needed so
// that none can be worked out from a row's or a column's published sum. Rows
// are colleges, columns the choices; the sums of columns are published, and a
// row's sum where the row is not masked whole.
func mask(rows []Row) {
	for i := range rows {
		if r := &rows[i]; r.N.N < SmallCell {
			r.N.Masked = true
			for _, c := range r.cells() {
				c.Masked = true
			}
		}
		for _, c := range rows[i].cells() {
			c.Masked = c.Masked || c.N < SmallCell
		}
	}
	for changed := true; changed; {
		changed = false
		for i := range rows {
			if !rows[i].N.Masked {
				changed = coverLone(rows[i].cells()) || changed
			}
		}
		for column := range Choices {
			cells := make([]*Cell, len(rows))
			for i := range rows {
				cells[i] = rows[i].cells()[column]
			}
			changed = coverLone(cells) || changed
		}
	}
	maskSums(rows)
}

// maskSums hides one more row's sum where a single one is hidden.
func maskSums(rows []Row) {
	sums := make([]*Cell, len(rows))
	for i := range rows {
		sums[i] = &rows[i].N
	}
	coverLone(sums)
}

// coverLone masks the smallest open cell when exactly one is masked.
func coverLone(cells []*Cell) bool {
	var masked int
	var smallest *Cell
	for _, c := range cells {
		switch {
		case c.Masked:
			masked++
		case smallest == nil || c.N < smallest.N:
			smallest = c
		}
	}
	if masked != 1 || smallest == nil {
		return false
	}
	smallest.Masked = true
	return true
}

func (r *Row) cells() []*Cell { return []*Cell{&r.Agree, &r.Disagree, &r.Pass} }

// Service runs the commands and answers the queries of the stage.
type Service struct {
	db    *store.DB
	votes *store.Group[ballot, loaded]
}

// NewService makes the module's service.
func NewService(db *store.DB) *Service {
	s := &Service{db: db}
	s.votes = store.NewGroup(db, store.GroupFuncs[ballot, loaded]{Load: load, Judge: judge, Insert: insert})
	return s
}
