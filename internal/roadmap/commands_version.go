package roadmap

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// DraftVersion begins the next version of the roadmap and returns its number.
func (s *Service) DraftVersion(ctx context.Context, actor accounts.Actor, cycle int64, title, preamble i18n.Text, once string) (number int, err error) {
	defer fault.Wrap(&err, "roadmap.DraftVersion")
	if title.Ar == "" && title.Fr == "" {
		return 0, fault.Field("title", "fault.required_language")
	}
	earlier, err := s.write(ctx, actor, accounts.RoadmapDraft, once, func(tx *store.Tx, by store.Part) error {
		if err := programme.StaffGate(tx, cycle, programme.Roadmap); err != nil {
			return err
		}
		if err := tx.QueryRowContext(tx.Context(), sqlNextVersion, tx.Log()).Scan(&number); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertVersion, tx.Log(), number, cycle, encode(title), encode(preamble)); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeVersionDrafted, Subject: versionSubject(number),
			Public: store.Part{"version": number, "cycle": cycle, "by": by},
			Text:   store.Part{"title": programme.TextValue(title), "preamble": programme.TextValue(preamble)}, Person: actor.PersonPart()})
		return err
	})
	if parts := strings.Split(earlier, "-"); len(parts) == 3 { // RV-0001-3, as the log has it
		return strconv.Atoi(parts[1])
	}
	return number, err
}

func versionSubject(number int) string {
	return programme.Subject(programme.Version, programme.FormatNumber(programme.Version, int64(number)))
}

// SetVersionProjects says which projects a draft holds, in their order.
func (s *Service) SetVersionProjects(ctx context.Context, actor accounts.Actor, number int, projects []string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "roadmap.SetVersionProjects(%d)", number)
	known, err := s.ProjectsByNumber(ctx, actor.Programme, projects...)
	if err != nil {
		return err
	}
	if len(known) != len(projects) {
		return fault.Field("projects", "fault.unknown_choice")
	}
	_, err = s.write(ctx, actor, accounts.RoadmapDraft, once, func(tx *store.Tx, by store.Part) error {
		if err := gateVersion(tx, number); err != nil {
			return err
		}
		if err := changed(tx.ExecOne(sqlSetProjects, tx.Log(), number, encode(projects), version)); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeProjectsSet, Subject: versionSubject(number),
			Public: store.Part{"version": number, "projects": anys(projects), "by": by}, Person: actor.PersonPart()})
		return err
	})
	return err
}

// gateVersion locks the version's row and judges whether its cycle's roadmap has begun.
func gateVersion(tx *store.Tx, number int) error {
	var cycle int64
	err := tx.QueryRowContext(tx.Context(), sqlHoldVersion, tx.Log(), number).Scan(&cycle)
	if store.IsNoRows(err) {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return err
	}
	return programme.StaffGate(tx, cycle, programme.Roadmap)
}

// AdoptVersion freezes a draft: its whole content as it stands, hashed; its
// projects become public. Who prepares a roadmap does not adopt it.
func (s *Service) AdoptVersion(ctx context.Context, actor accounts.Actor, number int, version int64, once string) (err error) {
	defer fault.Wrap(&err, "roadmap.AdoptVersion(%d)", number)
	if err := actor.Require(accounts.RoadmapAdopt, "", ""); err != nil {
		return err
	}
	v, err := s.VersionOf(ctx, actor.Programme, number)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, actor, accounts.RoadmapAdopt, once, func(tx *store.Tx, by store.Part) error {
		if err := gateVersion(tx, number); err != nil {
			return err
		}
		switch { // v was read before the write; that it still holds is judged by the row's version
		case v.State == Adopted:
			return fault.New(fault.Closed, "roadmap.error.adopted")
		case len(v.Projects) == 0:
			return fault.Field("projects", "roadmap.error.no_projects")
		case v.Row != version:
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return adopt(tx, actor, by, v)
	})
	return err
}

