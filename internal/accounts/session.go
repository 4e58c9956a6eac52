package accounts

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// Times of sessions. Staff sit at shared desks; a participant's own phone may stay signed in.
const (
	staffIdle       = 12 * time.Hour
	participantIdle = 30 * 24 * time.Hour
	seenEvery       = time.Minute // a session's last use is written at most this often
	renewGrace      = time.Minute // requests under way with the old token still pass
	touchPatience   = 200 * time.Millisecond
	tokenBytes      = 32
)

// Session is one signed-in browser.
type Session struct {
	ID        string
	Person    string
	CreatedAt time.Time
	SeenAt    time.Time
	Staff     bool
	Device    string // "Firefox · Android", as the web layer words it
	Current   bool   // in a list: the session that asks
	Renew     bool   // a role changed: call Renew and set the cookie anew

	admin bool
	name  string // encrypted
}

func (s Session) ends() time.Time {
	if s.Staff {
		return s.SeenAt.Add(staffIdle)
	}
	return s.SeenAt.Add(participantIdle)
}

// tokenHash is how a token is stored; "" for a text that is no token.
func tokenHash(token string) string {
	raw, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil || len(raw) != tokenBytes {
		return ""
	}
	return hashHex(raw)
}

// hashHex is how tokens and codes are stored.
func hashHex(raw []byte) string {
	h := HashCode(raw)
	return hex.EncodeToString(h[:])
}

func newToken() (token, hash string) {
	raw := NewSecret(tokenBytes)
	return base64.RawURLEncoding.EncodeToString(raw), hashHex(raw)
}

// CreateSession signs a person in and returns the token for the cookie, which is
// stored only as its hash. It asks for no proof: SignIn and AcceptInvitation do.
func (s *Service) CreateSession(ctx context.Context, person, device string) (token string, err error) {
	defer fault.Wrap(&err, "accounts.CreateSession")
	token, hash := newToken()
	device = shorten(strings.ToValidUTF8(device, ""), maxName)
	err = s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
		created, err := tx.ExecOne(sqlInsertSession, store.Installation, store.NewID(), person, hash, tx.Millis(), device)
		if err == nil && !created {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		return err
	})
	return token, err
}

func shorten(text string, most int) string {
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most])
}

// Session is the session of a cookie's token; a fault of kind Unauthenticated
// when there is none, or it has ended. The use is noted at most once a minute.
func (s *Service) Session(ctx context.Context, token string) (session Session, err error) {
	hash := tokenHash(token)
	if hash == "" {
		return Session{}, signIn()
	}
	session, err = s.loadSession(ctx, hash)
	if err != nil {
		return Session{}, err
	}
	now := s.db.Now()
	if now.After(session.ends()) {
		return Session{}, signIn()
	}
	if now.Sub(session.SeenAt) >= seenEvery {
		s.touch(ctx, session.ID)
	}
	return session, nil
}

// errSignIn is the answer to a wrong password and to an unknown login alike.
const errSignIn = "account.error.sign_in"

func signIn() error { return fault.New(fault.Unauthenticated, "fault.sign_in") }

func (s *Service) loadSession(ctx context.Context, hash string) (Session, error) {
	var r Session
	var created, renewed, seen int64
	var current bool
	var name store.NullString
	err := s.db.Read().QueryRowContext(ctx, sqlSession, store.Installation, hash).
		Scan(&r.ID, &r.Person, &created, &renewed, &seen, &r.Staff, &r.Renew, &r.Device, &current, &name, &r.admin)
	if store.IsNoRows(err) {
		return Session{}, signIn()
	}
	if err != nil {
		return Session{}, err
	}
	if !current {
		if s.db.Now().Sub(store.Time(renewed)) > renewGrace {
			return Session{}, signIn()
		}
		r.Renew = false // its successor is already on the way to the browser
	}
	r.CreatedAt, r.SeenAt, r.name = store.Time(created), store.Time(seen), name.String
	return r, nil
}

// touch notes the use of a session. A page must not fail, nor wait long, because
// this could not be written: the next request tries again.
func (s *Service) touch(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(ctx, touchPatience)
	defer cancel()
	_ = s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
		return tx.Exec(sqlTouchSession, store.Installation, id, tx.Millis())
	})
}

// Renew gives a session whose Renew is set a new token. "" says that another
// request of the same browser was first: leave its cookie alone.
func (s *Service) Renew(ctx context.Context, token string) (renewed string, err error) {
	defer fault.Wrap(&err, "accounts.Renew")
	renewed, hash := newToken()
	err = s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
		first, err := tx.ExecOne(sqlRenewSession, store.Installation, tokenHash(token), hash, tx.Millis())
		if !first {
			renewed = ""
		}
		return err
	})
	return renewed, err
}

// Actor is who asks with a session's token in a programme; a visitor when there
// is no session. It takes two queries.
func (s *Service) Actor(ctx context.Context, programme, token string) (Actor, error) {
	actor, _, err := s.Identify(ctx, programme, token)
	return actor, err
}

// AdminActor is who asks with a session's token in the installation, outside any programme.
func (s *Service) AdminActor(ctx context.Context, token string) (Actor, error) {
	return s.Actor(ctx, "", token)
}

// Identify is Actor with the session itself, for the layer that keeps the cookie.
func (s *Service) Identify(ctx context.Context, programme, token string) (actor Actor, session Session, err error) {
	defer fault.Wrap(&err, "accounts.Identify")
	actor = Visitor(programme)
	actor.Within = s.within
	if token == "" {
		return actor, Session{}, nil
	}
	session, err = s.Session(ctx, token)
	if fault.Is(err, fault.Unauthenticated) {
		return actor, Session{}, nil
	}
	if err != nil {
		return actor, Session{}, err
	}
	actor.Person, actor.Admin = session.Person, session.admin
	if actor.Name, err = s.keys.open(placeName+session.Person, session.name); err != nil {
		return actor, session, err
	}
	if programme != "" {
		actor.Grants, err = s.grantsOf(ctx, programme, session.Person)
	}
	return actor, session, err
}

