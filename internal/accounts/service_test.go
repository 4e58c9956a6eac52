package accounts_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

var (
	noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
)

const (
	home     = "196.200.10.0/24"
	password = "نخلة و ساقية 1"
	marks    = "marrakech" // the programme of the tests
	other    = "haouz"
)

// kit is the module on a database with two programmes and a clock that stands still.
type kit struct {
	*accounts.Service
	t     *testing.T
	db    *store.DB
	clock *testkit.Clock
}

func each(t *testing.T, fn func(t *testing.T, k kit)) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) { fn(t, newKit(t, dsn)) })
}

func newKit(t *testing.T, dsn string) kit {
	t.Helper()
	clock := testkit.NewClock(noon)
	db := testkit.Open(t, dsn, store.Options{Clock: clock.Now})
	keys, err := accounts.LoadKeyring(t.TempDir())
	ok(t, err)
	ok(t, db.WriteUnlogged(t.Context(), func(tx *store.Tx) error {
		return errors.Join(tx.CreateLog(marks, marks), tx.CreateLog(other, other))
	}))
	within := func(unit, ancestor string) bool { return strings.HasPrefix(unit, ancestor+".") }
	return kit{accounts.NewService(db, keys, within), t, db, clock}
}

// root is an actor made by hand: who runs the tests.
func root(programme string) accounts.Actor {
	return accounts.Actor{Programme: programme, Person: store.NewID(), Admin: true}
}

// join makes an account with a role in a programme and returns its session and actor.
func (k kit) join(programme, login string, g accounts.Grant) (token string, actor accounts.Actor) {
	k.t.Helper()
	issued, err := k.Invite(k.t.Context(), root(programme), accounts.InvitationDraft{Grant: g, Once: store.NewID()})
	if err != nil {
		k.t.Fatal(err)
	}
	accepted, err := k.AcceptInvitation(k.t.Context(), acceptance(issued.Codes[0], login))
	if err != nil {
		k.t.Fatal(err)
	}
	return accepted.Token, k.actor(programme, accepted.Token)
}

func (k kit) actor(programme, token string) accounts.Actor {
	k.t.Helper()
	a, err := k.Actor(k.t.Context(), programme, token)
	if err != nil {
		k.t.Fatal(err)
	}
	return a
}

// admin makes the first administrator as an operator does.
func (k kit) admin(login string) (token string, actor accounts.Actor) {
	k.t.Helper()
	issued, err := k.CreateAdmin(k.t.Context())
	if err != nil {
		k.t.Fatal(err)
	}
	accepted, err := k.AcceptInvitation(k.t.Context(), acceptance(issued.Codes[0], login))
	if err != nil {
		k.t.Fatal(err)
	}
	actor, err = k.AdminActor(k.t.Context(), accepted.Token)
	if err != nil {
		k.t.Fatal(err)
	}
	return accepted.Token, actor
}

func acceptance(code, login string) accounts.Acceptance {
	return accounts.Acceptance{Once: store.NewID(), Code: code, Name: "أمينة " + login, Login: login, Password: password, From: home, Device: "Firefox · Android"}
}

func (k kit) number(actor accounts.Actor) int64 {
	k.t.Helper()
	p, _, err := k.Own(k.t.Context(), actor)
	if err != nil {
		k.t.Fatal(err)
	}
	return p.Number
}

func (k kit) size(log string) int64 {
	k.t.Helper()
	h, err := k.db.Head(k.t.Context(), log)
	if err != nil {
		k.t.Fatal(err)
	}
	return h.Size
}

// key is the catalogue key of an error, "" for nil.
func key(err error) string {
	if err == nil {
		return ""
	}
	if all := fault.All(err); len(all) > 0 {
		return all[0].Key
	}
	return err.Error()
}

func wantKey(t *testing.T, what string, err error, want string) {
	t.Helper()
	if key(err) != want {
		t.Errorf("%s: %q (%v), want %q", what, key(err), err, want)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var (
	coordinator = accounts.Grant{Role: accounts.Coordinator}
	rapporteur  = accounts.Grant{Role: accounts.Rapporteur, Unit: "07.351.03"}
	participant = accounts.Grant{Role: accounts.Participant, College: "civil_society", Unit: "07.351.03.11"}
	institution = i18n.Text{Ar: "المديرية الإقليمية للفلاحة", Fr: "Direction provinciale de l'agriculture"}
)
