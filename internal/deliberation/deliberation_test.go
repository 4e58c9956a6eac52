package deliberation

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestMaskGivesNoSmallCountAway checks the two promises of mask: no count under
// SmallCell is shown, and none that is masked follows from those that are shown.
func TestMaskGivesNoSmallCountAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := make([]Tally, rapid.IntRange(1, 6).Draw(t, "colleges"))
		most := rapid.IntRange(1, 120).Draw(t, "most")
		for i := range counts {
			for _, c := range Choices {
				counts[i].add(c, rapid.IntRange(0, most).Draw(t, "count"))
			}
		}
		if told := known(counts); told != "" {
			t.Fatal(told)
		}
	})
	// Three large cells in different rows, hidden beside the smallest row, must not
	// leave the sums of the other rows to subtract from.
	if told := known([]Tally{{2, 2, 1}, {11, 100, 100}, {100, 11, 100}, {100, 100, 11}, {20, 20, 20}}); told != "" {
		t.Error(told)
	}
}

// known masks a table and says which small or masked count can be known from it; "" for none.
func known(counts []Tally) string {
	var rows []Row
	var sum Tally
	for _, c := range counts {
		rows = append(rows, c.row("x"))
		sum = Tally{sum.Agree + c.Agree, sum.Disagree + c.Disagree, sum.Pass + c.Pass}
	}
	total := sum.row("")
	mask(rows, &total)
	rows = append(rows, total)
	// One equation a row and one a column; the unknowns are the masked cells.
	var unknowns []*Cell
	var equations [][]float64
	place := map[*Cell]int{}
	for i := range rows {
		for _, c := range rows[i].cells() {
			if c.Masked {
				place[c] = len(unknowns)
				unknowns = append(unknowns, c)
			} else if c.N < SmallCell {
				return fmt.Sprintf("a count of %d is shown: %+v", c.N, rows)
			}
		}
	}
	equation := func(cells []*Cell) {
		e := make([]float64, len(unknowns))
		for k, c := range cells {
			if c.Masked {
				e[place[c]] = 1
				if k == len(cells)-1 {
					e[place[c]] = -1 // the sum
				}
			}
		}
		equations = append(equations, e)
	}
	for i := range rows {
		equation(rows[i].cells())
	}
	for column := range rows[0].cells() {
		var cells []*Cell
		for i := range rows {
			cells = append(cells, rows[i].cells()[column])
		}
		equation(cells)
	}
	before := rank(equations)
	for i, c := range unknowns {
		only := make([]float64, len(unknowns))
		only[i] = 1
		if rank(append(slices.Clone(equations), only)) == before {
			return fmt.Sprintf("a masked count of %d follows from what is shown: %+v", c.N, rows)
		}
	}
	return ""
}

// rank is the number of independent equations.
func rank(equations [][]float64) (n int) {
	var m [][]float64
	for _, e := range equations {
		m = append(m, slices.Clone(e))
	}
	for column := range m[0] {
		pivot := slices.IndexFunc(m[n:], func(e []float64) bool { return math.Abs(e[column]) > 1e-9 })
		if pivot < 0 {
			continue
		}
		m[n], m[n+pivot] = m[n+pivot], m[n]
		for _, e := range m[n+1:] {
			by := e[column] / m[n][column]
			for k := range e {
				e[k] -= by * m[n][k]
			}
		}
		if n++; n == len(m) {
			break
		}
	}
	return n
}

func TestTurnoutGivesNoSmallCountAway(t *testing.T) {
	for _, c := range []struct {
		confirmed, unconfirmed int
		shown                  [3]bool
	}{{40, 30, [3]bool{true, true, true}}, {3, 40, [3]bool{false, true, false}}, {40, 0, [3]bool{true, false, false}}, {6, 7, [3]bool{false, false, true}}, {1, 2, [3]bool{}}} {
		got := Turnout{Confirmed: Cell{N: c.confirmed}, Unconfirmed: Cell{N: c.unconfirmed}, All: Cell{N: c.confirmed + c.unconfirmed}}
		got.mask()
		if shown := [3]bool{!got.Confirmed.Masked, !got.Unconfirmed.Masked, !got.All.Masked}; shown != c.shown {
			t.Errorf("%d and %d: shown %v, want %v", c.confirmed, c.unconfirmed, shown, c.shown)
		}
	}
}

func TestDeviceKeyHidesTheCookie(t *testing.T) {
	first, again := DeviceKey("a"), DeviceKey("a")
	if first == DeviceKey("b") || first != again {
		t.Error("the key of a device must depend on its cookie alone")
	}
}
