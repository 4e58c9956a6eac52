package roadmap

import (
	"context"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
)

// maxPeople bounds a project's beneficiaries: more than the kingdom has.
const maxPeople = 100_000_000

// sharesAddUp tells whether the communes' shares are positive and make one, exactly.
func sharesAddUp(shares []Share) bool {
	sum := new(big.Rat)
	for _, s := range shares {
		if s.Num <= 0 || s.Den <= 0 {
			return false
		}
		sum.Add(sum, big.NewRat(s.Num, s.Den))
	}
	return sum.Cmp(big.NewRat(1, 1)) == 0
}

// fundingSum adds the partners' amounts; ok is false when one names no partner
// or year, is not above zero, or repeats a partner's year.
func fundingSum(list []Funding) (sum int64, ok bool) {
	type line struct {
		organisation string
		year         int
	}
	seen := map[line]bool{}
	for _, f := range list {
		l := line{f.Organisation, f.Year}
		if f.Amount <= 0 || f.Amount > programme.MaxAmount || f.Organisation == "" || f.Year == 0 || seen[l] {
			return 0, false
		}
		seen[l] = true
		sum += f.Amount
	}
	return sum, true
}

// valid tells whether a component has a title, a quantity, and a cost within reason.
func (c Component) valid() bool {
	return !c.Title.Empty() && c.Quantity > 0 && c.Quantity <= programme.MaxAmount && c.UnitCost >= 0 &&
		(c.UnitCost == 0 || c.Quantity <= 1000*programme.MaxAmount/c.UnitCost)
}

// ComponentsCost adds the costs of the components, in centimes.
func (p Project) ComponentsCost() (sum int64) {
	for _, c := range p.Components {
		sum += c.Cost()
	}
	return sum
}

// Planned is the planned date of a milestone; the zero time when the sheet has none.
func (p Project) Planned(code string) time.Time {
	for _, m := range p.Milestones {
		if m.Code == code {
			return m.PlannedAt
		}
	}
	return time.Time{}
}

// Gaps lists what a sheet still lacks before a version that holds it can be
// adopted, as catalogue keys. A sheet is kept without them: a project that is
// not ripe stays in sight of those who can help it.
func (p Project) Gaps() (keys []string) {
	for _, gap := range []struct {
		there bool
		key   string
	}{
		{p.Cost > 0, "roadmap.gap.cost"}, {len(p.Components) > 0, "roadmap.gap.components"},
		{len(p.Shares) > 0, "roadmap.gap.shares"}, {!p.Planned("accept").IsZero(), "roadmap.gap.accept"},
	} {
		if !gap.there {
			keys = append(keys, gap.key)
		}
	}
	return keys
}

// Warning is something that a reader of a sheet should look at; it stops nothing.
type Warning struct {
	Key  string // of the catalogue
	Args []any
}

// householdGap is how far, as a ratio, people per household may lie from the census.
const householdGap = 0.15

// Warnings compares a sheet with the census of its communes and with itself: more
// people or households than live there, households of another size, parts that
// do not make the cost.
func (p Project) Warnings(pack *territory.Pack) (list []Warning) {
	b := p.Beneficiaries
	if people, households, known := census(pack, p.Shares); known {
		if float64(b.Count) > people {
			list = append(list, Warning{"roadmap.warning.people", []any{"n", b.Count, "census", int64(people)}})
		}
		if float64(b.Households) > households {
			list = append(list, Warning{"roadmap.warning.households", []any{"n", b.Households, "census", int64(households)}})
		}
		if b.Count > 0 && b.Households > 0 {
			size, usual := float64(b.Count)/float64(b.Households), people/households
			if math.Abs(size/usual-1) > householdGap {
				list = append(list, Warning{"roadmap.warning.size", []any{"size", round(size), "usual", round(usual)}})
			}
		}
	}
	if sum := p.ComponentsCost(); len(p.Components) > 0 && sum != p.Cost {
		list = append(list, Warning{"roadmap.warning.components", []any{"sum", i18n.Money(sum), "cost", i18n.Money(p.Cost)}})
	}
	return list
}

// round keeps one decimal: people per household are not known better.
func round(f float64) float64 { return math.Round(f*10) / 10 }

// census adds up the people and households of the communes in 2024; known is
// false when a figure is missing.
func census(pack *territory.Pack, shares []Share) (people, households float64, known bool) {
	for _, s := range shares {
		n, ok := pack.Value("population", s.Unit, territory.Census2024)
		h, also := pack.Value("households", s.Unit, territory.Census2024)
		if !ok || !also {
			return 0, 0, false
		}
		people, households = people+n.Figure, households+h.Figure
	}
	return people, households, households > 0
}

