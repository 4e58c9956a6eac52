package roadmap_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
)

// draft begins a version that holds the projects and returns its number.
func (w world) draft(t *testing.T, projects ...string) int {
	t.Helper()
	ctx := context.Background()
	number, err := w.service.DraftVersion(ctx, w.coordinator, 1, i18n.Text{Ar: "خارطة الطريق"}, i18n.Text{Ar: "تقديم"}, "")
	if err != nil {
		t.Fatal(err)
	}
	if err := w.service.SetVersionProjects(ctx, w.coordinator, number, projects, 1, ""); err != nil {
		t.Fatal(err)
	}
	return number
}

func (w world) save(t *testing.T, p roadmap.Project) roadmap.Project {
	t.Helper()
	number, err := w.service.SaveProject(context.Background(), w.coordinator, p, "")
	if err != nil {
		t.Fatal(err)
	}
	if p, err = w.service.Project(context.Background(), w.programme.ID, number); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestASheetIsKeptUnripeAndAdoptedWhole(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		unripe := w.sheet
		unripe.Cost, unripe.Funding, unripe.Components, unripe.Shares, unripe.Milestones = 0, nil, nil, nil, nil
		p := w.save(t, unripe)
		if want := []string{"roadmap.gap.cost", "roadmap.gap.components", "roadmap.gap.shares", "roadmap.gap.accept"}; !slices.Equal(p.Gaps(), want) {
			t.Errorf("lacks %v, want %v", p.Gaps(), want)
		}
		number := w.draft(t, p.Number)
		if err := w.service.AdoptVersion(ctx, w.governor, number, 2, ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a version with an unripe sheet: %v", err)
		}
		whole := w.sheet
		whole.Number, whole.Version = p.Number, p.Version
		if p = w.save(t, whole); len(p.Gaps()) > 0 {
			t.Errorf("a whole sheet lacks %v", p.Gaps())
		}
		if err := w.service.AdoptVersion(ctx, w.governor, number, 2, ""); err != nil {
			t.Error(err)
		}
	})
}

func TestAnAdoptedProjectKeepsItsBaseline(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		two := w.sheet
		two.Components = append(slices.Clone(two.Components), roadmap.Component{Title: i18n.Text{Ar: "مضخات"}, Unit: i18n.Text{Ar: "مضخة"}, Quantity: 2000, UnitCost: 10})
		p := w.save(t, two)
		if err := w.service.AdoptVersion(ctx, w.governor, w.draft(t, p.Number), 2, ""); err != nil {
			t.Fatal(err)
		}
		for name, spoil := range map[string]func(p *roadmap.Project){
			"a later acceptance": func(p *roadmap.Project) {
				p.Milestones = []roadmap.Milestone{p.Milestones[0], {Code: "accept", PlannedAt: p.Milestones[1].PlannedAt.AddDate(0, 0, 1)}}
			},
			"a milestone less": func(p *roadmap.Project) { p.Milestones = p.Milestones[1:] },
			"a part less":      func(p *roadmap.Project) { p.Components = nil },
			"two parts that changed places": func(p *roadmap.Project) {
				p.Components = []roadmap.Component{p.Components[1], p.Components[0]}
			},
			"a part that went to the end under another's name": func(p *roadmap.Project) {
				p.Components = []roadmap.Component{{Title: i18n.Text{Ar: "حفر"}, Quantity: 1, UnitCost: 1}, p.Components[1], p.Components[0]}
			},
			"no cost": func(p *roadmap.Project) { p.Cost, p.Funding = 0, nil },
		} {
			q, err := w.service.Project(ctx, w.programme.ID, p.Number)
			if err != nil {
				t.Fatal(err)
			}
			spoil(&q)
			if _, err := w.service.SaveProject(ctx, w.coordinator, q, ""); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v", name, err)
			}
		}
		q, err := w.service.Project(ctx, w.programme.ID, p.Number)
		if err != nil {
			t.Fatal(err)
		}
		day, err := i18n.ParseDate(i18n.ISO(q.Milestones[1].PlannedAt)) // as a form has it
		if err != nil {
			t.Fatal(err)
		}
		planned := q.Milestones[1].PlannedAt
		q.Cost, q.Funding[0].Amount, q.Milestones[1].PlannedAt = q.Cost+50, q.Funding[0].Amount+50, day
		q.Components[0].Title.Ar = "قنوات جديدة" // new words in the same place, and one more
		q.Components = append(q.Components, roadmap.Component{Title: i18n.Text{Ar: "حفر"}, Quantity: 1, UnitCost: 1})
		if q = w.save(t, q); !q.Milestones[1].PlannedAt.Equal(planned) || q.Cost != w.sheet.Cost+50 {
			t.Errorf("cost %d, acceptance %s, was %s", q.Cost, q.Milestones[1].PlannedAt, planned)
		}
	})
}

