package programme_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/web/page"
	webprogramme "github.com/khettara/khettara/internal/web/programme"
)

// site serves the page as the server does, without its middleware.
type site struct {
	*testing.T
	clock      *testkit.Clock
	programmes *programme.Service
	actor      accounts.Actor
	mux        *http.ServeMux
}

const at = "/p/marrakech/work/programme"

func eachSite(t *testing.T, fn func(s *site)) {
	t.Helper()
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		s := &site{T: t, clock: testkit.NewClock(time.Date(2026, time.November, 26, 9, 0, 0, 0, time.UTC)), mux: http.NewServeMux()}
		db := testkit.Open(t, dsn, store.Options{Clock: s.clock.Now})
		s.programmes = programme.NewService(db)
		p, err := s.programmes.Create(t.Context(), accounts.Actor{Person: "admin", Admin: true}, programme.Foundation{Slug: "marrakech", Territory: "07.351", Name: i18n.Text{Ar: "عمالة مراكش"}})
		if err != nil {
			t.Fatal(err)
		}
		s.as(p.ID, accounts.Coordinator)
		h := &webprogramme.Handlers{Programmes: s.programmes}
		for _, route := range h.Routes() {
			for _, l := range i18n.Langs {
				s.mux.HandleFunc(route.Method+" /"+string(l)+route.Path, s.serve(l, p, route))
			}
		}
		fn(s)
	})
}

func (s *site) as(programme string, role accounts.Role) {
	s.actor = accounts.Actor{Programme: programme, Person: "x", Grants: []accounts.Grant{{Role: role}}}
}

func (s *site) serve(l i18n.Lang, p *programme.Programme, route page.Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req := &page.Request{Actor: s.actor, Base: page.Base{Lang: l, Path: strings.TrimPrefix(r.URL.Path, "/"+string(l)), Now: s.clock.Now(), Work: true,
			Programme: &page.ProgrammeRef{ID: p.ID, Slug: p.Slug, Name: p.Name, Territory: p.Territory}}}
		if err := route.Handler(w, r.WithContext(page.With(r.Context(), req))); err != nil {
			f := &fault.Error{}
			if !errors.As(err, &f) {
				s.Errorf("%s: %v", r.URL.Path, err)
			}
			http.Error(w, f.Key, f.Kind.Status())
		}
	}
}

// get is a page that must be sound, in all languages; the Arabic one is returned.
func (s *site) get(path string) (arabic string) {
	s.Helper()
	for _, l := range []i18n.Lang{i18n.En, i18n.Fr, i18n.Ar} {
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+string(l)+path, nil))
		if w.Code != http.StatusOK {
			s.Fatalf("%s: %d %s", path, w.Code, w.Body)
		}
		testkit.CheckHTML(s, string(l)+path, w.Body.Bytes())
		arabic = w.Body.String()
	}
	return arabic
}

func (s *site) post(path string, want int, fields ...string) string {
	s.Helper()
	values := url.Values{}
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "/ar"+path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	if w.Code != want {
		s.Fatalf("POST %s: %d, want %d: %s", path, w.Code, want, w.Body)
	}
	if want == http.StatusSeeOther && w.Header().Get("Location") != "/ar"+at {
		s.Errorf("POST %s leads to %s", path, w.Header().Get("Location"))
	}
	if want == http.StatusUnprocessableEntity || want == http.StatusConflict && strings.Contains(w.Body.String(), "<!") {
		testkit.CheckHTML(s, path, w.Body.Bytes())
	}
	return w.Body.String()
}

func (s *site) frame() *programme.Programme {
	s.Helper()
	p, err := s.programmes.Programme(s.Context(), "marrakech")
	if err != nil {
		s.Fatal(err)
	}
	return p
}

const see = http.StatusSeeOther

func TestAFrameIsMadeThroughItsForms(t *testing.T) {
	eachSite(t, func(s *site) {
		s.get(at)
		s.get(at + "/cycles/new")
		s.post(at+"/cycles/new", see, "title_ar", "الدورة الأولى", "once", store.NewID())
		s.get(at + "/phases/new")
		opens, closes := s.clock.Now().Add(-time.Hour), s.clock.Now().Add(48*time.Hour)
		local := func(t time.Time) string { return t.In(i18n.Zone).Format("2006-01-02T15:04") }
		s.post(at+"/phases/new", see, "cycle", "1", "stage", "consultation", "opens_at", local(opens), "closes_at", local(closes), "once", store.NewID())
		if p := s.frame(); len(p.Phases) != 1 || !p.Phases[0].ClosesAt.Equal(closes) {
			t.Fatalf("%+v", p.Phases)
		}
		phase := "/phases/" + s.frame().Phases[0].ID
		form := s.get(at + phase)
		if !strings.Contains(form, local(closes)) {
			t.Error("the form does not show the present closing")
		}
		later := closes.Add(72 * time.Hour)
		body := s.post(at+phase, http.StatusUnprocessableEntity, "closes_at", local(later), "reason", "قصير", "version", "1")
		if !strings.Contains(body, "قصير") || !strings.Contains(body, local(later)) {
			t.Error("what was typed is lost")
		}
		s.post(at+phase, see, "closes_at", local(later), "reason", "تأخر وصول الدعوات إلى ثلاث جماعات", "version", "1")
		if p := s.frame(); !p.Phases[0].ClosesAt.Equal(later) {
			t.Errorf("%+v", p.Phases[0])
		}

		s.get(at + "/steps/new")
		s.post(at+"/steps/new", see, "stage", "consultation", "title_ar", "قرار إحداث اللجان", "body_fr", "Secrétariat général", "due", "15/01/2027", "once", store.NewID())
		s.get(at + "/steps/1")
		s.post(at+"/steps/1", see, "stage", "territory", "title_ar", "قرار إحداث اللجان", "version", "1")
		s.post(at+"/steps/1/done", see, "version", "2")
		if p := s.frame(); p.Steps[0].DoneAt.IsZero() || p.Steps[0].Stage != programme.Territory {
			t.Errorf("%+v", p.Steps[0])
		}

		s.get(at + "/axes/new")
		s.post(at+"/axes/new", see, "id", "youth", "name_ar", "الشباب", "once", store.NewID())
		s.post(at+"/axes/youth", see, "name_ar", "الشباب والرياضة", "version", "1")
		s.get(at + "/colleges/new")
		s.post(at+"/colleges/new", see, "id", "media", "name_ar", "الإعلام", "voice", "opinion", "once", store.NewID())
		overview := s.get(at)
		for _, want := range []string{"الشباب والرياضة", "الإعلام", "الدورة الأولى", "تأخر وصول الدعوات", phase} {
			if !strings.Contains(overview, want) {
				t.Errorf("the overview does not show %q", want)
			}
		}
	})
}

