package trace_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/trace"
)

const dlim = "07.351.03.11" // Ouled Dlim

// world is a programme whose consultation, debate and vote are open.
type world struct {
	*testing.T
	clock          *testkit.Clock
	db             *store.DB
	consultation   *consultation.Service
	deliberation   *deliberation.Service
	prioritisation *prioritisation.Service
	trace          *trace.Service
	p              *programme.Programme
	actor          accounts.Actor
}

func eachWorld(t *testing.T, fn func(w *world)) {
	t.Helper()
	testkit.EachDSN(t, func(t *testing.T, dsn string) { fn(newWorld(t, dsn)) })
}

func newWorld(t *testing.T, dsn string) *world {
	t.Helper()
	w := &world{T: t, clock: testkit.NewClock(time.Date(2026, time.November, 26, 9, 0, 0, 0, time.UTC))}
	w.db = testkit.Open(t, dsn, store.Options{Clock: w.clock.Now})
	pack, err := territory.Load()
	w.must(err)
	programmes := programme.NewService(w.db)
	w.consultation = consultation.NewService(w.db, programmes, pack)
	w.deliberation = deliberation.NewService(w.db, programmes, pack)
	w.prioritisation = prioritisation.NewService(w.db, w.consultation)
	w.trace = trace.NewService(w.db, w.consultation, w.deliberation, w.prioritisation)
	p, err := programmes.Create(t.Context(), accounts.Actor{Admin: true, Person: "admin"},
		programme.Foundation{Slug: "marrakech", Territory: "07.351", PackVersion: pack.Version(), Name: i18n.Text{Ar: "عمالة مراكش"}})
	w.must(err)
	w.actor = accounts.Actor{Programme: p.ID, Person: "coordinator", Grants: []accounts.Grant{{Role: accounts.Coordinator}}, Within: pack.Within}
	_, err = programmes.BeginCycle(t.Context(), w.actor, i18n.Text{Ar: "الدورة الأولى"}, "")
	w.must(err)
	for _, stage := range []programme.Stage{programme.Consultation, programme.Deliberation, programme.Prioritisation} {
		_, err := programmes.OpenPhase(t.Context(), w.actor, programme.Phase{Cycle: 1, Stage: stage,
			OpensAt: w.clock.Now().Add(-24 * time.Hour), ClosesAt: w.clock.Now().Add(30 * 24 * time.Hour)}, "")
		w.must(err)
	}
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

func (w *world) meeting() string {
	w.Helper()
	now := w.clock.Now()
	m, err := w.consultation.CreateMeeting(w.Context(), w.actor, consultation.MeetingDraft{Kind: consultation.Workshop, Title: i18n.Text{Ar: "ورشة الماء بدائرة البور"},
		Place: i18n.Text{Ar: "دار الشباب"}, Unit: dlim, Chair: i18n.Text{Ar: "رئيس الدائرة"}, StartsAt: now.Add(-time.Hour), EndsAt: now.Add(time.Hour),
		Agenda: []consultation.AgendaItem{{Minutes: 120, Title: i18n.Text{Ar: "الطاولات"}}}, Colleges: []string{"citizens"}})
	w.must(err)
	return m.Number
}

func (w *world) say(meeting, words string) string {
	w.Helper()
	w.clock.Advance(time.Minute)
	c, err := w.consultation.RecordContribution(w.Context(), w.actor, consultation.ContributionDraft{Meeting: meeting, Kind: consultation.Problem,
		Raw: words, RawLang: "ary", College: "citizens", Unit: dlim, Axis: "water"})
	w.must(err)
	return c.Number
}

// release closes a meeting and publishes its report with what was said.
func (w *world) release(meeting string) {
	w.Helper()
	w.must(w.consultation.CloseMeeting(w.Context(), w.actor, meeting, ""))
	w.must(w.consultation.ReleaseMeeting(w.Context(), w.actor, meeting, ""))
}

func (w *world) group(title string, contributions ...string) string {
	w.Helper()
	w.clock.Advance(time.Hour)
	n, err := w.consultation.GroupContributions(w.Context(), w.actor, consultation.Grouping{Contributions: contributions,
		New: consultation.ProposalDraft{Title: i18n.Text{Ar: title}, Body: "نطلب إنجاز هذا المشروع بالدوار في أقرب وقت ممكن", Axis: "water", Units: []string{dlim}}})
	w.must(err)
	return n
}

func (w *world) answer(number string, decision consultation.Outcome, into string) {
	w.Helper()
	w.clock.Advance(time.Hour)
	p, err := w.consultation.WorkProposal(w.Context(), w.actor, number)
	w.must(err)
	w.must(w.consultation.AnswerProposal(w.Context(), w.actor, consultation.AnswerDraft{Number: number, Version: p.Version, Decision: decision, MergedInto: into,
		Sentence: i18n.Text{Ar: "جواب عن " + number}, Reason: i18n.Text{Ar: "هذا تعليل يفهمه صاحب المقترح"}}))
}

// vote puts two proposals to a vote under a budget for one, and publishes its
// result: all ballots hold the first.
func (w *world) vote(winner, loser string) (won, lost, number string) {
	w.Helper()
	ctx, now := w.Context(), w.clock.Now()
	number, err := w.prioritisation.CreateVote(ctx, w.actor, prioritisation.VoteDraft{Cycle: 1, Title: i18n.Text{Ar: "استشارة"}, Question: i18n.Text{Ar: "بأي المشاريع نبدأ؟"},
		Budget: 10_000_000_00, OpensAt: now.Add(-time.Minute), ClosesAt: now.Add(24 * time.Hour)})
	w.must(err)
	for _, n := range []string{winner, loser} {
		p, err := w.consultation.WorkProposal(ctx, w.actor, n)
		w.must(err)
		w.must(w.consultation.ScreenProposal(ctx, w.actor, consultation.ScreeningDraft{Number: n, Version: p.Version, Result: consultation.Passed, Motive: i18n.Text{Ar: "من اختصاص الجماعة ووعاؤه متوفر"}}))
		p, err = w.consultation.WorkProposal(ctx, w.actor, n)
		w.must(err)
		w.must(w.consultation.EstimateProposal(ctx, w.actor, n, p.Version, 8_000_000_00, ""))
		o, err := w.prioritisation.AddOption(ctx, w.actor, prioritisation.OptionDraft{Vote: number, Proposal: n, Title: i18n.Text{Ar: "خيار " + n}, Cost: 8_000_000_00, Units: []string{dlim}})
		w.must(err)
		if n == winner {
			won = o
		} else {
			lost = o
		}
	}
	codes, err := w.prioritisation.MakeCodes(ctx, w.actor, w.p, number, "citizens", 12, "")
	w.must(err)
	v, err := w.prioritisation.Vote(ctx, w.p.ID, number)
	w.must(err)
	w.must(w.prioritisation.FreezeCharter(ctx, w.actor, number, v.Version, ""))
	w.cast(number, codes, won)
	return won, lost, number
}

func (w *world) cast(vote string, codes []string, option string) {
	w.Helper()
	var group sync.WaitGroup
	for _, code := range codes {
		group.Go(func() {
			if err := w.prioritisation.CastBallot(w.Context(), w.p.ID, vote, code, prioritisation.NewReceipt(), []string{option}); err != nil {
				w.Error(err)
			}
		})
	}
	group.Wait()
}

func (w *world) publish(vote string) {
	w.Helper()
	ctx := w.Context()
	w.clock.Advance(25 * time.Hour)
	w.must(w.prioritisation.Tick(ctx))
	v, err := w.prioritisation.Vote(ctx, w.p.ID, vote)
	w.must(err)
	w.must(w.prioritisation.DrawSeed(ctx, w.actor, vote, "2026-11-27 / 4 8 15 16 23", v.Version, ""))
	w.must(w.prioritisation.Tally(ctx, w.actor, vote, ""))
	v, err = w.prioritisation.Vote(ctx, w.p.ID, vote)
	w.must(err)
	w.must(w.prioritisation.PublishResult(ctx, w.actor, vote, v.Version, ""))
}

func (w *world) way(number string) trace.Way {
	w.Helper()
	kind, number, ok := programme.ParseNumber(number)
	if !ok {
		w.Fatalf("%s is no number", number)
	}
	way, err := w.trace.Way(w.Context(), w.p, kind, number)
	w.must(err)
	return way
}

// shape writes a way as its steps with their states and branches, for comparison.
func shape(way trace.Way) string {
	var steps []string
	for _, s := range way.Steps {
		word := string(s.Kind)
		if s.Proposal != nil {
			word += "(" + s.Proposal.Number + ")"
		}
		if s.Internal {
			word += "?"
		}
		for _, b := range s.Branches {
			switch {
			case b.Proposal != nil:
				word += " x" + b.Proposal.Number
			case b.Option != nil:
				word += " x" + b.Option.Number
			case b.Contribution != nil:
				word += " x" + b.Contribution.Number
			}
		}
		switch s.State {
		case trace.Current:
			word += "*"
		case trace.Ahead:
			word = "-" + word
		}
		steps = append(steps, word)
	}
	return strings.Join(steps, ", ")
}

func (w *world) wants(number, want string) trace.Way {
	w.Helper()
	way := w.way(number)
	if got := shape(way); got != want {
		w.Errorf("%s:\n got %s\nwant %s", number, got, want)
	}
	return way
}

func TestTheWayOfASentenceInBothDirections(t *testing.T) {
	eachWorld(t, func(w *world) {
		m := w.meeting()
		c1, c2, c3 := w.say(m, "حنا فالدوار باقين كنجيبو الما من السقاية"), w.say(m, "الما كيتقطع كل نهار"), w.say(m, "بغينا ربط فردي")
		w.release(m)
		p1, refused, merged := w.group("الربط الفردي بالماء", c1, c2), w.group("حفر بئر في كل دوار", c1), w.group("عداد لكل دار", c3)
		other := w.group("مسلك قروي", w.lone())
		w.answer(refused, consultation.NotRetained, "")
		w.answer(merged, consultation.Merged, p1)
		w.answer(p1, consultation.Retained, "")
		w.answer(other, consultation.Retained, "")
		statement, err := w.deliberation.AddStatement(w.Context(), w.actor, deliberation.StatementDraft{Cycle: 1, Body: "الماء قبل الطريق", Lang: "ar", Source: programme.Subject(programme.Contribution, c1)})
		w.must(err)
		won, lost, vote := w.vote(p1, other)

		ranked := "debated, ranked*, -planned, -paid, -judged"
		way := w.wants(c1, fmt.Sprintf("said, proposed(%s) x%s, answered(%[1]s), %[3]s", p1, refused, ranked))
		if way.Next.Kind != trace.Ranked || !way.Next.Due.Equal(w.load(vote).ClosesAt) {
			t.Errorf("next: %+v", way.Next)
		}
		w.publish(vote)
		way = w.wants(c1, fmt.Sprintf("said, proposed(%s) x%s, answered(%[1]s), %[3]s", p1, refused, ranked))
		if way.Words != "حنا فالدوار باقين كنجيبو الما من السقاية" || way.Lang != "ary" || way.Next.Kind != trace.Planned {
			t.Errorf("%+v", way)
		}
		said, proposed, result := way.Steps[0], way.Steps[1], way.Steps[4]
		if said.Meeting.Number != m || said.Mark.Role != "coordinator" || len(said.Mark.Hash) != 64 || said.Count != 1 || said.Width != 1 {
			t.Errorf("said: %+v %+v", said, said.Mark)
		}
		if proposed.Joined != 3 || proposed.Width != 2 || len(proposed.Also) != 1 || proposed.Also[0].Number != merged {
			t.Errorf("proposed: %+v", proposed)
		}
		if o := result.Option; !o.Included || o.Place != 1 || o.Supporters != 12 || o.Ballots != 12 || result.Mark.Kind != prioritisation.ChangeResultPublished {
			t.Errorf("ranked: %+v", result.Option)
		}
		// A merged proposal is not the end: the way goes on with the one it joined.
		w.wants(c3, fmt.Sprintf("said, proposed(%s), answered(%[1]s), proposed(%s), answered(%[2]s), ranked*, -planned, -paid, -judged", merged, p1))
		w.wants(merged, fmt.Sprintf("said, proposed(%s), answered(%[1]s), proposed(%s), answered(%[2]s), ranked*, -planned, -paid, -judged", merged, p1))
		// Backwards, all three sentences lie before the proposal and before the option.
		for _, n := range []string{p1, won} {
			way = w.wants(n, fmt.Sprintf("said, proposed(%s) x%s, answered(%[1]s), %[3]s", p1, refused, ranked))
			if way.Joined != 3 || way.Steps[0].Contribution.Number != c1 || len(way.Steps[0].Also) != 2 {
				t.Errorf("%s: %d joined, %+v", n, way.Joined, way.Steps[0])
			}
		}
		w.wants(statement, fmt.Sprintf("said, proposed(%s) x%s, answered(%[1]s), %[3]s", p1, refused, ranked))
		// What was not retained ends in its branch, and so does what the vote left out.
		if way := w.wants(refused, fmt.Sprintf("said, proposed(%s) x%[1]s", refused)); !way.Ended || way.Steps[1].Branches[0].Answer == nil {
			t.Errorf("%+v", way)
		}
		way = w.wants(other, fmt.Sprintf("said, proposed(%s), answered(%[1]s), ranked x%s", other, lost))
		if b := way.Steps[3].Branches[0]; !way.Ended || b.Option.Supporters != 0 || b.At.IsZero() {
			t.Errorf("%+v", b)
		}
	})
}

// lone is a sentence of a meeting of its own.
func (w *world) lone() string {
	w.Helper()
	m := w.meeting()
	c := w.say(m, "الطريق خاسرة فالشتا")
	w.release(m)
	return c
}

func (w *world) load(vote string) prioritisation.Vote {
	w.Helper()
	v, err := w.prioritisation.Vote(w.Context(), w.p.ID, vote)
	w.must(err)
	return v
}

func TestNothingInternalIsTold(t *testing.T) {
	eachWorld(t, func(w *world) {
		m := w.meeting()
		c := w.say(m, "كلام لم يُنشر بعد")
		p := w.group("مقترح من تقرير لم يُنشر", c)
		if _, err := w.trace.Way(w.Context(), w.p, programme.Contribution, c); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unreleased contribution: %v", err)
		}
		way := w.wants(p, fmt.Sprintf("said?, proposed(%s)*, -answered, -ranked, -planned, -paid, -judged", p))
		if s := way.Steps[0]; s.Contribution != nil || s.Mark != nil || s.Meeting != nil || len(s.Also) != 0 {
			t.Errorf("the step tells of what is internal: %+v", s)
		}
		waiting, err := w.consultation.SubmitProposal(w.Context(), accounts.Visitor(w.p.ID), consultation.ProposalDraft{Title: i18n.Text{Ar: "عنوان ينتظر القراءة"},
			Body: "نص ينتظر أن يقرأه أحد قبل نشره", College: "citizens", Units: []string{dlim}})
		w.must(err)
		way = w.wants(waiting, fmt.Sprintf("proposed(%s)*, -answered, -ranked, -planned, -paid, -judged", waiting))
		if !way.Root.Title.Empty() || way.Next.Step != consultation.StepRead || way.Steps[0].Mark != nil {
			t.Errorf("%+v", way)
		}
		for kind, n := range map[programme.Kind]string{programme.Proposal: programme.FormatNumber(programme.Proposal, 999),
			programme.Meeting: m, programme.Statement: programme.FormatNumber(programme.Statement, 5), programme.Option: programme.FormatNumber(programme.Option, 5)} {
			if _, err := w.trace.Way(w.Context(), w.p, kind, n); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", n, err)
			}
		}
	})
}

