package consultation

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
)

// Units of Marrakech that the tests speak of.
const (
	dlim   = "07.351.03.11" // Ouled Dlim, cercle of Bour
	mnabha = "07.351.03.05"
	bour   = "07.351.03" // the cercle
	city   = "07.351.01.0"
	gueliz = "07.351.01.05" // arrondissement of the city
)

// world is a programme with an open consultation on one database.
type world struct {
	testing.TB
	*Service
	clock *testkit.Clock
	p     *programme.Programme
	// The people of the tests.
	coordinator, rapporteur, examiner, auditor, visitor, participant accounts.Actor
}

// eachWorld runs a test in a world on each database. It is a Thursday, ten in
// the morning; the consultation is open for thirty days.
func eachWorld(t *testing.T, fn func(w *world)) {
	t.Helper()
	testkit.EachDSN(t, func(t *testing.T, dsn string) { fn(newWorld(t, dsn)) })
}

func newWorld(t testing.TB, dsn string) *world {
	t.Helper()
	clock := testkit.NewClock(time.Date(2026, time.November, 26, 9, 0, 0, 0, time.UTC))
	db := testkit.Open(t, dsn, store.Options{Clock: clock.Now})
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	programmes := programme.NewService(db)
	w := &world{TB: t, Service: NewService(db, programmes, pack), clock: clock}
	p, err := programmes.Create(t.Context(), accounts.Actor{Admin: true, Person: "admin"},
		programme.Foundation{Slug: "marrakech", Territory: "07.351", Name: i18n.Text{Fr: "Marrakech"}})
	w.must(err)
	member := func(person string, grants ...accounts.Grant) accounts.Actor {
		return accounts.Actor{Programme: p.ID, Person: person, Grants: grants, Within: pack.Within}
	}
	w.coordinator = member("person-coordinator", accounts.Grant{Role: accounts.Coordinator})
	w.rapporteur = member("person-rapporteur", accounts.Grant{Role: accounts.Rapporteur})
	w.examiner = member("person-examiner", accounts.Grant{Role: accounts.Examiner})
	w.auditor = member("person-auditor", accounts.Grant{Role: accounts.Auditor})
	w.participant = member("person-participant", accounts.Grant{Role: accounts.Participant})
	w.visitor = accounts.Visitor(p.ID)
	_, err = programmes.BeginCycle(t.Context(), w.coordinator, i18n.Text{Fr: "Premier cycle"}, "")
	w.must(err)
	_, err = programmes.OpenPhase(t.Context(), w.coordinator, programme.Phase{Cycle: 1, Stage: programme.Consultation,
		OpensAt: clock.Now().Add(-24 * time.Hour), ClosesAt: clock.Now().Add(30 * 24 * time.Hour)}, "")
	w.must(err)
	w.p, err = programmes.ByID(t.Context(), p.ID)
	w.must(err)
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// wants fails the test unless err is a fault of the kind and key.
func (w *world) wants(err error, kind fault.Kind, key string) {
	w.Helper()
	for _, f := range fault.All(err) {
		if f.Kind == kind && f.Key == key {
			return
		}
	}
	w.Fatalf("got %v, want %v %s", err, kind, key)
}

func (w *world) meetingDraft() MeetingDraft {
	now := w.clock.Now()
	return MeetingDraft{Kind: Workshop, Title: i18n.Text{Ar: "ورشة الماء بدائرة البور", Fr: "Atelier sur l’eau"}, Place: i18n.Text{Ar: "دار الشباب، أولاد دليم"},
		Unit: dlim, Chair: i18n.Text{Ar: "رئيس دائرة البور"}, StartsAt: now.Add(-time.Hour), EndsAt: now.Add(2 * time.Hour), InvitedAt: now.Add(-13 * 24 * time.Hour),
		Agenda: []AgendaItem{{20, i18n.Text{Ar: "الاستقبال"}}, {120, i18n.Text{Ar: "الطاولات"}}}, Colleges: []string{"civil", "citizens"}}
}

func (w *world) meeting() Meeting {
	w.Helper()
	m, err := w.CreateMeeting(w.Context(), w.coordinator, w.meetingDraft())
	w.must(err)
	return m
}

func contributionDraft(meeting string) ContributionDraft {
	return ContributionDraft{Meeting: meeting, Kind: Problem, Raw: "حنا فالدوار باقين كنجيبو الما من السقاية", RawLang: "ary",
		Reformulation: i18n.Text{Ar: "طلب الربط الفردي بالماء"}, College: "citizens", Unit: dlim, Axis: "water", Table: "3", ByScribe: true}
}

func (w *world) contribution(meeting string) Contribution {
	w.Helper()
	c, err := w.RecordContribution(w.Context(), w.rapporteur, contributionDraft(meeting))
	w.must(err)
	return c
}

func proposalDraft() ProposalDraft {
	return ProposalDraft{Title: i18n.Text{Ar: "حافلة للمستوصف يوم السوق"}, Body: "نقترح حافلة صغيرة تربط الدوار بالمستوصف كل يوم ثلاثاء.",
		College: "citizens", Units: []string{dlim}, Axis: "social", Place: "دوار أيت علي"}
}

func (w *world) proposal() string {
	w.Helper()
	number, err := w.SubmitProposal(w.Context(), w.visitor, proposalDraft())
	w.must(err)
	return number
}

func (w *world) published() string {
	w.Helper()
	number := w.proposal()
	w.must(w.PublishProposal(w.Context(), w.examiner, number, 0, ""))
	return number
}

func reason(s string) i18n.Text {
	return i18n.Text{Ar: s + ": تعليل يفهمه صاحب المقترح"}
}

func (w *world) answerDraft(number string, version int64) AnswerDraft {
	return AnswerDraft{Number: number, Version: version, Decision: Retained, Sentence: i18n.Text{Ar: "يُحتفظ بالمقترح للدراسة"}, Reason: reason("محتفظ به")}
}

// log is the whole log of the programme.
func (w *world) log() []store.Recorded {
	w.Helper()
	list, err := w.db.Changes(w.Context(), w.p.ID, 0, 10_000)
	w.must(err)
	return list
}

// counter counts the queries that go through it.
type counter struct {
	store.Querier
	n int
}

func (c *counter) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.n++
	return c.Querier.QueryContext(ctx, query, args...)
}

func (c *counter) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	c.n++
	return c.Querier.QueryRowContext(ctx, query, args...)
}

// queries counts the queries that fn makes.
func (w *world) queries(fn func() error) int {
	w.Helper()
	c := &counter{Querier: w.db.Read()}
	w.read = c
	defer func() { w.read = w.db.Read() }()
	w.must(fn())
	return c.n
}
