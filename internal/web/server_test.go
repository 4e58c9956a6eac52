package web

import (
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/trace"
	"github.com/khettara/khettara/internal/transparency"
	"github.com/khettara/khettara/internal/web/page"
)

const password = "نخلة و ساقية 1"

// site is the real server on a database with one programme.
type site struct {
	*Server
	t  *testing.T
	in string // the programme's id
}

func newSite(t *testing.T, cfg Config) *site {
	t.Helper()
	db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
	data := t.TempDir()
	keys, err := accounts.LoadKeyring(data)
	must(t, err)
	pack, err := territory.Load()
	must(t, err)
	v := Services{DB: db, Accounts: accounts.NewService(db, keys, pack.Within), Programmes: programme.NewService(db), Territory: pack,
		Record: transparency.New(db, filepath.Join(data, "keys")), Evaluation: evaluation.NewService(db, pack)}
	v.Deliberation = deliberation.NewService(db, v.Programmes, pack)
	v.Consultation = consultation.NewService(db, v.Programmes, pack)
	v.Prioritisation = prioritisation.NewService(db, v.Consultation)
	v.Roadmap = roadmap.NewService(db, v.Programmes, v.Consultation, v.Prioritisation, pack)
	v.Delivery = delivery.NewService(db, v.Roadmap)
	v.Trace = trace.NewService(db, v.Consultation, v.Deliberation, v.Prioritisation)
	p, err := v.Programmes.Create(t.Context(), root(""), programme.Foundation{Slug: "marrakech", Territory: "07.351", PackVersion: pack.Version(),
		Name: i18n.Text{Ar: "عمالة مراكش", Fr: "Préfecture de Marrakech"}})
	must(t, err)
	must(t, db.CatchUp(t.Context(), v.Record))
	must(t, v.Record.SealAll(t.Context()))
	return &site{New(cfg, v), t, p.ID}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func root(programme string) accounts.Actor {
	return accounts.Actor{Programme: programme, Person: "root", Admin: true}
}

// join makes an account with a role and returns it with its session's token.
func (s *site) join(login string, g accounts.Grant) (number int64, token string) {
	s.t.Helper()
	issued, err := s.svc.Accounts.Invite(s.t.Context(), root(s.in), accounts.InvitationDraft{Grant: g})
	must(s.t, err)
	out, err := s.svc.Accounts.AcceptInvitation(s.t.Context(), accounts.Acceptance{Code: issued.Codes[0], Name: "أمينة", Login: login, Password: password})
	must(s.t, err)
	actor, err := s.svc.Accounts.AdminActor(s.t.Context(), out.Token)
	must(s.t, err)
	p, _, err := s.svc.Accounts.Own(s.t.Context(), actor)
	must(s.t, err)
	return p.Number, out.Token
}

// ask sends a request with a session's cookie.
func (s *site) ask(method, path, token string, form url.Values) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if token != "" {
		r.AddCookie(&http.Cookie{Name: s.sessionCookie(), Value: token})
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Result()
}

// session is the token that an answer gives; ok is false if it gives none.
func (s *site) session(resp *http.Response) (token string, ok bool) {
	for _, c := range resp.Cookies() {
		if c.Name == s.sessionCookie() {
			return c.Value, true
		}
	}
	return "", false
}

func body(t *testing.T, resp *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(resp.Body)
	must(t, err)
	return string(b)
}

// TestARoleChangeRenewsTheCookie: the token from before the change ends with the next page.
func TestARoleChangeRenewsTheCookie(t *testing.T) {
	s := newSite(t, Config{Secure: true})
	number, token := s.join("amina@example.ma", accounts.Grant{Role: accounts.Participant, College: "civil"})
	if _, renewed := s.session(s.ask("GET", "/ar/account", token, nil)); renewed {
		t.Error("a session is renewed without a reason")
	}
	must(t, s.svc.Accounts.Grant(t.Context(), root(s.in), store.NewID(), number, accounts.Grant{Role: accounts.Rapporteur}))
	resp := s.ask("GET", "/ar/p/marrakech", token, nil)
	fresh, renewed := s.session(resp)
	if !renewed || fresh == token || resp.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("renewed %v, kept by others: %q", renewed, resp.Header.Get("Cache-Control"))
	}
	for _, c := range resp.Cookies() {
		if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %s is open to others", c.Name)
		}
	}
	if resp := s.ask("GET", "/ar/p/marrakech/work", fresh, nil); resp.StatusCode != http.StatusOK {
		t.Errorf("the new token is answered %d", resp.StatusCode)
	}
}

