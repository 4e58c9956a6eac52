package accounts

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// CreateAdmin issues the invitation of an administrator of the installation. Only
// the command line calls it: who may run it owns the machine.
func (s *Service) CreateAdmin(ctx context.Context) (out Issued, err error) {
	defer fault.Wrap(&err, "accounts.CreateAdmin")
	d := InvitationDraft{Grant: Grant{Role: Administrator}, Count: 1, Days: adminCodeDays}
	return s.issue(ctx, store.Installation, byCommandLine, nil, d)
}

// Invite issues a one-time code for a role in the actor's programme, or a batch
// of codes for participants of one college. The same Once within an hour gives
// the same codes; later they are not shown again.
func (s *Service) Invite(ctx context.Context, actor Actor, d InvitationDraft) (out Issued, err error) {
	defer fault.Wrap(&err, "accounts.Invite(%s)", d.Grant.Role)
	if err := actor.Require(AccountsManage, d.Grant.Unit, d.Grant.Axis); err != nil {
		return Issued{}, err
	}
	if err := s.checkInvitation(ctx, &d); err != nil {
		return Issued{}, err
	}
	by := actor.By(AccountsManage, d.Grant.Unit, d.Grant.Axis)
	return s.issue(ctx, actor.Programme, by, actor.PersonPart(), d)
}

// InviteBatch is Invite for printed codes: count participants of a college,
// perhaps of one unit.
func (s *Service) InviteBatch(ctx context.Context, actor Actor, once, college, unit string, count, days int) (Issued, error) {
	return s.Invite(ctx, actor, InvitationDraft{Once: once, Count: count, Days: days,
		Grant: Grant{Role: Participant, College: college, Unit: unit}})
}

func (s *Service) issue(ctx context.Context, log string, by, person store.Part, d InvitationDraft) (out Issued, err error) {
	if err := s.CheckKey(ctx); err != nil {
		return out, err
	}
	batch, err := newID(d.Once)
	if err != nil {
		return out, err
	}
	err = s.db.Write(ctx, log, func(tx *store.Tx) error {
		if err := tx.Once(d.Once); err != nil {
			return err
		}
		number, err := tx.Counter("invitation")
		if err != nil {
			return err
		}
		expires := tx.Now().Add(time.Duration(d.Days) * 24 * time.Hour)
		out = Issued{Programme: log, Number: number, Grant: d.Grant, Addressee: d.Addressee, ExpiresAt: expires}
		args := make([]any, 0, d.Count*invitationColumns)
		for serial := 1; serial <= d.Count; serial++ {
			code, hash := s.invitationCode(log, batch, serial)
			out.Codes = append(out.Codes, code)
			args = append(args, log, number, serial, batch, hash, string(d.Grant.Role), d.Grant.Unit, d.Grant.Axis, d.Grant.Organisation,
				d.Grant.College, s.keys.seal(placeAddressee+batch, d.Addressee), tx.Millis(), store.Millis(expires))
		}
		if err := tx.Exec(sqlInsertInvitations+tx.Values(d.Count, invitationColumns), args...); err != nil {
			return err
		}
		public := scope(d.Grant, by)
		public["count"], public["expires"] = d.Count, store.Millis(expires)
		_, err = tx.Append(store.Change{Kind: ChangeInvitationIssued, Subject: invitationSubject(number), Open: true, Public: public, Person: person})
		return err
	})
	if errors.Is(err, store.Unchanged) {
		return s.issuedBefore(ctx, log, batch)
	}
	return out, err
}

// issuedBefore makes the codes of a form again that was posted twice.
func (s *Service) issuedBefore(ctx context.Context, log, batch string) (out Issued, err error) {
	var created, expires int64
	var count int
	var addressee sql.NullString
	err = s.db.Read().QueryRowContext(ctx, sqlInvitationBatch, log, batch).Scan(&out.Number, &out.Grant.Role, &out.Grant.Unit,
		&out.Grant.Axis, &out.Grant.Organisation, &out.Grant.College, &addressee, &created, &expires, &count)
	if errors.Is(err, sql.ErrNoRows) {
		return out, fault.New(fault.Conflict, "account.error.form")
	}
	if err != nil {
		return out, err
	}
	if s.db.Now().Sub(store.Time(created)) > shownAgain {
		return out, fault.New(fault.Conflict, "account.error.codes_shown")
	}
	out.Programme, out.ExpiresAt = log, store.Time(expires)
	for serial := 1; serial <= count; serial++ {
		code, _ := s.invitationCode(log, batch, serial)
		out.Codes = append(out.Codes, code)
	}
	out.Addressee, err = s.keys.open(placeAddressee+batch, addressee.String)
	return out, err
}

