package evaluation

const (
	sqlInsertIndicator = `INSERT INTO indicator (programme_id, number, cycle, title, definition, unit_label, direction, territory, census_indicator, pack_version,
		decimals, baseline, baseline_at, baseline_source, target, target_at, objectives, release, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 1)`
	sqlSetTarget  = `UPDATE indicator SET target = $3, target_at = $4, version = version + 1 WHERE programme_id = $1 AND number = $2 AND version = $5`
	sqlSetRelease = `UPDATE indicator SET release = $3, version = version + 1 WHERE programme_id = $1 AND number = $2 AND version = $4`
	sqlIndicators = `SELECT number, cycle, title, definition, unit_label, direction, territory, census_indicator, pack_version, decimals, baseline, baseline_at,
		baseline_source, target, target_at, objectives, release, version FROM indicator WHERE programme_id = $1`
	sqlActuals      = `SELECT indicator, at, value, status, source, by_role, recorded_at FROM indicator_actual WHERE programme_id = $1`
	sqlNextOrdinal  = `SELECT COALESCE(MAX(ordinal), 0) + 1 FROM indicator_actual WHERE programme_id = $1 AND indicator = $2`
	sqlInsertActual = `INSERT INTO indicator_actual (programme_id, indicator, ordinal, at, value, status, source, by_role, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlOne          = `SELECT cycle, release, version FROM indicator WHERE programme_id = $1 AND number = $2`
)
