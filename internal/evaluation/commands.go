package evaluation

import (
	"context"
	"errors"
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
	"github.com/khettara/khettara/internal/territory"
)

// maxDecimals bounds the precision of an indicator.
const maxDecimals = 4

// census is the date of the census that baselines are read from (RGPH 2024, 1 September).
var census = time.Date(2024, time.September, 1, 0, 0, 0, 0, i18n.Zone)

// AddIndicator adds an indicator and returns its number. With a census indicator
// its baseline is read from the reference pack, not typed. The same once gives
// the same number.
func (s *Service) AddIndicator(ctx context.Context, actor accounts.Actor, d Indicator, once string) (number string, err error) {
	defer fault.Wrap(&err, "evaluation.AddIndicator")
	if err := actor.Require(accounts.IndicatorManage, d.Territory, ""); err != nil {
		return "", err
	}
	if err := s.complete(&d, s.db.Now()); err != nil {
		return "", err
	}
	if once == "" {
		once = store.NewID()
	}
	by := actor.By(accounts.IndicatorManage, d.Territory, "")
	again, err := s.write(ctx, actor, once, func(tx *store.Tx) error {
		if err := programme.StaffGate(tx, d.Cycle, programme.Evaluation); err != nil {
			return err
		}
		if err := s.known(tx, d); err != nil {
			return err
		}
		if number, err = programme.NextNumber(tx, programme.Indicator); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertIndicator, tx.Log(), number, d.Cycle, encode(d.Title), encode(d.Definition), encode(d.Caution), encode(d.UnitLabel), string(d.Level),
			string(d.Direction), d.Territory, d.CensusIndicator, d.PackVersion, d.Decimals, d.EveryMonths, d.Baseline, store.Millis(d.BaselineAt), encode(d.BaselineSource),
			d.Target, store.Millis(d.TargetAt), encode(d.Objectives), string(programme.Internal), tx.Millis(), once); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertTarget, tx.Log(), number, d.Target, store.Millis(d.TargetAt), "", tx.Millis()); err != nil {
			return err
		}
		if err := judge(tx, number, nil, d.Objectives, by); err != nil {
			return err
		}
		_, err := tx.Append(set(d, number, programme.Internal, by, actor))
		return err
	})
	if again {
		// The form of another command with the same once has made no indicator.
		if err = s.db.Read().QueryRowContext(ctx, sqlByOnce, actor.Programme, once).Scan(&number); store.IsNoRows(err) {
			err = fault.New(fault.NotFound, "fault.not_found")
		}
	}
	return number, err
}

// known checks what a new indicator names in its programme: the place and the objectives.
func (s *Service) known(tx *store.Tx, d Indicator) error {
	var wrong fault.Fields
	var prefecture string
	if err := tx.QueryRowContext(tx.Context(), sqlTerritory, tx.Log()).Scan(&prefecture); err != nil {
		return err
	}
	wrong.Check(slices.ContainsFunc(s.Places(prefecture), func(u territory.Unit) bool { return u.Code == d.Territory }), "territory", "fault.unknown_choice")
	if err := objectivesExist(tx, &wrong, d.Objectives); err != nil {
		return err
	}
	return wrong.Err()
}

// Places are the units an indicator of a prefecture may speak of: the whole, its
// communes, and the arrondissements of its city.
func (s *Service) Places(prefecture string) []territory.Unit {
	whole, ok := s.pack.Unit(prefecture)
	if !ok {
		return nil
	}
	list := append([]territory.Unit{whole}, s.pack.Communes(prefecture)...)
	for _, u := range s.pack.Leaves(prefecture) {
		if u.Kind == territory.Arrondissement {
			list = append(list, u)
		}
	}
	return list
}

// objectivesExist checks that there are objectives of these numbers.
func objectivesExist(tx *store.Tx, wrong *fault.Fields, objectives []string) error {
	for _, o := range objectives {
		var n int
		if err := tx.QueryRowContext(tx.Context(), sqlObjectiveCount, tx.Log(), o).Scan(&n); err != nil {
			return err
		}
		if !wrong.Check(n == 1, "objectives", "fault.unknown_choice") {
			break
		}
	}
	return nil
}

// day is the beginning of a moment's day in Morocco: values, baselines and targets
// are of a day, and two of one day are of the same date. No moment stays none.
func day(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	y, m, d := t.In(i18n.Zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, i18n.Zone)
}

