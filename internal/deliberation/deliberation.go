// Package deliberation is the public debate (النقاش العمومي): short statements on
// which people say that they agree, disagree or have no opinion, with an account
// or as an unconfirmed visitor, counted apart.
package deliberation

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
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

// forEveryone is the statement without what may not be read.
func (s Statement) forEveryone() Statement {
	if s.State == Hidden {
		s.Body = ""
	}
	return s
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

// Row is a group's counts as they may be shown.
type Row struct {
	College               string // "" = all of them
	Agree, Disagree, Pass Cell
	N                     Cell
}

func (t Tally) row(college string) Row {
	return Row{College: college, Agree: Cell{N: t.Agree}, Disagree: Cell{N: t.Disagree}, Pass: Cell{N: t.Pass}, N: Cell{N: t.N()}}
}

func (r *Row) cells() []*Cell { return []*Cell{&r.Agree, &r.Disagree, &r.Pass, &r.N} }

// Results are the votes on one statement; those on a hidden one are not counted.
type Results struct {
	Statement   Statement
	Confirmed   Row   // people with an account
	Unconfirmed Row   // visitors' devices, declared and not confirmed
	Colleges    []Row // of the confirmed votes, in the programme's order of colleges
}

// mask hides every count under SmallCell, and then as many others as needed so
// that none can be worked out from those that are shown. Rows are groups and
// total is their sum, line by line; the last column is the sum of the others.
func mask(rows []Row, total *Row) {
	var t table
	for i := range rows {
		t = append(t, rows[i].cells())
	}
	t = append(t, total.cells())
	for _, row := range t {
		for _, c := range row {
			c.Masked = c.N < SmallCell
		}
	}
	for t.cover() {
	}
}

// table is a table of counts in which every row and every column has its sum.
type table [][]*Cell

// cover masks one more cell where a masked one can be worked out, and tells
// whether there was one. With the rows and the columns as points and the masked
// cells as lines between them, those that can be worked out, from any number of
// sums together, are the lines on no closed path (D. Gusfield, A graph theoretic
// approach to statistical data security, SIAM J. Comput. 17, 1988).
func (t table) cover() bool {
	for i, row := range t {
		for j, c := range row {
			if !c.Masked {
				continue
			}
			rows, columns := t.reach(i, j)
			if columns[j] {
				continue
			}
			// A cell between the two sides closes a path; without one, a step towards it.
			joining := t.smallest(func(a, b int) bool { return rows[a] != columns[b] })
			if joining == nil {
				joining = t.smallest(func(a, b int) bool { return a == i || b == j })
			}
			joining.Masked = true
			return true
		}
	}
	return false
}

// reach tells which rows and columns masked cells lead to from row i, but for
// the cell in column j.
func (t table) reach(i, j int) (rows, columns map[int]bool) {
	rows, columns = map[int]bool{i: true}, map[int]bool{}
	for grown := true; grown; {
		grown = false
		for a, row := range t {
			for b, c := range row {
				if c.Masked && rows[a] != columns[b] && (a != i || b != j) {
					rows[a], columns[b], grown = true, true, true
				}
			}
		}
	}
	return rows, columns
}

// smallest is the smallest cell shown at the places asked for; nil if there is none.
func (t table) smallest(at func(row, column int) bool) (least *Cell) {
	for a, row := range t {
		for b, c := range row {
			if !c.Masked && at(a, b) && (least == nil || c.N < least.N) {
				least = c
			}
		}
	}
	return least
}

// Service runs the commands and answers the queries of the stage.
type Service struct {
	db         *store.DB
	programmes *programme.Service
	pack       *territory.Pack
	votes      *store.Group[ballot, loaded]
}

// NewService makes the module's service.
func NewService(db *store.DB, programmes *programme.Service, pack *territory.Pack) *Service {
	s := &Service{db: db, programmes: programmes, pack: pack}
	s.votes = store.NewGroup(db, store.GroupFuncs[ballot, loaded]{Load: load, Judge: judge, Insert: insert})
	return s
}
