package territory_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
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
	"github.com/khettara/khettara/internal/testkit/browser"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/static"
	webterritory "github.com/khettara/khettara/internal/web/territory"
)

// site serves the package's routes in the frame that the server would give them.
type site struct {
	mux        *http.ServeMux
	programmes *programme.Service
}

func newSite(t testing.TB) *site {
	t.Helper()
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
	s := &site{http.NewServeMux(), programme.NewService(db)}
	h := &webterritory.Handlers{Territory: pack, Programmes: s.programmes}
	for _, r := range h.Routes() {
		for _, l := range i18n.Langs {
			s.mux.HandleFunc(r.Method+" /"+string(l)+r.Path, func(w http.ResponseWriter, req *http.Request) { s.serve(w, req, l, r.Handler) })
		}
	}
	s.mux.Handle("/static/", static.Handler())
	return s
}

var now = time.Date(2026, 11, 26, 9, 0, 0, 0, i18n.Zone)

func (s *site) serve(w http.ResponseWriter, r *http.Request, l i18n.Lang, h page.Handler) {
	path := strings.TrimPrefix(r.URL.Path, "/"+string(l))
	if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	q := &page.Request{Base: page.Base{Lang: l, Path: path, Now: now, Demo: true}}
	if slug := r.PathValue("slug"); slug != "" {
		q.Base.Programme = &page.ProgrammeRef{Slug: slug, Territory: "07.351", Name: i18n.Text{Ar: "عمالة مراكش", Fr: "Préfecture de Marrakech"}}
		for i, st := range programme.Stages {
			q.Base.Line = append(q.Base.Line, page.LineStage{Stage: string(st), State: []page.StageState{page.Past, page.Past, page.Past, page.Now, page.Later, page.Later, page.Later}[i]})
		}
	}
	if err := h(w, r.WithContext(page.With(r.Context(), q))); err != nil {
		http.Error(w, err.Error(), fault.KindOf(err).Status())
	}
}

