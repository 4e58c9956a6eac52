package prioritisation_test

import (
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/web/page"
	webprioritisation "github.com/khettara/khettara/internal/web/prioritisation"
)

// site serves the pages of a programme with a vote in draft, two options on it.
type site struct {
	t                    *testing.T
	db                   *store.DB
	mux                  *http.ServeMux
	votes                *prioritisation.Service
	guard                *accounts.Guard
	programme            *programme.Programme
	vote                 string
	options, proposals   []string
	actor                accounts.Actor // who asks
	visitor, coordinator accounts.Actor
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	ctx, s := t.Context(), &site{t: t, db: db, mux: http.NewServeMux()}
	pack, err := territory.Load()
	s.must(err)
	programmes := programme.NewService(db)
	p, err := programmes.Create(ctx, accounts.Actor{Person: "admin", Admin: true}, programme.Foundation{Slug: "marrakech", Territory: "07.351", PackVersion: pack.Version(), Name: i18n.Text{Ar: "عمالة مراكش"}})
	s.must(err)
	s.visitor = accounts.Visitor(p.ID)
	s.coordinator = accounts.Actor{Programme: p.ID, Person: "coordinator", Grants: []accounts.Grant{{Role: accounts.Coordinator}}, Within: pack.Within}
	_, err = programmes.BeginCycle(ctx, s.coordinator, i18n.Text{Ar: "الدورة الأولى"}, "")
	s.must(err)
	for _, stage := range []programme.Stage{programme.Consultation, programme.Prioritisation} {
		_, err = programmes.OpenPhase(ctx, s.coordinator, programme.Phase{Cycle: 1, Stage: stage, OpensAt: db.Now().Add(-time.Hour), ClosesAt: db.Now().Add(time.Hour)}, "")
		s.must(err)
	}
	s.programme, err = programmes.ByID(ctx, p.ID)
	s.must(err)
	talks := consultation.NewService(db, programmes, pack)
	s.votes, s.guard = prioritisation.NewService(db, talks), accounts.NewGuard(func() time.Time { return time.Unix(0, 0) })
	s.vote, err = s.votes.CreateVote(ctx, s.coordinator, prioritisation.VoteDraft{Cycle: 1, Title: i18n.Text{Ar: "استشارة", Fr: "Consultation"},
		Question: i18n.Text{Ar: "بأي المشاريع نبدأ؟", Fr: "Par où commencer ?"}, Budget: 40_000_000_00, OpensAt: db.Now().Add(-time.Minute), ClosesAt: db.Now().Add(time.Hour)})
	s.must(err)
	for _, title := range []i18n.Text{{Ar: "ماء الدوار", Fr: "Eau du douar"}, {Ar: "طريق الدوار", Fr: "Route du douar"}} {
		proposal := s.screened(talks, title)
		o, err := s.votes.AddOption(ctx, s.coordinator, prioritisation.OptionDraft{Vote: s.vote, Proposal: proposal, Title: title, Cost: 20_000_000_00, Units: []string{"07.351.03.11"}})
		s.must(err)
		s.options, s.proposals = append(s.options, o), append(s.proposals, proposal)
	}
	s.serve(&webprioritisation.Handlers{Prioritisation: s.votes, Consultation: talks, Programmes: programmes, Territory: pack, Guard: s.guard})
	return s
}

func (s *site) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// screened takes a proposal to where it may be put to a vote.
func (s *site) screened(talks *consultation.Service, title i18n.Text) string {
	ctx, reason := s.t.Context(), i18n.Text{Ar: "المقترح من اختصاص الجماعة ووعاؤه العقاري متوفر"}
	number, err := talks.SubmitProposal(ctx, s.coordinator, consultation.ProposalDraft{Title: title, Body: "نطلب إنجاز هذا المشروع بالدوار في أقرب وقت ممكن", Lang: "ar",
		College: "citizens", Units: []string{"07.351.03.11"}, Axis: "water", Channel: consultation.Paper})
	s.must(err)
	version := func() int64 {
		p, err := talks.WorkProposal(ctx, s.coordinator, number)
		s.must(err)
		return p.Version
	}
	s.must(talks.PublishProposal(ctx, s.coordinator, number, version(), ""))
	s.must(talks.AnswerProposal(ctx, s.coordinator, consultation.AnswerDraft{Number: number, Version: version(), Decision: consultation.Retained,
		Sentence: i18n.Text{Ar: "احتُفظ بالمقترح للدراسة"}, Reason: reason}))
	s.must(talks.ScreenProposal(ctx, s.coordinator, consultation.ScreeningDraft{Number: number, Version: version(), Result: consultation.Passed, Motive: reason}))
	s.must(talks.EstimateProposal(ctx, s.coordinator, number, version(), 20_000_000_50, ""))
	return number
}

