package consultation_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	webconsultation "github.com/khettara/khettara/internal/web/consultation"
	"github.com/khettara/khettara/internal/web/page"
)

// site is a programme with an open consultation, as a visitor sees it.
type site struct {
	testing.TB
	service     *consultation.Service
	people      *accounts.Service
	coordinator accounts.Actor
	mux         *http.ServeMux
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	s := &site{TB: t, mux: http.NewServeMux()}
	pack, err := territory.Load()
	s.must(err)
	programmes := programme.NewService(db)
	p, err := programmes.Create(t.Context(), accounts.Actor{Person: "admin", Admin: true},
		programme.Foundation{Slug: "marrakech", Territory: "07.351", Name: i18n.Text{Ar: "عمالة مراكش"}})
	s.must(err)
	s.coordinator = accounts.Actor{Programme: p.ID, Person: "x", Grants: []accounts.Grant{{Role: accounts.Coordinator}}, Within: pack.Within}
	_, err = programmes.BeginCycle(t.Context(), s.coordinator, i18n.Text{Ar: "الدورة الأولى"}, "")
	s.must(err)
	_, err = programmes.OpenPhase(t.Context(), s.coordinator, programme.Phase{Cycle: 1, Stage: programme.Consultation,
		OpensAt: db.Now().Add(-time.Hour), ClosesAt: db.Now().Add(time.Hour)}, "")
	s.must(err)
	s.service = consultation.NewService(db, programmes, pack)
	s.people = accounts.NewService(db, nil, pack.Within) // only its counts of wrong codes and of what comes in, and the organisations' names are used
	h := &webconsultation.Handlers{Consultation: s.service, Programmes: programmes, Accounts: s.people, Territory: pack}
	for _, route := range h.Routes() {
		for _, lang := range i18n.Langs {
			prefix := "/" + string(lang)
			if route.Raw {
				if lang != i18n.Fr {
					continue
				}
				prefix = "" // the visitor of a code image reads French
			}
			s.mux.HandleFunc(route.Method+" "+prefix+route.Path, func(w http.ResponseWriter, r *http.Request) {
				req := &page.Request{Actor: accounts.Visitor(p.ID), Base: page.Base{Lang: lang, Path: strings.TrimPrefix(r.URL.Path, prefix), Now: db.Now(),
					Programme: &page.ProgrammeRef{ID: p.ID, Slug: p.Slug, Name: p.Name, Territory: p.Territory}}}
				if err := route.Handler(w, r.WithContext(page.With(r.Context(), req))); err != nil {
					f := &fault.Error{}
					if !errors.As(err, &f) {
						t.Error(err)
					}
					http.Error(w, f.Key, f.Kind.Status())
				}
			})
		}
	}
	return s
}

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func (s *site) post(path string, values url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

// shows asks for a page in Arabic and French and wants sound HTML with the texts.
func (s *site) shows(path string, texts ...string) {
	s.Helper()
	for _, lang := range []string{"/ar", "/fr"} {
		w := s.get(lang + path)
		if w.Code != http.StatusOK {
			s.Errorf("%s%s: %d %s", lang, path, w.Code, w.Body)
			continue
		}
		testkit.CheckHTML(s.TB, lang+path, w.Body.Bytes())
		for _, text := range texts {
			if !strings.Contains(w.Body.String(), text) {
				s.Errorf("%s%s does not show %q", lang, path, text)
			}
		}
	}
}

const stage = "/p/marrakech/consultation"

// hidden is the value of a hidden field of a page.
func hidden(s *site, body, name string) string {
	s.Helper()
	m := regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(body)
	if m == nil {
		s.Fatalf("no hidden field %s", name)
	}
	return m[1]
}

func typed(once, code string) url.Values {
	return url.Values{"once": {once}, "code": {code}, "title": {"حافلة للمستوصف يوم السوق"}, "body": {"نقترح حافلة صغيرة تربط الدوار بالمستوصف كل يوم ثلاثاء."},
		"unit": {"07.351.03.11"}, "college": {"citizens"}, "place": {"دوار أيت علي"}}
}

var ticketNumber = regexp.MustCompile(`P-\d{4}-\d`)

// submit sends a proposal as a visitor does and returns its number and code.
func submit(s *site) (number, code string) {
	s.Helper()
	form := s.get("/ar" + stage + "/proposals/new").Body.String()
	code = hidden(s, form, "code")
	w := s.post("/ar"+stage+"/proposals/new", typed(hidden(s, form, "once"), code))
	if w.Code != http.StatusOK {
		s.Fatalf("%d %s", w.Code, w.Body)
	}
	return ticketNumber.FindString(w.Body.String()), code
}

func TestAProposalIsSentOnceAndGetsAReceipt(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		s.shows(stage+"/proposals/new", `name="code"`)
		form := s.get("/ar" + stage + "/proposals/new").Body.String()
		values := typed(hidden(s, form, "once"), hidden(s, form, "code"))
		short := url.Values{"once": values["once"], "code": values["code"], "title": values["title"], "body": {"قصير"}, "college": {"citizens"}}
		w := s.post("/ar"+stage+"/proposals/new", short)
		testkit.CheckHTML(t, "form with faults", w.Body.Bytes())
		body := w.Body.String()
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "قصير</textarea>") || !strings.Contains(body, "حافلة للمستوصف") ||
			!strings.Contains(body, i18n.T(i18n.Ar, "fault.required")) || hidden(s, body, "code") != values.Get("code") || hidden(s, body, "once") != values.Get("once") {
			t.Errorf("the form with faults: %d %s", w.Code, body)
		}
		first, again := s.post("/ar"+stage+"/proposals/new", values), s.post("/ar"+stage+"/proposals/new", values)
		testkit.CheckHTML(t, "receipt", first.Body.Bytes())
		number := ticketNumber.FindString(first.Body.String())
		if first.Code != http.StatusOK || number == "" || !strings.Contains(first.Body.String(), values.Get("code")) {
			t.Fatalf("the receipt: %d %s", first.Code, first.Body)
		}
		if again.Body.String() != first.Body.String() {
			t.Error("the same form sent twice gives another receipt")
		}
		if list, err := s.service.WorkProposals(t.Context(), s.coordinator, consultation.ProposalFilter{}); err != nil || list.Total != 1 {
			t.Errorf("%d proposals, %v; want 1", list.Total, err)
		}
		if w := s.get("/ar" + stage + "/proposals/" + number); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "حافلة") {
			t.Errorf("a waiting proposal: %d, or its text is shown", w.Code)
		}
	})
}