// set is the change that says all an indicator consists of.
func set(d Indicator, number string, release programme.Release, by store.Part, actor accounts.Actor) store.Change {
	return store.Change{Kind: ChangeIndicatorSet, Subject: programme.Subject(programme.Indicator, number), Open: release == programme.Public,
		Public: store.Part{"number": number, "territory": d.Territory, "census": d.CensusIndicator, "pack": d.PackVersion, "level": string(d.Level), "direction": string(d.Direction),
			"decimals": d.Decimals, "every_months": d.EveryMonths, "baseline": d.Baseline, "target": d.Target, "target_at": store.Millis(d.TargetAt),
			"objectives": anys(d.Objectives), "by": by},
		Text: store.Part{"title": programme.TextValue(d.Title), "definition": programme.TextValue(d.Definition), "caution": programme.TextValue(d.Caution),
			"unit": programme.TextValue(d.UnitLabel)},
		Person: actor.PersonPart()}
}

// judge links an indicator with the objectives it judges, and no longer with others.
func judge(tx *store.Tx, number string, before, after []string, by store.Part) error {
	subject := programme.Subject(programme.Indicator, number)
	for _, o := range before {
		if !slices.Contains(after, o) {
			if err := programme.RemoveLink(tx, programme.Subject(programme.Objective, o), subject, programme.JudgedBy); err != nil {
				return err
			}
		}
	}
	var links []programme.Link
	for _, o := range after {
		if !slices.Contains(before, o) {
			links = append(links, programme.Link{Source: programme.Subject(programme.Objective, o), Target: subject, Kind: programme.JudgedBy, ByRole: by["role"].(string)})
		}
	}
	return programme.AddLinks(tx, links...)
}

// complete checks a new indicator and reads its baseline from the census.
func (s *Service) complete(d *Indicator, now time.Time) error {
	var wrong fault.Fields
	d.BaselineAt, d.TargetAt = day(d.BaselineAt), day(d.TargetAt)
	checkWords(&wrong, d)
	wrong.Check(d.UnitLabel.Ar != "" || d.UnitLabel.Fr != "", "unit_label", "fault.required_language")
	wrong.Check(d.Direction == Up || d.Direction == Down, "direction", "fault.choose_one")
	wrong.Check(d.Decimals >= 0 && d.Decimals <= maxDecimals, "decimals", "fault.number_range", "min", 0, "max", maxDecimals)
	unit, known := s.pack.Unit(d.Territory)
	wrong.Check(known, "territory", "fault.choose_one")
	if d.CensusIndicator != "" {
		value, ok := s.pack.Value(d.CensusIndicator, unit.Code, territory.Census2024)
		published, _ := s.pack.Indicator(d.CensusIndicator)
		if wrong.Check(ok, "census_indicator", "evaluation.error.no_census_value") &&
			wrong.Check(d.Decimals == published.Decimals, "decimals", "evaluation.error.census_decimals", "digits", published.Decimals) {
			d.Baseline, d.BaselineAt = int64(math.Round(value.Figure*math.Pow10(d.Decimals))), census
			d.BaselineSource, d.PackVersion = i18n.Text{Ar: "الإحصاء العام للسكان والسكنى 2024، المندوبية السامية للتخطيط", Fr: "RGPH 2024, HCP", En: "Census 2024, HCP"}, s.pack.Version()
		}
	} else {
		if wrong.Check(!d.BaselineAt.IsZero(), "baseline_at", "fault.required") {
			wrong.Check(!d.BaselineAt.After(now), "baseline_at", "evaluation.error.future")
		}
		wrong.Check(!d.BaselineSource.Empty(), "baseline_source", "fault.required_language")
	}
	wrong.Check(d.aimsAt(d.Target), "target", "evaluation.error.target_side")
	d.checkTargetDay(&wrong, d.TargetAt, now)
	return wrong.Err()
}

// checkTargetDay judges the day by which a target is aimed at: after the baseline, and not past.
func (i Indicator) checkTargetDay(wrong *fault.Fields, at, now time.Time) {
	if wrong.Check(!at.IsZero(), "target_at", "fault.required") && wrong.Check(!at.Before(day(now)), "target_at", "evaluation.error.target_past") {
		wrong.Check(at.After(i.BaselineAt), "target_at", "evaluation.error.before_baseline", "date", i.BaselineAt)
	}
}

// maxMonths bounds how rarely a value may be owed: the time between two censuses.
const maxMonths = 120

// checkWords judges what may be changed later, too.
func checkWords(wrong *fault.Fields, d *Indicator) {
	wrong.Check(d.Title.Ar != "" || d.Title.Fr != "", "title", "fault.required_language")
	wrong.Check(d.Definition.Ar != "" || d.Definition.Fr != "", "definition", "fault.required_language")
	wrong.Check(slices.Contains(Levels, d.Level), "level", "fault.choose_one")
	wrong.Check(d.EveryMonths >= 0 && d.EveryMonths <= maxMonths, "every_months", "fault.number_range", "min", 0, "max", maxMonths)
	for _, o := range d.Objectives {
		kind, _, ok := programme.ParseNumber(o)
		wrong.Check(ok && kind == programme.Objective, "objectives", "fault.unknown_choice")
	}
	slices.Sort(d.Objectives)
	d.Objectives = slices.Compact(d.Objectives)
}

