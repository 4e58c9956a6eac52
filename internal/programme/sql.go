package programme

const (
	sqlInsertLinks = `INSERT INTO link (programme_id, source, target, kind, reason, by_role, at) VALUES `
	sqlDeleteLink  = `DELETE FROM link WHERE programme_id = $1 AND source = $2 AND target = $3 AND kind = $4`
	sqlSelectLinks = `SELECT source, target, kind, reason, by_role, at FROM link WHERE programme_id = $1 AND `

	sqlProgrammes = `SELECT programme_id, slug, territory, pack_version, name, illustrative, created_at FROM programme`
	sqlSlugs      = `SELECT slug FROM programme ORDER BY slug`
	sqlAxes       = `SELECT axis_id, name, version FROM axis WHERE programme_id = $1 ORDER BY position, axis_id`
	sqlColleges   = `SELECT college_id, name, voice, version FROM college WHERE programme_id = $1 ORDER BY position, college_id`
	sqlSteps      = `SELECT step_id, stage, title, body, documents, signatory, due_at, done_at, version FROM step WHERE programme_id = $1 ORDER BY position, step_id`
	sqlCycles     = `SELECT number, title FROM cycle WHERE programme_id = $1 ORDER BY number`
	sqlPhases     = `SELECT phase_id, cycle, stage, opens_at, closes_at, reason, version FROM phase WHERE programme_id = $1 ORDER BY cycle, opens_at, phase_id`

	sqlInsertProgramme = `INSERT INTO programme (programme_id, slug, territory, pack_version, name, illustrative, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlUpsertAxis      = `INSERT INTO axis (programme_id, axis_id, position, name, version) VALUES ($1, $2, $3, $4, 1)
		ON CONFLICT (programme_id, axis_id) DO UPDATE SET name = excluded.name, version = axis.version + 1 WHERE axis.version = $5`
	sqlUpsertCollege = `INSERT INTO college (programme_id, college_id, position, name, voice, version) VALUES ($1, $2, $3, $4, $5, 1)
		ON CONFLICT (programme_id, college_id) DO UPDATE SET name = excluded.name, voice = excluded.voice, version = college.version + 1 WHERE college.version = $6`
	sqlUpsertStep = `INSERT INTO step (programme_id, step_id, position, stage, title, body, documents, signatory, due_at, done_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0, 1)
		ON CONFLICT (programme_id, step_id) DO UPDATE SET stage = excluded.stage, title = excluded.title, body = excluded.body, documents = excluded.documents,
			signatory = excluded.signatory, due_at = excluded.due_at, version = step.version + 1 WHERE step.version = $10`
	sqlStepDone    = `UPDATE step SET done_at = $3, version = version + 1 WHERE programme_id = $1 AND step_id = $2 AND version = $4`
	sqlInsertCycle = `INSERT INTO cycle (programme_id, number, title, created_at) VALUES ($1, $2, $3, $4)`
	sqlInsertPhase = `INSERT INTO phase (programme_id, phase_id, cycle, stage, opens_at, closes_at, reason, version) VALUES ($1, $2, $3, $4, $5, $6, '', 1)`
	sqlExtendPhase = `UPDATE phase SET closes_at = $3, reason = $4, version = version + 1 WHERE programme_id = $1 AND phase_id = $2 AND version = $5`
	sqlPhase       = `SELECT phase_id, cycle, stage, opens_at, closes_at, reason, version FROM phase WHERE programme_id = $1 AND phase_id = $2`
	sqlMaxCycle    = `SELECT COALESCE(MAX(number), 0) FROM cycle WHERE programme_id = $1`
	sqlPositions   = `SELECT COUNT(*) FROM `

	// Open for participants: a phase of the stage that covers the time.
	sqlGateOpen = `SELECT COUNT(*) FROM phase WHERE programme_id = $1 AND cycle = $2 AND stage = $3 AND opens_at <= $4 AND closes_at > $4`
	// Open for staff: the stage's first phase has begun.
	sqlGateBegun = `SELECT COUNT(*) FROM phase WHERE programme_id = $1 AND cycle = $2 AND stage = $3 AND opens_at <= $4`
)
