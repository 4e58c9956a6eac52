package consultation_test

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
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

const desk = "/p/marrakech/work"

// atWork serves the site's pages to somebody of the staff.
func atWork(t *testing.T, db *store.DB, role accounts.Role) *site {
	t.Helper()
	s := newSite(t, db)
	programmes := programme.NewService(db)
	p, err := programmes.Programme(t.Context(), "marrakech")
	s.must(err)
	actor := s.coordinator
	actor.Grants = []accounts.Grant{{Role: role}}
	pack, err := territory.Load()
	s.must(err)
	h := &webconsultation.Handlers{Consultation: s.service, Programmes: programmes, Accounts: accounts.NewService(db, nil, pack.Within), Territory: pack}
	s.mux = http.NewServeMux()
	for _, route := range h.Routes() {
		for _, lang := range i18n.Langs {
			if route.Raw {
				continue
			}
			s.mux.HandleFunc(route.Method+" /"+string(lang)+route.Path, func(w http.ResponseWriter, r *http.Request) {
				req := &page.Request{Actor: actor, Base: page.Base{Lang: lang, Path: strings.TrimPrefix(r.URL.Path, "/"+string(lang)), Now: db.Now(), Work: true,
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

// wants posts to the Arabic page and wants the status; a page must be sound HTML.
func (s *site) wants(path string, status int, fields url.Values) string {
	s.Helper()
	w := s.post("/ar"+path, fields)
	if w.Code != status {
		s.Fatalf("POST %s: %d, want %d: %s", path, w.Code, status, w.Body)
	}
	if status != http.StatusSeeOther {
		testkit.CheckHTML(s.TB, path, w.Body.Bytes())
		return w.Body.String()
	}
	return w.Header().Get("Location")
}

func TestWordsAreCapturedGroupedAndAnswered(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		m, err := s.service.CreateMeeting(t.Context(), s.coordinator, consultation.MeetingDraft{Kind: consultation.Workshop, Title: i18n.Text{Ar: "ورشة الماء بدائرة البور"},
			Place: i18n.Text{Ar: "دار الشباب"}, Chair: i18n.Text{Ar: "رئيس الدائرة"}, Unit: "07.351.03.11", StartsAt: db.Now().Add(-time.Minute), EndsAt: db.Now().Add(time.Hour), Colleges: []string{"citizens"}})
		s.must(err)
		capture := desk + "/consultation/meetings/" + m.Number + "/capture"
		line := url.Values{"raw": {"باقين كنجيبو الما من السقاية"}, "raw_lang": {"ary"}, "kind": {"problem"}, "unit": {"07.351.03.11"}, "channel": {"room"}, "scribe": {"1"}, "once": {store.NewID()}}
		if body := s.wants(capture, http.StatusUnprocessableEntity, line); !strings.Contains(body, "باقين كنجيبو") {
			t.Error("the words typed are lost")
		}
		line.Set("college", "citizens")
		if to := s.wants(capture, http.StatusSeeOther, line); !strings.Contains(to, "college=citizens") || !strings.Contains(to, "unit=07.351.03.11") {
			t.Errorf("college and commune are forgotten: %s", to)
		}
		s.shows(capture+"?college=citizens&unit=07.351.03.11", "باقين كنجيبو")
		list, err := s.service.WorkContributions(t.Context(), s.coordinator, consultation.ContributionFilter{})
		s.must(err)
		contribution := list.Rows[0].Number
		s.shows(desk+"/consultation/contributions", contribution)
		s.shows(desk + "/consultation/contributions/" + contribution)
		to := s.wants(desk+"/consultation/contributions", http.StatusSeeOther, url.Values{"contribution": {contribution}, "title_ar": {"الربط الفردي بالماء"},
			"body": {"ربط دور الدوار بشبكة الماء الصالح للشرب"}, "once": {store.NewID()}})
		at := strings.TrimPrefix(to, "/ar")
		s.shows(desk, at[strings.LastIndex(at, "/")+1:])
		s.shows(desk + "/consultation/proposals")
		s.shows(at, contribution)
		s.answered(at)
	})
}

// answered has two people answer from the same version: the second keeps what was typed and reads the first.
func (s *site) answered(at string) {
	s.Helper()
	p, err := s.service.WorkProposal(s.Context(), s.coordinator, at[strings.LastIndex(at, "/")+1:])
	s.must(err)
	answer := func(sentence string) url.Values {
		return url.Values{"act": {"answer"}, "decision": {"retained"}, "sentence_ar": {sentence}, "reason_ar": {"تعليل يفهمه صاحب المقترح كما ينبغي"},
			"version": {strconv.FormatInt(p.Version, 10)}, "once": {store.NewID()}}
	}
	s.wants(at, http.StatusSeeOther, answer("يحتفظ به للدراسة هذه السنة"))
	body := s.wants(at, http.StatusConflict, answer("يحتفظ به للسنة المقبلة"))
	for _, text := range []string{"يحتفظ به للدراسة هذه السنة", "يحتفظ به للسنة المقبلة"} {
		if !strings.Contains(body, text) {
			s.Errorf("after a conflict the page does not show %q", text)
		}
	}
}

func TestAReasonTooShortIsSaidBesideItsField(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		number, err := s.service.SubmitProposal(t.Context(), accounts.Visitor(s.coordinator.Programme), consultation.ProposalDraft{Title: i18n.Text{Ar: "حافلة للمستوصف"},
			Body: "حافلة صغيرة تربط الدوار بالمستوصف كل أسبوع", College: "citizens", Units: []string{"07.351.03.11"}})
		s.must(err)
		at := desk + "/consultation/proposals/" + number
		body := s.wants(at, http.StatusUnprocessableEntity, url.Values{"act": {"refuse"}, "refusal_ar": {"قصير"}, "reason_ar": {"قصير"}, "once": {store.NewID()}})
		if !strings.Contains(body, "20") || !strings.Contains(body, "قصير") || !strings.Contains(body, "field-error") {
			t.Error("the page does not say that the reason is too short")
		}
	})
}
