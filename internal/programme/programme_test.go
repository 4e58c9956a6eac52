package programme

import (
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// founded is a service with one programme and its coordinator.
func founded(t *testing.T, db *store.DB) (*Service, accounts.Actor) {
	t.Helper()
	s := NewService(db)
	p, err := s.Create(t.Context(), accounts.Actor{Person: "admin", Admin: true}, Foundation{Slug: "marrakech", Territory: "07.351", Name: i18n.Text{Ar: "عمالة مراكش"}})
	if err != nil {
		t.Fatal(err)
	}
	return s, accounts.Actor{Programme: p.ID, Person: "c", Grants: []accounts.Grant{{Role: accounts.Coordinator}}}
}

// TestOnlyWhoManagesTheProgrammeChangesItsFrame asks the commands themselves: no
// page stands between them and whoever calls.
func TestOnlyWhoManagesTheProgrammeChangesItsFrame(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s, coordinator := founded(t, db)
		ctx, now := t.Context(), db.Now()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		cycle, err := s.BeginCycle(ctx, coordinator, i18n.Text{Ar: "الدورة الأولى"}, "")
		must(err)
		phase := Phase{Cycle: cycle, Stage: Consultation, OpensAt: now.Add(-time.Hour), ClosesAt: now.Add(time.Hour)}
		phaseID, err := s.OpenPhase(ctx, coordinator, phase, "")
		must(err)
		step, err := s.SetStep(ctx, coordinator, Step{Stage: Consultation, Title: i18n.Text{Ar: "قرار إحداث اللجان"}}, "")
		must(err)
		commands := map[string]func(actor accounts.Actor) error{
			"SetAxis": func(a accounts.Actor) error {
				return s.SetAxis(ctx, a, Axis{ID: "youth", Name: i18n.Text{Ar: "الشباب"}}, "")
			},
			"SetCollege": func(a accounts.Actor) error {
				return s.SetCollege(ctx, a, College{ID: "media", Name: i18n.Text{Ar: "الإعلام"}, Voice: Opinion}, "")
			},
			"SetStep": func(a accounts.Actor) error {
				_, err := s.SetStep(ctx, a, Step{Stage: Roadmap, Title: i18n.Text{Ar: "خطوة أخرى"}}, "")
				return err
			},
			"FinishStep": func(a accounts.Actor) error { return s.FinishStep(ctx, a, step, 1, "") },
			"BeginCycle": func(a accounts.Actor) error {
				_, err := s.BeginCycle(ctx, a, i18n.Text{Ar: "الدورة الثانية"}, "")
				return err
			},
			"OpenPhase": func(a accounts.Actor) error { _, err := s.OpenPhase(ctx, a, phase, ""); return err },
			"ExtendPhase": func(a accounts.Actor) error {
				return s.ExtendPhase(ctx, a, phaseID, 1, now.Add(72*time.Hour), "تأخر وصول الدعوات إلى ثلاث جماعات", "")
			},
		}
		leaves := func() int {
			t.Helper()
			list, err := db.Changes(ctx, coordinator.Programme, 0, 10_000)
			must(err)
			return len(list)
		}
		before := leaves()
		for name, run := range commands {
			for role, rights := range accounts.Rights {
				if !rights[accounts.ProgrammeManage] {
					if err := run(accounts.Actor{Programme: coordinator.Programme, Person: "p", Grants: []accounts.Grant{{Role: role}}}); !fault.Is(err, fault.Forbidden) {
						t.Errorf("%s by %s: %v", name, role, err)
					}
				}
			}
			if err := run(accounts.Visitor(coordinator.Programme)); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s by a visitor: %v", name, err)
			}
			// A role in one cercle or on one axis changes nothing of the whole.
			for _, part := range []accounts.Grant{{Role: accounts.Coordinator, Unit: "07.351.03"}, {Role: accounts.Coordinator, Axis: "water"}} {
				if err := run(accounts.Actor{Programme: coordinator.Programme, Person: "p", Grants: []accounts.Grant{part}}); !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s by a coordinator of %+v: %v", name, part, err)
				}
			}
		}
		if n := leaves(); n != before {
			t.Fatalf("those who may not left %d leaves", n-before)
		}
		for name, run := range commands {
			if err := run(coordinator); err != nil {
				t.Errorf("%s by the coordinator: %v", name, err)
			}
		}
		if n := leaves(); n != before+len(commands) {
			t.Errorf("%d commands left %d leaves", len(commands), n-before)
		}
		_, err = s.Create(ctx, coordinator, Foundation{Slug: "rehamna", Territory: "07.427", Name: i18n.Text{Ar: "إقليم الرحامنة"}})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("a coordinator founds a programme: %v", err)
		}
	})
}

// TestAFrameReadBeforeAChangeIsNotKept: a reader who began before a command and
// ended after it must not leave the old frame for everybody after.
func TestAFrameReadBeforeAChangeIsNotKept(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s, coordinator := founded(t, db)
		s.forget(coordinator.Programme)
		since := s.changes
		old, err := s.frame(t.Context(), ` WHERE programme_id = $1`, coordinator.Programme)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.BeginCycle(t.Context(), coordinator, i18n.Text{Ar: "الدورة الأولى"}, ""); err != nil {
			t.Fatal(err)
		}
		s.keep(old, since)
		for range 2 {
			if p, err := s.Programme(t.Context(), "marrakech"); err != nil || len(p.Cycles) != 1 {
				t.Errorf("after the change a page reads %d cycles, %v", len(p.Cycles), err)
			}
		}
		now, err := s.ByID(t.Context(), coordinator.Programme)
		if again, _ := s.ByID(t.Context(), coordinator.Programme); err != nil || again != now {
			t.Error("a frame that nobody changed is read from the database each time")
		}
	})
}
