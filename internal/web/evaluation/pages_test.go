package evaluation_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/testkit/browser"
	webevaluation "github.com/khettara/khettara/internal/web/evaluation"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/static"
)

// site serves the pages of the stage as the server does, without its middleware.
type site struct {
	*testing.T
	db                                      *store.DB
	service                                 *evaluation.Service
	programme                               *programme.Programme
	mux                                     *http.ServeMux
	actor                                   accounts.Actor // who asks
	visitor, coordinator, authority, helper accounts.Actor
	objective                               string
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	s, ctx := &site{T: t, db: db, mux: http.NewServeMux()}, t.Context()
	pack, err := territory.Load()
	s.must(err)
	programmes := programme.NewService(db)
	s.programme, err = programmes.Create(ctx, accounts.Actor{Person: "admin", Admin: true}, programme.Foundation{Slug: "marrakech", Territory: "07.351",
		PackVersion: pack.Version(), Name: i18n.Text{Ar: "عمالة مراكش", Fr: "Préfecture de Marrakech"}})
	s.must(err)
	as := func(role accounts.Role, unit string) accounts.Actor {
		return accounts.Actor{Programme: s.programme.ID, Person: string(role), Grants: []accounts.Grant{{Role: role, Unit: unit}}, Within: pack.Within}
	}
	s.visitor, s.coordinator = accounts.Visitor(s.programme.ID), as(accounts.Coordinator, "")
	s.authority, s.helper = as(accounts.ContractingAuthority, "07.351.03.11"), as(accounts.Rapporteur, "07.351.05.01")
	_, err = programmes.BeginCycle(ctx, s.coordinator, i18n.Text{Ar: "الدورة الأولى"}, "")
	s.must(err)
	for _, stage := range []programme.Stage{programme.Roadmap, programme.Evaluation} {
		_, err = programmes.OpenPhase(ctx, s.coordinator, programme.Phase{Cycle: 1, Stage: stage, OpensAt: db.Now().Add(-time.Hour), ClosesAt: db.Now().Add(time.Hour)}, "")
		s.must(err)
	}
	talks := consultation.NewService(db, programmes, pack)
	roads := roadmap.NewService(db, programmes, talks, prioritisation.NewService(db, talks), pack)
	s.objective, err = roads.SetObjective(ctx, s.coordinator, roadmap.Objective{Axis: "water", Title: i18n.Text{Ar: "تعميم الماء الصالح للشرب", Fr: "Eau pour tous"}}, "")
	s.must(err)
	s.service = evaluation.NewService(db, pack)
	h := &webevaluation.Handlers{Evaluation: s.service, Roadmap: roads, Programmes: programmes, Territory: pack}
	for _, route := range h.Routes() {
		for _, l := range i18n.Langs {
			s.mux.HandleFunc(route.Method+" /"+string(l)+route.Path, s.serve(l, route))
		}
	}
	s.mux.Handle("/static/", static.Handler())
	return s
}

func (s *site) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *site) serve(l i18n.Lang, route page.Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req := &page.Request{Actor: s.actor, Base: page.Base{Lang: l, Path: strings.TrimPrefix(r.URL.Path, "/"+string(l)), Now: s.db.Now(),
			Work:      strings.Contains(route.Path, "/work/"),
			Programme: &page.ProgrammeRef{ID: s.programme.ID, Slug: s.programme.Slug, Name: s.programme.Name, Territory: s.programme.Territory}}}
		if err := route.Handler(w, r.WithContext(page.With(r.Context(), req))); err != nil {
			f := &fault.Error{}
			if !errors.As(err, &f) {
				s.Errorf("%s: %v", r.URL.Path, err)
			}
			http.Error(w, f.Key, f.Kind.Status())
		}
	}
}

func (s *site) ask(as accounts.Actor, r *http.Request, status int) *httptest.ResponseRecorder {
	s.Helper()
	s.actor = as
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	if w.Code != status {
		s.Fatalf("%s %s: %d, want %d: %s", r.Method, r.URL.Path, w.Code, status, w.Body)
	}
	return w
}

// page is a sound page in a language, as text.
func (s *site) page(as accounts.Actor, l i18n.Lang, path string) string {
	s.Helper()
	w := s.ask(as, httptest.NewRequest(http.MethodGet, "/"+string(l)+"/p/marrakech"+path, nil), http.StatusOK)
	testkit.CheckHTML(s.T, string(l)+path, w.Body.Bytes())
	return plain(w.Body.String())
}

