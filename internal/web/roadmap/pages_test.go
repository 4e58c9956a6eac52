package roadmap_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/web/page"
	webroadmap "github.com/khettara/khettara/internal/web/roadmap"
)

// site serves the pages of the stage as the server does, without its middleware.
type site struct {
	*testing.T
	db                             *store.DB
	roads                          *roadmap.Service
	programme                      *programme.Programme
	mux                            *http.ServeMux
	actor                          accounts.Actor // who asks
	visitor, coordinator, governor accounts.Actor
	objective, body                string
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
	as := func(role accounts.Role) accounts.Actor {
		return accounts.Actor{Programme: s.programme.ID, Person: string(role), Grants: []accounts.Grant{{Role: role}}, Within: pack.Within}
	}
	s.visitor, s.coordinator, s.governor = accounts.Visitor(s.programme.ID), as(accounts.Coordinator), as(accounts.Governor)
	keys, err := accounts.LoadKeyring(t.TempDir())
	s.must(err)
	people := accounts.NewService(db, keys, pack.Within)
	s.body, err = people.CreateOrganisation(ctx, s.coordinator, accounts.OrganisationDraft{Key: "srm", Kind: "council", Name: i18n.Text{Ar: "الشركة الجهوية", Fr: "Société régionale"}})
	s.must(err)
	_, err = programmes.BeginCycle(ctx, s.coordinator, i18n.Text{Ar: "الدورة الأولى"}, "")
	s.must(err)
	_, err = programmes.OpenPhase(ctx, s.coordinator, programme.Phase{Cycle: 1, Stage: programme.Roadmap, OpensAt: db.Now().Add(-time.Hour), ClosesAt: db.Now().Add(time.Hour)}, "")
	s.must(err)
	talks := consultation.NewService(db, programmes, pack)
	votes := prioritisation.NewService(db, talks)
	s.roads = roadmap.NewService(db, programmes, talks, votes, pack)
	s.objective, err = s.roads.SetObjective(ctx, s.coordinator, roadmap.Objective{Axis: "water", Title: i18n.Text{Ar: "تعميم الماء الصالح للشرب", Fr: "Eau pour tous"}}, "")
	s.must(err)
	h := &webroadmap.Handlers{Roadmap: s.roads, Delivery: delivery.NewService(db, s.roads), Prioritisation: votes, Programmes: programmes, Accounts: people, Territory: pack}
	for _, route := range h.Routes() {
		if route.Raw {
			s.mux.HandleFunc(route.Method+" "+route.Path, s.serve(i18n.Ar, route))
			continue
		}
		for _, l := range i18n.Langs {
			s.mux.HandleFunc(route.Method+" /"+string(l)+route.Path, s.serve(l, route))
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

func (s *site) serve(l i18n.Lang, route page.Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req := &page.Request{Actor: s.actor, Base: page.Base{Lang: l, Path: strings.TrimPrefix(r.URL.Path, "/"+string(l)), Now: s.db.Now(),
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

// page is a sound page in a language.
func (s *site) page(as accounts.Actor, l i18n.Lang, path string) string {
	s.Helper()
	w := s.ask(as, httptest.NewRequest(http.MethodGet, "/"+string(l)+"/p/marrakech"+path, nil), http.StatusOK)
	testkit.CheckHTML(s.T, string(l)+path, w.Body.Bytes())
	return w.Body.String()
}

func (s *site) post(as accounts.Actor, path string, form url.Values, status int) string {
	s.Helper()
	r := httptest.NewRequest(http.MethodPost, "/fr/p/marrakech"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := s.ask(as, r, status)
	if status == http.StatusUnprocessableEntity {
		testkit.CheckHTML(s.T, path, w.Body.Bytes())
	}
	return w.Body.String()
}

func (s *site) says(what, body string, sentences ...string) {
	s.Helper()
	for _, sentence := range sentences {
		if !strings.Contains(body, sentence) {
			s.Errorf("%s does not say %q", what, sentence)
		}
	}
}

// sheet is a sound project of two communes.
func (s *site) sheet() roadmap.Project {
	return roadmap.Project{Cycle: 1, Objective: s.objective, Title: i18n.Text{Ar: "توسيع شبكة الماء", Fr: "Extension du réseau d’eau", En: "Water network"}, MOA: s.body,
		Entry: roadmap.Structuring, EntryReason: i18n.Text{Ar: "مشروع مهيكل", Fr: "Projet structurant", En: "Structuring"}, Cost: 6_000_000_00,
		Shares:        []roadmap.Share{{Unit: "07.351.03.11", Num: 1, Den: 3}, {Unit: "07.351.03.05", Num: 2, Den: 3}},
		Funding:       []roadmap.Funding{{Organisation: s.body, Year: 2027, Amount: 6_000_000_00}},
		Components:    []roadmap.Component{{Title: i18n.Text{Ar: "قنوات", Fr: "Conduites"}, Unit: i18n.Text{Ar: "كلم", Fr: "km"}, Quantity: 12_500, UnitCost: 300_000_00}},
		Beneficiaries: roadmap.Beneficiaries{Count: 1470, Households: 300, Who: i18n.Text{Ar: "الأسر", Fr: "Ménages", En: "Households"}},
		Milestones:    []roadmap.Milestone{{Code: "start", PlannedAt: s.db.Now()}, {Code: "accept", PlannedAt: s.db.Now().AddDate(0, 8, 0)}}}
}

// adopt freezes one project and returns the two numbers.
func (s *site) adopt(p roadmap.Project) (project string, version int) {
	s.Helper()
	project, err := s.roads.SaveProject(s.Context(), s.coordinator, p, "")
	s.must(err)
	version, err = s.roads.DraftVersion(s.Context(), s.coordinator, 1, i18n.Text{Ar: "خارطة الطريق 2027", Fr: "Feuille de route 2027"}, i18n.Text{Ar: "تقديم", Fr: "Préambule"}, "")
	s.must(err)
	s.must(s.roads.SetVersionProjects(s.Context(), s.coordinator, version, []string{project}, 1, ""))
	s.must(s.roads.AdoptVersion(s.Context(), s.governor, version, 2, ""))
	return project, version
}

func TestEveryoneReadsWhatWasAdopted(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		for _, l := range []i18n.Lang{i18n.Ar, i18n.Fr} {
			s.says("an empty roadmap", s.page(s.visitor, l, "/roadmap"), i18n.T(l, "roadmap.none_sentence"))
		}
		project, number := s.adopt(s.sheet())
		draft, err := s.roads.SaveProject(t.Context(), s.coordinator, s.sheet(), "")
		s.must(err)
		v, err := s.roads.VersionOf(t.Context(), s.programme.ID, number)
		s.must(err)
		at := "/roadmap/versions/" + strconv.Itoa(number)
		for _, l := range []i18n.Lang{i18n.Ar, i18n.Fr} {
			list := s.page(s.visitor, l, "/roadmap")
			s.says("the list", list, `id="`+s.objective+`"`, "/roadmap/projects/"+project, at+`"`, i18n.T(l, "roadmap.versions"))
			if strings.Contains(list, draft) {
				t.Errorf("%s: the list shows the internal sheet %s", l, draft)
			}
			s.says("the version", s.page(s.visitor, l, at), v.Hash, project, `href="/p/marrakech/roadmap-versions/1/content.json"`)
			// The log and the trace name the version by its number.
			s.says("the version by its number", s.page(s.visitor, l, "/roadmap/versions/"+programme.FormatNumber(programme.Version, int64(number))), v.Hash)
		}
		w := s.ask(s.visitor, httptest.NewRequest(http.MethodGet, "/p/marrakech/roadmap-versions/1/content.json", nil), http.StatusOK)
		if w.Header().Get("Content-Type") != "application/json" || !bytes.Equal(w.Body.Bytes(), v.Content) {
			t.Errorf("%s is not the frozen content: %s", w.Header().Get("Content-Type"), w.Body)
		}
		_, err = s.roads.DraftVersion(t.Context(), s.coordinator, 1, i18n.Text{Ar: "مسودة"}, i18n.Text{}, "")
		s.must(err)
		for _, path := range []string{"/fr/p/marrakech/roadmap/versions/2", "/p/marrakech/roadmap-versions/2/content.json", "/fr/p/marrakech/roadmap/versions/x"} {
			s.ask(s.coordinator, httptest.NewRequest(http.MethodGet, path, nil), http.StatusNotFound)
		}
	})
}

// typed reads back what a page's one form would post unchanged.
func typed(t testing.TB, body string) url.Values {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{}
	for n := range root.Descendants() {
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
		}
		name, in := at["name"], false
		for up := range n.Ancestors() {
			in = in || up.Data == "form"
		}
		_, checked := at["checked"]
		switch {
		case !in || name == "":
		case n.Data == "input" && (at["type"] == "radio" || at["type"] == "checkbox"):
			if checked {
				form.Add(name, at["value"])
			}
		case n.Data == "input":
			form.Add(name, at["value"])
		case n.Data == "textarea":
			if n.FirstChild != nil {
				form.Add(name, n.FirstChild.Data)
			}
		case n.Data == "select":
			for o := range n.Descendants() {
				for _, a := range o.Attr {
					if a.Key == "selected" {
						for _, v := range o.Attr {
							if v.Key == "value" {
								form.Add(name, v.Val)
							}
						}
					}
				}
			}
		}
	}
	return form
}

// TestASheetSavedUnchangedStaysTheSame opens both forms and posts them as they are.
func TestASheetSavedUnchangedStaysTheSame(t *testing.T) {
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		for name, change := range map[string]func(p *roadmap.Project, body string){
			"plain": func(*roadmap.Project, string) {},
			"all communes": func(p *roadmap.Project, _ string) {
				p.Shares = nil
				for _, u := range pack.Communes("07.351") {
					p.Shares = append(p.Shares, roadmap.Share{Unit: u.Code, Num: 1, Den: 15})
				}
			},
			"a metre": func(p *roadmap.Project, _ string) { p.Components[0].Quantity = 12_125 },
			"a component in one language": func(p *roadmap.Project, _ string) {
				p.Components[0].Title, p.Components[0].Unit = i18n.Text{Fr: "Pompes", En: "Pumps"}, i18n.Text{Ar: "مضخة"}
			},
			"nothing but its words": func(p *roadmap.Project, _ string) {
				p.Cost, p.Components, p.Funding, p.Shares, p.Milestones, p.Beneficiaries = 0, nil, nil, nil, nil, roadmap.Beneficiaries{}
			},
			"nine lines of funding": func(p *roadmap.Project, body string) {
				p.Funding = nil
				for i := range 9 {
					p.Funding = append(p.Funding, roadmap.Funding{Organisation: body, Year: 2027 + i, Amount: p.Cost / 9})
				}
				p.Cost = p.Cost / 9 * 9
			},
			"six components": func(p *roadmap.Project, _ string) {
				for len(p.Components) < 6 {
					p.Components = append(p.Components, p.Components[0])
				}
			},
		} {
			t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
				s.T = t
				p := s.sheet()
				change(&p, s.body)
				number, err := s.roads.SaveProject(t.Context(), s.coordinator, p, "")
				s.must(err)
				before, err := s.roads.Project(t.Context(), s.programme.ID, number)
				s.must(err)
				for _, part := range []string{"/edit", "/money"} {
					path := "/work/roadmap/projects/" + number + part
					if part == "/money" && before.Cost == 0 {
						continue // an empty page is for nothing to send
					}
					s.page(s.coordinator, i18n.Ar, path)
					form := typed(t, s.page(s.coordinator, i18n.Fr, path))
					if n := fields(form); n > 99 { // and the button that adds rows
						t.Errorf("%s sends %d fields, more than a form may hold", part, n)
					}
					s.post(s.coordinator, path, form, http.StatusSeeOther)
				}
				after, err := s.roads.Project(t.Context(), s.programme.ID, number)
				s.must(err)
				before.Version = after.Version
				if !reflect.DeepEqual(before, after) {
					t.Errorf("was %#v, is %#v", before, after)
				}
			})
		}
	})
}

