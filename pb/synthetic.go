package pb

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Synthetic describes an election to be made up. The same description gives the
// same election on every machine.
type Synthetic struct {
	Projects, Voters int
	Seed             uint64

	// Length is the mean number of projects on a ballot, MaxLength the largest
	// (0: no limit).
	Length    float64
	MaxLength int

	// Share is the budget as a part of the cost of all projects; 0 means a quarter.
	Share float64

	// Districts divide voters and projects in ByDistrict; 0 means 8.
	Districts int

	// Types bounds the number of different ballots: above it, voters repeat
	// ballots that others cast. 0 means no bound.
	Types int
}

func (s Synthetic) source(culture uint64) *rand.Rand { return rand.New(rand.NewPCG(s.Seed, culture)) }

// Euclidean places voters and projects in a square, voters around a few centres.
// Each approves about Length projects, those nearest to her most likely, and
// popular kinds of project more often than others.
//
// It is the 2-D Euclidean culture of the experiments with Pabulib data.
func (s Synthetic) Euclidean() (*Instance, *Profile) {
	rnd := s.source(1)
	inst := s.instance(rnd, "euclidean")
	centres := make([][2]float64, 5)
	for i := range centres {
		centres[i] = [2]float64{rnd.Float64(), rnd.Float64()}
	}
	at := make([][2]float64, s.Projects)
	appeal := make([]float64, s.Projects)
	for p := range at {
		at[p] = [2]float64{rnd.Float64(), rnd.Float64()}
		appeal[p] = math.Exp(0.8 * rnd.NormFloat64())
	}
	return inst, s.profile(rnd, func(weights []float64) string {
		c := centres[rnd.IntN(len(centres))]
		x, y := c[0]+0.15*rnd.NormFloat64(), c[1]+0.15*rnd.NormFloat64()
		for p := range weights {
			d := math.Hypot(at[p][0]-x, at[p][1]-y)
			weights[p] = appeal[p] * math.Exp(-8*d)
		}
		return ""
	})
}

// ByDistrict gives every voter and project a district. Sizes fall from the
// first district to the last as in real cities; nine of ten first choices stay
// at home, and as many of the others as long as there are projects enough.
func (s Synthetic) ByDistrict() (*Instance, *Profile) {
	rnd := s.source(2)
	inst := s.instance(rnd, "by district")
	n := s.Districts
	if n == 0 {
		n = 8
	}
	home := make([]int, s.Projects)
	appeal := make([]float64, s.Projects)
	for p := range home {
		home[p] = p % n
		inst.Projects[p].District = districtName(home[p])
		appeal[p] = math.Exp(0.8 * rnd.NormFloat64())
	}
	sizes := make([]float64, n)
	for d := range sizes {
		sizes[d] = 1 / float64(d+1)
	}
	return inst, s.profile(rnd, func(weights []float64) string {
		d := drawIndex(rnd, sizes)
		for p := range weights {
			weights[p] = appeal[p]
			if home[p] != d {
				weights[p] /= 9 * float64(n-1)
			}
		}
		return districtName(d)
	})
}

func districtName(d int) string { return fmt.Sprintf("district %02d", d+1) }

// instance makes projects whose costs spread over two orders of magnitude.
func (s Synthetic) instance(rnd *rand.Rand, culture string) *Instance {
	inst := &Instance{Meta: []Field{
		{"description", fmt.Sprintf("synthetic, %s, seed %d", culture, s.Seed)},
		{"country", "synthetic"}, {"unit", "synthetic"}, {"instance", "synthetic"}, {"rule", "unspecified"},
	}}
	var total int64
	for p := range s.Projects {
		cost := max(1, int64(math.Exp(0.9*rnd.NormFloat64())*200)) * 500
		total += cost
		inst.Projects = append(inst.Projects, Project{ID: fmt.Sprintf("%03d", p+1), Cost: cost})
	}
	share := s.Share
	if share == 0 {
		share = 0.25
	}
	inst.Budget = int64(share * float64(total))
	return inst
}

// profile draws ballots. Each call of weigh makes up a voter: it fills how much
// she likes each project and returns her district.
func (s Synthetic) profile(rnd *rand.Rand, weigh func(weights []float64) string) *Profile {
	profile := &Profile{Kind: Approval}
	weights := make([]float64, s.Projects)
	for v := range s.Voters {
		if s.Types > 0 && v >= s.Types {
			profile.Ballots[rnd.IntN(s.Types)].Count++
			continue
		}
		b := Ballot{Count: 1, Place: weigh(weights)}
		for _, p := range drawSet(rnd, weights, s.length(rnd)) {
			b.Projects = append(b.Projects, fmt.Sprintf("%03d", p+1))
		}
		profile.Ballots = append(profile.Ballots, b)
	}
	return profile
}

// length draws the length of a ballot: one and a geometric rest.
func (s Synthetic) length(rnd *rand.Rand) int {
	limit := s.Projects
	if s.MaxLength > 0 {
		limit = min(limit, s.MaxLength)
	}
	n := 1
	for stop := 1 / max(1, s.Length); n < limit && rnd.Float64() > stop; {
		n++
	}
	return min(n, limit)
}

// drawIndex draws a position with probability in proportion to the weights.
func drawIndex(rnd *rand.Rand, weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	at := rnd.Float64() * sum
	for i, w := range weights {
		if at -= w; at < 0 {
			return i
		}
	}
	return len(weights) - 1
}

// drawSet draws n different positions, one after the other in proportion to the
// weights: the n smallest of exponential times with these rates (Efraimidis and
// Spirakis 2006). They come in ascending order.
func drawSet(rnd *rand.Rand, weights []float64, n int) []int {
	type timed struct {
		at   int
		time float64
	}
	times := make([]timed, len(weights))
	for i, w := range weights {
		times[i] = timed{i, rnd.ExpFloat64() / w}
	}
	slices.SortFunc(times, func(a, b timed) int { return cmp.Compare(a.time, b.time) })
	set := make([]int, min(n, len(times)))
	for i := range set {
		set[i] = times[i].at
	}
	slices.Sort(set)
	return set
}

// Resample makes a profile of the given number of voters by drawing ballots of a
// real one with replacement (the bootstrap): how an outcome varies over resampled
// profiles tells how much of it is chance in who came to vote.
func Resample(profile *Profile, voters int, seed uint64) *Profile {
	rnd := rand.New(rand.NewPCG(seed, 3))
	ends := make([]int, len(profile.Ballots))
	sum := 0
	for i := range profile.Ballots {
		sum += profile.Ballots[i].Voters()
		ends[i] = sum
	}
	drawn := *profile
	drawn.Ballots = nil
	if sum == 0 {
		return &drawn
	}
	counts := make([]int, len(profile.Ballots))
	for range voters {
		at, _ := slices.BinarySearch(ends, rnd.IntN(sum)+1)
		counts[at]++
	}
	for i, n := range counts {
		if n > 0 {
			b := profile.Ballots[i]
			b.Count = n
			drawn.Ballots = append(drawn.Ballots, b)
		}
	}
	return &drawn
}
