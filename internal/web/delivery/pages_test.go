package delivery_test

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
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	webdelivery "github.com/khettara/khettara/internal/web/delivery"
	"github.com/khettara/khettara/internal/web/page"
)

// site serves the pages of a programme with an adopted project and one in draft.
type site struct {
	t              *testing.T
	db             *store.DB
	mux            *http.ServeMux
	roads          *roadmap.Service
	project, draft string
	actor          accounts.Actor // who asks
	visitor, coordinator, engineer,
	council accounts.Actor
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	ctx, s := t.Context(), &site{t: t, db: db, mux: http.NewServeMux()}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pack, err := territory.Load()
	must(err)
	programmes := programme.NewService(db)
	p, err := programmes.Create(ctx, accounts.Actor{Person: "admin", Admin: true}, programme.Foundation{Slug: "marrakech", Territory: "07.351", PackVersion: pack.Version(), Name: i18n.Text{Ar: "عمالة مراكش"}})
	must(err)
	as := func(person string, g accounts.Grant) accounts.Actor {
		return accounts.Actor{Programme: p.ID, Person: person, Grants: []accounts.Grant{g}, Within: pack.Within}
	}
	s.visitor, s.coordinator = accounts.Visitor(p.ID), as("coordinator", accounts.Grant{Role: accounts.Coordinator})
	keys, err := accounts.LoadKeyring(t.TempDir())
	must(err)
	people := accounts.NewService(db, keys, pack.Within)
	organisation := map[string]string{}
	for _, key := range []string{"commune", "srm", "council"} {
		organisation[key], err = people.CreateOrganisation(ctx, s.coordinator, accounts.OrganisationDraft{Key: key, Kind: "council", Name: i18n.Text{Ar: "مؤسسة " + key, Fr: "Organisme " + key}})
		must(err)
	}
	s.engineer = as("engineer", accounts.Grant{Role: accounts.ContractingAuthority, Organisation: organisation["commune"]})
	s.council = as("council", accounts.Grant{Role: accounts.ContractingAuthority, Organisation: organisation["council"]})
	_, err = programmes.BeginCycle(ctx, s.coordinator, i18n.Text{Ar: "الدورة الأولى"}, "")
	must(err)
	for _, stage := range []programme.Stage{programme.Roadmap, programme.Delivery} {
		_, err = programmes.OpenPhase(ctx, s.coordinator, programme.Phase{Cycle: 1, Stage: stage, OpensAt: db.Now().Add(-time.Hour), ClosesAt: db.Now().Add(time.Hour)}, "")
		must(err)
	}
	talks := consultation.NewService(db, programmes, pack)
	roads := roadmap.NewService(db, programmes, talks, prioritisation.NewService(db, talks), pack)
	s.roads = roads
	objective, err := roads.SetObjective(ctx, s.coordinator, roadmap.Objective{Axis: "water", Title: i18n.Text{Ar: "تعميم الماء الصالح للشرب", Fr: "Eau pour tous"}}, "")
	must(err)
	for _, number := range []*string{&s.project, &s.draft} {
		*number, err = roads.SaveProject(ctx, s.coordinator, sheet(db, objective, organisation), "")
		must(err)
	}
	n, err := roads.DraftVersion(ctx, s.coordinator, 1, i18n.Text{Ar: "خارطة الطريق"}, i18n.Text{Ar: "تضم هذه النسخة مشروعا واحدا"}, "")
	must(err)
	must(roads.SetVersionProjects(ctx, s.coordinator, n, []string{s.project}, 1, ""))
	must(roads.AdoptVersion(ctx, as("governor", accounts.Grant{Role: accounts.Governor}), n, 2, ""))
	h := &webdelivery.Handlers{Delivery: delivery.NewService(db, roads), Roadmap: roads, Programmes: programmes, Accounts: people, Territory: pack}
	s.serve(h, p)
	return s
}

