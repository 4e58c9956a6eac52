package pb

import (
	"math/big"
	"slices"
)

// election is an instance and a profile made ready for counting: equal ballots
// of a class are merged into one type, multiplicities and gains are integers.
type election struct {
	inst    *Instance
	util    Utility
	uniform bool // every supporter of a project gains the same from it

	// Per ballot type t: its choices are item[off[t]:off[t+1]], ascending, with
	// the gain of each in gain (nil when uniform).
	off   []int32
	item  []int32
	gain  []int64
	votes []int64 // voters who cast it
	class []int32 // index into classes
	place []int32 // index into places

	mass    massTable
	scale   *big.Int // multiplicities are integers in units of 1/scale
	total   *big.Int // all multiplicities together, empty ballots included
	voters  int64
	classes []string
	totals  []*big.Int // multiplicity per class, empty ballots included
	places  []string   // a single "" unless ballots are kept apart by place

	// Per project c: its supporters are the types sup[c], with supGain[c] beside
	// them (nil when uniform).
	sup          [][]int32
	supGain      [][]int64
	supportMass  []*big.Int
	supportVotes []int64

	// A price per unit of utility is the head price divided by factor: the
	// utility itself where it is uniform, else 1.
	factor    []int64
	gainScale *big.Int // integer gains are true gains times this
}

// massTable holds the multiplicities of the types: as uint64 when all of them
// together fit 62 bits, which every vote without exotic weights does.
type massTable struct {
	small  []uint64
	large  []*big.Int
	approx []float64
}

func newMassTable(masses []*big.Int, total *big.Int) massTable {
	m := massTable{approx: make([]float64, len(masses))}
	for t, mass := range masses {
		m.approx[t], _ = new(big.Float).SetInt(mass).Float64()
	}
	if total.BitLen() > 62 {
		m.large = masses
		return m
	}
	m.small = make([]uint64, len(masses))
	for t, mass := range masses {
		m.small[t] = mass.Uint64()
	}
	return m
}

// big is a copy of the multiplicity of type t.
func (m *massTable) big(t int32) *big.Int {
	if m.small != nil {
		return new(big.Int).SetUint64(m.small[t])
	}
	return new(big.Int).Set(m.large[t])
}

// index finishes an election whose types are gathered: it closes off and sets
// the views by project.
func (e *election) index(masses []*big.Int) {
	e.off = append(e.off, int32(len(e.item)))
	e.total = new(big.Int)
	for _, m := range e.totals {
		e.total.Add(e.total, m)
	}
	e.mass = newMassTable(masses, e.total)
	n := len(e.inst.Projects)
	e.sup = make([][]int32, n)
	e.supportMass = make([]*big.Int, n)
	e.supportVotes = make([]int64, n)
	e.factor = make([]int64, n)
	if !e.uniform {
		e.supGain = make([][]int64, n)
	}
	for p := range n {
		e.supportMass[p] = new(big.Int)
		e.factor[p] = 1
		if e.util.form == formCost {
			e.factor[p] = e.inst.Projects[p].Cost
		}
	}
	for t := range e.votes {
		for k := e.off[t]; k < e.off[t+1]; k++ {
			p := e.item[k]
			e.sup[p] = append(e.sup[p], int32(t))
			if !e.uniform {
				e.supGain[p] = append(e.supGain[p], e.gain[k])
			}
			e.supportMass[p].Add(e.supportMass[p], masses[t])
			e.supportVotes[p] += e.votes[t]
		}
	}
}

// contender is project p as a tie-breaker sees it.
func (e *election) contender(p int) contender {
	return contender{id: e.inst.Projects[p].ID, cost: e.inst.Projects[p].Cost, support: e.supportMass[p]}
}

// before orders two tied projects.
func (e *election) before(ties TieBreaker, a, b int) (bool, TieCriterion) {
	c, by := ties.compare(e.contender(a), e.contender(b))
	return c < 0, by
}

// ids names projects by their positions.
func (e *election) ids(projects []int) []string {
	out := make([]string, len(projects))
	for i, p := range projects {
		out[i] = e.inst.Projects[p].ID
	}
	return out
}

func (e *election) sortedIDs(projects []int) []string {
	out := e.ids(projects)
	slices.Sort(out)
	return out
}
