package pb

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestWhatIfByAddingBallots repeats the reruns with ballots really added.
func TestWhatIfByAddingBallots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inst, profile := drawElection(t, false, rapid.Bool().Draw(t, "weights"))
		opts := Charter("seed")
		opts.MaxRestarts = 300
		ctx := context.Background()
		out, err := EqualShares(ctx, inst, profile, opts)
		if err != nil {
			t.Fatal(err)
		}
		wins := func(inst *Instance, profile *Profile, id string, extra int) bool {
			more := *profile
			more.Ballots = slices.Clone(profile.Ballots)
			for range extra {
				more.Ballots = append(more.Ballots, Ballot{Projects: []string{id}})
			}
			o, err := EqualShares(ctx, inst, &more, opts)
			if err != nil {
				t.Fatal(err)
			}
			return o.Won(id)
		}
		for _, l := range out.Lost {
			w, err := WhatIf(ctx, inst, profile, opts, out, l.Project)
			if err != nil {
				t.Fatal(err)
			}
			if k := int(w.ExtraSupporters); k > 0 && (!wins(inst, profile, l.Project, k) || k > 1 && wins(inst, profile, l.Project, k-1)) {
				t.Errorf("%s: %d extra supporters are not the border between losing and winning", l.Project, k)
			} else if k == 0 && l.Cost < inst.Budget {
				t.Errorf("%s costs less than the budget, so enough supporters would buy it", l.Project)
			}
			if w.Rival != "" && w.WithoutRival != wins(without(inst, w.Rival), withoutChoice(profile, w.Rival), l.Project, 0) {
				t.Errorf("%s without %s: %v", l.Project, w.Rival, w.WithoutRival)
			}
		}
	})
}

func TestWhatIfRefusesWinnersAndStopsWithContext(t *testing.T) {
	inst := &Instance{Budget: 10, Projects: []Project{{ID: "a", Cost: 5}, {ID: "b", Cost: 8}}}
	profile := &Profile{Kind: Approval, Ballots: []Ballot{{Projects: []string{"a"}}, {Projects: []string{"b"}}}}
	out, err := EqualShares(context.Background(), inst, profile, Charter(""))
	if err != nil {
		t.Fatal(err)
	}
	var f *Fault
	if _, err := WhatIf(context.Background(), inst, profile, Charter(""), out, "a"); !errors.As(err, &f) || f.Code != UnknownProject {
		t.Errorf("a won, yet: %v", err)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := WhatIf(ended, inst, profile, Charter(""), out, "b"); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}
