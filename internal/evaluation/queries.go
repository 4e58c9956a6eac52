package evaluation

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// Indicators lists all indicators of a programme with their values, in three
// queries; internal ones too, which only staff may be shown.
func (s *Service) Indicators(ctx context.Context, programmeID string) (list []Indicator, err error) {
	defer fault.Wrap(&err, "evaluation.Indicators")
	return s.load(ctx, ` ORDER BY number`, ``, programmeID)
}

// Indicator finds one indicator with its values; NotFound if there is none.
func (s *Service) Indicator(ctx context.Context, programmeID, number string) (in Indicator, err error) {
	defer fault.Wrap(&err, "evaluation.Indicator(%s)", number)
	list, err := s.load(ctx, ` AND number = $2`, ` AND indicator = $2`, programmeID, number)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return Indicator{}, err
	}
	return list[0], nil
}

// ByObjective finds the indicators that judge each of the objectives, with their
// values; internal ones too, which only staff may be shown.
func (s *Service) ByObjective(ctx context.Context, programmeID string, objectives ...string) (found map[string][]Indicator, err error) {
	defer fault.Wrap(&err, "evaluation.ByObjective")
	list, err := s.load(ctx, ` ORDER BY number`, ``, programmeID)
	if err != nil {
		return nil, err
	}
	found = map[string][]Indicator{}
	for _, in := range list {
		for _, o := range in.Objectives {
			if slices.Contains(objectives, o) {
				found[o] = append(found[o], in)
			}
		}
	}
	return found, nil
}

// load reads indicators, then the series of their values and of their targets.
func (s *Service) load(ctx context.Context, where, seriesWhere string, args ...any) (list []Indicator, err error) {
	q := s.db.Read()
	if list, err = indicators(ctx, q, where, args...); err != nil {
		return nil, err
	}
	at := map[string]*Indicator{}
	for i := range list {
		at[list[i].Number] = &list[i]
	}
	err = eachRow(ctx, q, sqlActuals+seriesWhere+` ORDER BY indicator, at, ordinal`, args, func(scan func(...any) error) error {
		var number, source, reason string
		var a Actual
		var when, recorded int64
		if err := scan(&number, &when, &a.Value, &a.Status, &source, &reason, &a.ByRole, &recorded); err != nil {
			return err
		}
		a.At, a.RecordedAt = store.Time(when), store.Time(recorded)
		if in := at[number]; in != nil {
			if n := len(in.Actuals); n > 0 && in.Actuals[n-1].At.Equal(a.At) {
				in.Actuals[n-1].Corrected = true
			}
			err := errors.Join(decode(source, &a.Source), decode(reason, &a.Reason))
			in.Actuals = append(in.Actuals, a)
			return err
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, q, sqlTargets+seriesWhere+` ORDER BY indicator, ordinal`, args, func(scan func(...any) error) error {
		var number string
		var t Target
		var when, setAt int64
		if err := scan(&number, &t.Value, &when, &t.Reason, &setAt); err != nil {
			return err
		}
		t.At, t.SetAt = store.Time(when), store.Time(setAt)
		if in := at[number]; in != nil {
			in.Targets = append(in.Targets, t)
		}
		return nil
	})
	return list, err
}

// indicators reads indicators without their series, inside a write or outside.
func indicators(ctx context.Context, q store.Querier, where string, args ...any) (list []Indicator, err error) {
	err = eachRow(ctx, q, sqlIndicators+where, args, func(scan func(...any) error) error {
		var in Indicator
		var title, definition, caution, unit, source, objectives string
		var baselineAt, targetAt, created int64
		if err := scan(&in.Number, &in.Cycle, &title, &definition, &caution, &unit, &in.Level, &in.Direction, &in.Territory, &in.CensusIndicator, &in.PackVersion, &in.Decimals,
			&in.EveryMonths, &in.Baseline, &baselineAt, &source, &in.Target, &targetAt, &objectives, &in.Release, &created, &in.Version); err != nil {
			return err
		}
		in.BaselineAt, in.TargetAt, in.CreatedAt = store.Time(baselineAt), store.Time(targetAt), store.Time(created)
		err := errors.Join(decode(title, &in.Title), decode(definition, &in.Definition), decode(caution, &in.Caution), decode(unit, &in.UnitLabel),
			decode(source, &in.BaselineSource), decode(objectives, &in.Objectives))
		list = append(list, in)
		return err
	})
	return list, err
}

func eachRow(ctx context.Context, q store.Querier, query string, args []any, fn func(scan func(...any) error) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

func decode[T i18n.Text | []string](s string, to *T) error { return json.Unmarshal([]byte(s), to) }

func encode[T i18n.Text | []string](v T) string {
	b, _ := json.Marshal(v)
	return string(b)
}