func sheet(db *store.DB, objective string, organisation map[string]string) roadmap.Project {
	now := db.Now()
	return roadmap.Project{Cycle: 1, Objective: objective, Axis: "water",
		Title:   i18n.Text{Ar: "توسيع شبكة الماء بأولاد دليم", Fr: "Extension du réseau d’eau"},
		Summary: i18n.Text{Ar: "تمديد القنوات وربط أربعمائة أسرة بالشبكة", Fr: "Conduites et branchements pour quatre cents ménages"},
		MOA:     organisation["commune"], MOD: organisation["srm"], Entry: roadmap.ByCommittee,
		EntryReason: i18n.Text{Ar: "أضافته لجنة القيادة بتعليل منشور للعموم", Fr: "Ajouté par le comité, motif publié"},
		Components: []roadmap.Component{
			{Title: i18n.Text{Ar: "قنوات", Fr: "Conduites"}, Unit: i18n.Text{Ar: "كلم", Fr: "km"}, Quantity: 12_000, UnitCost: 300_000_00},
			{Title: i18n.Text{Ar: "ربط", Fr: "Branchements"}, Unit: i18n.Text{Ar: "ربط", Fr: "unité"}, Quantity: 400_000, UnitCost: 6_000_00}},
		Cost: 6_000_000_00, Shares: []roadmap.Share{{Unit: "07.351.03.11", Num: 3, Den: 4}, {Unit: "07.351.03.05", Num: 1, Den: 4}},
		Funding: []roadmap.Funding{{Organisation: organisation["council"], Year: now.Year(), Amount: 4_000_000_00},
			{Organisation: organisation["commune"], Year: now.Year() + 1, Amount: 2_000_000_00}},
		Beneficiaries: roadmap.Beneficiaries{Count: 1470, Households: 300, Who: i18n.Text{Ar: "الأسر غير المرتبطة", Fr: "Ménages non raccordés"}},
		Milestones: []roadmap.Milestone{{Code: "start", PlannedAt: now.AddDate(0, 0, -30)}, {Code: "half", PlannedAt: now.AddDate(0, 0, 20)},
			{Code: "accept", PlannedAt: now.AddDate(0, 0, 60)}}}
}

func (s *site) serve(h *webdelivery.Handlers, p *programme.Programme) {
	for _, l := range []i18n.Lang{i18n.Ar, i18n.Fr} {
		for _, route := range h.Routes() {
			s.mux.HandleFunc(route.Method+" /"+string(l)+route.Path, func(w http.ResponseWriter, r *http.Request) {
				req := &page.Request{Actor: s.actor, Base: page.Base{Lang: l, Path: strings.TrimPrefix(r.URL.Path, "/"+string(l)), Now: s.db.Now(),
					Programme: &page.ProgrammeRef{ID: p.ID, Slug: p.Slug, Name: p.Name, Territory: p.Territory}}}
				if err := route.Handler(w, r.WithContext(page.With(r.Context(), req))); err != nil {
					f := &fault.Error{}
					if !errors.As(err, &f) {
						s.t.Error(err)
					}
					http.Error(w, f.Key, f.Kind.Status())
				}
			})
		}
	}
}

// get asks for a page in both languages, checks its HTML and returns the Arabic one.
func (s *site) get(as accounts.Actor, path string, status int) string {
	s.t.Helper()
	s.actor = as
	var first string
	for _, l := range []string{"ar", "fr"} {
		w := httptest.NewRecorder()
		s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+l+"/p/marrakech"+path, nil))
		if w.Code != status {
			s.t.Fatalf("%s %s: %d %s", l, path, w.Code, w.Body)
		}
		if status == http.StatusOK {
			testkit.CheckHTML(s.t, l+path, w.Body.Bytes())
		}
		if first == "" {
			first = w.Body.String()
		}
	}
	return first
}

func (s *site) post(as accounts.Actor, path string, status int, values ...string) string {
	s.t.Helper()
	s.actor = as
	form := url.Values{}
	for i := 0; i < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "/ar/p/marrakech"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	if w.Code != status {
		s.t.Fatalf("post %s: %d, want %d: %s", path, w.Code, status, w.Body)
	}
	if w.Code == http.StatusUnprocessableEntity {
		testkit.CheckHTML(s.t, path, w.Body.Bytes())
	}
	return w.Body.String()
}

func (s *site) says(what, body string, sentences ...string) {
	s.t.Helper()
	for _, sentence := range sentences {
		if !strings.Contains(body, sentence) {
			s.t.Errorf("%s does not say %q", what, sentence)
		}
	}
}

var reportNumber = regexp.MustCompile(`reports/(R-[0-9]{4}-[0-9])`)

