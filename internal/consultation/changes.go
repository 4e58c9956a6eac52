package consultation

// The kinds of change that this module writes to a programme's log.
const (
	ChangeMeetingCreated   = "meeting.created.v1"
	ChangeMeetingChanged   = "meeting.changed.v1"
	ChangeMeetingCancelled = "meeting.cancelled.v1"
	ChangeMeetingHeld      = "meeting.held.v1" // closed, with the count of what was captured

	ChangeContributionRecorded  = "contribution.recorded.v1"
	ChangeContributionCorrected = "contribution.corrected.v1"
	ChangeContributionWithdrawn = "contribution.withdrawn.v1"
	ChangeContributionSetAside  = "contribution.set_aside.v1"
	ChangeContributionHidden    = "contribution.hidden.v1"
	ChangeContributionRestored  = "contribution.restored.v1" // from set aside or hidden

	ChangeProposalSubmitted = "proposal.submitted.v1"
	ChangeProposalGrouped   = "proposal.grouped.v1" // staff made it from contributions
	ChangeProposalCited     = "proposal.cited.v1"   // further contributions joined it
	ChangeProposalUncited   = "proposal.uncited.v1" // a contribution was taken out again
	ChangeProposalRefused   = "proposal.refused.v1" // unlawful: never published
	ChangeProposalWithdrawn = "proposal.withdrawn.v1"
	ChangeProposalHidden    = "proposal.hidden.v1"
	ChangeProposalRestored  = "proposal.restored.v1"
	ChangeProposalExamined  = "proposal.examined.v1" // its examination began
	ChangeProposalScreened  = "proposal.screened.v1"
	ChangeProposalEstimated = "proposal.estimated.v1" // kept closed: estimates are internal
	ChangeProposalAnswered  = "proposal.answered.v1"

	ChangeTimesSet = "consultation.times_set.v1" // reading and answer time
)