func TestWhatIsAdoptedIsWhatWasShown(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		second, first := w.save(t, w.sheet), w.save(t, w.sheet)
		number := w.draft(t, first.Number, second.Number)
		shown, err := w.service.Preview(ctx, w.governor, number)
		if err != nil || len(shown.Differences) != 2 || shown.Since != 0 {
			t.Fatalf("%+v, %v", shown, err)
		}
		second.Title = i18n.Text{Ar: "عنوان تغير بعد العرض"}
		second = w.save(t, second)
		if err := w.service.AdoptAsShown(ctx, w.governor, number, 2, shown.Hash, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("a sheet changed under the signatory's eyes: %v", err)
		}
		if shown, err = w.service.Preview(ctx, w.governor, number); err != nil {
			t.Fatal(err)
		}
		if err := w.service.AdoptAsShown(ctx, w.governor, number, 2, shown.Hash, ""); err != nil {
			t.Fatal(err)
		}
		v, err := w.service.VersionOf(ctx, w.programme.ID, number)
		if err != nil || v.Hash != shown.Hash {
			t.Fatalf("adopted %s, shown %s, %v", v.Hash, shown.Hash, err)
		}
		if at, err := w.service.AdoptionTimes(ctx, w.programme.ID); err != nil || len(at) != 1 || !at[number].Equal(v.AdoptedAt) {
			t.Errorf("adopted at %v, not %v, %v", at, v.AdoptedAt, err)
		}
		content, err := v.Frozen()
		if err != nil || len(content.Objectives) != 1 || content.Objectives[0].Title.Ar != "الماء في كل بيت" || len(content.Axes) != 1 || content.Axes[0].ID != "water" {
			t.Fatalf("%+v, %v", content, err)
		}
		for i, want := range []roadmap.Project{first, second} {
			want.Release, want.Version, want.AdoptedIn = programme.Public, 0, 0 // of the row, not of the sheet
			if diff := cmp.Diff(want, content.Projects[i], cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("frozen unlike the sheet (-sheet +frozen):\n%s", diff)
			}
		}
		if _, err := w.service.Preview(ctx, w.governor, number); !fault.Is(err, fault.Closed) {
			t.Errorf("a preview of what is adopted: %v", err)
		}
	})
}

func TestDifferences(t *testing.T) {
	base := roadmap.Project{Number: "PR-0001-3", Title: i18n.Text{Ar: "مشروع"}, Cost: 100, MOA: "srm", Shares: []roadmap.Share{{Unit: "07.351.03.11", Num: 1, Den: 1}},
		Components: []roadmap.Component{{Title: i18n.Text{Ar: "قنوات"}, Quantity: 1000, UnitCost: 100}}}
	change := func(f func(p *roadmap.Project)) roadmap.Project { p := base; f(&p); return p }
	for name, c := range map[string]struct {
		before, after []roadmap.Project
		kind          string
		parts         []string
	}{
		"nothing":       {[]roadmap.Project{base}, []roadmap.Project{base}, "", nil},
		"a new project": {nil, []roadmap.Project{base}, roadmap.Added, nil},
		"one less":      {[]roadmap.Project{base}, nil, roadmap.Removed, nil},
		"cost and words": {[]roadmap.Project{base}, []roadmap.Project{change(func(p *roadmap.Project) { p.Cost, p.Title.Fr = 200, "Projet" })},
			roadmap.Changed, []string{"text", "cost"}},
		"another authority": {[]roadmap.Project{base}, []roadmap.Project{change(func(p *roadmap.Project) { p.MOA = "commune" })}, roadmap.Changed, []string{"origin"}},
		"another quantity": {[]roadmap.Project{base}, []roadmap.Project{change(func(p *roadmap.Project) {
			p.Components = []roadmap.Component{{Title: i18n.Text{Ar: "قنوات"}, Quantity: 2000, UnitCost: 100}}
		})}, roadmap.Changed, []string{"components"}},
	} {
		list, err := roadmap.Differences(c.before, c.after)
		switch {
		case err != nil:
			t.Errorf("%s: %v", name, err)
		case c.kind == "" && len(list) > 0:
			t.Errorf("%s: %+v", name, list)
		case c.kind != "" && (len(list) != 1 || list[0].Kind != c.kind || !slices.Equal(list[0].Parts, c.parts)):
			t.Errorf("%s: %+v, want %s %v", name, list, c.kind, c.parts)
		}
	}
}

func TestWarnings(t *testing.T) {
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	const commune = "07.351.03.11"
	people, _ := pack.Population(commune, territory.Census2024)
	sound := roadmap.Project{Cost: 150, Shares: []roadmap.Share{{Unit: commune, Num: 1, Den: 1}}, Beneficiaries: roadmap.Beneficiaries{Count: 490, Households: 100},
		Components: []roadmap.Component{{Title: i18n.Text{Ar: "قنوات"}, Quantity: 1500, UnitCost: 100}}}
	for want, change := range map[string]func(p *roadmap.Project){
		"":                           func(*roadmap.Project) {},
		"roadmap.warning.people":     func(p *roadmap.Project) { p.Beneficiaries = roadmap.Beneficiaries{Count: people + 1} },
		"roadmap.warning.households": func(p *roadmap.Project) { p.Beneficiaries = roadmap.Beneficiaries{Households: people} },
		"roadmap.warning.size":       func(p *roadmap.Project) { p.Beneficiaries.Households = 40 },
		"roadmap.warning.components": func(p *roadmap.Project) { p.Cost = 151 },
	} {
		p := sound
		change(&p)
		var keys []string
		for _, w := range p.Warnings(pack) {
			keys = append(keys, w.Key)
		}
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("warned of %q, want %q", got, want)
		}
	}
}

func TestADraftIsNoOneElsesToRead(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w, ctx := newWorld(t, db), context.Background()
		marked := w.sheet
		marked.Title, marked.Cost, marked.Funding[0].Amount = i18n.Text{Ar: "سر-المشروع"}, 77_777, 77_577
		w.draft(t, w.save(t, marked).Number)
		list, err := db.Changes(ctx, w.programme.ID, 0, 1000)
		if err != nil {
			t.Fatal(err)
		}
		held := false
		for _, c := range list {
			if all := string(c.Public.Body) + string(c.Text.Body); strings.Contains(all, "سر-المشروع") || strings.Contains(all, "77777") {
				held = true
				if c.Open {
					t.Errorf("%s is open: %s", c.Kind, c.Public.Body)
				}
			}
		}
		if !held {
			t.Error("the log does not hold the sheet at all")
		}
	})
}