func TestASentenceThatWasSetAsideSaysWhy(t *testing.T) {
	eachWorld(t, func(w *world) {
		m := w.meeting()
		c, kept := w.say(m, "هذا خارج اختصاص البرنامج"), w.say(m, "جملة تنتظر التصنيف")
		w.release(m)
		w.must(w.consultation.SetAside(w.Context(), w.actor, c, i18n.Text{Ar: "خارج اختصاص البرنامج، أُحيل شفويا"}, ""))
		way := w.wants(c, fmt.Sprintf("said x%s", c))
		if b := way.Steps[0].Branches[0]; b.Mark == nil || b.Contribution.Put.Reason.Ar == "" {
			t.Errorf("%+v", b)
		}
		if way := w.wants(kept, "said*, -proposed, -answered, -ranked, -planned, -paid, -judged"); way.Next.Kind != trace.Proposed {
			t.Errorf("%+v", way.Next)
		}
	})
}

// TestAWideWayTakesAsManyQueriesAsANarrowOne: a list of sentences must not cost a
// query each.
func TestAWideWayTakesAsManyQueriesAsANarrowOne(t *testing.T) {
	eachWorld(t, func(w *world) {
		m := w.meeting()
		var said []string
		for i := range 30 {
			said = append(said, w.say(m, fmt.Sprint("جملة رقم ", i)))
		}
		w.release(m)
		narrow, wide := w.group("مقترح ضيق من جملة", said[0]), w.group("مقترح واسع من جمل", said[1:]...)
		if a, b := w.queries(narrow), w.queries(wide); a != b || a == 0 {
			t.Errorf("%d queries for one sentence, %d for 29", a, b)
		}
		if way := w.way(wide); way.Steps[0].Width != 4 || way.Joined != 29 || !slices.ContainsFunc(way.Steps[0].Also, func(r trace.Ref) bool { return r.Number == said[29] }) {
			t.Errorf("%+v", way.Steps[0])
		}
	})
}

