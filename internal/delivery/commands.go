package delivery

import (
	"context"
	"errors"
	"unicode/utf8"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
)

// minReason is the least length of a reason or lesson, in code points.
const minReason = 20

// ours is who acts for a project's contracting authority, as the log shows it:
// the grant with the right must name the project's own MOA or MOD.
func ours(actor accounts.Actor, right accounts.Right, p roadmap.Project) (by store.Part, err error) {
	if !actor.Somewhere(right) {
		return nil, actor.Require(right, "", p.Axis)
	}
	for _, g := range actor.Grants {
		if accounts.Rights[g.Role][right] && g.Organisation != "" && p.For(g.Organisation) {
			return store.Part{"role": string(g.Role), "organisation": g.Organisation}, nil
		}
	}
	return nil, fault.New(fault.Forbidden, "delivery.error.not_yours")
}

// oursOrCoordinator also lets through those who coordinate: they hold the right
// for every project of their axis.
func oursOrCoordinator(actor accounts.Actor, right accounts.Right, p roadmap.Project) (by store.Part, err error) {
	if actor.Can(accounts.ReportApprove, "", p.Axis) {
		return actor.By(accounts.ReportApprove, "", p.Axis), nil
	}
	return ours(actor, right, p)
}

// adopted finds a project that an adopted roadmap holds: only those are delivered.
func (s *Service) adopted(ctx context.Context, programmeID, number string) (roadmap.Project, error) {
	p, err := s.roadmap.Project(ctx, programmeID, number)
	if err == nil && p.AdoptedIn == 0 {
		err = fault.New(fault.Closed, "delivery.error.not_adopted")
	}
	return p, err
}

// write runs a command on a project: once, gate, fn. done is true when the same
// command had been carried out before.
func (s *Service) write(ctx context.Context, actor accounts.Actor, p roadmap.Project, once string, fn func(tx *store.Tx) error) (done bool, err error) {
	err = s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		if err := programme.StaffGate(tx, p.Cycle, programme.Delivery); err != nil {
			return err
		}
		return fn(tx)
	})
	if errors.Is(err, store.Unchanged) {
		return true, nil
	}
	return false, err
}

// earlier is the number that a command gave when it was first carried out.
func (s *Service) earlier(ctx context.Context, query, programmeID, once string) (number string, err error) {
	err = s.db.Read().QueryRowContext(ctx, query, programmeID, once).Scan(&number)
	return number, err
}

// state is a project's state inside a write, and how many decisions there are.
func state(tx *store.Tx, project string) (n int64, now State, err error) {
	err = tx.QueryRowContext(tx.Context(), sqlState, tx.Log(), project).Scan(&n, &now)
	if store.IsNoRows(err) {
		return 0, Programmed, nil
	}
	return n, now, err
}

// running refuses what comes after the end of a project.
func running(tx *store.Tx, project string) error {
	_, now, err := state(tx, project)
	if err == nil && now.Ended() {
		err = fault.New(fault.Closed, "delivery.error.ended")
	}
	return err
}

// DecideState moves a project to another state, with a published reason. version
// is Sheet.Version as the page showed it.
func (s *Service) DecideState(ctx context.Context, actor accounts.Actor, project string, to State, reason i18n.Text, version int64, once string) (err error) {
	defer fault.Wrap(&err, "delivery.DecideState(%s, %s)", project, to)
	p, err := s.adopted(ctx, actor.Programme, project)
	if err != nil {
		return err
	}
	if err := actor.Require(accounts.StateDecide, "", p.Axis); err != nil {
		return err
	}
	var wrong fault.Fields
	checkReason(&wrong, "reason", reason)
	if err := wrong.Err(); err != nil {
		return err
	}
	_, err = s.write(ctx, actor, p, once, func(tx *store.Tx) error {
		n, from, err := state(tx, project)
		if err != nil {
			return err
		}
		if n != version {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		if !leads(from, to) {
			return fault.Field("state", "delivery.error.transition")
		}
		by := actor.By(accounts.StateDecide, "", p.Axis)
		if err := tx.Exec(sqlInsertState, tx.Log(), project, n+1, string(to), encode(reason), by["role"], tx.Millis()); err != nil {
			return err
		}
		_, err = tx.Append(store.Change{Kind: ChangeStateDecided, Subject: programme.Subject(programme.Project, project), Open: true,
			Public: store.Part{"number": project, "from": string(from), "to": string(to), "by": by},
			Text:   store.Part{"reason": programme.TextValue(reason)}, Person: actor.PersonPart()})
		return err
	})
	return err
}

func leads(from, to State) bool {
	for _, next := range transitions[from] {
		if next == to {
			return true
		}
	}
	return false
}

// checkReason asks for a text of minReason code points in one language at least.
func checkReason(wrong *fault.Fields, field string, t i18n.Text) {
	if wrong.Check(!t.Empty(), field, "fault.required_language") {
		longest := max(utf8.RuneCountInString(t.Ar), utf8.RuneCountInString(t.Fr))
		wrong.Check(longest >= minReason, field, "fault.too_short", "n", minReason)
	}
}
