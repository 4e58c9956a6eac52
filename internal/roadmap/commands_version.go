package roadmap

import (
	"context"
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

// gateVersion locks the version's row and judges whether its cycle's roadmap has
// begun and nothing of it is adopted yet.
func gateVersion(tx *store.Tx, number int) error {
	var cycle int64
	var state string
	err := tx.QueryRowContext(tx.Context(), sqlHoldVersion, tx.Log(), number).Scan(&cycle, &state)
	switch {
	case store.IsNoRows(err):
		return fault.New(fault.NotFound, "fault.not_found")
	case err != nil:
		return err
	case state == Adopted:
		return fault.New(fault.Closed, "roadmap.error.adopted")
	}
	return programme.StaffGate(tx, cycle, programme.Roadmap)
}

// AdoptVersion freezes a draft: its whole content as it stands, hashed; its
// projects become public. Who prepares a roadmap does not adopt it.
func (s *Service) AdoptVersion(ctx context.Context, actor accounts.Actor, number int, version int64, once string) error {
	return s.AdoptAsShown(ctx, actor, number, version, "", once)
}

// AdoptAsShown is AdoptVersion of the content with the hash that the signatory
// was shown (Preview): a sheet changed since then is a Conflict. An empty hash
// adopts the draft as it stands.
func (s *Service) AdoptAsShown(ctx context.Context, actor accounts.Actor, number int, version int64, hash, once string) (err error) {
	defer fault.Wrap(&err, "roadmap.AdoptAsShown(%d)", number)
	if err := actor.Require(accounts.RoadmapAdopt, "", ""); err != nil {
		return err
	}
	v, err := s.VersionOf(ctx, actor.Programme, number)
	if err != nil {
		return err
	}
	frame, err := s.programmes.ByID(ctx, actor.Programme)
	if err != nil {
		return err
	}
	_, err = s.write(ctx, actor, accounts.RoadmapAdopt, once, func(tx *store.Tx, by store.Part) error {
		if err := gateVersion(tx, number); err != nil {
			return err
		}
		switch { // v was read before the write; that it still holds is judged by the row's version
		case len(v.Projects) == 0:
			return fault.Field("projects", "roadmap.error.no_projects")
		case v.Row != version:
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return adopt(tx, actor, by, v, frame, hash)
	})
	return err
}

func adopt(tx *store.Tx, actor accounts.Actor, by store.Part, v Version, frame *programme.Programme, shown string) error {
	f, err := freeze(tx.Context(), tx, v, frame)
	if err != nil {
		return err
	}
	for _, p := range f.Projects {
		if len(p.Gaps()) > 0 {
			return fault.Field("projects", "roadmap.error.incomplete", "number", p.Number)
		}
	}
	if shown != "" && shown != f.Hash {
		return fault.New(fault.Conflict, "roadmap.error.moved")
	}
	if err := changed(tx.ExecOne(sqlAdopt, tx.Log(), v.Number, string(f.Bytes), f.Hash, tx.Millis(), by["role"], v.Row)); err != nil {
		return err
	}
	if _, err := tx.Append(store.Change{Kind: ChangeAdopted, Subject: versionSubject(v.Number), Open: true,
		Public: store.Part{"version": v.Number, "hash": f.Hash, "projects": anys(v.Projects), "by": by}, Person: actor.PersonPart()}); err != nil {
		return err
	}
	if err := tx.Release(versionSubject(v.Number)); err != nil {
		return err
	}
	return releaseProjects(tx, actor, by, v.Number, f.Projects)
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
