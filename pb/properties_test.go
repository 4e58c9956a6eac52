package pb

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawRule draws a rule that fits the ballots drawn with it.
func drawRule(t *rapid.T, weights bool) (Rule, *Instance, *Profile) {
	rule := rapid.SampledFrom(Rules()).Draw(t, "rule")
	kind := rapid.SampledFrom(rule.kinds).Draw(t, "kind")
	inst, profile := drawElection(t, kind == Cumulative || kind == Scoring, weights)
	profile.Kind = kind
	return rule, inst, profile
}

// quick are options that keep completions short on tiny elections.
func quick(ties TieBreaker) Options { return Options{Ties: ties, Parts: 20, MaxRestarts: 100} }

func run(t rapid.TB, rule Rule, inst *Instance, profile *Profile, opts Options) *Outcome {
	t.Helper()
	out, err := rule.Run(context.Background(), inst, profile, opts)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestEveryRuleKeepsTheInvariants(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, inst, profile := drawRule(t, rapid.Bool().Draw(t, "weights"))
		checkInvariants(t, inst, run(t, rule, inst, profile, quick(TiePublished("s"))))
	})
}

func TestOrderOfBallotsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, inst, profile := drawRule(t, rapid.Bool().Draw(t, "weights"))
		out := run(t, rule, inst, profile, quick(TieByID()))
		shuffled := *profile
		shuffled.Ballots = rapid.Permutation(profile.Ballots).Draw(t, "order")
		if other := run(t, rule, inst, &shuffled, quick(TieByID())); out.Hash() != other.Hash() {
			t.Fatalf("%v became %v", out.Order(), other.Order())
		}
	})
}

// TestCloningEqualsMultiplicity: a ballot of weight 2, a ballot with count 2 and
// two equal ballots are the same.
func TestCloningEqualsMultiplicity(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, inst, profile := drawRule(t, false)
		var weighted, cloned, counted Profile
		weighted.Kind, cloned.Kind, counted.Kind = profile.Kind, profile.Kind, profile.Kind
		for _, b := range profile.Ballots {
			times := rapid.IntRange(1, 3).Draw(t, "times")
			w, c := b, b
			w.Weight, c.Count = big.NewRat(int64(times), 1), times
			weighted.Ballots = append(weighted.Ballots, w)
			counted.Ballots = append(counted.Ballots, c)
			for range times {
				cloned.Ballots = append(cloned.Ballots, b)
			}
		}
		a := run(t, rule, inst, &weighted, quick(TiePublished("s")))
		b := run(t, rule, inst, &cloned, quick(TiePublished("s")))
		c := run(t, rule, inst, &counted, quick(TiePublished("s")))
		if !slices.Equal(a.Order(), b.Order()) {
			t.Fatalf("weighted %v, cloned %v", a.Order(), b.Order())
		}
		if b.Hash() != c.Hash() {
			t.Fatalf("cloned %v, counted %v", b.Order(), c.Order())
		}
		for i := range a.Rounds {
			if p, q := a.Rounds[i].Price, b.Rounds[i].Price; p.Rat != nil && p.Cmp(q.Rat) != 0 {
				t.Fatalf("%s costs %s with weights, %s with clones", a.Rounds[i].Project, p, q)
			}
		}
	})
}

// TestScaleOfWeightsDoesNotMatter: all weights times the same number changes nothing.
func TestScaleOfWeightsDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, inst, profile := drawRule(t, true)
		scaled := *profile
		scaled.Ballots = slices.Clone(profile.Ballots)
		factor := big.NewRat(rapid.Int64Range(1, 9).Draw(t, "num"), rapid.Int64Range(1, 9).Draw(t, "den"))
		for i := range scaled.Ballots {
			scaled.Ballots[i].Weight = new(big.Rat).Mul(scaled.Ballots[i].Weight, factor)
		}
		opts := Options{Parts: 20, MaxRestarts: 100}
		a, b := run(t, rule, inst, profile, opts), run(t, rule, inst, &scaled, opts)
		if rule.Name == "bos_equal_shares" && len(a.Rounds) > 6 {
			return
		}
		if !slices.Equal(a.Order(), b.Order()) {
			t.Fatalf("%v became %v", a.Order(), b.Order())
		}
	})
}

func TestUnapprovedProjectChangesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, inst, profile := drawRule(t, rapid.Bool().Draw(t, "weights"))
		more := *inst
		more.Projects = append(slices.Clone(inst.Projects), Project{ID: rapid.SampledFrom([]string{"a", "z"}).Draw(t, "id"), Cost: rapid.Int64Range(0, 60).Draw(t, "extra cost")})
		a, b := run(t, rule, inst, profile, quick(TieByID())), run(t, rule, &more, profile, quick(TieByID()))
		if !slices.Equal(a.Order(), b.Order()) {
			t.Fatalf("%v became %v", a.Order(), b.Order())
		}
	})
}

// TestCostSharesNeverViolateProportionality is the promise of the rule, with
// weights and with every completion.
func TestCostSharesNeverViolateProportionality(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inst, profile := drawElection(t, false, rapid.Bool().Draw(t, "weights"))
		opts := quick(TiePublished("s"))
		opts.Completion = rapid.SampledFrom([]Completion{None, Fill, Add1, Add1E, Add1U, Add1EU}).Draw(t, "completion")
		out, err := EqualShares(context.Background(), inst, profile, opts)
		if err != nil {
			t.Fatal(err)
		}
		violations, err := Certificate(inst, profile, out.Selected)
		if err != nil {
			t.Fatal(err)
		}
		if len(violations) > 0 {
			t.Fatalf("%v violates for %+v", out.Order(), violations)
		}
	})
}

// TestCertificateEqualsDefinition tries every group of voters.
func TestCertificateEqualsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inst, profile := drawElection(t, false, rapid.Bool().Draw(t, "weights"))
		selected := []string{}
		for _, p := range inst.Projects {
			if rapid.Bool().Draw(t, "selected") {
				selected = append(selected, p.ID)
			}
		}
		got, err := Certificate(inst, profile, selected)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range inst.Projects {
			if slices.Contains(selected, p.ID) {
				continue
			}
			want := someGroupViolates(inst, profile, selected, p)
			if has := slices.ContainsFunc(got, func(v Violation) bool { return v.Project == p.ID }); has != want {
				t.Fatalf("%s violated: %v, by definition %v", p.ID, has, want)
			}
		}
	})
}

func someGroupViolates(inst *Instance, profile *Profile, selected []string, p Project) bool {
	all := new(big.Rat)
	for i := range profile.Ballots {
		all.Add(all, weightOf(&profile.Ballots[i]))
	}
	index := inst.Index()
	for group := 1; group < 1<<len(profile.Ballots); group++ {
		weight, most, support := new(big.Rat), int64(0), true
		for i := range profile.Ballots {
			b := &profile.Ballots[i]
			if group>>i&1 == 0 {
				continue
			}
			support = support && slices.Contains(b.Projects, p.ID)
			weight.Add(weight, weightOf(b))
			has := int64(0)
			for _, id := range b.Projects {
				if slices.Contains(selected, id) {
					has += inst.Projects[index[id]].Cost
				}
			}
			most = max(most, has)
		}
		owns := weight.Mul(weight, new(big.Rat).SetInt64(inst.Budget))
		owns.Quo(owns, all)
		if support && owns.Cmp(new(big.Rat).SetInt64(most+p.Cost)) > 0 {
			return true
		}
	}
	return false
}

func weightOf(b *Ballot) *big.Rat {
	w := big.NewRat(int64(b.Voters()), 1)
	if b.Weight != nil {
		w.Mul(w, b.Weight)
	}
	return w
}

// TestAccountsAddUp: what single voters paid for a project is what the record
// says their class paid, and nobody is left with less than nothing.
func TestAccountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		util, points := drawUtility(t)
		inst, profile := drawElection(t, points, rapid.Bool().Draw(t, "weights"))
		opts := quick(TieByID())
		opts.Utility, opts.Completion = util, rapid.SampledFrom([]Completion{None, Add1U}).Draw(t, "completion")
		out, err := EqualShares(context.Background(), inst, profile, opts)
		if err != nil {
			t.Fatal(err)
		}
		paid := map[[2]string]*big.Rat{}
		left := new(big.Rat)
		for i := range profile.Ballots {
			b := &profile.Ballots[i]
			a := AccountOf(profile, util, out, b)
			if a.Left.Sign() < 0 {
				t.Fatalf("%s left", a.Left)
			}
			left.Add(left, a.Left.Rat)
			for _, p := range a.Payments {
				key := [2]string{p.Project, b.Class}
				if paid[key] == nil {
					paid[key] = new(big.Rat)
				}
				paid[key].Add(paid[key], p.Paid.Rat)
			}
		}
		for _, r := range out.Rounds {
			for _, c := range r.ByClass {
				if p := paid[[2]string{r.Project, c.Class}]; p == nil || p.Cmp(c.Paid.Rat) != 0 {
					t.Fatalf("%s: class %q paid %s, its voters %v", r.Project, c.Class, c.Paid, p)
				}
				delete(paid, [2]string{r.Project, c.Class})
			}
		}
		if len(paid) > 0 {
			t.Fatalf("payments that the record lacks: %v", paid)
		}
		if last := lastShares(out); last != nil && last.MoneyLeft.Cmp(left) != 0 {
			t.Fatalf("%s left by the record, %s by the voters", last.MoneyLeft, left)
		}
	})
}