func (s *site) post(as accounts.Actor, path string, form url.Values, status int) *httptest.ResponseRecorder {
	s.Helper()
	r := httptest.NewRequest(http.MethodPost, "/fr/p/marrakech"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := s.ask(as, r, status)
	if status == http.StatusUnprocessableEntity {
		testkit.CheckHTML(s.T, path, w.Body.Bytes())
	}
	return w
}

func (s *site) says(what, text string, sentences ...string) {
	s.Helper()
	for _, sentence := range sentences {
		if !strings.Contains(text, sentence) {
			s.Errorf("%s does not say %q", what, sentence)
		}
	}
}

// plain is a page's text without its tags, with ordinary spaces.
func plain(html string) string {
	var b strings.Builder
	tag := false
	for _, r := range html {
		switch {
		case r == '<':
			tag = true
		case r == '>':
			tag = false
		case tag, r >= '\u2066' && r <= '\u2069':
		case r == '\u00a0':
			b.WriteRune(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// water is the form of an indicator that reads its baseline from the census.
func (s *site) water() url.Values {
	return url.Values{"once": {store.NewID()}, "title_ar": {"الماء الجاري بأولاد دليم"}, "title_fr": {"Eau courante à Ouled Dlim"}, "definition_ar": {"الأسر المتوفرة على الماء"},
		"unit_label_ar": {"في المائة من الأسر"}, "unit_label_fr": {"pour cent des ménages"}, "caution_fr": {"Ne dit rien de la qualité de l’eau."}, "level": {"outcome"}, "every_months": {"1"},
		"direction": {"up"}, "territory": {"07.351.03.11"}, "census_indicator": {"running_water"}, "decimals": {"0"}, "target": {"٩٨٫٩"}, "target_at": {"31/12/2030"}, "objectives": {s.objective}}
}

func (s *site) add() (path string) {
	s.Helper()
	location := s.post(s.coordinator, "/work/evaluation/indicators/new", s.water(), http.StatusSeeOther).Header().Get("Location")
	return strings.TrimPrefix(location, "/fr/p/marrakech")
}

func TestAnIndicatorFromFormToPublicPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		work := s.add()
		public := strings.TrimPrefix(work, "/work")
		s.ask(s.visitor, httptest.NewRequest(http.MethodGet, "/ar/p/marrakech"+public, nil), http.StatusNotFound)
		s.says("the empty list", s.page(s.visitor, i18n.Fr, "/evaluation"), "Aucun indicateur publié")

		s.post(s.coordinator, work+"/actual", url.Values{"at": {db.Now().AddDate(0, -3, 0).Format("02/01/2006")}, "value": {"92,1"}, "status": {"estimated"}, "source_fr": {"Registre du délégataire"}}, http.StatusSeeOther)
		s.post(s.coordinator, work+"/target", url.Values{"version": {"1"}, "target": {"97"}, "target_at": {"31/12/2031"}, "reason": {"La deuxième tranche est reportée d’un an."}}, http.StatusSeeOther)
		s.post(s.coordinator, work+"/release", url.Values{"version": {"2"}}, http.StatusSeeOther)

		for _, l := range i18n.Langs {
			s.page(s.visitor, l, "/evaluation")
			s.page(s.visitor, l, public)
			s.page(s.coordinator, l, "/work/evaluation/indicators")
			s.page(s.coordinator, l, work)
		}
		s.says("the list", s.page(s.visitor, i18n.Fr, "/evaluation"), "1 indicateur sur 1 s’est amélioré", "88,9", "92,1", "97,0", "Amélioration", "Non mis à jour depuis")
		s.says("the indicator", s.page(s.visitor, i18n.Fr, public), "Eau courante à Ouled Dlim : de 88,9 à 92,1", "40 % du chemin", "La deuxième tranche est reportée", "98,9",
			"Registre du délégataire", "Ne dit rien de la qualité", "Eau pour tous", "tous les mois", "Décrire", "Pas encore fait")
	})
}

// TestTheHeadlineCountsWhatMoved: a value that only stands where it stood has reached
// a target equal to it, and improved nothing. A rate of change has no bar from 0 to 100.
func TestTheHeadlineCountsWhatMoved(t *testing.T) {
	s := newSite(t, testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{}))
	bars := func() int {
		w := s.ask(s.visitor, httptest.NewRequest(http.MethodGet, "/fr/p/marrakech/evaluation", nil), http.StatusOK)
		return strings.Count(w.Body.String(), "<svg class=\"dumbbell")
	}
	add := func(unit, census, target, value string) {
		form := s.water()
		form.Set("territory", unit)
		form.Set("census_indicator", census)
		form.Set("target", target)
		location := s.post(s.coordinator, "/work/evaluation/indicators/new", form, http.StatusSeeOther).Header().Get("Location")
		work := strings.TrimPrefix(location, "/fr/p/marrakech")
		s.post(s.coordinator, work+"/actual", url.Values{"at": {s.now().AddDate(0, 0, -1).Format("02/01/2006")}, "value": {value}, "status": {"measured"}, "source_fr": {"Enquête"}}, http.StatusSeeOther)
		s.post(s.coordinator, work+"/release", url.Values{"version": {"1"}}, http.StatusSeeOther)
	}
	add("07.351.03.11", "running_water", "88,9", "88,9")
	s.says("the list", s.page(s.visitor, i18n.Fr, "/evaluation"), "0 indicateur sur 1")
	drawn := bars()
	add("07.351.03.03", "population_growth", "120", "110")
	if now := bars(); drawn == 0 || now != drawn {
		t.Errorf("%d bars, then %d with a rate of change", drawn, now)
	}
}

// TestNoCauseIsClaimed: the pages describe. They say what got better or worse by
// the indicator's direction, and never that the programme did it.
func TestNoCauseIsClaimed(t *testing.T) {
	s := newSite(t, testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{}))
	work := s.add()
	s.post(s.coordinator, work+"/actual", url.Values{"at": {s.now().AddDate(0, 0, -1).Format("02/01/2006")}, "value": {"80"}, "status": {"measured"}, "source_fr": {"Enquête"}}, http.StatusSeeOther)
	s.post(s.coordinator, work+"/release", url.Values{"version": {"1"}}, http.StatusSeeOther)
	text := s.page(s.visitor, i18n.Fr, strings.TrimPrefix(work, "/work"))
	s.says("a worse indicator", text, "de 88,9 à 80,0", "Dégradation")
	for _, word := range []string{"grâce", "a permis", "du chemin", "recul"} {
		if strings.Contains(text, word) {
			t.Errorf("the page says %q", word)
		}
	}
}

