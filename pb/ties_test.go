package pb

import (
	"context"
	"encoding/hex"
	"testing"
)

// Three voters, three projects that cost the same and are exactly as good; only
// the first can be bought.
func tiedElection() (*Instance, *Profile) {
	return &Instance{Budget: 10, Projects: []Project{{ID: "10", Cost: 10}, {ID: "9", Cost: 10}, {ID: "2", Cost: 10}}},
		&Profile{Kind: Approval, Ballots: []Ballot{{Projects: []string{"9", "2", "10"}, Count: 3}}}
}

func TestTieByIDComparesStrings(t *testing.T) {
	inst, profile := tiedElection()
	out, err := EqualShares(context.Background(), inst, profile, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := out.Rounds[0]
	if r.Project != "10" || r.TiedBy != ByID || len(r.Tied) != 2 || r.Tied[0] != "2" || r.Tied[1] != "9" {
		t.Errorf("%+v", r)
	}
}

// The draw is the one of the published procedure: anyone can redo it with
// printf 'seed\0id' | sha256sum.
func TestDrawKeyCanBeRedoneByHand(t *testing.T) {
	key := DrawKey("Marrakech 24", "P-7")
	if got := hex.EncodeToString(key[:]); got != "a5dd743280e97fa764744b0d9669e97fa67ba2501432ef22efdd53cf7cb04d93" {
		t.Errorf("key %s", got)
	}
}

func TestTiePublishedGoesSupportCostDraw(t *testing.T) {
	inst := &Instance{Budget: 100, Projects: []Project{{ID: "a", Cost: 10}, {ID: "b", Cost: 10}, {ID: "c", Cost: 5}, {ID: "d", Cost: 10}}}
	e, err := compile(inst, &Profile{Ballots: []Ballot{{Projects: []string{"a", "b", "c", "d"}}, {Projects: []string{"b"}}}}, Cost)
	if err != nil {
		t.Fatal(err)
	}
	ties := TiePublished("s")
	for _, tc := range []struct {
		a, b int
		by   TieCriterion
	}{{1, 0, BySupport}, {2, 0, ByCost}} {
		if first, by := e.before(ties, tc.a, tc.b); !first || by != tc.by {
			t.Errorf("%d before %d: %v by %s, want by %s", tc.a, tc.b, first, by, tc.by)
		}
	}
	first, by := e.before(ties, 0, 3)
	ka, kd := DrawKey("s", "a"), DrawKey("s", "d")
	if by != ByDraw || first != (string(ka[:]) < string(kd[:])) {
		t.Errorf("a before d: %v by %s", first, by)
	}
}