func TestEnglishStaysWithItsWords(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		p := s.sheet()
		p.Components = []roadmap.Component{
			{Title: i18n.Text{Fr: "Conduites", En: "Pipes"}, Unit: i18n.Text{Fr: "km", En: "kilometres"}, Quantity: 10_000, UnitCost: 300_000_00},
			{Title: i18n.Text{Fr: "Pompes", En: "Pumps"}, Unit: i18n.Text{Fr: "pompe", En: "pump"}, Quantity: 3_000, UnitCost: 1_000_000_00}}
		number, err := s.roads.SaveProject(t.Context(), s.coordinator, p, "")
		s.must(err)
		path := "/work/roadmap/projects/" + number + "/money"
		form := typed(t, s.page(s.coordinator, i18n.Fr, path))
		for _, name := range []string{"part_fr", "measure_fr", "quantity", "unit_cost"} { // the second row first, another component after it
			form.Set(name+"_1", form.Get(name+"_2"))
		}
		form.Set("part_fr_2", "Forage")
		s.post(s.coordinator, path, form, http.StatusSeeOther)
		after, err := s.roads.Project(t.Context(), s.programme.ID, number)
		s.must(err)
		for i, want := range []string{"Pumps", ""} {
			if got := after.Components[i].Title.En; got != want {
				t.Errorf("%s is %q in English, want %q", after.Components[i].Title.Fr, got, want)
			}
		}
		if got := after.Components[0].Unit.En; got != "pump" {
			t.Errorf("the unit is %q in English", got)
		}
	})
}