func (s *site) now() time.Time { return s.db.Now() }

func TestFormsComeBackWithTheirMessages(t *testing.T) {
	s := newSite(t, testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{}))
	wrong := s.water()
	for name, value := range map[string]string{"title_ar": "", "title_fr": "", "level": "", "target": "1.500", "target_at": "", "every_months": "x", "census_indicator": "road_distance", "territory": "07.351.01.07"} {
		wrong.Set(name, value)
	}
	body := plain(s.post(s.coordinator, "/work/evaluation/indicators/new", wrong, http.StatusUnprocessableEntity).Body.String())
	s.says("the form", body, "deux façons", "x »")
	wrong.Set("target", "98,9")
	wrong.Set("every_months", "1")
	body = plain(s.post(s.coordinator, "/work/evaluation/indicators/new", wrong, http.StatusUnprocessableEntity).Body.String())
	s.says("the form", body, "Le recensement n’a pas de valeur", "en arabe ou en français")

	work := s.add()
	for name, form := range map[string]url.Values{
		"value":   {"at": {"01/10/2026"}, "value": {"quatre"}, "status": {"measured"}, "source_fr": {"x"}},
		"future":  {"at": {"01/10/2099"}, "value": {"90"}, "status": {"measured"}, "source_fr": {"x"}},
		"missing": {"at": {s.now().Format("02/01/2006")}, "status": {"missing"}},
	} {
		body := s.post(s.coordinator, work+"/actual", form, http.StatusUnprocessableEntity).Body.String()
		if !strings.Contains(body, "field-error") && !strings.Contains(body, "summary") {
			t.Errorf("%s: no message", name)
		}
	}
	body = plain(s.post(s.coordinator, work+"/target", url.Values{"version": {"1"}, "target": {"10"}, "target_at": {"31/12/2030"}, "reason": {"Une cible moins bonne qu’avant."}}, http.StatusUnprocessableEntity).Body.String())
	s.says("a worse target", body, "moins bonne que la valeur de référence", "Une cible moins bonne qu’avant.")
}

