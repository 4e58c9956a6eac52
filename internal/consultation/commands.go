package consultation

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

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

// may answers early whoever has a right nowhere in the programme, before anything is read.
func may(actor accounts.Actor, right accounts.Right) error {
	if actor.Somewhere(right) {
		return nil
	}
	return actor.Require(right, "", "")
}

// onceOr is the form's once, or a fresh id for callers that have none.
func onceOr(once string) string {
	if once == "" {
		return store.NewID()
	}
	return once
}

// next gives the next number of a kind with its counter, which orders the rows.
func next(tx *store.Tx, kind programme.Kind) (number string, seq int64, err error) {
	if number, err = programme.NextNumber(tx, kind); err != nil {
		return "", 0, err
	}
	seq, err = seqOf(number)
	return number, seq, err
}

// seqOf is the counter inside a number: 142 of P-0142-8.
func seqOf(number string) (int64, error) {
	_, rest, _ := strings.Cut(number, "-")
	digits, _, _ := strings.Cut(rest, "-")
	return strconv.ParseInt(digits, 10, 64)
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return store.Millis(t)
}

// MeetingDraft is what staff fill in about a meeting.
type MeetingDraft struct {
	Number           string // of the meeting to change; "" for a new one
	Version          int64  // that the form was made from; required for a change
	Cycle            int64  // 0: the newest
	Kind             MeetingKind
	Title            i18n.Text
	Place            i18n.Text
	Access           i18n.Text
	Unit             string
	Axis             string
	Chair            i18n.Text
	Conduct          i18n.Text
	StartsAt, EndsAt time.Time
	InvitedAt        time.Time
	Agenda           []AgendaItem
	Colleges         []string
	Once             string
}

// maxMinutes is the longest point of an agenda: a day.
const maxMinutes = 24 * 60

// checkMeeting trims the draft and collects what is wrong with it.
func (s *Service) checkMeeting(p *programme.Programme, d *MeetingDraft) error {
	var f fault.Fields
	for _, t := range []*i18n.Text{&d.Title, &d.Place, &d.Access, &d.Chair, &d.Conduct} {
		*t = trimmed(*t)
	}
	f.Check(slices.Contains(MeetingKinds, d.Kind), "kind", "fault.choose_one")
	checkText(&f, "title", d.Title, true, minTitle, MaxTitle)
	checkText(&f, "place", d.Place, true, 1, MaxPlace)
	checkText(&f, "access", d.Access, false, 1, MaxText)
	checkText(&f, "chair", d.Chair, true, 1, MaxTitle)
	checkText(&f, "conduct", d.Conduct, false, 1, MaxText)
	s.checkUnit(&f, p, "unit", d.Unit)
	checkAxis(&f, p, d.Axis)
	f.Check(!d.StartsAt.IsZero(), "starts_at", "fault.required")
	f.Check(!d.EndsAt.IsZero(), "ends_at", "fault.required")
	f.Check(d.EndsAt.IsZero() || d.EndsAt.After(d.StartsAt), "ends_at", "fault.date_order")
	f.Check(d.InvitedAt.IsZero() || d.InvitedAt.Before(d.StartsAt), "invited_at", "consultation.error.invited_late")
	f.Check(len(d.Colleges) > 0, "colleges", "fault.choose_some")
	for _, c := range d.Colleges {
		_, ok := p.College(c)
		f.Check(ok, "colleges", "fault.unknown_choice")
	}
	minutes := 0
	for i, item := range d.Agenda {
		d.Agenda[i].Title = trimmed(item.Title)
		n := strconv.Itoa(i + 1)
		checkText(&f, "agenda_"+n, d.Agenda[i].Title, true, 1, MaxTitle)
		if f.Check(item.Minutes > 0, "minutes_"+n, "consultation.error.agenda_minutes") && f.Check(item.Minutes <= maxMinutes, "minutes_"+n, "fault.number_range", "min", 1, "max", maxMinutes) {
			minutes += item.Minutes
		}
	}
	length := int(d.EndsAt.Sub(d.StartsAt).Minutes())
	f.Check(minutes <= length || length <= 0, "agenda", "consultation.error.agenda_long", "n", minutes-length)
	return f.Err()
}