// TestFilesForEveryoneCarryNoSession: an answer that anyone between may keep has
// nobody's cookie in it, whatever the session asks for.
func TestFilesForEveryoneCarryNoSession(t *testing.T) {
	s := newSite(t, Config{})
	number, token := s.join("amina@example.ma", accounts.Grant{Role: accounts.Participant, College: "civil"})
	must(t, s.svc.Accounts.Grant(t.Context(), root(s.in), store.NewID(), number, accounts.Grant{Role: accounts.Rapporteur}))
	for _, path := range []string{"/log/checkpoint", "/log/key", "/log/tile/0/000.p/1", "/p/marrakech/log/checkpoint", "/p/marrakech/log/key", "/p/marrakech/log/openings/0"} {
		resp := s.ask("GET", path, token, nil)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body(t, resp))
		}
		if len(resp.Cookies()) > 0 {
			t.Errorf("%s is kept as %q and sets %v", path, resp.Header.Get("Cache-Control"), resp.Cookies())
		}
	}
	// An error there is a page like others: it knows who asks, and nobody keeps it.
	resp := s.ask("GET", "/p/marrakech/log/openings/9999", token, nil)
	if text := body(t, resp); resp.StatusCode != http.StatusNotFound || resp.Header.Get("Cache-Control") != "no-store" || !strings.Contains(text, "أمينة") {
		t.Errorf("%d, kept as %q: %s", resp.StatusCode, resp.Header.Get("Cache-Control"), text)
	}
}

// TestTheClientCannotChooseItsAddress: only what a trusted proxy added counts,
// in however many lines it came.
func TestTheClientCannotChooseItsAddress(t *testing.T) {
	s := newSite(t, Config{TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}})
	for name, c := range map[string]struct {
		from  string
		lines []string
		want  string
	}{
		"direct":                    {"196.200.10.7:1234", nil, "196.200.10.0/24"},
		"direct, claims another":    {"196.200.10.7:1234", []string{"1.2.3.4"}, "196.200.10.0/24"},
		"proxy":                     {"10.0.0.1:1234", []string{"196.200.10.7"}, "196.200.10.0/24"},
		"proxy adds to the line":    {"10.0.0.1:1234", []string{"1.2.3.4, 196.200.10.7"}, "196.200.10.0/24"},
		"proxy adds a line":         {"10.0.0.1:1234", []string{"1.2.3.4", "196.200.10.7"}, "196.200.10.0/24"},
		"two proxies add lines":     {"10.0.0.1:1234", []string{"1.2.3.4", "196.200.10.7", "10.0.0.2"}, "196.200.10.0/24"},
		"proxy says nothing":        {"10.0.0.1:1234", nil, "10.0.0.0/24"},
		"proxy adds what is none":   {"10.0.0.1:1234", []string{"1.2.3.4", "unknown"}, "10.0.0.0/24"},
		"IPv6":                      {"[fd00::1]:1234", []string{"2001:db8:1:2:3::4"}, "2001:db8:1::/56"},
		"IPv4 written as IPv6":      {"[::ffff:10.0.0.1]:1234", []string{"::ffff:196.200.10.7"}, "196.200.10.0/24"},
		"a claimed proxy is no one": {"10.0.0.1:1234", []string{"10.9.9.9, 196.200.10.7"}, "196.200.10.0/24"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		for _, line := range c.lines {
			r.Header.Add("X-Forwarded-For", line)
		}
		if got := s.addressBlock(r); got != c.want {
			t.Errorf("%s: throttled as %s, want %s", name, got, c.want)
		}
	}
}

// TestASecondClickOnEraseLeadsHome: the first has ended the session it came with.
func TestASecondClickOnEraseLeadsHome(t *testing.T) {
	s := newSite(t, Config{})
	_, token := s.join("amina@example.ma", accounts.Grant{Role: accounts.Participant, College: "civil"})
	form := url.Values{"once": {store.NewID()}, "confirm": {"1"}}
	for _, flash := range []string{"account.flash.erased", "account.flash.no_session"} {
		resp := s.ask("POST", "/fr/account/erase", token, form)
		if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/fr/" {
			t.Fatalf("%s: %d %s", flash, resp.StatusCode, resp.Header.Get("Location"))
		}
		if text := s.follow(resp); !strings.Contains(text, i18n.T(i18n.Fr, flash)) {
			t.Errorf("the page after it does not say %s", flash)
		}
	}
}

