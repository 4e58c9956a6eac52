package accounts_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// life runs every command with identities that carry a mark, and returns the
// secrets that were handed out on the way and the ids of the people.
func (k kit) life(mark string) (secrets, people []string) {
	t, ctx := k.t, k.t.Context()
	must := func(issued accounts.Issued, err error) string {
		t.Helper()
		ok(t, err)
		secrets = append(secrets, issued.Codes...)
		return issued.Codes[0]
	}
	accept := func(code, who string) accounts.Actor {
		t.Helper()
		out, err := k.AcceptInvitation(ctx, accounts.Acceptance{Once: store.NewID(), Code: code, From: home, Device: "Firefox",
			Name: "name " + mark + who, Login: who + mark + "@example.ma", Email: mark[:2] + "mark." + who + "@example.ma", Phone: "0612345678", Password: mark + "-" + who + "-secret"})
		ok(t, err)
		secrets = append(secrets, out.Token, mark+"-"+who+"-secret")
		a := k.actor(marks, out.Token)
		people = append(people, a.Person)
		return a
	}
	admin := accept(must(k.CreateAdmin(ctx)), "admin")
	admin.Programme = marks
	boss := accept(must(k.Invite(ctx, admin, accounts.InvitationDraft{Once: store.NewID(), Grant: coordinator, Addressee: "for " + mark})), "boss")
	person := accept(must(k.InviteBatch(ctx, boss, store.NewID(), "youth", "07.351.03.11", 3, 10)), "person")
	id, err := k.CreateOrganisation(ctx, boss, accounts.OrganisationDraft{Kind: "association", Name: institution})
	ok(t, err)
	ok(t, k.RenameOrganisation(ctx, boss, "", id, 1, i18n.Text{Fr: "Association des usagers"}))
	ok(t, k.Grant(ctx, boss, store.NewID(), k.number(person), accounts.Grant{Role: accounts.Rapporteur, Organisation: id}))
	ok(t, k.RevokeGrant(ctx, boss, store.NewID(), 2))
	ok(t, k.RevokeInvitation(ctx, boss, store.NewID(), 2, 0))
	code := must(k.IssueReset(ctx, boss, store.NewID(), k.number(person)))
	token, err := k.ResetPassword(ctx, accounts.PasswordReset{Once: store.NewID(), Code: code, Password: mark + "-another"})
	ok(t, err)
	token, err = k.ChangePassword(ctx, accounts.PasswordChange{Once: store.NewID(), Token: token, Old: mark + "-another", New: mark + "-a third"})
	ok(t, err)
	secrets = append(secrets, mark+"-another", mark+"-a third", token)
	_, _ = k.SignIn(ctx, accounts.SignIn{Login: "boss" + mark + "@example.ma", Password: mark + "-wrong one"})
	ok(t, k.ErasePerson(ctx, admin, store.NewID(), k.number(boss)))
	return secrets, people
}

// TestNothingPersonalInTheLog: whatever people are called, no name, login,
// address, secret or id of theirs is in what the log may open.
func TestNothingPersonalInTheLog(t *testing.T) {
	for _, engine := range []store.Dialect{store.SQLite, store.Postgres} {
		for i, mark := range []string{"zqمحمدqz", `zq'"%_\qz`, "zq<b>&qz"} {
			t.Run(fmt.Sprint(engine, i), func(t *testing.T) {
				k := newKit(t, testkit.DSN(t, engine))
				secrets, people := k.life(mark)
				forbidden := append(append([]string{mark[:2], "612345678", "Firefox"}, secrets...), people...)
				changes := 0
				for _, log := range []string{store.Installation, marks} {
					list, err := k.db.Changes(t.Context(), log, 0, 1000)
					ok(t, err)
					changes += len(list)
					for _, c := range list {
						public := c.Kind + " " + c.Subject + " " + string(c.Public.Body) + " " + string(c.Text.Body)
						for _, f := range forbidden {
							if strings.Contains(public, f) {
								t.Errorf("%s says %q: %s", c.Kind, f, public)
							}
						}
					}
				}
				if changes < 16 {
					t.Errorf("only %d changes were looked at", changes)
				}
			})
		}
	}
}

