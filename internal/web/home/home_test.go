package home_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/web/home"
	"github.com/khettara/khettara/internal/web/page"
)

// site serves the first pages as the server does, without its middleware.
type site struct {
	*testing.T
	clock        *testkit.Clock
	programmes   *programme.Service
	consultation *consultation.Service
	deliberation *deliberation.Service
	actor        accounts.Actor
	reader       accounts.Actor // of the pages; nobody signed in at first
	mux          *http.ServeMux
}

func eachSite(t *testing.T, fn func(s *site)) {
	t.Helper()
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		s := &site{T: t, clock: testkit.NewClock(time.Date(2026, time.November, 26, 9, 0, 0, 0, time.UTC)), mux: http.NewServeMux()}
		db := testkit.Open(t, dsn, store.Options{Clock: s.clock.Now})
		pack, err := territory.Load()
		s.must(err)
		s.programmes = programme.NewService(db)
		s.consultation = consultation.NewService(db, s.programmes, pack)
		s.deliberation = deliberation.NewService(db, s.programmes, pack)
		h := &home.Handlers{Programmes: s.programmes, Territory: pack, Consultation: s.consultation, Deliberation: s.deliberation,
			Prioritisation: prioritisation.NewService(db, s.consultation), Evaluation: evaluation.NewService(db, pack)}
		h.Roadmap = roadmap.NewService(db, s.programmes, s.consultation, h.Prioritisation, pack)
		h.Delivery = delivery.NewService(db, h.Roadmap)
		for _, route := range h.Routes() {
			for _, l := range i18n.Langs {
				s.mux.HandleFunc(route.Method+" /"+string(l)+route.Path, s.serve(l, route))
			}
		}
		fn(s)
	})
}

func (s *site) serve(l i18n.Lang, route page.Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req := &page.Request{Actor: s.reader, Base: page.Base{Lang: l, Path: strings.TrimPrefix(r.URL.Path, "/"+string(l)), Now: s.clock.Now()}}
		if slug := r.PathValue("slug"); slug != "" {
			p, err := s.programmes.Programme(r.Context(), slug)
			s.must(err)
			req.Base.Programme = &page.ProgrammeRef{ID: p.ID, Slug: p.Slug, Name: p.Name, Territory: p.Territory}
			for _, st := range programme.Stages {
				req.Base.Line = append(req.Base.Line, page.LineStage{Stage: string(st), State: page.Later})
			}
		}
		if err := route.Handler(w, r.WithContext(page.With(r.Context(), req))); err != nil {
			f := &fault.Error{}
			if !errors.As(err, &f) {
				s.Errorf("%s: %v", r.URL.Path, err)
			}
			http.Error(w, f.Key, f.Kind.Status())
		}
	}
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