func (s *site) serve(h *webprioritisation.Handlers) {
	for _, l := range []i18n.Lang{i18n.Ar, i18n.Fr} {
		for _, route := range h.Routes() {
			s.mux.HandleFunc(route.Method+" /"+string(l)+route.Path, func(w http.ResponseWriter, r *http.Request) {
				p := s.programme
				req := &page.Request{Actor: s.actor, Address: "192.0.2.0", Base: page.Base{Lang: l, Path: strings.TrimPrefix(r.URL.Path, "/"+string(l)), Now: s.db.Now(),
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

func (s *site) do(as accounts.Actor, r *http.Request, status int) (body, location string) {
	s.t.Helper()
	s.actor = as
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	if w.Code != status {
		s.t.Fatalf("%s %s: %d, want %d: %s", r.Method, r.URL, w.Code, status, w.Body)
	}
	if strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") && status != http.StatusSeeOther {
		testkit.CheckHTML(s.t, r.URL.Path, w.Body.Bytes())
	}
	return w.Body.String(), w.Header().Get("Location")
}

func (s *site) get(as accounts.Actor, l i18n.Lang, path string) string {
	s.t.Helper()
	body, _ := s.do(as, httptest.NewRequest(http.MethodGet, "/"+string(l)+"/p/marrakech"+path, nil), http.StatusOK)
	return body
}

// post sends a form with the values given in the place of its own.
func (s *site) post(as accounts.Actor, l i18n.Lang, path string, status int, form url.Values, values ...string) (body, location string) {
	s.t.Helper()
	form = maps.Clone(form)
	if form == nil {
		form = url.Values{}
	}
	for i := 0; i < len(values); i += 2 {
		form.Set(values[i], values[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "/"+string(l)+"/p/marrakech"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(as, r, status)
}

func (s *site) says(what, body string, sentences ...string) {
	s.t.Helper()
	body = html.UnescapeString(body)
	for _, sentence := range sentences {
		if !strings.Contains(body, sentence) {
			s.t.Errorf("%s does not say %q", what, sentence)
		}
	}
}

// form reads back what a form of a page would post unchanged; action is how the
// address it posts to ends.
func form(t *testing.T, body, action string) (values url.Values) {
	t.Helper()
	root, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for f := range root.Descendants() {
		if f.Data != "form" || !strings.HasSuffix(attribute(f, "action"), action) {
			continue
		}
		values = url.Values{}
		for n := range f.Descendants() {
			name := attribute(n, "name")
			ticks := attribute(n, "type") == "radio" || attribute(n, "type") == "checkbox"
			switch {
			case name == "":
			case n.Data == "textarea" && n.FirstChild != nil:
				values.Add(name, n.FirstChild.Data)
			case n.Data == "input" && (!ticks || slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "checked" })):
				values.Add(name, attribute(n, "value"))
			}
		}
	}
	if values == nil {
		t.Fatalf("no form posts to %q", action)
	}
	return values
}

func attribute(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// open makes ten codes and freezes the charter.
func (s *site) open() (codes []string) {
	s.t.Helper()
	codes, err := s.votes.MakeCodes(s.t.Context(), s.coordinator, s.programme, s.vote, "citizens", 10, "")
	s.must(err)
	s.must(s.votes.FreezeCharter(s.t.Context(), s.coordinator, s.vote, s.load().Version, ""))
	return codes
}

func (s *site) load() prioritisation.Vote {
	s.t.Helper()
	v, err := s.votes.Vote(s.t.Context(), s.programme.ID, s.vote)
	s.must(err)
	return v
}