// TestAnEmptiedRowIsTakenOutUntilReportsGoByIt: quantities are reported by place.
func TestAnEmptiedRowIsTakenOutUntilReportsGoByIt(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		p := s.sheet()
		p.Components = append(p.Components, roadmap.Component{Title: i18n.Text{Fr: "Pompes"}, Quantity: 2000, UnitCost: 1_000_00}, roadmap.Component{Title: i18n.Text{Fr: "Forage"}, Quantity: 1000, UnitCost: 1_000_00})
		empty := func(number string, status int) string {
			path := "/work/roadmap/projects/" + number + "/money"
			form := typed(t, s.page(s.coordinator, i18n.Fr, path))
			for _, name := range []string{"part_ar_1", "part_fr_1", "measure_ar_1", "measure_fr_1", "quantity_1", "unit_cost_1"} {
				form.Set(name, "")
			}
			form.Set("part_fr_4", "Clôture") // one more, so that their number is the same
			form.Set("quantity_4", "1")
			form.Set("rows_part_ar", "4")
			return s.post(s.coordinator, path, form, status)
		}
		draft, err := s.roads.SaveProject(t.Context(), s.coordinator, p, "")
		s.must(err)
		empty(draft, http.StatusSeeOther)
		after, err := s.roads.Project(t.Context(), s.programme.ID, draft)
		s.must(err)
		if len(after.Components) != 3 || after.Components[0].Title.Fr != "Pompes" {
			t.Errorf("a draft without its first component has %+v", after.Components)
		}
		adopted, _ := s.adopt(p)
		s.says("an adopted project without its first component", empty(adopted, http.StatusUnprocessableEntity), i18n.T(i18n.Fr, "roadmap.error.component"))
	})
}

