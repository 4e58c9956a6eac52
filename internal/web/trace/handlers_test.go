package trace_test

import (
	"errors"
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
	"github.com/khettara/khettara/internal/trace"
	"github.com/khettara/khettara/internal/web/page"
	webtrace "github.com/khettara/khettara/internal/web/trace"
)

// newSite is a programme with one proposal from the web that is published, and
// one that waits. get asks for a page of it in Arabic.
func newSite(t *testing.T, db *store.DB) (published, waiting string, get func(number string) *httptest.ResponseRecorder) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	pack, err := territory.Load()
	must(err)
	programmes := programme.NewService(db)
	p, err := programmes.Create(ctx, accounts.Actor{Person: "admin", Admin: true}, programme.Foundation{Slug: "marrakech", Territory: "07.351", Name: i18n.Text{Ar: "عمالة مراكش"}})
	must(err)
	actor := accounts.Actor{Programme: p.ID, Person: "x", Grants: []accounts.Grant{{Role: accounts.Coordinator}}, Within: pack.Within}
	_, err = programmes.BeginCycle(ctx, actor, i18n.Text{Ar: "الدورة الأولى"}, "")
	must(err)
	_, err = programmes.OpenPhase(ctx, actor, programme.Phase{Cycle: 1, Stage: programme.Consultation, OpensAt: db.Now().Add(-time.Hour), ClosesAt: db.Now().Add(time.Hour)}, "")
	must(err)
	c := consultation.NewService(db, programmes, pack)
	for _, number := range []*string{&published, &waiting} {
		*number, err = c.SubmitProposal(ctx, accounts.Visitor(p.ID), consultation.ProposalDraft{Title: i18n.Text{Ar: "عنوان معلَّم للاختبار"},
			Body: "نقترح حافلة صغيرة تربط الدوار بالمستوصف", College: "citizens", Units: []string{"07.351.03.11"}})
		must(err)
	}
	must(c.PublishProposal(ctx, actor, published, 0, ""))
	votes := prioritisation.NewService(db, c)
	plans := roadmap.NewService(db, programmes, c, votes, pack)
	h := &webtrace.Handlers{Trace: trace.NewService(db, c, deliberation.NewService(db, programmes, pack), votes), Roadmap: plans, Delivery: delivery.NewService(db, plans),
		Evaluation: evaluation.NewService(db, pack), Programmes: programmes, Territory: pack}
	mux := http.NewServeMux()
	for _, route := range h.Routes() {
		mux.HandleFunc(route.Method+" /ar"+route.Path, func(w http.ResponseWriter, r *http.Request) {
			req := &page.Request{Actor: accounts.Visitor(p.ID), Base: page.Base{Lang: i18n.Ar, Path: strings.TrimPrefix(r.URL.Path, "/ar"), Now: db.Now(),
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
	return published, waiting, func(number string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ar/p/marrakech/trace/"+number, nil))
		return w
	}
}

func TestANumberLeadsToItsWay(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		published, waiting, get := newSite(t, db)
		for number, says := range map[string]bool{published: true, waiting: false} {
			w := get(number)
			if w.Code != http.StatusOK {
				t.Fatalf("%s: %d %s", number, w.Code, w.Body)
			}
			testkit.CheckHTML(t, number, w.Body.Bytes())
			if got := strings.Contains(w.Body.String(), "عنوان معلَّم"); got != says {
				t.Errorf("%s: tells its title is %v, want %v", number, got, says)
			}
		}
		for asked, to := range map[string]string{
			strings.ToLower(published): "/trace/" + published,
			"M-0001-3":                 "/consultation/meetings/M-0001-3",
			"V-0001-3":                 "/prioritisation/votes/V-0001-3",
		} {
			if w := get(asked); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/ar/p/marrakech"+to {
				t.Errorf("%s: %d %s", asked, w.Code, w.Header().Get("Location"))
			}
		}
		for _, wrong := range []string{"P-0001-4", "x", "P-9999-8", programme.FormatNumber(programme.Proposal, 77)} {
			if w := get(wrong); w.Code != http.StatusNotFound || !strings.HasPrefix(w.Body.String(), "trace.error.") {
				t.Errorf("%s: %d %s", wrong, w.Code, w.Body)
			}
		}
	})
}
