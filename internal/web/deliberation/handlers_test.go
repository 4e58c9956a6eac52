package deliberation_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	webdeliberation "github.com/khettara/khettara/internal/web/deliberation"
	"github.com/khettara/khettara/internal/web/page"
)

// site serves the stage's pages of a programme whose debate is open.
type site struct {
	*testing.T
	db          *store.DB
	programmes  *programme.Service
	service     *deliberation.Service
	coordinator accounts.Actor
	reader      accounts.Actor // who asks
	device      string
	mux         *http.ServeMux
}

func eachSite(t *testing.T, fn func(s *site)) {
	t.Helper()
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := &site{T: t, db: db, mux: http.NewServeMux(), programmes: programme.NewService(db)}
		pack, err := territory.Load()
		s.must(err)
		p, err := s.programmes.Create(t.Context(), accounts.Actor{Person: "admin", Admin: true},
			programme.Foundation{Slug: "marrakech", Territory: "07.351", Name: i18n.Text{Ar: "عمالة مراكش"}})
		s.must(err)
		s.coordinator = accounts.Actor{Programme: p.ID, Person: "x", Grants: []accounts.Grant{{Role: accounts.Coordinator}}}
		s.reader = accounts.Visitor(p.ID)
		s.begin(1)
		s.service = deliberation.NewService(db, s.programmes, pack)
		h := &webdeliberation.Handlers{Deliberation: s.service, Programmes: s.programmes, Territory: pack}
		for _, route := range h.Routes() {
			s.mux.HandleFunc(route.Method+" /ar"+route.Path, func(w http.ResponseWriter, r *http.Request) {
				req := &page.Request{Actor: s.reader, Device: s.device, Base: page.Base{Lang: i18n.Ar, Path: strings.TrimPrefix(r.URL.Path, "/ar"), Now: db.Now(),
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
		fn(s)
	})
}

// begin begins a cycle and opens its debate.
func (s *site) begin(cycle int64) {
	s.Helper()
	_, err := s.programmes.BeginCycle(s.Context(), s.coordinator, i18n.Text{Ar: "دورة"}, "")
	s.must(err)
	if cycle != 1 {
		return
	}
	_, err = s.programmes.OpenPhase(s.Context(), s.coordinator, programme.Phase{Cycle: cycle, Stage: programme.Deliberation,
		OpensAt: s.db.Now().Add(-time.Hour), ClosesAt: s.db.Now().Add(time.Hour)}, "")
	s.must(err)
}

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) add(body string) string {
	s.Helper()
	number, err := s.service.AddStatement(s.Context(), s.coordinator, deliberation.StatementDraft{Cycle: 1, Body: body, Lang: "ar"})
	s.must(err)
	return number
}

func (s *site) get(path string) string {
	s.Helper()
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ar/p/marrakech"+path, nil))
	if w.Code != http.StatusOK {
		s.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	testkit.CheckHTML(s.T, path, w.Body.Bytes())
	return w.Body.String()
}

func (s *site) post(path string, values url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/ar/p/marrakech"+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w
}

func (s *site) leaves() int {
	s.Helper()
	list, err := s.db.Changes(s.Context(), s.coordinator.Programme, 0, 10_000)
	s.must(err)
	return len(list)
}

func TestAVoteThatTheFormRefusesIsNotStored(t *testing.T) {
	eachSite(t, func(s *site) {
		number, before := s.add("الماء قبل الطريق"), s.leaves()
		for _, values := range []url.Values{
			{"college": {"nobles"}}, {"college": {""}}, {"college": {"citizens"}, "unit": {"06.141.01.0"}}} {
			values["statement"], values["choice"], values["once"] = []string{number}, []string{"agree"}, []string{store.NewID()}
			w := s.post("/deliberation/vote", values)
			if w.Code != http.StatusUnprocessableEntity || s.leaves() != before {
				s.Errorf("%v: %d, %d leaves more", values, w.Code, s.leaves()-before)
			}
		}
		w := s.post("/deliberation/vote", url.Values{"statement": {number}, "choice": {"agree"}, "college": {"citizens"}, "unit": {"07.351.03.11"}, "once": {store.NewID()}})
		if w.Code != http.StatusSeeOther || s.leaves() != before+1 {
			s.Errorf("a sound vote: %d", w.Code)
		}
		s.reader = s.coordinator
		w = s.post("/deliberation/vote", url.Values{"statement": {number}, "choice": {"agree"}, "college": {"citizens"}, "once": {store.NewID()}})
		if w.Code != http.StatusForbidden || s.leaves() != before+1 {
			s.Errorf("staff votes: %d", w.Code)
		}
		if strings.Contains(s.get("/deliberation"), `href="/ar/p/marrakech/deliberation/vote"`) {
			s.Error("staff is asked to vote")
		}
	})
}

func TestHiddenWordsStandOnNoPublicPage(t *testing.T) {
	eachSite(t, func(s *site) {
		hidden := s.add("رأي يسمي شخصا")
		s.add("رأي يبقى معروضا")
		s.must(s.service.SetState(s.Context(), s.coordinator, hidden, deliberation.Hidden, "يمس شخصا بعينه ولا يفيد النقاش", 1, ""))
		for _, path := range []string{"/deliberation", "/deliberation/statements/" + hidden, "/deliberation/vote", "/deliberation/vote?statement=" + hidden} {
			if strings.Contains(s.get(path), "رأي يسمي شخصا") {
				s.Errorf("%s shows hidden words", path)
			}
		}
		s.reader = s.coordinator
		for _, path := range []string{"", "/" + hidden} {
			if !strings.Contains(s.get("/work/deliberation/statements"+path), "رأي يسمي شخصا") {
				s.Errorf("%s: those who hid it cannot read it", path)
			}
		}
	})
}

func TestFewVotersAreWordsOnEveryPage(t *testing.T) {
	eachSite(t, func(s *site) {
		number := s.add("الماء قبل الطريق")
		for i := range 3 {
			s.must(s.service.Vote(s.Context(), accounts.Actor{Programme: s.coordinator.Programme, Person: fmt.Sprint(i),
				Grants: []accounts.Grant{{Role: accounts.Participant, College: "citizens"}}}, deliberation.Voter{}, number, deliberation.Agree))
		}
		for _, path := range []string{"/deliberation", "/deliberation/statements/" + number} {
			out := s.get(path)
			if strings.Contains(out, ">3<") || strings.Contains(out, i18n.T(i18n.Ar, "deliberation.lead", "n", 3, "visitors", 0)) ||
				strings.Contains(out, i18n.T(i18n.Ar, "deliberation.statement_lead", "n", 3, "visitors", 0)) {
				s.Errorf("%s tells a count of three", path)
			}
			if !strings.Contains(out, i18n.T(i18n.Ar, "common.fewer_than_ten")) {
				s.Errorf("%s does not say that there are few", path)
			}
		}
	})
}

func TestStaffKeepTheRunningDebateWhenTheNextCycleBegins(t *testing.T) {
	eachSite(t, func(s *site) {
		s.add("رأي الدورة الجارية")
		s.begin(2)
		s.reader = s.coordinator
		if !strings.Contains(s.get("/work/deliberation/statements"), "رأي الدورة الجارية") {
			s.Error("the statements under debate are gone from the work area")
		}
		w := s.post("/work/deliberation/statements", url.Values{"body": {"رأي آخر"}, "lang": {"ar"}, "once": {store.NewID()}})
		if w.Code != http.StatusSeeOther || !strings.Contains(s.get("/deliberation"), "رأي آخر") {
			s.Errorf("a statement added now: %d", w.Code)
		}
	})
}

// TestEveryAddressKeepsTheCycleAskedFor: whoever works on an earlier debate while
// the next one runs is never led into the other one.
func TestEveryAddressKeepsTheCycleAskedFor(t *testing.T) {
	const list = "/work/deliberation/statements"
	eachSite(t, func(s *site) {
		first := s.add("رأي الدورة الأولى")
		s.reader = s.coordinator
		if strings.Contains(s.get(list), i18n.T(i18n.Ar, "deliberation.cycles")) {
			s.Error("one debate alone is offered as a choice")
		}
		s.begin(2)
		_, err := s.programmes.OpenPhase(s.Context(), s.coordinator, programme.Phase{Cycle: 2, Stage: programme.Deliberation,
			OpensAt: s.db.Now().Add(-time.Minute), ClosesAt: s.db.Now().Add(time.Hour)}, "")
		s.must(err)
		for _, path := range []string{list, list + "?cycle=9", list + "?cycle=x", "/deliberation"} {
			if strings.Contains(s.get(path), "رأي الدورة الأولى") {
				s.Errorf("%s is not the newest debate", path)
			}
		}
		for _, path := range []string{list, "/deliberation"} {
			if out := s.get(path + "?cycle=1"); !strings.Contains(out, "رأي الدورة الأولى") || !strings.Contains(out, path+"?cycle=2") {
				s.Errorf("%s?cycle=1 is not the first debate, or leads not to the second", path)
			}
		}
		if !strings.Contains(s.get(list+"?cycle=1"), `action="/ar/p/marrakech`+list+`?cycle=1"`) || !strings.Contains(s.get(list+"/"+first), list+"?cycle=1") {
			s.Error("the form or the way back forgets the cycle")
		}
		if out := s.get("/deliberation"); !strings.Contains(out, i18n.T(i18n.Ar, "deliberation.none")) {
			s.Error("an open debate without statements does not say that they are to come")
		}
		leads := func(w *httptest.ResponseRecorder) {
			s.Helper()
			if w.Code != http.StatusSeeOther || !strings.HasSuffix(w.Header().Get("Location"), list+"?cycle=1") {
				s.Errorf("%d, leads to %s", w.Code, w.Header().Get("Location"))
			}
		}
		leads(s.post(list+"?cycle=1", url.Values{"body": {"رأي متأخر من الأولى"}, "lang": {"ar"}, "once": {store.NewID()}}))
		leads(s.post(list+"/"+first, url.Values{"state": {"hidden"}, "reason": {"يمس شخصا بعينه ولا يفيد النقاش"}, "version": {"1"}, "once": {store.NewID()}}))
		if out := s.get(list + "?cycle=1"); !strings.Contains(out, "رأي متأخر من الأولى") {
			s.Error("a statement added to the first debate went elsewhere")
		}
	})
}

func TestADebateThatIsOverPromisesNothing(t *testing.T) {
	eachSite(t, func(s *site) {
		s.begin(2)
		_, err := s.programmes.OpenPhase(s.Context(), s.coordinator, programme.Phase{Cycle: 2, Stage: programme.Deliberation,
			OpensAt: s.db.Now().Add(-2 * time.Hour), ClosesAt: s.db.Now().Add(-time.Hour)}, "")
		s.must(err)
		if out := s.get("/deliberation?cycle=2"); !strings.Contains(out, i18n.T(i18n.Ar, "deliberation.none_in_cycle")) || strings.Contains(out, i18n.T(i18n.Ar, "deliberation.none_sentence")) {
			s.Error("a closed debate without statements says that they are to come")
		}
	})
}
