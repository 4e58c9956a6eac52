package roadmap_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
)

type world struct {
	service               *roadmap.Service
	programme             *programme.Programme
	coordinator, governor accounts.Actor
	sheet                 roadmap.Project // a sound one
}

// newWorld founds a programme whose roadmap stage is open, with one objective.
func newWorld(t *testing.T, db *store.DB) world {
	t.Helper()
	ctx := context.Background()
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	programmes := programme.NewService(db)
	cons := consultation.NewService(db, programmes, pack)
	w := world{service: roadmap.NewService(db, programmes, cons, prioritisation.NewService(db, cons), pack)}
	w.programme, err = programmes.Create(ctx, accounts.Actor{Person: "admin", Admin: true}, programme.Foundation{Slug: "m", Territory: "07.351", Name: i18n.Text{Ar: "مراكش"}})
	if err != nil {
		t.Fatal(err)
	}
	w.coordinator = accounts.Actor{Programme: w.programme.ID, Person: "c", Grants: []accounts.Grant{{Role: accounts.Coordinator}}}
	w.governor = accounts.Actor{Programme: w.programme.ID, Person: "g", Grants: []accounts.Grant{{Role: accounts.Governor}}}
	if _, err := programmes.BeginCycle(ctx, w.coordinator, i18n.Text{Ar: "الدورة الأولى"}, ""); err != nil {
		t.Fatal(err)
	}
	objective, err := w.service.SetObjective(ctx, w.coordinator, roadmap.Objective{Axis: "water", Title: i18n.Text{Ar: "الماء في كل بيت"}}, "")
	if err != nil {
		t.Fatal(err)
	}
	w.sheet = roadmap.Project{Cycle: 1, Title: i18n.Text{Ar: "شبكة الماء"}, Objective: objective, MOA: "srm", Entry: roadmap.Structuring, EntryReason: i18n.Text{Ar: "مشروع مهيكل"}, Cost: 300,
		Shares:        []roadmap.Share{{Unit: "07.351.03.11", Num: 1, Den: 3}, {Unit: "07.351.03.03", Num: 2, Den: 3}},
		Funding:       []roadmap.Funding{{Organisation: "srm", Year: 2027, Amount: 100}, {Organisation: "council", Year: 2027, Amount: 200}},
		Components:    []roadmap.Component{{Title: i18n.Text{Ar: "قنوات"}, Unit: i18n.Text{Ar: "كلم"}, Quantity: 1500, UnitCost: 200}},
		Beneficiaries: roadmap.Beneficiaries{Count: 490, Households: 100, Who: i18n.Text{Ar: "الأسر غير المرتبطة"}},
		Milestones:    []roadmap.Milestone{{Code: "start", PlannedAt: db.Now()}, {Code: "accept", PlannedAt: db.Now().AddDate(0, 6, 0)}}}
	if _, err := w.service.SaveProject(ctx, w.coordinator, w.sheet, ""); !fault.Is(err, fault.Closed) {
		t.Fatalf("before the stage has begun: %v", err)
	}
	if _, err := programmes.OpenPhase(ctx, w.coordinator, programme.Phase{Cycle: 1, Stage: programme.Roadmap, OpensAt: db.Now().Add(-time.Hour), ClosesAt: db.Now().Add(time.Hour)}, ""); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestASheetAddsUpExactly(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		for name, spoil := range map[string]func(p *roadmap.Project){
			"shares of two thirds": func(p *roadmap.Project) { p.Shares = []roadmap.Share{{Unit: "07.351.03.11", Num: 2, Den: 3}} },
			"a centime too few": func(p *roadmap.Project) {
				p.Funding = []roadmap.Funding{{Organisation: "srm", Year: 2027, Amount: 299}}
			},
			"a commune of elsewhere": func(p *roadmap.Project) { p.Shares = []roadmap.Share{{Unit: "07.041.05.17", Num: 1, Den: 1}} },
			"an arrondissement":      func(p *roadmap.Project) { p.Shares = []roadmap.Share{{Unit: "07.351.01.05", Num: 1, Den: 1}} },
			"a commune twice": func(p *roadmap.Project) {
				p.Shares = []roadmap.Share{{Unit: "07.351.03.11", Num: 1, Den: 3}, {Unit: "07.351.03.11", Num: 2, Den: 3}}
			},
			"a partner's year twice": func(p *roadmap.Project) {
				p.Funding = []roadmap.Funding{{Organisation: "srm", Year: 2027, Amount: 100}, {Organisation: "srm", Year: 2027, Amount: 200}}
			},
			"a proposal of nowhere":          func(p *roadmap.Project) { p.Proposals = []string{"P-0001-3"} },
			"more people than there are":     func(p *roadmap.Project) { p.Beneficiaries.Count = 100_000_001 },
			"more households than there are": func(p *roadmap.Project) { p.Beneficiaries.Households = 1 << 60 },
			"a quantity without end": func(p *roadmap.Project) {
				p.Components = []roadmap.Component{{Title: i18n.Text{Ar: "قنوات"}, Quantity: 1 << 60}}
			},
			"a component beyond counting": func(p *roadmap.Project) {
				p.Components = []roadmap.Component{{Title: i18n.Text{Ar: "قنوات"}, Quantity: 1 << 40, UnitCost: 1 << 40}}
			},
			"no contracting authority": func(p *roadmap.Project) { p.MOA = "" },
			"a vote that never was":    func(p *roadmap.Project) { p.Entry, p.Options = roadmap.ByVote, []string{"O-0001-3"} },
		} {
			p := w.sheet
			spoil(&p)
			if _, err := w.service.SaveProject(ctx, w.coordinator, p, ""); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, err := w.service.SaveProject(ctx, w.governor, w.sheet, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the governor writes sheets: %v", err)
		}
		number, err := w.service.SaveProject(ctx, w.coordinator, w.sheet, "once")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.service.SaveProject(ctx, w.coordinator, w.sheet, "once"); err != nil || again != number {
			t.Errorf("the same form again: %q, %v, not %s", again, err, number)
		}
		got, err := w.service.Project(ctx, w.programme.ID, number)
		if err != nil || len(got.Shares) != 2 || len(got.Funding) != 2 || got.Axis != "water" || got.Release != programme.Internal {
			t.Fatalf("%+v, %v", got, err)
		}
		got.Version--
		if _, err := w.service.SaveProject(ctx, w.coordinator, got, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
	})
}

func TestAnAdoptedVersionNeverChanges(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		project, err := w.service.SaveProject(ctx, w.coordinator, w.sheet, "")
		if err != nil {
			t.Fatal(err)
		}
		number, err := w.service.DraftVersion(ctx, w.coordinator, 1, i18n.Text{Ar: "النسخة 1"}, i18n.Text{}, "draft")
		if err != nil {
			t.Fatal(err)
		}
		if again, err := w.service.DraftVersion(ctx, w.coordinator, 1, i18n.Text{Ar: "النسخة 1"}, i18n.Text{}, "draft"); err != nil || again != number {
			t.Errorf("the same form again: %d, %v, not %d", again, err, number)
		}
		if err := w.service.AdoptVersion(ctx, w.governor, number, 1, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty version: %v", err)
		}
		if err := w.service.SetVersionProjects(ctx, w.coordinator, number, []string{project}, 1, ""); err != nil {
			t.Fatal(err)
		}
		if err := w.service.AdoptVersion(ctx, w.coordinator, number, 2, ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("whoever prepares it adopts it: %v", err)
		}
		for range 2 { // a doubled click
			if err := w.service.AdoptVersion(ctx, w.governor, number, 2, "adopt"); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.service.AdoptVersion(ctx, w.governor, number, 3, ""); !fault.Is(err, fault.Closed) {
			t.Errorf("adopted a second time: %v", err)
		}
		adopted, err := w.service.VersionOf(ctx, w.programme.ID, number)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(adopted.Content); hex.EncodeToString(sum[:]) != adopted.Hash || adopted.AdoptedBy != string(accounts.Governor) {
			t.Errorf("hash %s of %s by %s", adopted.Hash, adopted.Content, adopted.AdoptedBy)
		}
		p, err := w.service.Project(ctx, w.programme.ID, project)
		if err != nil || p.Release != programme.Public || p.AdoptedIn != number {
			t.Fatalf("%+v, %v", p, err)
		}
		if version, parts, err := w.service.SinceAdoption(ctx, w.programme.ID, p); err != nil || version != number || len(parts) > 0 {
			t.Errorf("just adopted: version %d, changed %v, %v", version, parts, err)
		}
		p.Title = i18n.Text{Ar: "عنوان آخر"}
		if _, err := w.service.SaveProject(ctx, w.coordinator, p, ""); err != nil {
			t.Fatal(err)
		}
		if version, parts, err := w.service.SinceAdoption(ctx, w.programme.ID, p); err != nil || version != number || !slices.Equal(parts, []string{"text"}) {
			t.Errorf("another title since: version %d, changed %v, %v", version, parts, err)
		}
		again, err := w.service.VersionOf(ctx, w.programme.ID, number)
		if err != nil || !bytes.Equal(again.Content, adopted.Content) {
			t.Errorf("the adopted content changed with the sheet, %v", err)
		}
		if err := w.service.SetVersionProjects(ctx, w.coordinator, number, []string{project}, again.Row, ""); !fault.Is(err, fault.Closed) {
			t.Errorf("projects of an adopted version: %v", err)
		}
	})
}

