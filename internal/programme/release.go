package programme

import (
	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/store"
)

// Release is who may see an object: its own column in the module that owns it.
type Release string

// The release states, each wider than the one before.
const (
	Internal  Release = "internal"  // the programme's staff
	Shared    Release = "shared"    // with named bodies
	Validated Release = "validated" // approved by a role at a date
	Public    Release = "public"    // everyone
)

// Valid tells whether the word is a release state.
func (r Release) Valid() bool {
	return r == Internal || r == Shared || r == Validated || r == Public
}

// LogRelease appends the change of an object's release state and, when it
// becomes public, opens what the log has kept closed about it until now. A
// withdrawal needs a reason; what was opened stays open.
func LogRelease(tx *store.Tx, actor accounts.Actor, by store.Part, subject string, from, to Release, reason string) error {
	public := store.Part{"from": string(from), "to": string(to), "by": by}
	if _, err := tx.Append(store.Change{
		Kind: ChangeReleased, Subject: subject, Open: to == Public || from == Public,
		Public: public, Text: store.Part{"reason": reason}, Person: actor.PersonPart(),
	}); err != nil {
		return err
	}
	if to == Public {
		return tx.Release(subject)
	}
	return nil
}
