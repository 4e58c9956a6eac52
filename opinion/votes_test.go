package opinion

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"testing"
)

// plain is what Votes is compared with: a map.
type plain map[[2]int]Vote

func TestVotesAgainstAPlainMap(t *testing.T) {
	draw := rand.New(rand.NewPCG(1, 2))
	v, want := New(), plain{}
	for range 5000 {
		i := v.AddPerson(strconv.Itoa(draw.IntN(40)))
		j := v.AddStatement(strconv.Itoa(draw.IntN(30)))
		vote := Vote(draw.IntN(4) - 1)
		v.Set(i, j, vote)
		if old, voted := want[[2]int{i, j}]; vote != Skipped || !voted || old == Skipped {
			want[[2]int{i, j}] = vote
		}
		if draw.IntN(500) == 0 {
			compareVotes(t, v, want)
		}
	}
	compareVotes(t, v, want)
}

func compareVotes(t *testing.T, v *Votes, want plain) {
	t.Helper()
	cast := 0
	counts := make([]Counts, v.Statements())
	for at, vote := range want {
		counts[at[1]].add(vote, 1)
		got, voted := v.Vote(at[0], at[1])
		if voted != (vote != Skipped) || voted && got != vote {
			t.Fatalf("vote at %v is %d, %v, want %d", at, got, voted, vote)
		}
		if voted {
			cast++
		} else if !slices.Contains(slices.Collect(v.SkippedBy(at[0])), at[1]) {
			t.Fatalf("%v is not among the skipped", at)
		}
	}
	if v.Cast() != cast {
		t.Fatalf("%d votes cast, want %d", v.Cast(), cast)
	}
	rows, cols := 0, 0
	for i := range v.People() {
		last := -1
		for j, vote := range v.Row(i) {
			if j <= last || want[[2]int{i, j}] != vote {
				t.Fatalf("row %d: %d after %d, vote %d", i, j, last, vote)
			}
			last = j
			rows++
		}
	}
	for j := range v.Statements() {
		last := -1
		for i, vote := range v.Column(j) {
			if i <= last || want[[2]int{i, j}] != vote {
				t.Fatalf("column %d: %d after %d, vote %d", j, i, last, vote)
			}
			last = i
			cols++
		}
		if v.Counts(j) != counts[j] {
			t.Fatalf("statement %d: %+v, want %+v", j, v.Counts(j), counts[j])
		}
	}
	if rows != cast || cols != cast {
		t.Fatalf("rows give %d votes, columns %d, want %d", rows, cols, cast)
	}
}

func TestWeightsAndClasses(t *testing.T) {
	v := New()
	a := v.AddPerson("a")
	for _, w := range []float64{-1, math.NaN(), math.Inf(1)} {
		if v.SetWeight(a, w) == nil {
			t.Errorf("weight %v is taken", w)
		}
	}
	if v.SetWeight(a, 2.5) != nil || v.Weight(a) != 2.5 {
		t.Error("a weight is not kept")
	}
	b := v.AddPerson("b")
	v.SetClass(b, "college", "elected")
	if v.Weight(b) != 1 || v.Class(a, "college") != "" || v.Class(b, "college") != "elected" || v.Class(b, "commune") != "" {
		t.Error("a newcomer weighs 1 and has no class but their own")
	}
}

// TestTenMillionVotesAreSmall holds the memory of both directions together.
func TestTenMillionVotesAreSmall(t *testing.T) {
	if testing.Short() {
		t.Skip("ten million votes")
	}
	const people, statements, each = 100_000, 1000, 100
	before := heap()
	v := New()
	for j := range statements {
		v.AddStatement(strconv.Itoa(j))
	}
	for i := range people {
		v.AddPerson(strconv.Itoa(i))
		for j := range each {
			v.Set(i, (i+j*10)%statements, Vote((i*j)%3-1))
		}
	}
	v.Column(0)
	if used := heap() - before; used > 150<<20 {
		t.Errorf("ten million votes take %d MB", used>>20)
	}
	runtime.KeepAlive(v)
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
