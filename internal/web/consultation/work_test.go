package consultation_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

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
		to := s.wants(desk+"/consultation/contributions", http.StatusSeeOther, url.Values{"act": {"group"}, "contribution": {contribution}, "title_ar": {"الربط الفردي بالماء"},
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

// said captures one contribution of a workshop held just now and returns its number.
func (s *site) said(db *store.DB) string {
	s.Helper()
	m, err := s.service.CreateMeeting(s.Context(), s.coordinator, consultation.MeetingDraft{Kind: consultation.Workshop, Title: i18n.Text{Ar: "ورشة الماء بدائرة البور"},
		Place: i18n.Text{Ar: "دار الشباب"}, Chair: i18n.Text{Ar: "رئيس الدائرة"}, Unit: "07.351.03.11", StartsAt: db.Now().Add(-time.Minute), EndsAt: db.Now().Add(time.Hour), Colleges: []string{"citizens"}})
	s.must(err)
	c, err := s.service.RecordContribution(s.Context(), s.coordinator, consultation.ContributionDraft{Meeting: m.Number, Kind: consultation.Problem,
		Raw: "باقين كنجيبو الما من السقاية", RawLang: "ary", College: "citizens", Unit: "07.351.03.11"})
	s.must(err)
	return c.Number
}

func TestARefusedActLeavesTheCorrectionFormAsItStands(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		at := desk + "/consultation/contributions/" + s.said(db)
		body := s.wants(at, http.StatusUnprocessableEntity, url.Values{"act": {"set_aside"}, "reason_ar": {"قصير"}, "once": {store.NewID()}})
		_, form, _ := strings.Cut(body, `name="raw"`)
		if !strings.Contains(form, "باقين كنجيبو") || hidden(s, body, "version") != "1" || !strings.Contains(body, "قصير") {
			t.Error("the form that corrects is empty, or what was typed is lost")
		}
		// Sent as it came, it changes nothing of what a colleague wrote.
		s.wants(at, http.StatusConflict, url.Values{"act": {"correct"}, "raw": {"نص"}, "raw_lang": {"ary"}, "kind": {"problem"}, "college": {"citizens"}, "unit": {"07.351.03.11"}, "channel": {"room"}, "once": {store.NewID()}})
	})
}

// TestEachButtonOfAFormIsItsOwnAct: whoever goes back and presses another button
// of the same page must not read "saved" while nothing was.
func TestEachButtonOfAFormIsItsOwnAct(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		number, once := s.said(db), store.NewID()
		at := desk + "/consultation/contributions/" + number
		reason := []string{"تعليل يفهمه صاحب المساهمة كما ينبغي"}
		for _, act := range []string{"set_aside", "set_aside", "hide"} {
			s.wants(at, http.StatusSeeOther, url.Values{"act": {act}, "reason_ar": reason, "once": {once}})
		}
		c, err := s.service.WorkContribution(t.Context(), s.coordinator, number)
		s.must(err)
		if c.State != consultation.SetAside || !c.Hidden.Done() {
			t.Errorf("said to be saved, it is %s and hidden %t", c.State, c.Hidden.Done())
		}
	})
}

