package opinion

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"sync"
)

// Vote is what a person said to a statement. Agree is +1 here and in the CSV
// files of Polis; inside its server the signs are the other way round.
type Vote int8

// The votes. Skipped means that the statement was shown and left without an
// answer: it is counted apart and is not a vote cast.
const (
	Disagree Vote = -1
	Pass     Vote = 0
	Agree    Vote = 1
	Skipped  Vote = 2
)

// State is what moderation decided about a statement.
type State uint8

// The states of a statement.
const (
	Open     State = iota // nobody has looked at it
	Accepted              // moderated in
	Rejected              // moderated out
)

// Moderation of a statement. A meta statement asks who the person is, not what
// they think.
type Moderation struct {
	State State
	Meta  bool
}

// Excluded tells whether the statement stays out of maps.
func (m Moderation) Excluded() bool { return m.State == Rejected || m.Meta }

// Counts of the votes on a statement.
type Counts struct {
	Agree, Disagree, Pass int
	Skipped               int // shown and left without an answer
}

// Cast is the number of votes cast, passes among them.
func (c Counts) Cast() int { return c.Agree + c.Disagree + c.Pass }

// add counts n more of a vote.
func (c *Counts) add(v Vote, n int) {
	switch v {
	case Agree:
		c.Agree += n
	case Disagree:
		c.Disagree += n
	case Pass:
		c.Pass += n
	case Skipped:
		c.Skipped += n
	}
}

// cell is a vote beside the index of its statement (in a row) or of its person
// (in a column), in four bytes: ten million votes take 40 MB.
type cell uint32

const maxIndex = 1<<30 - 1

func newCell(index int, v Vote) cell { return cell(index)<<2 | cell(v+1) }

func (c cell) index() int { return int(c >> 2) }

func (c cell) vote() Vote { return Vote(c&3) - 1 }

// value is the vote as a number, agree = +1.
func (c cell) value() float64 { return float64(c.vote()) }

// Votes is a matrix of people and statements, most of it empty, that grows vote
// by vote. People and statements have indices that count from 0 in the order of
// their arrival. It may be read by several goroutines at once while none writes.
type Votes struct {
	people, statements registry
	rows               [][]cell // votes cast by each person, by statement
	skipped            [][]int32
	cast               int
	counts             []Counts
	moderation         []Moderation
	texts              []string
	weights            []float64 // nil while all are 1
	classes            map[string][]string

	mu     sync.Mutex
	column *columns // nil after a change
}

// columns hold the votes by statement: those on j are cells[start[j]:start[j+1]].
type columns struct {
	start []int
	cells []cell
}

// registry numbers ids in the order of their arrival.
type registry struct {
	ids []string
	at  map[string]int32
}

func (r *registry) find(id string) (int, bool) {
	i, ok := r.at[id]
	return int(i), ok
}

func (r *registry) add(id string) (int, bool) {
	if i, ok := r.find(id); ok {
		return i, false
	}
	if len(r.ids) > maxIndex {
		panic("opinion: more people or statements than a matrix holds")
	}
	r.at[id] = int32(len(r.ids))
	r.ids = append(r.ids, id)
	return len(r.ids) - 1, true
}

// New returns a matrix without people and statements.
func New() *Votes {
	return &Votes{
		people: registry{at: map[string]int32{}}, statements: registry{at: map[string]int32{}},
		classes: map[string][]string{},
	}
}

// AddPerson returns the index of a person, who is added if not there yet.
func (v *Votes) AddPerson(id string) int {
	i, added := v.people.add(id)
	if added {
		v.rows = append(v.rows, nil)
		v.skipped = append(v.skipped, nil)
		if v.weights != nil {
			v.weights = append(v.weights, 1)
		}
	}
	return i
}

// AddStatement returns the index of a statement, which is added if not there yet.
func (v *Votes) AddStatement(id string) int {
	j, added := v.statements.add(id)
	if added {
		v.counts = append(v.counts, Counts{})
		v.moderation = append(v.moderation, Moderation{})
		v.texts = append(v.texts, "")
		v.column = nil
	}
	return j
}

// Set records a vote. A later vote on the same statement takes the place of the
// earlier one; skipping a statement after voting on it leaves the vote.
func (v *Votes) Set(person, statement int, vote Vote) {
	if vote < Disagree || vote > Skipped {
		panic(fmt.Sprintf("opinion: vote %d is none", vote))
	}
	if statement < 0 || statement >= v.Statements() {
		panic(fmt.Sprintf("opinion: statement %d of %d", statement, v.Statements()))
	}
	row := v.rows[person]
	at, voted := search(row, statement)
	skips := v.skipped[person]
	skip, wasSkipped := slices.BinarySearch(skips, int32(statement))
	if vote == Skipped {
		if !voted && !wasSkipped {
			v.skipped[person] = slices.Insert(skips, skip, int32(statement))
			v.counts[statement].add(Skipped, 1)
		}
		return
	}
	if wasSkipped {
		v.skipped[person] = slices.Delete(skips, skip, skip+1)
		v.counts[statement].add(Skipped, -1)
	}
	if voted {
		v.counts[statement].add(row[at].vote(), -1)
		row[at] = newCell(statement, vote)
	} else {
		v.rows[person] = slices.Insert(row, at, newCell(statement, vote))
		v.cast++
	}
	v.counts[statement].add(vote, 1)
	v.column = nil
}