// check judges a sheet: sums exact, places, proposals and options real. It sets the axis.
func (s *Service) check(ctx context.Context, programmeID string, p *Project) error {
	frame, err := s.programmes.ByID(ctx, programmeID)
	if err != nil {
		return err
	}
	objectives, err := s.Objectives(ctx, programmeID)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	wrong.Check(p.Title.Ar != "" || p.Title.Fr != "", "title", "fault.required_language")
	i := slices.IndexFunc(objectives, func(o Objective) bool { return o.Number == p.Objective })
	if wrong.Check(i >= 0, "objective", "fault.choose_one") {
		p.Axis = objectives[i].Axis
	}
	wrong.Check(p.MOA != "", "moa", "fault.choose_one")
	wrong.Check(slices.Contains(Entries, p.Entry), "entry", "fault.choose_one")
	wrong.Check(p.Entry == ByVote || p.EntryReason.Ar != "" || p.EntryReason.Fr != "", "entry_reason", "fault.required_language")
	checkPeople(&wrong, "count", p.Beneficiaries.Count)
	checkPeople(&wrong, "households", p.Beneficiaries.Households)
	if wrong.Check(s.communes(frame.Territory, p.Shares), "shares", "roadmap.error.unit") && len(p.Shares) > 0 {
		wrong.Check(sharesAddUp(p.Shares), "shares", "roadmap.error.shares")
	}
	checkMoney(&wrong, p)
	codes := map[string]bool{}
	for _, m := range p.Milestones {
		wrong.Check(slices.Contains(MilestoneCodes, m.Code) && !m.PlannedAt.IsZero() && !codes[m.Code], "milestones", "roadmap.error.milestone")
		codes[m.Code] = true
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.checkOrigin(ctx, programmeID, p)
}

func checkPeople(wrong *fault.Fields, field string, n int64) {
	if wrong.Check(n >= 0, field, "roadmap.error.negative") {
		wrong.Check(n <= maxPeople, field, "fault.number_range", "min", 0, "max", maxPeople)
	}
}

// checkMoney judges cost, components and funding together. A sheet without a
// cost yet has neither of the others.
func checkMoney(wrong *fault.Fields, p *Project) {
	for _, c := range p.Components {
		wrong.Check(c.valid(), "components", "roadmap.error.component")
	}
	if !wrong.Check(p.Cost >= 0 && p.Cost <= programme.MaxAmount, "cost", "roadmap.error.cost") {
		return
	}
	if !wrong.Check(p.Cost > 0 || len(p.Components)+len(p.Funding) == 0, "cost", "fault.required") {
		return
	}
	sum, ok := fundingSum(p.Funding)
	if wrong.Check(ok, "funding", "roadmap.error.funding_line") {
		wrong.Check(sum == p.Cost, "funding", "roadmap.error.funding", "sum", i18n.Money(sum), "cost", i18n.Money(p.Cost))
	}
}

// communes tells whether every share lies in a commune of the territory, each named once.
func (s *Service) communes(within string, shares []Share) bool {
	seen := map[string]bool{}
	for _, sh := range shares {
		u, _ := s.pack.Unit(sh.Unit)
		if u.Kind != territory.Commune || !s.pack.Within(sh.Unit, within) || seen[sh.Unit] {
			return false
		}
		seen[sh.Unit] = true
	}
	return true
}

// checkOrigin makes sure that what a project comes from exists, and that one
// that claims a vote was included in its published result.
func (s *Service) checkOrigin(ctx context.Context, programmeID string, p *Project) error {
	known, err := s.consultation.ProposalRefs(ctx, programmeID, p.Proposals...)
	if err != nil {
		return err
	}
	for _, number := range p.Proposals {
		if _, ok := known[number]; !ok {
			return fault.Field("proposals", "roadmap.error.proposal", "number", number)
		}
	}
	if p.Entry == ByVote && len(p.Options) == 0 {
		return fault.Field("options", "fault.choose_some")
	}
	for _, number := range p.Options {
		o, err := s.prioritisation.Option(ctx, programmeID, number)
		if fault.Is(err, fault.NotFound) {
			return fault.Field("options", "fault.unknown_choice")
		}
		if err != nil {
			return err
		}
		v, err := s.prioritisation.Vote(ctx, programmeID, o.Vote)
		if err != nil {
			return err
		}
		if p.Entry == ByVote && (v.Outcome == nil || v.PublishedAt.IsZero() || !v.Outcome.Won(number)) {
			return fault.Field("options", "roadmap.error.not_included")
		}
	}
	return nil
}

// inPlace tells whether no component took the place of another: each may have
// new words, but not those that stood elsewhere.
func inPlace(before, after []Component) bool {
	for i, c := range after {
		if i < len(before) && sameWords(c.Title, before[i].Title) {
			continue
		}
		for j, other := range before {
			if sameWords(c.Title, other.Title) && (i < len(before) || !sameWords(after[j].Title, other.Title)) {
				return false
			}
		}
	}
	return true
}

// sameWords compares in the languages of the forms, and in English what has no other.
func sameWords(a, b i18n.Text) bool {
	if a.Ar == "" && a.Fr == "" && b.Ar == "" && b.Fr == "" {
		return a.En == b.En
	}
	return a.Ar == b.Ar && a.Fr == b.Fr
}

// checkAdopted keeps what delivery measures an adopted project by: the planned
// days are its frozen baseline (what is foreseen is told there), and quantities
// are reported by the place of their component, so that none may go.
func checkAdopted(old Project, p *Project) error {
	if old.AdoptedIn == 0 {
		return nil
	}
	var wrong fault.Fields
	p.Milestones = slices.Clone(p.Milestones)
	for _, m := range old.Milestones {
		i := slices.IndexFunc(p.Milestones, func(n Milestone) bool { return n.Code == m.Code })
		if wrong.Check(i >= 0 && i18n.ISO(p.Milestones[i].PlannedAt) == i18n.ISO(m.PlannedAt), "milestones", "roadmap.error.baseline") {
			p.Milestones[i] = m // forms know days only
		}
	}
	if wrong.Check(len(p.Components) >= len(old.Components), "components", "roadmap.error.component_removed") {
		wrong.Check(inPlace(old.Components, p.Components), "components", "roadmap.error.component_moved")
	}
	wrong.Check(len(p.Gaps()) == 0, "cost", "roadmap.error.incomplete", "number", old.Number)
	return wrong.Err()
}
