package prioritisation

// The kinds of change that this module writes to a log. Ballots have none: the
// log holds how many there are and what commits to them, never one of them.
const (
	ChangeVoteCreated     = "vote.created.v1"
	ChangeVoteChanged     = "vote.changed.v1"
	ChangeOptionSet       = "option.set.v1"
	ChangeOptionRemoved   = "option.removed.v1"
	ChangeCodesMade       = "vote.codes_made.v1"      // how many, for which college
	ChangeCodesDiscarded  = "vote.codes_discarded.v1" //
	ChangeCharterFrozen   = "vote.charter_frozen.v1"  // hash of the charter
	ChangeCounted         = "vote.counted.v1"         // while open: count and Merkle root of the ballots' hashes
	ChangeClosed          = "vote.closed.v1"          // numbers, hash of the published ballots and of the list of hashes
	ChangeSeedDrawn       = "vote.seed_drawn.v1"
	ChangeTallied         = "vote.tallied.v1" // hash of the outcome
	ChangeResultPublished = "vote.result_published.v1"
)