// search finds a statement in a row. Votes mostly arrive in the order of their
// statements, so the end is looked at first.
func search(row []cell, statement int) (int, bool) {
	if n := len(row); n == 0 || row[n-1].index() < statement {
		return n, false
	}
	return slices.BinarySearchFunc(row, statement, func(c cell, j int) int { return c.index() - j })
}

// People is the number of people, those without a vote among them.
func (v *Votes) People() int { return len(v.people.ids) }

// Statements is the number of statements, those moderated out among them.
func (v *Votes) Statements() int { return len(v.statements.ids) }

// Cast is the number of votes cast: one for each person and statement, passes included.
func (v *Votes) Cast() int { return v.cast }

// PersonID is the id of a person.
func (v *Votes) PersonID(person int) string { return v.people.ids[person] }

// StatementID is the id of a statement.
func (v *Votes) StatementID(statement int) string { return v.statements.ids[statement] }

// Person finds a person by id.
func (v *Votes) Person(id string) (int, bool) { return v.people.find(id) }

// Statement finds a statement by id.
func (v *Votes) Statement(id string) (int, bool) { return v.statements.find(id) }

// Text is what a statement says, "" if it is not known.
func (v *Votes) Text(statement int) string { return v.texts[statement] }

// SetText records what a statement says.
func (v *Votes) SetText(statement int, text string) { v.texts[statement] = text }

// Vote is what a person said to a statement; false if they did not vote on it.
func (v *Votes) Vote(person, statement int) (Vote, bool) {
	at, ok := search(v.rows[person], statement)
	if !ok {
		return 0, false
	}
	return v.rows[person][at].vote(), true
}

// CastBy is the number of votes a person cast.
func (v *Votes) CastBy(person int) int { return len(v.rows[person]) }

// SkippedBy lists the statements that a person was shown and left without an
// answer, in ascending order.
func (v *Votes) SkippedBy(person int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for _, j := range v.skipped[person] {
			if !yield(int(j)) {
				return
			}
		}
	}
}

// Row walks the votes cast by a person, in ascending order of statements.
func (v *Votes) Row(person int) iter.Seq2[int, Vote] { return walk(v.rows[person]) }

// Column walks the votes cast on a statement, in ascending order of people. The
// first call after a change costs one pass over all votes.
func (v *Votes) Column(statement int) iter.Seq2[int, Vote] { return walk(v.col(statement)) }

func walk(cells []cell) iter.Seq2[int, Vote] {
	return func(yield func(int, Vote) bool) {
		for _, c := range cells {
			if !yield(c.index(), c.vote()) {
				return
			}
		}
	}
}

// col is a column as it is stored; nobody may write to it.
func (v *Votes) col(statement int) []cell {
	c := v.byStatement()
	return c.cells[c.start[statement]:c.start[statement+1]]
}

// byStatement builds the columns where a change threw them away.
func (v *Votes) byStatement() *columns {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.column != nil {
		return v.column
	}
	c := &columns{start: make([]int, v.Statements()+1), cells: make([]cell, v.cast)}
	for j, n := range v.counts {
		c.start[j+1] = c.start[j] + n.Cast()
	}
	next := slices.Clone(c.start)
	for i, row := range v.rows {
		for _, x := range row {
			j := x.index()
			c.cells[next[j]] = newCell(i, x.vote())
			next[j]++
		}
	}
	v.column = c
	return c
}

// Counts of the votes on a statement, each person counted once whatever their weight.
func (v *Votes) Counts(statement int) Counts { return v.counts[statement] }

// Moderation of a statement.
func (v *Votes) Moderation(statement int) Moderation { return v.moderation[statement] }

// SetModeration records what moderation decided. Votes stay as they are.
func (v *Votes) SetModeration(statement int, m Moderation) { v.moderation[statement] = m }

// Weight of a person, 1 unless set.
func (v *Votes) Weight(person int) float64 {
	if v.weights == nil {
		return 1
	}
	return v.weights[person]
}

// SetWeight gives a person a weight: a finite number of 0 or more. A weight of
// 2 counts like two people who voted alike.
func (v *Votes) SetWeight(person int, w float64) error {
	if !(w >= 0) || math.IsInf(w, 1) {
		return &Fault{Code: BadWeight, Got: fmt.Sprint(w), Want: "a finite number of 0 or more"}
	}
	if v.weights == nil {
		v.weights = slices.Repeat([]float64{1}, v.People())
	}
	v.weights[person] = w
	return nil
}

// Class of a person of a kind such as "college" or "commune", "" if not declared.
func (v *Votes) Class(person int, kind string) string {
	if of := v.classes[kind]; person < len(of) {
		return of[person]
	}
	return ""
}

// SetClass records the class of a person.
func (v *Votes) SetClass(person int, kind, class string) {
	of := v.classes[kind]
	if missing := person + 1 - len(of); missing > 0 {
		of = append(of, make([]string, missing)...)
	}
	of[person] = class
	v.classes[kind] = of
}
