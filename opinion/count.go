package opinion

import (
	"encoding/json"
	"math"
)

// Count is a number of people as it may be published. A hidden one is below
// [SmallCell], or would give one away that is; its JSON is null.
type Count struct {
	N      int
	Hidden bool
}

// MarshalJSON writes the number, or null if it is hidden.
func (c Count) MarshalJSON() ([]byte, error) {
	if c.Hidden {
		return []byte("null"), nil
	}
	return json.Marshal(c.N)
}

// UnmarshalJSON reads what MarshalJSON writes; a hidden count has N 0.
func (c *Count) UnmarshalJSON(data []byte) error {
	*c = Count{Hidden: string(data) == "null"}
	if c.Hidden {
		return nil
	}
	return json.Unmarshal(data, &c.N)
}

// hideSmall hides the small ones of counts whose sum is known, and with them the
// smallest others until what is hidden adds up to no small count.
func hideSmall(counts []Count) {
	defer func() {
		for i, c := range counts {
			if c.Hidden {
				counts[i].N = 0
			}
		}
	}()
	sum, hidden := 0, 0
	for i, c := range counts {
		if c.N > 0 && c.N < SmallCell {
			counts[i].Hidden = true
			sum += c.N
			hidden++
		}
	}
	for hidden > 0 && (hidden < 2 || sum < SmallCell) {
		least := -1
		for i, c := range counts {
			if !c.Hidden && c.N > 0 && (least < 0 || c.N < counts[least].N) {
				least = i
			}
		}
		if least < 0 {
			return
		}
		counts[least].Hidden = true
		sum += counts[least].N
		hidden++
	}
}

// PublicTally is the votes of some people on one statement as it may be published.
type PublicTally struct{ Agree, Disagree, Pass, Cast Count }

func newPublicTally(c Counts) PublicTally {
	return PublicTally{Agree: Count{N: c.Agree}, Disagree: Count{N: c.Disagree}, Pass: Count{N: c.Pass}, Cast: Count{N: c.Cast()}}
}

// hideSmallTallies hides every small count of a table of people by class, and
// then as many others as needed so that no hidden one can be worked out from the
// sums by row and by column. The total, of all classes, hides what it must hide by
// itself alone, so that it is the same beside every table of the same votes.
func hideSmallTallies(classes []PublicTally, total *PublicTally) {
	alone := *total
	t := newCrossTable([]*PublicTally{&alone, total})
	for t.cover(len(t)) {
	}
	rows := make([]*PublicTally, 0, len(classes)+1)
	for i := range classes {
		rows = append(rows, &classes[i])
	}
	t = append(newCrossTable(rows), total.counts())
	for t.cover(len(t) - 1) {
	}
	for _, row := range t {
		for _, c := range row {
			if c.Hidden {
				c.N = 0
			}
		}
	}
}

func (t *PublicTally) counts() []*Count { return []*Count{&t.Agree, &t.Disagree, &t.Pass, &t.Cast} }

// newCrossTable hides small counts.
func newCrossTable(rows []*PublicTally) crossTable {
	t := make(crossTable, len(rows))
	for i, r := range rows {
		t[i] = r.counts()
		for _, c := range t[i] {
			c.Hidden = c.N < SmallCell
		}
	}
	return t
}

// crossTable is a table of counts in which every row and every column has its sum.
type crossTable [][]*Count

// cover hides one more count, in the first so many rows, where a hidden one can be
// worked out, and tells whether there was one. With rows and columns as points and the hidden counts as
// lines between them, those that can be worked out are the lines on no closed
// path (Gusfield, SIAM J. Comput. 17, 1988).
func (t crossTable) cover(rows int) bool {
	for i, row := range t {
		for j, c := range row {
			if !c.Hidden {
				continue
			}
			reached, columns := t.reach(i, j)
			if columns[j] {
				continue
			}
			least := t[:rows].least(func(a, b int) bool { return reached[a] != columns[b] })
			if least == nil {
				least = t[:rows].least(func(a, b int) bool { return a == i || b == j })
			}
			if least == nil {
				continue // all else is hidden already
			}
			least.Hidden = true
			return true
		}
	}
	return false
}

// reach tells which rows and columns hidden counts lead to from row i, but for
// the count in column j.
func (t crossTable) reach(i, j int) (rows, columns []bool) {
	rows, columns = make([]bool, len(t)), make([]bool, len(t[i]))
	rows[i] = true
	for grown := true; grown; {
		grown = false
		for a, row := range t {
			for b, c := range row {
				if c.Hidden && rows[a] != columns[b] && (a != i || b != j) {
					rows[a], columns[b], grown = true, true, true
				}
			}
		}
	}
	return rows, columns
}

// least is the smallest count shown at the places asked for; nil if there is none.
func (t crossTable) least(at func(row, column int) bool) (least *Count) {
	for a, row := range t {
		for b, c := range row {
			if !c.Hidden && at(a, b) && (least == nil || c.N < least.N) {
				least = c
			}
		}
	}
	return least
}

// round keeps six decimals: what is published does not hang on the last bits of
// a sum.
func round(x float64) float64 { return math.Round(x*1e6)/1e6 + 0 } // + 0 turns -0 into 0

func rounded(x float64) *float64 {
	x = round(x)
	return &x
}