func TestAShareIsKeptAsTyped(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		number, err := s.roads.SaveProject(t.Context(), s.coordinator, s.sheet(), "")
		s.must(err)
		path := "/work/roadmap/projects/" + number + "/edit"
		form := typed(t, s.page(s.coordinator, i18n.Fr, path))
		form.Set("share_1", "0,33333333")
		form.Set("share_2", "0,66666667")
		s.says("more decimals than are kept", s.post(s.coordinator, path, form, http.StatusUnprocessableEntity), "0,33333333")
		form.Set("share_1", "12,5 %")
		form.Set("share_2", "0.875")
		s.post(s.coordinator, path, form, http.StatusSeeOther)
		after, err := s.roads.Project(t.Context(), s.programme.ID, number)
		s.must(err)
		for _, share := range after.Shares {
			if share.Den != 8 || share.Num != 1 && share.Num != 7 {
				t.Errorf("%d/%d of %s", share.Num, share.Den, share.Unit)
			}
		}
	})
}

func fields(form url.Values) (n int) {
	for _, list := range form {
		n += len(list)
	}
	return n
}

func TestTheStaffsPages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		s.adopt(s.sheet())
		_, err := s.roads.DraftVersion(t.Context(), s.coordinator, 1, i18n.Text{Fr: "Version 2"}, i18n.Text{}, "")
		s.must(err)
		for _, l := range i18n.Langs {
			for _, path := range []string{"", "/objectives/new", "/objectives/" + s.objective, "/projects/new", "/versions/2"} {
				s.page(s.coordinator, l, "/work/roadmap"+path)
			}
			s.page(s.governor, l, "/work/roadmap")
		}
		s.ask(s.visitor, httptest.NewRequest(http.MethodGet, "/fr/p/marrakech/work/roadmap", nil), http.StatusUnauthorized)
		for _, path := range []string{"/objectives/new", "/projects/new"} {
			s.ask(s.governor, httptest.NewRequest(http.MethodGet, "/fr/p/marrakech/work/roadmap"+path, nil), http.StatusForbidden)
		}
		body := s.post(s.coordinator, "/work/roadmap", url.Values{"preamble_fr": {"Préambule gardé"}}, http.StatusUnprocessableEntity)
		s.says("the draft that was refused", body, "Préambule gardé")
		s.post(s.coordinator, "/work/roadmap/objectives/"+s.objective, url.Values{"axis": {"social"}, "title_fr": {"L’école proche"}, "version": {"1"}}, http.StatusSeeOther)
		s.says("the work page", s.page(s.coordinator, i18n.Fr, "/work/roadmap"), "L’école proche")
		s.post(s.coordinator, "/work/roadmap/objectives/"+s.objective, url.Values{"axis": {"water"}, "title_fr": {"Autre"}, "version": {"1"}}, http.StatusConflict)
	})
}