func lastShares(out *Outcome) *Round {
	var last *Round
	for i := range out.Rounds {
		if out.Rounds[i].Stage == StageShares {
			last = &out.Rounds[i]
		}
	}
	return last
}

func TestRecordSurvivesJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rule, inst, profile := drawRule(t, rapid.Bool().Draw(t, "weights"))
		out := run(t, rule, inst, profile, quick(TiePublished("s")))
		data, err := json.Marshal(out)
		if err != nil {
			t.Fatal(err)
		}
		var back Outcome
		if err := json.Unmarshal(data, &back); err != nil {
			t.Fatal(err)
		}
		if again, err := json.Marshal(&back); err != nil || string(again) != string(data) {
			t.Fatalf("%v\n%s\n%s", err, data, again)
		}
		if back.Hash() != out.Hash() {
			t.Fatal("the hash changed on the way")
		}
	})
}

// TestOddElections: defined results, or faults, never a panic.
func TestOddElections(t *testing.T) {
	park, road := Project{ID: "park", Cost: 10}, Project{ID: "road", Cost: 30}
	both := []Ballot{{Projects: []string{"park", "road"}, Points: []int64{2, 1}}}
	for _, tc := range []struct {
		name     string
		inst     Instance
		ballots  []Ballot
		selected []string
		fault    FaultCode
	}{
		{"nothing at all", Instance{}, nil, nil, ""},
		{"no voter", Instance{Budget: 100, Projects: []Project{park}}, nil, nil, ""},
		{"no project", Instance{Budget: 100}, []Ballot{{}}, nil, ""},
		{"only empty ballots", Instance{Budget: 100, Projects: []Project{park}}, []Ballot{{}, {}}, nil, ""},
		{"no money", Instance{Projects: []Project{park}}, both[:0:0], nil, ""},
		{"dearer than the budget", Instance{Budget: 9, Projects: []Project{park}}, []Ballot{{Projects: []string{"park"}, Points: []int64{1}}}, nil, ""},
		{"exactly the budget", Instance{Budget: 10, Projects: []Project{park}}, []Ballot{{Projects: []string{"park", "free"}[:1], Points: []int64{1}}}, []string{"park"}, ""},
		{"project twice", Instance{Budget: 10, Projects: []Project{park, park}}, nil, nil, DuplicateProject},
		{"negative cost", Instance{Budget: 10, Projects: []Project{{ID: "x", Cost: -1}}}, nil, nil, BadAmount},
		{"negative budget", Instance{Budget: -1}, nil, nil, BadAmount},
		{"no id", Instance{Budget: 10, Projects: []Project{{Cost: 1}}}, nil, nil, MissingID},
		{"unknown project", Instance{Budget: 10, Projects: []Project{park}}, both, nil, UnknownProject},
		{"choice twice", Instance{Budget: 10, Projects: []Project{park}}, []Ballot{{Projects: []string{"park", "park"}, Points: []int64{1, 1}}}, nil, RepeatedChoice},
		{"points missing", Instance{Budget: 10, Projects: []Project{park, road}}, []Ballot{{Projects: []string{"park", "road"}, Points: []int64{1}}}, nil, BadPoints},
		{"weight of nothing", Instance{Budget: 10, Projects: []Project{park}}, []Ballot{{Projects: []string{"park"}, Points: []int64{1}, Weight: new(big.Rat)}}, nil, BadWeight},
		{"negative count", Instance{Budget: 10, Projects: []Project{park}}, []Ballot{{Count: -1}}, nil, BadWeight},
		{"points below zero", Instance{Budget: 50, Projects: []Project{park, road}}, []Ballot{{Projects: []string{"park", "road"}, Points: []int64{1, -1}}}, []string{"park"}, ""},
	} {
		for _, rule := range Rules() {
			kind := rule.kinds[0]
			if kind == Ordinal && len(tc.selected) > 0 {
				continue // the last of a ranking is worth nothing
			}
			out, err := rule.Run(context.Background(), &tc.inst, &Profile{Kind: kind, Ballots: tc.ballots}, Options{Parts: 10})
			var f *Fault
			if tc.fault != "" {
				if !errors.As(err, &f) || f.Code != tc.fault {
					t.Errorf("%s, %s: %v", tc.name, rule.Name, err)
				}
				continue
			}
			if err != nil {
				t.Errorf("%s, %s: %v", tc.name, rule.Name, err)
			} else if !slices.Equal(out.Selected, tc.selected) {
				t.Errorf("%s, %s: selected %v, want %v", tc.name, rule.Name, out.Selected, tc.selected)
			}
		}
	}
}

