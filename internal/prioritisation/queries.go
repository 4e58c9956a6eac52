package prioritisation

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/pb"
)

// Votes lists the votes of a programme, newest first; drafts too, which only
// staff may be shown.
func (s *Service) Votes(ctx context.Context, programmeID string) (list []Vote, err error) {
	defer fault.Wrap(&err, "prioritisation.Votes")
	return votes(ctx, s.db.Read(), ` ORDER BY cycle DESC, number DESC`, programmeID)
}

// Vote finds one vote; NotFound if there is none.
func (s *Service) Vote(ctx context.Context, programmeID, number string) (v Vote, err error) {
	defer fault.Wrap(&err, "prioritisation.Vote(%s)", number)
	return oneVote(ctx, s.db.Read(), programmeID, number)
}

func oneVote(ctx context.Context, q store.Querier, programmeID, number string) (Vote, error) {
	list, err := votes(ctx, q, ` AND number = $2`, programmeID, number)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return Vote{}, err
	}
	return list[0], nil
}

func votes(ctx context.Context, q store.Querier, where string, args ...any) (list []Vote, err error) {
	err = eachRow(ctx, q, sqlVotes+where, args, func(scan func(...any) error) error {
		var v Vote
		var title, question, charter, outcome, merged string
		var opens, closes, published int64
		if err := scan(&v.Number, &v.Cycle, &v.State, &title, &question, &v.Budget, &opens, &closes, &charter, &v.CharterHash, &v.Seed,
			&outcome, &v.OutcomeHash, &merged, &published, &v.Version); err != nil {
			return err
		}
		v.OpensAt, v.ClosesAt, v.PublishedAt = store.Time(opens), store.Time(closes), store.Time(published)
		if charter != "" {
			v.Charter = json.RawMessage(charter)
		}
		if outcome != "" {
			v.Outcome = &pb.Outcome{}
			if err := json.Unmarshal([]byte(outcome), v.Outcome); err != nil {
				return err
			}
		}
		list = append(list, v)
		last := &list[len(list)-1]
		return errors.Join(decode(title, &last.Title), decode(question, &last.Question), decode(merged, &last.Merged))
	})
	return list, err
}

// Options lists the options of a vote by number.
func (s *Service) Options(ctx context.Context, programmeID, vote string) (list []Option, err error) {
	defer fault.Wrap(&err, "prioritisation.Options(%s)", vote)
	return options(ctx, s.db.Read(), sqlOptions, programmeID, vote)
}

// Option finds one option; NotFound if there is none.
func (s *Service) Option(ctx context.Context, programmeID, number string) (o Option, err error) {
	defer fault.Wrap(&err, "prioritisation.Option(%s)", number)
	return oneOption(ctx, s.db.Read(), programmeID, number)
}

func oneOption(ctx context.Context, q store.Querier, programmeID, number string) (Option, error) {
	list, err := options(ctx, q, sqlOption, programmeID, number)
	if err == nil && len(list) == 0 {
		err = fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return Option{}, err
	}
	return list[0], nil
}

func options(ctx context.Context, q store.Querier, query string, args ...any) (list []Option, err error) {
	err = eachRow(ctx, q, query, args, func(scan func(...any) error) error {
		var o Option
		var title, description, opinion, units string
		if err := scan(&o.Number, &o.Vote, &o.Proposal, &title, &description, &opinion, &o.Cost, &units, &o.Version); err != nil {
			return err
		}
		err := errors.Join(decode(title, &o.Title), decode(description, &o.Description), decode(opinion, &o.Opinion), decode(units, &o.Units))
		list = append(list, o)
		return err
	})
	return list, err
}

// Classes counts the eligible codes of a vote by class, and the ballots cast once
// it is closed. While it is open Cast is -1: a running count by class is for nobody.
func (s *Service) Classes(ctx context.Context, programmeID string, v Vote) (list []Class, err error) {
	defer fault.Wrap(&err, "prioritisation.Classes(%s)", v.Number)
	if v.State != Draft && v.State != Frozen {
		return classesOf(ctx, s.db.Read(), sqlClosedClasses, programmeID, v.Number)
	}
	list, err = classesOf(ctx, s.db.Read(), sqlClasses, programmeID, v.Number)
	for i := range list {
		list[i].Cast = -1
	}
	return list, err
}

