package accounts_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

func TestInvitationGivesItsRole(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		issued, err := k.Invite(ctx, root(marks), accounts.InvitationDraft{Once: store.NewID(), Grant: rapporteur, Addressee: "السيدة فاطمة"})
		ok(t, err)
		if len(issued.Codes) != 1 || issued.ExpiresAt != noon.Add(14*24*time.Hour) {
			t.Fatalf("issued %+v, want one code for 14 days", issued)
		}
		offer, err := k.CheckCode(ctx, issued.Codes[0], home)
		ok(t, err)
		if offer.Reset || offer.Programme != marks || offer.Grant != rapporteur {
			t.Errorf("offer %+v", offer)
		}
		accepted, err := k.AcceptInvitation(ctx, acceptance(issued.Codes[0], "fatima@example.ma"))
		ok(t, err)
		actor := k.actor(marks, accepted.Token)
		if !actor.Has(accounts.Rapporteur) || actor.Name != "أمينة fatima@example.ma" || actor.Admin {
			t.Errorf("actor %+v", actor)
		}
		if !actor.Can(accounts.ContributionRecord, "07.351.03.11", "") || actor.Can(accounts.ContributionRecord, "07.351.01.01", "") {
			t.Error("the role is not limited to its unit and what lies within")
		}
		if elsewhere := k.actor(other, accepted.Token); len(elsewhere.Grants) != 0 || !elsewhere.SignedIn() {
			t.Errorf("in another programme: %+v", elsewhere)
		}
		list, total, err := k.Invitations(ctx, root(marks), 1)
		ok(t, err)
		if total != 1 {
			t.Errorf("%d invitations, want 1", total)
		}
		want := []accounts.Invitation{{Number: 1, Grant: rapporteur, Addressee: "السيدة فاطمة", CreatedAt: noon, ExpiresAt: issued.ExpiresAt, Codes: 1, Accepted: 1}}
		if diff := cmp.Diff(want, list); diff != "" {
			t.Error(diff)
		}
	})
}

func TestCodesThatDoNotServe(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		invite := func() string {
			issued, err := k.Invite(ctx, root(marks), accounts.InvitationDraft{Once: store.NewID(), Grant: participant, Days: 1})
			ok(t, err)
			return issued.Codes[0]
		}
		accept := func(code, login string) error {
			_, err := k.AcceptInvitation(ctx, acceptance(code, login))
			return err
		}
		used, revoked, expired := invite(), invite(), invite()
		ok(t, accept(used, "a@example.ma"))
		ok(t, k.RevokeInvitation(ctx, root(marks), store.NewID(), 2, 0))
		wantKey(t, "mistyped", accept("7K4M", "b@example.ma"), "account.error.code_mistyped")
		wantKey(t, "unknown", accept(accounts.FormatCode(accounts.NewSecret(accounts.CodeBytes)), "b@example.ma"), "account.error.code_unknown")
		wantKey(t, "used", accept(used, "b@example.ma"), "account.error.code_used")
		wantKey(t, "revoked", accept(revoked, "b@example.ma"), "account.error.code_revoked")
		k.clock.Advance(24 * time.Hour)
		wantKey(t, "expired", accept(expired, "b@example.ma"), "account.error.code_expired")
		wantKey(t, "revoking what was used", k.RevokeInvitation(ctx, root(marks), store.NewID(), 1, 0), "account.error.nothing_to_revoke")
		wantKey(t, "revoking what is not there", k.RevokeInvitation(ctx, root(marks), store.NewID(), 99, 0), "fault.not_found")
		wantKey(t, "another programme's", k.RevokeInvitation(ctx, root(other), store.NewID(), 3, 0), "fault.not_found")
		if _, err := k.SignIn(ctx, accounts.SignIn{Login: "b@example.ma", Password: password}); key(err) != "account.error.sign_in" {
			t.Errorf("a refused invitation left an account behind: %v", err)
		}
	})
}

