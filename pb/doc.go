// Package pb computes participatory-budgeting votes exactly and keeps the
// record that explains them.
//
// An [Instance] lists the projects on the ballot with their costs and the
// budget; a [Profile] holds the ballots. A rule turns both into an [Outcome]:
// the projects bought, in order, with the price of each, who paid for it, the
// ties met on the way, and for every project that lost what it lacked.
//
//	file, err := pb.ReadPabulib(f, pb.ReadOptions{})
//	out, err := pb.EqualShares(ctx, file.Instance, file.Profile, pb.Charter("drawn in public"))
//	fmt.Println(out.Order(), out.Cost)
//
// # Rules
//
// [EqualShares] with its completions, [Greedy], [SequentialPhragmen],
// [MaximinSupport] and [BOSEqualShares]; each also by the name that reference
// files use, through [RuleByName]. [EqualSharesWithFloors] guarantees sums to
// districts, [Districts] counts them apart, [Merge] puts local elections into
// one. docs/which-rule.md says which to choose and what they do with real votes.
//
// # Exactness
//
// Amounts are integers of the smallest unit of the currency, ballots count as
// exact rational multiplicities, and every comparison that decides something
// is made on exact numbers. A floating-point number may spare a comparison; it
// never makes one. Ties are therefore real ties, broken by a [TieBreaker] and
// written down.
//
// # Around a vote
//
// [WeightRule] fixes beforehand what the ballots of colleges and communes weigh.
// [Certificate] and [MeasureFairness] check an outcome, [MeasureAgreement] and
// [MeasureRobustness] tell how much of it hangs on a college or on the weights,
// [WhatIf] what a loser lacked, [AccountOf] what happened to one voter's money,
// [FindMargin] and [SampleSize] how many paper ballots to look at again.
// [Synthetic] makes elections up; [Resample] draws from a real one.
//
// Every function that may run for long takes a context and stops with it.
// Errors that tell of a malformed election or file are *[Fault] or [Faults].
package pb