func classesOf(ctx context.Context, q store.Querier, query, programmeID, vote string) (list []Class, err error) {
	err = eachRow(ctx, q, query, []any{programmeID, vote}, func(scan func(...any) error) error {
		var c Class
		err := scan(&c.Name, &c.Eligible, &c.Cast)
		list = append(list, c)
		return err
	})
	return list, err
}

// LoggedCount is the number of ballots of an open vote as the log last told it,
// and when: the same for staff and for everyone.
func (s *Service) LoggedCount(ctx context.Context, programmeID, vote string) (n int64, at int64, err error) {
	defer fault.Wrap(&err, "prioritisation.LoggedCount(%s)", vote)
	err = s.db.Read().QueryRowContext(ctx, sqlCounts, programmeID, vote).Scan(&n, &at)
	return n, at, err
}

// ClosedBallots lists the ballots of a closed vote by content.
func (s *Service) ClosedBallots(ctx context.Context, programmeID, vote string) (list []ClosedBallot, err error) {
	defer fault.Wrap(&err, "prioritisation.ClosedBallots(%s)", vote)
	return closedBallots(ctx, s.db.Read(), programmeID, vote)
}

func closedBallots(ctx context.Context, q store.Querier, programmeID, vote string) (list []ClosedBallot, err error) {
	err = eachRow(ctx, q, sqlClosedBallots, []any{programmeID, vote}, func(scan func(...any) error) error {
		var b ClosedBallot
		var content string
		if err := scan(&b.Class, &content); err != nil {
			return err
		}
		var err error
		b.Options, err = decodeList(content)
		list = append(list, b)
		return err
	})
	return list, err
}

// BallotKeys lists the hashes of a closed vote's ballots, sorted: voters find
// their ballot number (BallotNumber) in it.
func (s *Service) BallotKeys(ctx context.Context, programmeID, vote string) (keys []string, err error) {
	defer fault.Wrap(&err, "prioritisation.BallotKeys(%s)", vote)
	err = eachRow(ctx, s.db.Read(), sqlClosedKeys, []any{programmeID, vote}, func(scan func(...any) error) error {
		var k string
		err := scan(&k)
		keys = append(keys, k)
		return err
	})
	return keys, err
}

func each(tx *store.Tx, query string, args []any, fn func(scan func(...any) error) error) error {
	return eachRow(tx.Context(), tx, query, args, fn)
}

// eachRow runs fn for every row of a query.
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

// Support counts the ballots of a closed vote that hold each option, by class.
type Support struct {
	Ballots  map[string]int            // class → ballots cast
	ByOption map[string]map[string]int // option → class → ballots that hold it
}

// Total is the number of ballots that hold an option.
func (s Support) Total(option string) (n int) {
	for _, k := range s.ByOption[option] {
		n += k
	}
	return n
}

// All is the number of ballots.
func (s Support) All() (n int) {
	for _, k := range s.Ballots {
		n += k
	}
	return n
}

// Support counts what the published ballots of a closed vote hold.
func (s *Service) Support(ctx context.Context, programmeID, vote string) (out Support, err error) {
	defer fault.Wrap(&err, "prioritisation.Support(%s)", vote)
	list, err := s.ClosedBallots(ctx, programmeID, vote)
	if err != nil {
		return out, err
	}
	out = Support{Ballots: map[string]int{}, ByOption: map[string]map[string]int{}}
	for _, b := range list {
		out.Ballots[b.Class]++
		for _, o := range b.Options {
			if out.ByOption[o] == nil {
				out.ByOption[o] = map[string]int{}
			}
			out.ByOption[o][b.Class]++
		}
	}
	return out, nil
}