func TestAcceptanceChecksItsFields(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		issued, err := k.Invite(t.Context(), root(marks), accounts.InvitationDraft{Grant: participant})
		ok(t, err)
		_, err = k.AcceptInvitation(t.Context(), accounts.Acceptance{Code: issued.Codes[0], Once: store.NewID(), Login: "aaaaaaaaaaaa", Password: "aaaaaaaaaaaa", Email: "x", Phone: "12"})
		got := map[string]string{}
		for _, f := range fault.All(err) {
			got[f.Field] += f.Key + " "
		}
		want := map[string]string{"name": "fault.required ", "email": "fault.bad_email ", "phone": "fault.bad_phone ",
			"password": "account.error.password_simple account.error.password_is_login "}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		in := acceptance(issued.Codes[0], "amina")
		in.Once = "../../x"
		_, err = k.AcceptInvitation(t.Context(), in)
		wantKey(t, "a forged form", err, "fault.bad_form")
		in = acceptance(issued.Codes[0], "amina")
		in.Email, in.Phone = "amina@example.ma", "+212 600-000-001"
		_, err = k.AcceptInvitation(t.Context(), in)
		ok(t, err)
		again, err := k.Invite(t.Context(), root(marks), accounts.InvitationDraft{Grant: participant})
		ok(t, err)
		_, err = k.AcceptInvitation(t.Context(), acceptance(again.Codes[0], " AMINA"))
		wantKey(t, "a login that is taken", err, "account.error.login_taken")
	})
}

// TestOnceIsEnough posts every form twice: the second time nothing is written and
// the answer is the same.
func TestOnceIsEnough(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		_, boss := k.join(marks, "coordinator@example.ma", coordinator)
		token, member := k.join(marks, "member@example.ma", rapporteur)
		number := k.number(member)
		issued, err := k.Invite(ctx, boss, accounts.InvitationDraft{Grant: participant})
		ok(t, err)
		organisation, err := k.CreateOrganisation(ctx, boss, accounts.OrganisationDraft{Kind: "council", Name: institution})
		ok(t, err)
		accept := acceptance(issued.Codes[0], "new@example.ma")
		reset, err := k.IssueReset(ctx, boss, store.NewID(), number)
		ok(t, err)
		resetting := accounts.PasswordReset{Once: store.NewID(), Code: reset.Codes[0], Password: "un autre mot de passe", From: home}
		forms := []struct {
			name string
			do   func(once string) (any, error)
		}{
			{"Invite", func(once string) (any, error) {
				out, err := k.Invite(ctx, boss, accounts.InvitationDraft{Once: once, Grant: rapporteur, Addressee: "فاطمة"})
				return out, err
			}},
			{"InviteBatch", func(once string) (any, error) {
				return k.InviteBatch(ctx, boss, once, "youth", "07.351.03.11", 40, 10)
			}},
			{"RevokeInvitation", func(once string) (any, error) { return nil, k.RevokeInvitation(ctx, boss, once, 5, 7) }},
			{"AcceptInvitation", func(string) (any, error) {
				out, err := k.AcceptInvitation(ctx, accept)
				return out.Grant, err
			}},
			{"Grant", func(once string) (any, error) {
				return nil, k.Grant(ctx, boss, once, number, accounts.Grant{Role: accounts.Examiner})
			}},
			{"RevokeGrant", func(once string) (any, error) { return nil, k.RevokeGrant(ctx, boss, once, 2) }},
			{"CreateOrganisation", func(once string) (any, error) {
				return k.CreateOrganisation(ctx, boss, accounts.OrganisationDraft{Once: once, Key: "dpa", Kind: "state_service", Name: institution})
			}},
			{"RenameOrganisation", func(once string) (any, error) {
				return nil, k.RenameOrganisation(ctx, boss, once, organisation, 1, institution)
			}},
			{"IssueReset", func(once string) (any, error) {
				out, err := k.IssueReset(ctx, boss, once, k.number(boss))
				return out, err
			}},
			{"ResetPassword", func(string) (any, error) {
				token, err = k.ResetPassword(ctx, resetting)
				return nil, err
			}},
			{"ChangePassword", func(once string) (any, error) {
				renewed, err := k.ChangePassword(ctx, accounts.PasswordChange{Once: once, Token: token, Old: resetting.Password, New: "encore un autre mot"})
				if renewed != "" {
					token = renewed
				}
				return nil, err
			}},
			{"ErasePerson", func(once string) (any, error) { return nil, k.ErasePerson(ctx, root(""), once, number) }},
		}
		for _, c := range forms {
			once := store.NewID()
			first, err := c.do(once)
			ok(t, err)
			here, there := k.size(marks), k.size(store.Installation)
			second, err := c.do(once)
			if err != nil {
				t.Errorf("%s again: %v", c.name, err)
			}
			if diff := cmp.Diff(first, second); diff != "" {
				t.Errorf("%s again answers otherwise:\n%s", c.name, diff)
			}
			if k.size(marks) != here || k.size(store.Installation) != there {
				t.Errorf("%s again wrote to a log", c.name)
			}
		}
	})
}