// RevokeInvitation makes the codes of an invitation useless that were not used
// yet: all of the number, or only one serial of a batch (0: all).
func (s *Service) RevokeInvitation(ctx context.Context, actor Actor, once string, number int64, serial int) (err error) {
	defer fault.Wrap(&err, "accounts.RevokeInvitation(%d)", number)
	var g Grant
	err = s.db.Read().QueryRowContext(ctx, sqlInvitationGrant, actor.Programme, number).Scan(&g.Role, &g.Unit, &g.Axis, &g.Organisation, &g.College)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	// Whoever may not manage accounts learns nothing of which numbers exist.
	if denied := actor.Require(AccountsManage, g.Unit, g.Axis); denied != nil {
		return denied
	}
	if err != nil {
		return err
	}
	return ignoreUnchanged(s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		res, err := tx.ExecContext(tx.Context(), sqlRevokeInvitation, actor.Programme, number, serial, tx.Millis())
		if err != nil {
			return err
		}
		revoked, err := res.RowsAffected()
		if err != nil {
			return err
		}
		if revoked == 0 {
			return fault.New(fault.Conflict, "account.error.nothing_to_revoke")
		}
		public := scope(g, actor.By(AccountsManage, g.Unit, g.Axis))
		public["count"] = revoked
		_, err = tx.Append(store.Change{Kind: ChangeInvitationRevoked, Subject: invitationSubject(number), Open: true, Public: public, Person: actor.PersonPart()})
		return err
	}))
}

// Acceptance is what somebody types who uses an invitation.
type Acceptance struct {
	Once, Code string
	Token      string // of somebody signed in, who takes one more role; else the rest is a new account
	Name       string // how the person is greeted
	Login      string // e-mail address, telephone number or a name of one's own
	Email      string // optional
	Phone      string // optional
	Password   string
	From       string // block of addresses, for the growing delay
	Device     string
}

// Accepted is the outcome: the role, and the token for the cookie. An empty Token
// says to leave the cookie alone.
type Accepted struct {
	Token     string
	Programme string // store.Installation for an administrator
	Grant     Grant
}

// AcceptInvitation makes the account, unless the person is signed in, then gives
// it the role, then signs in. These are two logs and so two commits; the same
// form posted again goes on where the first attempt ended.
func (s *Service) AcceptInvitation(ctx context.Context, in Acceptance) (out Accepted, err error) {
	defer fault.Wrap(&err, "accounts.AcceptInvitation")
	hash, err := s.guess(ctx, in.Code, in.From)
	if err != nil {
		return out, err
	}
	inv, err := s.invitationByHash(ctx, hash)
	if err != nil {
		return out, s.wrongGuess(err, in.From)
	}
	out.Programme, out.Grant = inv.programme, inv.grant
	var person string
	if in.Token != "" {
		session, err := s.Session(ctx, in.Token)
		if err != nil {
			return out, err
		}
		person = session.Person
	} else {
		form, err := newID(in.Once)
		if err != nil {
			return out, err
		}
		person = s.keys.personID(form)
	}
	if err := inv.usable(person, s.db.Now()); err != nil {
		return out, err
	}
	if in.Token == "" {
		if err := s.createPerson(ctx, person, in); err != nil {
			return out, err
		}
	}
	if err := s.takeRole(ctx, inv, person, in.Once); err != nil {
		return out, err
	}
	if err := s.markRenew(ctx, person, inv.grant.Role != Participant); err != nil {
		return out, err
	}
	if in.Token != "" {
		out.Token, err = s.Renew(ctx, in.Token)
		return out, err
	}
	out.Token, err = s.CreateSession(ctx, person, in.Device)
	return out, err
}

