package consultation

import (
	"context"
	"slices"
	"strings"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// ContributionDraft is what a rapporteur notes of one thing that was said.
type ContributionDraft struct {
	Number        string // of the contribution to correct; "" for a new one
	Version       int64  // that the form was made from; required for a correction
	Meeting       string
	Kind          ContributionKind
	Raw           string // in the words of who said it
	RawLang       string // "": guessed by its letters
	Reformulation i18n.Text
	College       string
	Unit          string
	Axis          string
	Table         string
	Channel       Channel // "": in the room
	Origin        i18n.Text
	ByScribe      bool   // written down for the speaker, by whoever records it
	Author        string // person id of an author with an account who wants to be known; kept in the log's person part only
	Once          string
}

func (s *Service) checkContribution(p *programme.Programme, d *ContributionDraft) error {
	var f fault.Fields
	d.Raw, d.Table = strings.TrimSpace(d.Raw), strings.TrimSpace(d.Table)
	d.Reformulation, d.Origin = trimmed(d.Reformulation), trimmed(d.Origin)
	if d.RawLang == "" {
		d.RawLang = WrittenIn(d.Raw, i18n.Ar)
	}
	if d.Channel == "" {
		d.Channel = Room
	}
	checkString(&f, "raw", d.Raw, 1, MaxText)
	f.Check(slices.Contains(rawLangs, d.RawLang), "raw_lang", "fault.unknown_choice")
	checkText(&f, "reformulation", d.Reformulation, false, 1, MaxText)
	checkText(&f, "origin", d.Origin, false, 1, MaxTitle)
	checkString(&f, "table", d.Table, 0, MaxPlace)
	f.Check(slices.Contains(ContributionKinds, d.Kind), "kind", "fault.choose_one")
	f.Check(slices.Contains(Channels, d.Channel), "channel", "fault.choose_one")
	checkCollege(&f, p, d.College)
	s.checkUnit(&f, p, "unit", d.Unit)
	checkAxis(&f, p, d.Axis)
	return f.Err()
}

// scribe is the role of whoever writes for somebody, "" if nobody does.
func scribe(actor accounts.Actor, byScribe bool, unit, axis string) string {
	if !byScribe {
		return ""
	}
	return roleOf(actor.By(accounts.ContributionRecord, unit, axis))
}

// roleOf is the role in the public part of an actor.
func roleOf(by store.Part) string { role, _ := by["role"].(string); return role }

func organisationOf(by store.Part) string { id, _ := by["organisation"].(string); return id }

// RecordContribution notes what somebody said in a meeting and gives it its
// number and its ordinal within the meeting. It stays internal until the
// meeting's report is released.
func (s *Service) RecordContribution(ctx context.Context, actor accounts.Actor, d ContributionDraft) (c Contribution, err error) {
	defer fault.Wrap(&err, "consultation.RecordContribution(%s)", d.Meeting)
	if err := may(actor, accounts.ContributionRecord); err != nil {
		return c, err
	}
	p, err := s.programmes.ByID(ctx, actor.Programme)
	if err != nil {
		return c, err
	}
	if err := s.checkContribution(p, &d); err != nil {
		return c, err
	}
	d.Once = onceOr(d.Once)
	err = s.onMeeting(ctx, actor, accounts.ContributionRecord, d.Meeting, 0, d.Once, func(tx *store.Tx, m Meeting) error {
		return record(tx, actor, m, d)
	})
	if err != nil {
		return c, err
	}
	return one(ctx, s.read, scanContribution, "fault.not_found", sqlContributionByOnce, actor.Programme, d.Once)
}

func record(tx *store.Tx, actor accounts.Actor, m Meeting, d ContributionDraft) error {
	if err := programme.StaffGate(tx, m.Cycle, programme.Consultation); err != nil {
		return err
	}
	switch {
	case m.State == Cancelled:
		return fault.New(fault.Closed, "consultation.error.meeting_fixed")
	case i18n.DaysBetween(tx.Now(), m.StartsAt) > 0:
		return fault.New(fault.Closed, "consultation.error.meeting_not_begun")
	}
	number, seq, err := next(tx, programme.Contribution)
	if err != nil {
		return err
	}
	var ordinal int64
	if err := tx.QueryRowContext(tx.Context(), sqlNextOrdinal, tx.Log(), m.Number).Scan(&ordinal); err != nil {
		return err
	}
	release := programme.Internal
	if m.Released() {
		release = programme.Public // a sheet typed in after the report joins what is published
	}
	by := actor.By(accounts.ContributionRecord, m.Unit, m.Axis)
	if err := tx.Exec(sqlInsertContribution, tx.Log(), number, seq, d.Once, m.Cycle, m.Number, ordinal, string(d.Kind), d.Raw, d.RawLang,
		encodeText(d.Reformulation), d.College, d.Unit, d.Axis, d.Table, string(d.Channel), encodeText(d.Origin),
		scribe(actor, d.ByScribe, m.Unit, m.Axis), string(release), tx.Millis()); err != nil {
		return err
	}
	subject := programme.Subject(programme.Contribution, number)
	if err := programme.AddLinks(tx, programme.Link{Source: programme.Subject(programme.Meeting, m.Number), Target: subject, Kind: programme.SaidAt, ByRole: roleOf(by)}); err != nil {
		return err
	}
	change := d.change(ChangeContributionRecorded, number, actor, by)
	change.Open = m.Released()
	change.Public["meeting"], change.Public["ordinal"] = m.Number, ordinal
	if d.Author != "" {
		if change.Person == nil {
			change.Person = store.Part{}
		}
		change.Person["author"] = d.Author
	}
	_, err = tx.Append(change)
	return err
}

// change is what the log keeps of a contribution: words and origin in the text part.
func (d ContributionDraft) change(kind, number string, actor accounts.Actor, by store.Part) store.Change {
	return store.Change{Kind: kind, Subject: programme.Subject(programme.Contribution, number),
		Public: store.Part{"what": d.Kind, "lang": d.RawLang, "college": d.College, "unit": d.Unit, "axis": d.Axis,
			"channel": d.Channel, "scribe": d.ByScribe, "by": by},
		Text: store.Part{"raw": d.Raw, "reformulation": programme.TextValue(d.Reformulation),
			"origin": programme.TextValue(d.Origin), "table": d.Table},
		Person: actor.PersonPart()}
}

// onContribution loads a contribution inside a write and judges right and version.
// Rights are those over its meeting: a rapporteur notes whatever is said there.
func (s *Service) onContribution(ctx context.Context, actor accounts.Actor, right accounts.Right, number string, version int64, once string,
	fn func(tx *store.Tx, c Contribution, by store.Part) error) error {
	if err := may(actor, right); err != nil {
		return err
	}
	_, err := s.write(ctx, actor, once, func(tx *store.Tx) error {
		c, err := one(tx.Context(), tx, scanContribution, "consultation.error.contribution_unknown", sqlContribution, tx.Log(), number)
		if err != nil {
			return err
		}
		m, err := one(tx.Context(), tx, scanMeeting, "consultation.error.meeting_unknown", sqlMeeting, tx.Log(), c.Meeting)
		if err != nil {
			return err
		}
		if err := actor.Require(right, m.Unit, m.Axis); err != nil {
			return err
		}
		if version != 0 && version != c.Version {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return fn(tx, c, actor.By(right, m.Unit, m.Axis))
	})
	return err
}

// CorrectContribution changes what was noted. The log keeps the wording before,
// and the work page shows it; the author and the auditor can compare.
func (s *Service) CorrectContribution(ctx context.Context, actor accounts.Actor, d ContributionDraft) (err error) {
	defer fault.Wrap(&err, "consultation.CorrectContribution(%s)", d.Number)
	p, err := s.programmes.ByID(ctx, actor.Programme)
	if err != nil {
		return err
	}
	if err := may(actor, accounts.ContributionRecord); err != nil {
		return err
	}
	if err := s.checkContribution(p, &d); err != nil {
		return err
	}
	if d.Version == 0 {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	return s.onContribution(ctx, actor, accounts.ContributionRecord, d.Number, d.Version, d.Once, func(tx *store.Tx, c Contribution, by store.Part) error {
		if c.State == Withdrawn || c.Hidden.Done() {
			return fault.New(fault.Closed, "consultation.error.contribution_put_aside")
		}
		role := c.Scribe
		if d.ByScribe && role == "" || !d.ByScribe {
			role = scribe(actor, d.ByScribe, c.Unit, c.Axis)
		}
		if err := tx.Exec(sqlCorrectContribution, tx.Log(), d.Number, string(d.Kind), d.Raw, d.RawLang, encodeText(d.Reformulation), d.College, d.Unit,
			d.Axis, d.Table, string(d.Channel), encodeText(d.Origin), role, tx.Millis()); err != nil {
			return err
		}
		change := d.change(ChangeContributionCorrected, d.Number, actor, by)
		change.Open = c.Release == programme.Public
		_, err := tx.Append(change)
		return err
	})
}

// putAside moves a kept contribution out of what counts and says why.
func (s *Service) putAside(ctx context.Context, actor accounts.Actor, right accounts.Right, number string, state ContributionState, reason i18n.Text, once string) error {
	var f fault.Fields
	reason = trimmed(reason)
	if checkReason(&f, reason); f.Err() != nil {
		return f.Err()
	}
	return s.onContribution(ctx, actor, right, number, 0, once, func(tx *store.Tx, c Contribution, by store.Part) error {
		switch {
		case c.State == Withdrawn || c.State == state:
			return fault.New(fault.Closed, "consultation.error.contribution_put_aside")
		case state == SetAside && c.Cited > 0:
			return fault.New(fault.Closed, "consultation.error.contribution_cited")
		case state == SetAside && c.Release == programme.Public && right != accounts.ContributionModerate:
			return fault.New(fault.Forbidden, "fault.forbidden")
		}
		return logPutAside(tx, actor, c, state, by, reason)
	})
}

// logPutAside gives a contribution its new state, with the reason, in table and log.
func logPutAside(tx *store.Tx, actor accounts.Actor, c Contribution, state ContributionState, by store.Part, reason i18n.Text) error {
	kind := ChangeContributionSetAside
	if state == Withdrawn {
		kind = ChangeContributionWithdrawn
	}
	if err := tx.Exec(sqlContributionState, tx.Log(), c.Number, string(state), tx.Millis(), roleOf(by), encodeText(reason)); err != nil {
		return err
	}
	return appendAct(tx, actor, kind, programme.Subject(programme.Contribution, c.Number), c.Release == programme.Public, by, reason)
}

// appendAct logs an act on an object with its reason.
func appendAct(tx *store.Tx, actor accounts.Actor, kind, subject string, open bool, by store.Part, reason i18n.Text) error {
	_, err := tx.Append(store.Change{Kind: kind, Subject: subject, Open: open, Public: store.Part{"by": by},
		Text: store.Part{"reason": programme.TextValue(reason)}, Person: actor.PersonPart()})
	return err
}

// WithdrawContribution takes a contribution back at its author's wish.
func (s *Service) WithdrawContribution(ctx context.Context, actor accounts.Actor, number string, reason i18n.Text, once string) (err error) {
	defer fault.Wrap(&err, "consultation.WithdrawContribution(%s)", number)
	return s.putAside(ctx, actor, accounts.ContributionRecord, number, Withdrawn, reason, once)
}

// SetAside says why a contribution leads to no proposal. While the report is
// being written the rapporteur may do so; after its release, only who moderates.
func (s *Service) SetAside(ctx context.Context, actor accounts.Actor, number string, reason i18n.Text, once string) (err error) {
	defer fault.Wrap(&err, "consultation.SetAside(%s)", number)
	right := accounts.ContributionModerate
	if !actor.Somewhere(right) {
		right = accounts.ContributionRecord
	}
	return s.putAside(ctx, actor, right, number, SetAside, reason, once)
}

// SetAsideAll sets several contributions aside with one reason: all of them, or
// none when one of them may not be. For whoever moderates.
func (s *Service) SetAsideAll(ctx context.Context, actor accounts.Actor, numbers []string, reason i18n.Text, once string) (err error) {
	defer fault.Wrap(&err, "consultation.SetAsideAll")
	if err := may(actor, accounts.ContributionModerate); err != nil {
		return err
	}
	numbers = slices.Compact(slices.Sorted(slices.Values(numbers)))
	var f fault.Fields
	reason = trimmed(reason)
	checkReason(&f, reason)
	f.Check(len(numbers) > 0 && len(numbers) <= maxGrouped, "contributions", "consultation.error.tick", "most", maxGrouped)
	if err := f.Err(); err != nil {
		return err
	}
	_, err = s.write(ctx, actor, once, func(tx *store.Tx) error {
		list, err := loadNumbered(tx, numbers)
		if err != nil {
			return err
		}
		for _, c := range list {
			m, err := one(tx.Context(), tx, scanMeeting, "consultation.error.meeting_unknown", sqlMeeting, tx.Log(), c.Meeting)
			if err != nil {
				return err
			}
			if err := actor.Require(accounts.ContributionModerate, m.Unit, m.Axis); err != nil {
				return err
			}
			if c.State != Kept || c.Cited > 0 {
				return fault.Field("contributions", "consultation.error.not_to_set_aside", "number", c.Number)
			}
			if err := logPutAside(tx, actor, c, SetAside, actor.By(accounts.ContributionModerate, m.Unit, m.Axis), reason); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// HideContribution stops showing a contribution's words, for example because they
// name a person. Its number, college and commune stay, with a dated note.
func (s *Service) HideContribution(ctx context.Context, actor accounts.Actor, number string, reason i18n.Text, once string) (err error) {
	defer fault.Wrap(&err, "consultation.HideContribution(%s)", number)
	var f fault.Fields
	reason = trimmed(reason)
	if checkReason(&f, reason); f.Err() != nil {
		return f.Err()
	}
	return s.onContribution(ctx, actor, accounts.ContributionModerate, number, 0, once, func(tx *store.Tx, c Contribution, by store.Part) error {
		if c.Hidden.Done() {
			return fault.New(fault.Closed, "consultation.error.contribution_put_aside")
		}
		if err := tx.Exec(sqlContributionHidden, tx.Log(), number, tx.Millis(), roleOf(by), encodeText(reason)); err != nil {
			return err
		}
		return appendAct(tx, actor, ChangeContributionHidden, programme.Subject(programme.Contribution, number), c.Release == programme.Public, by, reason)
	})
}

// RestoreContribution undoes what staff did: it shows hidden words again and
// counts what was set aside. What its author withdrew stays withdrawn.
func (s *Service) RestoreContribution(ctx context.Context, actor accounts.Actor, number string, reason i18n.Text, once string) (err error) {
	defer fault.Wrap(&err, "consultation.RestoreContribution(%s)", number)
	var f fault.Fields
	reason = trimmed(reason)
	if checkReason(&f, reason); f.Err() != nil {
		return f.Err()
	}
	return s.onContribution(ctx, actor, accounts.ContributionModerate, number, 0, once, func(tx *store.Tx, c Contribution, by store.Part) error {
		if c.State == Withdrawn || c.State == Kept && !c.Hidden.Done() {
			return fault.New(fault.Closed, "consultation.error.contribution_not_put_aside")
		}
		if err := tx.Exec(sqlContributionState, tx.Log(), number, string(Kept), tx.Millis(), roleOf(by), encodeText(i18n.Text{})); err != nil {
			return err
		}
		if err := tx.Exec(sqlContributionHidden, tx.Log(), number, 0, "", encodeText(i18n.Text{})); err != nil {
			return err
		}
		return appendAct(tx, actor, ChangeContributionRestored, programme.Subject(programme.Contribution, number), c.Release == programme.Public, by, reason)
	})
}
