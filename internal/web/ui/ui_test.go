package ui

import (
	"math"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/web/page"
)

func TestSentencesIsolateTheirNumbers(t *testing.T) {
	num := func(s string) string { return `<bdi dir="ltr" class="num">` + s + `</bdi>` }
	for _, c := range []struct {
		name string
		c    templ.Component
		want string
	}{
		{"number", M(i18n.Ar, "common.days", "n", 1500), num("1\u00a0500") + " يوم"},
		{"dual without a number", M(i18n.Ar, "common.days", "n", 2), "يومان"},
		{"name is escaped", M(i18n.Fr, "common.of", "total", "<b>"), "sur <bdi>&lt;b&gt;</bdi>"},
		{"money keeps its word", M(i18n.Ar, "common.of", "total", i18n.Money(280000000)), "من <bdi>" + num("2\u00a0800\u00a0000") + " درهم</bdi>"},
		{"component", M(i18n.Fr, "common.of", "total", Link("/x?a=1&b=2", "HCP")), "sur <a href=\"/x?a=1&amp;b=2\">HCP</a>"},
		{"code", M(i18n.Fr, "common.of", "total", "P-0142-8"), "sur " + num("P-0142-8")},
		{"string of T", Str(i18n.T(i18n.Ar, "status.late", "n", 46)), "متأخر " + num("46") + " يوما"},
		{"unclosed isolate", Str("a \u2066b"), `a <bdi dir="ltr" class="num">b</bdi>`},
		{"dangerous link", Link("javascript:alert(1)", "x"), `<a href="about:invalid#TemplFailedSanitizationURL">x</a>`},
		{"fallback", Text(i18n.Ar, i18n.Text{Fr: "Réseau <x>"}), `<span lang="fr" dir="ltr">Réseau &lt;x&gt;</span> <span class="untranslated">غير مترجم</span>`},
		{"own language", Text(i18n.Fr, i18n.Text{Fr: "Réseau", Ar: "شبكة"}), "Réseau"},
		// Outside of the words' own direction the marks would stand on the side of the page's.
		{"a quotation", Quote(i18n.Fr, "كنجيبو الما", "ary"), "<q class=\"quote\"><span class=\"user\" dir=\"auto\" lang=\"ary\">«\u00a0كنجيبو الما\u00a0»</span></q>"},
		{"what people wrote", UserText("<hello>\nشكرا", ""), "<span class=\"user\" dir=\"auto\">&lt;hello&gt;\nشكرا</span>"},
	} {
		if got := string(rendered(t, c.c)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestFieldsKeepWhatWasTyped(t *testing.T) {
	f := page.NewForm("reason", `"لا" <b>`)
	f.Faults = []*fault.Error{fault.Field("reason", "fault.too_short", "n", 20)}
	html := string(rendered(t, TextArea(FieldOf(i18n.Ar, f, "reason", "التعليل").Must())))
	for _, want := range []string{`aria-invalid="true"`, `aria-describedby="f-reason-error"`, `&#34;لا&#34; &lt;b&gt;</textarea>`, "حرفا على الأقل", `for="f-reason"`} {
		if !strings.Contains(html, want) {
			t.Errorf("no %s in\n%s", want, html)
		}
	}
	if strings.Contains(html, "اختياري") {
		t.Error("a required field is called optional")
	}
	if html := string(rendered(t, TextField(FieldOf(i18n.Ar, f, "other", "خانة")))); strings.Contains(html, "aria-invalid") || !strings.Contains(html, "اختياري") {
		t.Errorf("a sound optional field: %s", html)
	}
	if html := string(rendered(t, ErrorSummary(i18n.Ar, []Field{FieldOf(i18n.Ar, f, "other", "خانة")}))); html != "" {
		t.Errorf("a summary without faults: %s", html)
	}
}

func TestDirectionOfTypedText(t *testing.T) {
	for want, f := range map[string]Field{"ltr": {Type: "email"}, "rtl": {Content: i18n.Ar}, "auto": {}} {
		if f.dir() != want {
			t.Errorf("%+v: %s, want %s", f, f.dir(), want)
		}
	}
}

func TestGalleryLine(t *testing.T) {
	line := sampleBase(i18n.Ar, "", "consultation").Line
	for _, phone := range []bool{false, true} {
		d := newLineDrawing(line, phone)
		for i, s := range d.shafts {
			if s.ground >= s.water || s.water > d.h {
				t.Errorf("shaft %d: ground %v, water %v, height %v", i, s.ground, s.water, d.h)
			}
			if i > 0 && s.water-s.ground >= d.shafts[i-1].water-d.shafts[i-1].ground {
				t.Errorf("shaft %d is not shorter than the one before: the water must rise to meet the ground", i)
			}
		}
		now := d.shafts[3]
		if end := "L" + n1(now.x) + " " + n1(now.water); !strings.HasSuffix(d.flowed(), end) || !strings.HasPrefix(d.dry(), "M"+end[1:]) {
			t.Errorf("water flows %s, dry is %s, now is at %s", d.flowed(), d.dry(), end)
		}
	}
	for i := range line {
		line[i].State = page.Later
	}
	if d := newLineDrawing(line, false); d.flowed() != "" {
		t.Errorf("water flows before the programme began: %s", d.flowed())
	}
	if n := currentStage(line); n != 0 {
		t.Errorf("current stage %d of none", n)
	}
}

func TestDrawingsStayWithinTheirBox(t *testing.T) {
	for _, c := range []struct{ value, max, want float64 }{{5, 10, 50}, {20, 10, 100}, {-1, 10, 0}, {1, 0, 0}, {math.NaN(), 10, 0}} {
		if got := share(c.value, c.max); got != c.want {
			t.Errorf("share(%v, %v) = %v, want %v", c.value, c.max, got, c.want)
		}
	}
	end := 0.0
	for _, p := range place([]Segment{{30, ToneBlue}, {0, ToneBlue}, {90, ToneBlue}}, 100) {
		if p.x < end || p.x+p.w > barWidth {
			t.Errorf("a segment from %v, %v wide, after %v", p.x, p.w, end)
		}
		end = p.x + p.w
	}
	loss := Diverging{Value: -28, Least: -28, Most: 84}
	if x, w := loss.bar(); x != 0 || w != 25 || loss.zero() != 25 {
		t.Errorf("a loss: from %v, %v wide, zero at %v", x, w, loss.zero())
	}
	if x, w := (Diverging{Value: 5, Least: 5, Most: 10}).bar(); x != 0 || w != 50 {
		t.Errorf("gains only: from %v, %v wide", x, w)
	}
	if x, w := (Diverging{}).bar(); x != 0 || w != 0 {
		t.Errorf("nothing: from %v, %v wide", x, w)
	}
}

func TestSeats(t *testing.T) {
	for _, c := range []struct {
		s                  Seats
		came, empty, extra int
	}{{Seats{19, 24}, 19, 5, 0}, {Seats{43, 40}, 40, 0, 3}, {Seats{0, 0}, 0, 0, 0}} {
		n := map[string]int{}
		for _, d := range c.s.dots() {
			n[d.class]++
		}
		if n["seat-came"] != c.came || n["seat-empty"] != c.empty || n["seat-extra"] != c.extra {
			t.Errorf("%+v: %v", c.s, n)
		}
	}
}

func TestGanttIsWidenedToItsMonths(t *testing.T) {
	day := sampleNow.UnixMilli()
	g := Gantt{Lang: i18n.Ar, Today: day, Rows: []GanttRow{{Start: day, End: sampleNow.AddDate(0, 20, 0).UnixMilli(), PlanStart: sampleNow.AddDate(0, -3, 0).UnixMilli(), PlanEnd: day}}}
	marks := g.marks()
	if len(marks) > 6 || marks[0].at != 0 || marks[0].label != "غشت\u00a02026" {
		t.Errorf("marks %v", marks)
	}
	step := marks[1].at
	for i, m := range marks {
		if math.Abs(m.at-float64(i)*step) > 1 {
			t.Errorf("mark %d at %v: the names stand in equal columns of %v", i, m.at, step)
		}
	}
	if at := g.at(day); at <= 0 || at >= 100 {
		t.Errorf("today at %v", at)
	}
}

func TestStatusesHaveWords(t *testing.T) {
	for status := range statusMarks {
		for _, l := range i18n.Langs {
			if m := Status(l, status, "n", 3, "target", "x", "date", "y"); m.Text == "" || m.Icon == "" {
				t.Errorf("%s %s: %+v", l, status, m)
			}
		}
	}
}

// TestIcons: an unknown name would draw nothing, and a badge would be a bare word.
func TestIcons(t *testing.T) {
	for status, m := range statusMarks {
		if len(rendered(t, Icon(m.Icon))) == 0 {
			t.Errorf("%s: no icon %q", status, m.Icon)
		}
	}
}

func TestMapClasses(t *testing.T) {
	m := Map{Ramp: RampChange, Lang: i18n.Fr, Shapes: []Shape{{Class: NoData}}}
	if !m.HasNoData() || m.fill(m.Shapes[0]) != "no-data" || m.value(m.Shapes[0]) != "pas de donnée" {
		t.Errorf("a unit without data: %s, %s", m.fill(m.Shapes[0]), m.value(m.Shapes[0]))
	}
	for class, dark := range map[int]bool{0: true, 1: false, 4: false, 5: true} {
		if m.dark(Shape{Class: class}) != dark {
			t.Errorf("change class %d: white text %v", class, !dark)
		}
	}
	m.Ramp = RampNeed
	if m.dark(Shape{Class: 2}) || !m.dark(Shape{Class: 3}) {
		t.Error("white text belongs on the two darkest classes")
	}
}

func TestScatterMarksStayInside(t *testing.T) {
	for _, p := range []Point{{X: -1, Y: -1}, {X: 5, Y: -7, Group: 1}, {X: 0, Y: 1, Group: 2}} {
		if x, y := p.place(); x < scatterMargin || x > scatterWidth-scatterMargin || y < scatterMargin || y > scatterHeight-scatterMargin {
			t.Errorf("%+v at %v, %v", p, x, y)
		}
	}
	if _, y := (Point{Y: 1}).place(); y != scatterMargin {
		t.Errorf("up is at %v", y)
	}
	if _, _, ok := (Scatter{Points: []Point{{}}}).label(1); ok {
		t.Error("a group without points has a name on the plot")
	}
}
