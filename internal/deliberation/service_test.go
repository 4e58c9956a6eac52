package deliberation_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
)

type world struct {
	db          *store.DB
	programmes  *programme.Service
	service     *deliberation.Service
	programme   *programme.Programme
	coordinator accounts.Actor
}

// newWorld founds a programme whose public debate is open.
func newWorld(t *testing.T, db *store.DB) world {
	t.Helper()
	ctx := context.Background()
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	w := world{db: db, programmes: programme.NewService(db)}
	w.service = deliberation.NewService(db, w.programmes, pack)
	p, err := w.programmes.Create(ctx, accounts.Actor{Person: "admin", Admin: true},
		programme.Foundation{Slug: "marrakech", Territory: "07.351", PackVersion: "1", Name: i18n.Text{Ar: "مراكش"}})
	if err != nil {
		t.Fatal(err)
	}
	w.programme = p
	w.coordinator = accounts.Actor{Programme: p.ID, Person: "coordinator", Grants: []accounts.Grant{{Role: accounts.Coordinator}}}
	cycle, err := w.programmes.BeginCycle(ctx, w.coordinator, i18n.Text{Ar: "الدورة الأولى"}, "")
	if err != nil {
		t.Fatal(err)
	}
	now := db.Now()
	if _, err := w.programmes.OpenPhase(ctx, w.coordinator, programme.Phase{Cycle: cycle, Stage: programme.Deliberation,
		OpensAt: now.Add(-time.Hour), ClosesAt: now.Add(time.Hour)}, ""); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w world) add(t *testing.T, body string) string {
	t.Helper()
	n, err := w.service.AddStatement(context.Background(), w.coordinator, deliberation.StatementDraft{Cycle: 1, Body: body, Lang: "ar"})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// participant is somebody with an account and the college of citizens.
func (w world) participant(person string) accounts.Actor {
	return accounts.Actor{Programme: w.programme.ID, Person: person, Grants: []accounts.Grant{{Role: accounts.Participant, College: "citizens"}}}
}

func TestVotesAreCountedOnceAndApart(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		number := w.add(t, "النقل المدرسي قبل توسيع الطريق")
		var group sync.WaitGroup
		vote := func(actor accounts.Actor, v deliberation.Voter, c deliberation.Choice) {
			group.Go(func() {
				if err := w.service.Vote(ctx, actor, v, number, c); err != nil {
					t.Error(err)
				}
			})
		}
		visitor := accounts.Visitor(w.programme.ID)
		for i := range 30 {
			vote(w.participant(fmt.Sprint("person", i)), deliberation.Voter{}, deliberation.Agree)
			vote(visitor, deliberation.Voter{Key: deliberation.DeviceKey(fmt.Sprint(i)), College: "citizens", Confirmed: true}, deliberation.Disagree)
		}
		group.Wait()
		for range 2 { // said twice, counted once
			if err := w.service.Vote(ctx, w.participant("person0"), deliberation.Voter{}, number, deliberation.Pass); err != nil {
				t.Fatal(err)
			}
		}
		results, err := w.service.Results(ctx, w.programme.ID, 1, []string{"citizens", "elected"})
		if err != nil || len(results) != 1 {
			t.Fatal(results, err)
		}
		r := results[0]
		if c := r.Confirmed; c.N != (deliberation.Cell{N: 30}) || c.Agree.N != 29 || c.Pass != (deliberation.Cell{N: 1, Masked: true}) {
			t.Errorf("confirmed %+v", c)
		}
		if c := r.Unconfirmed; c.N.N != 30 || c.Disagree.N != 30 || c.Agree.N != 0 {
			t.Errorf("unconfirmed %+v", c)
		}
		if row := r.Colleges[1]; !row.N.Masked {
			t.Errorf("a college of nobody is shown: %+v", row)
		}
		turnout, err := w.service.Turnout(ctx, w.programme.ID, 1)
		if err != nil || turnout.Confirmed.N != 30 || turnout.Unconfirmed.N != 30 {
			t.Errorf("turnout %+v, %v", turnout, err)
		}
	})
}

func TestVoteIsRefusedWhereItDoesNotBelong(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		number := w.add(t, "رأي مفتوح")
		hidden := w.add(t, "رأي محجوب")
		if err := w.service.SetState(ctx, w.coordinator, hidden, deliberation.Hidden, "يمس شخصا بعينه ولا يفيد النقاش", 1, ""); err != nil {
			t.Fatal(err)
		}
		before := votes(t, db, w)
		visitor, voter, staff := accounts.Visitor(w.programme.ID), w.participant("p"), w.coordinator
		stranger := w.participant("q")
		stranger.Grants[0].College = "nobles"
		device := deliberation.Voter{Key: deliberation.DeviceKey("d"), College: "citizens"}
		of := func(college, unit string) deliberation.Voter {
			return deliberation.Voter{Key: device.Key, College: college, Unit: unit}
		}
		for _, c := range []struct {
			name   string
			actor  accounts.Actor
			device deliberation.Voter
			number string
			choice deliberation.Choice
			want   fault.Kind
		}{
			{"hidden statement", voter, deliberation.Voter{}, hidden, deliberation.Agree, fault.NotFound},
			{"unknown statement", voter, deliberation.Voter{}, "S-9999-9", deliberation.Agree, fault.NotFound},
			{"unknown choice", voter, deliberation.Voter{}, number, "maybe", fault.Invalid},
			{"no college", visitor, of("", ""), number, deliberation.Agree, fault.Invalid},
			{"a college that is none", visitor, of("nobles", ""), number, deliberation.Agree, fault.Invalid},
			{"a college that is none, with an account", stranger, deliberation.Voter{}, number, deliberation.Agree, fault.Invalid},
			{"a commune elsewhere", visitor, of("citizens", "06.141.01.0"), number, deliberation.Agree, fault.Invalid},
			{"nobody", visitor, deliberation.Voter{College: "citizens"}, number, deliberation.Agree, fault.Unauthenticated},
			{"staff", staff, device, number, deliberation.Agree, fault.Forbidden},
		} {
			if err := w.service.Vote(ctx, c.actor, c.device, c.number, c.choice); !fault.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
		if after := votes(t, db, w); after != before {
			t.Errorf("%d refused votes are on the log", after-before)
		}
		phase := w.openPhase(t)
		if err := w.programmes.ExtendPhase(ctx, w.coordinator, phase.ID, phase.Version, db.Now().Add(50*time.Millisecond), "نقص عدد المشاركين عن المتوقع", ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(60 * time.Millisecond)
		if err := w.service.Vote(ctx, voter, deliberation.Voter{}, number, deliberation.Agree); !fault.Is(err, fault.Closed) {
			t.Errorf("after the closing: %v", err)
		}
	})
}

// votes counts the leaves of the programme's log.
func votes(t *testing.T, db *store.DB, w world) int {
	t.Helper()
	list, err := db.Changes(context.Background(), w.programme.ID, 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// TestHiddenAndWithdrawnWordsAreReadNowhere is the debate's part: a statement that
// staff hid is read by those who manage statements, and by nobody else.
func TestHiddenAndWithdrawnWordsAreReadNowhere(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		hidden := w.add(t, "رأي يسمي شخصا")
		for i := range 12 {
			if err := w.service.Vote(ctx, w.participant(fmt.Sprint(i)), deliberation.Voter{}, hidden, deliberation.Agree); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.service.SetState(ctx, w.coordinator, hidden, deliberation.Hidden, "يمس شخصا بعينه ولا يفيد النقاش", 1, ""); err != nil {
			t.Fatal(err)
		}
		list, err := w.service.Statements(ctx, w.programme.ID, 1)
		if err != nil || len(list) != 1 || list[0].Body != "" || list[0].Reason == "" {
			t.Errorf("in the list: %+v, %v", list, err)
		}
		if st, err := w.service.Statement(ctx, w.programme.ID, hidden); err != nil || st.Body != "" || st.Reason == "" {
			t.Errorf("by its number: %+v, %v", st, err)
		}
		results, err := w.service.Results(ctx, w.programme.ID, 1, []string{"citizens"})
		if err != nil || len(results) != 1 || results[0].Statement.Body != "" || results[0].Confirmed.N.N != 0 {
			t.Errorf("with its votes: %+v, %v", results, err)
		}
		if st, err := w.service.WorkStatement(ctx, w.coordinator, hidden); err != nil || st.Body == "" {
			t.Errorf("those who hid it no longer read it: %+v, %v", st, err)
		}
		if list, err := w.service.WorkStatements(ctx, w.coordinator, 1); err != nil || list[0].Body == "" {
			t.Errorf("those who hid it no longer read it: %+v, %v", list, err)
		}
		for name, actor := range map[string]accounts.Actor{"a visitor": accounts.Visitor(w.programme.ID), "a participant": w.participant("p")} {
			if st, err := w.service.WorkStatement(ctx, actor, hidden); err == nil || st.Body != "" {
				t.Errorf("%s reads %+v", name, st)
			}
			if list, err := w.service.WorkStatements(ctx, actor, 1); err == nil || len(list) != 0 {
				t.Errorf("%s reads %+v", name, list)
			}
		}
	})
}

func (w world) openPhase(t *testing.T) programme.Phase {
	t.Helper()
	p, err := w.programmes.ByID(context.Background(), w.programme.ID)
	if err != nil {
		t.Fatal(err)
	}
	phase, ok := p.OpenPhase(programme.Deliberation, w.db.Now())
	if !ok {
		t.Fatal("the public debate is not open")
	}
	return phase
}

func TestOnlyThoseWithTheRightManageStatements(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		for role := range accounts.Rights {
			actor := accounts.Actor{Programme: w.programme.ID, Person: "x", Grants: []accounts.Grant{{Role: role}}}
			_, err := w.service.AddStatement(ctx, actor, deliberation.StatementDraft{Cycle: 1, Body: "رأي", Lang: "ar"})
			if allowed := accounts.Rights[role][accounts.StatementManage]; allowed != (err == nil) {
				t.Errorf("%s: %v", role, err)
			}
		}
		_, err := w.service.AddStatement(ctx, w.coordinator, deliberation.StatementDraft{Cycle: 1, Body: strings.Repeat("ح", 141), Lang: "ar"})
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("141 characters: %v", err)
		}
	})
}

func TestChoicesNeverStandInAnOpenPart(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		number := w.add(t, "رأي")
		if err := w.service.Vote(ctx, w.participant("marked-person"), deliberation.Voter{}, number, deliberation.Disagree); err != nil {
			t.Fatal(err)
		}
		list, err := db.Changes(ctx, w.programme.ID, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		last := list[len(list)-1]
		open := string(last.Public.Body) + string(last.Text.Body) + last.Subject
		for _, secret := range []string{"marked-person", "disagree", number} {
			if strings.Contains(open, secret) {
				t.Errorf("%q stands in an open part: %s", secret, open)
			}
		}
		if !strings.Contains(string(last.Person.Body), "disagree") {
			t.Error("the choice is not on the log at all")
		}
	})
}