func (w *world) queries(proposal string) int {
	w.Helper()
	n, err := w.trace.GraphQueries(w.Context(), w.p.ID, programme.Proposal, proposal)
	w.must(err)
	return n
}

// link writes links and an open change of each subject, as later stages do.
func (w *world) link(open []string, links ...programme.Link) {
	w.Helper()
	w.clock.Advance(time.Hour)
	w.must(w.db.Write(w.Context(), w.p.ID, func(tx *store.Tx) error {
		for _, subject := range open {
			if _, err := tx.Append(store.Change{Kind: "thing.changed.v1", Subject: subject, Open: true, Public: store.Part{"by": store.Part{"role": "governor"}}}); err != nil {
				return err
			}
		}
		if len(open) == 0 {
			if _, err := tx.Append(store.Change{Kind: "thing.changed.v1", Subject: "thing", Public: store.Part{}}); err != nil {
				return err
			}
		}
		return programme.AddLinks(tx, links...)
	}))
}

// value appends an open value of an indicator.
func (w *world) value(indicator string, status evaluation.Status) {
	w.Helper()
	w.clock.Advance(time.Hour)
	w.must(w.db.Write(w.Context(), w.p.ID, func(tx *store.Tx) error {
		_, err := tx.Append(store.Change{Kind: evaluation.ChangeActualRecorded, Subject: indicator, Open: true, Public: store.Part{"status": string(status), "by": store.Part{"role": "coordinator"}}})
		return err
	}))
}