// TestNothingPersonalInTheDatabase reads every text of every table, as a thief of
// a backup would: names and secrets are not there, only encrypted or hashed.
func TestNothingPersonalInTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		const mark = "zqmarkqz"
		secrets, _ := k.life(mark)
		texts := 0
		k.everyText(t.Context(), func(table, text string) {
			texts++
			for _, f := range append(secrets, mark, "0612345678") {
				if strings.Contains(text, f) {
					t.Errorf("%s holds %q: %s", table, f, text)
				}
			}
		})
		if texts < 200 {
			t.Errorf("only %d texts were read", texts)
		}
		if k.db.Dialect() != store.SQLite {
			return
		}
		files, err := filepath.Glob(k.db.File() + "*")
		ok(t, err)
		for _, file := range files {
			raw, err := os.ReadFile(file)
			ok(t, err)
			if bytes.Contains(raw, []byte(mark)) {
				t.Errorf("%s holds the mark in the clear", filepath.Base(file))
			}
		}
	})
}

func (k kit) everyText(ctx context.Context, look func(table, text string)) {
	for _, table := range []string{"change", "person", "session", "password_reset", "organisation", "role_grant", "invitation", "identity_key", "log_head", "counter"} {
		rows, err := k.db.Read().QueryContext(ctx, `SELECT * FROM `+table)
		ok(k.t, err)
		columns, err := rows.Columns()
		ok(k.t, err)
		for rows.Next() {
			cells := make([]sql.NullString, len(columns))
			into := make([]any, len(columns))
			for i := range cells {
				into[i] = &cells[i]
			}
			ok(k.t, rows.Scan(into...))
			for _, c := range cells {
				if c.Valid {
					look(table, c.String)
				}
			}
		}
		ok(k.t, rows.Err())
		ok(k.t, rows.Close())
	}
}

func TestErasure(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		ctx := t.Context()
		_, boss := k.join(marks, "boss@example.ma", coordinator)
		token, person := k.join(marks, "person@example.ma", participant)
		number := k.number(person)
		type leaf struct {
			log  string
			n    int64
			hash [32]byte
		}
		var before []leaf
		for _, log := range []string{store.Installation, marks} {
			list, err := k.db.Changes(ctx, log, 0, 1000)
			ok(t, err)
			for _, c := range list {
				before = append(before, leaf{log, c.N, c.Hash})
			}
		}
		ok(t, k.ErasePerson(ctx, person, store.NewID(), number))
		if k.actor(marks, token).SignedIn() {
			t.Error("still signed in")
		}
		_, err := k.SignIn(ctx, accounts.SignIn{Login: "person@example.ma", Password: password})
		wantKey(t, "signing in", err, "account.error.sign_in")
		list, err := k.Participants(ctx, boss, 1)
		ok(t, err)
		if len(list) != 0 {
			t.Errorf("still a participant: %+v", list)
		}
		k.everyText(ctx, func(table, text string) {
			named := strings.Contains(text, person.Person)
			if named && table != "person" && table != "role_grant" && table != "invitation" { // where it is a number without a name
				t.Errorf("%s still names the person: %s", table, text)
			}
		})
		for _, l := range before {
			c, err := k.db.Change(ctx, l.log, l.n)
			ok(t, err)
			if c.Leaf.Hash() != l.hash {
				t.Errorf("leaf %d of %s changed", l.n, l.log)
			}
			if c.Public == nil || c.Text == nil {
				t.Errorf("leaf %d of %s lost more than its person", l.n, l.log)
			}
		}
		if c, err := k.db.Change(ctx, marks, 0); err != nil || c.Person == nil {
			t.Errorf("the trace of somebody else went too: %+v, %v", c.Person, err)
		}
		_, err = k.IssueReset(ctx, boss, "", number)
		wantKey(t, "a new password for nobody", err, "fault.not_found")
		k.join(marks, "person@example.ma", participant) // the login is free again
	})
}

func TestLastAdministratorStays(t *testing.T) {
	each(t, func(t *testing.T, k kit) {
		token, admin := k.admin("admin@example.ma")
		err := k.ErasePerson(t.Context(), admin, store.NewID(), k.number(admin))
		wantKey(t, "erasing the last administrator", err, "account.error.last_administrator")
		if a := k.actor(marks, token); !a.Admin || a.Name == "" {
			t.Errorf("and yet: %+v", a)
		}
		_, second := k.admin("second@example.ma")
		ok(t, k.ErasePerson(t.Context(), second, store.NewID(), k.number(admin)))
		list, err := k.Administrators(t.Context())
		ok(t, err)
		if len(list) != 1 || list[0].ID != second.Person {
			t.Errorf("administrators %s", fmt.Sprint(list))
		}
	})
}