// TestAProjectFromItsFirstReportToTheService walks through all forms as those
// who fill them in, and looks at what everyone sees.
func TestAProjectFromItsFirstReportToTheService(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		work, public := "/work/delivery/projects/"+s.project, "/roadmap/projects/"+s.project
		s.says("the first page", s.get(s.visitor, public, 200), i18n.T(i18n.Ar, "delivery.rate.unreported"), i18n.T(i18n.Ar, "delivery.state.programmed"))
		s.get(s.visitor, "/roadmap/projects/"+s.draft, 404)
		s.get(s.coordinator, "/roadmap/projects/"+s.draft, 200)
		s.get(s.visitor, work, 401)
		for _, form := range []string{"", "/report", "/milestone", "/money", "/blocker"} {
			s.get(s.engineer, work+form, 200)
		}
		s.get(s.engineer, work+"/state", 404)
		s.get(s.coordinator, work+"/money", 404)

		s.says("a wrong report", s.post(s.engineer, work+"/report", 422, "done_0", "6,5", "done_1", "x", "statement_ar", "وُضعت القنوات"), "6,5", "وُضعت القنوات")
		s.post(s.council, work+"/report", 403, "nothing_changed", "yes")
		s.post(s.engineer, work+"/report", 303, "done_0", "6", "done_1", "40", "forecast_end", i18n.ISO(db.Now().AddDate(0, 0, 100)), "statement_ar", "وُضع نصف القنوات")
		number := reportNumber.FindStringSubmatch(s.get(s.coordinator, "/work/delivery/projects", 200))[1]
		if strings.Contains(s.get(s.visitor, public, 200), "وُضع نصف القنوات") {
			t.Error("a report is public before its approval")
		}
		s.get(s.engineer, "/work/delivery/reports/"+number, 200)
		s.post(s.engineer, "/work/delivery/reports/"+number, 403, "version", "1")
		s.post(s.coordinator, "/work/delivery/reports/"+number, 422, "version", "1", "do", "return", "reason", "لا")
		s.get(s.coordinator, "/work/delivery/reports/"+number, 200)
		s.post(s.coordinator, "/work/delivery/reports/"+number, 303, "version", "1", "do", "approve")

		s.post(s.engineer, work+"/milestone", 303, "code", "start", "actual", i18n.ISO(db.Now().AddDate(0, 0, -12)))
		s.post(s.engineer, work+"/money", 422, "kind", "paid", "amount", "many")
		s.post(s.coordinator, work+"/state", 422, "state", "agreed", "version", "0", "reason_ar", "قصير")
		s.post(s.coordinator, work+"/state", 303, "state", "agreed", "version", "0", "reason_ar", "وقعت جميع الأطراف اتفاقية الشراكة")
		body := s.get(s.visitor, public, 200)
		s.says("the project's page", body, number, "وُضع نصف القنوات", i18n.T(i18n.Ar, "delivery.state.agreed"), i18n.T(i18n.Ar, "delivery.why.late"), "/trace/"+s.project)
		list := s.get(s.visitor, "/delivery", 200)
		s.says("the list", list, "34%", i18n.T(i18n.Ar, "status.troubled"))
		if strings.Contains(list, s.draft) {
			t.Error("the list shows a project in draft")
		}
	})
}

// TestAPageSaysThatItsSheetChanged: whoever reads a figure that was not adopted
// is told so, and led to what was.
func TestAPageSaysThatItsSheetChanged(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		public, changed := "/roadmap/projects/"+s.project, i18n.T(i18n.Ar, "delivery.as_adopted")
		if strings.Contains(s.get(s.visitor, public, 200), changed) {
			t.Error("the page of a sheet as adopted says that it changed")
		}
		p, err := s.roads.Project(t.Context(), s.coordinator.Programme, s.project)
		if err != nil {
			t.Fatal(err)
		}
		p.Beneficiaries.Count++
		if _, err := s.roads.SaveProject(t.Context(), s.coordinator, p, ""); err != nil {
			t.Fatal(err)
		}
		s.says("the page of a changed sheet", s.get(s.visitor, public, 200), changed, "/roadmap/versions/1", i18n.T(i18n.Ar, "roadmap.part.beneficiaries"))
	})
}

func TestAnObstacleIsDealtWithOnTheProjectsPage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		work := "/work/delivery/projects/" + s.project
		owner := s.council.Grants[0].Organisation
		s.post(s.engineer, work+"/blocker", 303, "kind", "funding", "owner", owner, "due", i18n.ISO(db.Now().AddDate(0, 0, 1)), "text_ar", "لم تُحوَّل الحصة")
		body := s.get(s.coordinator, work+"/blocker", 200)
		number := regexp.MustCompile(`B-[0-9]{4}-[0-9]`).FindString(body)
		s.says("the work page", body, "لم تُحوَّل الحصة", i18n.T(i18n.Ar, "status.internal"), i18n.T(i18n.Ar, "status.days_left", "n", 1))
		at := "/work/delivery/blockers/" + number
		own := []string{"project", s.project, "obstacle", number}
		s.says("an empty reply", s.post(s.council, at, 422, append(own, "do", "answer", "version", "1")...), i18n.T(i18n.Ar, "fault.required_language"))
		s.post(s.council, at, 303, append(own, "do", "answer", "version", "1", "reply_ar", "التحويل مبرمج هذا الشهر")...)
		if strings.Contains(s.get(s.visitor, "/roadmap/projects/"+s.project, 200), "لم تُحوَّل") {
			t.Error("an internal obstacle is public")
		}
		s.post(s.coordinator, at, 303, append(own, "do", "publish", "version", "2")...)
		s.says("the public page", s.get(s.visitor, "/roadmap/projects/"+s.project, 200), "لم تُحوَّل الحصة", "التحويل مبرمج هذا الشهر")
		s.post(s.engineer, at, 303, append(own, "do", "close", "version", "3", "lesson_ar", "تُطلب التحويلات قبل انطلاق الأشغال بشهر")...)
		s.post(s.engineer, at, 409, append(own, "do", "close", "version", "3", "lesson_ar", "تُطلب التحويلات قبل انطلاق الأشغال بشهر")...)
	})
}