// TestTooManyProposalsAtOnceWait: the page says so in its language and keeps what
// was typed, and a minute later the same form is taken.
func TestTooManyProposalsAtOnceWait(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		clock := testkit.NewClock(time.Now())
		s := newSite(t, testkit.Open(t, dsn, store.Options{Clock: clock.Now}))
		form := s.get("/fr" + stage + "/proposals/new").Body.String()
		values := typed(hidden(s, form, "once"), hidden(s, form, "code"))
		for range 600 {
			s.people.Intake().Took("", s.coordinator.Programme)
		}
		for _, lang := range []i18n.Lang{i18n.Ar, i18n.Fr, i18n.En} {
			w := s.post("/"+string(lang)+stage+"/proposals/new", values)
			if w.Code != http.StatusTooManyRequests {
				t.Fatalf("%s: %d", lang, w.Code)
			}
			for _, want := range []string{i18n.T(lang, "fault.limited"), i18n.T(lang, "error.kept"), values.Get("body"), values.Get("once"), values.Get("code")} {
				if !strings.Contains(w.Body.String(), want) {
					t.Errorf("%s: the page does not hold %q", lang, want)
				}
			}
			testkit.CheckHTML(t, string(lang), w.Body.Bytes())
		}
		clock.Advance(time.Minute)
		if w := s.post("/fr"+stage+"/proposals/new", values); w.Code != http.StatusOK {
			t.Errorf("a minute later: %d %s", w.Code, w.Body)
		}
	})
}

func TestANumberLeadsToItsPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		number, _ := submit(s)
		for _, asked := range []string{number, strings.ToLower(strings.ReplaceAll(number, "-", ""))} {
			if w := s.get("/r/marrakech/" + asked); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/fr"+stage+"/proposals/"+number {
				t.Errorf("%s: %d %s", asked, w.Code, w.Header().Get("Location"))
			}
		}
		for asked, key := range map[string]string{"P-0001-0": "number_mistyped", "x": "number_mistyped", programme.FormatNumber(programme.Proposal, 77): "proposal_unknown",
			programme.FormatNumber(programme.Meeting, 9): "meeting_unknown", programme.FormatNumber(programme.Vote, 1): "number_elsewhere"} {
			if w := s.get("/r/marrakech/" + asked); w.Code != http.StatusNotFound || strings.TrimSpace(w.Body.String()) != "consultation.error."+key {
				t.Errorf("%s: %d %s", asked, w.Code, w.Body)
			}
		}
	})
}

func TestOnlyTheCodeWithdraws(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		number, code := submit(s)
		at := stage + "/proposals/" + number + "/withdraw"
		s.shows(at, `name="code"`)
		w := s.post("/ar"+at, url.Values{"once": {"a"}, "code": {consultation.NewFollowUpCode()}, "reason": {"غيرت رأيي"}})
		if w.Code != http.StatusUnprocessableEntity || !strings.Contains(w.Body.String(), i18n.T(i18n.Ar, "consultation.error.code_wrong")) || !strings.Contains(w.Body.String(), "غيرت رأيي") {
			t.Errorf("another code: %d %s", w.Code, w.Body)
		}
		if w := s.post("/ar"+at, url.Values{"once": {"b"}, "code": {strings.ToLower(code)}}); w.Code != http.StatusSeeOther {
			t.Errorf("the code: %d %s", w.Code, w.Body)
		}
		p, err := s.service.Proposal(t.Context(), s.coordinator.Programme, number)
		if err != nil || p.State != consultation.ProposalWithdrawn {
			t.Errorf("%s, %v; want withdrawn", p.State, err)
		}
		s.shows(stage+"/proposals/"+number, number)
		s.shows(at, number)
	})
}

