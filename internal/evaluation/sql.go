package evaluation

const (
	sqlInsertIndicator = `INSERT INTO indicator (programme_id, number, cycle, title, definition, caution, unit_label, level, direction, territory, census_indicator, pack_version,
		decimals, every_months, baseline, baseline_at, baseline_source, target, target_at, objectives, release, created_at, once, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, 1)`
	sqlByOnce = `SELECT number FROM indicator WHERE programme_id = $1 AND once = $2`
	// The prefecture of a programme, and whether an objective exists in it.
	sqlTerritory      = `SELECT territory FROM programme WHERE programme_id = $1`
	sqlObjectiveCount = `SELECT COUNT(*) FROM objective WHERE programme_id = $1 AND number = $2`
	sqlSetWords       = `UPDATE indicator SET title = $3, definition = $4, caution = $5, level = $6, every_months = $7, objectives = $8, version = version + 1
		WHERE programme_id = $1 AND number = $2 AND version = $9`
	sqlSetTarget  = `UPDATE indicator SET target = $3, target_at = $4, version = version + 1 WHERE programme_id = $1 AND number = $2 AND version = $5`
	sqlSetRelease = `UPDATE indicator SET release = $3, version = version + 1 WHERE programme_id = $1 AND number = $2 AND version = $4`
	sqlIndicators = `SELECT number, cycle, title, definition, caution, unit_label, level, direction, territory, census_indicator, pack_version, decimals, every_months,
		baseline, baseline_at, baseline_source, target, target_at, objectives, release, created_at, version FROM indicator WHERE programme_id = $1`

	sqlActuals = `SELECT indicator, at, value, status, source, reason, by_role, recorded_at FROM indicator_actual WHERE programme_id = $1`
	// The next place in the series, and how many values the date has already.
	sqlNextOrdinal = `SELECT COALESCE(MAX(ordinal), 0) + 1, COUNT(CASE WHEN at = $3 THEN 1 END) FROM indicator_actual WHERE programme_id = $1 AND indicator = $2`

	sqlInsertActual = `INSERT INTO indicator_actual (programme_id, indicator, ordinal, at, value, status, source, reason, by_role, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlInsertTarget = `INSERT INTO indicator_target (programme_id, indicator, ordinal, target, target_at, reason, set_at)
		SELECT CAST($1 AS TEXT), CAST($2 AS TEXT), COALESCE(MAX(ordinal), 0) + 1, CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($5 AS TEXT), CAST($6 AS BIGINT)
		FROM indicator_target WHERE programme_id = $1 AND indicator = $2`
	sqlTargets = `SELECT indicator, target, target_at, reason, set_at FROM indicator_target WHERE programme_id = $1`
)
