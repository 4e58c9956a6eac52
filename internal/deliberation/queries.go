package deliberation

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"

	"github.com/khettara/khettara/internal/fault"
)

// Statements lists the statements of a cycle, hidden ones too, by number.
func (s *Service) Statements(ctx context.Context, programmeID string, cycle int64) (list []Statement, err error) {
	defer fault.Wrap(&err, "deliberation.Statements(%d)", cycle)
	return s.statements(ctx, ` AND cycle = $2 ORDER BY number`, programmeID, cycle)
}

// Statement finds one statement; NotFound if there is none.
func (s *Service) Statement(ctx context.Context, programmeID, number string) (st Statement, err error) {
	defer fault.Wrap(&err, "deliberation.Statement(%s)", number)
	list, err := s.statements(ctx, ` AND number = $2`, programmeID, number)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return Statement{}, err
	}
	return list[0], nil
}

func (s *Service) statements(ctx context.Context, where string, args ...any) ([]Statement, error) {
	rows, err := s.db.Read().QueryContext(ctx, sqlStatements+where, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Statement
	for rows.Next() {
		var st Statement
		if err := rows.Scan(&st.Number, &st.Cycle, &st.Body, &st.Lang, &st.State, &st.Reason, &st.Version); err != nil {
			return nil, err
		}
		list = append(list, st)
	}
	return list, rows.Err()
}

// Results counts the votes on the statements of a cycle, in two queries. colleges
// gives the order of rows; small cells are masked.
func (s *Service) Results(ctx context.Context, programmeID string, cycle int64, colleges []string) (list []Results, err error) {
	defer fault.Wrap(&err, "deliberation.Results(%d)", cycle)
	statements, err := s.Statements(ctx, programmeID, cycle)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Read().QueryContext(ctx, sqlTallies, programmeID, cycle)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	type group struct{ statement, college string }
	confirmed, unconfirmed := map[string]*Tally{}, map[string]*Tally{}
	byCollege := map[group]*Tally{}
	for _, st := range statements {
		confirmed[st.Number], unconfirmed[st.Number] = &Tally{}, &Tally{}
	}
	for rows.Next() {
		var g group
		var sure bool
		var c Choice
		var n int
		if err := rows.Scan(&g.statement, &g.college, &sure, &c, &n); err != nil {
			return nil, err
		}
		if !sure {
			unconfirmed[g.statement].add(c, n)
			continue
		}
		confirmed[g.statement].add(c, n)
		if byCollege[g] == nil {
			byCollege[g] = &Tally{}
		}
		byCollege[g].add(c, n)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, st := range statements {
		r := Results{Statement: st, Confirmed: *confirmed[st.Number], Unconfirmed: *unconfirmed[st.Number]}
		for _, c := range colleges {
			row := Row{College: c}
			if t := byCollege[group{st.Number, c}]; t != nil {
				row.Agree.N, row.Disagree.N, row.Pass.N, row.N.N = t.Agree, t.Disagree, t.Pass, t.N()
			}
			r.Colleges = append(r.Colleges, row)
		}
		mask(r.Colleges)
		list = append(list, r)
	}
	return list, nil
}

// Turnout is how many have voted on at least one statement of a cycle.
type Turnout struct {
	Confirmed, Unconfirmed int
	ByCollege              map[string]*Cell // of the confirmed
}

// Turnout counts the voters of a cycle.
func (s *Service) Turnout(ctx context.Context, programmeID string, cycle int64) (t Turnout, err error) {
	defer fault.Wrap(&err, "deliberation.Turnout(%d)", cycle)
	t.ByCollege = map[string]*Cell{}
	rows, err := s.db.Read().QueryContext(ctx, sqlTurnout, programmeID, cycle)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	for rows.Next() {
		var college string
		var sure bool
		var n int
		if err := rows.Scan(&college, &sure, &n); err != nil {
			return t, err
		}
		if !sure {
			t.Unconfirmed += n
			continue
		}
		t.Confirmed += n
		t.ByCollege[college] = &Cell{N: n, Masked: n < SmallCell}
	}
	coverLone(slices.Collect(maps.Values(t.ByCollege)))
	return t, rows.Err()
}

// Own is what one voter has said so far, by statement.
func (s *Service) Own(ctx context.Context, programmeID, voter string) (choices map[string]Choice, err error) {
	defer fault.Wrap(&err, "deliberation.Own")
	choices = map[string]Choice{}
	if voter == "" {
		return choices, nil
	}
	rows, err := s.db.Read().QueryContext(ctx, sqlOwnVotes, programmeID, voter)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var number string
		var c Choice
		if err := rows.Scan(&number, &c); err != nil {
			return nil, err
		}
		choices[number] = c
	}
	return choices, rows.Err()
}

// Voter finds what a voter declared before; ok is false for a new one.
func (s *Service) Voter(ctx context.Context, programmeID, key string) (v Voter, ok bool, err error) {
	defer fault.Wrap(&err, "deliberation.Voter")
	v.Key = key
	err = s.db.Read().QueryRowContext(ctx, sqlVoter, programmeID, key).Scan(&v.College, &v.Unit, &v.Confirmed)
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	return v, err == nil, err
}
