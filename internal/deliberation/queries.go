package deliberation

import (
	"context"
	"database/sql"
	"errors"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
)

// Statements lists the statements of a cycle by number, as everyone may read
// them: a hidden one has its reason and no words.
func (s *Service) Statements(ctx context.Context, programmeID string, cycle int64) (list []Statement, err error) {
	defer fault.Wrap(&err, "deliberation.Statements(%d)", cycle)
	list, err = s.statements(ctx, sqlOfCycle, programmeID, cycle)
	for i := range list {
		list[i] = list[i].forEveryone()
	}
	return list, err
}

// WorkStatements lists the statements of a cycle for those who manage them, with
// the words of hidden ones.
func (s *Service) WorkStatements(ctx context.Context, actor accounts.Actor, cycle int64) (list []Statement, err error) {
	defer fault.Wrap(&err, "deliberation.WorkStatements(%d)", cycle)
	if err := actor.Require(accounts.StatementManage, "", ""); err != nil {
		return nil, err
	}
	return s.statements(ctx, sqlOfCycle, actor.Programme, cycle)
}

// Statement finds one statement as everyone may read it; NotFound if there is none.
func (s *Service) Statement(ctx context.Context, programmeID, number string) (st Statement, err error) {
	defer fault.Wrap(&err, "deliberation.Statement(%s)", number)
	st, err = s.byNumber(ctx, programmeID, number)
	return st.forEveryone(), err
}

// WorkStatement finds one statement for those who manage them.
func (s *Service) WorkStatement(ctx context.Context, actor accounts.Actor, number string) (st Statement, err error) {
	defer fault.Wrap(&err, "deliberation.WorkStatement(%s)", number)
	if err := actor.Require(accounts.StatementManage, "", ""); err != nil {
		return Statement{}, err
	}
	return s.byNumber(ctx, actor.Programme, number)
}

func (s *Service) byNumber(ctx context.Context, programmeID, number string) (Statement, error) {
	list, err := s.statements(ctx, sqlOfNumber, programmeID, number)
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
	votes, err := s.tallies(ctx, programmeID, cycle)
	if err != nil {
		return nil, err
	}
	for _, st := range statements {
		r := Results{Statement: st}
		counts := votes[st.Number]
		if counts == nil || st.State == Hidden {
			counts = &tallies{}
		}
		for _, c := range colleges {
			r.Colleges = append(r.Colleges, counts.colleges[c].row(c))
		}
		r.Confirmed, r.Unconfirmed = counts.confirmed.row(""), counts.unconfirmed.row("")
		mask(r.Colleges, &r.Confirmed)
		alone := r.Unconfirmed
		mask([]Row{alone}, &r.Unconfirmed)
		list = append(list, r)
	}
	return list, nil
}

// tallies are the votes on one statement before small counts are masked.
type tallies struct {
	confirmed, unconfirmed Tally
	colleges               map[string]Tally // of the confirmed
}

func (s *Service) tallies(ctx context.Context, programmeID string, cycle int64) (map[string]*tallies, error) {
	rows, err := s.db.Read().QueryContext(ctx, sqlTallies, programmeID, cycle)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	votes := map[string]*tallies{}
	for rows.Next() {
		var statement, college string
		var sure bool
		var c Choice
		var n int
		if err := rows.Scan(&statement, &college, &sure, &c, &n); err != nil {
			return nil, err
		}
		t := votes[statement]
		if t == nil {
			t = &tallies{colleges: map[string]Tally{}}
			votes[statement] = t
		}
		if !sure {
			t.unconfirmed.add(c, n)
			continue
		}
		t.confirmed.add(c, n)
		of := t.colleges[college]
		of.add(c, n)
		t.colleges[college] = of
	}
	return votes, rows.Err()
}

// Turnout is how many have voted on at least one statement of a cycle; small
// counts are masked.
type Turnout struct{ Confirmed, Unconfirmed, All Cell }

// Turnout counts the voters of a cycle.
func (s *Service) Turnout(ctx context.Context, programmeID string, cycle int64) (t Turnout, err error) {
	defer fault.Wrap(&err, "deliberation.Turnout(%d)", cycle)
	rows, err := s.db.Read().QueryContext(ctx, sqlTurnout, programmeID, cycle)
	if err != nil {
		return t, err
	}
	defer rows.Close()
	for rows.Next() {
		var sure bool
		var n int
		if err := rows.Scan(&sure, &n); err != nil {
			return t, err
		}
		if t.All.N += n; sure {
			t.Confirmed.N = n
		} else {
			t.Unconfirmed.N = n
		}
	}
	t.mask()
	return t, rows.Err()
}

// mask hides a small number of voters, and a second one with it: of the two and
// their sum any two give the third.
func (t *Turnout) mask() {
	cells := []*Cell{&t.Confirmed, &t.Unconfirmed, &t.All}
	masked := 0
	for _, c := range cells {
		if c.Masked = c.N < SmallCell; c.Masked {
			masked++
		}
	}
	if masked == 1 { // never the sum alone, which is the largest
		t.All.Masked = true
	}
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

// Voter is who votes: somebody with an account, or the visitor's device with what
// was declared for it before; known is false for one that has said nothing yet.
func (s *Service) Voter(ctx context.Context, actor accounts.Actor, device string) (v Voter, known bool, err error) {
	defer fault.Wrap(&err, "deliberation.Voter")
	if v, known = confirmed(actor); known || device == "" {
		return v, known, nil
	}
	v.Key = DeviceKey(device)
	err = s.db.Read().QueryRowContext(ctx, sqlVoter, actor.Programme, v.Key).Scan(&v.College, &v.Unit, &v.Confirmed)
	if errors.Is(err, sql.ErrNoRows) {
		return v, false, nil
	}
	return v, err == nil, err
}
