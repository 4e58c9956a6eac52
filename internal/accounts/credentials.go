package accounts

import (
	"context"
	"errors"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// Where an encrypted value stands: the id of its row follows.
const (
	placeName      = "person.name/"
	placeLogin     = "person.login/"
	placeEmail     = "person.email/"
	placePhone     = "person.phone/"
	placeAddressee = "invitation.addressee/"
)

// createPerson writes a new account. If the form was posted before, the account
// must be the one that its login and password open: whoever guesses the id of
// another's account gains nothing.
func (s *Service) createPerson(ctx context.Context, id string, in Acceptance) error {
	var f fault.Fields
	in.Name = checkText(&f, "name", in.Name, maxName, true)
	in.Login = checkText(&f, "login", in.Login, maxLogin, true)
	in.Email, in.Phone = checkContacts(&f, in.Email, in.Phone)
	// The demo's people are entered by SignInAs; hashing 150 passwords would be most of its time.
	withoutPassword := s.Demo && in.Password == ""
	if !withoutPassword {
		checkPassword(&f, "password", in.Password, in.Login)
	}
	if err := errors.Join(f.Err(), s.CheckKey(ctx)); err != nil {
		return err
	}
	var hash any
	if !withoutPassword {
		h, err := s.passwords.hash(ctx, in.Password)
		if err != nil {
			return err
		}
		hash = h
	}
	mac := s.keys.loginMAC(in.Login)
	err := s.db.Write(ctx, store.Installation, func(tx *store.Tx) error {
		if err := tx.Once(in.Once); err != nil {
			return err
		}
		var taken int
		if err := tx.QueryRowContext(tx.Context(), sqlCountLogin, store.Installation, mac).Scan(&taken); err != nil {
			return err
		}
		if taken > 0 {
			return fault.Field("login", "account.error.login_taken")
		}
		number, err := tx.Counter("account")
		if err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertPerson, store.Installation, id, number, s.keys.seal(placeName+id, in.Name), s.keys.seal(placeLogin+id, in.Login),
			mac, s.keys.seal(placeEmail+id, in.Email), s.keys.seal(placePhone+id, in.Phone), hash, tx.Millis()); err != nil {
			return err
		}
		_, err = tx.Append(store.Change{Kind: ChangePersonCreated, Subject: accountSubject(number), Person: store.Part{"actor": id}})
		return err
	})
	if !errors.Is(err, store.Unchanged) {
		return err
	}
	same, err := s.checkCredentials(ctx, mac, in.Password, in.From)
	if isWrongPassword(err) || err == nil && same != id {
		return fault.New(fault.Conflict, "account.error.form")
	}
	return err
}

// PasswordChange is what somebody signed in types to change the password.
type PasswordChange struct {
	Once, Token string
	Old, New    string
	From        string // block of addresses, as in SignIn
}

// ChangePassword replaces the password, ends all other sessions and returns the
// renewed token of this one.
func (s *Service) ChangePassword(ctx context.Context, in PasswordChange) (token string, err error) {
	defer fault.Wrap(&err, "accounts.ChangePassword")
	session, err := s.Session(ctx, in.Token)
	if err != nil {
		return "", err
	}
	who, err := s.credentialsOf(ctx, session.Person)
	if err != nil {
		return "", err
	}
	var f fault.Fields
	checkPassword(&f, "new", in.New, who.login)
	f.Check(in.New != in.Old, "new", "account.error.password_same")
	if err := f.Err(); err != nil {
		return "", err
	}
	_, err = s.checkCredentials(ctx, who.mac, in.Old, in.From)
	if isWrongPassword(err) {
		// A form posted twice finds its own new password in force, which is what it wants.
		if _, again := s.checkCredentials(ctx, who.mac, in.New, in.From); again != nil {
			return "", fault.Field("old", "account.error.old_password")
		}
	} else if err != nil {
		return "", err
	} else if err := s.setPassword(ctx, in.Once, session.Person, who.number, in.New, nil); err != nil {
		return "", err
	}
	if err := s.EndOtherSessions(ctx, in.Token); err != nil {
		return "", err
	}
	return s.Renew(ctx, in.Token)
}

// isWrongPassword tells a wrong login or password from a refusal after too many.
func isWrongPassword(err error) bool {
	all := fault.All(err)
	return len(all) > 0 && all[0].Key == errSignIn
}

// setPassword stores a new password with the change that says so; also, when not
// nil, runs in the same commit.
func (s *Service) setPassword(ctx context.Context, once, person string, number int64, password string, also func(tx *store.Tx) error) error {
	hash, err := s.passwords.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, store.Installation, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		if also != nil {
			if err := also(tx); err != nil {
				return err
			}
		}
		if err := tx.Exec(sqlSetPassword, store.Installation, person, hash); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangePasswordChanged, Subject: accountSubject(number), Person: store.Part{"actor": person}})
		return err
	})
}

// IssueReset makes the one-time code with which somebody who lost the password
// sets a new one. A coordinator may do it for people whose roles are all in the
// coordinator's programme; an administrator for everybody.
func (s *Service) IssueReset(ctx context.Context, actor Actor, once string, number int64) (out Issued, err error) {
	defer fault.Wrap(&err, "accounts.IssueReset(%d)", number)
	if err := actor.Require(AccountsManage, "", ""); err != nil {
		return out, err
	}
	p, err := s.personByNumber(ctx, number)
	if err != nil {
		return out, err
	}
	if p.Erased {
		return out, fault.New(fault.NotFound, "fault.not_found")
	}
	if !actor.Admin {
		programmes, err := s.programmesOf(ctx, p.ID)
		if err != nil {
			return out, err
		}
		// Else the coordinator of one programme could take over an account of another.
		if p.Admin || len(programmes) != 1 || programmes[0] != actor.Programme {
			return out, fault.New(fault.Forbidden, "account.error.reset_elsewhere")
		}
	}
	return s.issueReset(ctx, once, p, actor.By(AccountsManage, "", ""), store.Part{"actor": actor.Person, "person": p.ID})
}