func TestASheetIsWrittenOnTwoPages(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		form := url.Values{"title_fr": {"Titre gardé"}, "objective": {s.objective}, "moa": {s.body}, "entry": {"structuring"}, "rows_unit": {"2"},
			"unit_1": {"07.351.03.11"}, "share_1": {"60 %"}, "unit_2": {"07.351.03.05"}, "share_2": {"2/3"}, "m_accept": {"30 juin 2028"}, "once": {"a"}}
		body := s.post(s.coordinator, "/work/roadmap/projects/new", form, http.StatusUnprocessableEntity)
		s.says("the sheet that was refused", body, "Titre gardé", `value="60 %"`, `value="2/3"`, `href="#f-entry_reason_ar"`, i18n.T(i18n.Fr, "roadmap.error.shares"))
		form.Set("more", "unit")
		s.says("the sheet with more rows", s.post(s.coordinator, "/work/roadmap/projects/new", form, http.StatusOK), `name="share_4"`, "Titre gardé", `value="2/3"`)
		form.Del("more")
		form.Set("share_2", "0,4")
		form.Set("entry_reason_fr", "Projet structurant")
		form.Set("once", "b")
		s.post(s.coordinator, "/work/roadmap/projects/new", form, http.StatusSeeOther)
		list, err := s.roads.Projects(t.Context(), s.programme.ID)
		s.must(err)
		if len(list) != 1 || !reflect.DeepEqual(list[0].Shares, []roadmap.Share{{Unit: "07.351.03.05", Num: 2, Den: 5}, {Unit: "07.351.03.11", Num: 3, Den: 5}}) {
			t.Fatalf("saved %+v", list)
		}
		path := "/work/roadmap/projects/" + list[0].Number + "/money"
		s.says("the money page", s.page(s.coordinator, i18n.Fr, path), i18n.T(i18n.Fr, "roadmap.gap.cost"))
		form = url.Values{"cost": {"1 000"}, "first_year": {"2027"}, "years": {"4"}, "rows_part_ar": {"2"}, "rows_org": {"1"}, "part_fr_1": {"Pompes"}, "quantity_1": {"2,5"},
			"unit_cost_1": {"400"}, "org_1": {s.body}, "amount_1_2027": {"600"}, "amount_1_2028": {"300"}, "version": {"1"}, "once": {"c"}}
		body = s.post(s.coordinator, path, form, http.StatusUnprocessableEntity)
		s.says("the money that was refused", body, "Pompes", `value="300"`, "Les contributions font")
		form.Set("amount_1_2028", "400")
		form.Set("once", "d")
		s.post(s.coordinator, path, form, http.StatusSeeOther)
		p, err := s.roads.Project(t.Context(), s.programme.ID, list[0].Number)
		s.must(err)
		if p.Cost != 1_000_00 || len(p.Gaps()) != 0 || len(p.Shares) != 2 || p.Components[0].Quantity != 2500 || !reflect.DeepEqual(p.Funding,
			[]roadmap.Funding{{Organisation: s.body, Year: 2027, Amount: 600_00}, {Organisation: s.body, Year: 2028, Amount: 400_00}}) {
			t.Errorf("saved %+v", p)
		}
		form.Set("once", "e")
		s.post(s.coordinator, path, form, http.StatusConflict)
	})
}

