package roadmap

const (
	sqlObjectives      = `SELECT number, axis, title, version FROM objective WHERE programme_id = $1 ORDER BY number`
	sqlInsertObjective = `INSERT INTO objective (programme_id, number, axis, title, version) VALUES ($1, $2, $3, $4, 1)`
	sqlChangeObjective = `UPDATE objective SET axis = $3, title = $4, version = version + 1 WHERE programme_id = $1 AND number = $2 AND version = $5`
	// The projects of an objective lie on its axis.
	sqlMoveProjects = `UPDATE project SET axis = $3, version = version + 1 WHERE programme_id = $1 AND objective = $2 AND axis <> $3`

	sqlProjects = `SELECT number, cycle, title, summary, objective, axis, moa, mod, options, proposals, entry, entry_reason, components, cost,
		beneficiaries, milestones, release, adopted_in, version FROM project WHERE programme_id = $1`
	sqlInsertProject = `INSERT INTO project (programme_id, number, cycle, title, summary, objective, axis, moa, mod, options, proposals, entry, entry_reason, components, cost,
		beneficiaries, milestones, release, adopted_in, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, 'internal', 0, 1)`
	sqlChangeProject = `UPDATE project SET title = $3, summary = $4, objective = $5, axis = $6, moa = $7, mod = $8, options = $9, proposals = $10, entry = $11, entry_reason = $12,
		components = $13, cost = $14, beneficiaries = $15, milestones = $16, version = version + 1 WHERE programme_id = $1 AND number = $2 AND version = $17`
	sqlAdoptProject = `UPDATE project SET release = 'public', adopted_in = CASE WHEN adopted_in = 0 THEN $3 ELSE adopted_in END, version = version + 1 WHERE programme_id = $1 AND number = $2`

	sqlEarlier     = `SELECT subject FROM change WHERE programme_id = $1 AND once = $2`
	sqlHoldVersion = `UPDATE roadmap_version SET state = state WHERE programme_id = $1 AND number = $2 RETURNING cycle, state`

	sqlShares        = `SELECT project, unit, num, den FROM project_territory WHERE programme_id = $1`
	sqlFunding       = `SELECT project, organisation, year, amount FROM funding_share WHERE programme_id = $1`
	sqlDropShares    = `DELETE FROM project_territory WHERE programme_id = $1 AND project = $2`
	sqlDropFunding   = `DELETE FROM funding_share WHERE programme_id = $1 AND project = $2`
	sqlInsertShares  = `INSERT INTO project_territory (programme_id, project, unit, num, den) VALUES `
	sqlInsertFunding = `INSERT INTO funding_share (programme_id, project, organisation, year, amount) VALUES `

	sqlVersions      = `SELECT number, cycle, state, title, preamble, projects, content, hash, adopted_at, adopted_by, version FROM roadmap_version WHERE programme_id = $1`
	sqlAdoptions     = `SELECT number, projects, adopted_at FROM roadmap_version WHERE programme_id = $1 AND state = 'adopted' ORDER BY number DESC`
	sqlNextVersion   = `SELECT COALESCE(MAX(number), 0) + 1 FROM roadmap_version WHERE programme_id = $1`
	sqlInsertVersion = `INSERT INTO roadmap_version (programme_id, number, cycle, state, title, preamble, projects, content, hash, adopted_at, adopted_by, version)
		VALUES ($1, $2, $3, 'draft', $4, $5, '[]', '', '', 0, '', 1)`
	sqlSetProjects = `UPDATE roadmap_version SET projects = $3, version = version + 1 WHERE programme_id = $1 AND number = $2 AND version = $4 AND state = 'draft'`
	sqlAdopt       = `UPDATE roadmap_version SET state = 'adopted', content = $3, hash = $4, adopted_at = $5, adopted_by = $6, version = version + 1
		WHERE programme_id = $1 AND number = $2 AND version = $7 AND state = 'draft'`
)