func TestCodesAreNotShownForEver(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		once := store.NewID()
		_, err := k.InviteBatch(t.Context(), root(marks), once, "youth", "", 3, 10)
		ok(t, err)
		k.clock.Advance(time.Hour + time.Second)
		_, err = k.InviteBatch(t.Context(), root(marks), once, "youth", "", 3, 10)
		wantKey(t, "an hour later", err, "account.error.codes_shown")
	})
}

func TestBatch(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		issued, err := k.InviteBatch(ctx, root(marks), store.NewID(), "youth", "07.351.03.11", accounts.MaxBatch, 30)
		ok(t, err)
		codes := slices.Clone(issued.Codes)
		slices.Sort(codes)
		if len(slices.Compact(codes)) != accounts.MaxBatch {
			t.Fatal("codes repeat")
		}
		_, err = k.AcceptInvitation(ctx, acceptance(issued.Codes[41], "a@example.ma"))
		ok(t, err)
		ok(t, k.RevokeInvitation(ctx, root(marks), store.NewID(), issued.Number, 43))
		_, err = k.AcceptInvitation(ctx, acceptance(issued.Codes[42], "b@example.ma"))
		wantKey(t, "the revoked card", err, "account.error.code_revoked")
		list, total, err := k.Invitations(ctx, root(marks), 1)
		ok(t, err)
		if total != 1 {
			t.Errorf("%d invitations, want 1", total)
		}
		if len(list) != 1 || list[0].Codes != 500 || list[0].Accepted != 1 || list[0].Revoked != 1 || list[0].Open(noon) != 498 || list[0].Open(issued.ExpiresAt) != 0 {
			t.Errorf("list %+v", list)
		}
		if n := k.size(marks); n != 3 { // issued, accepted, revoked: one leaf each, whatever the number of codes
			t.Errorf("%d leaves, want 3", n)
		}
		_, err = k.InviteBatch(ctx, root(marks), store.NewID(), "youth", "", accounts.MaxBatch+1, 30)
		wantKey(t, "too many", err, "fault.number_range")
		counts, err := k.ParticipantsByCollege(ctx, root(marks))
		ok(t, err)
		if diff := cmp.Diff(map[string]int{"youth": 1}, counts); diff != "" {
			t.Error(diff)
		}
	})
}

// TestACoordinatorOfOneUnitSeesItAlone: neither a count, nor a page, nor a total
// says anything of the units beside it, and what lies far behind is on its page.
func TestACoordinatorOfOneUnitSeesItAlone(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		_, boss := k.join(marks, "boss@example.ma", accounts.Grant{Role: accounts.Coordinator, Unit: "07.351.03"})
		boss.Within = func(unit, ancestor string) bool { return strings.HasPrefix(unit, ancestor+".") }
		beside := accounts.Grant{Role: accounts.Participant, College: "youth", Unit: "07.351.01.05"}
		_, there := k.join(marks, "there@example.ma", beside)
		p, _, err := k.Own(ctx, there)
		ok(t, err)
		for range accounts.PageSize {
			ok(t, k.Grant(ctx, root(marks), store.NewID(), p.Number, beside))
		}
		k.join(marks, "here@example.ma", accounts.Grant{Role: accounts.Participant, College: "women", Unit: "07.351.03.11"})
		counts, err := k.ParticipantsByCollege(ctx, boss)
		ok(t, err)
		if diff := cmp.Diff(map[string]int{"women": 1}, counts); diff != "" {
			t.Error(diff)
		}
		for page, want := range map[int]int{1: 1, 2: 0, 1 << 60: 0} {
			list, err := k.Participants(ctx, boss, page)
			ok(t, err)
			if len(list) != want {
				t.Errorf("page %d lists %d people, want %d", page, len(list), want)
			}
		}
		_, total, err := k.Invitations(ctx, boss, 1)
		ok(t, err)
		if total != 2 { // the boss's own and the participant's
			t.Errorf("%d invitations, want 2", total)
		}
	})
}

