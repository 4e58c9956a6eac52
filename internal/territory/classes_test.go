package territory

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestClassesHaveRoundBreaks(t *testing.T) {
	for _, c := range []struct {
		name    string
		figures []float64
		classes Classes
	}{
		{"shares close to 100", []float64{91.2, 93.5, 95.5, 96.6, 97.6, 98.3, 98.6, 99, 99.1, 99.4}, Classes{Breaks: []float64{96, 97, 98, 99}}},
		{"even shares", []float64{5, 15, 25, 35, 45}, Classes{Breaks: []float64{10, 20, 30, 40}}},
		{"nothing differs", []float64{3, 3, 3}, Classes{Breaks: []float64{0.2, 0.5, 1, 2}}},
		{"small figures", []float64{0.04, 0.11, 0.13, 0.22, 0.31}, Classes{Breaks: []float64{0.1, 0.15, 0.2, 0.25}}},
	} {
		if got := SequentialClasses(c.figures); !cmp.Equal(got, c.classes) {
			t.Errorf("%s: %v, want %v", c.name, got, c.classes)
		}
	}
	// The growth of Marrakech's leaf units, 2014 to 2024.
	growth := []float64{-28, 10.9, 15.3, -32.9, 26.7, -12.1, 49.1, 32.8, 44, 16.1, 100.9, 5.2, -1.5, 15, 0.4, 15.9, 14.5, 37, 15.4}
	if got, want := DivergingClasses(growth), (Classes{Breaks: []float64{-20, 0, 20, 40, 60}, Diverging: true}); !cmp.Equal(got, want) {
		t.Errorf("growth: %v, want %v", got, want)
	}
}

func TestAFigureOnABreakBelongsAbove(t *testing.T) {
	c := Classes{Breaks: []float64{-10, 0, 15, 30, 50}, Diverging: true}
	for figure, want := range map[float64]int{-28: 0, -10.1: 0, -10: 1, -0.1: 1, 0: 2, 14.9: 2, 15: 3, 50: 5, 1e9: 5} {
		if got := c.Class(figure); got != want {
			t.Errorf("%v is in class %d, want %d", figure, got, want)
		}
	}
	if c.Count() != 6 {
		t.Errorf("%d classes, want 6", c.Count())
	}
}

func TestClassesOfAnyFigures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom([]float64{0.001, 1, 100, 1e6}).Draw(t, "scale")
		var figures []float64
		for _, n := range rapid.SliceOfN(rapid.IntRange(-1000, 1000), 0, 60).Draw(t, "figures") {
			figures = append(figures, float64(n)*scale/1000)
		}
		for _, c := range []Classes{SequentialClasses(figures), DivergingClasses(figures)} {
			count := 5
			if c.Diverging {
				count = 6
				if c.Breaks[1] != 0 {
					t.Fatalf("%v: zero is not the second break of %v", figures, c.Breaks)
				}
			}
			if c.Count() != count || !slices.IsSorted(c.Breaks) || len(slices.Compact(slices.Clone(c.Breaks))) != count-1 {
				t.Fatalf("%v: breaks %v", figures, c.Breaks)
			}
			for _, b := range c.Breaks {
				if !roundEnough(b) {
					t.Fatalf("%v: break %v is not round", figures, b)
				}
			}
			for _, f := range figures {
				k := c.Class(f)
				if k > 0 && f < c.Breaks[k-1] || k < len(c.Breaks) && f >= c.Breaks[k] {
					t.Fatalf("%v is in class %d of %v", f, k, c.Breaks)
				}
			}
		}
	})
}

// roundEnough: at most four significant digits, so a legend stays short.
func roundEnough(f float64) bool {
	if f == 0 {
		return true
	}
	unit := math.Pow(10, math.Floor(math.Log10(math.Abs(f)))-3)
	return math.Abs(f/unit-math.Round(f/unit)) < 1e-6
}