func TestStaffHideAPublishedProposalAndShowItAgain(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		number, err := s.service.SubmitProposal(t.Context(), accounts.Visitor(s.coordinator.Programme), consultation.ProposalDraft{Title: i18n.Text{Ar: "مقترح يسمي شخصا"},
			Body: "حافلة صغيرة تربط الدوار بالمستوصف كل أسبوع", College: "citizens", Units: []string{"07.351.03.11"}})
		s.must(err)
		s.must(s.service.PublishProposal(t.Context(), s.coordinator, number, 0, ""))
		at := desk + "/consultation/proposals/" + number
		s.shows(at, `value="hide"`)
		version := func() []string {
			p, err := s.service.WorkProposal(t.Context(), s.coordinator, number)
			s.must(err)
			return []string{strconv.FormatInt(p.Version, 10)}
		}
		if body := s.wants(at, http.StatusUnprocessableEntity, url.Values{"act": {"hide"}, "hiding_ar": {"قصير"}, "version": version(), "once": {store.NewID()}}); !strings.Contains(body, "f-hiding_ar-error") {
			t.Error("the fault of the reason does not stand beside its field")
		}
		reason := []string{"يسمي شخصا بعينه دون موافقته"}
		s.wants(at, http.StatusSeeOther, url.Values{"act": {"hide"}, "hiding_ar": reason, "version": version(), "once": {store.NewID()}})
		p, err := s.service.Proposal(t.Context(), s.coordinator.Programme, number)
		s.must(err)
		if p.State != consultation.ProposalHidden || !p.Title.Empty() {
			t.Errorf("hidden, everybody reads %+v", p.Proposal)
		}
		s.shows(desk+"/consultation/proposals?tab=hidden", number)
		auditor := s.coordinator
		auditor.Grants = []accounts.Grant{{Role: accounts.Auditor}}
		if list, err := s.service.WorkProposals(t.Context(), auditor, consultation.ProposalFilter{}, consultation.ProposalHidden); err != nil || len(list.Rows) != 1 || !list.Rows[0].Title.Empty() {
			t.Errorf("who does not examine reads it in the list: %+v, %v", list.Rows, err)
		}
		s.shows(at, `value="restore"`)
		s.wants(at, http.StatusSeeOther, url.Values{"act": {"restore"}, "hiding_ar": reason, "version": version(), "once": {store.NewID()}})
		if p, err = s.service.Proposal(t.Context(), s.coordinator.Programme, number); err != nil || p.State != consultation.Published {
			t.Errorf("shown again it is %s: %v", p.State, err)
		}
		// A deferral says until when; a day that cannot be read refuses all of it.
		deferral := func(day string) url.Values {
			return url.Values{"act": {"answer"}, "decision": {"deferred"}, "sentence_ar": {"يؤجل إلى السنة المقبلة"}, "reason_ar": {"تعليل يفهمه صاحب المقترح كما ينبغي"},
				"review_at": {day}, "version": version(), "once": {store.NewID()}}
		}
		if body := s.wants(at, http.StatusUnprocessableEntity, deferral("يوم ما")); !strings.Contains(body, "f-review_at-error") {
			t.Error("the fault of the day does not stand beside its field")
		}
		day := db.Now().AddDate(0, 3, 0)
		s.wants(at, http.StatusSeeOther, deferral(day.Format("2006-01-02")))
		if p, err = s.service.Proposal(t.Context(), s.coordinator.Programme, number); err != nil || len(p.Answers) != 1 || i18n.ISO(p.ReviewAt) != day.Format("2006-01-02") {
			t.Errorf("deferred to %s with %d answers: %v", p.ReviewAt, len(p.Answers), err)
		}
	})
}

func TestAGroupingThatIsRefusedKeepsTheWork(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		number := s.said(db)
		list := desk + "/consultation/contributions?state=pending&unit=07.351.03.11&axis="
		s.shows(list, "unit=07.351.03.11")
		body := s.wants(list, http.StatusUnprocessableEntity, url.Values{"act": {"group"}, "contribution": {number}, "proposal": {"P-0001-0"}, "body": {"نص كُتب بعناية"}, "once": {store.NewID()}})
		for _, text := range []string{"f-proposal-error", "نص كُتب بعناية", "checked", "page=1&amp;state=pending&amp;unit=07.351.03.11"} {
			if !strings.Contains(body, text) {
				t.Errorf("the page that comes back does not hold %q", text)
			}
		}
	})
}

