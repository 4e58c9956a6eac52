package evaluation

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// Indicators lists all indicators of a programme with their values, in two
// queries; internal ones too, which only staff may be shown.
func (s *Service) Indicators(ctx context.Context, programmeID string) (list []Indicator, err error) {
	defer fault.Wrap(&err, "evaluation.Indicators")
	return s.load(ctx, ` ORDER BY number`, ` ORDER BY indicator, at, ordinal`, programmeID)
}

// Indicator finds one indicator with its values; NotFound if there is none.
func (s *Service) Indicator(ctx context.Context, programmeID, number string) (in Indicator, err error) {
	defer fault.Wrap(&err, "evaluation.Indicator(%s)", number)
	list, err := s.load(ctx, ` AND number = $2`, ` AND indicator = $2 ORDER BY at, ordinal`, programmeID, number)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return Indicator{}, err
	}
	return list[0], nil
}

func (s *Service) load(ctx context.Context, where, actualsWhere string, args ...any) (list []Indicator, err error) {
	q := s.db.Read()
	at := map[string]int{}
	err = eachRow(ctx, q, sqlIndicators+where, args, func(scan func(...any) error) error {
		var in Indicator
		var title, definition, unit, source, objectives string
		var baselineAt, targetAt int64
		if err := scan(&in.Number, &in.Cycle, &title, &definition, &unit, &in.Direction, &in.Territory, &in.CensusIndicator, &in.PackVersion, &in.Decimals,
			&in.Baseline, &baselineAt, &source, &in.Target, &targetAt, &objectives, &in.Release, &in.Version); err != nil {
			return err
		}
		in.BaselineAt, in.TargetAt = store.Time(baselineAt), store.Time(targetAt)
		err := errors.Join(decode(title, &in.Title), decode(definition, &in.Definition), decode(unit, &in.UnitLabel), decode(source, &in.BaselineSource), decode(objectives, &in.Objectives))
		at[in.Number] = len(list)
		list = append(list, in)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = eachRow(ctx, q, sqlActuals+actualsWhere, args, func(scan func(...any) error) error {
		var number, source string
		var a Actual
		var when, recorded int64
		if err := scan(&number, &when, &a.Value, &a.Status, &source, &a.ByRole, &recorded); err != nil {
			return err
		}
		a.At, a.RecordedAt = store.Time(when), store.Time(recorded)
		if i, ok := at[number]; ok {
			list[i].Actuals = append(list[i].Actuals, a)
			last := &list[i].Actuals[len(list[i].Actuals)-1]
			return decode(source, &last.Source)
		}
		return nil
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
