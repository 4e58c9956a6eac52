package pb

import (
	"context"
	"encoding/json"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The reference is what pabutools 1.2.3 and an independent exact implementation
// agree on, for real elections from Pabulib.
type reference struct {
	Instances []referenceInstance `json:"instances"`
}

type referenceInstance struct {
	File     string                     `json:"file"`
	Projects int                        `json:"num_projects"`
	Votes    int                        `json:"num_votes"`
	Distinct int                        `json:"distinct_ballots"`
	Budget   string                     `json:"budget"`
	Rules    map[string]referenceRule   `json:"rules"`
	Explain  map[string]json.RawMessage `json:"explain"`
}

type referenceRule struct {
	Selected   []string        `json:"selected"`
	Order      []string        `json:"order"`
	Cost       string          `json:"cost"`
	Seconds    float64         `json:"pabutools_seconds"`
	Ties       *int            `json:"rounds_with_ties"`
	Endowment  *referenceRatio `json:"final_endowment_per_voter"`
	Runs       int             `json:"mes_runs"`
	MaximinMax []string        `json:"optimal_max_load_per_round"`
}

type referenceRatio struct {
	Approx float64 `json:"approx"`
	Exact  string  `json:"exact"`
}

// differs compares exactly where the reference gives the fraction.
func (r referenceRatio) differs(q Ratio) bool {
	if r.Exact != "" {
		want, ok := new(big.Rat).SetString(r.Exact)
		return !ok || q.Cmp(want) != 0
	}
	return math.Abs(q.Float()-r.Approx) > 1e-9*math.Abs(r.Approx)
}

// conformance reads the reference, or skips the test where the data are not at hand.
func conformance(t testing.TB) (string, []referenceInstance) {
	t.Helper()
	dir := os.Getenv("KHETTARA_CONFORMANCE_DIR")
	if dir == "" {
		t.Skip("KHETTARA_CONFORMANCE_DIR is not set: real elections are not compared")
	}
	dir = filepath.Join(dir, "pabulib")
	return dir, readReference(t, dir)
}

func readReference(t testing.TB, dir string) []referenceInstance {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var ref reference
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Instances) == 0 {
		t.Fatal("the reference is empty")
	}
	return ref.Instances
}

