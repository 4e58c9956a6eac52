package accounts_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

func TestSignIn(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		k.join(marks, "0600000001", participant)
		first, err := k.SignIn(ctx, accounts.SignIn{Login: "+212 600 000 001", Password: password, From: home})
		ok(t, err)
		second, err := k.SignIn(ctx, accounts.SignIn{Login: "0600000001", Password: password, From: home, Token: first})
		ok(t, err)
		if first == second || len(second) != 43 {
			t.Errorf("tokens %q, %q: want two of 32 bytes", first, second)
		}
		if k.actor(marks, first).SignedIn() {
			t.Error("signing in again left the browser's old session open")
		}
		if !k.actor(marks, second).Has(accounts.Participant) {
			t.Error("the new session holds no role")
		}
		ok(t, k.SignOut(ctx, second))
		if k.actor(marks, second).SignedIn() {
			t.Error("still signed in after signing out")
		}
		for _, token := range []string{"", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", first} {
			if k.actor(marks, token).SignedIn() {
				t.Errorf("%q signs in", token)
			}
			_, err := k.Session(ctx, token)
			if !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("session of %q: %v", token, err)
			}
			ok(t, k.SignOut(ctx, token))
		}
	})
}

// TestUnknownLoginLooksLikeAWrongPassword compares every answer to a login that
// exists with that to one that does not, refusals included.
func TestUnknownLoginLooksLikeAWrongPassword(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		k.join(marks, "known@example.ma", participant)
		answer := func(login string) string {
			_, err := k.SignIn(t.Context(), accounts.SignIn{Login: login, Password: "not the password"})
			all := fault.All(err)
			if len(all) != 1 {
				t.Fatalf("%s: %v", login, err)
			}
			return fmt.Sprint(all[0].Kind, all[0].Key, all[0].Args, all[0].Field)
		}
		for i := range 8 {
			known, unknown := answer("known@example.ma"), answer("unknown@example.ma")
			if known != unknown {
				t.Errorf("try %d: %q for a known login, %q for an unknown one", i+1, known, unknown)
			}
		}
	})
}

// TestNobodyKeepsAnotherOut: wrong passwords from elsewhere do not keep the owner
// of an account out, and even from everywhere for no longer than a minute.
func TestNobodyKeepsAnotherOut(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		k.join(marks, "amina@example.ma", accounts.Grant{Role: accounts.Coordinator})
		try := func(from, typed string) error {
			_, err := k.SignIn(t.Context(), accounts.SignIn{Login: "amina@example.ma", Password: typed, From: from})
			return err
		}
		for range 9 { // those that are refused are not judged, and count for nothing
			try("41.140.1.0/24", "wrong")
		}
		wantKey(t, "where the wrong ones came from", try("41.140.1.0/24", password), "account.error.too_many_tries")
		ok(t, try(home, password))
		for block := range 60 {
			try(fmt.Sprintf("10.0.%d.0/24", block), "wrong")
		}
		wantKey(t, "while sixty places guess", try(home, password), "account.error.too_many_tries")
		k.clock.Advance(time.Minute)
		ok(t, try(home, password))
	})
}

func TestAccountIsRefusedAfterManyFailures(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		k.join(marks, "amina@example.ma", participant)
		try := func(password string) error {
			_, err := k.SignIn(ctx, accounts.SignIn{Login: "amina@example.ma", Password: password})
			return err
		}
		for range 5 {
			wantKey(t, "a wrong password", try("wrong"), "account.error.sign_in")
		}
		wantKey(t, "the sixth try, though right", try(password), "account.error.too_many_tries")
		k.clock.Advance(31 * time.Second)
		wantKey(t, "half a minute later", try(password), "")
		wantKey(t, "a wrong one after the success", try("wrong"), "account.error.sign_in")
		wantKey(t, "and the right one", try(password), "")
	})
}

