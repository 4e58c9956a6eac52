package delivery

// The kinds of change that this module writes to a log. Reports and obstacles
// stay closed until they are approved or published; the rest is open at once.
const (
	ChangeReportSubmitted   = "report.submitted.v1"
	ChangeReportApproved    = "report.approved.v1"
	ChangeReportReturned    = "report.returned.v1"
	ChangeMilestoneRecorded = "project.milestone_recorded.v1"
	ChangeMoneyRecorded     = "project.money_recorded.v1"
	ChangeStateDecided      = "project.state_decided.v1"
	ChangeBlockerOpened     = "blocker.opened.v1"
	ChangeBlockerAnswered   = "blocker.answered.v1"
	ChangeBlockerClosed     = "blocker.closed.v1"
)
