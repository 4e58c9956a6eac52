package delivery

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
)

// ReportDraft is what a contracting authority says of its project. "Nothing
// changed" is a whole answer: it repeats the quantities and the forecast.
type ReportDraft struct {
	Project        string
	NothingChanged bool
	Done           []int64 // thousandths of the unit since the beginning, by component
	ForecastEnd    time.Time
	Statement      i18n.Text
	Once           string
}

func (d ReportDraft) check(p roadmap.Project) error {
	if d.NothingChanged {
		return nil
	}
	var wrong fault.Fields
	ok := len(d.Done) == len(p.Components) && !slices.ContainsFunc(d.Done, func(n int64) bool { return n < 0 || n > programme.MaxAmount })
	wrong.Check(ok, "done", "delivery.error.quantities")
	wrong.Check(!d.ForecastEnd.IsZero(), "forecast_end", "fault.required")
	wrong.Check(d.Statement.Ar != "" || d.Statement.Fr != "", "statement", "fault.required_language")
	return wrong.Err()
}

// SubmitReport hands in a report and returns its number. It shows in public, and
// counts, once somebody else approves it.
func (s *Service) SubmitReport(ctx context.Context, actor accounts.Actor, d ReportDraft) (number string, err error) {
	defer fault.Wrap(&err, "delivery.SubmitReport(%s)", d.Project)
	p, err := s.adopted(ctx, actor.Programme, d.Project)
	if err != nil {
		return "", err
	}
	by, err := ours(actor, accounts.ReportSubmit, p)
	if err != nil {
		return "", err
	}
	if err := d.check(p); err != nil {
		return "", err
	}
	repeated, err := s.write(ctx, actor, p, d.Once, func(tx *store.Tx) error {
		if err := running(tx, d.Project); err != nil {
			return err
		}
		if d, err = d.follow(tx, p); err != nil {
			return err
		}
		if number, err = programme.NextNumber(tx, programme.Report); err != nil {
			return err
		}
		return insertReport(tx, actor, by, number, d)
	})
	if repeated {
		return s.earlier(ctx, sqlReportOfOnce, actor.Programme, d.Once)
	}
	return number, err
}

// follow compares a report with the one before it, whether approved yet or not:
// quantities add up since the beginning, so that they never fall, and "nothing
// changed" takes them over.
func (d ReportDraft) follow(tx *store.Tx, p roadmap.Project) (ReportDraft, error) {
	before, forecast := make([]int64, len(p.Components)), int64(0)
	var done string
	err := tx.QueryRowContext(tx.Context(), sqlLastReport, tx.Log(), d.Project).Scan(&done, &forecast)
	if err == nil {
		err = json.Unmarshal([]byte(done), &before)
	}
	if err != nil && !store.IsNoRows(err) {
		return d, err
	}
	if d.NothingChanged {
		d.Done, d.ForecastEnd = before, store.Time(forecast)
		return d, nil
	}
	for i, n := range d.Done {
		if i < len(before) && n < before[i] {
			return d, fault.Field("done", "delivery.error.falling")
		}
	}
	return d, nil
}

func insertReport(tx *store.Tx, actor accounts.Actor, by store.Part, number string, d ReportDraft) error {
	done, err := json.Marshal(d.Done)
	if err != nil {
		return err
	}
	if err := tx.Exec(sqlInsertReport, tx.Log(), number, d.Project, d.NothingChanged, string(done), millis(d.ForecastEnd), encode(d.Statement),
		by["organisation"], actor.Person, tx.Millis(), once(d.Once)); err != nil {
		return err
	}
	_, err = tx.Append(store.Change{Kind: ChangeReportSubmitted, Subject: programme.Subject(programme.Report, number),
		Public: store.Part{"number": number, "project": d.Project, "nothing_changed": d.NothingChanged, "done": d.Done,
			"forecast_end": millis(d.ForecastEnd), "by": by},
		Text: store.Part{"statement": programme.TextValue(d.Statement)}, Person: actor.PersonPart()})
	return err
}

// ApproveReport makes a report count and shows it to everyone. Who wrote it never may.
func (s *Service) ApproveReport(ctx context.Context, actor accounts.Actor, number string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "delivery.ApproveReport(%s)", number)
	return s.decideReport(ctx, actor, number, version, once, Approved, "")
}

// ReturnReport sends a report back with a reason; the authority hands in a new one.
func (s *Service) ReturnReport(ctx context.Context, actor accounts.Actor, number, reason string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "delivery.ReturnReport(%s)", number)
	reason = strings.TrimSpace(reason)
	if utf8.RuneCountInString(reason) < minReason {
		return fault.Field("reason", "fault.too_short", "n", minReason)
	}
	return s.decideReport(ctx, actor, number, version, once, Returned, reason)
}

func (s *Service) decideReport(ctx context.Context, actor accounts.Actor, number string, version int64, once string, to ReportState, reason string) error {
	if !actor.Somewhere(accounts.ReportApprove) {
		return actor.Require(accounts.ReportApprove, "", "")
	}
	r, err := report(ctx, s.db.Read(), actor.Programme, number)
	if err != nil {
		return err
	}
	p, err := s.adopted(ctx, actor.Programme, r.Project)
	if err != nil {
		return err
	}
	if err := actor.Require(accounts.ReportApprove, "", p.Axis); err != nil {
		return err
	}
	if r.SubmittedBy == actor.Person {
		return fault.New(fault.Forbidden, "delivery.error.own_report")
	}
	by := actor.By(accounts.ReportApprove, "", p.Axis)
	_, err = s.write(ctx, actor, p, once, func(tx *store.Tx) error {
		ok, err := tx.ExecOne(sqlDecideReport, tx.Log(), number, string(to), tx.Millis(), by["role"], reason, version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return logDecision(tx, actor, by, r, to, reason)
	})
	return err
}

// logDecision appends what was decided; an approval opens the report's own
// change too and ties it to its project.
func logDecision(tx *store.Tx, actor accounts.Actor, by store.Part, r Report, to ReportState, reason string) error {
	subject := programme.Subject(programme.Report, r.Number)
	c := store.Change{Kind: ChangeReportReturned, Subject: subject, Public: store.Part{"number": r.Number, "project": r.Project, "by": by},
		Text: store.Part{"reason": reason}, Person: actor.PersonPart()}
	if to == Approved {
		c.Kind, c.Open = ChangeReportApproved, true
	}
	if _, err := tx.Append(c); err != nil || to != Approved {
		return err
	}
	role, _ := by["role"].(string)
	if err := programme.AddLinks(tx, programme.Link{Source: programme.Subject(programme.Project, r.Project), Target: subject,
		Kind: programme.ReportedIn, ByRole: role}); err != nil {
		return err
	}
	return tx.Release(subject)
}

// once is a form's id for its column: absent where the command had none.
func once(id string) store.NullString { return store.NullString{String: id, Valid: id != ""} }

// millis is a time as stored; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return store.Millis(t)
}
