package programme

import (
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// ParticipantGate judges, inside a write and by its time, what participants do
// in a stage of a cycle: a fault of kind Closed when no phase of it is open.
func ParticipantGate(tx *store.Tx, cycle int64, stage Stage) error {
	return gate(tx, sqlGateOpen, cycle, stage)
}

// StaffGate judges what staff do in a stage of a cycle: allowed from the stage's
// first opening, after its closing too.
func StaffGate(tx *store.Tx, cycle int64, stage Stage) error {
	return gate(tx, sqlGateBegun, cycle, stage)
}

func gate(tx *store.Tx, query string, cycle int64, stage Stage) error {
	var n int
	if err := tx.QueryRowContext(tx.Context(), query, tx.Log(), cycle, string(stage), tx.Millis()).Scan(&n); err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Closed, "programme.error.closed_"+string(stage))
	}
	return nil
}