// TestAFormThatComesBackKeepsItsVersion: what somebody else changed meanwhile is
// not overwritten by the second post of a form that had a mistake in it.
func TestAFormThatComesBackKeepsItsVersion(t *testing.T) {
	s := newSite(t, testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{}))
	work := s.add()
	form := url.Values{"version": {"1"}, "target": {"97"}, "target_at": {"31/12/2031"}, "reason": {"trop court"}, "once": {"mine"}}
	other := url.Values{"version": {"1"}, "target": {"96"}, "target_at": {"31/12/2032"}, "reason": {"La deuxième tranche est reportée d’un an."}, "once": {"theirs"}}
	s.post(s.coordinator, work+"/target", other, http.StatusSeeOther)
	again := s.post(s.coordinator, work+"/target", form, http.StatusUnprocessableEntity).Body.String()
	if !strings.Contains(again, `name="version" value="1"`) || strings.Contains(again, `name="version" value="2"`) {
		t.Error("the form comes back with the version of somebody else's change")
	}
	if fresh := s.post(s.coordinator, work+"/actual", url.Values{"status": {"measured"}}, http.StatusUnprocessableEntity).Body.String(); !strings.Contains(fresh, `name="version" value="2"`) {
		t.Error("the target's form beside a value with a mistake is not of what stands")
	}
}

func TestWordsMayBeEdited(t *testing.T) {
	s := newSite(t, testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{}))
	work := s.add()
	for _, l := range i18n.Langs {
		s.page(s.coordinator, l, work+"/edit")
		s.page(s.coordinator, l, "/work/evaluation/indicators/new")
	}
	form := s.water()
	form.Set("version", "1")
	form.Set("title_fr", "L’eau au robinet, Ouled Dlim")
	s.post(s.coordinator, work+"/edit", form, http.StatusSeeOther)
	s.says("the edited indicator", s.page(s.coordinator, i18n.Fr, work), "L’eau au robinet, Ouled Dlim")
	form.Set("once", store.NewID())
	s.post(s.coordinator, work+"/edit", form, http.StatusConflict) // the version has moved on
}

func TestWhoSeesAndDoesWhat(t *testing.T) {
	s := newSite(t, testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{}))
	work := s.add()
	get := func(path string) *http.Request {
		return httptest.NewRequest(http.MethodGet, "/fr/p/marrakech"+path, nil)
	}
	s.ask(s.visitor, get("/work/evaluation/indicators"), http.StatusUnauthorized)
	s.ask(s.authority, get("/work/evaluation/indicators/new"), http.StatusForbidden)
	s.ask(s.authority, get(work+"/edit"), http.StatusForbidden)
	s.ask(s.helper, get(work), http.StatusForbidden) // of another commune
	if text := s.page(s.helper, i18n.Fr, "/work/evaluation/indicators"); strings.Contains(text, "Eau courante") {
		t.Error("the list shows an internal indicator of another commune")
	}
	text := s.page(s.authority, i18n.Fr, work)
	s.says("the authority's page", text, "Enregistrer la valeur")
	if strings.Contains(text, "Modifier la cible") || strings.Contains(text, "Publier l’indicateur") {
		t.Error("an authority is offered what it may not do")
	}
	s.post(s.authority, work+"/actual", url.Values{"at": {s.now().Format("02/01/2006")}, "value": {"90"}, "status": {"measured"}, "source_fr": {"Registre"}}, http.StatusSeeOther)
	s.post(s.authority, work+"/release", url.Values{"version": {"1"}}, http.StatusForbidden)
}

func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is not short")
	}
	s := newSite(t, testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{}))
	work := s.add()
	s.post(s.coordinator, work+"/actual", url.Values{"at": {s.now().Format("02/01/2006")}, "value": {"92,1"}, "status": {"measured"}, "source_fr": {"Registre"}}, http.StatusSeeOther)
	s.post(s.coordinator, work+"/release", url.Values{"version": {"1"}}, http.StatusSeeOther)
	server := httptest.NewServer(s.mux)
	t.Cleanup(server.Close)
	s.actor = s.coordinator
	for _, path := range []string{"/evaluation", strings.TrimPrefix(work, "/work"), work, "/work/evaluation/indicators/new"} {
		for _, l := range []i18n.Lang{i18n.Ar, i18n.Fr} {
			t.Run(string(l)+path, func(t *testing.T) {
				p := browser.Open(t, server.URL+"/"+string(l)+"/p/marrakech"+path, 360, l)
				p.Check()
				p.Resize(1280)
				p.Check()
				p.CheckKeyboard()
			})
		}
	}
}