func TestTheWayToAProjectAndBack(t *testing.T) {
	eachWorld(t, func(w *world) {
		m := w.meeting()
		c := w.say(m, "بغينا ربط فردي")
		w.release(m)
		p, other := w.group("الربط الفردي بالماء", c), w.group("مسلك قروي", w.lone())
		w.answer(p, consultation.Retained, "")
		w.answer(other, consultation.Retained, "")
		won, lost, vote := w.vote(p, other)
		w.publish(vote)
		project, second := programme.FormatNumber(programme.Project, 1), programme.FormatNumber(programme.Project, 2)
		subject, version := programme.Subject(programme.Project, project), programme.Subject(programme.Version, programme.FormatNumber(programme.Version, 1))
		way := fmt.Sprintf("said, proposed(%s), answered(%[1]s), ranked", p)

		// A project that is being drafted is told only as something internal.
		w.link(nil, programme.Link{Source: programme.Subject(programme.Option, won), Target: subject, Kind: programme.BecameA})
		w.wants(c, way+", planned?*, -paid, -judged")
		if _, err := w.trace.Way(w.Context(), w.p, programme.Project, project); !fault.Is(err, fault.NotFound) {
			t.Errorf("an internal project: %v", err)
		}
		// Adopted: the version's leaf holds it.
		w.link([]string{version}, programme.Link{Source: subject, Target: version, Kind: programme.AdoptedIn})
		planned := w.wants(c, way+", planned*, -paid, -judged").Steps[4]
		if planned.Version != "RV-0001-3" || planned.Mark.Role != "governor" || len(planned.Projects) != 1 || planned.Projects[0].Number != project {
			t.Errorf("%+v %+v", planned, planned.Mark)
		}
		// Reported on, and to be judged by an indicator.
		report, objective, indicator := programme.Subject(programme.Report, programme.FormatNumber(programme.Report, 1)), programme.Subject(programme.Objective, programme.FormatNumber(programme.Objective, 1)), programme.Subject(programme.Indicator, programme.FormatNumber(programme.Indicator, 1))
		w.link([]string{report, indicator}, programme.Link{Source: subject, Target: report, Kind: programme.ReportedIn},
			programme.Link{Source: subject, Target: objective, Kind: programme.Serves}, programme.Link{Source: objective, Target: indicator, Kind: programme.JudgedBy})
		for _, n := range []string{c, p, won, project} {
			steps := w.wants(n, way+", planned, paid*, -judged").Steps
			if paid, judged := steps[5], steps[6]; paid.Count != 1 || len(judged.Also) != 1 || judged.Also[0].Number != "I-0001-3" {
				t.Errorf("%s: %+v %+v", n, paid, judged)
			}
		}
		// A value that is missing is no measure; one that is there makes the way whole.
		w.value(indicator, evaluation.Missing)
		w.wants(c, way+", planned, paid*, -judged")
		w.value(indicator, evaluation.Measured)
		for _, n := range []string{c, project} {
			whole := w.wants(n, way+", planned, paid, judged")
			if judged := whole.Steps[6]; whole.Next.Kind != "" || judged.Mark == nil || judged.Mark.Kind != evaluation.ChangeActualRecorded || judged.At.IsZero() || len(judged.Also) != 1 {
				t.Errorf("%s: %+v %+v", n, whole.Next, judged)
			}
		}
		// A decision may take up what the vote left out: the branch stays, the way goes on.
		w.link([]string{programme.Subject(programme.Project, second)}, programme.Link{Source: programme.Subject(programme.Option, lost), Target: programme.Subject(programme.Project, second), Kind: programme.BecameA})
		w.wants(second, fmt.Sprintf("said, proposed(%s), answered(%[1]s), ranked x%s, planned*, -paid, -judged", other, lost))
	})
}
