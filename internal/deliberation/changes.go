package deliberation

// The kinds of change that this module writes to a log.
const (
	ChangeStatementAdded  = "statement.added.v1"
	ChangeStatementHidden = "statement.hidden.v1"
	ChangeStatementShown  = "statement.shown.v1"
	// ChangeVoted says that somebody voted. Who, on which statement and how is in
	// the person part, which is never public: open leaves in a row would
	// otherwise publish one person's whole vote.
	ChangeVoted = "opinion.voted.v1"
)
