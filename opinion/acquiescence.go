package opinion

import "math"

// acquiescent is the correlation with people's mean vote above which an axis
// mostly tells who tends to agree.
const acquiescent = 0.6

// Acquiescent tells whether an axis mostly shows how much people tend to agree
// with whatever is asked: its correlation with their mean vote is beyond ±0.6.
// A page then says so and offers the map made with
// MapOptions.AcquiescenceFree.
func (m *Map) Acquiescent() bool {
	return math.Abs(m.Acquiescence[0]) > acquiescent || math.Abs(m.Acquiescence[1]) > acquiescent
}

// acquiescence correlates each axis with the mean deviation of people's votes
// from what others said to the same statements. Only people who voted enough to
// be grouped count: of fewer votes a mean is mostly noise.
func (f *fit) acquiescence(places []estimate) [2]float64 {
	var c [2]correlation
	for r, row := range f.panel.rows {
		if len(row) < enoughVotes {
			continue
		}
		w := weightOf(f.panel.weights, r)
		mean := f.personEffect(row) * float64(len(row)+3) / float64(len(row))
		for axis := range c {
			c[axis].add(places[r].at[axis], mean, w)
		}
	}
	return [2]float64{c[0].value(), c[1].value()}
}

// correlation of two weighted numbers, kept as running means so that large
// sums do not cancel.
type correlation struct{ weight, x, y, xx, xy, yy float64 }

func (c *correlation) add(x, y, w float64) {
	if w == 0 {
		return
	}
	c.weight += w
	dx, dy := x-c.x, y-c.y
	c.x += dx * w / c.weight
	c.y += dy * w / c.weight
	c.xx += w * dx * (x - c.x)
	c.xy += w * dx * (y - c.y)
	c.yy += w * dy * (y - c.y)
}

// value is from −1 to 1; 0 where one of the two numbers is the same for all, but
// for rounding.
func (c *correlation) value() float64 {
	const rounding = 1e-18 // of the variance of numbers about as large as 1
	if !(c.xx > rounding*c.weight && c.yy > rounding*c.weight) {
		return 0
	}
	return min(max(c.xy/math.Sqrt(c.xx)/math.Sqrt(c.yy), -1), 1)
}