// CreateMeeting announces a meeting. It is allowed before the stage opens, since
// an opening session is announced ahead of what it opens.
func (s *Service) CreateMeeting(ctx context.Context, actor accounts.Actor, d MeetingDraft) (m Meeting, err error) {
	defer fault.Wrap(&err, "consultation.CreateMeeting")
	if err := may(actor, accounts.MeetingManage); err != nil {
		return m, err
	}
	p, err := s.programmes.ByID(ctx, actor.Programme)
	if err != nil {
		return m, err
	}
	if d.Cycle == 0 {
		d.Cycle = p.Cycle()
	}
	if err := s.checkMeeting(p, &d); err != nil {
		return m, err
	}
	if err := actor.Require(accounts.MeetingManage, d.Unit, d.Axis); err != nil {
		return m, err
	}
	if d.Cycle < 1 || d.Cycle > p.Cycle() {
		return m, fault.New(fault.Closed, "consultation.error.no_cycle")
	}
	d.Once = onceOr(d.Once)
	_, err = s.write(ctx, actor, d.Once, func(tx *store.Tx) error {
		number, seq, err := next(tx, programme.Meeting)
		if err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertMeeting, tx.Log(), number, seq, d.Once, d.Cycle, string(d.Kind), encodeText(d.Title), encodeText(d.Place), encodeText(d.Access),
			d.Unit, d.Axis, encodeText(d.Chair), encodeText(d.Conduct), millis(d.StartsAt), millis(d.EndsAt), millis(d.InvitedAt),
			encodeJSON(d.Agenda), encodeJSON(d.Colleges), tx.Millis()); err != nil {
			return err
		}
		_, err = tx.Append(d.change(ChangeMeetingCreated, number, actor))
		return err
	})
	if err != nil {
		return m, err
	}
	return one(ctx, s.read, scanMeeting, "fault.not_found", sqlMeetingByOnce, actor.Programme, d.Once)
}

// change is what the log keeps of a meeting; its announcement is open at once.
func (d MeetingDraft) change(kind, number string, actor accounts.Actor) store.Change {
	agenda := []any{}
	for _, item := range d.Agenda {
		agenda = append(agenda, store.Part{"minutes": item.Minutes, "title": programme.TextValue(item.Title)})
	}
	return store.Change{Kind: kind, Subject: programme.Subject(programme.Meeting, number), Open: true,
		Public: store.Part{"cycle": d.Cycle, "meeting_kind": d.Kind, "unit": d.Unit, "axis": d.Axis, "starts": millis(d.StartsAt), "ends": millis(d.EndsAt),
			"invited": millis(d.InvitedAt), "colleges": d.Colleges, "by": actor.By(accounts.MeetingManage, d.Unit, d.Axis)},
		Text: store.Part{"title": programme.TextValue(d.Title), "place": programme.TextValue(d.Place), "access": programme.TextValue(d.Access),
			"chair": programme.TextValue(d.Chair), "conduct": programme.TextValue(d.Conduct), "agenda": agenda},
		Person: actor.PersonPart()}
}

// ChangeMeeting changes what was announced, until the report is released. The log
// keeps the announcement before. Whoever changes it needs the right over the
// meeting where it was and where it goes; one at which people have spoken, or
// which was held, cannot be moved to a later day.
func (s *Service) ChangeMeeting(ctx context.Context, actor accounts.Actor, d MeetingDraft) (err error) {
	defer fault.Wrap(&err, "consultation.ChangeMeeting(%s)", d.Number)
	if err := may(actor, accounts.MeetingManage); err != nil {
		return err
	}
	p, err := s.programmes.ByID(ctx, actor.Programme)
	if err != nil {
		return err
	}
	if err := s.checkMeeting(p, &d); err != nil {
		return err
	}
	if err := actor.Require(accounts.MeetingManage, d.Unit, d.Axis); err != nil {
		return err
	}
	if d.Version == 0 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	return s.onMeeting(ctx, actor, accounts.MeetingManage, d.Number, d.Version, d.Once, func(tx *store.Tx, m Meeting) error {
		if !m.Changeable() {
			return fault.New(fault.Closed, "consultation.error.meeting_fixed")
		}
		if (m.State == Held || m.Captured > 0) && i18n.DaysBetween(tx.Now(), d.StartsAt) > 0 {
			return fault.Field("starts_at", "consultation.error.meeting_begun")
		}
		if err := tx.Exec(sqlUpdateMeeting, tx.Log(), d.Number, string(d.Kind), encodeText(d.Title), encodeText(d.Place), encodeText(d.Access), d.Unit, d.Axis,
			encodeText(d.Chair), encodeText(d.Conduct), millis(d.StartsAt), millis(d.EndsAt), millis(d.InvitedAt), encodeJSON(d.Agenda), encodeJSON(d.Colleges)); err != nil {
			return err
		}
		d.Cycle = m.Cycle
		_, err := tx.Append(d.change(ChangeMeetingChanged, d.Number, actor))
		return err
	})
}

// onMeeting loads a meeting inside a write and judges right and version. A
// version of 0 asks for none: the command changes nothing that another could have typed.
func (s *Service) onMeeting(ctx context.Context, actor accounts.Actor, right accounts.Right, number string, version int64, once string, fn func(tx *store.Tx, m Meeting) error) error {
	if err := may(actor, right); err != nil {
		return err
	}
	_, err := s.write(ctx, actor, once, func(tx *store.Tx) error {
		m, err := one(tx.Context(), tx, scanMeeting, "consultation.error.meeting_unknown", sqlMeeting, tx.Log(), number)
		if err != nil {
			return err
		}
		if err := actor.Require(right, m.Unit, m.Axis); err != nil {
			return err
		}
		if version != 0 && version != m.Version {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return fn(tx, m)
	})
	return err
}

// CancelMeeting cancels a planned meeting, with a reason that is published.
func (s *Service) CancelMeeting(ctx context.Context, actor accounts.Actor, number string, reason i18n.Text, once string) (err error) {
	defer fault.Wrap(&err, "consultation.CancelMeeting(%s)", number)
	var f fault.Fields
	reason = trimmed(reason)
	if checkReason(&f, reason); f.Err() != nil {
		return f.Err()
	}
	return s.onMeeting(ctx, actor, accounts.MeetingManage, number, 0, once, func(tx *store.Tx, m Meeting) error {
		if m.State != Planned || m.Captured > 0 {
			return fault.New(fault.Closed, "consultation.error.meeting_not_planned")
		}
		if err := tx.Exec(sqlMeetingState, tx.Log(), number, string(Cancelled), tx.Millis(), encodeText(reason)); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeMeetingCancelled, Subject: programme.Subject(programme.Meeting, number), Open: true,
			Public: store.Part{"by": actor.By(accounts.MeetingManage, m.Unit, m.Axis)}, Text: store.Part{"reason": programme.TextValue(reason)}, Person: actor.PersonPart()})
		return err
	})
}

