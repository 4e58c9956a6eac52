package pb

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strings"
	"testing"
)

// plotFile shows what BenchmarkGrowth measured.
const plotFile = "../docs/pb-cost.svg"

// plottedRules are the lines of the plot with their marks.
var plottedRules = []struct {
	name, label, mark, colour string
	legend                    int
}{
	{"mes_cost", "Equal Shares, no completion", "M-4,-4h8v8h-8z", "#1f6f78", 75},
	{"mes_cost_add1u", "Equal Shares, charter (add1u)", "M0,-5L5,4H-5z", "#a23b2a", 324},
	{"sequential_phragmen", "Phragmén", "M-5,0L0,-5L5,0L0,5z", "#5b5f66", 587},
}

// plotOf draws seconds by rule and size, on logarithmic axes: voters at the left,
// projects at the right.
func plotOf(seconds map[string]map[[2]int]float64) string {
	var s strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&s, format+"\n", args...) }
	line(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 360" role="img" aria-labelledby="t d" font-family="sans-serif" font-size="12">`)
	line(`<title id="t">Time to count as voters and projects grow</title>`)
	line(`<desc id="d">Two charts with logarithmic axes: seconds for three rules, on the first as voters grow from 1,000 to 100,000 at 50 projects, on the second as projects grow from 10 to 200 at 5,000 voters.</desc>`)
	line(`<rect width="760" height="360" fill="#fff"/>`)
	sizes := growth()
	for _, chart := range []struct {
		left  float64
		sizes [][2]int
		axis  int
		title string
	}{{75, sizes[:5], 0, "voters (50 projects)"}, {445, sizes[5:], 1, "projects (5,000 voters)"}} {
		const width, decade = 290, 67.7
		y := func(seconds float64) float64 { return 63.5 - decade*math.Log10(seconds) }
		first, last := float64(chart.sizes[0][chart.axis]), float64(chart.sizes[4][chart.axis])
		x := func(size [2]int) float64 {
			return chart.left + width*math.Log(float64(size[chart.axis])/first)/math.Log(last/first)
		}
		for k, label := range []string{"1 s", "0.1 s", "10 ms", "1 ms"} {
			at := y(math.Pow10(-k))
			line(`<path d="M%.0f,%.1fh%d" stroke="#ddd"/>`, chart.left, at, width)
			line(`<text x="%.0f" y="%.1f" text-anchor="end" fill="#444">%s</text>`, chart.left-6, at+4, label)
		}
		for _, size := range chart.sizes {
			line(`<text x="%.1f" y="298" text-anchor="middle" fill="#444">%s</text>`, x(size), thousands(size[chart.axis]))
		}
		line(`<text x="%.1f" y="318" text-anchor="middle" fill="#222">%s</text>`, chart.left+width/2, chart.title)
		for _, rule := range plottedRules {
			path, marks := "M", ""
			for k, size := range chart.sizes {
				at := fmt.Sprintf("%.1f,%.1f", x(size), y(seconds[rule.name][size]))
				if k > 0 {
					path += "L"
				}
				path += at
				marks += fmt.Sprintf("<path d=%q transform=\"translate(%s)\" fill=%q/>\n", rule.mark, at, rule.colour)
			}
			line(`<path d="%s" fill="none" stroke="%s" stroke-width="2"/>`, path, rule.colour)
			s.WriteString(marks)
		}
	}
	for _, rule := range plottedRules {
		line(`<path d="%s" transform="translate(%d,24)" fill="%s"/><text x="%d" y="28" fill="#222">%s</text>`, rule.mark, rule.legend, rule.colour, rule.legend+12, rule.label)
	}
	line(`</svg>`)
	return s.String()
}

func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

// TestPlotOfTheDocumentation: the plot in the documentation is one that
// BenchmarkGrowth draws, up to the times measured.
func TestPlotOfTheDocumentation(t *testing.T) {
	seconds := map[string]map[[2]int]float64{}
	for _, rule := range plottedRules {
		seconds[rule.name] = map[[2]int]float64{}
		for _, size := range growth() {
			seconds[rule.name][size] = 1
		}
	}
	data, err := os.ReadFile(plotFile)
	if err != nil {
		t.Fatal(err)
	}
	// Only the heights of points differ.
	heights := regexp.MustCompile(`(\d+\.\d),-?\d+\.\d`)
	if got, want := heights.ReplaceAllString(string(data), "$1"), heights.ReplaceAllString(plotOf(seconds), "$1"); got != want {
		t.Errorf("%s is not what KHETTARA_PLOT=1 make bench BENCH=Growth draws", plotFile)
	}
}
