package account_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/web/account"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/static"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

const password = "نخلة و ساقية 1"

// site serves the pages of this package with what the server does around every
// request, as far as they need it, on a real database.
type site struct {
	t     *testing.T
	clock *testkit.Clock
	acc   *accounts.Service
	prog  *programme.Programme
	url   string
	hosts *account.Handlers
}

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteOn(t, testkit.DSN(t, store.SQLite))
}

func newSiteOn(t *testing.T, dsn string) *site {
	t.Helper()
	s := &site{t: t, clock: testkit.NewClock(noon)}
	db := testkit.Open(t, dsn, store.Options{Clock: s.clock.Now})
	keys, err := accounts.LoadKeyring(t.TempDir())
	s.ok(err)
	pack, err := territory.Load()
	s.ok(err)
	s.acc = accounts.NewService(db, keys, pack.Within)
	programmes := programme.NewService(db)
	s.prog, err = programmes.Create(t.Context(), root(""), programme.Foundation{Slug: "marrakech", Territory: "07.351", PackVersion: pack.Version(),
		Name: i18n.Text{Ar: "عمالة مراكش", Fr: "Préfecture de Marrakech", En: "Prefecture of Marrakech"}})
	s.ok(err)
	s.hosts = &account.Handlers{Accounts: s.acc, Programmes: programmes, Territory: pack}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", static.Handler())
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	for _, route := range s.hosts.Routes() {
		for _, l := range i18n.Langs {
			mux.HandleFunc(route.Method+" /"+string(l)+route.Path, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, l, route) })
		}
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *site) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func root(programme string) accounts.Actor {
	return accounts.Actor{Programme: programme, Person: "root", Admin: true}
}

func (s *site) serve(w http.ResponseWriter, r *http.Request, l i18n.Lang, route page.Route) {
	req := &page.Request{ID: "test", Address: "196.200.10.0/24",
		Base: page.Base{Lang: l, Path: strings.TrimPrefix(r.URL.Path, "/"+string(l)), Now: s.clock.Now(), Demo: s.acc.Demo}}
	if c, err := r.Cookie(page.SessionCookie(false)); err == nil {
		req.Session = c.Value
	}
	in := ""
	if r.PathValue("slug") != "" {
		in = s.prog.ID
		req.Base.Programme = &page.ProgrammeRef{ID: in, Slug: s.prog.Slug, Name: s.prog.Name, Territory: s.prog.Territory}
		req.Base.Work = true
	}
	var err error
	if req.Actor, err = s.acc.Actor(r.Context(), in, req.Session); err == nil {
		if req.Actor.SignedIn() {
			req.Base.SignedIn = &page.SignedIn{Name: req.Actor.Name, Staff: req.Actor.Staff()}
		}
		req.Base.Flash = page.TakeFlash(w, r, l)
		err = route.Handler(w, r.WithContext(page.With(r.Context(), req)))
	}
	var f *fault.Error
	switch {
	case err == nil:
	case errors.As(err, &f):
		http.Error(w, page.Message(l, f), f.Kind.Status())
	default:
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

// device is somebody's device: it keeps cookies and follows redirects of this site.
type device struct {
	*site
	client *http.Client
}

func (s *site) device() *device {
	jar, err := cookiejar.New(nil)
	s.ok(err)
	return &device{s, &http.Client{Jar: jar}}
}

// answer is a page as it came.
type answer struct {
	t      *testing.T
	status int
	path   string
	body   string
}

func (b *device) do(method, path string, form url.Values) answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(form.Encode()))
	b.ok(err)
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("User-Agent", "Mozilla/5.0 (Android 14; Mobile; rv:136.0) Gecko/136.0 Firefox/136.0")
	resp, err := b.client.Do(r)
	b.ok(err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	b.ok(err)
	a := answer{b.t, resp.StatusCode, resp.Request.URL.RequestURI(), string(body)}
	if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/html") {
		testkit.CheckHTML(b.t, method+" "+path, body)
	}
	return a
}

func (b *device) get(path string) answer { b.t.Helper(); return b.do(http.MethodGet, path, nil) }

// post sends a form; values alternate names and values.
func (b *device) post(path string, values ...string) answer {
	b.t.Helper()
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Add(values[i], values[i+1])
	}
	if form.Get("once") == "" {
		form.Set("once", store.NewID())
	}
	return b.do(http.MethodPost, path, form)
}

var tags = regexp.MustCompile(`<[^>]*>`)

// text is what a reader sees.
func (a answer) text() string {
	return strings.Join(strings.Fields(strings.NewReplacer("&#39;", "'", "&#34;", `"`, "&nbsp;", " ", "\u00a0", " ").Replace(tags.ReplaceAllString(a.body, " "))), " ")
}

// says fails unless the page has the status and all the texts.
func (a answer) says(status int, texts ...string) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("%s: status %d, want %d: %s", a.path, a.status, status, a.text())
	}
	for _, want := range texts {
		if !strings.Contains(a.text(), strings.Join(strings.Fields(want), " ")) {
			a.t.Errorf("%s does not say %q: %s", a.path, want, a.text())
		}
	}
	return a
}

// never fails if the page has one of the texts, hidden fields and attributes included.
func (a answer) never(texts ...string) answer {
	a.t.Helper()
	for _, bad := range texts {
		if strings.Contains(a.body, bad) {
			a.t.Errorf("%s shows %q", a.path, bad)
		}
	}
	return a
}

var codeForm = regexp.MustCompile(`\b(?:[0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]\b`)

// codes lists the different codes on the page.
func (a answer) codes() []string {
	all := codeForm.FindAllString(a.body, -1)
	slices.Sort(all)
	return slices.Compact(all)
}

// join makes an account with a role through the module and signs a browser in.
func (s *site) join(login string, g accounts.Grant) *device {
	s.t.Helper()
	issued, err := s.acc.Invite(s.t.Context(), root(s.prog.ID), accounts.InvitationDraft{Grant: g})
	s.ok(err)
	out, err := s.acc.AcceptInvitation(s.t.Context(), accounts.Acceptance{Code: issued.Codes[0], Name: "أمينة بناني", Login: login, Password: password,
		Email: "amina@example.ma", Phone: "0600000001", Device: "Firefox · Android"})
	s.ok(err)
	b := s.device()
	at, err := url.Parse(s.url)
	s.ok(err)
	b.client.Jar.SetCookies(at, []*http.Cookie{{Name: page.SessionCookie(false), Value: out.Token, Path: "/"}})
	return b
}

var (
	coordinator = accounts.Grant{Role: accounts.Coordinator}
	participant = accounts.Grant{Role: accounts.Participant, College: "civil", Unit: "07.351.03.11"}
)