func TestAListIsNarrowedAndItsTickedLinesSetAside(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		number := s.said(db)
		asked := "state=pending&unit=07.351.03.11"
		list := desk + "/consultation/contributions?college=citizens&kind=problem&" + asked
		s.shows(list, number, "college=citizens&amp;kind=problem&amp;state=classified&amp;unit=07.351.03.11")
		s.shows(desk+"/consultation/contributions?college=civil&"+asked, "?state=pending") // with the way to the whole list
		if body := s.get("/ar" + desk + "/consultation/contributions?college=civil&" + asked).Body.String(); strings.Contains(body, number) {
			t.Error("the list is not narrowed to the college asked for")
		}
		fields := url.Values{"act": {"set_aside"}, "contribution": {number}, "reason_ar": {"قصير"}, "once": {store.NewID()}}
		if body := s.wants(list, http.StatusUnprocessableEntity, fields); !strings.Contains(body, "f-reason_ar-error") || !strings.Contains(body, "checked") {
			t.Error("the fault does not stand beside the reason, or the tick is lost")
		}
		fields.Set("reason_ar", "نزاع خاص خارج اختصاص البرنامج")
		if to := s.wants(list, http.StatusSeeOther, fields); !strings.HasSuffix(to, "?college=citizens&kind=problem&"+asked) {
			t.Errorf("afterwards the list is another one: %s", to)
		}
		s.shows(desk+"/consultation/contributions?state=set_aside", number)
		// What was typed stays, though a colleague emptied the list in the meantime.
		fields = url.Values{"act": {"group"}, "contribution": {number}, "body": {"نص كُتب بعناية"}, "once": {store.NewID()}}
		if body := s.wants(list, http.StatusUnprocessableEntity, fields); !strings.Contains(body, "نص كُتب بعناية") {
			t.Error("what was typed is lost with the last line of the list")
		}
	})
}

// TestAContributionOffersWhatMayBeDone: a button that can only be refused is no offer.
func TestAContributionOffersWhatMayBeDone(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		number := s.said(db)
		at := desk + "/consultation/contributions/" + number
		offers := func(want ...string) {
			t.Helper()
			body := s.get("/ar" + at).Body.String()
			for _, act := range []string{"set_aside", "withdraw", "hide", "restore"} {
				if strings.Contains(body, `value="`+act+`"`) != slices.Contains(want, act) {
					t.Errorf("%s is offered wrongly, want %v", act, want)
				}
			}
		}
		offers("set_aside", "withdraw", "hide")
		proposal, err := s.service.GroupContributions(t.Context(), s.coordinator, consultation.Grouping{Contributions: []string{number},
			New: consultation.ProposalDraft{Title: i18n.Text{Ar: "الربط الفردي بالماء"}, Body: "ربط دور الدوار بشبكة الماء الصالح للشرب"}})
		s.must(err)
		s.shows(at, proposal)
		offers("withdraw", "hide")
		reason := i18n.Text{Ar: "تعليل يفهمه صاحب المساهمة كما ينبغي"}
		s.must(s.service.HideContribution(t.Context(), s.coordinator, number, reason, ""))
		offers("withdraw", "restore")
		s.must(s.service.WithdrawContribution(t.Context(), s.coordinator, number, reason, ""))
		offers()
	})
}

// TestTheNextPageOfAListIsNarrowedAlike: who turns the page stays in the filter.
func TestTheNextPageOfAListIsNarrowedAlike(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		first, err := s.service.WorkContribution(t.Context(), s.coordinator, s.said(db))
		s.must(err)
		for range consultation.PageSize {
			_, err := s.service.RecordContribution(t.Context(), s.coordinator, consultation.ContributionDraft{Meeting: first.Contribution.Meeting, Kind: consultation.Problem,
				Raw: "باقين كنجيبو الما من السقاية", RawLang: "ary", College: "citizens", Unit: "07.351.03.11"})
			s.must(err)
		}
		list := desk + "/consultation/contributions?college=citizens&page=%s&state=pending&unit=07.351.03"
		s.shows(fmt.Sprintf(list, "1"), html.EscapeString(fmt.Sprintf(list, "2")))
		s.shows(fmt.Sprintf(list, "2"), first.Number, html.EscapeString(fmt.Sprintf(list, "1")))
	})
}