func TestEveryoneReadsTheStage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		ctx := t.Context()
		s.shows(stage)
		s.shows(stage + "/meetings")
		s.shows(stage + "/proposals")
		number, _ := submit(s)
		s.must(s.service.PublishProposal(ctx, s.coordinator, number, 0, ""))
		now := db.Now()
		m, err := s.service.CreateMeeting(ctx, s.coordinator, consultation.MeetingDraft{Kind: consultation.Workshop, Title: i18n.Text{Ar: "ورشة الماء"},
			Place: i18n.Text{Ar: "دار الشباب"}, Unit: "07.351.03.11", Chair: i18n.Text{Ar: "رئيس دائرة البور"}, StartsAt: now.Add(-time.Hour), EndsAt: now.Add(time.Hour),
			Agenda: []consultation.AgendaItem{{Minutes: 20, Title: i18n.Text{Ar: "الاستقبال"}}}, Colleges: []string{"civil", "citizens"}})
		s.must(err)
		record := func(raw string) string {
			c, err := s.service.RecordContribution(ctx, s.coordinator, consultation.ContributionDraft{Meeting: m.Number, Kind: consultation.Problem, Raw: raw, RawLang: "ary",
				Reformulation: i18n.Text{Ar: "طلب الربط بالماء"}, College: "citizens", Unit: "07.351.03.11", Axis: "water"})
			s.must(err)
			return c.Number
		}
		kept, bad := record("باقين كنجيبو الما من السقاية"), record("كلام يمس شخصا بعينه")
		s.must(s.service.CloseMeeting(ctx, s.coordinator, m.Number, ""))
		if body := s.get("/ar" + stage + "/meetings/" + m.Number).Body.String(); strings.Contains(body, "السقاية") {
			t.Error("a contribution is shown before the report is released")
		}
		if w := s.get("/ar" + stage + "/contributions/" + kept); w.Code != http.StatusNotFound {
			t.Errorf("an unreleased contribution: %d", w.Code)
		}
		s.must(s.service.ReleaseMeeting(ctx, s.coordinator, m.Number, ""))
		s.must(s.service.HideContribution(ctx, s.coordinator, bad, i18n.Text{Ar: "يذكر شخصا بعينه، وهذا لا يُنشر"}, ""))
		s.shows(stage+"/meetings/"+m.Number, "السقاية", "دار الشباب", "رئيس دائرة البور", "الاستقبال", "يذكر شخصا بعينه")
		s.shows(stage+"/contributions/"+kept, "السقاية", "طلب الربط بالماء")
		s.shows(stage+"/contributions/"+bad, "يذكر شخصا بعينه")
		for _, path := range []string{"/meetings/" + m.Number, "/contributions/" + bad} {
			if body := s.get("/ar" + stage + path).Body.String(); strings.Contains(body, "كلام يمس") {
				t.Errorf("%s shows a hidden text", path)
			}
		}
		s.shows(stage, m.Number)
		s.shows(stage+"/meetings", m.Number)
		s.shows(stage+"/proposals/"+number, "تربط الدوار", "/trace/"+number)
		s.answersAreShown(number)
		for query, found := range map[string]bool{"": true, "?unit=07.351.03.11&outcome=retained&college=citizens": true, "?q=مستوصف": true, "?q=" + number: true,
			"?unit=07.351.03.05": false, "?outcome=submitted": false, "?q=مدرسة": false} {
			path := stage + "/proposals" + strings.ReplaceAll(query, "مستوصف", url.QueryEscape("مستوصف"))
			path = strings.ReplaceAll(path, "مدرسة", url.QueryEscape("مدرسة"))
			s.shows(path)
			if got := strings.Contains(s.get("/ar"+path).Body.String(), "/proposals/"+number+`"`); got != found {
				t.Errorf("%s: found is %v, want %v", query, got, found)
			}
		}
	})
}

// answersAreShown answers a proposal twice and looks for both answers on its page.
func (s *site) answersAreShown(number string) {
	s.Helper()
	for _, decision := range []consultation.Outcome{consultation.NotRetained, consultation.Retained} {
		p, err := s.service.Proposal(s.Context(), s.coordinator.Programme, number)
		s.must(err)
		s.must(s.service.AnswerProposal(s.Context(), s.coordinator, consultation.AnswerDraft{Number: number, Version: p.Version, Decision: decision,
			Sentence: i18n.Text{Ar: "جملة الجواب " + string(decision)}, Reason: i18n.Text{Ar: "تعليل الجواب الذي يفهمه صاحب المقترح " + string(decision)}}))
	}
	s.shows(stage+"/proposals/"+number, "جملة الجواب not_retained", "جملة الجواب retained", "صاحب المقترح not_retained", "badge-ok")
}
