package opinion

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// dense is the textbook's way to the same map: a full matrix of people and
// statements, NaN where there is no vote, and every sum over all of it.
type dense struct {
	votes  [][]float64
	mean   []float64
	load   []vec2
	at     []vec2
	spread []mat2
	noise  float64
}

func denseOf(v *Votes) *dense {
	d := &dense{}
	people, statements := byID(v.people.ids), byID(v.statements.ids)
	for _, i := range people {
		row := make([]float64, len(statements))
		for c, j := range statements {
			row[c] = math.NaN()
			if x, ok := v.Vote(int(i), int(j)); ok {
				row[c] = float64(x)
			}
		}
		d.votes = append(d.votes, row)
	}
	var all, n float64
	for _, row := range d.votes {
		for _, x := range row {
			if !math.IsNaN(x) {
				all += x
				n++
			}
		}
	}
	var square float64
	for c, j := range statements {
		var sum, count float64
		for _, row := range d.votes {
			if !math.IsNaN(row[c]) {
				sum += row[c]
				count++
			}
		}
		d.mean = append(d.mean, (sum+2*all/n)/(count+2))
		for _, row := range d.votes {
			if !math.IsNaN(row[c]) {
				row[c] -= d.mean[c]
				square += row[c] * row[c]
			}
		}
		d.load = append(d.load, startOf(v.StatementID(int(j)), 0))
	}
	d.noise = max(square/n, leastNoise)
	for c := range d.load {
		d.load[c] = d.load[c].times(0.5 * math.Sqrt(d.noise))
	}
	return d
}

func (d *dense) expect() {
	d.at, d.spread = make([]vec2, len(d.votes)), make([]mat2, len(d.votes))
	for u, row := range d.votes {
		a, b := identity2(d.noise), vec2{}
		for c, r := range row {
			if !math.IsNaN(r) {
				a = a.plus(outer(d.load[c], d.load[c]))
				b = b.plus(d.load[c].times(r))
			}
		}
		inverse, _ := a.inverse()
		d.at[u], d.spread[u] = inverse.apply(b), inverse.times(d.noise)
	}
}

func (d *dense) maximise() {
	for c := range d.load {
		a, b := identity2(d.noise), vec2{}
		for u, row := range d.votes {
			if !math.IsNaN(row[c]) {
				a = a.plus(outer(d.at[u], d.at[u])).plus(d.spread[u])
				b = b.plus(d.at[u].times(row[c]))
			}
		}
		inverse, _ := a.inverse()
		d.load[c] = inverse.apply(b)
	}
	var sum, n float64
	for u, row := range d.votes {
		for c, r := range row {
			if !math.IsNaN(r) {
				e := r - d.load[c].dot(d.at[u])
				sum += e*e + d.load[c].dot(d.spread[u].apply(d.load[c]))
				n++
			}
		}
	}
	d.noise = max(sum/n, leastNoise)
}

// TestTheMapIsThatOfTheTextbook, but for how it lies.
func TestTheMapIsThatOfTheTextbook(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := fromBallots(ballots(drawVotes(t)))
		if v.Cast() == 0 {
			return
		}
		m, d := mapOf(t, v, MapOptions{Rounds: 20}), denseOf(v)
		for range 20 {
			d.expect()
			d.maximise()
		}
		d.expect()
		if math.Abs(m.Noise-d.noise) > 1e-9 {
			t.Fatalf("noise %v, want %v", m.Noise, d.noise)
		}
		for u, i := range byID(v.people.ids) {
			p := m.Positions[i]
			if math.Abs(math.Hypot(p.X, p.Y)-d.at[u].norm()) > 1e-7 || math.Abs(p.XX+p.YY-d.spread[u].trace()) > 1e-9 {
				t.Fatalf("person %d at %v, want %v", i, p, d.at[u])
			}
		}
	})
}
