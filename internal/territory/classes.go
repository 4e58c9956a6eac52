package territory

import (
	"math"
	"slices"
)

// Classes cut figures into the colour classes of a map: five, or six around
// zero. Breaks are round numbers; a figure on a break belongs to the class above.
type Classes struct {
	Breaks []float64 // ascending: four, or five with zero the second
	// Diverging classes have two colours below zero and four above, as the ramp
	// from loss to gain has.
	Diverging bool
}

// Class is the class of a figure, from 0 for the lowest.
func (c Classes) Class(figure float64) int {
	n, _ := slices.BinarySearchFunc(c.Breaks, figure, func(b, f float64) int {
		if b <= f {
			return -1
		}
		return 1
	})
	return n
}

// Count is the number of classes.
func (c Classes) Count() int { return len(c.Breaks) + 1 }

// SequentialClasses cuts figures into five classes with round breaks. Among
// regular steps and the series 1-2-5 it takes the breaks that spread the figures
// most evenly, so that a map of close figures still shows differences.
func SequentialClasses(figures []float64) Classes {
	const breaks = 4
	low, high := bounds(figures)
	best, score := []float64{1, 2, 3, 4}, math.Inf(-1)
	try := func(b []float64, bonus float64) {
		// The highest class must not stand empty; larger steps come later and win ties.
		if s := evenness(b, figures) + bonus; s >= score && b[breaks-1] <= high {
			best, score = b, s
		}
	}
	for _, step := range roundNumbers((high-low)/10, high-low) {
		for start := math.Floor(low/step) + 1; (start+breaks-1)*step <= high; start++ {
			// Equal steps read more easily: they win unless they lose much.
			try(multiples(start, step, breaks), regularBonus)
		}
	}
	if low >= 0 && high > 0 {
		for e := math.Floor(math.Log10(high)) - 2; e <= math.Log10(high); e++ {
			for _, series := range [][]float64{{1, 2, 5, 10}, {2, 5, 10, 20}, {5, 10, 20, 50}} {
				try(scaled(series, math.Pow(10, e)), 0)
			}
		}
	}
	return Classes{Breaks: best}
}

// DivergingClasses cuts changes into six classes with round breaks: two below
// zero, four above.
func DivergingClasses(figures []float64) Classes {
	var losses, gains []float64
	for _, f := range figures {
		if f < 0 {
			losses = append(losses, f)
		} else {
			gains = append(gains, f)
		}
	}
	low, _ := bounds(append(losses, 0))
	_, high := bounds(append(gains, 0))
	if low == 0 && high == 0 {
		low, high = -1, 1 // nothing moved: any round breaks will do
	}
	if high == 0 {
		high = -low
	}
	if low == 0 {
		low = -high
	}
	above := pick(roundNumbers(high/10, high), func(step float64) float64 {
		return evenness(multiples(1, step, 3), gains)
	})
	below := pick(roundNumbers(-low/10, -low), func(step float64) float64 {
		return evenness([]float64{-step}, losses)
	})
	return Classes{Breaks: append([]float64{-below, 0}, multiples(1, above, 3)...), Diverging: true}
}

const regularBonus = 0.35

// roundNumbers lists 1, 2 and 5 times the powers of ten from low to high.
func roundNumbers(low, high float64) []float64 {
	if high <= 0 {
		return nil
	}
	var list []float64
	for e := math.Floor(math.Log10(max(low, high/1000))); e <= math.Ceil(math.Log10(high)); e++ {
		for _, m := range []float64{1, 2, 5} {
			if r := round(m * math.Pow(10, e)); r >= low && r <= high {
				list = append(list, r)
			}
		}
	}
	if len(list) == 0 {
		list = []float64{math.Pow(10, math.Floor(math.Log10(high)))}
	}
	return list
}

// round drops the dust of binary fractions: 0.30000000000000004 is 0.3.
func round(f float64) float64 { return math.Round(f*1e9) / 1e9 }

func multiples(start, step float64, n int) []float64 {
	list := make([]float64, n)
	for i := range list {
		list[i] = round((start + float64(i)) * step)
	}
	return list
}

func scaled(series []float64, by float64) []float64 {
	list := make([]float64, len(series))
	for i, f := range series {
		list[i] = round(f * by)
	}
	return list
}

// evenness is the entropy of the figures over the classes of the breaks.
func evenness(breaks, figures []float64) float64 {
	counts := make([]float64, len(breaks)+1)
	for _, f := range figures {
		counts[Classes{Breaks: breaks}.Class(f)]++
	}
	entropy := 0.0
	for _, n := range counts {
		if n > 0 {
			share := n / float64(len(figures))
			entropy -= share * math.Log(share)
		}
	}
	return entropy
}

// pick is the candidate with the best score, the larger one among equals.
func pick(candidates []float64, score func(float64) float64) float64 {
	best := candidates[0]
	for _, c := range candidates {
		if score(c) >= score(best) {
			best = c
		}
	}
	return best
}

func bounds(figures []float64) (low, high float64) {
	if len(figures) == 0 {
		return 0, 0
	}
	return slices.Min(figures), slices.Max(figures)
}