// TestALateSheetKeepsWhatWasTyped: of two who save the same sheet, the second
// reads that somebody was first, with their own words still in the form.
func TestALateSheetKeepsWhatWasTyped(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		number, err := s.roads.SaveProject(t.Context(), s.coordinator, s.sheet(), "")
		s.must(err)
		path := "/work/roadmap/projects/" + number + "/edit"
		first, second := typed(t, s.page(s.coordinator, i18n.Fr, path)), typed(t, s.page(s.coordinator, i18n.Fr, path))
		first.Set("title_fr", "Le premier")
		second.Set("title_fr", "Le second")
		s.post(s.coordinator, path, first, http.StatusSeeOther)
		late := s.post(s.coordinator, path, second, http.StatusConflict)
		s.says("the late sheet", late, "Le second", i18n.T(i18n.Fr, "error.kept_conflict"))
		s.post(s.coordinator, path, typed(t, late), http.StatusSeeOther)
		p, err := s.roads.Project(t.Context(), s.programme.ID, number)
		s.must(err)
		if p.Title.Fr != "Le second" {
			t.Errorf("after the second decision the title is %q", p.Title.Fr)
		}
	})
}

func TestTheSignatoryAdoptsWhatIsShown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		project, _ := s.adopt(s.sheet())
		number, err := s.roads.DraftVersion(t.Context(), s.coordinator, 1, i18n.Text{Fr: "Version 2"}, i18n.Text{}, "")
		s.must(err)
		path := "/work/roadmap/versions/" + strconv.Itoa(number)
		added, err := s.roads.SaveProject(t.Context(), s.coordinator, s.sheet(), "")
		s.must(err)
		s.post(s.coordinator, path+"/projects", url.Values{"projects": {project, added}, "version": {"1"}}, http.StatusSeeOther)
		shown := s.page(s.governor, i18n.Fr, path)
		s.says("the draft", shown, added, i18n.T(i18n.Fr, "roadmap.change.added"), `name="hash"`)
		form := typed(t, shown)
		p, err := s.roads.Project(t.Context(), s.programme.ID, added)
		s.must(err)
		p.Summary.Fr = "Un mot de plus"
		_, err = s.roads.SaveProject(t.Context(), s.coordinator, p, "")
		s.must(err)
		refusal := s.post(s.governor, path+"/adopt", form, http.StatusConflict)
		s.says("the refusal", refusal, i18n.T(i18n.Fr, "roadmap.error.moved"))
		form = typed(t, refusal)
		for range 2 { // a doubled click
			s.post(s.governor, path+"/adopt", form, http.StatusSeeOther)
		}
		s.says("the version", s.page(s.visitor, i18n.Fr, "/roadmap/versions/2"), form.Get("hash"), added, "Un mot de plus", "30", "Conduites")
		s.ask(s.governor, httptest.NewRequest(http.MethodGet, "/fr/p/marrakech"+path, nil), http.StatusSeeOther)
	})
}
