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

// BlockerDraft is an obstacle and who must answer it by when.
type BlockerDraft struct {
	Project, Kind string // one of BlockerKinds
	Text          i18n.Text
	Owner         string // organisation id
	Due           time.Time
	Once          string
}

func (d BlockerDraft) check(now time.Time) error {
	var wrong fault.Fields
	wrong.Check(slices.Contains(BlockerKinds, d.Kind), "kind", "fault.choose_one")
	wrong.Check(d.Text.Ar != "" || d.Text.Fr != "", "text", "fault.required_language")
	wrong.Check(d.Owner != "", "owner", "fault.choose_one")
	if wrong.Check(!d.Due.IsZero(), "due", "fault.required") {
		wrong.Check(d.Due.After(now), "due", "delivery.error.past")
	}
	return wrong.Err()
}

// OpenBlocker records an obstacle, internal until PublishBlocker, and returns its number.
func (s *Service) OpenBlocker(ctx context.Context, actor accounts.Actor, d BlockerDraft) (number string, err error) {
	defer fault.Wrap(&err, "delivery.OpenBlocker(%s)", d.Project)
	p, err := s.adopted(ctx, actor.Programme, d.Project)
	if err != nil {
		return "", err
	}
	by, err := oursOrCoordinator(actor, accounts.BlockerManage, p)
	if err != nil {
		return "", err
	}
	if err := d.check(s.db.Now()); err != nil {
		return "", err
	}
	repeated, err := s.write(ctx, actor, p, d.Once, func(tx *store.Tx) error {
		if err := running(tx, d.Project); err != nil {
			return err
		}
		if number, err = programme.NextNumber(tx, programme.Blocker); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertBlocker, tx.Log(), number, d.Project, d.Kind, encode(d.Text), d.Owner, tx.Millis(), millis(d.Due), once(d.Once)); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeBlockerOpened, Subject: programme.Subject(programme.Blocker, number),
			Public: store.Part{"number": number, "project": d.Project, "nature": d.Kind, "owner": d.Owner, "due": millis(d.Due), "by": by},
			Text:   store.Part{"text": programme.TextValue(d.Text)}, Person: actor.PersonPart()})
		return err
	})
	if repeated {
		return s.earlier(ctx, sqlBlockerOfOnce, actor.Programme, d.Once)
	}
	return number, err
}

// AnswerBlocker records the owner's reply: by somebody of the organisation that
// must answer, or by the coordination in its name.
func (s *Service) AnswerBlocker(ctx context.Context, actor accounts.Actor, number string, reply i18n.Text, version int64, once string) (err error) {
	defer fault.Wrap(&err, "delivery.AnswerBlocker(%s)", number)
	if reply.Ar == "" && reply.Fr == "" {
		return fault.Field("reply", "fault.required_language")
	}
	b, p, err := s.obstacle(ctx, actor, number)
	if err != nil {
		return err
	}
	// Judged like a project whose only authority is the owner of the obstacle.
	by, err := oursOrCoordinator(actor, accounts.BlockerManage, roadmap.Project{Axis: p.Axis, MOA: b.Owner})
	if err != nil {
		return err
	}
	return s.changeBlocker(ctx, actor, p, b, once, ChangeBlockerAnswered, by, store.Part{"reply": programme.TextValue(reply)}, func(tx *store.Tx) (bool, error) {
		return tx.ExecOne(sqlAnswerBlocker, tx.Log(), number, encode(reply), tx.Millis(), version)
	})
}

// CloseBlocker ends an obstacle with what is to be learned from it.
func (s *Service) CloseBlocker(ctx context.Context, actor accounts.Actor, number string, lesson i18n.Text, version int64, once string) (err error) {
	defer fault.Wrap(&err, "delivery.CloseBlocker(%s)", number)
	var wrong fault.Fields
	checkReason(&wrong, "lesson", lesson)
	if err := wrong.Err(); err != nil {
		return err
	}
	b, p, err := s.obstacle(ctx, actor, number)
	if err != nil {
		return err
	}
	by, err := oursOrCoordinator(actor, accounts.BlockerManage, p)
	if err != nil {
		return err
	}
	return s.changeBlocker(ctx, actor, p, b, once, ChangeBlockerClosed, by, store.Part{"lesson": programme.TextValue(lesson)}, func(tx *store.Tx) (bool, error) {
		return tx.ExecOne(sqlCloseBlocker, tx.Log(), number, encode(lesson), tx.Millis(), version)
	})
}

// PublishBlocker shows an obstacle to everyone: after its owner's reply, or when
// none came within ReplyTime.
func (s *Service) PublishBlocker(ctx context.Context, actor accounts.Actor, number string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "delivery.PublishBlocker(%s)", number)
	b, p, err := s.obstacle(ctx, actor, number)
	if err != nil {
		return err
	}
	if err := actor.Require(accounts.ReportApprove, "", p.Axis); err != nil {
		return err
	}
	_, err = s.write(ctx, actor, p, once, func(tx *store.Tx) error {
		if b.Release == programme.Internal && !b.Publishable(tx.Now()) {
			return fault.New(fault.Closed, "delivery.error.reply_first")
		}
		ok, err := tx.ExecOne(sqlReleaseBlocker, tx.Log(), number, version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return programme.LogRelease(tx, actor, actor.By(accounts.ReportApprove, "", p.Axis), programme.Subject(programme.Blocker, number),
			programme.Internal, programme.Public, "")
	})
	return err
}

// obstacle finds a blocker and its project for somebody who may read what is internal.
func (s *Service) obstacle(ctx context.Context, actor accounts.Actor, number string) (b Blocker, p roadmap.Project, err error) {
	if err := actor.Require(accounts.InternalRead, "", ""); err != nil {
		return b, p, err
	}
	list, err := blockers(ctx, s.db.Read(), sqlBlockerByNumber, actor.Programme, number)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return b, p, err
	}
	p, err = s.adopted(ctx, actor.Programme, list[0].Project)
	return list[0], p, err
}

// changeBlocker runs an update of a blocker and tells the log, openly if the
// blocker is public when its row is written.
func (s *Service) changeBlocker(ctx context.Context, actor accounts.Actor, p roadmap.Project, b Blocker, once, kind string, by, text store.Part, update func(tx *store.Tx) (bool, error)) error {
	_, err := s.write(ctx, actor, p, once, func(tx *store.Tx) error {
		// The version guards b.Release too: publishing raises it.
		ok, err := update(tx)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		_, err = tx.Append(store.Change{Kind: kind, Subject: programme.Subject(programme.Blocker, b.Number), Open: b.Release == programme.Public,
			Public: store.Part{"number": b.Number, "project": b.Project, "by": by}, Text: text, Person: actor.PersonPart()})
		return err
	})
	return err
}