func readFile(t testing.TB, path string) *PabulibFile {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	file, err := ReadPabulib(f, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return file
}

func TestConformance(t *testing.T) {
	dir, instances := conformance(t)
	compareAll(t, dir, instances)
}

// TestOwnCases needs no other data: elections made up for this repository, their
// outcomes computed by pabutools.
func TestOwnCases(t *testing.T) {
	compareAll(t, "testdata", readReference(t, "testdata"))
}

func compareAll(t *testing.T, dir string, instances []referenceInstance) {
	for _, in := range instances {
		t.Run(in.File, func(t *testing.T) {
			f := readFile(t, filepath.Join(dir, in.File))
			if len(f.Instance.Projects) != in.Projects || f.Profile.Voters() != in.Votes {
				t.Fatalf("%d projects and %d votes, want %d and %d", len(f.Instance.Projects), f.Profile.Voters(), in.Projects, in.Votes)
			}
			if got := FormatAmount(f.Instance.Budget, f.Instance.Decimals); got != in.Budget {
				t.Errorf("budget %s, want %s", got, in.Budget)
			}
			for name, want := range in.Rules {
				compareRule(t, in, f, name, want)
			}
		})
	}
}

func compareRule(t *testing.T, in referenceInstance, f *PabulibFile, name string, want referenceRule) {
	t.Helper()
	rule, ok := RuleByName(name)
	if !ok {
		t.Errorf("no rule %s", name)
		return
	}
	out, err := rule.Run(context.Background(), f.Instance, f.Profile, Options{})
	if err != nil {
		t.Errorf("%s: %v", name, err)
		return
	}
	compareOutcome(t, name, f.Instance, out, want)
	checkInvariants(t, f.Instance, out)
	if explain, ok := in.Explain[name]; ok {
		compareExplanation(t, name, out, explain)
	}
}

func compareOutcome(t *testing.T, name string, inst *Instance, out *Outcome, want referenceRule) {
	t.Helper()
	if diff := cmp.Diff(want.Selected, out.Selected); diff != "" && len(want.Selected)+len(out.Selected) > 0 {
		t.Errorf("%s: selected (-want +got)\n%s", name, diff)
		return
	}
	if want.Order != nil && !slices.Equal(want.Order, out.Order()) {
		t.Errorf("%s: order %v, want %v", name, out.Order(), want.Order)
	}
	if got := FormatAmount(out.Cost, inst.Decimals); want.Cost != "" && got != want.Cost {
		t.Errorf("%s: cost %s, want %s", name, got, want.Cost)
	}
	if want.Endowment != nil && want.Endowment.differs(out.Endowment.Final) {
		t.Errorf("%s: final endowment %s, want %v", name, out.Endowment.Final, want.Endowment)
	}
	if want.Runs > 0 {
		runs := out.Endowment.Steps + 1
		if out.Endowment.Stop == WouldOverspend {
			runs++
		}
		if runs != want.Runs {
			t.Errorf("%s: %d runs, want %d", name, runs, want.Runs)
		}
	}
	for i, load := range want.MaximinMax {
		if out.Rounds[i].Load.String() != load {
			t.Errorf("%s: load %s after round %d, want %s", name, out.Rounds[i].Load, i+1, load)
		}
	}
}

// compareExplanation compares the record with the reference's own.
func compareExplanation(t *testing.T, name string, out *Outcome, raw json.RawMessage) {
	t.Helper()
	if name == "sequential_phragmen" {
		var loads []struct {
			Project string         `json:"project"`
			Load    referenceRatio `json:"max_load"`
		}
		if err := json.Unmarshal(raw, &loads); err != nil {
			t.Fatal(err)
		}
		for i, l := range loads {
			if r := out.Rounds[i]; r.Project != l.Project || l.Load.differs(r.Load) {
				t.Errorf("%s: round %d buys %s at load %v, want %v", name, i+1, r.Project, r.Load, l)
			}
		}
		return
	}
	var want struct {
		Rounds []struct {
			Project       string         `json:"project"`
			Price         referenceRatio `json:"price_per_unit_utility"`
			MaxPayment    referenceRatio `json:"max_payment"`
			Effective     referenceRatio `json:"effective_vote_count"`
			Votes         int64          `json:"votes"`
			PayersFull    int64          `json:"payers_full"`
			PayersPartial int64          `json:"payers_partial"`
			Tied          []string       `json:"tied_with"`
		} `json:"rounds"`
		Lost []struct {
			Project   string         `json:"project"`
			Round     int            `json:"round"`
			Money     referenceRatio `json:"money_behind"`
			Shortfall referenceRatio `json:"shortfall"`
		} `json:"lost"`
		Unspent referenceRatio `json:"unspent_by_voters"`
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	for i, w := range want.Rounds {
		r := out.Rounds[i]
		if r.Project != w.Project || w.Price.differs(r.Price) || w.MaxPayment.differs(r.MaxPayment) || w.Effective.differs(r.EffectiveVotes) {
			t.Errorf("%s round %d: %s %s %s %s, want %+v", name, i+1, r.Project, r.Price, r.MaxPayment, r.EffectiveVotes, w)
		}
		// The reference counts supporters with an empty purse among the partial payers.
		if r.Votes != w.Votes || r.PayersInFull != w.PayersFull || r.PayersOfRest > w.PayersPartial {
			t.Errorf("%s round %d: %d votes, %d pay in full, %d the rest; want %+v", name, i+1, r.Votes, r.PayersInFull, r.PayersOfRest, w)
		}
		if len(r.Tied)+len(w.Tied) > 0 && !slices.Equal(r.Tied, w.Tied) {
			t.Errorf("%s round %d: tied with %v, want %v", name, i+1, r.Tied, w.Tied)
		}
	}
	if n := len(out.Rounds); n > 0 && want.Unspent.differs(out.Rounds[n-1].MoneyLeft) {
		t.Errorf("%s: %s left, want %v", name, out.Rounds[n-1].MoneyLeft, want.Unspent)
	}
	for _, w := range want.Lost {
		i := slices.IndexFunc(out.Lost, func(l Loss) bool { return l.Project == w.Project })
		if i < 0 {
			t.Errorf("%s: %s is not explained as lost", name, w.Project)
			continue
		}
		if l := out.Lost[i]; l.Round != w.Round || w.Money.differs(l.Money) || w.Shortfall.differs(l.Shortfall) {
			t.Errorf("%s: %s lost in round %d with %s, short of %s; want %+v", name, l.Project, l.Round, l.Money, l.Shortfall, w)
		}
	}
}

// TestJumpsEqualStepsOnRealElections compares whole records.
func TestJumpsEqualStepsOnRealElections(t *testing.T) {
	dir, instances := conformance(t)
	utility := map[Kind]Utility{Approval: Cost, Cumulative: Points, Ordinal: Borda}
	for _, in := range instances {
		t.Run(in.File, func(t *testing.T) {
			f := readFile(t, filepath.Join(dir, in.File))
			opts := Charter("Marrakech")
			opts.Utility = utility[f.Profile.Kind]
			var hashes []string
			for _, stepped := range []bool{false, true} {
				opts.Stepped = stepped
				runs := 0
				opts.Progress = func(Progress) { runs++ }
				out, err := EqualShares(context.Background(), f.Instance, f.Profile, opts)
				if err != nil {
					t.Fatal(err)
				}
				t.Logf("stepped %v: %d runs for %d steps", stepped, runs, out.Endowment.Steps)
				hashes = append(hashes, out.Hash())
			}
			if hashes[0] != hashes[1] {
				t.Error("the records differ")
			}
		})
	}
}