func TestInvitationRules(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		for what, c := range map[string]struct {
			d    accounts.InvitationDraft
			want string
		}{
			"no role":                       {accounts.InvitationDraft{}, "fault.choose_one"},
			"an administrator":              {accounts.InvitationDraft{Grant: accounts.Grant{Role: accounts.Administrator}}, "fault.choose_one"},
			"the clock":                     {accounts.InvitationDraft{Grant: accounts.Grant{Role: "system"}}, "fault.choose_one"},
			"a participant of no college":   {accounts.InvitationDraft{Grant: accounts.Grant{Role: accounts.Participant}}, "account.error.college"},
			"staff with a college":          {accounts.InvitationDraft{Grant: accounts.Grant{Role: accounts.Auditor, College: "youth"}}, "account.error.college_staff"},
			"a contracting authority alone": {accounts.InvitationDraft{Grant: accounts.Grant{Role: accounts.ContractingAuthority}}, "account.error.organisation"},
			"an organisation nobody knows":  {accounts.InvitationDraft{Grant: accounts.Grant{Role: accounts.Auditor, Organisation: "x"}}, "fault.unknown_choice"},
			"many coordinators":             {accounts.InvitationDraft{Grant: coordinator, Count: 2}, "account.error.count_staff"},
			"for ever":                      {accounts.InvitationDraft{Grant: coordinator, Days: 1000}, "fault.number_range"},
		} {
			_, err := k.Invite(t.Context(), root(marks), c.d)
			wantKey(t, what, err, c.want)
		}
	})
}

// TestRights calls every command and query as everybody who must not.
func TestRights(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		_, boss := k.join(marks, "boss@example.ma", coordinator)
		_, member := k.join(marks, "member@example.ma", rapporteur)
		_, person := k.join(marks, "person@example.ma", participant)
		_, local := k.join(marks, "local@example.ma", accounts.Grant{Role: accounts.Coordinator, Unit: "07.351.03"})
		_, elsewhere := k.join(other, "elsewhere@example.ma", coordinator)
		elsewhere = accounts.Actor{Programme: marks, Person: elsewhere.Person} // what Actor gives for a programme without grants
		organisation, err := k.CreateOrganisation(ctx, boss, accounts.OrganisationDraft{Kind: "council", Name: institution})
		ok(t, err)
		number := k.number(member)
		before := k.size(marks) + k.size(store.Installation)
		for name, do := range map[string]func(a accounts.Actor) error{
			"Invite": func(a accounts.Actor) error {
				_, err := k.Invite(ctx, a, accounts.InvitationDraft{Grant: accounts.Grant{Role: accounts.Auditor}})
				return err
			},
			"InviteBatch": func(a accounts.Actor) error {
				_, err := k.InviteBatch(ctx, a, "", "youth", "", 3, 1)
				return err
			},
			"RevokeInvitation": func(a accounts.Actor) error { return k.RevokeInvitation(ctx, a, "", 1, 0) },
			"unknown number":   func(a accounts.Actor) error { return k.RevokeInvitation(ctx, a, "", 1000, 0) },
			"Grant": func(a accounts.Actor) error {
				return k.Grant(ctx, a, "", number, accounts.Grant{Role: accounts.Auditor})
			},
			"RevokeGrant":   func(a accounts.Actor) error { return k.RevokeGrant(ctx, a, "", 1) },
			"unknown grant": func(a accounts.Actor) error { return k.RevokeGrant(ctx, a, "", 1000) },
			"IssueReset": func(a accounts.Actor) error {
				_, err := k.IssueReset(ctx, a, "", number)
				return err
			},
			"ErasePerson": func(a accounts.Actor) error { return k.ErasePerson(ctx, a, "", k.number(boss)) },
			"CreateOrganisation": func(a accounts.Actor) error {
				_, err := k.CreateOrganisation(ctx, a, accounts.OrganisationDraft{Kind: "council", Name: institution})
				return err
			},
			"RenameOrganisation": func(a accounts.Actor) error { return k.RenameOrganisation(ctx, a, "", organisation, 1, institution) },
		} {
			wantKey(t, name+" by a visitor", do(accounts.Visitor(marks)), "fault.sign_in")
			for who, a := range map[string]accounts.Actor{"a rapporteur": member, "a participant": person,
				"the coordinator of one unit": local, "the coordinator of another programme": elsewhere} {
				wantKey(t, name+" by "+who, do(a), "fault.forbidden")
			}
		}
		if after := k.size(marks) + k.size(store.Installation); after != before {
			t.Errorf("refused commands wrote %d changes", after-before)
		}
	})
}