func TestAListMayBeNarrowedToAnArrondissement(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		s.shows(desk+"/consultation/contributions?unit=07.351.01.05", `value="07.351.01.05" selected`)
	})
}

func TestACorrectionShowsWhatWasWrittenBefore(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		at := desk + "/consultation/contributions/" + s.said(db)
		fields := s.asFilled(s.get("/ar"+at).Body, at)
		fields.Set("raw", "")
		if body := s.wants(at, http.StatusUnprocessableEntity, fields); !strings.Contains(body, "f-raw-error") || strings.Contains(body, "<details") {
			t.Error("the fault of the words is folded away")
		}
		fields.Set("raw", "كنجيبو الما من السقاية ديال الجيران")
		s.wants(at, http.StatusSeeOther, fields)
		s.shows(at, "باقين كنجيبو الما من السقاية", "كنجيبو الما من السقاية ديال الجيران")
	})
}

func TestAMeetingKeepsWhenItsInvitationsWentOut(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		starts := db.Now().AddDate(0, 0, 20)
		to := s.wants(desk+"/consultation/meetings/new", http.StatusSeeOther, url.Values{"kind": {"workshop"}, "title_ar": {"ورشة الماء بدائرة البور"}, "place_ar": {"دار الشباب"},
			"chair_ar": {"رئيس الدائرة"}, "unit": {"07.351.03.11"}, "colleges": {"citizens"}, "starts_at": {starts.Format("2006-01-02") + "T10:00"}, "ends_at": {starts.Format("2006-01-02") + "T12:00"},
			"invited_at": {starts.AddDate(0, 0, -7).Format("2006-01-02")}, "once": {store.NewID()}})
		m, err := s.service.Meeting(t.Context(), s.coordinator.Programme, to[strings.LastIndex(to, "/")+1:])
		s.must(err)
		if days, ok := m.NoticeDays(); !ok || days != 7 {
			t.Errorf("invited %d days before", days)
		}
	})
}

// TestAMeetingOnFridayNoonSaysSo: it is a warning, and no refusal.
func TestAMeetingOnFridayNoonSaysSo(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		friday := time.Date(db.Now().Year()+1, time.March, 1, 11, 0, 0, 0, i18n.Zone)
		for friday.Weekday() != time.Friday {
			friday = friday.AddDate(0, 0, 1)
		}
		for days, warned := range map[int]bool{0: true, 1: false} {
			starts := friday.AddDate(0, 0, days)
			m, err := s.service.CreateMeeting(t.Context(), s.coordinator, consultation.MeetingDraft{Kind: consultation.Workshop, Title: i18n.Text{Ar: "ورشة الماء بدائرة البور"},
				Place: i18n.Text{Ar: "دار الشباب"}, Chair: i18n.Text{Ar: "رئيس الدائرة"}, Unit: "07.351.03.11", StartsAt: starts, EndsAt: starts.Add(2 * time.Hour), Colleges: []string{"citizens"}})
			s.must(err)
			if got := strings.Contains(s.get("/ar"+desk+"/consultation/meetings/"+m.Number).Body.String(), i18n.T(i18n.Ar, "consultation_work.friday")); got != warned {
				t.Errorf("%s: warned %t, want %t", starts.Weekday(), got, warned)
			}
		}
	})
}