// takeRole uses the invitation up and grants what it gives, in its programme's log.
func (s *Service) takeRole(ctx context.Context, inv invitation, person, once string) error {
	if once != "" {
		once += "/role" // an administrator's account and role are in one log
	}
	return ignoreUnchanged(s.db.Write(ctx, inv.programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		used, err := tx.ExecOne(sqlAcceptInvitation, inv.programme, inv.number, inv.serial, tx.Millis(), person)
		if err != nil {
			return err
		}
		if !used { // somebody was faster, or its time has come meanwhile
			return fault.Field("code", "account.error.code_used")
		}
		if inv.grant.Role == Administrator {
			err = tx.Exec(sqlMakeAdmin, store.Installation, person)
		} else {
			_, err = s.insertGrant(tx, person, inv.grant)
		}
		if err != nil {
			return err
		}
		_, err = tx.Append(store.Change{Kind: ChangeInvitationAccepted, Subject: invitationSubject(inv.number), Open: true,
			Public: scope(inv.grant, ownBy(inv.grant)), Person: store.Part{"actor": person}})
		return err
	}))
}

func (s *Service) insertGrant(tx *store.Tx, person string, g Grant) (number int64, err error) {
	if number, err = tx.Counter("grant"); err != nil {
		return 0, err
	}
	return number, tx.Exec(sqlInsertGrant, tx.Log(), store.NewID(), number, person, string(g.Role), g.Unit, g.Axis, g.Organisation, g.College, tx.Millis())
}

// markRenew makes the person's sessions ask for a new token, because a role changed.
func (s *Service) markRenew(ctx context.Context, person string, staff bool) error {
	return s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
		return tx.Exec(sqlMarkRenew, store.Installation, person, staff)
	})
}

// Grant gives one more role to somebody who holds one in the programme already;
// others are invited. person is the number of the account.
func (s *Service) Grant(ctx context.Context, actor Actor, once string, person int64, g Grant) (err error) {
	defer fault.Wrap(&err, "accounts.Grant(%d, %s)", person, g.Role)
	if err := actor.Require(AccountsManage, g.Unit, g.Axis); err != nil {
		return err
	}
	var f fault.Fields
	if err := errors.Join(s.checkGrant(ctx, &f, g), f.Err()); err != nil {
		return err
	}
	id, err := s.memberID(ctx, actor.Programme, person)
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		number, err := s.insertGrant(tx, id, g)
		if err != nil {
			return err
		}
		part := store.Part{"actor": actor.Person, "person": id}
		_, err = tx.Append(store.Change{Kind: ChangeGrantMade, Subject: grantSubject(number), Open: true,
			Public: scope(g, actor.By(AccountsManage, g.Unit, g.Axis)), Person: part})
		return err
	})
	if err != nil {
		return ignoreUnchanged(err)
	}
	return s.markRenew(ctx, id, g.Role != Participant)
}

// RevokeGrant ends a grant of the actor's programme by its number; it counts from
// the next request on. The last coordinator of a whole programme can only be
// revoked by an administrator.
func (s *Service) RevokeGrant(ctx context.Context, actor Actor, once string, number int64) (err error) {
	defer fault.Wrap(&err, "accounts.RevokeGrant(%d)", number)
	var g Grant
	var person string
	err = s.db.Read().QueryRowContext(ctx, sqlGrant, actor.Programme, number).Scan(&person, &g.Role, &g.Unit, &g.Axis, &g.Organisation, &g.College)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if denied := actor.Require(AccountsManage, g.Unit, g.Axis); denied != nil {
		return denied
	}
	if err != nil {
		return err
	}
	err = s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		ended, err := tx.ExecOne(sqlRevokeGrant, actor.Programme, number, tx.Millis())
		if err != nil {
			return err
		}
		if !ended {
			return fault.New(fault.Conflict, "account.error.grant_revoked")
		}
		if g.Role == Coordinator && !actor.Admin {
			var left int
			if err := tx.QueryRowContext(tx.Context(), sqlCountCoordinators, actor.Programme).Scan(&left); err != nil {
				return err
			}
			if left == 0 {
				return fault.New(fault.Conflict, "account.error.last_coordinator")
			}
		}
		_, err = tx.Append(store.Change{Kind: ChangeGrantRevoked, Subject: grantSubject(number), Open: true,
			Public: scope(g, actor.By(AccountsManage, g.Unit, g.Axis)), Person: store.Part{"actor": actor.Person, "person": person}})
		return err
	})
	if err != nil {
		return ignoreUnchanged(err)
	}
	return s.markRenew(ctx, person, false)
}

// memberID is the person id of an account number that holds a role in the programme.
func (s *Service) memberID(ctx context.Context, programme string, number int64) (id string, err error) {
	p, err := s.personByNumber(ctx, number)
	if err != nil {
		return "", err
	}
	grants, err := s.grantsOf(ctx, programme, p.ID)
	if err == nil && len(grants) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	return p.ID, err
}
