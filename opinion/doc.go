// Package opinion makes maps of opinions from votes on statements: who stands
// near whom, whether there are groups, what all agree on and what divides.
//
// [Votes] is a sparse matrix of people and statements that grows vote by vote;
// [ReadConversation] reads it from the files of Polis. [Find] makes the map and
// finds what can be said of it, [NewReport] puts that into one value for a page,
// with no count under ten.
//
//	c, err := opinion.ReadConversation("participants-votes.csv")
//	found, err := opinion.Find(ctx, c.Votes, opinion.FindOptions{Seed: 1})
//	report := opinion.NewReport(found)
//	fmt.Println(report.K, report.Hash())
//
// [Rake] weights people to the population, [CorrectExposure] corrects shares for
// what was shown to whom, [Router] chooses what to show next. [Simulation] makes
// conversations up and [MeasurePower] tells how many people a map needs.
// [Parity] computes as Polis does; docs/opinion-maps.md says what differs.
package opinion