func TestStaffChangeWhatWasAnnounced(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := atWork(t, db, accounts.Coordinator)
		starts := time.Date(db.Now().Year()+1, time.March, 10, 10, 0, 0, 0, i18n.Zone)
		m, err := s.service.CreateMeeting(t.Context(), s.coordinator, consultation.MeetingDraft{Kind: consultation.Workshop, Title: i18n.Text{Ar: "ورشة الماء بدائرة البور", Fr: "Atelier sur l’eau au Bour"},
			Place: i18n.Text{Ar: "دار الشباب"}, Chair: i18n.Text{Ar: "رئيس الدائرة"}, Conduct: i18n.Text{Ar: "الخلية"}, Unit: "07.351.03.11", StartsAt: starts, EndsAt: starts.Add(2 * time.Hour),
			InvitedAt: starts.AddDate(0, 0, -7).Add(-10 * time.Hour), Colleges: []string{"citizens"}, Agenda: []consultation.AgendaItem{{Minutes: 20, Title: i18n.Text{Ar: "الاستقبال", Fr: "Accueil"}}, {Minutes: 60, Title: i18n.Text{Ar: "الطاولات"}}}})
		s.must(err)
		at := desk + "/consultation/meetings/" + m.Number
		s.shows(at, at+"/edit")
		s.shows(at+"/edit", "ورشة الماء بدائرة البور", "Accueil", starts.Format("2006-01-02T15:04"))
		fields := s.asFilled(s.get("/ar"+at+"/edit").Body, at+"/edit")
		fields.Set("title_ar", "ورشة الماء والتطهير")
		fields.Set("place_ar", "قاعة الجماعة")
		fields.Set("agenda_1_ar", "")
		fields.Set("agenda_1_fr", "")
		fields.Set("minutes_1", "")
		fields.Set("minutes_2", "0")
		// The only point left is the first: its fault stands at the first row.
		if body := s.wants(at+"/edit", http.StatusUnprocessableEntity, fields); !strings.Contains(body, "f-minutes_1-error") || strings.Count(body, "الطاولات") != 1 {
			t.Error("the fault of the minutes does not stand beside its field")
		}
		fields.Set("minutes_2", "90")
		s.wants(at+"/edit", http.StatusSeeOther, fields)
		now, err := s.service.Meeting(t.Context(), s.coordinator.Programme, m.Number)
		s.must(err)
		if now.Title.Ar != "ورشة الماء والتطهير" || now.Title.Fr != m.Title.Fr || now.Place.Ar != "قاعة الجماعة" || !now.StartsAt.Equal(m.StartsAt) || !now.InvitedAt.Equal(m.InvitedAt) ||
			now.Conduct != m.Conduct || len(now.Agenda) != 1 || now.Agenda[0].Minutes != 90 || now.Version != m.Version+1 {
			t.Errorf("changed: %+v", now)
		}
		// A colleague's form from before loses nothing, and replaces nothing unseen.
		fields.Set("once", store.NewID())
		fields.Set("title_ar", "عنوان زميل آخر")
		if body := s.wants(at+"/edit", http.StatusConflict, fields); !strings.Contains(body, "عنوان زميل آخر") {
			t.Error("after a conflict what was typed is lost")
		}
		s.must(s.service.CancelMeeting(t.Context(), s.coordinator, m.Number, i18n.Text{Ar: "تعذر فتح القاعة في هذا اليوم"}, ""))
		if strings.Contains(s.get("/ar"+at).Body.String(), at+"/edit") {
			t.Error("a cancelled meeting is offered to be changed")
		}
	})
}

// asFilled is what a browser sends of the page's form to an address when nothing is touched.
func (s *site) asFilled(page io.Reader, action string) url.Values {
	s.Helper()
	doc, err := html.Parse(page)
	s.must(err)
	fields := url.Values{}
	for n := range doc.Descendants() {
		if attr(n, "action") != "/ar"+action || attr(n, "method") != "post" {
			continue
		}
		for f := range n.Descendants() {
			name, checked := attr(f, "name"), has(f, "checked")
			switch kind := attr(f, "type"); {
			case f.Data == "input" && (checked || kind != "radio" && kind != "checkbox"):
				fields.Add(name, attr(f, "value"))
			case f.Data == "textarea" && f.FirstChild != nil:
				fields.Add(name, f.FirstChild.Data)
			case f.Data == "option" && has(f, "selected"):
				fields.Add(attr(f.Parent, "name"), attr(f, "value"))
			}
		}
		return fields
	}
	s.Fatalf("the page has no form to %s", action)
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func has(n *html.Node, key string) bool {
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key })
}
