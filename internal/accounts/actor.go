// Package accounts knows people, organisations, their roles in each programme,
// sessions and credentials, and gives every command the Actor who asks.
//
// Who a person is (name, phone, e-mail) is encrypted and stays here; what people
// say lives in the other modules and carries at most an id (docs/security.md).
package accounts

import (
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// Role is what somebody is in a programme; it stands for a row of rights (see Rights).
type Role string

// The roles. Administrator is of the installation, the others of one programme.
const (
	Administrator        Role = "administrator"
	Coordinator          Role = "coordinator"
	Rapporteur           Role = "rapporteur"
	Examiner             Role = "examiner"
	ContractingAuthority Role = "contracting_authority"
	CommitteeMember      Role = "committee_member"
	Governor             Role = "governor"
	SecretaryGeneral     Role = "secretary_general"
	Auditor              Role = "auditor"
	Participant          Role = "participant"
	system               Role = "system" // what the clock does: closing a vote at its time
)

// Grant gives a person a role in a programme, perhaps only for a unit of its
// territory and what lies within, or for one axis.
type Grant struct {
	ID           string
	Role         Role
	Unit         string // HCP code; "" = the whole programme
	Axis         string // axis id; "" = all axes
	Organisation string // organisation id; "" = none
	College      string // college key of a participant; "" = not declared
}

// Actor is who asks for something in one programme. The zero value is a visitor
// without an account.
type Actor struct {
	Programme string // programme id; "" = the installation
	Person    string // person id; "" = visitor
	Name      string // how the person is greeted; never leaves the page
	Admin     bool   // administrator of the installation
	Grants    []Grant

	// Within tells whether a unit lies in another; nil means equality only.
	Within func(unit, ancestor string) bool
}

// Visitor is somebody without an account.
func Visitor(programme string) Actor { return Actor{Programme: programme} }

// System is the actor of what happens by itself at its time.
func System(programme string) Actor {
	return Actor{Programme: programme, Grants: []Grant{{Role: system}}}
}

// SignedIn tells whether somebody with an account asks.
func (a Actor) SignedIn() bool { return a.Person != "" }

// Has tells whether the actor holds a role in the programme.
func (a Actor) Has(role Role) bool {
	for _, g := range a.Grants {
		if g.Role == role {
			return true
		}
	}
	return role == Administrator && a.Admin
}

// Staff tells whether the actor works for the programme: any role but participant.
func (a Actor) Staff() bool {
	for _, g := range a.Grants {
		if g.Role != Participant {
			return true
		}
	}
	return false
}

// Can tells whether the actor has a right over a unit and an axis. An empty unit
// or axis asks for the right over the whole programme, or all axes.
func (a Actor) Can(right Right, unit, axis string) bool {
	_, ok := a.grant(right, unit, axis)
	return ok
}

// Somewhere tells whether the actor has a right over any unit and axis: for
// navigation, never in place of Require.
func (a Actor) Somewhere(right Right) bool {
	for _, g := range a.Grants {
		if Rights[g.Role][right] {
			return true
		}
	}
	return a.Admin && Rights[Administrator][right]
}

func (a Actor) grant(right Right, unit, axis string) (Grant, bool) {
	if a.Admin && Rights[Administrator][right] {
		return Grant{Role: Administrator}, true
	}
	for _, g := range a.Grants {
		if Rights[g.Role][right] && a.covers(g, unit, axis) {
			return g, true
		}
	}
	return Grant{}, false
}

func (a Actor) covers(g Grant, unit, axis string) bool {
	if g.Axis != "" && g.Axis != axis {
		return false
	}
	if g.Unit == "" || g.Unit == unit {
		return true
	}
	return unit != "" && a.Within != nil && a.Within(unit, g.Unit)
}

// Require is the check that every command makes once: nil, or a fault of kind
// Unauthenticated (nobody is signed in) or Forbidden.
func (a Actor) Require(right Right, unit, axis string) error {
	if a.Can(right, unit, axis) {
		return nil
	}
	if !a.SignedIn() {
		return fault.New(fault.Unauthenticated, "fault.sign_in")
	}
	return fault.New(fault.Forbidden, "fault.forbidden")
}

// By is who acted as the public log shows it: role and organisation, never a
// person. The role is the one that gave the right.
func (a Actor) By(right Right, unit, axis string) store.Part {
	g, ok := a.grant(right, unit, axis)
	by := store.Part{"role": string(g.Role)}
	if !ok {
		by["role"] = "visitor"
	}
	if g.Organisation != "" {
		by["organisation"] = g.Organisation
	}
	return by
}

// PersonPart is the person part of a change: who acted. It is never public and
// can be erased alone.
func (a Actor) PersonPart() store.Part {
	if a.Person == "" {
		return nil
	}
	return store.Part{"actor": a.Person}
}

// Organisation is an institution or association that people act for.
type Organisation struct {
	ID      string
	Home    string // id of the programme that entered it and may rename it; "" = the installation
	Key     string // short stable name, "" if none
	Kind    string // one of OrganisationKinds
	Name    i18n.Text
	Version int64
}

// OrganisationKinds lists the kinds of organisation in the order they are offered.
var OrganisationKinds = []string{"state_service", "council", "public_establishment", "company", "association"}