// TestRightsToLists: the lists of people are for those who manage accounts.
func TestRightsToLists(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		_, member := k.join(marks, "member@example.ma", rapporteur)
		_, person := k.join(marks, "person@example.ma", participant)
		_, local := k.join(marks, "local@example.ma", accounts.Grant{Role: accounts.Coordinator, Unit: "07.351.03"})
		for name, do := range map[string]func(a accounts.Actor) error{
			"Staff":                 func(a accounts.Actor) error { _, err := k.Staff(ctx, a); return err },
			"Participants":          func(a accounts.Actor) error { _, err := k.Participants(ctx, a, 1); return err },
			"ParticipantsByCollege": func(a accounts.Actor) error { _, err := k.ParticipantsByCollege(ctx, a); return err },
			"Invitations":           func(a accounts.Actor) error { _, _, err := k.Invitations(ctx, a, 1); return err },
			"Member":                func(a accounts.Actor) error { _, err := k.Member(ctx, a, 1); return err },
		} {
			wantKey(t, name+" by a visitor", do(accounts.Visitor(marks)), "fault.sign_in")
			wantKey(t, name+" by a rapporteur", do(member), "fault.forbidden")
			wantKey(t, name+" by a participant", do(person), "fault.forbidden")
		}
		staff, err := k.Staff(ctx, local)
		ok(t, err)
		if len(staff) != 2 { // the rapporteur of the unit, and herself
			t.Errorf("the coordinator of one unit sees %d people, want 2: %+v", len(staff), staff)
		}
		m, err := k.Member(ctx, local, k.number(member))
		ok(t, err)
		if m.Login != "member@example.ma" || len(m.Grants) != 1 {
			t.Errorf("member %+v", m)
		}
		_, err = k.Member(ctx, local, k.number(person))
		ok(t, err) // a participant of a commune of the unit
		_, err = k.Member(ctx, root(other), k.number(member))
		wantKey(t, "a member of another programme", err, "fault.not_found")
		_, err = k.Invite(ctx, local, accounts.InvitationDraft{Grant: accounts.Grant{Role: accounts.Rapporteur, Unit: "07.351.03.11"}})
		wantKey(t, "a rapporteur within the unit", err, "")
	})
}

func TestRevokedGrantEndsAtOnce(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		_, boss := k.join(marks, "boss@example.ma", coordinator)
		token, _ := k.join(marks, "member@example.ma", rapporteur)
		ok(t, k.RevokeGrant(ctx, boss, store.NewID(), 2))
		if a := k.actor(marks, token); len(a.Grants) != 0 {
			t.Errorf("still holds %+v", a.Grants)
		}
		wantKey(t, "revoking twice", k.RevokeGrant(ctx, boss, store.NewID(), 2), "account.error.grant_revoked")
		wantKey(t, "the last coordinator", k.RevokeGrant(ctx, boss, store.NewID(), 1), "account.error.last_coordinator")
		wantKey(t, "the last coordinator, by an administrator", k.RevokeGrant(ctx, root(marks), store.NewID(), 1), "")
		err := k.Grant(ctx, root(marks), "", 2, accounts.Grant{Role: accounts.Auditor})
		wantKey(t, "granting to somebody who has left", err, "fault.not_found")
	})
}

// TestOneCodeManyHands: a code photographed by twenty people serves one of them.
func TestOneCodeManyHands(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		issued, err := k.Invite(t.Context(), root(marks), accounts.InvitationDraft{Grant: participant})
		ok(t, err)
		var wg sync.WaitGroup
		results := make([]error, 20)
		for i := range results {
			wg.Go(func() {
				_, results[i] = k.AcceptInvitation(t.Context(), acceptance(issued.Codes[0], string(rune('a'+i))+"@example.ma"))
			})
		}
		wg.Wait()
		var in int
		for _, err := range results {
			if err == nil {
				in++
			} else if key(err) != "account.error.code_used" {
				t.Errorf("refused with %v", err)
			}
		}
		list, err := k.Participants(t.Context(), root(marks), 1)
		ok(t, err)
		if in != 1 || len(list) != 1 {
			t.Errorf("%d got in, %d participants; want 1", in, len(list))
		}
	})
}