func TestWhatIsWrongIsSaidBesideItsField(t *testing.T) {
	eachSite(t, func(s *site) {
		for _, c := range []struct {
			path   string
			fields []string
			says   string // catalogue key
		}{
			{"/axes/new", []string{"id", "water", "name_ar", "الماء"}, "frame.error.key_taken"},
			{"/axes/new", []string{"id", "new", "name_ar", "جديد"}, "frame.error.key_taken"},
			{"/axes/new", []string{"id", "Été", "name_ar", "الصيف"}, "programme.error.key"},
			{"/axes/water", []string{"version", "1"}, "fault.required"},
			{"/colleges/new", []string{"id", "media", "name_ar", "الإعلام"}, "fault.choose_one"},
			{"/steps/new", []string{"title_ar", "خطوة"}, "fault.choose_one"},
			{"/phases/new", []string{"cycle", "7", "stage", "consultation"}, "fault.required"},
			{"/phases/new", []string{"cycle", "7", "stage", "consultation", "opens_at", "2027-01-02T10:00", "closes_at", "2027-01-01T10:00"}, "programme.error.phase_order"},
			{"/cycles/new", nil, "fault.required"},
		} {
			body := s.post(at+c.path, http.StatusUnprocessableEntity, c.fields...)
			if !strings.Contains(body, `class="field-error"`) || !strings.Contains(body, i18n.T(i18n.Ar, c.says)) {
				t.Errorf("%s %v: no field says %s", c.path, c.fields, c.says)
			}
		}
		body := s.post(at+"/steps/new", http.StatusUnprocessableEntity, "title_ar", "خطوة", "stage", "roadmap", "due", "غدا")
		if !strings.Contains(body, `value="غدا"`) {
			t.Error("a date that cannot be read is lost")
		}
	})
}

// TestTheSecondToChangeSeesTheFirst: nothing is overwritten unseen.
func TestTheSecondToChangeSeesTheFirst(t *testing.T) {
	eachSite(t, func(s *site) {
		s.post(at+"/axes/water", see, "name_ar", "الماء أولا", "version", "1")
		body := s.post(at+"/axes/water", http.StatusConflict, "name_ar", "الماء والتطهير", "version", "1")
		for _, want := range []string{"الماء أولا", "الماء والتطهير", i18n.T(i18n.Ar, "frame.conflict"), `name="version" value="2"`} {
			if !strings.Contains(body, want) {
				t.Errorf("after a conflict the page lacks %q", want)
			}
		}
		s.post(at+"/axes/water", see, "name_ar", "الماء والتطهير", "version", "2")
		if a, _ := s.frame().Axis("water"); a.Name.Ar != "الماء والتطهير" {
			t.Errorf("%+v", a)
		}
	})
}

func TestOnlyWhoManagesTheProgrammeMay(t *testing.T) {
	eachSite(t, func(s *site) {
		id := s.actor.Programme
		for role := range accounts.Rights {
			s.as(id, role)
			want := http.StatusForbidden
			if accounts.Rights[role][accounts.ProgrammeManage] {
				want = http.StatusOK
			}
			for _, path := range []string{"", "/axes/water", "/colleges/new", "/phases/new", "/cycles/new"} {
				w := httptest.NewRecorder()
				s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ar"+at+path, nil))
				if w.Code != want {
					t.Errorf("%s %s: %d, want %d", role, path, w.Code, want)
				}
			}
			if want == http.StatusForbidden {
				s.post(at+"/axes/water", http.StatusForbidden, "name_ar", "x", "version", "1")
				s.post(at+"/cycles/new", http.StatusForbidden, "title_ar", "x")
			}
		}
		s.as(id, accounts.Coordinator)
		for _, path := range []string{"/axes/none", "/colleges/none", "/steps/1", "/steps/x", "/phases/none"} {
			w := httptest.NewRecorder()
			s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ar"+at+path, nil))
			if w.Code != http.StatusNotFound {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
	})
}
