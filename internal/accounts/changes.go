package accounts

import (
	"fmt"

	"github.com/khettara/khettara/internal/store"
)

// The kinds of change that this module logs. What concerns one person alone
// (account, password, erasure) is never opened; who was given which role is.
const (
	// On the installation's log.
	ChangePersonCreated       = "person.created.v1"
	ChangePasswordChanged     = "person.password_changed.v1"
	ChangeResetIssued         = "person.reset_issued.v1"
	ChangePersonErased        = "person.erased.v1"
	ChangeOrganisationCreated = "organisation.created.v1"
	ChangeOrganisationRenamed = "organisation.renamed.v1"

	// On the programme's log; administrators' invitations on the installation's.
	ChangeInvitationIssued   = "invitation.issued.v1"
	ChangeInvitationRevoked  = "invitation.revoked.v1"
	ChangeInvitationAccepted = "invitation.accepted.v1"
	ChangeGrantMade          = "grant.made.v1"
	ChangeGrantRevoked       = "grant.revoked.v1"
)

// byCommandLine is who acts when an operator of the machine does.
var byCommandLine = store.Part{"role": "command_line"}

// Subjects carry numbers, never ids of people: subjects are public.
func accountSubject(number int64) string    { return fmt.Sprintf("account/%d", number) }
func invitationSubject(number int64) string { return fmt.Sprintf("invitation/%d", number) }
func grantSubject(number int64) string      { return fmt.Sprintf("grant/%d", number) }

// scope is what the public log says of a grant. A participant's unit stays out of
// it: with the college and the day it could point to one person of a small commune.
func scope(g Grant, by store.Part) store.Part {
	p := store.Part{"role": string(g.Role), "by": by}
	set := func(name, value string) {
		if value != "" {
			p[name] = value
		}
	}
	set("organisation", g.Organisation)
	set("college", g.College)
	if g.Role != Participant {
		set("unit", g.Unit)
		set("axis", g.Axis)
	}
	return p
}

// ownBy is who acts in accepting an invitation: whoever holds the role from now on.
func ownBy(g Grant) store.Part {
	by := store.Part{"role": string(g.Role)}
	if g.Organisation != "" {
		by["organisation"] = g.Organisation
	}
	return by
}
