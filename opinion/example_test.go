package opinion_test

import (
	"context"
	"fmt"
	"log"

	"github.com/khettara/khettara/opinion"
)

// A conversation made up of two groups that think differently.
func ExampleFind() {
	drawn, err := opinion.Simulation{People: 160, Statements: 40, Groups: 2, Distance: 4, Shared: 0.25, VotesEach: 30, Seed: 5}.Draw()
	if err != nil {
		log.Fatal(err)
	}
	found, err := opinion.Find(context.Background(), drawn.Votes, opinion.FindOptions{Seed: 1, K: 2})
	if err != nil {
		log.Fatal(err)
	}
	report := opinion.NewReport(found)
	fmt.Println("groups:", report.K, "apart:", report.Separate)
	// Output:
	// groups: 2 apart: true
}
