package delivery

// The queries. Lists of a whole programme and of one project differ by sqlOfProject only.
const (
	sqlOfProject = ` AND project = $2`

	sqlReports = `SELECT number, project, state, nothing_changed, done, forecast_end, statement, organisation, submitted_by, submitted_at,
		decided_at, decided_by, reason, version FROM report WHERE programme_id = $1`
	sqlReportByNumber = sqlReports + ` AND number = $2`
	sqlReportsWaiting = sqlReports + ` AND state = 'submitted'` + sqlReportOrder
	sqlReportOrder    = ` ORDER BY submitted_at, number`
	sqlReportOfOnce   = `SELECT number FROM report WHERE programme_id = $1 AND once = $2`
	sqlLastReport     = `SELECT done, forecast_end FROM report WHERE programme_id = $1 AND project = $2 AND state <> 'returned' ORDER BY submitted_at DESC, number DESC LIMIT 1`
	sqlInsertReport   = `INSERT INTO report (programme_id, number, project, state, nothing_changed, done, forecast_end, statement, organisation, submitted_by, submitted_at, decided_at, decided_by, reason, once, version) VALUES ($1, $2, $3, 'submitted', $4, $5, $6, $7, $8, $9, $10, 0, '', '', $11, 1)`
	sqlDecideReport   = `UPDATE report SET state = $3, decided_at = $4, decided_by = $5, reason = $6, version = version + 1 WHERE programme_id = $1 AND number = $2 AND state = 'submitted' AND version = $7`
	sqlMilestones     = `SELECT project, code, forecast_at, actual_at, updated_at, version FROM milestone WHERE programme_id = $1`
	sqlMilestoneOrder = ` ORDER BY project, code`
	// A date that is not given stays as it was told; no row comes back from another version.
	sqlSetMilestone = `INSERT INTO milestone (programme_id, project, code, forecast_at, actual_at, updated_at, version) VALUES ($1, $2, $3, $4, $5, $6, 1)
		ON CONFLICT (programme_id, project, code) DO UPDATE SET
			forecast_at = CASE WHEN excluded.forecast_at = 0 THEN milestone.forecast_at ELSE excluded.forecast_at END,
			actual_at = CASE WHEN excluded.actual_at = 0 THEN milestone.actual_at ELSE excluded.actual_at END,
			updated_at = excluded.updated_at, version = milestone.version + 1
		WHERE milestone.version = $7 RETURNING forecast_at, actual_at`
	sqlMoney           = `SELECT project, leaf, kind, amount, at, payer, note FROM money_entry WHERE programme_id = $1`
	sqlMoneyOrder      = ` ORDER BY at, leaf`
	sqlMoneySum        = `SELECT CAST(COALESCE(SUM(amount), 0) AS BIGINT) FROM money_entry WHERE programme_id = $1 AND project = $2 AND kind = $3 AND payer = $4`
	sqlInsertMoney     = `INSERT INTO money_entry (programme_id, leaf, project, kind, amount, at, payer, note) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlBlockers        = `SELECT number, project, kind, text, owner, opened_at, due_at, reply, replied_at, lesson, closed_at, release, version FROM blocker WHERE programme_id = $1`
	sqlBlockerByNumber = sqlBlockers + ` AND number = $2`
	sqlBlockerOrder    = ` ORDER BY opened_at, number`
	sqlBlockerOfOnce   = `SELECT number FROM blocker WHERE programme_id = $1 AND once = $2`
	sqlInsertBlocker   = `INSERT INTO blocker (programme_id, number, project, kind, text, owner, opened_at, due_at, reply, replied_at, lesson, closed_at, release, once, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, '', 0, '', 0, 'internal', $9, 1)`
	sqlAnswerBlocker   = `UPDATE blocker SET reply = $3, replied_at = $4, version = version + 1 WHERE programme_id = $1 AND number = $2 AND closed_at = 0 AND version = $5`
	sqlCloseBlocker    = `UPDATE blocker SET lesson = $3, closed_at = $4, version = version + 1 WHERE programme_id = $1 AND number = $2 AND closed_at = 0 AND version = $5`
	sqlReleaseBlocker  = `UPDATE blocker SET release = 'public', version = version + 1 WHERE programme_id = $1 AND number = $2 AND release = 'internal' AND version = $3`
	sqlStates          = `SELECT project, n, state, reason, decided_by, at FROM project_state WHERE programme_id = $1`
	sqlStateOrder      = ` ORDER BY project, n`
	sqlState           = `SELECT n, state FROM project_state WHERE programme_id = $1 AND project = $2 ORDER BY n DESC LIMIT 1`
	sqlInsertState     = `INSERT INTO project_state (programme_id, project, n, state, reason, decided_by, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)
