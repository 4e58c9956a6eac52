package pb

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkReference counts real elections and tells how many times faster than
// the reference implementation's own figure that is (×reference).
func BenchmarkReference(b *testing.B) {
	dir, instances := conformance(b)
	for _, in := range instances {
		f := readFile(b, filepath.Join(dir, in.File))
		for _, name := range []string{"mes_cost", "mes_cost_add1", "mes_points_add1", "mes_borda_add1", "sequential_phragmen"} {
			want, ok := in.Rules[name]
			if !ok {
				continue
			}
			rule, _ := RuleByName(name)
			b.Run(in.File+"/"+name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					run(b, rule, f.Instance, f.Profile, Options{Brief: true})
				}
				b.ReportMetric(want.Seconds/(b.Elapsed().Seconds()/float64(b.N)), "×reference")
			})
		}
	}
}

// city is an election of the size of Łódź 2022, whose file is not at hand.
func city() (*Instance, *Profile) {
	return Synthetic{Projects: 160, Voters: 90_494, Seed: 1, Length: 4, MaxLength: 5, Share: 0.12}.Euclidean()
}

func BenchmarkCity(b *testing.B) {
	inst, profile := city()
	charter := Charter("")
	charter.Brief = true
	for _, bench := range []struct {
		name string
		opts Options
	}{
		{"shares", Options{Brief: true}},
		{"shares explained", Options{}},
		{"add1", Options{Completion: Add1, Brief: true}},
		{"charter", charter},
		{"charter explained", Charter("")},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := EqualShares(context.Background(), inst, profile, bench.opts); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	var file bytes.Buffer
	if err := WritePabulib(&file, inst, profile); err != nil {
		b.Fatal(err)
	}
	b.Run("parse", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(file.Len()))
		for b.Loop() {
			if _, err := ReadPabulib(bytes.NewReader(file.Bytes()), ReadOptions{Strict: true}); err != nil {
				b.Fatal(err)
			}
		}
	})
	out, err := EqualShares(context.Background(), inst, profile, Options{Completion: Add1U})
	if err != nil {
		b.Fatal(err)
	}
	b.Run("fairness", func(b *testing.B) {
		for b.Loop() {
			if _, err := MeasureFairness(inst, profile, out, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkMillion is a million voters with 100,000 different ballots, 500
// projects, and the completion of a charter.
func BenchmarkMillion(b *testing.B) {
	inst, profile := Synthetic{Projects: 500, Voters: 1_000_000, Seed: 1, Length: 8, MaxLength: 15, Share: 0.15, Types: 100_000}.Euclidean()
	opts := Charter("")
	opts.Brief = true
	b.ReportAllocs()
	for b.Loop() {
		if _, err := EqualShares(context.Background(), inst, profile, opts); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkGrowth measures time as voters and as projects grow. With KHETTARA_PLOT
// set it draws the plot of the documentation anew.
func BenchmarkGrowth(b *testing.B) {
	seconds := map[string]map[[2]int]float64{}
	for _, size := range growth() {
		inst, profile := Synthetic{Projects: size[1], Voters: size[0], Seed: 1, Length: 4, MaxLength: 8, Share: 0.2}.Euclidean()
		for _, plotted := range plottedRules {
			rule, _ := RuleByName(plotted.name)
			if seconds[rule.Name] == nil {
				seconds[rule.Name] = map[[2]int]float64{}
			}
			b.Run(fmt.Sprintf("%s/voters=%d/projects=%d", rule.Name, size[0], size[1]), func(b *testing.B) {
				b.ReportAllocs()
				least := math.Inf(1) // the plot shows the rule, not what else the machine does
				for b.Loop() {
					begun := time.Now()
					run(b, rule, inst, profile, Options{Brief: true, Parts: 1000, MaxRestarts: 20_000})
					least = min(least, time.Since(begun).Seconds())
				}
				seconds[rule.Name][size] = least
			})
		}
	}
	if os.Getenv("KHETTARA_PLOT") != "" {
		if err := os.WriteFile(plotFile, []byte(plotOf(seconds)), 0o644); err != nil {
			b.Fatal(err)
		}
	}
}

// growth lists numbers of voters at 50 projects, then of projects at 5,000 voters.
func growth() [][2]int {
	var sizes [][2]int
	for _, n := range []int{1_000, 3_000, 10_000, 30_000, 100_000} {
		sizes = append(sizes, [2]int{n, 50})
	}
	for _, m := range []int{10, 20, 50, 100, 200} {
		sizes = append(sizes, [2]int{5_000, m})
	}
	return sizes
}
