package opinion

import (
	"math"
	"testing"
)

// TestBetaDistribution against closed forms.
func TestBetaDistribution(t *testing.T) {
	for _, c := range []struct{ x, a, b, want float64 }{
		{0.3, 1, 1, 0.3},
		{0.3, 2, 1, 0.09},
		{0.3, 1, 3, 1 - 0.7*0.7*0.7},
		{0.5, 0.5, 0.5, 0.5},
		{0.25, 0.5, 0.5, 1.0 / 3}, // (2/π) arcsin √x
		{0.5, 40_000.5, 40_000.5, 0.5},
		{0, 2, 2, 0},
		{1, 2, 2, 1},
	} {
		if got := betaDistribution(c.x, c.a, c.b); math.Abs(got-c.want) > 1e-10 {
			t.Errorf("I_%v(%v, %v) = %v, want %v", c.x, c.a, c.b, got, c.want)
		}
	}
}

func TestJeffreysInterval(t *testing.T) {
	for _, c := range []struct{ x, n float64 }{{0, 0}, {0, 10}, {10, 10}, {3, 10}, {500, 1000}, {99_999, 100_000}} {
		low, high := jeffreys(c.x, c.n)
		mirrorLow, mirrorHigh := jeffreys(c.n-c.x, c.n)
		if math.Abs(low-(1-mirrorHigh)) > 1e-9 || math.Abs(high-(1-mirrorLow)) > 1e-9 {
			t.Errorf("%v of %v: %v..%v, mirrored %v..%v", c.x, c.n, low, high, mirrorLow, mirrorHigh)
		}
		if c.n > 0 && (low > c.x/c.n || high < c.x/c.n) {
			t.Errorf("%v of %v: %v..%v", c.x, c.n, low, high)
		}
	}
	// Nearly normal where there is much: ½ ± 1.645 · √(¼/1000).
	if low, _ := jeffreys(500, 1000); math.Abs(low-0.474) > 5e-4 {
		t.Errorf("500 of 1000: from %v", low)
	}
}
