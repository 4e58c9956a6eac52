package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/testkit"
)

// TestAnAdministratorFoundsAProgramme: from a one-time code to the invitation
// of the first coordinator; nobody else may.
func TestAnAdministratorFoundsAProgramme(t *testing.T) {
	s := newSite(t, Config{})
	issued, err := s.svc.Accounts.CreateAdmin(t.Context())
	must(t, err)
	out, err := s.svc.Accounts.AcceptInvitation(t.Context(), accounts.Acceptance{Code: issued.Codes[0], Name: "أمينة", Login: "admin", Password: password})
	must(t, err)
	_, coordinator := s.join("coordinator", accounts.Grant{Role: accounts.Coordinator})
	const at = "/ar/programmes/new"
	form := url.Values{"slug": {"second"}, "territory": {"07.351"}, "name_ar": {"برنامج ثان"}, "once": {"founding-of-second"}}
	for _, c := range []struct {
		method, token string
		want          int
	}{
		{http.MethodGet, "", s.ask(http.MethodGet, "/ar/account", "", nil).StatusCode},
		{http.MethodPost, "", http.StatusUnauthorized},
		{http.MethodGet, coordinator, http.StatusForbidden},
		{http.MethodPost, coordinator, http.StatusForbidden},
	} {
		if got := s.ask(c.method, at, c.token, form).StatusCode; got != c.want {
			t.Errorf("%s, signed in %t: %d, want %d", c.method, c.token != "", got, c.want)
		}
	}
	for _, l := range i18n.Langs {
		testkit.CheckHTML(t, string(l), []byte(body(t, s.ask(http.MethodGet, "/"+string(l)+"/programmes/new", out.Token, nil))))
	}
	for range 2 { // a doubled click
		resp := s.ask(http.MethodPost, at, out.Token, form)
		if to := resp.Header.Get("Location"); resp.StatusCode != http.StatusSeeOther || to != "/ar/p/second/work/account/invite" {
			t.Fatalf("%d to %q: %s", resp.StatusCode, to, body(t, resp))
		}
	}
	if got := s.ask(http.MethodGet, "/ar/p/second/work/account/invite", out.Token, nil).StatusCode; got != http.StatusOK {
		t.Errorf("the invitation answers %d", got)
	}
	for field, c := range map[string]struct{ value, says string }{"slug": {"second", "programme.error.slug_taken"}, "territory": {"07", "fault.choose_one"}, "name_ar": {"", "fault.required"}} {
		wrong := url.Values{"slug": {"other"}, "territory": {"07.351"}, "name_ar": {"اسم مكتوب"}, "name_fr": {"Nom tapé"}, "once": {"another-" + field}}
		wrong.Set(field, c.value)
		resp := s.ask(http.MethodPost, at, out.Token, wrong)
		if text := body(t, resp); resp.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(text, i18n.T(i18n.Ar, c.says)) || !strings.Contains(text, "Nom tapé") {
			t.Errorf("%s: %d: %s", field, resp.StatusCode, text)
		}
	}
}
