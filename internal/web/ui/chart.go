package ui

import (
	"math"
	"strconv"

	"rsc.io/qr"

	"github.com/a-h/templ"
)

// The colours of bars: what the bar says, not how it looks.
const (
	ToneWater = "water" // done, heard, paid
	ToneSoft  = "soft"  // secondary bars: shares of a group
	ToneMoney = "money" // amounts
	ToneBad   = "bad"   // loss, refused
	ToneAgree = "agree"
	ToneNo    = "no" // disagree
	ToneBlue  = "blue"
)

// Bars are 100 units wide and stretch to their cell. They are drawn from the
// start edge; the style sheet mirrors them in right-to-left pages. The cells
// beside them say their numbers, so they are hidden from assistive technology.
const barWidth = 100

// share is value/max as a width, within 0 and 100; a whole of zero gives nothing.
func share(value, max float64) float64 {
	if max <= 0 || math.IsNaN(value) {
		return 0
	}
	return math.Min(math.Max(value/max, 0), 1) * barWidth
}

// BarMark is a bar with a track behind it and, when Plan is positive, a mark
// where the plan stands.
type BarMark struct {
	Value, Max float64
	Plan       float64
	Tone       string
	Tall       bool // the one main rate of a page
	NoTrack    bool // compares rows rather than a part with its whole
}

// Segment is a piece of a segmented meter: a chosen project in a basket, a partner's share.
type Segment struct {
	Value float64
	Tone  string
}

type placed struct {
	x, w float64
	tone string
}

// place lays segments end to end with a hairline between them.
func place(segments []Segment, max float64) []placed {
	const gap = .6
	out := make([]placed, 0, len(segments))
	x := 0.0
	for _, s := range segments {
		w := math.Min(share(s.Value, max), barWidth-x)
		if w <= 0 {
			continue
		}
		out = append(out, placed{x: x, w: math.Max(w-gap, .4), tone: s.Tone})
		x += w
	}
	return out
}

// Dumbbell compares two dates on a scale of 0 to 100: hollow before, solid now,
// and a dashed tick for the reference (the prefecture). Worse turns it brick;
// a word in the next cell says it as well.
type Dumbbell struct {
	Before, Now float64
	Reference   float64 // negative for none
	Worse       bool
}

// Diverging is a bar on either side of zero; Least and Most span the scale.
type Diverging struct {
	Value, Least, Most float64
	Current            bool
}

// zero is where the axis stands.
func (d Diverging) zero() float64 {
	least, most := math.Min(d.Least, 0), math.Max(d.Most, 0)
	if most == least {
		return 0
	}
	return -least / (most - least) * barWidth
}

func (d Diverging) bar() (x, w float64) {
	least, most := math.Min(d.Least, 0), math.Max(d.Most, 0)
	if most == least {
		return 0, 0
	}
	w = math.Abs(d.Value) / (most - least) * barWidth
	x = d.zero()
	if d.Value < 0 {
		x -= w
	}
	return x, w
}

func (d Diverging) tone() string {
	switch {
	case d.Value < 0:
		return ToneBad
	case d.Current:
		return ToneMoney
	}
	return ToneSoft
}

// Agreement is a group's answers to a statement, out of 100: agree from the
// centre towards the inline start, disagree towards the end. A side under ten
// people is Small: it is outlined and its number is replaced by words.
type Agreement struct {
	Group                     string
	Agree, Disagree           float64 // per 100 of those who answered
	SmallAgree, SmallDisagree bool
}

// Seats is one dot a seat.
type Seats struct{ Came, Seats int }

type seat struct {
	x, y  float64
	class string
}

const seatsPerRow = 25

func (s Seats) rows() int { return (max(s.Came, s.Seats) + seatsPerRow - 1) / seatsPerRow }

func (s Seats) viewBox() string { return "0 0 400 " + strconv.Itoa(16*max(s.rows(), 1)) }

