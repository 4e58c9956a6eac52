package app

import (
	"context"
	"fmt"
	"math"
	"text/tabwriter"
	"time"

	"github.com/khettara/khettara/opinion"
)

// opinionProgress tells on the second stream, once a second, how far a long
// computation is.
func opinionProgress(s *streams) func(step string, done, all int) {
	told := time.Now()
	return func(step string, done, all int) {
		if time.Since(told) > time.Second {
			told = time.Now()
			fmt.Fprintf(s.err, "%s: %d of %d\n", step, done, all)
		}
	}
}

// opinionSeconds since a moment, as the JSON gives them.
func opinionSeconds(begun time.Time) float64 {
	return math.Round(time.Since(begun).Seconds()*1e6) / 1e6
}

type opinionSimulateCmd struct {
	People     int     `help:"Participants." default:"200"`
	Statements int     `help:"Statements." default:"40"`
	Groups     int     `help:"Groups that think differently; 0 for none." default:"2"`
	Distance   float64 `help:"How differently, as the standard deviation of a logit." default:"3"`
	Shared     float64 `help:"Part of statements of which all groups think alike." default:"0.5"`
	Spread     float64 `help:"Differences between single people along two axes without a gap." default:"0"`
	Readiness  float64 `help:"Differences in how much people agree to anything." default:"0"`
	Votes      float64 `help:"Mean number of votes of a participant." default:"20"`
	Passes     float64 `help:"Part of answers that are passes." default:"0.1"`
	Skips      float64 `help:"Part of displays left without an answer." default:"0"`
	Exposure   string  `help:"What people are shown: ${enum}. With pleasing, what they are likely to agree with." enum:"even,pleasing" default:"even"`
	Bloc       int     `help:"Further participants who all cast the same votes." default:"0"`
	Seed       uint64  `help:"The same seed gives the same conversation." default:"1"`
	Out        string  `help:"File to write; standard output without it." placeholder:"FILE" type:"path"`
}

// Run writes a participants-votes.csv whose group-id is the true group.
func (c *opinionSimulateCmd) Run(s *streams) error {
	simulation := opinion.Simulation{
		People: c.People, Statements: c.Statements, Seed: c.Seed, Groups: c.Groups, Distance: c.Distance, Shared: c.Shared,
		Spread: c.Spread, Readiness: c.Readiness, VotesEach: c.Votes, Passes: c.Passes, Skips: c.Skips, Bloc: c.Bloc,
	}
	if c.Exposure == "pleasing" {
		simulation.Exposure = opinion.Pleasing
	}
	drawn, err := simulation.Draw()
	if err != nil {
		return opinionError(s, err)
	}
	file := &opinion.Conversation{Votes: drawn.Votes, Groups: drawn.Groups}
	return pbWriteTo(c.Out, s.out, file.WriteParticipantsVotes)
}

type opinionPowerCmd struct {
	People     []int   `help:"Numbers of participants to try." default:"50,100,200,400,800"`
	Votes      []int   `help:"Mean numbers of votes of each to try." default:"8,15,30"`
	Statements int     `help:"Statements." default:"40"`
	Groups     int     `help:"Groups in those conversations that have some." default:"2"`
	Distance   float64 `help:"How differently they think, as the standard deviation of a logit." default:"3"`
	Runs       int     `help:"Conversations of each kind and size." default:"10"`
	Seed       uint64  `help:"The same seed gives the same figures." default:"1"`
	JSON       bool    `name:"json" help:"Print one line of JSON."`
}

// opinionPower is one size of conversation.
type opinionPower struct {
	People     int     `json:"people"`
	VotesEach  int     `json:"votes_each"`
	Found      float64 `json:"found"`
	Exact      float64 `json:"exact"`
	Apart      float64 `json:"apart"`
	FalseAlarm float64 `json:"false_alarm"`
	Cut        float64 `json:"cut"`
	CutApart   float64 `json:"cut_apart"`
	Error      float64 `json:"error"`
}

// Run prints a table for organisers.
func (c *opinionPowerCmd) Run(ctx context.Context, s *streams) error {
	begun := time.Now()
	progress := opinionProgress(s)
	list, err := opinion.MeasurePower(ctx, opinion.PowerOptions{
		People: c.People, VotesEach: c.Votes, Statements: c.Statements, Groups: c.Groups, Distance: c.Distance,
		Runs: c.Runs, Seed: c.Seed, Progress: func(done, all int) { progress("sizes", done, all) },
	})
	if err != nil {
		return opinionError(s, err)
	}
	enough, ok := opinion.EnoughPower(list)
	if c.JSON {
		report := struct {
			Runs    int            `json:"runs"`
			Sizes   []opinionPower `json:"sizes"`
			Enough  *opinionPower  `json:"enough"`
			Seconds float64        `json:"seconds"`
		}{Runs: c.Runs, Seconds: opinionSeconds(begun)}
		for _, p := range list {
			report.Sizes = append(report.Sizes, opinionPowerOf(p))
		}
		if ok {
			first := opinionPowerOf(enough)
			report.Enough = &first
		}
		return writeLine(s.out, report)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "people\tvotes each\tgroups found\tas many\tapart\tfalse alarm\tcrowd cut\tcut apart\terror of shares\t")
	for _, p := range list {
		fmt.Fprintf(w, "%d\t%d\t%.0f %%\t%.0f %%\t%.0f %%\t%.0f %%\t%.0f %%\t%.0f %%\t%.3f\t\n",
			p.People, p.VotesEach, 100*p.Found, 100*p.Exact, 100*p.Apart, 100*p.FalseAlarm, 100*p.Cut, 100*p.CutApart, p.Error)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if !ok {
		_, err = fmt.Fprintln(s.out, "\nNone of these sizes is enough to find the groups in four of five conversations.")
		return err
	}
	_, err = fmt.Fprintf(s.out, "\n%d people with %d votes each are enough to find the groups in four of five conversations.\n", enough.People, enough.VotesEach)
	return err
}

func opinionPowerOf(p opinion.Power) opinionPower {
	return opinionPower{p.People, p.VotesEach, p.Found, p.Exact, p.Apart, p.FalseAlarm, p.Cut, p.CutApart, p.Error}
}
