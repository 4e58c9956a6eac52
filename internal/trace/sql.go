package trace

import (
	"context"
	"encoding/hex"

	"github.com/khettara/khettara/internal/store"
)

// Only released changes: which line of the log speaks of an internal thing is told to nobody.
const sqlReleased = `SELECT n, t, kind, subject, hash, public_body FROM change WHERE programme_id = $1 AND opened AND public_body IS NOT NULL AND subject IN `

// marks lists the released changes of things by subject, oldest first, in one query.
func marks(ctx context.Context, q store.Querier, programmeID string, subjects []string) (map[string][]Mark, error) {
	found := map[string][]Mark{}
	if len(subjects) == 0 {
		return found, nil
	}
	args := []any{programmeID}
	for _, s := range subjects {
		args = append(args, s)
	}
	rows, err := q.QueryContext(ctx, sqlReleased+store.In(2, len(subjects))+` ORDER BY n`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m Mark
		var t int64
		var subject, body string
		if err := rows.Scan(&m.Leaf, &t, &m.Kind, &subject, &m.Hash, &body); err != nil {
			return nil, err
		}
		if _, err := hex.DecodeString(m.Hash); err != nil {
			return nil, err
		}
		part, err := store.ParsePart([]byte(body))
		if err != nil {
			return nil, err
		}
		m.At = store.Time(t)
		m.status, _ = part["status"].(string)
		by, _ := part["by"].(store.Part)
		m.Role, _ = by["role"].(string)
		m.Organisation, _ = by["organisation"].(string)
		found[subject] = append(found[subject], m)
	}
	return found, rows.Err()
}