// TestAnothersFormIsNoKey: whoever gets hold of the form with which somebody made
// an account cannot enter that account by posting it with a code of one's own.
func TestAnothersFormIsNoKey(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		invite := func() string {
			issued, err := k.Invite(t.Context(), root(marks), accounts.InvitationDraft{Grant: coordinator})
			ok(t, err)
			return issued.Codes[0]
		}
		victim := acceptance(invite(), "victim@example.ma")
		_, err := k.AcceptInvitation(t.Context(), victim)
		ok(t, err)
		for what, change := range map[string]func(in *accounts.Acceptance){
			"another login":    func(in *accounts.Acceptance) { in.Login = "thief@example.ma" },
			"another password": func(in *accounts.Acceptance) { in.Password = "le mot du voleur" },
		} {
			in := victim
			in.Code = invite()
			change(&in)
			out, err := k.AcceptInvitation(t.Context(), in)
			wantKey(t, what, err, "account.error.form")
			if out.Token != "" {
				t.Errorf("%s: and yet there is a session", what)
			}
		}
	})
}

func TestOneMoreRoleForSomebodySignedIn(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		token, actor := k.join(marks, "member@example.ma", rapporteur)
		issued, err := k.Invite(t.Context(), root(other), accounts.InvitationDraft{Grant: accounts.Grant{Role: accounts.Auditor}})
		ok(t, err)
		out, err := k.AcceptInvitation(t.Context(), accounts.Acceptance{Once: store.NewID(), Code: issued.Codes[0], Token: token, From: home})
		ok(t, err)
		if out.Token == "" || out.Token == token {
			t.Error("the session's token was not renewed with the role")
		}
		p, grants, err := k.Own(t.Context(), k.actor(other, out.Token))
		ok(t, err)
		want := []accounts.OwnGrant{{Programme: other, Grant: accounts.Grant{Role: accounts.Auditor}}, {Programme: marks, Grant: rapporteur}}
		for i := range grants {
			grants[i].ID = ""
		}
		if diff := cmp.Diff(want, grants); diff != "" || p.ID != actor.Person {
			t.Errorf("%s: %s", p.ID, diff)
		}
	})
}

func TestOrganisations(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		_, boss := k.join(marks, "boss@example.ma", coordinator)
		_, neighbour := k.join(other, "neighbour@example.ma", coordinator)
		id, err := k.CreateOrganisation(ctx, boss, accounts.OrganisationDraft{Key: "dpa", Kind: "state_service", Name: institution})
		ok(t, err)
		_, err = k.CreateOrganisation(ctx, neighbour, accounts.OrganisationDraft{Key: "dpa", Kind: "council", Name: institution})
		wantKey(t, "a key that is taken", err, "account.error.organisation_key_taken")
		if k.OrganisationName(id) != institution || !k.OrganisationName("x").Empty() || !k.OrganisationName("").Empty() {
			t.Errorf("names %q, %q", k.OrganisationName(id), k.OrganisationName("x"))
		}
		wantKey(t, "renaming a neighbour's", k.RenameOrganisation(ctx, neighbour, "", id, 1, institution), "account.error.organisation_elsewhere")
		renamed := institution
		renamed.Ar += " بمراكش"
		ok(t, k.RenameOrganisation(ctx, boss, "", id, 1, renamed))
		if k.OrganisationName(id) != renamed {
			t.Errorf("still %q", k.OrganisationName(id))
		}
		err = k.RenameOrganisation(ctx, boss, "", id, 1, institution)
		wantKey(t, "renaming an old version", err, "account.error.organisation_renamed")
		list, err := k.Organisations(ctx)
		ok(t, err)
		want := []accounts.Organisation{{ID: id, Home: marks, Key: "dpa", Kind: "state_service", Name: renamed, Version: 2}}
		if diff := cmp.Diff(want, list); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWrongKeyIsAnErrorNotACrash(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		token, _ := k.join(marks, "member@example.ma", rapporteur)
		keys, err := accounts.LoadKeyring(t.TempDir())
		ok(t, err)
		lost := accounts.NewService(k.db, keys, nil)
		if err := lost.CheckKey(t.Context()); !errors.Is(err, accounts.ErrKeyLost) {
			t.Errorf("CheckKey: %v", err)
		}
		if _, err := lost.Actor(t.Context(), marks, token); !errors.Is(err, accounts.ErrKeyLost) {
			t.Errorf("Actor: %v", err)
		}
		if _, err := lost.CreateAdmin(t.Context()); !errors.Is(err, accounts.ErrKeyLost) {
			t.Errorf("CreateAdmin: %v", err)
		}
		ok(t, k.CheckKey(t.Context()))
	})
}