// SignIn is what somebody types to sign in.
type SignIn struct {
	Login, Password string
	From            string // block of addresses (/24, /56), for the growing delay
	Device          string
	Token           string // of the session the browser has, which ends
}

// SignIn checks a password and returns the token of a new session. An unknown
// login gets the same answer after the same time as a wrong password.
func (s *Service) SignIn(ctx context.Context, in SignIn) (token string, err error) {
	defer fault.Wrap(&err, "accounts.SignIn")
	if err := s.guard.Wait(ctx, in.From, ""); err != nil {
		return "", err
	}
	person, err := s.checkCredentials(ctx, s.keys.loginMAC(in.Login), in.Password, in.From)
	if err != nil {
		if isWrongPassword(err) {
			s.guard.Fail(in.From, "")
		}
		return "", err
	}
	if token, err = s.CreateSession(ctx, person, in.Device); err != nil {
		return "", err
	}
	return token, s.SignOut(ctx, in.Token)
}

// checkCredentials finds the person of a login's MAC and password. It judges the
// account's failures inside the turn, so that many tries at once gain nothing.
func (s *Service) checkCredentials(ctx context.Context, mac, password, from string) (person string, err error) {
	leave, err := s.passwords.turn(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	if left := s.tries.refused(mac, from); left > 0 {
		minutes := int((left + time.Minute - 1) / time.Minute)
		return "", fault.Field("", "account.error.too_many_tries", "n", minutes)
	}
	var hash store.NullString
	err = s.db.Read().QueryRowContext(ctx, sqlCredentials, store.Installation, mac).Scan(&person, &hash)
	if err != nil && !store.IsNoRows(err) {
		return "", err
	}
	if utf8.RuneCountInString(password) > MaxPassword {
		password = "" // no account has such a password, and hashing it is not free
	}
	ok, err := s.passwords.matches(hash.String, password)
	if err != nil {
		return "", err
	}
	if !ok {
		s.tries.fail(mac, from)
		return "", fault.Field("", errSignIn)
	}
	s.tries.forgive(mac, from)
	return person, nil
}

// SignOut ends the session of a token; none is no error.
func (s *Service) SignOut(ctx context.Context, token string) (err error) {
	defer fault.Wrap(&err, "accounts.SignOut")
	hash := tokenHash(token)
	if hash == "" {
		return nil
	}
	return s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
		return tx.Exec(sqlDeleteSessionByToken, store.Installation, hash)
	})
}

// Sessions lists the sessions of the person who asks, the latest used first.
func (s *Service) Sessions(ctx context.Context, token string) (list []Session, err error) {
	defer fault.Wrap(&err, "accounts.Sessions")
	own, err := s.Session(ctx, token)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Read().QueryContext(ctx, sqlSessions, store.Installation, own.Person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	now := s.db.Now()
	for rows.Next() {
		var r Session
		var created, seen int64
		if err := rows.Scan(&r.ID, &created, &seen, &r.Staff, &r.Device); err != nil {
			return nil, err
		}
		r.Person, r.CreatedAt, r.SeenAt, r.Current = own.Person, store.Time(created), store.Time(seen), r.ID == own.ID
		if now.Before(r.ends()) {
			list = append(list, r)
		}
	}
	return list, rows.Err()
}

// EndSession ends one session of the person who asks, by its id.
func (s *Service) EndSession(ctx context.Context, token, id string) (err error) {
	defer fault.Wrap(&err, "accounts.EndSession")
	own, err := s.Session(ctx, token)
	if err != nil {
		return err
	}
	return s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
		return tx.Exec(sqlDeleteSession, store.Installation, own.Person, id)
	})
}

// EndOtherSessions ends all sessions of the person who asks but the one that asks.
func (s *Service) EndOtherSessions(ctx context.Context, token string) (err error) {
	defer fault.Wrap(&err, "accounts.EndOtherSessions")
	own, err := s.Session(ctx, token)
	if err != nil {
		return err
	}
	return s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
		return tx.Exec(sqlDeleteSessionsBut, store.Installation, own.Person, own.ID)
	})
}

// SignInAs signs in as the demo's person of a role, without a password. Outside
// the demo process it is Forbidden.
func (s *Service) SignInAs(ctx context.Context, role Role) (token string, err error) {
	defer fault.Wrap(&err, "accounts.SignInAs(%s)", role)
	if !s.Demo {
		return "", fault.New(fault.Forbidden, "fault.forbidden")
	}
	query, arg := sqlPersonOfRole, any(string(role))
	if role == Administrator {
		query, arg = sqlAdministrator, store.Installation
	}
	var person string
	err = s.db.Read().QueryRowContext(ctx, query, arg).Scan(&person)
	if store.IsNoRows(err) {
		return "", fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return "", err
	}
	return s.CreateSession(ctx, person, "")
}

// Sweep deletes sessions and password links that have ended. The app calls it
// now and then; nothing depends on it.
func (s *Service) Sweep(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "accounts.Sweep")
	return s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
		now := tx.Now()
		if err := tx.Exec(sqlDeleteEndedSessions, store.Installation, store.Millis(now.Add(-staffIdle)), store.Millis(now.Add(-participantIdle))); err != nil {
			return err
		}
		return tx.Exec(sqlDeleteEndedResets, store.Installation, tx.Millis())
	})
}
