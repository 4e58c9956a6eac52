package delivery

import (
	"context"
	"slices"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
)

// MilestoneDraft is the newest word on one of a project's dates.
type MilestoneDraft struct {
	Project, Code    string
	Forecast, Actual time.Time // one of them at least; the other stays as it was told
	Version          int64     // MilestoneLine.Version as the page showed it
	Once             string
}

func (d MilestoneDraft) check(p roadmap.Project, now time.Time) error {
	var wrong fault.Fields
	wrong.Check(slices.ContainsFunc(p.Milestones, func(m roadmap.Milestone) bool { return m.Code == d.Code }), "code", "fault.choose_one")
	wrong.Check(!d.Forecast.IsZero() || !d.Actual.IsZero(), "forecast", "delivery.error.some_date")
	wrong.Check(!d.Actual.After(now), "actual", "delivery.error.future")
	return wrong.Err()
}

// RecordMilestone sets the forecast or actual date of a milestone; the planned
// one is frozen with the roadmap.
func (s *Service) RecordMilestone(ctx context.Context, actor accounts.Actor, d MilestoneDraft) (err error) {
	defer fault.Wrap(&err, "delivery.RecordMilestone(%s, %s)", d.Project, d.Code)
	p, err := s.adopted(ctx, actor.Programme, d.Project)
	if err != nil {
		return err
	}
	by, err := ours(actor, accounts.ReportSubmit, p)
	if err != nil {
		return err
	}
	if err := d.check(p, s.db.Now()); err != nil {
		return err
	}
	_, err = s.write(ctx, actor, p, d.Once, func(tx *store.Tx) error {
		if err := running(tx, d.Project); err != nil {
			return err
		}
		var forecast, actual int64 // as they stand now
		err := tx.QueryRowContext(tx.Context(), sqlSetMilestone, tx.Log(), d.Project, d.Code, millis(d.Forecast), millis(d.Actual), tx.Millis(), d.Version).Scan(&forecast, &actual)
		if store.IsNoRows(err) {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		if err != nil {
			return err
		}
		_, err = tx.Append(store.Change{Kind: ChangeMilestoneRecorded, Subject: programme.Subject(programme.Project, d.Project), Open: true,
			Public: store.Part{"number": d.Project, "milestone": d.Code, "forecast": forecast, "actual": actual, "by": by},
			Person: actor.PersonPart()})
		return err
	})
	return err
}

// MoneyDraft is one line of a project's accounts.
type MoneyDraft struct {
	Project, Kind string // one of MoneyKinds
	Amount        int64  // centimes; negative to correct earlier lines
	At            time.Time
	Payer         string // organisation id
	Note          i18n.Text
	Once          string
}

func (d MoneyDraft) check(p roadmap.Project, now time.Time) error {
	var wrong fault.Fields
	wrong.Check(slices.Contains(MoneyKinds, d.Kind), "kind", "fault.choose_one")
	if wrong.Check(d.Amount != 0, "amount", "fault.required") {
		wrong.Check(d.Amount >= -programme.MaxAmount && d.Amount <= programme.MaxAmount, "amount", "delivery.error.amount")
	}
	if wrong.Check(!d.At.IsZero(), "at", "fault.required") {
		wrong.Check(!d.At.After(now), "at", "delivery.error.future")
	}
	partner := p.For(d.Payer) || slices.ContainsFunc(p.Funding, func(f roadmap.Funding) bool { return f.Organisation == d.Payer })
	wrong.Check(d.Payer != "" && partner, "payer", "delivery.error.not_partner")
	wrong.Check(d.Amount > 0 || !d.Note.Empty(), "note", "delivery.error.correction_note")
	return wrong.Err()
}

// RecordMoney adds a line to a project's accounts. Lines are never changed: a
// negative one corrects, and no payer's total falls below zero.
func (s *Service) RecordMoney(ctx context.Context, actor accounts.Actor, d MoneyDraft) (err error) {
	defer fault.Wrap(&err, "delivery.RecordMoney(%s, %s)", d.Project, d.Kind)
	p, err := s.adopted(ctx, actor.Programme, d.Project)
	if err != nil {
		return err
	}
	by, err := ours(actor, accounts.ReportSubmit, p)
	if err != nil {
		return err
	}
	if err := d.check(p, s.db.Now()); err != nil {
		return err
	}
	_, err = s.write(ctx, actor, p, d.Once, func(tx *store.Tx) error {
		// A cancelled project still settles what it owes; a closed one has settled.
		if _, now, err := state(tx, d.Project); err != nil || now == Closed {
			return orEnded(err)
		}
		var before int64
		if err := tx.QueryRowContext(tx.Context(), sqlMoneySum, tx.Log(), d.Project, d.Kind, d.Payer).Scan(&before); err != nil {
			return err
		}
		switch after := before + d.Amount; { // two amounts within the bound
		case after < 0:
			return fault.Field("amount", "delivery.error.below_zero", "total", i18n.Money(before))
		case after > programme.MaxAmount:
			return fault.Field("amount", "delivery.error.amount")
		}
		leaf, err := tx.Append(store.Change{Kind: ChangeMoneyRecorded, Subject: programme.Subject(programme.Project, d.Project), Open: true,
			Public: store.Part{"number": d.Project, "entry": d.Kind, "amount": d.Amount, "at": millis(d.At), "payer": d.Payer, "by": by},
			Text:   store.Part{"note": programme.TextValue(d.Note)}, Person: actor.PersonPart()})
		if err != nil {
			return err
		}
		return tx.Exec(sqlInsertMoney, tx.Log(), leaf, d.Project, d.Kind, d.Amount, millis(d.At), d.Payer, encode(d.Note))
	})
	return err
}

func orEnded(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.Closed, "delivery.error.ended")
}
