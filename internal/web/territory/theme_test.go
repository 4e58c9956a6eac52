package territory

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// TestColoursRunTowardsNeedAndGain: more water is less need, and less
// unemployment is a gain; the ruler's words stand in the order of its colours.
func TestColoursRunTowardsNeedAndGain(t *testing.T) {
	figures := []float64{0.1, 12, 35, 55, 70, 88, 99}
	water := newClasses(territory.Indicator{Direction: territory.Higher}, false, figures)
	waste := newClasses(territory.Indicator{Direction: territory.Lower}, false, figures)
	if water.of(99) != 0 || water.of(0.1) != 4 || waste.of(99) != 4 || waste.of(0.1) != 0 {
		t.Errorf("water %d…%d, waste %d…%d", water.of(99), water.of(0.1), waste.of(0.1), waste.of(99))
	}
	if up, down := waste.words(i18n.Fr), water.words(i18n.Fr); !slices.Equal(reversed(up), down) {
		t.Errorf("rulers %q and %q are not each other's reverse", up, down)
	}
	moves := []float64{-12, -8, -4, -1, 2}
	rate := newClasses(territory.Indicator{Direction: territory.Lower}, true, moves)
	words := rate.words(i18n.Fr)
	if len(words) != 6 || rate.of(2) >= 2 || rate.of(-12) <= rate.of(-1) || rate.of(0) < 2 {
		t.Errorf("classes of 2, 0, −1, −12: %d %d %d %d", rate.of(2), rate.of(0), rate.of(-1), rate.of(-12))
	}
	// Every figure lies in the class whose words cover it.
	for _, f := range append(moves, rate.Breaks...) {
		word := words[rate.of(-f)]
		if low, high := -rate.bound(rate.of(-f)+1), -rate.bound(rate.of(-f)); -f <= low && low > -1e9 || -f > high && high < 1e9 {
			t.Errorf("%v is in class %q, which ends at %v and %v", -f, word, low, high)
		}
	}
}

// bound is the gain at which a class begins; beyond the ends, far away.
func (c classes) bound(i int) float64 {
	switch {
	case i <= 0:
		return -1e9
	case i > len(c.Breaks):
		return 1e9
	}
	return c.Breaks[i-1]
}

func reversed(list []string) []string {
	list = slices.Clone(list)
	slices.Reverse(list)
	return list
}

// TestFewPeopleAreShownInGrey: under 1,000 residents a figure is grey, and what
// the census does not have is said in words.
func TestFewPeopleAreShownInGrey(t *testing.T) {
	a := atlas{Base: page.Base{Lang: i18n.Ar}}
	for _, c := range []struct {
		value territory.Value
		known bool
		want  string
	}{{territory.Value{Figure: 4.5, Small: true}, true, `<span class="muted">`}, {territory.Value{}, false, "لا معطيات"}} {
		var b strings.Builder
		if err := a.value(c.value, c.known, 1).Render(context.Background(), &b); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), c.want) {
			t.Errorf("%+v known=%v: %s", c.value, c.known, b.String())
		}
	}
	if a.trend(territory.NoTrend) != nil {
		t.Error("a change that is not judged has a badge")
	}
}
