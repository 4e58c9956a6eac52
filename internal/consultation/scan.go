package consultation

import (
	"encoding/json"
	"strings"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

func encodeText(t i18n.Text) string { return encodeJSON(t) }

// encodeJSON writes what is kept as opaque text; the types it is used for cannot fail.
func encodeJSON(v any) string { b, _ := json.Marshal(v); return string(b) }

// decode reads several JSON columns, each into the value beside it.
func decode(pairs ...any) error {
	for i := 0; i < len(pairs); i += 2 {
		if err := json.Unmarshal([]byte(pairs[i].(string)), pairs[i+1]); err != nil {
			return err
		}
	}
	return nil
}

func joinUnits(units []string) string { return strings.Join(units, " ") }
func splitUnits(s string) []string    { return strings.Fields(s) }

func scanMeeting(row scanner) (m Meeting, err error) {
	var title, place, access, chair, conduct, agenda, colleges, reason string
	var starts, ends, invited, stateAt, released int64
	if err := row.Scan(&m.Number, &m.Cycle, &m.Kind, &title, &place, &access, &m.Unit, &m.Axis, &chair, &conduct, &starts, &ends, &invited,
		&agenda, &colleges, &m.State, &stateAt, &reason, &m.Captured, &m.Release, &released, &m.Version); err != nil {
		return m, err
	}
	m.StartsAt, m.EndsAt, m.InvitedAt = store.Time(starts), store.Time(ends), store.Time(invited)
	m.StateAt, m.ReleasedAt = store.Time(stateAt), store.Time(released)
	return m, decode(title, &m.Title, place, &m.Place, access, &m.Access, chair, &m.Chair, conduct, &m.Conduct, agenda, &m.Agenda, colleges, &m.Colleges, reason, &m.Reason)
}

func scanContribution(row scanner) (c Contribution, err error) {
	var reformulation, origin, reason, hiddenReason string
	var stateAt, hiddenAt, recorded, corrected int64
	if err := row.Scan(&c.Number, &c.Cycle, &c.Meeting, &c.Ordinal, &c.Kind, &c.Raw, &c.RawLang, &reformulation, &c.College, &c.Unit, &c.Axis,
		&c.Table, &c.Channel, &origin, &c.Scribe, &c.State, &stateAt, &c.Put.Role, &reason, &hiddenAt, &c.Hidden.Role, &hiddenReason,
		&c.Cited, &c.Release, &recorded, &corrected, &c.Version); err != nil {
		return c, err
	}
	if c.State != Kept {
		c.Put.At = store.Time(stateAt)
	}
	c.Hidden.At, c.RecordedAt, c.CorrectedAt = store.Time(hiddenAt), store.Time(recorded), store.Time(corrected)
	return c, decode(reformulation, &c.Reformulation, origin, &c.Origin, reason, &c.Put.Reason, hiddenReason, &c.Hidden.Reason)
}

// stored is a proposal with what never leaves this package.
type stored struct {
	Proposal
	codeHash string
}

func scanStored(row scanner) (p stored, err error) {
	var title, units, origin, reason, motive string
	var stateAt, submitted, published, examined, answered, review, screened, estimated int64
	if err := row.Scan(&p.Number, &p.Cycle, &title, &p.Body, &p.Lang, &p.Place, &p.College, &units, &p.Axis, &p.Channel, &origin, &p.Scribe,
		&p.State, &stateAt, &p.Put.Role, &reason, &p.Outcome, &p.Release, &submitted, &published, &examined, &answered, &review, &p.Cited,
		&p.Screening, &motive, &p.Screened.Role, &screened, &p.Estimate, &estimated, &p.codeHash, &p.Version); err != nil {
		return p, err
	}
	p.Units, p.HasCode = splitUnits(units), p.codeHash != ""
	if p.State != Waiting && p.State != Published {
		p.Put.At = store.Time(stateAt)
	}
	p.SubmittedAt, p.PublishedAt, p.ExaminedAt, p.AnsweredAt = store.Time(submitted), store.Time(published), store.Time(examined), store.Time(answered)
	p.ReviewAt, p.Screened.At, p.EstimatedAt = store.Time(review), store.Time(screened), store.Time(estimated)
	return p, decode(title, &p.Title, origin, &p.Origin, reason, &p.Put.Reason, motive, &p.Screened.Reason)
}

func scanProposal(row scanner) (Proposal, error) {
	p, err := scanStored(row)
	return p.Proposal, err
}

// answerOf is an answer with the proposal it belongs to.
type answerOf struct {
	proposal string
	Answer
}

func scanAnswer(row scanner) (a answerOf, err error) {
	var sentence, reason, deferred string
	var review, at int64
	if err := row.Scan(&a.proposal, &a.Ordinal, &a.Decision, &sentence, &reason, &a.MergedInto, &a.ReferredTo, &deferred, &review,
		&a.ByRole, &a.ByOrganisation, &at); err != nil {
		return a, err
	}
	a.ReviewAt, a.At = store.Time(review), store.Time(at)
	return a, decode(sentence, &a.Sentence, reason, &a.Reason, deferred, &a.DeferredTo)
}