func TestASheetIsTiedToWhatItNamesNow(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		number, err := w.service.SaveProject(ctx, w.coordinator, w.sheet, "")
		if err != nil {
			t.Fatal(err)
		}
		other, err := w.service.SetObjective(ctx, w.coordinator, roadmap.Objective{Axis: "social", Title: i18n.Text{Ar: "مدرسة قريبة"}}, "again")
		if err != nil {
			t.Fatal(err)
		}
		if same, err := w.service.SetObjective(ctx, w.coordinator, roadmap.Objective{Axis: "social", Title: i18n.Text{Ar: "مدرسة قريبة"}}, "again"); err != nil || same != other {
			t.Errorf("the same form again: %q, %v, not %s", same, err, other)
		}
		p, err := w.service.Project(ctx, w.programme.ID, number)
		if err != nil {
			t.Fatal(err)
		}
		p.Objective, p.Cycle, p.Release = other, 7, programme.Public // the last two are not the form's to say
		if _, err := w.service.SaveProject(ctx, w.coordinator, p, ""); err != nil {
			t.Fatal(err)
		}
		subject := programme.Subject(programme.Project, number)
		links, err := programme.LinksFrom(ctx, db.Read(), w.programme.ID, subject)
		if err != nil || len(links) != 1 || links[0].Target != programme.Subject(programme.Objective, other) {
			t.Errorf("tied to %+v, %v", links, err)
		}
		changes, err := db.ChangesOf(ctx, w.programme.ID, subject)
		if err != nil || len(changes) != 2 {
			t.Fatalf("%d changes, %v", len(changes), err)
		}
		for _, c := range changes {
			if c.Open {
				t.Errorf("%s of a sheet in draft is open to everyone", c.Kind)
			}
		}
		if p, err = w.service.Project(ctx, w.programme.ID, number); err != nil || p.Cycle != 1 || p.Axis != "social" {
			t.Errorf("cycle %d, axis %s, %v", p.Cycle, p.Axis, err)
		}
		if _, err := w.service.SetObjective(ctx, w.coordinator, roadmap.Objective{Number: other, Axis: "water", Title: i18n.Text{Ar: "مدرسة قريبة"}, Version: 1}, ""); err != nil {
			t.Fatal(err)
		}
		if p, err = w.service.Project(ctx, w.programme.ID, number); err != nil || p.Axis != "water" {
			t.Errorf("the objective went to water, its project lies on %s, %v", p.Axis, err)
		}
	})
}
