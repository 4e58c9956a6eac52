package prioritisation

const (
	sqlVotes = `SELECT number, cycle, state, title, question, budget, opens_at, closes_at, charter, charter_hash, seed, outcome, outcome_hash,
		merged, published_at, version FROM vote WHERE programme_id = $1`
	sqlInsertVote = `INSERT INTO vote (programme_id, number, cycle, state, title, question, budget, opens_at, closes_at, charter, charter_hash, seed,
		outcome, outcome_hash, merged, cast_count, counted_at, published_at, version) VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, '', '', '', '', '', '[]', 0, 0, 0, 1)`
	sqlChangeVote = `UPDATE vote SET title = $3, question = $4, budget = $5, opens_at = $6, closes_at = $7, version = version + 1
		WHERE programme_id = $1 AND number = $2 AND version = $8 AND state = 'draft'`
	sqlTouchVote = `UPDATE vote SET version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlEarlier   = `SELECT subject FROM change WHERE programme_id = $1 AND once = $2`
	sqlFreeze    = `UPDATE vote SET state = 'frozen', charter = $3, charter_hash = $4, version = version + 1 WHERE programme_id = $1 AND number = $2 AND state = 'draft' AND version = $5`
	sqlDueVotes  = `SELECT programme_id, number FROM vote WHERE state = 'frozen' AND closes_at <= $1`
	sqlOpenVotes = `SELECT programme_id, number FROM vote WHERE state = 'frozen' AND opens_at <= $1 AND closes_at > $1`
	sqlCloseVote = `UPDATE vote SET state = 'closed', merged = $3, version = version + 1 WHERE programme_id = $1 AND number = $2 AND state = 'frozen'`
	sqlCounted   = `UPDATE vote SET cast_count = $3, counted_at = $4 WHERE programme_id = $1 AND number = $2`
	sqlCounts    = `SELECT cast_count, counted_at FROM vote WHERE programme_id = $1 AND number = $2`
	sqlSeed      = `UPDATE vote SET seed = $3, version = version + 1 WHERE programme_id = $1 AND number = $2 AND state = 'closed' AND seed = '' AND version = $4`
	sqlTally     = `UPDATE vote SET state = 'tallied', outcome = $3, outcome_hash = $4, version = version + 1 WHERE programme_id = $1 AND number = $2 AND state = 'closed' AND seed <> ''`
	sqlPublish   = `UPDATE vote SET state = 'published', published_at = $3, version = version + 1 WHERE programme_id = $1 AND number = $2 AND state = 'tallied' AND version = $4`
	sqlHoldVote  = `UPDATE vote SET state = state WHERE programme_id = $1 AND number = $2 RETURNING cycle, state, opens_at, closes_at, budget`

	sqlOptions      = `SELECT number, vote, proposal, title, description, opinion, cost, units, version FROM vote_option WHERE programme_id = $1 AND vote = $2 ORDER BY number`
	sqlOption       = `SELECT number, vote, proposal, title, description, opinion, cost, units, version FROM vote_option WHERE programme_id = $1 AND number = $2`
	sqlInsertOption = `INSERT INTO vote_option (programme_id, number, vote, proposal, title, description, opinion, cost, units, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1)`
	sqlChangeOption = `UPDATE vote_option SET title = $3, description = $4, opinion = $5, cost = $6, units = $7, version = version + 1 WHERE programme_id = $1 AND number = $2 AND version = $8 AND vote = $9 AND proposal = $10`
	sqlDeleteOption = `DELETE FROM vote_option WHERE programme_id = $1 AND number = $2 AND vote = $3`
	sqlCosts        = `SELECT number, cost FROM vote_option WHERE programme_id = $1 AND vote = $2`

	sqlInsertCredentials = `INSERT INTO credential (programme_id, vote, code_hash, class, used) VALUES `
	sqlDiscard           = `DELETE FROM credential WHERE programme_id = $1 AND vote = $2 AND class = $3`
	sqlReclass           = `UPDATE credential SET class = $3 WHERE programme_id = $1 AND vote = $2 AND class IN `
	sqlClasses           = `SELECT class, COUNT(*), CAST(SUM(CASE WHEN used THEN 1 ELSE 0 END) AS BIGINT) FROM credential WHERE programme_id = $1 AND vote = $2 GROUP BY class ORDER BY class`
	sqlClosedClasses     = `SELECT class, COUNT(*), CAST(SUM(CASE WHEN used THEN 1 ELSE 0 END) AS BIGINT) FROM closed_credential WHERE programme_id = $1 AND vote = $2 GROUP BY class ORDER BY class`
	sqlCredentials       = `SELECT code_hash, class, used FROM credential WHERE programme_id = $1 AND vote = $2 AND code_hash IN `
	sqlClosedCredentials = `SELECT code_hash, class, used FROM closed_credential WHERE programme_id = $1 AND vote = $2 AND code_hash IN `
	sqlMark              = `UPDATE credential SET used = TRUE WHERE programme_id = $1 AND vote = $2 AND NOT used AND code_hash IN `

	sqlBallotsByKey       = `SELECT key FROM ballot WHERE programme_id = $1 AND vote = $2 AND key IN `
	sqlClosedBallotsByKey = `SELECT key FROM closed_ballot WHERE programme_id = $1 AND vote = $2 AND key IN `
	sqlInsertBallots      = `INSERT INTO ballot (programme_id, vote, key, class, content) VALUES `
	sqlBallotKeys         = `SELECT key FROM ballot WHERE programme_id = $1 AND vote = $2 ORDER BY key`
	sqlBallotCount        = `SELECT COUNT(*) FROM ballot WHERE programme_id = $1 AND vote = $2`

	// Closing copies in key order, so that nothing of the order of casting stays.
	sqlCopyBallots     = `INSERT INTO closed_ballot (programme_id, vote, key, class, content) SELECT programme_id, vote, key, class, content FROM ballot WHERE programme_id = $1 AND vote = $2 ORDER BY key`
	sqlCopyCredentials = `INSERT INTO closed_credential (programme_id, vote, code_hash, class, used) SELECT programme_id, vote, code_hash, class, used FROM credential WHERE programme_id = $1 AND vote = $2 ORDER BY code_hash`
	sqlDropBallots     = `DELETE FROM ballot WHERE programme_id = $1 AND vote = $2`
	sqlDropCredentials = `DELETE FROM credential WHERE programme_id = $1 AND vote = $2`
	sqlReclassBallots  = `UPDATE closed_ballot SET class = $3 WHERE programme_id = $1 AND vote = $2 AND class IN `
	sqlReclassClosed   = `UPDATE closed_credential SET class = $3 WHERE programme_id = $1 AND vote = $2 AND class IN `
	sqlClosedBallots   = `SELECT class, content FROM closed_ballot WHERE programme_id = $1 AND vote = $2 ORDER BY content, class`
	sqlClosedKeys      = `SELECT key FROM closed_ballot WHERE programme_id = $1 AND vote = $2 ORDER BY key`
)
