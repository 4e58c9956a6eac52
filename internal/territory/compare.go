package territory

import "math"

// Trend judges the move of an indicator from 2014 to 2024.
type Trend string

// Trends. NoTrend is the answer where there is nothing to judge: a neutral
// indicator, or fewer than 1,000 residents.
const (
	NoTrend Trend = ""
	Better  Trend = "better"
	Worse   Trend = "worse"
	Steady  Trend = "steady"  // the same at the shown precision
	Unclear Trend = "unclear" // within the margin of the sample
)

// Change is the move of an indicator between the two censuses.
type Change struct {
	From, To   Value   // 2014 and 2024
	Difference float64 // To − From, in the indicator's unit
	Trend      Trend
}

// Change compares 2024 with 2014. ok is false when a figure is missing or the
// two censuses did not ask the same. It tells what moved, never why.
func (p *Pack) Change(indicator, unit string) (c Change, ok bool) {
	ind, ok := p.Indicator(indicator)
	if !ok || ind.Compare != Comparable && ind.Compare != NearlyComparable {
		return Change{}, false
	}
	if c.From, ok = p.Value(indicator, unit, Census2014); !ok {
		return Change{}, false
	}
	if c.To, ok = p.Value(indicator, unit, Census2024); !ok {
		return Change{}, false
	}
	c.Difference = c.To.Figure - c.From.Figure
	margin := 0.0
	if p.sampled(unit, Census2024) {
		margin = ind.Margin
	}
	if !c.From.Small && !c.To.Small {
		c.Trend = ind.trend(c.From.Figure, c.To.Figure, margin)
	}
	return c, true
}

func (ind Indicator) trend(from, to, margin float64) Trend {
	gain := ind.merit(to) - ind.merit(from)
	switch {
	case ind.Direction == Neutral:
		return NoTrend
	case math.Abs(gain) < 0.5*math.Pow10(-ind.Decimals):
		return Steady
	case math.Abs(gain) < margin:
		return Unclear
	case gain > 0:
		return Better
	}
	return Worse
}

// merit turns a figure so that more is better; neutral figures stand as they are.
func (ind Indicator) merit(f float64) float64 {
	switch ind.Direction {
	case Lower:
		return -f
	case Zero:
		return -math.Abs(f)
	}
	return f
}

// Standing is a unit's place among its peers.
type Standing struct {
	Place int // 1 is the best, or the largest for a neutral indicator; equal figures share the better place
	Of    int // units that have a figure and at least 1,000 residents
	// Best and Worst bound the places that the sample of 2024 leaves open. When
	// they differ the place is to be shown as uncertain.
	Best, Worst int
}

// Certain tells whether the sample leaves no other place open.
func (s Standing) Certain() bool { return s.Best == s.Place && s.Worst == s.Place }

// Rank places a commune among the communes of its prefecture, an arrondissement
// among the leaf units. ok is false for other units, where the figure is
// missing, and under 1,000 residents.
func (p *Pack) Rank(indicator, unit string, year int) (Standing, bool) {
	ind, known := p.Indicator(indicator)
	own, ok := p.Value(indicator, unit, year)
	prefecture, inside := p.PrefectureOf(unit)
	if !known || !ok || !inside || own.Small {
		return Standing{}, false
	}
	var peers []Unit
	switch u, _ := p.Unit(unit); u.Kind {
	case Commune:
		peers = p.Communes(prefecture.Code)
	case Arrondissement:
		peers = p.Leaves(prefecture.Code)
	default:
		return Standing{}, false
	}
	s, ahead, behind := Standing{Place: 1}, 0, 0
	for _, peer := range peers {
		v, ok := p.Value(indicator, peer.Code, year)
		if !ok || v.Small {
			continue
		}
		s.Of++
		gap := ind.merit(v.Figure) - ind.merit(own.Figure)
		if gap > 0 {
			s.Place++
		}
		// A peer closer than the margin may in truth stand on the other side.
		close := math.Abs(gap) < ind.Margin && (p.sampled(unit, year) || p.sampled(peer.Code, year))
		switch {
		case !close || peer.Code == unit:
		case gap > 0:
			ahead++
		default:
			behind++
		}
	}
	s.Best, s.Worst = s.Place-ahead, s.Place+behind
	return s, true
}
