package pb

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

func TestSyntheticElectionsRepeatAndFit(t *testing.T) {
	s := Synthetic{Projects: 30, Voters: 400, Seed: 7, Length: 3, MaxLength: 6, Types: 250}
	cultures := map[string]func(Synthetic) (*Instance, *Profile){"euclidean": Synthetic.Euclidean, "by district": Synthetic.ByDistrict}
	for name, make := range cultures {
		inst, profile := make(s)
		again, profileAgain := make(s)
		if diff := cmp.Diff([]any{inst, profile}, []any{again, profileAgain}); diff != "" {
			t.Errorf("%s: the same seed gives another election\n%s", name, diff)
		}
		s2 := s
		s2.Seed = 8
		if _, other := make(s2); cmp.Equal(profile, other) {
			t.Errorf("%s: another seed gives the same election", name)
		}
		if profile.Voters() != 400 || len(profile.Ballots) != 250 || len(inst.Projects) != 30 {
			t.Errorf("%s: %d voters, %d ballots, %d projects", name, profile.Voters(), len(profile.Ballots), len(inst.Projects))
		}
		sum := 0.0
		for i := range profile.Ballots {
			n := len(profile.Ballots[i].Projects)
			if n < 1 || n > 6 {
				t.Errorf("%s: a ballot of %d projects", name, n)
			}
			sum += float64(n)
		}
		if mean := sum / 250; mean < 2 || mean > 4 {
			t.Errorf("%s: %.1f projects on a ballot, wanted about 3", name, mean)
		}
		if _, err := EqualShares(context.Background(), inst, profile, Charter("")); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestByDistrictStaysAtHome(t *testing.T) {
	inst, profile := Synthetic{Projects: 200, Voters: 2000, Seed: 3, Length: 3, Districts: 5}.ByDistrict()
	at := inst.Index()
	home, all := 0.0, 0.0
	for _, b := range profile.Ballots {
		for _, id := range b.Projects {
			all++
			if inst.Projects[at[id]].District == b.Place {
				home++
			}
		}
	}
	if part := home / all; math.Abs(part-0.9) > 0.03 {
		t.Errorf("%.2f of approvals stay at home", part)
	}
}

func TestResampleKeepsBallotsAndNumbers(t *testing.T) {
	_, profile := Synthetic{Projects: 10, Voters: 50, Seed: 1, Length: 2}.Euclidean()
	drawn := Resample(profile, 500, 4)
	if drawn.Voters() != 500 {
		t.Errorf("%d voters", drawn.Voters())
	}
	if cmp.Diff(drawn, Resample(profile, 500, 4)) != "" || cmp.Diff(drawn, Resample(profile, 500, 5)) == "" {
		t.Error("the seed does not decide the draw")
	}
	known := map[string]bool{}
	for _, b := range profile.Ballots {
		known[cmp.Diff(b.Projects, []string(nil))] = true
	}
	for _, b := range drawn.Ballots {
		if !known[cmp.Diff(b.Projects, []string(nil))] {
			t.Errorf("%v was on no ballot", b.Projects)
		}
	}
	if empty := Resample(&Profile{Kind: Approval}, 10, 1); empty.Voters() != 0 || !cmp.Equal(empty, &Profile{Kind: Approval}, cmpopts.EquateEmpty()) {
		t.Errorf("from nobody: %+v", empty)
	}
}
