package opinion

import (
	"context"
	"testing"
)

// TestOneScriptMovesNobodyFar lets one participant cast ten thousand votes, on
// every statement and over and over, in a conversation of 300.
func TestOneScriptMovesNobodyFar(t *testing.T) {
	c := converse(t, Simulation{People: 300, Statements: 100, Groups: 2, Seed: 8, VotesEach: 20})
	script := c.Votes.AddPerson("script")
	for n := range 10_000 {
		c.Votes.Set(script, n%100, Agree)
	}
	m := mapOf(t, c.Votes, MapOptions{})
	in, err := MeasureInfluence(context.Background(), c.Votes, m)
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	for i, part := range in.Parts {
		sum += part
		if !(part >= 0 && part < 1) {
			t.Errorf("person %d: %v", i, part)
		}
	}
	t.Logf("largest part %.4f, mean %.4f; the script's %.4f; others move by %.3f along the axes", in.Parts[in.Most], in.Mean, in.Parts[script], in.Shift)
	if sum > 1 || in.Parts[script] > 0.05 || in.Shift[0] > 0.15 {
		t.Errorf("parts add up to %v, the script has %v, others move by %v", sum, in.Parts[script], in.Shift)
	}
}

func TestInfluenceOfNobodyAndOne(t *testing.T) {
	v := New()
	j := v.AddStatement("s")
	v.AddPerson("silent")
	v.Set(v.AddPerson("alone"), j, Agree)
	in, err := MeasureInfluence(context.Background(), v, mapOf(t, v, MapOptions{}))
	if err != nil || in.Shift != [2]float64{} || !(in.Parts[0] >= 0 && in.Parts[1] < 1) {
		t.Errorf("%+v %v", in, err)
	}
}
