package opinion

import "math"

// Tally counts the votes of some people on a statement.
type Tally struct {
	Agree, Disagree, Pass float64 // sums of weights
	Voters                int     // people, whatever their weight
	squares               float64 // Σ ω², for the effective number
}

func (t *Tally) add(v Vote, weight float64) {
	switch v {
	case Agree:
		t.Agree += weight
	case Disagree:
		t.Disagree += weight
	case Pass:
		t.Pass += weight
	}
	t.Voters++
	t.squares += weight * weight
}

func (t *Tally) addAll(o *Tally) {
	t.Agree += o.Agree
	t.Disagree += o.Disagree
	t.Pass += o.Pass
	t.Voters += o.Voters
	t.squares += o.squares
}

// Cast is the weight of all votes, passes among them.
func (t *Tally) Cast() float64 { return t.Agree + t.Disagree + t.Pass }

// Effective is the number of people of equal weight whose votes would tell as
// much (Kish 1965): (Σω)²/Σω².
func (t *Tally) Effective() float64 {
	if t.squares == 0 {
		return 0
	}
	return t.Cast() * t.Cast() / t.squares
}

// of is the weight of the votes in one direction.
func (t *Tally) of(d Vote) float64 {
	if d == Agree {
		return t.Agree
	}
	return t.Disagree
}

// effective are the votes in one direction and all votes, in effective people.
func (t *Tally) effective(d Vote) (votes, cast float64) {
	if t.Cast() == 0 {
		return 0, 0
	}
	n := t.Effective()
	return n * t.of(d) / t.Cast(), n
}

// Proportion of the votes cast on a statement that agree, or that disagree,
// with its 90 % interval. All are from 0 to 1.
type Proportion struct {
	Share     float64 // 0 where nobody voted
	Low, High float64
	Tally     Tally
}

// confidence of the intervals that go with proportions.
const confidence = 0.9

func (t *Tally) proportion(d Vote) Proportion {
	p := Proportion{Tally: *t}
	if cast := t.Cast(); cast > 0 {
		p.Share = t.of(d) / cast
	}
	p.Low, p.High = jeffreys(t.effective(d))
	return p
}

// jeffreys is the interval of a proportion of x in n between two quantiles of
// Beta(x+½, n−x+½); an end beyond which nothing was seen is 0 or 1 (Brown, Cai,
// DasGupta 2001).
func jeffreys(x, n float64) (low, high float64) {
	const tail = (1 - confidence) / 2
	low, high = 0, 1
	if x > 0 {
		low = betaQuantile(tail, x+0.5, n-x+0.5)
	}
	if x < n {
		high = betaQuantile(1-tail, x+0.5, n-x+0.5)
	}
	return low, high
}

// betaQuantile inverts the distribution function by halving; a double has no
// more than 60 halvings to offer here.
func betaQuantile(p, a, b float64) float64 {
	low, high := 0.0, 1.0
	for range 60 {
		mid := (low + high) / 2
		if betaDistribution(mid, a, b) < p {
			low = mid
		} else {
			high = mid
		}
		if high-low < 1e-12 {
			break
		}
	}
	return (low + high) / 2
}

// betaDistribution is the regularised incomplete beta function I_x(a, b), by
// its continued fraction (NIST Digital Library of Mathematical Functions,
// 8.17.22) after Lentz.
func betaDistribution(x, a, b float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return 1
	}
	if x > (a+1)/(a+b+2) {
		return 1 - betaDistribution(1-x, b, a)
	}
	ga, _ := math.Lgamma(a)
	gb, _ := math.Lgamma(b)
	gab, _ := math.Lgamma(a + b)
	front := math.Exp(gab-ga-gb+a*math.Log(x)+b*math.Log1p(-x)) / a
	const tiny, enough, most = 1e-300, 1e-15, 10_000
	nonzero := func(v float64) float64 {
		if math.Abs(v) < tiny {
			return tiny
		}
		return v
	}
	c, d := 1.0, 1/nonzero(1-(a+b)*x/(a+1))
	f := d
	for m := 1.0; m < most; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / nonzero(1+even*d)
		c = nonzero(1 + even/c)
		f *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / nonzero(1+odd*d)
		c = nonzero(1 + odd/c)
		f *= d * c
		if math.Abs(d*c-1) < enough {
			break
		}
	}
	return front * f
}

// upperTail of the standard normal distribution.
func upperTail(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }
