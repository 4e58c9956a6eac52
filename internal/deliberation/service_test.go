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
	w := world{db: db, programmes: programme.NewService(db), service: deliberation.NewService(db)}
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

func TestVotesAreCountedOnceAndApart(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		number := w.add(t, "النقل المدرسي قبل توسيع الطريق")
		var group sync.WaitGroup
		vote := func(v deliberation.Voter, c deliberation.Choice) {
			group.Go(func() {
				if err := w.service.Vote(ctx, w.programme.ID, v, number, c); err != nil {
					t.Error(err)
				}
			})
		}
		for i := range 30 {
			v := deliberation.Voter{Key: fmt.Sprint("person", i), College: "citizens", Confirmed: true}
			vote(v, deliberation.Agree)
			vote(deliberation.Voter{Key: deliberation.DeviceKey(fmt.Sprint(i)), College: "citizens"}, deliberation.Disagree)
		}
		group.Wait()
		changed := deliberation.Voter{Key: "person0", College: "citizens", Confirmed: true}
		for range 2 { // said twice, counted once
			if err := w.service.Vote(ctx, w.programme.ID, changed, number, deliberation.Pass); err != nil {
				t.Fatal(err)
			}
		}
		results, err := w.service.Results(ctx, w.programme.ID, 1, []string{"citizens", "elected"})
		if err != nil || len(results) != 1 {
			t.Fatal(results, err)
		}
		r := results[0]
		if want := (deliberation.Tally{Agree: 29, Pass: 1}); r.Confirmed != want {
			t.Errorf("confirmed %+v, want %+v", r.Confirmed, want)
		}
		if want := (deliberation.Tally{Disagree: 30}); r.Unconfirmed != want {
			t.Errorf("unconfirmed %+v, want %+v", r.Unconfirmed, want)
		}
		if row := r.Colleges[1]; !row.N.Masked {
			t.Errorf("a college of nobody is shown: %+v", row)
		}
		turnout, err := w.service.Turnout(ctx, w.programme.ID, 1)
		if err != nil || turnout.Confirmed != 30 || turnout.Unconfirmed != 30 {
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
		voter := deliberation.Voter{Key: "p", College: "citizens", Confirmed: true}
		for _, c := range []struct {
			name   string
			voter  deliberation.Voter
			number string
			choice deliberation.Choice
			want   fault.Kind
		}{
			{"hidden statement", voter, hidden, deliberation.Agree, fault.NotFound},
			{"unknown statement", voter, "S-9999-9", deliberation.Agree, fault.NotFound},
			{"unknown choice", voter, number, "maybe", fault.Invalid},
			{"no college", deliberation.Voter{Key: "p"}, number, deliberation.Agree, fault.Invalid},
			{"nobody", deliberation.Voter{College: "citizens"}, number, deliberation.Agree, fault.Unauthenticated},
		} {
			if err := w.service.Vote(ctx, w.programme.ID, c.voter, c.number, c.choice); !fault.Is(err, c.want) {
				t.Errorf("%s: %v, want %v", c.name, err, c.want)
			}
		}
		phase := w.openPhase(t)
		if err := w.programmes.ExtendPhase(ctx, w.coordinator, phase.ID, phase.Version, db.Now().Add(50*time.Millisecond), "نقص عدد المشاركين عن المتوقع", ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(60 * time.Millisecond)
		if err := w.service.Vote(ctx, w.programme.ID, voter, number, deliberation.Agree); !fault.Is(err, fault.Closed) {
			t.Errorf("after the closing: %v", err)
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
		if err := w.service.Vote(ctx, w.programme.ID, deliberation.Voter{Key: "marked-person", College: "citizens", Confirmed: true}, number, deliberation.Disagree); err != nil {
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