// EditIndicator changes the words of an indicator, its level, how often a value
// is owed, and the objectives it judges. d.Version is the version it was read
// with; what values are measured against stays whatever d says.
func (s *Service) EditIndicator(ctx context.Context, actor accounts.Actor, d Indicator, once string) (err error) {
	defer fault.Wrap(&err, "evaluation.EditIndicator(%s)", d.Number)
	if err := may(actor, accounts.IndicatorManage); err != nil {
		return err
	}
	var wrong fault.Fields
	checkWords(&wrong, &d)
	if err := wrong.Err(); err != nil {
		return err
	}
	_, err = s.write(ctx, actor, once, func(tx *store.Tx) error {
		was, by, err := authorised(tx, actor, accounts.IndicatorManage, d.Number)
		if err != nil {
			return err
		}
		if err := objectivesExist(tx, &wrong, d.Objectives); err != nil {
			return err
		}
		if err := wrong.Err(); err != nil {
			return err
		}
		now := was
		now.Title, now.Definition, now.Caution, now.Level, now.EveryMonths, now.Objectives = d.Title, d.Definition, d.Caution, d.Level, d.EveryMonths, d.Objectives
		ok, err := tx.ExecOne(sqlSetWords, tx.Log(), d.Number, encode(now.Title), encode(now.Definition), encode(now.Caution), string(now.Level), now.EveryMonths, encode(now.Objectives), d.Version)
		if err != nil || !ok {
			return errors.Join(err, conflictUnless(ok))
		}
		if err := judge(tx, d.Number, was.Objectives, now.Objectives, by); err != nil {
			return err
		}
		_, err = tx.Append(set(now, d.Number, was.Release, by, actor))
		return err
	})
	return err
}

// ActualDraft is a value on its way into the series.
type ActualDraft struct {
	Indicator string
	At        time.Time // any moment of the day it is of
	Value     int64
	Status    Status
	Source    i18n.Text
	Reason    i18n.Text // why it is missing, or why it takes the place of an earlier one of its date
	Once      string
}

func (d *ActualDraft) check() error {
	var wrong fault.Fields
	d.At = day(d.At)
	wrong.Check(!d.At.IsZero(), "at", "fault.required")
	wrong.Check(slices.Contains(Statuses, d.Status), "status", "fault.choose_one")
	if d.Status == Missing {
		d.Value = 0
		wrong.Check(longEnough(d.Reason), "actual_reason", "fault.too_short", "n", minReason)
	} else {
		wrong.Check(!d.Source.Empty(), "source", "fault.required_language")
	}
	return wrong.Err()
}

// RecordActual adds a value to the series; what is there stays. A second value of
// a date corrects the first, and says why.
func (s *Service) RecordActual(ctx context.Context, actor accounts.Actor, d ActualDraft) (err error) {
	defer fault.Wrap(&err, "evaluation.RecordActual(%s)", d.Indicator)
	if err := may(actor, accounts.ActualRecord); err != nil {
		return err
	}
	if err := d.check(); err != nil {
		return err
	}
	_, err = s.write(ctx, actor, d.Once, func(tx *store.Tx) error {
		in, by, err := authorised(tx, actor, accounts.ActualRecord, d.Indicator)
		if err != nil {
			return err
		}
		if err := programme.StaffGate(tx, in.Cycle, programme.Evaluation); err != nil {
			return err
		}
		if d.At.After(tx.Now()) {
			return fault.Field("at", "evaluation.error.future")
		}
		if !d.At.After(in.BaselineAt) {
			return fault.Field("at", "evaluation.error.before_baseline", "date", in.BaselineAt)
		}
		var ordinal, same int64
		if err := tx.QueryRowContext(tx.Context(), sqlNextOrdinal, tx.Log(), d.Indicator, store.Millis(d.At)).Scan(&ordinal, &same); err != nil {
			return err
		}
		if same > 0 && !longEnough(d.Reason) {
			return fault.Field("actual_reason", "evaluation.error.correction")
		}
		if err := tx.Exec(sqlInsertActual, tx.Log(), d.Indicator, ordinal, store.Millis(d.At), d.Value, string(d.Status), encode(d.Source), encode(d.Reason), by["role"], tx.Millis()); err != nil {
			return err
		}
		_, err = tx.Append(store.Change{Kind: ChangeActualRecorded, Subject: programme.Subject(programme.Indicator, d.Indicator), Open: in.Release == programme.Public,
			Public: store.Part{"indicator": d.Indicator, "at": store.Millis(d.At), "value": d.Value, "decimals": in.Decimals, "status": string(d.Status), "correction": same > 0, "by": by},
			Text:   store.Part{"source": programme.TextValue(d.Source), "reason": programme.TextValue(d.Reason)}, Person: actor.PersonPart()})
		return err
	})
	return err
}