func TestSessionsEndWhenIdle(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		staff, _ := k.join(marks, "staff@example.ma", rapporteur)
		person, _ := k.join(marks, "person@example.ma", participant)
		for range 3 { // each use counts from there
			k.clock.Advance(11 * time.Hour)
			if !k.actor(marks, staff).SignedIn() {
				t.Fatal("a staff session ended before 12 idle hours")
			}
		}
		k.clock.Advance(12*time.Hour + time.Second)
		if k.actor(marks, staff).SignedIn() {
			t.Error("a staff session lives after 12 idle hours")
		}
		if !k.actor(marks, person).SignedIn() {
			t.Error("a participant's session ended after two days")
		}
		k.clock.Advance(30*24*time.Hour + time.Second)
		if k.actor(marks, person).SignedIn() {
			t.Error("a participant's session lives after 30 idle days")
		}
		ok(t, k.Sweep(t.Context()))
		var left int
		ok(t, k.db.Read().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM session`).Scan(&left))
		if left != 0 {
			t.Errorf("%d ended sessions left after the sweep", left)
		}
	})
}

func TestSeenIsWrittenOnceAMinute(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		token, _ := k.join(marks, "person@example.ma", participant)
		seen := func() time.Time {
			k.actor(marks, token)
			s, err := k.Session(t.Context(), token)
			ok(t, err)
			return s.SeenAt
		}
		k.clock.Advance(59 * time.Second)
		if got := seen(); !got.Equal(noon) {
			t.Errorf("after 59 s: %v", got)
		}
		k.clock.Advance(time.Second)
		if got := seen(); !got.Equal(noon.Add(time.Minute)) {
			t.Errorf("after a minute: %v", got)
		}
	})
}

func TestRoleChangeRenewsTheToken(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		token, actor := k.join(marks, "person@example.ma", participant)
		s, err := k.Session(ctx, token)
		ok(t, err)
		if s.Renew || s.Staff {
			t.Fatalf("a fresh session of a participant: %+v", s)
		}
		ok(t, k.Grant(ctx, root(marks), store.NewID(), k.number(actor), accounts.Grant{Role: accounts.Examiner}))
		s, err = k.Session(ctx, token)
		ok(t, err)
		if !s.Renew || !s.Staff {
			t.Fatalf("after becoming an examiner: %+v", s)
		}
		renewed, err := k.Renew(ctx, token)
		ok(t, err)
		if renewed == "" || renewed == token {
			t.Fatalf("renewed as %q", renewed)
		}
		if again, err := k.Renew(ctx, token); err != nil || again != "" {
			t.Errorf("a second request renewed it as well: %q, %v", again, err)
		}
		if old, err := k.Session(ctx, token); err != nil || old.Renew {
			t.Errorf("a request under way with the old token: %+v, %v", old, err)
		}
		if after, err := k.Session(ctx, renewed); err != nil || after.Renew || after.ID != s.ID {
			t.Errorf("with the new token: %+v, %v", after, err)
		}
		k.clock.Advance(time.Minute + time.Second)
		if k.actor(marks, token).SignedIn() {
			t.Error("the old token lives on")
		}
		if !k.actor(marks, renewed).Has(accounts.Examiner) {
			t.Error("the new token does not")
		}
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		first, _ := k.join(marks, "person@example.ma", participant)
		stranger, _ := k.join(marks, "stranger@example.ma", participant)
		var tokens []string
		for _, device := range []string{"Chrome · Windows", "Safari · iPhone"} {
			k.clock.Advance(time.Hour)
			token, err := k.SignIn(ctx, accounts.SignIn{Login: "person@example.ma", Password: password, Device: device})
			ok(t, err)
			tokens = append(tokens, token)
		}
		list, err := k.Sessions(ctx, tokens[0]) // itself a use
		ok(t, err)
		var got []string
		for _, s := range list {
			got = append(got, fmt.Sprintf("%s %t", s.Device, s.Current))
		}
		if diff := cmp.Diff([]string{"Chrome · Windows true", "Safari · iPhone false", "Firefox · Android false"}, got); diff != "" {
			t.Error(diff)
		}
		ok(t, k.EndSession(ctx, stranger, list[2].ID))
		if !k.actor(marks, first).SignedIn() {
			t.Error("a stranger ended the session")
		}
		ok(t, k.EndSession(ctx, tokens[0], list[2].ID))
		if k.actor(marks, first).SignedIn() {
			t.Error("the ended session lives")
		}
		ok(t, k.EndOtherSessions(ctx, tokens[0]))
		if k.actor(marks, tokens[1]).SignedIn() || !k.actor(marks, tokens[0]).SignedIn() || !k.actor(marks, stranger).SignedIn() {
			t.Error("ending the others ended the wrong ones")
		}
		_, err = k.Sessions(ctx, "")
		wantKey(t, "a visitor's list", err, "fault.sign_in")
	})
}

func TestChangePassword(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		token, _ := k.join(marks, "person@example.ma", participant)
		phone, err := k.SignIn(ctx, accounts.SignIn{Login: "person@example.ma", Password: password})
		ok(t, err)
		change := func(from, to string) (string, error) {
			return k.ChangePassword(ctx, accounts.PasswordChange{Once: store.NewID(), Token: token, Old: from, New: to})
		}
		_, err = change("wrong", "un autre mot de passe")
		wantKey(t, "a wrong old password", err, "account.error.old_password")
		_, err = change(password, password)
		wantKey(t, "the same again", err, "account.error.password_same")
		_, err = change(password, "court")
		wantKey(t, "a short one", err, "account.error.password_short")
		renewed, err := change(password, "un autre mot de passe")
		ok(t, err)
		if k.actor(marks, phone).SignedIn() {
			t.Error("the other session lives after the change")
		}
		if !k.actor(marks, renewed).SignedIn() || renewed == token {
			t.Error("the session was not renewed")
		}
		_, err = k.SignIn(ctx, accounts.SignIn{Login: "person@example.ma", Password: password})
		wantKey(t, "the old password", err, "account.error.sign_in")
		_, err = k.SignIn(ctx, accounts.SignIn{Login: "person@example.ma", Password: "un autre mot de passe"})
		ok(t, err)
		_, err = k.ChangePassword(ctx, accounts.PasswordChange{Old: "a", New: "b"})
		wantKey(t, "a visitor", err, "fault.sign_in")
	})
}

func TestLostPassword(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		_, boss := k.join(marks, "boss@example.ma", coordinator)
		token, person := k.join(marks, "person@example.ma", participant)
		lost, err := k.IssueReset(ctx, boss, store.NewID(), k.number(person))
		ok(t, err)
		issued, err := k.IssueReset(ctx, boss, store.NewID(), k.number(person))
		ok(t, err)
		offer, err := k.CheckCode(ctx, issued.Codes[0], home)
		ok(t, err)
		if !offer.Reset || offer.ExpiresAt != noon.Add(48*time.Hour) {
			t.Errorf("offer %+v", offer)
		}
		reset := func(code, password string) (string, error) {
			return k.ResetPassword(ctx, accounts.PasswordReset{Once: store.NewID(), Code: code, Password: password, From: home})
		}
		_, err = reset(lost.Codes[0], "un autre mot de passe")
		wantKey(t, "the code before the last", err, "account.error.code_unknown")
		_, err = reset(issued.Codes[0], "court")
		wantKey(t, "a short password", err, "account.error.password_short")
		renewed, err := reset(issued.Codes[0], "un autre mot de passe")
		ok(t, err)
		if k.actor(marks, token).SignedIn() || !k.actor(marks, renewed).Has(accounts.Participant) {
			t.Error("sessions after the reset are not one new one")
		}
		_, err = reset(issued.Codes[0], "encore un autre mot")
		wantKey(t, "the code again", err, "account.error.code_used")
		_, err = k.CheckCode(ctx, issued.Codes[0], home)
		wantKey(t, "asking about it again", err, "account.error.code_used")
		late, err := k.IssueReset(ctx, boss, store.NewID(), k.number(person))
		ok(t, err)
		k.clock.Advance(48 * time.Hour)
		_, err = reset(late.Codes[0], "encore un autre mot")
		wantKey(t, "two days later", err, "account.error.code_expired")
	})
}

// TestResetStaysInTheProgramme: a coordinator must not get into an account that
// has power elsewhere.
func TestResetStaysInTheProgramme(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		_, boss := k.join(marks, "boss@example.ma", coordinator)
		_, neighbour := k.join(other, "neighbour@example.ma", coordinator)
		_, admin := k.admin("admin@example.ma")
		token, both := k.join(marks, "both@example.ma", rapporteur)
		issued, err := k.Invite(ctx, root(other), accounts.InvitationDraft{Grant: coordinator})
		ok(t, err)
		_, err = k.AcceptInvitation(ctx, accounts.Acceptance{Once: store.NewID(), Code: issued.Codes[0], Token: token})
		ok(t, err)
		for who, a := range map[string]accounts.Actor{"a neighbour": neighbour, "an administrator": admin, "somebody of both": both} {
			_, err := k.IssueReset(ctx, boss, "", k.number(a))
			wantKey(t, "reset of "+who, err, "account.error.reset_elsewhere")
			_, err = k.IssueReset(ctx, admin, "", k.number(a))
			wantKey(t, "reset of "+who+" by an administrator", err, "")
		}
		out, err := k.ResetByCommandLine(ctx, "ADMIN@example.ma")
		ok(t, err)
		_, err = k.ResetPassword(ctx, accounts.PasswordReset{Code: out.Codes[0], Password: "encore un autre mot"})
		ok(t, err)
		_, err = k.ResetByCommandLine(ctx, "nobody@example.ma")
		wantKey(t, "reset of nobody", err, "fault.not_found")
	})
}

func TestFirstAdministrator(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		token, admin := k.admin("admin@example.ma")
		if !admin.Admin || !admin.Can(accounts.ProgrammeCreate, "", "") || admin.Can(accounts.RoadmapAdopt, "", "") {
			t.Errorf("administrator %+v", admin)
		}
		if a := k.actor(marks, token); !a.Admin || a.Programme != marks {
			t.Errorf("in a programme: %+v", a)
		}
		list, err := k.Administrators(t.Context())
		ok(t, err)
		if len(list) != 1 || list[0].Login != "admin@example.ma" || list[0].Number != 1 {
			t.Errorf("list %+v", list)
		}
	})
}

func TestSignInAsIsForTheDemo(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		k.join(marks, "boss@example.ma", coordinator)
		_, err := k.SignInAs(ctx, accounts.Coordinator)
		wantKey(t, "outside the demo", err, "fault.forbidden")
		issued, err := k.Invite(ctx, root(marks), accounts.InvitationDraft{Grant: participant})
		ok(t, err)
		in := acceptance(issued.Codes[0], "citizen")
		in.Password = ""
		_, err = k.AcceptInvitation(ctx, in)
		wantKey(t, "an account without a password, outside the demo", err, "account.error.password_short")
		k.Demo = true
		k.admin("admin@example.ma")
		_, err = k.AcceptInvitation(ctx, in)
		ok(t, err)
		_, err = k.SignIn(ctx, accounts.SignIn{Login: "citizen"})
		wantKey(t, "an empty password", err, "account.error.sign_in")
		for _, role := range []accounts.Role{accounts.Coordinator, accounts.Participant, accounts.Administrator} {
			token, err := k.SignInAs(ctx, role)
			ok(t, err)
			if a := k.actor(marks, token); !a.Has(role) {
				t.Errorf("as %s: %+v", role, a)
			}
		}
		_, err = k.SignInAs(ctx, accounts.Governor)
		wantKey(t, "a role nobody has", err, "fault.not_found")
	})
}