// follow goes where an answer leads, with the cookies it gave, to the first page.
func (s *site) follow(resp *http.Response) string {
	s.t.Helper()
	cookies := map[string]*http.Cookie{}
	for resp.StatusCode == http.StatusSeeOther {
		for _, c := range resp.Cookies() {
			cookies[c.Name] = c
		}
		r := httptest.NewRequest("GET", resp.Header.Get("Location"), nil)
		for _, c := range cookies {
			if c.MaxAge >= 0 {
				r.AddCookie(c)
			}
		}
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		resp = w.Result()
	}
	return body(s.t, resp)
}

// TestTheErrorPageLeadsToAPage: the link under an error inside a programme is its home.
func TestTheErrorPageLeadsToAPage(t *testing.T) {
	s := newSite(t, Config{})
	for _, path := range []string{"/fr/p/marrakech/trace/P-9999-9", "/fr/p/nowhere", "/nowhere", "/p/marrakech/log/openings/9999"} {
		resp := s.ask("GET", path, "", nil)
		text := body(t, resp)
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
		l := i18n.Fr
		if !strings.HasPrefix(path, "/fr/") {
			l = i18n.Ar
		}
		before, _, found := strings.Cut(text, `">`+i18n.T(l, "error.back_home"))
		if !found {
			t.Fatalf("%s leads nowhere", path)
		}
		home := before[strings.LastIndex(before, `"`)+1:]
		if resp := s.ask("GET", home, "", nil); resp.StatusCode >= http.StatusBadRequest {
			t.Errorf("%s leads to %s: %d", path, home, resp.StatusCode)
		}
	}
}

// TestAnotherSitesPostIsRefused: a form on another site's page does nothing here.
func TestAnotherSitesPostIsRefused(t *testing.T) {
	s := newSite(t, Config{})
	r := httptest.NewRequest("POST", "/fr/account/sign-out", nil)
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusForbidden {
		t.Errorf("answered %d", w.Code)
	}
}

// TestEveryAnswerIsFramedAgainstScripts: policy, type and cache of a page.
func TestEveryAnswerIsFramedAgainstScripts(t *testing.T) {
	s := newSite(t, Config{})
	for _, path := range []string{"/ar/", "/nowhere", "/p/marrakech/log/checkpoint"} {
		h := s.ask("GET", path, "", nil).Header
		if h.Get("Content-Security-Policy") != contentPolicy || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "same-origin" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
	for _, secure := range []bool{true, false} {
		h := newSite(t, Config{Secure: secure}).ask("GET", "/ar/", "", nil).Header
		if stays := h.Get("Strict-Transport-Security") != ""; stays != secure {
			t.Errorf("with TLS %v the browser is told to stay with it: %v", secure, stays)
		}
	}
	if page.SessionCookie(true) != "__Host-khettara" {
		t.Error("with TLS the cookie is not pinned to this host")
	}
}

// TestNothingTypedIsLostWithASession: a form that comes after the session's end is
// held by the page that says so, and goes through once somebody is signed in.
func TestNothingTypedIsLostWithASession(t *testing.T) {
	s := newSite(t, Config{})
	_, token := s.join("amina@example.ma", accounts.Grant{Role: accounts.Coordinator})
	const path = "/ar/p/marrakech/work/programme/phases/new"
	typed := url.Values{"reason_ar": {"الماء \"قبل\" الطريق\nوالمدرسة"}, "colleges": {"civil", "elected"}, "once": {"01J"}, "act": {"open"}}
	resp := s.ask("POST", path, "", typed)
	text := body(t, resp)
	testkit.CheckHTML(t, path, []byte(text))
	if resp.StatusCode != http.StatusUnauthorized || !strings.Contains(text, i18n.T(i18n.Ar, "error.send_again")) {
		t.Fatalf("%d %s", resp.StatusCode, text)
	}
	again := url.Values{}
	for _, m := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		again.Add(m[1], html.UnescapeString(m[2]))
	}
	if diff := cmp.Diff(typed, again); diff != "" {
		t.Error(diff)
	}
	if resp := s.ask("POST", path, token, again); resp.StatusCode == http.StatusUnauthorized {
		t.Error("the same form is refused to somebody signed in")
	}
	secret := s.ask("POST", "/ar/account/password", "", url.Values{"password": {password}})
	if strings.Contains(body(t, secret), password) {
		t.Error("a page repeats a password")
	}
}