// CloseMeeting says that a meeting was held; sheets of paper may still be typed in.
func (s *Service) CloseMeeting(ctx context.Context, actor accounts.Actor, number, once string) (err error) {
	defer fault.Wrap(&err, "consultation.CloseMeeting(%s)", number)
	return s.onMeeting(ctx, actor, accounts.ContributionRecord, number, 0, once, func(tx *store.Tx, m Meeting) error {
		if m.State != Planned {
			return fault.New(fault.Closed, "consultation.error.meeting_not_planned")
		}
		if tx.Now().Before(m.StartsAt) {
			return fault.New(fault.Closed, "consultation.error.meeting_not_begun")
		}
		if err := tx.Exec(sqlMeetingState, tx.Log(), number, string(Held), tx.Millis(), encodeText(i18n.Text{})); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeMeetingHeld, Subject: programme.Subject(programme.Meeting, number), Open: true,
			Public: store.Part{"captured": m.Captured, "by": actor.By(accounts.ContributionRecord, m.Unit, m.Axis)}, Person: actor.PersonPart()})
		return err
	})
}

// ReleaseMeeting publishes a held meeting's report: from now on everyone may read
// its contributions, and the log opens what it kept closed about them.
func (s *Service) ReleaseMeeting(ctx context.Context, actor accounts.Actor, number, once string) (err error) {
	defer fault.Wrap(&err, "consultation.ReleaseMeeting(%s)", number)
	return s.onMeeting(ctx, actor, accounts.MeetingManage, number, 0, once, func(tx *store.Tx, m Meeting) error {
		if m.State != Held || m.Released() {
			return fault.New(fault.Closed, "consultation.error.meeting_not_held")
		}
		if err := tx.Exec(sqlMeetingRelease, tx.Log(), number, string(programme.Public), tx.Millis()); err != nil {
			return err
		}
		if err := tx.Exec(sqlReleaseContributions, tx.Log(), number); err != nil {
			return err
		}
		by := actor.By(accounts.MeetingManage, m.Unit, m.Axis)
		if err := programme.LogRelease(tx, actor, by, programme.Subject(programme.Meeting, number), m.Release, programme.Public, ""); err != nil {
			return err
		}
		numbers, err := all(tx.Context(), tx, scanString, sqlNumbersOfMeeting, tx.Log(), number)
		if err != nil {
			return err
		}
		for _, c := range numbers {
			if err := tx.Release(programme.Subject(programme.Contribution, c)); err != nil {
				return err
			}
		}
		return nil
	})
}

// Times are the days within which the programme reads and answers.
func (s *Service) Times(ctx context.Context, programmeID string) (t Times, err error) {
	defer fault.Wrap(&err, "consultation.Times")
	err = s.read.QueryRowContext(ctx, sqlTimes, programmeID).Scan(&t.ReadingDays, &t.AnswerDays)
	if errors.Is(err, sql.ErrNoRows) {
		return DefaultTimes, nil
	}
	return t, err
}

// SetTimes sets the days within which the programme reads and answers; it is
// published, and counts for what waits already.
func (s *Service) SetTimes(ctx context.Context, actor accounts.Actor, t Times, once string) (err error) {
	defer fault.Wrap(&err, "consultation.SetTimes")
	if err := actor.Require(accounts.ProgrammeManage, "", ""); err != nil {
		return err
	}
	var f fault.Fields
	f.Check(t.ReadingDays >= 1 && t.ReadingDays <= maxDays, "reading_days", "fault.number_range", "min", 1, "max", maxDays)
	f.Check(t.AnswerDays >= t.ReadingDays && t.AnswerDays <= maxDays, "answer_days", "fault.number_range", "min", max(1, t.ReadingDays), "max", maxDays)
	if err := f.Err(); err != nil {
		return err
	}
	_, err = s.write(ctx, actor, once, func(tx *store.Tx) error {
		if err := tx.Exec(sqlSetTimes, tx.Log(), t.ReadingDays, t.AnswerDays); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeTimesSet, Subject: "consultation/times", Open: true,
			Public: store.Part{"reading_days": t.ReadingDays, "answer_days": t.AnswerDays, "by": actor.By(accounts.ProgrammeManage, "", "")}, Person: actor.PersonPart()})
		return err
	})
	return err
}