func (s *site) get(t testing.TB, path string) *httptest.ResponseRecorder {
	t.Helper()
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// found creates a programme, so that a tracking number has somewhere to lead.
func (s *site) found(t testing.TB, slug string) {
	t.Helper()
	_, err := s.programmes.Create(t.Context(), accounts.Actor{Person: "admin", Admin: true},
		programme.Foundation{Slug: slug, Territory: "07.351", PackVersion: "1", Name: i18n.Text{Ar: slug}})
	if err != nil {
		t.Fatal(err)
	}
}

var paths = []string{
	"/territory/00", "/territory/07", "/territory/07.351", "/territory/07.351.01.0", "/territory/07.351.03", "/territory/07.351.03.03",
	"/territory/07.351?indicator=unemployment&view=change", "/territory/07.351?indicator=running_water", "/territory/07.351?indicator=road_distance&view=change",
	"/territory/07.351?indicator=age_under_15&view=change", "/territory/07.351?indicator=age_60_plus",
	"/p/marrakech/territory", "/p/marrakech/territory/units/07.351.01.07", "/p/marrakech/territory/units/07.351.03.11",
	"/search", "/p/marrakech/search", "/search?q=saada", "/search?q=zzzz", "/p/marrakech/search?q=P-0142-7",
}

func TestPagesAreSound(t *testing.T) {
	s := newSite(t)
	for _, l := range i18n.Langs {
		for _, path := range paths {
			w := s.get(t, "/"+string(l)+path)
			if w.Code != http.StatusOK {
				t.Errorf("%s %s: %d %s", l, path, w.Code, w.Body)
				continue
			}
			testkit.CheckHTML(t, string(l)+" "+path, w.Body.Bytes())
		}
	}
}

func TestWherePagesAreNot(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/ar/territory/07.351.99", "/ar/p/marrakech/territory/units/07", "/ar/territory/x/indicators.csv"} {
		if w := s.get(t, path); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// TestFiguresOfACommune holds the page to the published figures of Harbil.
func TestFiguresOfACommune(t *testing.T) {
	body := plain(newSite(t).get(t, "/fr/territory/07.351.03.03").Body.String())
	for _, want := range []string{
		"Harbil a doublé en dix ans", "51 860 habitants en 2014", "104 195", "+100,9 %", "La plus forte croissance des 15 communes",
		"84,6", "49,4", "Préfecture de Marrakech, 2024", "82,2", "2–11 sur 15", "marge d’erreur", "Population légale 2024", "105 790",
		"Haut-Commissariat au Plan", "Sans le chômage", "07.351.03.03",
	} {
		if !strings.Contains(strings.ToLower(body), strings.ToLower(want)) {
			t.Errorf("the page of Harbil does not say %q", want)
		}
	}
	if n := strings.Count(body, "105 790"); n != 1 {
		t.Errorf("the legal population stands %d times on the page", n)
	}
}

// TestTheIndexStandsUnderWhatSumsToIt: the shares above it are percents of people.
func TestTheIndexStandsUnderWhatSumsToIt(t *testing.T) {
	s := newSite(t)
	rows := regexp.MustCompile(`(?s)<tfoot>.*?</tfoot>`).FindAllString(s.get(t, "/fr/territory/07.351.03.03").Body.String(), -1)
	figure, told := regexp.MustCompile(`>0,[0-9]{3}<`), 0
	for _, row := range rows {
		if strings.Contains(row, i18n.T(i18n.Fr, "common.total")) {
			if told++; len(figure.FindAllString(row, -1)) != 1 {
				t.Errorf("the total row: %s", row)
			}
		}
	}
	if told != 1 {
		t.Errorf("%d tables have a total", told)
	}
}

// TestBothCountsOfAPrefectureHaveTheirForms in Arabic: fifteen communes, and units on the map.
func TestBothCountsOfAPrefectureHaveTheirForms(t *testing.T) {
	body := plain(newSite(t).get(t, "/ar/territory/07.351").Body.String())
	if !strings.Contains(body, "وحدة على الخريطة") {
		t.Error("the lead does not count the units of the map")
	}
	for n, want := range map[int]string{1: "وحدة واحدة", 2: "وحدتان", 3: "وحدات", 11: "وحدة", 100: "وحدة"} {
		if got := i18n.T(i18n.Ar, "territory.lead.map_units", "n", n); !strings.Contains(got, want+" على") {
			t.Errorf("%d: %s", n, got)
		}
	}
}

// TestNothingForbiddenIsSaid: the deprivation index is not a poverty rate, and
// nothing on these pages is the effect of something else.
func TestNothingForbiddenIsSaid(t *testing.T) {
	s := newSite(t)
	for _, path := range paths {
		text := plain(s.get(t, "/fr"+path).Body.String())
		for _, word := range []string{"pauvres", "grâce à", "a réduit", "impact", "frontière"} {
			if strings.Contains(text, word) {
				t.Errorf("%s says %q", path, word)
			}
		}
	}
}

func TestTheMapHasAllLeafUnits(t *testing.T) {
	s := newSite(t)
	body := s.get(t, "/ar/territory/07.351?indicator=running_water").Body.Bytes()
	// 19 on the map and, drawn anew, the six of the enlarged city.
	if n := bytes.Count(body, []byte(`fill-rule="evenodd"`)); n != 25 {
		t.Errorf("%d shapes, want 25", n)
	}
	text := plain(string(body))
	if !strings.Contains(text, "88,9% في أولاد دليم") {
		t.Error("the finding does not name the unit with the least water")
	}
	road := plain(s.get(t, "/ar/territory/07.351?indicator=road_distance").Body.String())
	if !strings.Contains(road, "لا معطيات") {
		t.Error("arrondissements have no rural road distance, and the map does not say so")
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
		case tag, r >= '\u2066' && r <= '\u2069': // isolates are not read
		case r == '\u00a0':
			b.WriteRune(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

func TestSearchOpensWhatWasTyped(t *testing.T) {
	s := newSite(t)
	for query, want := range map[string]string{
		"P-0142-8":   "/ar/p/marrakech/consultation/proposals/P-0142-8",
		"p 01428":    "/ar/p/marrakech/consultation/proposals/P-0142-8",
		"PR-0001-3":  "/ar/p/marrakech/roadmap/projects/PR-0001-3",
		"C-0001-3":   "/ar/p/marrakech/trace/C-0001-3",
		"I-0001-3":   "/ar/p/marrakech/evaluation/indicators/I-0001-3",
		"حربيل":      "/ar/p/marrakech/territory/units/07.351.03.03",
		"07.351":     "/ar/p/marrakech/territory",
		"٠٧.٣٥١.٠٣":  "/ar/p/marrakech/territory/units/07.351.03",
		"Oulad Dlim": "/ar/p/marrakech/territory/units/07.351.03.11",
	} {
		w := s.get(t, "/ar/p/marrakech/search?q="+escape(query))
		if w.Code != http.StatusSeeOther || w.Header().Get("Location") != want {
			t.Errorf("%q: %d %s, want %s", query, w.Code, w.Header().Get("Location"), want)
		}
	}
	// A region lies outside the programme and is found outside it only.
	if w := s.get(t, "/ar/p/marrakech/search?q="+escape("جهة مراكش")); w.Code != http.StatusOK {
		t.Errorf("a region inside a programme: %d", w.Code)
	}
	if w := s.get(t, "/ar/search?q="+escape("جهة مراكش")); w.Header().Get("Location") != "/ar/territory/07" {
		t.Errorf("a region: %d %s", w.Code, w.Header().Get("Location"))
	}
	// A slip of the pen is told apart from a word.
	if body := plain(s.get(t, "/ar/search?q=P-0142-7").Body.String()); !strings.Contains(body, "راجعوا أرقامه") {
		t.Error("a number with a wrong check digit is not said to be one")
	}
}

func TestANumberOutsideItsProgramme(t *testing.T) {
	s := newSite(t)
	s.found(t, "marrakech")
	if w := s.get(t, "/fr/search?q=P-0142-8"); w.Header().Get("Location") != "/fr/p/marrakech/consultation/proposals/P-0142-8" {
		t.Errorf("with one programme: %d %s", w.Code, w.Header().Get("Location"))
	}
	s.found(t, "haouz")
	body := s.get(t, "/fr/search?q=P-0142-8").Body.String()
	for _, want := range []string{`/fr/p/haouz/search?q=P-0142-8`, `/fr/p/marrakech/search?q=P-0142-8`} {
		if !strings.Contains(body, want) {
			t.Errorf("with two programmes, no link %s", want)
		}
	}
}

func TestCSV(t *testing.T) {
	w := newSite(t).get(t, "/fr/territory/07.351/indicators.csv")
	body := w.Body.String()
	if got := w.Header().Get("Content-Type"); got != "text/csv; charset=utf-8" {
		t.Errorf("type %s", got)
	}
	if n := strings.Count(body, ",running_water,"); n != 20 {
		t.Errorf("%d rows of running water, want the prefecture's and 19", n)
	}
	for _, want := range []string{"07.351.03.03,commune,حربيل,Harbil,population,", ",51860,104195,", "Haut-Commissariat"} {
		if !strings.Contains(body, want) {
			t.Errorf("the table lacks %q", want)
		}
	}
}

func escape(s string) string {
	return strings.NewReplacer(" ", "+").Replace(s)
}

func TestPagesInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is not short")
	}
	server := httptest.NewServer(newSite(t).mux)
	t.Cleanup(server.Close)
	for _, path := range []string{"/p/marrakech/territory", "/p/marrakech/territory/units/07.351.03.03", "/p/marrakech/territory?indicator=unemployment&view=change", "/search?q=saada"} {
		for _, l := range []i18n.Lang{i18n.Ar, i18n.Fr} {
			t.Run(string(l)+path, func(t *testing.T) {
				p := browser.Open(t, server.URL+"/"+string(l)+path, 360, l)
				p.Check()
				p.Resize(1280)
				p.Check()
				p.CheckKeyboard()
			})
		}
	}
}