func TestFreeProjectIsBoughtFirst(t *testing.T) {
	inst := &Instance{Budget: 10, Projects: []Project{{ID: "a", Cost: 10}, {ID: "free"}, {ID: "idle"}}}
	profile := &Profile{Kind: Approval, Ballots: []Ballot{{Projects: []string{"a", "free"}}, {Projects: []string{"a"}}}}
	for _, rule := range Rules() {
		if rule.Applies(Approval) && rule.Name != "greedy_cost" && rule.Name != "sequential_phragmen" {
			if out := run(t, rule, inst, profile, quick(TieByID())); !slices.Equal(out.Order(), []string{"free", "a"}) {
				t.Errorf("%s buys %v", rule.Name, out.Order())
			}
		}
	}
}

func TestRulesRefuseOtherBallots(t *testing.T) {
	for _, rule := range Rules() {
		for _, kind := range []Kind{Approval, Ordinal, Cumulative, Scoring, ChooseOne} {
			_, err := rule.Run(context.Background(), &Instance{}, &Profile{Kind: kind}, Options{})
			var f *Fault
			if refused := errors.As(err, &f) && f.Code == NotApplicable; refused == rule.Applies(kind) {
				t.Errorf("%s with %s ballots: %v", rule.Name, kind, err)
			}
		}
	}
}

// TestEveryRuleStopsWithItsContext: a rule that would run for long ends soon
// after its context does, and says how far it is.
func TestEveryRuleStopsWithItsContext(t *testing.T) {
	inst, profile := Synthetic{Projects: 200, Voters: 20000, Seed: 5, Length: 6, MaxLength: 12, Share: 0.5}.Euclidean()
	for _, rule := range Rules() {
		if !rule.Applies(Approval) {
			continue
		}
		ended, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := rule.Run(ended, inst, profile, Options{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s after the end: %v", rule.Name, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	begun := time.Now()
	opts := Charter("")
	opts.Parts, opts.Stepped = 1_000_000, true
	opts.Progress = func(p Progress) {
		if p.Restart == 3 {
			cancel()
		}
	}
	if _, err := EqualShares(ctx, inst, profile, opts); !errors.Is(err, context.Canceled) || time.Since(begun) > 20*time.Second {
		t.Errorf("cancelled at the third restart: %v after %v", err, time.Since(begun))
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, opts := range []Options{{Completion: "add2"}, {Step: new(big.Rat)}, {Parts: -1}, {MaxRestarts: -1}, {Completion: Equity}} {
		_, err := EqualShares(context.Background(), &Instance{}, &Profile{Kind: Approval}, opts)
		var f *Fault
		if !errors.As(err, &f) || f.Code != BadOption {
			t.Errorf("%+v: %v", opts, err)
		}
	}
}

// TestOwnUtility: a utility given as a function, with fractions.
func TestOwnUtility(t *testing.T) {
	inst := &Instance{Budget: 90, Projects: []Project{{ID: "a", Cost: 30}, {ID: "b", Cost: 30}}}
	profile := &Profile{Kind: Approval, Ballots: []Ballot{{Projects: []string{"a", "b"}, Count: 3}}}
	half := UtilityOf("half", func(b *Ballot, k int) *big.Rat { return big.NewRat(int64(k)*2+1, 2) }) // 1/2 for the first, 3/2 for the second
	out, err := EqualShares(context.Background(), inst, profile, Options{Utility: half})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(out.Order(), []string{"b", "a"}) || out.Rounds[0].Price.String() != "20/3" || out.Rounds[1].Price.String() != "20" {
		t.Errorf("%+v", out.Rounds)
	}
	if out.Rule != "mes_half" {
		t.Errorf("rule %s", out.Rule)
	}
}
