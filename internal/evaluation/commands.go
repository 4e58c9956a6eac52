package evaluation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// maxDecimals bounds the precision of an indicator.
const maxDecimals = 4

// census is the date of the census that baselines are read from (RGPH 2024, 1 September).
var census = time.Date(2024, time.September, 1, 0, 0, 0, 0, i18n.Zone)

// AddIndicator adds an indicator and returns its number. With a census indicator
// its baseline and decimals are read from the reference pack, not typed.
func (s *Service) AddIndicator(ctx context.Context, actor accounts.Actor, d Indicator, once string) (number string, err error) {
	defer fault.Wrap(&err, "evaluation.AddIndicator")
	if err := actor.Require(accounts.IndicatorManage, "", ""); err != nil {
		return "", err
	}
	if err := s.complete(&d); err != nil {
		return "", err
	}
	by := actor.By(accounts.IndicatorManage, "", "")
	err = s.write(ctx, actor, once, func(tx *store.Tx) error {
		if err := programme.StaffGate(tx, d.Cycle, programme.Evaluation); err != nil {
			return err
		}
		if number, err = programme.NextNumber(tx, programme.Indicator); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertIndicator, tx.Log(), number, d.Cycle, encode(d.Title), encode(d.Definition), encode(d.UnitLabel), string(d.Direction), d.Territory,
			d.CensusIndicator, d.PackVersion, d.Decimals, d.Baseline, store.Millis(d.BaselineAt), encode(d.BaselineSource), d.Target, store.Millis(d.TargetAt),
			encode(d.Objectives), string(programme.Internal)); err != nil {
			return err
		}
		subject := programme.Subject(programme.Indicator, number)
		for _, o := range d.Objectives {
			if err := programme.AddLinks(tx, programme.Link{Source: programme.Subject(programme.Objective, o), Target: subject, Kind: programme.JudgedBy, ByRole: by["role"].(string)}); err != nil {
				return err
			}
		}
		_, err := tx.Append(store.Change{Kind: ChangeIndicatorSet, Subject: subject,
			Public: store.Part{"number": number, "territory": d.Territory, "census": d.CensusIndicator, "direction": string(d.Direction), "decimals": d.Decimals,
				"baseline": d.Baseline, "target": d.Target, "target_at": store.Millis(d.TargetAt), "objectives": anys(d.Objectives), "by": by},
			Text:   store.Part{"title": programme.TextValue(d.Title), "definition": programme.TextValue(d.Definition), "unit": programme.TextValue(d.UnitLabel)},
			Person: actor.PersonPart()})
		return err
	})
	return number, err
}

// complete checks a new indicator and reads its baseline from the census.
func (s *Service) complete(d *Indicator) error {
	var wrong fault.Fields
	wrong.Check(d.Title.Ar != "" || d.Title.Fr != "", "title", "fault.required_language")
	wrong.Check(d.Definition.Ar != "" || d.Definition.Fr != "", "definition", "fault.required_language")
	wrong.Check(d.UnitLabel.Ar != "" || d.UnitLabel.Fr != "", "unit_label", "fault.required_language")
	wrong.Check(d.Direction == Up || d.Direction == Down, "direction", "fault.choose_one")
	wrong.Check(d.Decimals >= 0 && d.Decimals <= maxDecimals, "decimals", "fault.number_range", "min", 0, "max", maxDecimals)
	wrong.Check(!d.TargetAt.IsZero(), "target_at", "fault.required")
	unit, known := s.pack.Unit(d.Territory)
	wrong.Check(known, "territory", "fault.choose_one")
	if d.CensusIndicator != "" {
		value, ok := s.pack.Value(d.CensusIndicator, unit.Code, 2024)
		if wrong.Check(ok, "census_indicator", "evaluation.error.no_census_value") {
			d.Baseline, d.BaselineAt = int64(math.Round(value.Figure*math.Pow10(d.Decimals))), census
			d.BaselineSource, d.PackVersion = i18n.Text{Ar: "الإحصاء العام للسكان والسكنى 2024، المندوبية السامية للتخطيط", Fr: "RGPH 2024, HCP", En: "Census 2024, HCP"}, s.pack.Version()
		}
	} else {
		wrong.Check(!d.BaselineAt.IsZero(), "baseline_at", "fault.required")
		wrong.Check(!d.BaselineSource.Empty(), "baseline_source", "fault.required_language")
	}
	slices.Sort(d.Objectives)
	d.Objectives = slices.Compact(d.Objectives)
	return wrong.Err()
}

// ActualDraft is a value on its way into the series.
type ActualDraft struct {
	Indicator string
	At        time.Time
	Value     int64
	Status    Status
	Source    i18n.Text
	Once      string
}