// page is a page that must be sound.
func (s *site) page(path string) string {
	s.Helper()
	w := s.get(path)
	if w.Code != http.StatusOK {
		s.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	testkit.CheckHTML(s, path, w.Body.Bytes())
	return w.Body.String()
}

func (s *site) found(slug string) {
	s.Helper()
	p, err := s.programmes.Create(s.Context(), accounts.Actor{Person: "admin", Admin: true},
		programme.Foundation{Slug: slug, Territory: "07.351", PackVersion: "1", Name: i18n.Text{Ar: "عمالة مراكش", Fr: "Préfecture de Marrakech"}})
	s.must(err)
	pack, err := territory.Load()
	s.must(err)
	s.actor = accounts.Actor{Programme: p.ID, Person: "coordinator", Grants: []accounts.Grant{{Role: accounts.Coordinator}}, Within: pack.Within}
}

func (s *site) open(stage programme.Stage, closes time.Duration) {
	s.Helper()
	_, err := s.programmes.OpenPhase(s.Context(), s.actor, programme.Phase{Cycle: 1, Stage: stage, OpensAt: s.clock.Now().Add(-time.Hour), ClosesAt: s.clock.Now().Add(closes)}, "")
	s.must(err)
}

// meeting plans a meeting that begins after a time.
func (s *site) meeting(title string, in time.Duration) string {
	s.Helper()
	now := s.clock.Now()
	m, err := s.consultation.CreateMeeting(s.Context(), s.actor, consultation.MeetingDraft{Kind: consultation.Listening, Title: i18n.Text{Ar: title}, Place: i18n.Text{Ar: "دار الشباب"},
		Unit: "07.351.03.11", Chair: i18n.Text{Ar: "رئيس الدائرة"}, StartsAt: now.Add(in), EndsAt: now.Add(in + 3*time.Hour),
		Agenda: []consultation.AgendaItem{{Minutes: 60, Title: i18n.Text{Ar: "الاستماع"}}}, Colleges: []string{"citizens"}})
	s.must(err)
	return m.Number
}

func (s *site) say(meeting, unit, college string, n int) {
	s.Helper()
	for i := range n {
		_, err := s.consultation.RecordContribution(s.Context(), s.actor, consultation.ContributionDraft{Meeting: meeting, Kind: consultation.Problem,
			Raw: fmt.Sprint("كلام رقم ", i), RawLang: "ary", College: college, Unit: unit, Axis: "water"})
		s.must(err)
	}
}

func TestTheStartListsProgrammesOrIsTheOnlyOne(t *testing.T) {
	eachSite(t, func(s *site) {
		for _, l := range i18n.Langs {
			if out := s.page("/" + string(l) + "/"); !strings.Contains(out, i18n.T(l, "home.start.none")) {
				t.Errorf("%s: does not say that there is no programme", l)
			}
		}
		s.found("marrakech")
		if w := s.get("/fr/"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/fr/p/marrakech" {
			t.Errorf("with one programme: %d %s", w.Code, w.Header().Get("Location"))
		}
		s.found("second")
		if out := s.page("/fr/"); !strings.Contains(out, `href="/fr/p/marrakech"`) || !strings.Contains(out, `href="/fr/p/second"`) {
			t.Error("two programmes are not listed")
		}
	})
}

func TestTheFirstPageOffersWhatIsOpen(t *testing.T) {
	eachSite(t, func(s *site) {
		s.found("marrakech")
		for _, l := range i18n.Langs { // nothing is open, nothing was said
			out := s.page("/" + string(l) + "/p/marrakech")
			for key, want := range map[string]bool{"home.do.follow": true, "home.next.none": true, "home.do.propose": false, "home.heard.title": false} {
				if strings.Contains(out, i18n.T(l, key)) != want {
					t.Errorf("%s: %s is shown: %v", l, key, !want)
				}
			}
		}
		_, err := s.programmes.BeginCycle(s.Context(), s.actor, i18n.Text{Ar: "الدورة الأولى"}, "")
		s.must(err)
		s.open(programme.Consultation, 10*24*time.Hour)
		s.open(programme.Deliberation, 3*24*time.Hour)
		_, err = s.deliberation.AddStatement(s.Context(), s.actor, deliberation.StatementDraft{Cycle: 1, Body: "الماء قبل الطريق", Lang: "ar"})
		s.must(err)
		later := s.meeting("لقاء بعيد", 72*time.Hour)
		sooner := s.meeting("لقاء قريب", 24*time.Hour)
		for _, l := range i18n.Langs {
			out := s.page("/" + string(l) + "/p/marrakech")
			opinion, propose := strings.Index(out, `/deliberation/vote"`), strings.Index(out, `/consultation/proposals/new"`)
			if opinion < 0 || propose < 0 || opinion > propose {
				t.Errorf("%s: the nearest closing does not come first: %d, %d", l, opinion, propose)
			}
			if strings.Count(out, `class="urgent"`) != 1 {
				t.Errorf("%s: not exactly one urgent action", l)
			}
			if !strings.Contains(out, sooner) || strings.Contains(out, later) {
				t.Errorf("%s: the next meeting is not the next one", l)
			}
			if !strings.Contains(out, "1\u00a0560\u00a0103") && !strings.Contains(out, "1&nbsp;560&nbsp;103") {
				t.Errorf("%s: the population is missing", l)
			}
		}
		s.reader = s.actor
		if strings.Contains(s.page("/ar/p/marrakech"), `/deliberation/vote"`) {
			t.Error("staff are offered a vote that would be refused")
		}
	})
}

func TestSmallCountsAreNotTold(t *testing.T) {
	eachSite(t, func(s *site) {
		s.found("marrakech")
		_, err := s.programmes.BeginCycle(s.Context(), s.actor, i18n.Text{Ar: "الدورة الأولى"}, "")
		s.must(err)
		s.open(programme.Consultation, 10*24*time.Hour)
		m := s.meeting("ورشة الماء بدائرة البور", -time.Hour)
		s.say(m, "07.351.03.11", "citizens", 37) // Ouled Dlim
		s.say(m, "07.351.01.05", "civil", 23)    // Guéliz
		s.say(m, "07.351.03.05", "elected", 6)   // M'nabha
		s.say(m, "07.351.01.03", "economic", 3)
		for _, l := range i18n.Langs {
			out := s.page("/" + string(l) + "/p/marrakech")
			few := i18n.T(l, "common.fewer_than_ten")
			// Two small units and the fourteen silent ones on the map, two small colleges and a silent one.
			if n := strings.Count(out, few); n < 17 {
				t.Errorf("%s: %d small counts are in words", l, n)
			}
			for _, told := range []string{">37<", ">23<", ">69<"} {
				if !strings.Contains(out, told) {
					t.Errorf("%s: %s is not told", l, told)
				}
			}
			for _, secret := range []string{">6<", ">3<"} {
				if strings.Contains(out[strings.Index(out, `id="figures"`):], secret) {
					t.Errorf("%s: a count of %s is told", l, secret)
				}
			}
		}
	})
}

func TestTheProcedureAndTheFooterPages(t *testing.T) {
	eachSite(t, func(s *site) {
		s.found("marrakech")
		if out := s.page("/ar/p/marrakech/steps"); !strings.Contains(out, i18n.T(i18n.Ar, "home.steps.none")) {
			t.Error("an empty procedure does not say so")
		}
		done, err := s.programmes.SetStep(s.Context(), s.actor, programme.Step{Stage: programme.Consultation, Title: i18n.Text{Ar: "قرار إحداث اللجان"}, Signatory: i18n.Text{Ar: "العامل"}}, "")
		s.must(err)
		s.must(s.programmes.FinishStep(s.Context(), s.actor, done, 1, ""))
		_, err = s.programmes.SetStep(s.Context(), s.actor, programme.Step{Stage: programme.Roadmap, Title: i18n.Text{Fr: "Procès-verbal du comité"}, DueAt: s.clock.Now().Add(-48 * time.Hour)}, "")
		s.must(err)
		for _, l := range i18n.Langs {
			out := s.page("/" + string(l) + "/p/marrakech/steps")
			for _, want := range []string{"قرار إحداث اللجان", "Procès-verbal du comité", i18n.T(l, "status.finished")} {
				if !strings.Contains(out, want) {
					t.Errorf("%s: %q is missing", l, want)
				}
			}
			for _, at := range []string{"/about", "/p/marrakech/about"} {
				out := s.page("/" + string(l) + at)
				for _, topic := range []string{"data", "information", "review", "accessibility", "privacy", "contact"} {
					if !strings.Contains(out, `id="`+topic+`"`) {
						t.Errorf("%s%s: the footer's #%s leads nowhere", l, at, topic)
					}
				}
			}
		}
	})
}

// TestAHiddenCountIsNotCalledSmall: a count that is hidden beside a small one is
// large; the page must not say that its people were hardly heard.
func TestAHiddenCountIsNotCalledSmall(t *testing.T) {
	const dlim, mnabha, gueliz = "07.351.03.11", "07.351.03.05", "07.351.01.05"
	eachSite(t, func(s *site) {
		s.found("marrakech")
		_, err := s.programmes.BeginCycle(s.Context(), s.actor, i18n.Text{Ar: "الدورة الأولى"}, "")
		s.must(err)
		s.open(programme.Consultation, 10*24*time.Hour)
		m := s.meeting("لقاء الاستماع الأول", 0)
		s.say(m, dlim, "citizens", 40)
		s.say(m, mnabha, "civil", 12)
		s.say(m, gueliz, "elected", 3)
		out := s.page("/ar/p/marrakech")
		cell := func(after string) string {
			_, rest, found := strings.Cut(out, after)
			if !found {
				t.Fatalf("the page does not show %s", after)
			}
			row, _, _ := strings.Cut(rest, "</tr>")
			return row
		}
		few, hidden := i18n.T(i18n.Ar, "common.fewer_than_ten"), i18n.T(i18n.Ar, "common.masked")
		table := out[strings.LastIndex(out, "<table"):]
		out = table + strings.TrimSuffix(out, table)
		for place, want := range map[string]string{`/territory/units/` + mnabha + `">`: hidden, `/territory/units/` + gueliz + `">`: few, "المجتمع المدني": hidden, "المنتخبون": few} {
			if row := cell(place); !strings.Contains(row, want) {
				t.Errorf("%s: not %q in %s", place, want, row)
			}
		}
		leaves := 0
		for range strings.SplitSeq(table, "<tr") {
			leaves++
		}
		// All units but the one that is told and the one that is hidden were hardly heard.
		_, notice, _ := strings.Cut(out, `notice-attention`)
		if want := fmt.Sprintf(">%d<", leaves-2-2); !strings.Contains(notice[:min(len(notice), 400)], want) {
			t.Errorf("does not say %s: %s", want, notice[:min(len(notice), 400)])
		}
	})
}
