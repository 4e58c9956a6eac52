package opinion

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// panel is the matrix as the numerics read it: people and statements in the
// order of their ids, so that no sum depends on who came first; excluded
// statements are left out. Nothing in it refers back to votes that may change.
type panel struct {
	people     []int32   // of each row, its index in Votes
	statements []int32   // of each column, its index in Votes
	rows       [][]cell  // votes cast, by ascending column
	weights    []float64 // of the rows; nil while all are 1
	cast       int
}

// newPanel copies the votes that maps are made of.
func newPanel(ctx context.Context, v *Votes) (*panel, error) {
	p := &panel{people: byID(v.people.ids), statements: byID(v.statements.ids)}
	p.statements = slices.DeleteFunc(p.statements, func(j int32) bool { return v.moderation[j].Excluded() })
	column := slices.Repeat([]int32{-1}, v.Statements())
	for c, j := range p.statements {
		column[j] = int32(c)
	}
	p.rows = make([][]cell, len(p.people))
	cells := make([]cell, v.cast)
	at := 0
	for r, i := range p.people {
		p.rows[r] = cells[at : at : at+len(v.rows[i])]
		at += len(v.rows[i])
	}
	err := parallel(ctx, split(len(p.people), chunksOf(v.cast)), func(_, lo, hi int) {
		for r := lo; r < hi; r++ {
			row := p.rows[r]
			for _, x := range v.rows[p.people[r]] {
				if c := column[x.index()]; c >= 0 {
					row = append(row, newCell(int(c), x.vote()))
				}
			}
			if !slices.IsSorted(row) {
				slices.Sort(row)
			}
			p.rows[r] = row
		}
	})
	if err != nil {
		return nil, err
	}
	p.count()
	if v.weights != nil {
		p.weights = make([]float64, len(p.people))
		for r, i := range p.people {
			p.weights[r] = v.weights[i]
		}
	}
	return p, nil
}

// byID lists the indices of ids in the order of the ids.
func byID(ids []string) []int32 {
	order := make([]int32, len(ids))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(ids[a], ids[b]) })
	return order
}

func (p *panel) count() {
	p.cast = 0
	for _, row := range p.rows {
		p.cast += len(row)
	}
}

// restrict is the panel of some of the rows, which share their votes with it.
func (p *panel) restrict(rows []int) *panel {
	part := &panel{statements: p.statements, people: make([]int32, len(rows)), rows: make([][]cell, len(rows))}
	for n, r := range rows {
		part.people[n], part.rows[n] = p.people[r], p.rows[r]
	}
	if p.weights != nil {
		part.weights = make([]float64, len(rows))
		for n, r := range rows {
			part.weights[n] = p.weights[r]
		}
	}
	part.count()
	return part
}

// without is the panel with the votes on some columns taken out. The columns
// stay where they are and are empty.
func (p *panel) without(out func(column int) bool) *panel {
	part := *p
	part.rows = make([][]cell, len(p.rows))
	cells := make([]cell, 0, p.cast)
	for r, row := range p.rows {
		from := len(cells)
		for _, x := range row {
			if !out(x.index()) {
				cells = append(cells, x)
			}
		}
		part.rows[r] = cells[from:len(cells):len(cells)]
	}
	part.cast = len(cells)
	return &part
}

// subsample draws a share of n rows and lists them in ascending order.
func subsample(n int, share float64, draw *rand.Rand) []int {
	rows := draw.Perm(n)[:int(math.Round(share*float64(n)))]
	slices.Sort(rows)
	return rows
}

// pieces cuts the rows into parts of about as many votes, each to be summed by
// itself and the sums then added in order. The cut depends on the votes alone:
// that is what makes every number the same on one core and on sixty-four.
func (p *panel) pieces() []int {
	n := chunksOf(p.cast)
	cuts := make([]int, 1, n+1)
	seen, work := 0, p.cast+len(p.rows)
	for r, row := range p.rows {
		seen += len(row) + 1
		if seen*n >= work*len(cuts) && len(cuts) < n {
			cuts = append(cuts, r+1)
		}
	}
	return append(cuts, len(p.rows))
}

// chunksOf so many votes: few enough that their sums are soon added up, and one
// where starting a goroutine would cost more than the work.
func chunksOf(votes int) int { return min(max(votes/40_000, 1), 32) }

// split cuts n things into equal parts.
func split(n, parts int) []int {
	cuts := make([]int, parts+1)
	for k := range cuts {
		cuts[k] = n * k / parts
	}
	return cuts
}

// parallel runs do for each part between two cuts, on all cores. do must write
// only to what belongs to its part. It stops early when the context ends.
func parallel(ctx context.Context, cuts []int, do func(part, lo, hi int)) error {
	parts := len(cuts) - 1
	workers := min(parts, runtime.GOMAXPROCS(0))
	if workers <= 1 {
		for k := range parts {
			if err := ctx.Err(); err != nil {
				return err
			}
			do(k, cuts[k], cuts[k+1])
		}
		return ctx.Err()
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				k := int(next.Add(1)) - 1
				if k >= parts || ctx.Err() != nil {
					return
				}
				do(k, cuts[k], cuts[k+1])
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}
