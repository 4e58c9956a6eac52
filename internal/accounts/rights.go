package accounts

// Right is one thing that a person may be allowed to do.
type Right string

// The rights, by stage. docs/rights.md prints the table; a test keeps both equal.
const (
	// The frame of a programme: axes, colleges, steps, phases, release states.
	ProgrammeManage Right = "programme.manage"
	// Inviting people and granting roles.
	AccountsManage Right = "accounts.manage"
	// Reading what is internal to the programme's staff.
	InternalRead Right = "internal.read"
	// Creating a programme (installation).
	ProgrammeCreate Right = "programme.create"

	MeetingManage        Right = "consultation.meeting.manage"
	ContributionRecord   Right = "consultation.contribution.record"
	ContributionModerate Right = "consultation.contribution.moderate" // hide, set aside, group
	ProposalExamine      Right = "consultation.proposal.examine"      // read what came from the web, screen, put in a proposal
	ProposalAnswer       Right = "consultation.proposal.answer"

	StatementManage Right = "deliberation.statement.manage"
	OpinionVote     Right = "deliberation.vote"

	VoteManage    Right = "prioritisation.vote.manage" // options, charter, codes, opening
	ResultPublish Right = "prioritisation.result.publish"

	RoadmapDraft Right = "roadmap.draft"
	RoadmapAdopt Right = "roadmap.adopt"

	ReportSubmit  Right = "delivery.report.submit" // reports, milestones, money of one's own projects
	ReportApprove Right = "delivery.report.approve"
	StateDecide   Right = "delivery.state.decide"
	BlockerManage Right = "delivery.blocker.manage"

	IndicatorManage Right = "evaluation.indicator.manage"
	ActualRecord    Right = "evaluation.actual.record"
)

// AllRights lists the rights in the order of the table.
var AllRights = []Right{
	ProgrammeCreate, ProgrammeManage, AccountsManage, InternalRead,
	MeetingManage, ContributionRecord, ContributionModerate, ProposalExamine, ProposalAnswer,
	StatementManage, OpinionVote, VoteManage, ResultPublish, RoadmapDraft, RoadmapAdopt,
	ReportSubmit, ReportApprove, StateDecide, BlockerManage, IndicatorManage, ActualRecord,
}

// AllRoles lists the roles in the order of the table.
var AllRoles = []Role{
	Administrator, Coordinator, Rapporteur, Examiner, ContractingAuthority,
	CommitteeMember, Governor, SecretaryGeneral, Auditor, Participant,
}

func rights(list ...Right) map[Right]bool {
	m := make(map[Right]bool, len(list))
	for _, r := range list {
		m[r] = true
	}
	return m
}

// Rights says what each role may do. Who reports never approves, and an
// administrator of the installation has no voice in a programme.
var Rights = map[Role]map[Right]bool{
	Administrator: rights(ProgrammeCreate, AccountsManage),
	Coordinator: rights(ProgrammeManage, AccountsManage, InternalRead, MeetingManage, ContributionRecord, ContributionModerate,
		ProposalExamine, ProposalAnswer, StatementManage, VoteManage, ResultPublish, RoadmapDraft, ReportApprove, StateDecide,
		BlockerManage, IndicatorManage, ActualRecord),
	Rapporteur:           rights(InternalRead, ContributionRecord),
	Examiner:             rights(InternalRead, ContributionModerate, ProposalExamine, ProposalAnswer),
	ContractingAuthority: rights(InternalRead, ReportSubmit, BlockerManage, ActualRecord),
	CommitteeMember:      rights(InternalRead, StateDecide),
	Governor:             rights(InternalRead, RoadmapAdopt, StateDecide),
	SecretaryGeneral:     rights(InternalRead, RoadmapAdopt, StateDecide),
	Auditor:              rights(InternalRead),
	Participant:          rights(OpinionVote),
	system:               rights(VoteManage),
}
