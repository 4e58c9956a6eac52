package trace

import (
	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/trace"
	"github.com/khettara/khettara/internal/web/ui"
)

// ranked tells the consultative vote. While it is open nothing is told of how
// people choose; a result is told once a person has published it.
func (d data) ranked(out *ui.TraceStep, s trace.Step) {
	o := s.Option
	vote := ui.Link(d.P("/prioritisation/votes/"+o.Vote.Number), d.text(o.Vote.Title))
	switch {
	case o.Vote.State == prioritisation.Published && o.Included:
		out.Finding = ui.M(d.Lang, "trace.included", "n", o.Place)
		out.Chart = ui.Bar(float64(o.Supporters), float64(o.Ballots), ui.ToneWater)
	case o.Vote.State == prioritisation.Published:
		out.Finding = ui.M(d.Lang, "trace.stood")
	case o.Vote.Open(d.Now):
		out.Finding = ui.M(d.Lang, "trace.vote_open", "date", ui.Day(d.Lang, o.Vote.ClosesAt))
	case o.Vote.State == prioritisation.Frozen && d.Now.Before(o.Vote.OpensAt):
		out.Finding = ui.M(d.Lang, "trace.vote_ahead", "date", ui.Day(d.Lang, o.Vote.OpensAt))
	default:
		out.Finding = ui.M(d.Lang, "trace.vote_closed")
	}
	if o.Vote.State == prioritisation.Published {
		out.Why = ui.M(d.Lang, "trace.supporters", "n", o.Supporters, "total", o.Ballots)
	}
	out.Links = spaced([]templ.Component{ui.M(d.Lang, "trace.of_vote", "vote", vote)})
}

// branch tells what went no further, why, and how to ask for a review.
func (d data) branch(b trace.Branch) ui.TraceBranch {
	out := ui.TraceBranch{Ledger: d.ledger(b.Mark)}
	if !b.At.IsZero() {
		out.Date = ui.StepDate(d.Lang, b.At)
	}
	review := ui.Link(d.P("/about#review"), d.T("ui.about_review"))
	switch {
	case b.Answer != nil:
		out.Finding = ui.Join("", d.proposalTitle(*b.Proposal), ui.Str(d.T("ui.colon")), ui.M(d.Lang, "status."+string(b.Answer.Decision)))
		out.Why = ui.Join(" ", ui.Text(d.Lang, b.Answer.Sentence), d.reason(b.Answer.Reason), review)
	case b.Option != nil:
		out.Finding = ui.M(d.Lang, "trace.not_included")
		if b.Option.Short > 0 {
			out.Why = ui.M(d.Lang, "trace.short", "amount", ui.Dirhams(d.Lang, b.Option.Short))
		} else {
			out.Why = ui.M(d.Lang, "trace.supporters", "n", b.Option.Supporters, "total", b.Option.Ballots)
		}
	case b.Contribution != nil:
		out.Finding = ui.M(d.Lang, "trace.contribution_"+string(b.Contribution.State))
		out.Why = d.reasonAndReview(b.Contribution.Put, review)
	default:
		out.Finding = d.proposalTitle(*b.Proposal)
		out.Why = d.reasonAndReview(b.Proposal.Put, review)
	}
	return out
}

func (d data) reasonAndReview(act consultation.Act, review templ.Component) templ.Component {
	if reason := d.reason(act.Reason); reason != nil {
		return ui.Join(" ", reason, review)
	}
	return review
}
