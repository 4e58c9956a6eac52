package pb

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
)

// choice is one project of a ballot while the ballot is being read.
type choice struct {
	item int32
	gain *big.Rat
}

// compile checks an election and brings it into counting form.
func compile(inst *Instance, profile *Profile, util Utility) (*election, error) {
	return compileWith(inst, profile, util, false)
}

// compileWith keeps ballots of different places apart if byPlace.
func compileWith(inst *Instance, profile *Profile, util Utility, byPlace bool) (*election, error) {
	if err := inst.Validate(); err != nil {
		return nil, err
	}
	e := &election{inst: inst, util: util, uniform: util.uniform(), gainScale: big.NewInt(1)}
	scale, err := weightScale(profile)
	if err != nil {
		return nil, err
	}
	e.scale = scale
	c := &compiler{election: e, at: inst.Index(), classAt: map[string]int32{}, placeAt: map[string]int32{}, typeAt: map[string]int32{}, byPlace: byPlace}
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
	e.index(c.large)
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
	placeAt map[string]int32
	byPlace bool
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
	class := position(c.classAt, &c.classes, b.Class)
	if int(class) == len(c.totals) {
		c.totals = append(c.totals, new(big.Int))
	}
	placeName := ""
	if c.byPlace {
		placeName = b.Place
	}
	place := position(c.placeAt, &c.places, placeName)
	mass := big.NewInt(int64(b.Voters()))
	if b.Weight == nil {
		mass.Mul(mass, c.scale)
	} else {
		mass.Mul(mass, new(big.Int).Quo(new(big.Int).Mul(b.Weight.Num(), c.scale), b.Weight.Denom()))
	}
	c.totals[class].Add(c.totals[class], mass)
	c.voters += int64(b.Voters())

	c.key = binary.AppendUvarint(binary.AppendUvarint(c.key[:0], uint64(class)), uint64(place))
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
		c.class, c.place = append(c.class, class), append(c.place, place)
		c.large = append(c.large, new(big.Int))
	}
	c.votes[t] += int64(b.Voters())
	c.large[t].Add(c.large[t], mass)
	return nil
}

// position is the index of a name in a list, to which it is added if new.
func position(at map[string]int32, names *[]string, name string) int32 {
	i, ok := at[name]
	if !ok {
		i = int32(len(*names))
		at[name] = i
		*names = append(*names, name)
	}
	return i
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
