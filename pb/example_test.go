package pb_test

import (
	"context"
	"fmt"
	"log"
	"math/big"
	"os"

	"github.com/khettara/khettara/pb"
)

// village is a vote of ten people about four projects and 100,000 dirhams.
func village() (*pb.Instance, *pb.Profile) {
	return &pb.Instance{
			Budget: 100_000,
			Projects: []pb.Project{
				{ID: "well", Cost: 36_000}, {ID: "road", Cost: 60_000},
				{ID: "school", Cost: 30_000}, {ID: "lamps", Cost: 20_000},
			},
		}, &pb.Profile{
			Kind: pb.Approval,
			Ballots: []pb.Ballot{
				{Projects: []string{"road", "school"}, Count: 5},
				{Projects: []string{"road", "lamps"}, Count: 1},
				{Projects: []string{"well"}, Count: 4},
			},
		}
}

// Six of ten voters could buy the road and the school with everybody's money.
// Under Equal Shares the other four decide on four tenths.
func ExampleEqualShares() {
	inst, profile := village()
	out, err := pb.EqualShares(context.Background(), inst, profile, pb.Options{Utility: pb.Cost})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range out.Rounds {
		fmt.Printf("%s for %d: %d supporters pay %s each\n", r.Project, r.Cost, r.Votes, r.MaxPayment)
	}
	for _, l := range out.Lost {
		fmt.Printf("%s lost in round %d, short of %s\n", l.Project, l.Round, l.Shortfall)
	}
	// Output:
	// road for 60000: 6 supporters pay 10000 each
	// well for 36000: 4 supporters pay 9000 each
	// school lost in round 2, short of 30000
	// lamps lost in round 1, short of 10000
}

// Counting by votes gives everything to the six, and the certificate says so.
func ExampleGreedy() {
	inst, profile := village()
	out, err := pb.Greedy(context.Background(), inst, profile, pb.Options{Utility: pb.Cost})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(out.Order(), "for", out.Cost)
	violations, err := pb.Certificate(inst, profile, out.Selected)
	if err != nil {
		log.Fatal(err)
	}
	for _, v := range violations {
		fmt.Printf("%d voters who want the %s own %s of the budget and got %d\n", v.Voters, v.Project, v.Entitled, v.Satisfaction)
	}
	// Output:
	// [road school] for 90000
	// 4 voters who want the well own 40000 of the budget and got 0
}

// An election read from a file, counted by every rule that suits its ballots.
func ExampleReadPabulib() {
	f, err := os.Open("testdata/approval.pb")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	file, err := pb.ReadPabulib(f, pb.ReadOptions{Strict: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.Profile.Voters(), "voters,", len(file.Instance.Projects), "projects, budget", file.Instance.Budget)
	for _, name := range []string{"greedy_cost", "mes_cost", "mes_cost_add1u", "sequential_phragmen"} {
		rule, _ := pb.RuleByName(name)
		out, err := rule.Run(context.Background(), file.Instance, file.Profile, pb.Options{})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(name, out.Cost, out.Order())
	}
	// Output:
	// 61 voters, 12 projects, budget 4000
	// greedy_cost 3900 [P04 P02 P05 P01 P09 P06]
	// mes_cost 2230 [P04 P02 P09 P07 P11 P06]
	// mes_cost_add1u 3900 [P04 P02 P08 P09 P07 P11 P06 P12]
	// sequential_phragmen 3900 [P04 P09 P02 P11 P06 P07 P08 P12]
}

// Why the lamps lost under the options of a charter, where parts are raised until
// the money is used.
func ExampleWhatIf() {
	inst, profile := village()
	opts := pb.Charter("24 November 2026")
	out, err := pb.EqualShares(context.Background(), inst, profile, opts)
	if err != nil {
		log.Fatal(err)
	}
	answer, err := pb.WhatIf(context.Background(), inst, profile, opts, out, "lamps")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("with %d more supporters, or without the %s: %v\n", answer.ExtraSupporters, answer.Rival, answer.WithoutRival)
	// Output:
	// with 2 more supporters, or without the road: true
}

// One voter's account is hers alone.
func ExampleAccountOf() {
	inst, profile := village()
	out, err := pb.EqualShares(context.Background(), inst, profile, pb.Options{Utility: pb.Cost})
	if err != nil {
		log.Fatal(err)
	}
	account := pb.AccountOf(profile, pb.Cost, out, &profile.Ballots[0])
	fmt.Println("share", account.Endowment)
	for _, p := range account.Payments {
		fmt.Println("paid", p.Paid, "for the", p.Project)
	}
	fmt.Println("left", account.Left)
	// Output:
	// share 10000
	// paid 10000 for the road
	// left 0
}

// Citizens hold six parts of ten, the council four. Each of its three ballots
// would weigh 40/3 citizens' ballots if sixty citizens vote; the cap of ten holds.
func ExampleWeightRule_Weigh() {
	rule := pb.DefaultWeights(nil, map[string]*big.Rat{"citizens": big.NewRat(6, 10), "council": big.NewRat(4, 10)}, "citizens")
	rule.BallotCap = 0
	w, err := rule.Weigh([]pb.Cell{{College: "citizens", Ballots: 60}, {College: "council", Ballots: 3}})
	if err != nil {
		log.Fatal(err)
	}
	for _, c := range w.Cells {
		fmt.Printf("%s: %s each\n", c.College, c.Weight.FloatString(4))
	}
	for _, s := range w.Colleges {
		fmt.Printf("%s: set %s, effective %s\n", s.Name, s.Set.FloatString(3), s.Effective.FloatString(3))
	}
	// Output:
	// citizens: 0.7000 each
	// council: 7.0000 each
	// citizens: set 0.600, effective 0.667
	// council: set 0.400, effective 0.333
}

// 5,000 paper ballots; 60 wrong ones could have changed the outcome.
func ExampleSampleSize() {
	size, err := pb.SampleSize(5_000, 60/2, 0, 0.05)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("look at", size, "ballots, beginning with", pb.DrawSample("seed drawn in public", 5_000, 3))
	// Output:
	// look at 474 ballots, beginning with [2739 403 3365]
}
