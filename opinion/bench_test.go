package opinion

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"testing"
	"time"
)

// region is as many people as a region may ask: 100,000 on 1,000 statements,
// with ten million votes.
var region = crowd{people: 100_000, statements: 1000, each: 100, camps: 3, seed: 1}

// BenchmarkRegion tells what a map of ten million votes costs: the full map with
// the clusterings of two to five groups, the same without acquiescence, and its
// peak of memory, the votes themselves included.
func BenchmarkRegion(b *testing.B) {
	v, _ := region.votes()
	ctx := context.Background()
	for _, free := range []bool{false, true} {
		b.Run(fmt.Sprintf("map/acquiescence-free=%v", free), func(b *testing.B) {
			runtime.GC()
			peak := watchMemory()
			for b.Loop() {
				m := mapOf(b, v, MapOptions{AcquiescenceFree: free})
				groupsOf(b, v, m, GroupOptions{K: 3, NoRefits: true})
			}
			b.ReportMetric(peak(), "peak-MB")
		})
	}
	m := mapOf(b, v, MapOptions{})
	b.Run("place", func(b *testing.B) {
		for b.Loop() {
			m.Place(v.Row(4711))
		}
	})
	if os.Getenv("KHETTARA_ACCEPTANCE") == "" {
		return
	}
	g := groupsOf(b, v, m, GroupOptions{K: 3, NoRefits: true})
	b.Run("groups with stability", func(b *testing.B) {
		for b.Loop() {
			groupsOf(b, v, m, GroupOptions{})
		}
	})
	b.Run("representative", func(b *testing.B) {
		for b.Loop() {
			if _, err := RepresentativeStatements(ctx, v, m, g, RepresentativeOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("common ground", func(b *testing.B) {
		for b.Loop() {
			CommonGround(v, g)
		}
	})
	b.Run("bridging", func(b *testing.B) {
		for b.Loop() {
			if _, err := FitBridging(ctx, v, BridgingOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// watchMemory looks at the memory in use until the function it returns is
// called, which gives the most that was seen, in megabytes.
func watchMemory() func() float64 {
	stop, most := make(chan bool), make(chan uint64)
	go func() {
		var peak uint64
		for {
			var s runtime.MemStats
			runtime.ReadMemStats(&s)
			peak = max(peak, s.HeapAlloc)
			select {
			case <-stop:
				most <- peak
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() float64 {
		close(stop)
		return float64(<-most) / 1e6
	}
}

// BenchmarkRefresh adds 1,000 votes to a million and follows them.
func BenchmarkRefresh(b *testing.B) {
	for _, people := range []int{10_000, 100_000} {
		b.Run(fmt.Sprintf("people=%d", people), func(b *testing.B) {
			v, _ := crowd{people: people, statements: 500, each: 1_000_000 / people, camps: 3, seed: 2}.votes()
			m := mapOf(b, v, MapOptions{})
			next := 0
			for b.Loop() {
				for range 1000 {
					next += 7919
					v.Set(next%people, next%499, Agree)
				}
				var err error
				if m, err = m.Refresh(context.Background(), v); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGrowth tells the cost of a vote as people and statements grow; it
// should stay the same.
func BenchmarkGrowth(b *testing.B) {
	for _, c := range []crowd{
		{people: 1000, statements: 100, each: 50}, {people: 10_000, statements: 100, each: 50}, {people: 50_000, statements: 100, each: 50},
		{people: 10_000, statements: 1000, each: 50}, {people: 10_000, statements: 5000, each: 50},
	} {
		b.Run(fmt.Sprintf("people=%d/statements=%d", c.people, c.statements), func(b *testing.B) {
			c.camps, c.seed = 3, 3
			v, _ := c.votes()
			for b.Loop() {
				mapOf(b, v, MapOptions{})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(v.Cast())/defaultRounds, "ns/vote/round")
		})
	}
}

// BenchmarkDense compares one round with the textbook's on a full matrix, at the
// share of votes cast that conversations have.
func BenchmarkDense(b *testing.B) {
	v, _ := crowd{people: 4000, statements: 400, each: 40, camps: 3, seed: 4}.votes()
	d := denseOf(v)
	var plain time.Duration
	b.Run("textbook", func(b *testing.B) {
		for b.Loop() {
			d.expect()
			d.maximise()
		}
		plain = b.Elapsed() / time.Duration(b.N)
	})
	b.Run("sparse", func(b *testing.B) {
		p, err := newPanel(context.Background(), v)
		if err != nil {
			b.Fatal(err)
		}
		f, err := newFit(context.Background(), p, v.statements.ids, false, 0)
		if err != nil {
			b.Fatal(err)
		}
		for b.Loop() {
			if _, err := f.step(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(plain)/(float64(b.Elapsed())/float64(b.N)), "×textbook")
	})
}