// RecordActual adds a value to the series; what is there stays.
func (s *Service) RecordActual(ctx context.Context, actor accounts.Actor, d ActualDraft) (err error) {
	defer fault.Wrap(&err, "evaluation.RecordActual(%s)", d.Indicator)
	if err := actor.Require(accounts.ActualRecord, "", ""); err != nil {
		return err
	}
	var wrong fault.Fields
	wrong.Check(!d.At.IsZero(), "at", "fault.required")
	wrong.Check(slices.Contains(Statuses, d.Status), "status", "fault.choose_one")
	wrong.Check(!d.Source.Empty(), "source", "fault.required_language")
	if err := wrong.Err(); err != nil {
		return err
	}
	by := actor.By(accounts.ActualRecord, "", "")
	return s.write(ctx, actor, d.Once, func(tx *store.Tx) error {
		in, err := held(tx, d.Indicator)
		if err != nil {
			return err
		}
		if d.At.After(tx.Now()) {
			return fault.Field("at", "evaluation.error.future")
		}
		var ordinal int64
		if err := tx.QueryRowContext(tx.Context(), sqlNextOrdinal, tx.Log(), d.Indicator).Scan(&ordinal); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertActual, tx.Log(), d.Indicator, ordinal, store.Millis(d.At), d.Value, string(d.Status), encode(d.Source), by["role"], tx.Millis()); err != nil {
			return err
		}
		_, err = tx.Append(store.Change{Kind: ChangeActualRecorded, Subject: programme.Subject(programme.Indicator, d.Indicator), Open: in.Release == programme.Public,
			Public: store.Part{"indicator": d.Indicator, "at": store.Millis(d.At), "value": d.Value, "status": string(d.Status), "by": by},
			Text:   store.Part{"source": programme.TextValue(d.Source)}, Person: actor.PersonPart()})
		return err
	})
}

// minReason is the least length of a published reason in code points.
const minReason = 20

// ChangeTarget changes target and date, with a reason that stays on the log.
func (s *Service) ChangeTarget(ctx context.Context, actor accounts.Actor, number string, target int64, at time.Time, reason string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "evaluation.ChangeTarget(%s)", number)
	if err := actor.Require(accounts.IndicatorManage, "", ""); err != nil {
		return err
	}
	var wrong fault.Fields
	reason = strings.TrimSpace(reason)
	wrong.Check(!at.IsZero(), "target_at", "fault.required")
	wrong.Check(utf8.RuneCountInString(reason) >= minReason, "reason", "fault.too_short", "n", minReason)
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.write(ctx, actor, once, func(tx *store.Tx) error {
		in, err := held(tx, number)
		if err != nil {
			return err
		}
		if ok, err := tx.ExecOne(sqlSetTarget, tx.Log(), number, target, store.Millis(at), version); err != nil || !ok {
			return errors.Join(err, conflictUnless(ok))
		}
		_, err = tx.Append(store.Change{Kind: ChangeTargetChanged, Subject: programme.Subject(programme.Indicator, number), Open: in.Release == programme.Public,
			Public: store.Part{"indicator": number, "target": target, "target_at": store.Millis(at), "by": actor.By(accounts.IndicatorManage, "", "")},
			Text:   store.Part{"reason": reason}, Person: actor.PersonPart()})
		return err
	})
}

// ReleaseIndicator shows an indicator with its values to everyone.
func (s *Service) ReleaseIndicator(ctx context.Context, actor accounts.Actor, number string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "evaluation.ReleaseIndicator(%s)", number)
	if err := actor.Require(accounts.IndicatorManage, "", ""); err != nil {
		return err
	}
	return s.write(ctx, actor, once, func(tx *store.Tx) error {
		in, err := held(tx, number)
		if err != nil {
			return err
		}
		if ok, err := tx.ExecOne(sqlSetRelease, tx.Log(), number, string(programme.Public), version); err != nil || !ok {
			return errors.Join(err, conflictUnless(ok))
		}
		return programme.LogRelease(tx, actor, actor.By(accounts.IndicatorManage, "", ""), programme.Subject(programme.Indicator, number), in.Release, programme.Public, "")
	})
}

func conflictUnless(ok bool) error {
	if ok {
		return nil
	}
	return fault.New(fault.Conflict, "fault.conflict")
}

func (s *Service) write(ctx context.Context, actor accounts.Actor, once string, fn func(tx *store.Tx) error) error {
	err := s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		return fn(tx)
	})
	if errors.Is(err, store.Unchanged) {
		return nil
	}
	return err
}

// heldIndicator is what a write knows of the indicator it changes.
type heldIndicator struct {
	Cycle   int64
	Release programme.Release
	Version int64
}

func held(tx *store.Tx, number string) (h heldIndicator, err error) {
	err = tx.QueryRowContext(tx.Context(), sqlOne, tx.Log(), number).Scan(&h.Cycle, &h.Release, &h.Version)
	if store.IsNoRows(err) {
		return h, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return h, fmt.Errorf("indicator %s: %w", number, err)
	}
	return h, nil
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
