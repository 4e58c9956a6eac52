package pb

import (
	"cmp"
	"encoding/binary"
	"fmt"
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

	mass    massTable
	scale   *big.Int // multiplicities are integers in units of 1/scale
	total   *big.Int // all multiplicities together, empty ballots included
	voters  int64
	classes []string
	totals  []*big.Int // multiplicity per class, empty ballots included

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

// choice is one project of a ballot while the ballot is being read.
type choice struct {
	item int32
	gain *big.Rat
}

// compile checks an election and brings it into counting form.
func compile(inst *Instance, profile *Profile, util Utility) (*election, error) {
	if err := inst.Validate(); err != nil {
		return nil, err
	}
	e := &election{inst: inst, util: util, uniform: util.uniform()}
	scale, err := weightScale(profile)
	if err != nil {
		return nil, err
	}
	e.scale = scale
	c := &compiler{election: e, at: inst.Index(), classAt: map[string]int32{}, typeAt: map[string]int32{}}
	if !e.uniform {
		if c.gainScale, err = gainScale(profile, util); err != nil {
			return nil, err
		}
	}
	for i := range profile.Ballots {
		if err := c.add(profile, i); err != nil {
			return nil, err
		}
	}
	c.finish()
	return e, nil
}

// weightScale is the least common denominator of all multiplicities.
func weightScale(profile *Profile) (*big.Int, error) {
	scale := big.NewInt(1)
	rest := new(big.Int)
	for i := range profile.Ballots {
		b := &profile.Ballots[i]
		if b.Count < 0 {
			return nil, &Fault{Code: BadWeight, Got: fmt.Sprintf("count %d of ballot %d", b.Count, i+1), Want: "a count of voters"}
		}
		if b.Weight == nil {
			continue
		}
		if b.Weight.Sign() <= 0 {
			return nil, &Fault{Code: BadWeight, Got: fmt.Sprintf("weight %s of ballot %d", b.Weight.RatString(), i+1), Want: "a positive weight"}
		}
		den := b.Weight.Denom()
		if rest.Rem(scale, den).Sign() != 0 {
			scale = lcm(scale, den)
		}
	}
	return scale, nil
}

// gainScale is the least common denominator of all gains.
func gainScale(profile *Profile, util Utility) (*big.Int, error) {
	scale := big.NewInt(1)
	rest := new(big.Int)
	switch util.form {
	case formPoints:
		return scale.Exp(big.NewInt(10), big.NewInt(int64(profile.PointDecimals)), nil), nil
	case formBorda:
		return scale, nil
	}
	for i := range profile.Ballots {
		b := &profile.Ballots[i]
		for k := range b.Projects {
			den := util.of(b, k).Denom()
			if rest.Rem(scale, den).Sign() != 0 {
				scale = lcm(scale, den)
			}
		}
	}
	return scale, nil
}

func lcm(a, b *big.Int) *big.Int {
	g := new(big.Int).GCD(nil, nil, a, b)
	return new(big.Int).Mul(a, new(big.Int).Quo(b, g))
}

// compiler gathers ballot types.
type compiler struct {
	*election
	at      map[string]int
	classAt map[string]int32
	typeAt  map[string]int32
	large   []*big.Int // multiplicity per type
	choices []choice
	key     []byte
	gains   []int64
}

func (c *compiler) add(profile *Profile, i int) error {
	b := &profile.Ballots[i]
	if err := c.read(b, i); err != nil {
		return err
	}
	class, ok := c.classAt[b.Class]
	if !ok {
		class = int32(len(c.classes))
		c.classAt[b.Class] = class
		c.classes = append(c.classes, b.Class)
		c.totals = append(c.totals, new(big.Int))
	}
	mass := big.NewInt(int64(b.Voters()))
	if b.Weight == nil {
		mass.Mul(mass, c.scale)
	} else {
		mass.Mul(mass, new(big.Int).Quo(new(big.Int).Mul(b.Weight.Num(), c.scale), b.Weight.Denom()))
	}
	c.totals[class].Add(c.totals[class], mass)
	c.voters += int64(b.Voters())

	c.key = binary.AppendUvarint(c.key[:0], uint64(class))
	for k, ch := range c.choices {
		c.key = binary.AppendUvarint(c.key, uint64(ch.item))
		if !c.uniform {
			c.key = binary.AppendUvarint(c.key, uint64(c.gains[k]))
		}
	}
	t, ok := c.typeAt[string(c.key)]
	if !ok {
		t = int32(len(c.votes))
		c.typeAt[string(c.key)] = t
		c.off = append(c.off, int32(len(c.item)))
		for k, ch := range c.choices {
			c.item = append(c.item, ch.item)
			if !c.uniform {
				c.gain = append(c.gain, c.gains[k])
			}
		}
		c.votes = append(c.votes, 0)
		c.class = append(c.class, class)
		c.large = append(c.large, new(big.Int))
	}
	c.votes[t] += int64(b.Voters())
	c.large[t].Add(c.large[t], mass)
	return nil
}

// read fills c.choices with the projects the ballot supports, ascending, and
// c.gains with the integer gains beside them.
func (c *compiler) read(b *Ballot, i int) error {
	c.choices, c.gains = c.choices[:0], c.gains[:0]
	if b.Points != nil && len(b.Points) != len(b.Projects) {
		return &Fault{Code: BadPoints, Got: fmt.Sprintf("%d points for %d projects on ballot %d", len(b.Points), len(b.Projects), i+1), Want: "as many points as projects"}
	}
	for k, id := range b.Projects {
		item, ok := c.at[id]
		if !ok {
			return &Fault{Code: UnknownProject, Got: fmt.Sprintf("%q on ballot %d", id, i+1), Want: "a project of the instance"}
		}
		ch := choice{item: int32(item)}
		if !c.uniform {
			ch.gain = c.util.of(b, k)
		}
		c.choices = append(c.choices, ch)
	}
	repeated := int32(-1)
	slices.SortFunc(c.choices, func(x, y choice) int {
		if x.item == y.item {
			repeated = x.item
		}
		return cmp.Compare(x.item, y.item)
	})
	if repeated >= 0 {
		return &Fault{Code: RepeatedChoice, Got: fmt.Sprintf("%q twice on ballot %d", c.inst.Projects[repeated].ID, i+1), Want: "each project once"}
	}
	return c.keepSupported(b)
}

// keepSupported drops the choices that give the voter nothing.
func (c *compiler) keepSupported(b *Ballot) error {
	kept := c.choices[:0]
	if c.uniform {
		if b.Points == nil {
			return nil
		}
		given := make(map[int32]int64, len(b.Points))
		for k, id := range b.Projects {
			given[int32(c.at[id])] = b.Points[k]
		}
		for _, ch := range c.choices {
			if given[ch.item] > 0 {
				kept = append(kept, ch)
			}
		}
		c.choices = kept
		return nil
	}
	for _, ch := range c.choices {
		g := new(big.Int).Set(ch.gain.Num())
		if c.util.form == formOwn {
			g.Quo(g.Mul(g, c.gainScale), ch.gain.Denom())
		}
		if !g.IsInt64() || g.Int64() > MaxAmount {
			return &Fault{Code: BadPoints, Got: "a utility of " + ch.gain.RatString(), Want: "utilities that are at most 10^15 over their common denominator"}
		}
		if g.Sign() > 0 {
			kept = append(kept, ch)
			c.gains = append(c.gains, g.Int64())
		}
	}
	c.choices = kept
	return nil
}

// finish turns the gathered types into the views by project.
func (c *compiler) finish() {
	e := c.election
	e.off = append(e.off, int32(len(e.item)))
	e.total = new(big.Int)
	for _, m := range e.totals {
		e.total.Add(e.total, m)
	}
	e.mass = newMassTable(c.large, e.total)
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
			e.supportMass[p].Add(e.supportMass[p], c.large[t])
			e.supportVotes[p] += e.votes[t]
		}
	}
	if e.gainScale == nil {
		e.gainScale = big.NewInt(1)
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