func adopt(tx *store.Tx, actor accounts.Actor, by store.Part, v Version) error {
	projects, err := load(tx.Context(), tx, tx.Log(), v.Projects...)
	if err != nil {
		return err
	}
	slices.SortFunc(projects, func(a, b Project) int { return slices.Index(v.Projects, a.Number) - slices.Index(v.Projects, b.Number) })
	content, err := store.Canonical(versionPart(v, projects))
	if err != nil {
		return err
	}
	sum := sha256.Sum256(content)
	hash := hex.EncodeToString(sum[:])
	if err := changed(tx.ExecOne(sqlAdopt, tx.Log(), v.Number, string(content), hash, tx.Millis(), by["role"], v.Row)); err != nil {
		return err
	}
	if _, err := tx.Append(store.Change{Kind: ChangeAdopted, Subject: versionSubject(v.Number), Open: true,
		Public: store.Part{"version": v.Number, "hash": hash, "projects": anys(v.Projects), "by": by}, Person: actor.PersonPart()}); err != nil {
		return err
	}
	if err := tx.Release(versionSubject(v.Number)); err != nil {
		return err
	}
	return releaseProjects(tx, actor, by, v.Number, projects)
}

func releaseProjects(tx *store.Tx, actor accounts.Actor, by store.Part, number int, projects []Project) error {
	for _, p := range projects {
		subject := programme.Subject(programme.Project, p.Number)
		if err := tx.Exec(sqlAdoptProject, tx.Log(), p.Number, number); err != nil {
			return err
		}
		if err := programme.AddLinks(tx, programme.Link{Source: subject, Target: versionSubject(number), Kind: programme.AdoptedIn, ByRole: by["role"].(string)}); err != nil {
			return err
		}
		if p.Release == programme.Public {
			continue
		}
		if err := programme.LogRelease(tx, actor, by, subject, p.Release, programme.Public, ""); err != nil {
			return err
		}
	}
	return nil
}

// versionPart is what an adopted version freezes.
func versionPart(v Version, projects []Project) store.Part {
	list := make([]any, len(projects))
	for i, p := range projects {
		part := projectPart(p)
		part["number"], part["title"], part["summary"], part["entry_reason"] = p.Number, programme.TextValue(p.Title), programme.TextValue(p.Summary), programme.TextValue(p.EntryReason)
		part["who"] = programme.TextValue(p.Beneficiaries.Who)
		list[i] = part
	}
	return store.Part{"version": v.Number, "cycle": v.Cycle, "title": programme.TextValue(v.Title), "preamble": programme.TextValue(v.Preamble), "projects": list}
}

// projectPart is the numbers and places of a sheet, without its texts.
func projectPart(p Project) store.Part {
	var shares, funding, components, milestones []any
	for _, sh := range p.Shares {
		shares = append(shares, store.Part{"unit": sh.Unit, "num": sh.Num, "den": sh.Den})
	}
	for _, f := range p.Funding {
		funding = append(funding, store.Part{"organisation": f.Organisation, "year": f.Year, "amount": f.Amount})
	}
	for _, c := range p.Components {
		components = append(components, store.Part{"title": programme.TextValue(c.Title), "unit": programme.TextValue(c.Unit), "quantity": c.Quantity, "unit_cost": c.UnitCost})
	}
	for _, m := range p.Milestones {
		milestones = append(milestones, store.Part{"code": m.Code, "planned": millis(m.PlannedAt)})
	}
	return store.Part{"cycle": p.Cycle, "objective": p.Objective, "axis": p.Axis, "moa": p.MOA, "mod": p.MOD, "options": anys(p.Options), "proposals": anys(p.Proposals),
		"entry": p.Entry, "cost": p.Cost, "shares": shares, "funding": funding, "components": components, "milestones": milestones,
		"beneficiaries": p.Beneficiaries.Count, "households": p.Beneficiaries.Households}
}
