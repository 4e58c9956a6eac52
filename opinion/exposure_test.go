package opinion

import (
	"errors"
	"math"
	"testing"
)

// TestCorrectionUndoesPleasingExposure measures, over ten conversations that show
// people what they like, how far the raw and the corrected share are from the truth.
func TestCorrectionUndoesPleasingExposure(t *testing.T) {
	var rawBias, bias, raw, corrected float64
	n := 0
	for seed := range uint64(10) {
		c := converse(t, Simulation{People: 600, Statements: 40, Groups: 2, Seed: seed, Exposure: Pleasing, VotesEach: 8})
		exposed, err := CorrectExposure(c.Votes, c.Displays)
		if err != nil {
			t.Fatal(err)
		}
		for j, e := range exposed {
			raw += math.Abs(e.Raw - c.Support[j])
			corrected += math.Abs(e.Corrected - c.Support[j])
			rawBias += e.Raw - c.Support[j]
			bias += e.Corrected - c.Support[j]
			n++
		}
	}
	for _, sum := range []*float64{&rawBias, &bias, &raw, &corrected} {
		*sum /= float64(n)
	}
	t.Logf("mean error: raw %+.3f, corrected %+.3f; mean distance: raw %.3f, corrected %.3f", rawBias, bias, raw, corrected)
	if math.Abs(bias) > rawBias/3 || corrected > 0.75*raw {
		t.Error("the correction does not bring shares nearer to the truth")
	}
}

func TestSilenceBoundsTheShare(t *testing.T) {
	v := New()
	j := v.AddStatement("s")
	var displays []Display
	for i, vote := range []Vote{Agree, Agree, Disagree, Skipped, Skipped, Skipped} {
		v.Set(v.AddPerson(string(rune('a'+i))), j, vote)
		displays = append(displays, Display{i, j, 0.5}, Display{i, j, 0.25}) // shown twice: counted once
	}
	exposed, err := CorrectExposure(v, displays)
	if err != nil {
		t.Fatal(err)
	}
	e := exposed[0]
	if e.Shown != 6 || e.Answered != 3 || e.Skipped != 3 || !e.Bounded {
		t.Errorf("%+v", e)
	}
	if e.Low != 2.0/6 || e.High != 5.0/6 || math.Abs(e.Raw-2.0/3) > 1e-12 || math.Abs(e.Corrected-2.0/3) > 1e-12 {
		t.Errorf("%+v", e)
	}
}

func TestExposureOfNothing(t *testing.T) {
	v := New()
	v.AddStatement("s")
	v.AddPerson("a")
	exposed, err := CorrectExposure(v, nil)
	if err != nil || exposed[0].Raw != 0.5 || exposed[0].Corrected != 0.5 || exposed[0].Low != 0 || exposed[0].High != 1 {
		t.Errorf("%+v %v", exposed, err)
	}
	for _, d := range []Display{{0, 0, 0}, {0, 0, math.NaN()}, {0, 0, 1.5}, {1, 0, 1}, {0, -1, 1}} {
		var fault *Fault
		if _, err := CorrectExposure(v, []Display{d}); !errors.As(err, &fault) {
			t.Errorf("%+v: %v", d, err)
		}
	}
}