// ResetByCommandLine is IssueReset by an operator of the machine: for the last administrator.
func (s *Service) ResetByCommandLine(ctx context.Context, login string) (out Issued, err error) {
	defer fault.Wrap(&err, "accounts.ResetByCommandLine")
	var id string
	var hash store.NullString
	err = s.db.Read().QueryRowContext(ctx, sqlCredentials, store.Installation, s.keys.loginMAC(login)).Scan(&id, &hash)
	if store.IsNoRows(err) {
		return out, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return out, err
	}
	p, err := s.personByID(ctx, id)
	if err != nil {
		return out, err
	}
	return s.issueReset(ctx, "", p, byCommandLine, store.Part{"person": p.ID})
}

func (s *Service) issueReset(ctx context.Context, once string, p Person, by, who store.Part) (out Issued, err error) {
	id, err := newID(once)
	if err != nil {
		return out, err
	}
	raw := s.keys.derive(CodeBytes, "reset", p.ID, id)
	hash := hashHex(raw)
	err = s.db.Write(ctx, store.Installation, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		// A code asked for anew replaces the one that got lost.
		if err := tx.Exec(sqlDeleteResets, store.Installation, p.ID); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertReset, store.Installation, hash, p.ID, store.Millis(tx.Now().Add(resetCodeHours*time.Hour))); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeResetIssued, Subject: accountSubject(p.Number), Public: store.Part{"by": by}, Person: who})
		return err
	})
	if ignoreUnchanged(err) != nil {
		return out, err
	}
	row, err := s.resetByHash(ctx, hash)
	if store.IsNoRows(err) {
		return out, fault.New(fault.Conflict, "account.error.codes_shown")
	}
	return Issued{Number: p.Number, Addressee: p.Name, ExpiresAt: row.expires, Codes: []string{FormatCode(raw)}}, err
}

// reset is a row of password_reset.
type reset struct {
	person  string
	expires time.Time
	used    bool
}

func (r reset) usable(now time.Time) error {
	switch {
	case r.used:
		return fault.Field("code", "account.error.code_used")
	case !now.Before(r.expires):
		return fault.Field("code", "account.error.code_expired")
	}
	return nil
}

func (s *Service) resetByHash(ctx context.Context, hash string) (r reset, err error) {
	var expires int64
	var used store.NullInt
	err = s.db.Read().QueryRowContext(ctx, sqlReset, store.Installation, hash).Scan(&r.person, &expires, &used)
	r.expires, r.used = store.Time(expires), used.Valid
	return r, err
}

// PasswordReset is what somebody types who has a code for a new password.
type PasswordReset struct {
	Once, Code, Password string
	From                 string // block of addresses
	Device               string
}

// ResetPassword uses the code up, sets the password, ends all sessions of the
// person and returns the token of a new one.
func (s *Service) ResetPassword(ctx context.Context, in PasswordReset) (token string, err error) {
	defer fault.Wrap(&err, "accounts.ResetPassword")
	hash, err := s.guess(ctx, in.Code, in.From)
	if err != nil {
		return "", err
	}
	row, err := s.resetByHash(ctx, hash)
	if err != nil {
		return "", s.wrongGuess(err, in.From)
	}
	who, err := s.credentialsOf(ctx, row.person)
	if err != nil {
		return "", err
	}
	var f fault.Fields
	checkPassword(&f, "password", in.Password, who.login)
	if err := f.Err(); err != nil {
		return "", err
	}
	err = s.setPassword(ctx, in.Once, row.person, who.number, in.Password, func(tx *store.Tx) error {
		used, err := tx.ExecOne(sqlUseReset, store.Installation, hash, tx.Millis())
		if err == nil && !used {
			r := row
			if err = r.usable(tx.Now()); err == nil {
				err = fault.Field("code", "account.error.code_used")
			}
		}
		return err
	})
	if errors.Is(err, store.Unchanged) { // posted twice: the password is in force, or the form is another's
		if _, err = s.checkCredentials(ctx, who.mac, in.Password, in.From); isWrongPassword(err) {
			return "", fault.Field("code", "account.error.code_used")
		}
	}
	if err != nil {
		return "", err
	}
	s.tries.forgive(who.mac, in.From)
	if err := s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
		return tx.Exec(sqlDeleteSessionsBut, store.Installation, row.person, "")
	}); err != nil {
		return "", err
	}
	return s.CreateSession(ctx, row.person, in.Device)
}

// credentials are what a password of a known person is checked with.
type credentials struct {
	number     int64
	mac, login string
}

func (s *Service) credentialsOf(ctx context.Context, person string) (c credentials, err error) {
	var mac, login store.NullString
	err = s.db.Read().QueryRowContext(ctx, sqlCredentialsOf, store.Installation, person).Scan(&c.number, &mac, &login)
	if err != nil {
		return c, err
	}
	c.mac = mac.String
	c.login, err = s.keys.open(placeLogin+person, login.String)
	return c, err
}
