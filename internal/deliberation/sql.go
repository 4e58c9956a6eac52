package deliberation

const (
	sqlInsertStatement = `INSERT INTO statement (programme_id, number, cycle, body, lang, state, reason, created_at, version) VALUES ($1, $2, $3, $4, $5, 'open', '', $6, 1)`
	sqlSetState        = `UPDATE statement SET state = $3, reason = $4, version = version + 1 WHERE programme_id = $1 AND number = $2 AND version = $5`
	sqlStatements      = `SELECT number, cycle, body, lang, state, reason, version FROM statement WHERE programme_id = $1`
	sqlOfCycle         = ` AND cycle = $2 ORDER BY number`
	sqlOfNumber        = ` AND number = $2`
	sqlOpenStatements  = `SELECT s.number, CASE WHEN EXISTS (SELECT 1 FROM phase f WHERE f.programme_id = s.programme_id AND f.cycle = s.cycle
			AND f.stage = 'deliberation' AND f.opens_at <= $2 AND f.closes_at > $2) THEN 1 ELSE 0 END
		FROM statement s WHERE s.programme_id = $1 AND s.state = 'open' AND s.number IN `

	sqlVotesOf     = `SELECT statement, voter, choice FROM opinion_vote WHERE programme_id = $1 AND voter IN `
	sqlUpsertVoter = `INSERT INTO opinion_voter (programme_id, voter, college, unit, confirmed) VALUES `
	sqlUpsertVote  = `INSERT INTO opinion_vote (programme_id, statement, voter, choice) VALUES `

	// One row a statement, a college, a choice, and confirmed or not.
	sqlTallies = `SELECT v.statement, w.college, w.confirmed, v.choice, COUNT(*) FROM opinion_vote v
		JOIN opinion_voter w ON w.programme_id = v.programme_id AND w.voter = v.voter
		JOIN statement s ON s.programme_id = v.programme_id AND s.number = v.statement
		WHERE v.programme_id = $1 AND s.cycle = $2 GROUP BY v.statement, w.college, w.confirmed, v.choice`
	sqlTurnout = `SELECT w.confirmed, COUNT(DISTINCT w.voter) FROM opinion_voter w
		JOIN opinion_vote v ON v.programme_id = w.programme_id AND v.voter = w.voter
		JOIN statement s ON s.programme_id = v.programme_id AND s.number = v.statement
		WHERE w.programme_id = $1 AND s.cycle = $2 GROUP BY w.confirmed`
	sqlOwnVotes = `SELECT statement, choice FROM opinion_vote WHERE programme_id = $1 AND voter = $2`
	sqlVoter    = `SELECT college, unit, confirmed FROM opinion_voter WHERE programme_id = $1 AND voter = $2`
)
