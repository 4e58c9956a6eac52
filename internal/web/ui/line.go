package ui

import (
	"fmt"
	"math"
	"strings"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/web/page"
)

// lineDrawing is the section through the khettara, drawn left to right and
// mirrored as a whole in right-to-left pages. It is stretched to the page's
// width: strokes do not scale, and discs are round-capped dots, so they stay round.
type lineDrawing struct {
	w, h           float64
	moundW, moundH float64 // size of a spoil mound
	shafts         []shaft
}

type shaft struct {
	x, ground, water float64
	state            page.StageState
}

// newLineDrawing lays the stages out in equal columns: the wide drawing is
// 1200×92, the phone's 360×52 (look.md §5).
func newLineDrawing(stages []page.LineStage, phone bool) lineDrawing {
	d := lineDrawing{w: 1200, h: 92, moundW: 14, moundH: 6}
	if phone {
		d = lineDrawing{w: 360, h: 52, moundW: 8, moundH: 4}
	}
	for i, s := range stages {
		x := (float64(i) + .5) * d.w / float64(len(stages))
		d.shafts = append(d.shafts, shaft{x: x, ground: d.ground(x), water: d.water(x), state: s.State})
	}
	return d
}

// ground falls from the mother well to the field, a little faster towards the field.
func (d lineDrawing) ground(x float64) float64 {
	t := x / d.w
	return d.h * (.1 + .42*t + .07*t*t)
}

// water rises gently to meet the ground; the slope is what makes a khettara flow.
func (d lineDrawing) water(x float64) float64 { return d.h * (.81 - .155*x/d.w) }

func n1(f float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", math.Round(f*10)/10), ".0")
}

func (d lineDrawing) viewBox() string { return "0 0 " + n1(d.w) + " " + n1(d.h) }

// surface is the ground as an open line, earth the closed area under it.
func (d lineDrawing) surface() string {
	var b strings.Builder
	for i := 0; i <= 12; i++ {
		x := d.w * float64(i) / 12
		letter := "L"
		if i == 0 {
			letter = "M"
		}
		b.WriteString(letter + n1(x) + " " + n1(d.ground(x)))
	}
	return b.String()
}

func (d lineDrawing) earth() string {
	return d.surface() + "V" + n1(d.h) + "H0Z"
}

// mounds are the two heaps of spoil beside each mouth.
func (d lineDrawing) mounds() string {
	var b strings.Builder
	for _, s := range d.shafts {
		for _, from := range []float64{s.x - d.moundW*1.3, s.x + d.moundW*.3} {
			y := d.ground(from + d.moundW/2)
			fmt.Fprintf(&b, "M%s %sc%s -%s %s -%s %s 0z", n1(from), n1(y),
				n1(d.moundW*.25), n1(d.moundH*1.4), n1(d.moundW*.75), n1(d.moundH*1.4), n1(d.moundW))
		}
	}
	return b.String()
}

// flowed is the part of the gallery the water has come through: from the mother
// well to the last stage that is past or current.
func (d lineDrawing) flowed() string {
	last := -1
	for i, s := range d.shafts {
		if s.state != page.Later {
			last = i
		}
	}
	if last < 1 {
		return ""
	}
	a, z := d.shafts[0], d.shafts[last]
	return "M" + n1(a.x) + " " + n1(a.water) + "L" + n1(z.x) + " " + n1(z.water)
}

// dry is the rest of the gallery, to the field.
func (d lineDrawing) dry() string {
	from := d.shafts[0]
	for _, s := range d.shafts {
		if s.state != page.Later {
			from = s
		}
	}
	return "M" + n1(from.x) + " " + n1(from.water) + "L" + n1(d.w) + " " + n1(d.water(d.w))
}

// pool is the mother well's water, a short line under the first shaft.
func (d lineDrawing) pool() string {
	s := d.shafts[0]
	half := d.w / 84
	return "M" + n1(s.x-half) + " " + n1(s.water+d.h*.13) + "h" + n1(2*half)
}

// blades are the three green leaves of the field.
func (d lineDrawing) blades() string {
	var b strings.Builder
	for i, height := range []float64{.09, .13, .09} {
		x := d.w*.962 + float64(i)*d.w*.006
		fmt.Fprintf(&b, "M%s %sv-%s", n1(x), n1(d.ground(x)), n1(d.h*height))
	}
	return b.String()
}

func (s shaft) line() string { return "M" + n1(s.x) + " " + n1(s.ground) + "V" + n1(s.water) }
func (s shaft) dot() string  { return "M" + n1(s.x) + " " + n1(s.water) + "h.01" }

// currentStage is the place of the current stage, from 1; 0 when none is current.
func currentStage(line []page.LineStage) int {
	for i, s := range line {
		if s.State == page.Now {
			return i + 1
		}
	}
	return 0
}

func stageName(l i18n.Lang, stage string) string { return i18n.T(l, "stage."+stage) }