// dots are filled for who came within the seats, hollow for empty seats, ochre beyond them.
func (s Seats) dots() []seat {
	total := max(s.Came, s.Seats)
	out := make([]seat, total)
	for i := range out {
		class := "seat-came"
		switch {
		case i >= s.Seats:
			class = "seat-extra"
		case i >= s.Came:
			class = "seat-empty"
		}
		out[i] = seat{x: float64(i%seatsPerRow)*16 + 8, y: float64(i/seatsPerRow)*16 + 8, class: class}
	}
	return out
}

// Bar is a bar of one value.
func Bar(value, max float64, tone string) templ.Component {
	return BarOf(BarMark{Value: value, Max: max, Tone: tone})
}

// Plain is Bar without a track, to compare the rows of a table.
func Plain(value, max float64, tone string) templ.Component {
	return BarOf(BarMark{Value: value, Max: max, Tone: tone, NoTrack: true})
}

// Scatter is the plot of opinion groups: one mark a participant. The groups are
// told apart by shape first (disc, triangle, hollow square, hollow disc), then by
// colour. It never mirrors, and its axes have no unit.
type Scatter struct {
	Label  string // the finding in a sentence, read aloud
	Points []Point
	Groups []string // «المجموعة أ · 92», by group
}

// Point is a participant's place, both coordinates within −1 and 1.
type Point struct {
	X, Y  float64
	Group int
}

const (
	scatterWidth, scatterHeight = 480.0, 360.0
	scatterMargin               = 30.0
	markSize                    = 4.2
)

func (p Point) place() (x, y float64) {
	within := func(f float64) float64 { return math.Min(math.Max(f, -1), 1) }
	return scatterMargin + (within(p.X)+1)/2*(scatterWidth-2*scatterMargin), scatterMargin + (1-within(p.Y))/2*(scatterHeight-2*scatterMargin)
}

// mark is the outline of the point's mark; groups after the fourth share the last shape.
func (p Point) mark() string {
	x, y := p.place()
	switch p.Group {
	case 1:
		return "M" + n1(x-markSize) + " " + n1(y+markSize*.8) + "h" + n1(2*markSize) + "L" + n1(x) + " " + n1(y-markSize) + "z"
	case 2:
		return "M" + n1(x-markSize) + " " + n1(y-markSize) + "h" + n1(2*markSize) + "v" + n1(2*markSize) + "h" + n1(-2*markSize) + "z"
	}
	r := n1(markSize)
	return "M" + n1(x-markSize) + " " + n1(y) + "a" + r + " " + r + " 0 1 0 " + n1(2*markSize) + " 0a" + r + " " + r + " 0 1 0 " + n1(-2*markSize) + " 0z"
}

// label is where a group's name stands: above the middle of its points.
func (s Scatter) label(group int) (x, y float64, ok bool) {
	n, top := 0.0, scatterHeight
	for _, p := range s.Points {
		if p.Group == group {
			px, py := p.place()
			x, top, n = x+px, math.Min(top, py), n+1
		}
	}
	if n == 0 {
		return 0, 0, false
	}
	return x / n, math.Max(top-12, 18), true
}

// qrPath draws the dark modules of a code image; size is its side with the quiet zone of four modules.
func qrPath(text string) (path string, size int, err error) {
	code, err := qr.Encode(text, qr.M)
	if err != nil {
		return "", 0, err
	}
	const quiet = 4
	b := []byte{}
	for y := range code.Size {
		for x := 0; x < code.Size; x++ {
			from := x
			for x < code.Size && code.Black(x, y) {
				x++
			}
			if x > from {
				b = append(b, "M"+strconv.Itoa(from+quiet)+" "+strconv.Itoa(y+quiet)+"h"+strconv.Itoa(x-from)+"v1h-"+strconv.Itoa(x-from)+"z"...)
			}
		}
	}
	return string(b), code.Size + 2*quiet, nil
}
