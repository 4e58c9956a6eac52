package opinion

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
)

// findings of a conversation with classes, moderation and exposure.
func findings(t testing.TB, v *Votes, displays []Display) Findings {
	t.Helper()
	f, err := Find(context.Background(), v, FindOptions{
		K: 2, Kinds: []string{"commune"}, Displays: displays,
		Margins: []Margin{{"commune", map[string]float64{"medina": 3, "gueliz": 2, "annakhil": 1}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// settled is a simulated conversation whose people live somewhere, 4 of them in
// a commune of their own.
func settled(t testing.TB) *Simulated {
	c := converse(t, Simulation{People: 150, Statements: 24, Groups: 2, Seed: 11, VotesEach: 12, Passes: 0.1, Skips: 0.1})
	for i := range c.Votes.People() {
		commune := []string{"medina", "gueliz"}[i%2]
		if i < 4 {
			commune = "annakhil"
		}
		c.Votes.SetClass(i, "commune", commune)
	}
	for j := range c.Votes.Statements() {
		c.Votes.SetText(j, fmt.Sprintf("words of statement %d", j))
	}
	c.Votes.SetModeration(5, Moderation{State: Rejected})
	c.Votes.SetModeration(6, Moderation{State: Accepted, Meta: true})
	return c
}

func TestReportShowsNoSmallCountNorHiddenWord(t *testing.T) {
	c := settled(t)
	r := NewReport(findings(t, c.Votes, c.Displays))
	smallest := 1 << 30
	walkCounts(reflect.ValueOf(*r), func(n Count) {
		if !n.Hidden && n.N > 0 {
			smallest = min(smallest, n.N)
		}
	})
	for _, m := range r.Marks {
		smallest = min(smallest, m.People)
	}
	if smallest < SmallCell {
		t.Errorf("a count of %d is shown", smallest)
	}
	if len(r.Groups) != 2 || len(r.Groups[0].Representative) == 0 || len(r.CommonGround) != reportList || len(r.Dividing) == 0 {
		t.Errorf("%d groups, %d in common, %d dividing", len(r.Groups), len(r.CommonGround), len(r.Dividing))
	}
	text := string(r.Canonical())
	for _, hidden := range []string{"words of statement 5\"", "words of statement 6\"", "PersonID"} {
		if strings.Contains(text, hidden) {
			t.Errorf("the report has %q", hidden)
		}
	}
	if fmt.Sprint(r.Moderated.Rejected, r.Moderated.Meta) != "[5] [6]" || r.Moderated.InMap != 22 {
		t.Errorf("%+v", r.Moderated)
	}
	if got := r.Raking.Margins[0].Classes[0]; got.Class != "annakhil" || !got.People.Hidden || got.Sample != nil || got.Weighted != nil {
		t.Errorf("four people of one commune: %+v", got)
	}
	if r.Raking.Used || fmt.Sprint(r.Raking.Unfit) != "[small_cell]" {
		t.Errorf("raking %+v", r.Raking)
	}
}

// walkCounts visits every Count of a value.
func walkCounts(v reflect.Value, visit func(Count)) {
	switch v.Kind() {
	case reflect.Struct:
		if c, ok := v.Interface().(Count); ok {
			visit(c)
			return
		}
		for i := range v.NumField() {
			walkCounts(v.Field(i), visit)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			walkCounts(v.Index(i), visit)
		}
	case reflect.Map:
		for it := v.MapRange(); it.Next(); {
			walkCounts(it.Value(), visit)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			walkCounts(v.Elem(), visit)
		}
	}
}

func TestReportDoesNotDependOnTheOrderOfVotes(t *testing.T) {
	c := settled(t)
	want := NewReport(findings(t, c.Votes, nil))
	shuffled := New()
	rnd := rand.New(rand.NewPCG(1, 1))
	for _, j := range rnd.Perm(c.Votes.Statements()) {
		at := shuffled.AddStatement(c.Votes.StatementID(j))
		shuffled.SetText(at, c.Votes.Text(j))
		shuffled.SetModeration(at, c.Votes.Moderation(j))
	}
	for _, i := range rnd.Perm(c.Votes.People()) {
		at := shuffled.AddPerson(c.Votes.PersonID(i))
		shuffled.SetClass(at, "commune", c.Votes.Class(i, "commune"))
		for j, vote := range c.Votes.Row(i) {
			s, _ := shuffled.Statement(c.Votes.StatementID(j))
			shuffled.Set(at, s, vote)
		}
		for j := range c.Votes.SkippedBy(i) {
			s, _ := shuffled.Statement(c.Votes.StatementID(j))
			shuffled.Set(at, s, Skipped)
		}
	}
	got := NewReport(findings(t, shuffled, nil))
	if got.Hash() != want.Hash() {
		t.Errorf("%s\nis not\n%s", got.Canonical(), want.Canonical())
	}
	var again Report
	if err := json.Unmarshal(want.Canonical(), &again); err != nil {
		t.Fatal(err)
	}
	if again.Hash() != want.Hash() || len(want.Hash()) != 64 {
		t.Error("a report that was stored and read has another hash")
	}
}

func TestReportOfNothingMuch(t *testing.T) {
	one := New()
	one.Set(one.AddPerson("a"), one.AddStatement("s"), Pass)
	same := New()
	for i := range 60 {
		for j := range 8 {
			same.Set(same.AddPerson(fmt.Sprint(i)), same.AddStatement(fmt.Sprint(j)), Agree)
		}
	}
	for name, v := range map[string]*Votes{"one vote": one, "all agree": same} {
		f, err := Find(context.Background(), v, FindOptions{})
		if err != nil {
			t.Fatal(err)
		}
		r := NewReport(f)
		if r.K != 1 || len(r.Groups) != 0 || r.Hash() == "" {
			t.Errorf("%s: %s", name, r.Canonical())
		}
	}
}

// TestPlotIsItsTable reads the drawing back: as many marks as rows, its words
// escaped, no letters, nothing that has a direction.
func TestPlotIsItsTable(t *testing.T) {
	r := NewReport(findings(t, settled(t).Votes, nil))
	people := 0
	for _, m := range r.Marks {
		people += m.People
	}
	if want := r.Participants.Grouped.N; people != want {
		t.Errorf("marks of %d people, %d are grouped", people, want)
	}
	svg := PlotSVG(r.Marks, `خريطة <الآراء> & "groups"`, "desc")
	counts := map[string]int{}
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			counts[e.Name.Local]++
		}
	}
	if counts["path"] != len(r.Marks)+1 || counts["title"] != 1 || counts["desc"] != 1 || counts["text"] != 0 {
		t.Errorf("%v for %d marks", counts, len(r.Marks))
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Error(svg)
	}
	if empty := PlotSVG(nil, "t", "d"); strings.Contains(empty, "NaN") || strings.Count(empty, "<path") != 1 {
		t.Error(empty)
	}
}

// TestFindWeighsOnlyWhenItMay gives everybody in a small commune a large weight
// if the classes allow it.
func TestFindWeighsOnlyWhenItMay(t *testing.T) {
	for _, c := range []struct {
		inGueliz int
		used     bool
	}{{30, true}, {9, false}} {
		v := settled(t).Votes
		for i := range v.People() {
			v.SetClass(i, "commune", "medina")
			if i < c.inGueliz {
				v.SetClass(i, "commune", "gueliz")
			}
		}
		f, err := Find(context.Background(), v, FindOptions{Margins: []Margin{{"commune", map[string]float64{"medina": 1, "gueliz": 1}}}, NoRefits: true})
		if err != nil {
			t.Fatal(err)
		}
		r := NewReport(f)
		if r.Raking.Used != c.used || (v.Weight(0) != 1) != c.used {
			t.Errorf("%d people: used %v, weight %v", c.inGueliz, r.Raking.Used, v.Weight(0))
		}
		if told := r.Statements[0].Weighted != nil; told != c.used {
			t.Errorf("%d people: a weighted share is told: %v", c.inGueliz, told)
		}
	}
}
