package territory

import (
	"math"
	"testing"
)

func TestDeprivationIsTheSumOfItsParts(t *testing.T) {
	p := loaded(t)
	for _, u := range p.Units() {
		for _, year := range []int{Census2014, Census2024} {
			d, ok := p.Deprivation(u.Code, year)
			if !ok {
				t.Errorf("%s has no D in %d", u.Code, year)
				continue
			}
			points := 0.0
			for _, part := range d.Parts {
				points += part.Points
				if part.Rate < 0 || part.Rate > 1 {
					t.Errorf("%s %s in %d is %v", u.Code, part.ID, year, part.Rate)
				}
			}
			thirds := d.Of(Education) + d.Of(Living) + d.Of(Work)
			if math.Abs(points-d.D) > 1e-12 || math.Abs(thirds-d.D) > 1e-12 {
				t.Errorf("%s in %d: D %v, parts %v, dimensions %v", u.Code, year, d.D, points, thirds)
			}
			if want := (d.Of(Education) + d.Of(Living)) * 1.5; math.Abs(d.WithoutWork-want) > 1e-12 {
				t.Errorf("%s in %d: without work %v, want %v", u.Code, year, d.WithoutWork, want)
			}
		}
	}
}

func TestLettersAreReadFromTheIndicators(t *testing.T) {
	p := loaded(t)
	weight := int64(0)
	for _, l := range Letters {
		weight += l.Weight
		for _, u := range p.Leaves(marrakech) {
			v, ok := p.Value(l.Indicator, u.Code, Census2024)
			d, _ := p.Deprivation(u.Code, Census2024)
			want := v.Figure / 100
			if l.Complement {
				want = 1 - want
			}
			for _, part := range d.Parts {
				if part.ID == l.ID && (!ok || math.Abs(part.Rate-want) > 1e-12) {
					t.Errorf("%s of %s is %v, the indicator says %v", l.ID, u.Code, part.Rate, want)
				}
			}
		}
	}
	if weight*1000 != needScale {
		t.Errorf("the letters weigh %d, the scale is %d", weight, needScale)
	}
}

func TestDeprivationAddsUpByTerritory(t *testing.T) {
	p := loaded(t)
	for _, year := range []int{Census2014, Census2024} {
		for _, code := range []string{marrakech, "07.351.01.0", "07.351.03"} {
			var sum Need
			for _, leaf := range p.Leaves(code) {
				n, _ := p.needOf(leaf.Code, year)
				sum.Add(n)
			}
			whole, ok := p.needOf(code, year)
			if !ok || whole.People != sum.People || whole.Score() != sum.Score() {
				t.Errorf("%s in %d: %d over %d, its leaf units give %d over %d", code, year, whole.Score(), whole.People, sum.Score(), sum.People)
			}
		}
	}
}

// The published check values: the country, the region's neighbourhood, the prefecture.
func TestDeprivationOfTheCountryAndThePrefecture(t *testing.T) {
	p := loaded(t)
	for code, want := range map[string][2]float64{
		Morocco: {0.203, 0.185}, marrakech: {0.144, 0.131}, "07.351.01.05": {0.106, 0.097}, "07.351.03.11": {0.299, 0.298},
	} {
		for i, year := range []int{Census2014, Census2024} {
			if d, ok := p.Deprivation(code, year); !ok || math.Abs(d.D-want[i]) > 0.0005 {
				t.Errorf("D of %s in %d is %.4f, want %.3f", code, year, d.D, want[i])
			}
		}
	}
	if d, _ := p.Deprivation("07.351.01.05", Census2024); d.Rank != 0 {
		t.Errorf("an arrondissement ranks %d among communes", d.Rank)
	}
}