// minReason is the least length of a published reason in code points.
const minReason = 20

func longEnough(reason i18n.Text) bool {
	for _, l := range i18n.Langs {
		if reason.Has(l) {
			s, _ := reason.In(l)
			return utf8.RuneCountInString(strings.TrimSpace(s)) >= minReason
		}
	}
	return false
}

// ChangeTarget changes target and date, with a reason that is published; the
// targets before it stay to be read.
func (s *Service) ChangeTarget(ctx context.Context, actor accounts.Actor, number string, target int64, at time.Time, reason string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "evaluation.ChangeTarget(%s)", number)
	if err := may(actor, accounts.IndicatorManage); err != nil {
		return err
	}
	var wrong fault.Fields
	reason, at = strings.TrimSpace(reason), day(at)
	wrong.Check(!at.IsZero(), "target_at", "fault.required")
	wrong.Check(utf8.RuneCountInString(reason) >= minReason, "reason", "fault.too_short", "n", minReason)
	if err := wrong.Err(); err != nil {
		return err
	}
	_, err = s.write(ctx, actor, once, func(tx *store.Tx) error {
		in, by, err := authorised(tx, actor, accounts.IndicatorManage, number)
		if err != nil {
			return err
		}
		wrong.Check(in.aimsAt(target), "target", "evaluation.error.target_side")
		in.checkTargetDay(&wrong, at, tx.Now())
		if err := wrong.Err(); err != nil {
			return err
		}
		if ok, err := tx.ExecOne(sqlSetTarget, tx.Log(), number, target, store.Millis(at), version); err != nil || !ok {
			return errors.Join(err, conflictUnless(ok))
		}
		if err := tx.Exec(sqlInsertTarget, tx.Log(), number, target, store.Millis(at), reason, tx.Millis()); err != nil {
			return err
		}
		_, err = tx.Append(store.Change{Kind: ChangeTargetChanged, Subject: programme.Subject(programme.Indicator, number), Open: in.Release == programme.Public,
			Public: store.Part{"indicator": number, "target": target, "decimals": in.Decimals, "target_at": store.Millis(at), "by": by},
			Text:   store.Part{"reason": reason}, Person: actor.PersonPart()})
		return err
	})
	return err
}

// ReleaseIndicator shows an indicator with its values to everyone.
func (s *Service) ReleaseIndicator(ctx context.Context, actor accounts.Actor, number string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "evaluation.ReleaseIndicator(%s)", number)
	if err := may(actor, accounts.IndicatorManage); err != nil {
		return err
	}
	_, err = s.write(ctx, actor, once, func(tx *store.Tx) error {
		in, by, err := authorised(tx, actor, accounts.IndicatorManage, number)
		if err != nil {
			return err
		}
		if ok, err := tx.ExecOne(sqlSetRelease, tx.Log(), number, string(programme.Public), version); err != nil || !ok {
			return errors.Join(err, conflictUnless(ok))
		}
		return programme.LogRelease(tx, actor, by, programme.Subject(programme.Indicator, number), in.Release, programme.Public, "")
	})
	return err
}

func conflictUnless(ok bool) error {
	if ok {
		return nil
	}
	return fault.New(fault.Conflict, "fault.conflict")
}

// may answers early whoever has a right nowhere in the programme, before anything is read.
func may(actor accounts.Actor, right accounts.Right) error {
	if actor.Somewhere(right) {
		return nil
	}
	return actor.Require(right, "", "")
}

// authorised loads an indicator inside a write and checks the right over its place.
func authorised(tx *store.Tx, actor accounts.Actor, right accounts.Right, number string) (in Indicator, by store.Part, err error) {
	list, err := indicators(tx.Context(), tx, ` AND number = $2`, tx.Log(), number)
	if err != nil {
		return in, nil, err
	}
	if len(list) == 0 {
		return in, nil, fault.New(fault.NotFound, "fault.not_found")
	}
	in = list[0]
	return in, actor.By(right, in.Territory, ""), actor.Require(right, in.Territory, "")
}

// write runs a command on the programme's log. again is true when the form with
// this once was taken before: nothing was written and the earlier result stands.
func (s *Service) write(ctx context.Context, actor accounts.Actor, once string, fn func(tx *store.Tx) error) (again bool, err error) {
	err = s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		return fn(tx)
	})
	if errors.Is(err, store.Unchanged) {
		return true, nil
	}
	return false, err
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}