func TestAMilestoneStartsFromWhatStands(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		at := "/work/delivery/projects/" + s.project + "/milestone"
		reached, foreseen := db.Now().AddDate(0, 0, -12), db.Now().AddDate(0, 0, 25)
		s.says("the work page", s.get(s.engineer, at, 200), at+"?code=half", `name="code" value="start"`, `name="version" value="0"`)
		s.post(s.engineer, at, 303, "code", "start", "version", "0", "actual", i18n.ISO(reached))
		body := s.get(s.engineer, at+"?code=start", 200)
		s.says("the form of what was told", body, `name="code" value="start"`, `name="version" value="1"`, `value="`+i18n.ShortDate(i18n.Ar, reached)+`"`)
		s.says("the next milestone", s.get(s.engineer, at, 200), `name="code" value="half"`, `name="version" value="0"`)
		s.says("the last, whose plan nobody spoke of", s.get(s.engineer, at+"?code=accept", 200), `name="code" value="accept"`)
		late := s.post(s.engineer, at, 409, "code", "start", "version", "0", "forecast", i18n.ISO(foreseen))
		s.says("the late form", late, `name="code" value="start"`, `name="version" value="1"`, `value="`+i18n.ISO(foreseen)+`"`)
		s.post(s.engineer, at, 303, "code", "start", "version", "1", "forecast", i18n.ISO(foreseen))
		s.says("the form of both", s.get(s.engineer, at+"?code=start", 200), `value="`+i18n.ShortDate(i18n.Ar, reached)+`"`, `value="`+i18n.ShortDate(i18n.Ar, foreseen)+`"`)
		s.post(s.engineer, at, 422, "code", "none", "version", "0", "actual", i18n.ISO(reached))
	})
}

// TestAStaleDecisionIsSaid: of two who decide on a state, the second reads of the first.
func TestAStaleDecisionIsSaid(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		at := "/work/delivery/projects/" + s.project + "/state"
		s.post(s.coordinator, at, 303, "state", "agreed", "version", "0", "reason_ar", "وقعت جميع الأطراف اتفاقية الشراكة")
		s.says("a refused form", s.post(s.coordinator, at, 422, "state", "under_way", "version", "0", "reason_ar", "قصير"), `name="version" value="0"`)
		s.says("the late form", s.post(s.coordinator, at, 409, "state", "under_way", "version", "0", "reason_ar", "انطلقت الأشغال بعد الأمر بالخدمة"),
			`name="version" value="1"`, "انطلقت الأشغال بعد الأمر بالخدمة")
	})
}

// TestAReportFormTakesItsOwnValues: three decimals alone could be a group of digits.
func TestAReportFormTakesItsOwnValues(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		at := "/work/delivery/projects/" + s.project + "/report"
		end := i18n.ISO(db.Now().AddDate(0, 0, 70))
		s.post(s.engineer, at, 303, "done_0", "6,1250", "done_1", "40", "forecast_end", end, "statement_ar", "وُضع نصف القنوات")
		number := reportNumber.FindStringSubmatch(s.get(s.coordinator, "/work/delivery/projects", 200))[1]
		s.post(s.coordinator, "/work/delivery/reports/"+number, 303, "version", "1", "do", "approve")
		offered := regexp.MustCompile(`value="([^"]*)"[^>]*name="done_0"`).FindStringSubmatch(s.get(s.engineer, at, 200))
		if offered == nil {
			t.Fatal("the form offers no quantity")
		}
		s.post(s.engineer, at, 303, "done_0", offered[1], "done_1", "41", "forecast_end", end, "statement_ar", "لم يتغير إلا الربط")
		s.says("a negative quantity", s.post(s.engineer, at, 422, "done_0", "-7", "done_1", "41", "forecast_end", end, "statement_ar", "وُضعت القنوات"), i18n.T(i18n.Ar, "delivery.error.quantities"))
	})
}
