package consultation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// Every statement begins with the programme's id as $1.
const (
	meetingColumns = `number, cycle, kind, title, place, access, unit, axis, chair, conduct, starts_at, ends_at, invited_at, agenda, colleges,
		state, state_at, reason, captured, release, released_at, version`
	sqlInsertMeeting = `INSERT INTO meeting (programme_id, number, seq, once, cycle, kind, title, place, access, unit, axis, chair, conduct,
		starts_at, ends_at, invited_at, agenda, colleges, state, state_at, reason, captured, release, released_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 'planned', $19, '{}', 0, 'internal', 0, 1)`
	sqlUpdateMeeting = `UPDATE meeting SET kind = $3, title = $4, place = $5, access = $6, unit = $7, axis = $8, chair = $9, conduct = $10,
		starts_at = $11, ends_at = $12, invited_at = $13, agenda = $14, colleges = $15, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlMeetingState    = `UPDATE meeting SET state = $3, state_at = $4, reason = $5, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlMeetingRelease  = `UPDATE meeting SET release = $3, released_at = $4, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlNextOrdinal     = `UPDATE meeting SET captured = captured + 1 WHERE programme_id = $1 AND number = $2 RETURNING captured`
	sqlMeeting         = `SELECT ` + meetingColumns + ` FROM meeting WHERE programme_id = $1 AND number = $2`
	sqlMeetingByOnce   = `SELECT ` + meetingColumns + ` FROM meeting WHERE programme_id = $1 AND once = $2`
	sqlMeetings        = `SELECT ` + meetingColumns + ` FROM meeting WHERE programme_id = $1 `
	sqlCountMeetings   = `SELECT COUNT(*) FROM meeting WHERE programme_id = $1 `
	sqlMeetingsByState = `SELECT state, COUNT(*) FROM meeting WHERE programme_id = $1 AND ($2 = 0 OR cycle = $2) GROUP BY state`

	contributionColumns = `number, cycle, meeting, ordinal, kind, raw, raw_lang, reformulation, college, unit, axis, seat, channel, origin, scribe,
		state, state_at, state_role, reason, hidden_at, hidden_role, hidden_reason, cited, release, recorded_at, corrected_at, version`
	sqlInsertContribution = `INSERT INTO contribution (programme_id, number, seq, once, cycle, meeting, ordinal, kind, raw, raw_lang, reformulation,
		college, unit, axis, seat, channel, origin, scribe, release, recorded_at,
		state, state_at, state_role, reason, hidden_at, hidden_role, hidden_reason, cited, corrected_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, 'kept', $20, '', '{}', 0, '', '{}', 0, 0, 1)`
	sqlCorrectContribution = `UPDATE contribution SET kind = $3, raw = $4, raw_lang = $5, reformulation = $6, college = $7, unit = $8, axis = $9,
		seat = $10, channel = $11, origin = $12, scribe = $13, corrected_at = $14, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlContributionState    = `UPDATE contribution SET state = $3, state_at = $4, state_role = $5, reason = $6, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlContributionHidden   = `UPDATE contribution SET hidden_at = $3, hidden_role = $4, hidden_reason = $5, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlReleaseContributions = `UPDATE contribution SET release = 'public', version = version + 1 WHERE programme_id = $1 AND meeting = $2`
	sqlNumbersOfMeeting     = `SELECT number FROM contribution WHERE programme_id = $1 AND meeting = $2 ORDER BY ordinal`
	sqlContributionCited    = `UPDATE contribution SET cited = cited + $2, version = version + 1 WHERE programme_id = $1 AND number IN `
	sqlContribution         = `SELECT ` + contributionColumns + ` FROM contribution WHERE programme_id = $1 AND number = $2`
	sqlContributionByOnce   = `SELECT ` + contributionColumns + ` FROM contribution WHERE programme_id = $1 AND once = $2`
	sqlContributions        = `SELECT ` + contributionColumns + ` FROM contribution WHERE programme_id = $1 `
	sqlCountContributions   = `SELECT COUNT(*) FROM contribution WHERE programme_id = $1 `
	// One row for each way in which a contribution counts; the index of the figures holds all of it.
	sqlContributionFigures = `SELECT college, unit, state, CASE WHEN cited > 0 THEN 1 ELSE 0 END, CASE WHEN hidden_at > 0 THEN 1 ELSE 0 END,
		COUNT(*), CAST(SUM(CASE WHEN recorded_at >= $3 THEN 1 ELSE 0 END) AS BIGINT)
		FROM contribution WHERE programme_id = $1 AND ($2 = 0 OR cycle = $2) GROUP BY 1, 2, 3, 4, 5`
	sqlMeetingFigures = `SELECT axis, state, CASE WHEN cited > 0 THEN 1 ELSE 0 END, CASE WHEN hidden_at > 0 THEN 1 ELSE 0 END, COUNT(*)
		FROM contribution WHERE programme_id = $1 AND meeting = $2 GROUP BY 1, 2, 3, 4`

	proposalColumns = `number, cycle, title, body, lang, place, college, units, axis, channel, origin, scribe, state, state_at, state_role, reason,
		outcome, release, submitted_at, published_at, examined_at, answered_at, review_at, cited,
		screening, screening_motive, screening_role, screened_at, estimate, estimated_at, code_hash, version`
	sqlInsertProposal = `INSERT INTO proposal (programme_id, number, seq, once, cycle, title, body, lang, place, college, units, axis, channel, origin, scribe,
		state, release, submitted_at, published_at, code_hash,
		state_at, state_role, reason, outcome, examined_at, answered_at, review_at, cited, screening, screening_motive, screening_role, screened_at, estimate, estimated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $18, '', '{}', 'submitted', 0, 0, 0, 0, '', '{}', '', 0, 0, 0, 1)`
	sqlInsertWords      = `INSERT INTO proposal_word (programme_id, word, seq) VALUES `
	sqlDeleteWords      = `DELETE FROM proposal_word WHERE programme_id = $1 AND seq = $2`
	sqlProposalState    = `UPDATE proposal SET state = $3, state_at = $4, state_role = $5, reason = $6, release = $7, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlProposalPublish  = `UPDATE proposal SET state = 'published', state_at = $3, state_role = $4, release = 'public', published_at = $3, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlProposalExamined = `UPDATE proposal SET outcome = 'under_review', examined_at = $3, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlProposalScreened = `UPDATE proposal SET screening = $3, screening_motive = $4, screening_role = $5, screened_at = $6, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlProposalEstimate = `UPDATE proposal SET estimate = $3, estimated_at = $4, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlProposalAnswered = `UPDATE proposal SET outcome = $3, answered_at = $4, review_at = $5, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlProposalCited    = `UPDATE proposal SET cited = cited + $3, version = version + 1 WHERE programme_id = $1 AND number = $2`
	sqlProposal         = `SELECT ` + proposalColumns + ` FROM proposal WHERE programme_id = $1 AND number = $2`
	sqlProposalByOnce   = `SELECT ` + proposalColumns + ` FROM proposal WHERE programme_id = $1 AND once = $2`
	sqlProposals        = `SELECT ` + proposalColumns + ` FROM proposal WHERE programme_id = $1 `
	sqlEntries          = `SELECT seq, cycle, state, outcome, axis, college, units FROM proposal WHERE programme_id = $1 ORDER BY seq`
	sqlWithWord         = `SELECT seq FROM proposal_word WHERE programme_id = $1`
	sqlProposalFigures  = `SELECT state, outcome, COUNT(*), MIN(submitted_at) FROM proposal WHERE programme_id = $1 AND ($2 = 0 OR cycle = $2) GROUP BY 1, 2`
	sqlProposalRefs     = `SELECT number, cycle, title, units, axis, state, outcome, estimate, screening, answered_at FROM proposal WHERE programme_id = $1 `
	sqlScreened         = `AND state = 'published' AND outcome IN ('retained', 'retained_in_part') AND screening = 'passed' AND ($2 = 0 OR cycle = $2) ORDER BY seq`

	answerColumns   = `proposal, ordinal, decision, sentence, reason, merged_into, referred_to, deferred_to, review_at, by_role, by_organisation, answered_at`
	sqlInsertAnswer = `INSERT INTO proposal_answer (programme_id, proposal, ordinal, decision, sentence, reason, merged_into, referred_to, deferred_to,
		review_at, by_role, by_organisation, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	sqlAnswers = `SELECT ` + answerColumns + ` FROM proposal_answer WHERE programme_id = $1 AND proposal IN `

	sqlTimes    = `SELECT reading_days, answer_days FROM consultation_setting WHERE programme_id = $1`
	sqlSetTimes = `INSERT INTO consultation_setting (programme_id, reading_days, answer_days) VALUES ($1, $2, $3)
		ON CONFLICT (programme_id) DO UPDATE SET reading_days = excluded.reading_days, answer_days = excluded.answer_days`

	// What waits, by the day it is due: proposals to read, to answer, to look at again;
	// meetings to close, to classify, to release. $2 now, $3 and $4 reading and answer time, in ms.
	sqlTasks = `WITH task AS (
		SELECT 'read' AS task, number, title, units, axis, submitted_at AS since, submitted_at + $3 AS due, 1 AS n
			FROM proposal WHERE programme_id = $1 AND state = 'waiting'
		UNION ALL SELECT 'answer', number, title, units, axis, submitted_at, submitted_at + $4, 1
			FROM proposal WHERE programme_id = $1 AND state = 'published' AND outcome IN ('submitted', 'under_review')
		UNION ALL SELECT 'review', number, title, units, axis, answered_at, review_at, 1
			FROM proposal WHERE programme_id = $1 AND state = 'published' AND outcome = 'deferred' AND review_at > 0 AND review_at <= $2
		UNION ALL SELECT 'close', number, title, unit, axis, ends_at, ends_at + $3, 1
			FROM meeting WHERE programme_id = $1 AND state = 'planned' AND ends_at <= $2
		UNION ALL SELECT 'release', number, title, unit, axis, state_at, state_at + $4, 1
			FROM meeting WHERE programme_id = $1 AND state = 'held' AND release <> 'public'
		UNION ALL SELECT 'classify', m.number, m.title, m.unit, m.axis, m.ends_at, m.ends_at + $4, c.n FROM meeting m
			JOIN (SELECT meeting, COUNT(*) AS n FROM contribution WHERE programme_id = $1 AND state = 'kept' AND cited = 0 GROUP BY meeting) c ON c.meeting = m.number
			WHERE m.programme_id = $1 AND m.ends_at <= $2)
		SELECT task, number, title, units, axis, since, due, n FROM task ORDER BY due, number, task`
)

// The orders of lists. A page is cut with LIMIT and OFFSET; ids break ties.
const (
	newestFirst = ` ORDER BY seq DESC`
	oldestFirst = ` ORDER BY seq`
	byOrdinal   = ` ORDER BY ordinal`
	byDate      = ` ORDER BY starts_at, number`
	byDateDesc  = ` ORDER BY starts_at DESC, number`
)

// where collects conditions with their arguments; $1 is the programme.
type where struct {
	text strings.Builder
	args []any
}

func whereProgramme(programmeID string) *where { return &where{args: []any{programmeID}} }

// and adds a condition; each ? stands for the next of the values.
func (w *where) and(condition string, values ...any) {
	w.text.WriteString(w.condition(condition, values...))
}

// condition is a condition that and would add, for a statement with several parts.
func (w *where) condition(condition string, values ...any) string {
	var b strings.Builder
	b.WriteString(" AND ")
	for _, v := range values {
		before, after, _ := strings.Cut(condition, "?")
		w.args = append(w.args, v)
		fmt.Fprintf(&b, "%s$%d", before, len(w.args))
		condition = after
	}
	return b.String() + condition
}

// equal adds that a column has a value; "" means no condition.
func (w *where) equal(column, value string) {
	if value != "" {
		w.and(column+" = ?", value)
	}
}

// in adds that a column is one of the values; none means no condition.
func in[T ~string](w *where, column string, values []T) {
	if len(values) == 0 {
		return
	}
	first := len(w.args) + 1
	for _, v := range values {
		w.args = append(w.args, string(v))
	}
	w.text.WriteString(" AND " + column + " IN " + store.In(first, len(values)))
}

// page is the end of the statement that reads one page of it.
func (w *where) page(order string, page, size int) string {
	return w.text.String() + order + fmt.Sprintf(" LIMIT %d OFFSET %d", size, (page-1)*size)
}

// one scans the only row of a query; a fault of kind NotFound when there is none.
func one[T any](ctx context.Context, q store.Querier, scan func(scanner) (T, error), missing, query string, args ...any) (v T, err error) {
	v, err = scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return v, fault.New(fault.NotFound, missing)
	}
	return v, err
}

// scanner is a *sql.Row or *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// all scans every row of a query.
func all[T any](ctx context.Context, q store.Querier, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

func scanString(row scanner) (s string, err error) { return s, row.Scan(&s) }
func scanSeq(row scanner) (n int64, err error)     { return n, row.Scan(&n) }
func scanCount(row scanner) (n int, err error)     { return n, row.Scan(&n) }
