package deliberation

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// StatementDraft is a statement before it has a number.
type StatementDraft struct {
	Cycle  int64
	Body   string
	Lang   string
	Source string // subject of the contribution or proposal it comes from; "" for none
	Once   string
}

// AddStatement opens a statement to votes and returns its number.
func (s *Service) AddStatement(ctx context.Context, actor accounts.Actor, d StatementDraft) (number string, err error) {
	defer fault.Wrap(&err, "deliberation.AddStatement")
	if err := actor.Require(accounts.StatementManage, "", ""); err != nil {
		return "", err
	}
	d.Body = strings.TrimSpace(d.Body)
	var wrong fault.Fields
	if wrong.Check(d.Body != "", "body", "fault.required") {
		wrong.Check(utf8.RuneCountInString(d.Body) <= maxStatement, "body", "fault.too_long", "n", maxStatement)
	}
	wrong.Check(d.Lang == "ar" || d.Lang == "ary" || d.Lang == "fr" || d.Lang == "en", "lang", "fault.choose_one")
	if err := wrong.Err(); err != nil {
		return "", err
	}
	by := actor.By(accounts.StatementManage, "", "")
	err = s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(d.Once); err != nil {
			return err
		}
		if err := programme.StaffGate(tx, d.Cycle, programme.Deliberation); err != nil {
			return err
		}
		if number, err = programme.NextNumber(tx, programme.Statement); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertStatement, tx.Log(), number, d.Cycle, d.Body, d.Lang, tx.Millis()); err != nil {
			return err
		}
		subject := programme.Subject(programme.Statement, number)
		if d.Source != "" {
			if err := programme.AddLinks(tx, programme.Link{Source: d.Source, Target: subject, Kind: programme.StatementOf, ByRole: by["role"].(string)}); err != nil {
				return err
			}
		}
		_, err := tx.Append(store.Change{Kind: ChangeStatementAdded, Subject: subject, Open: true,
			Public: store.Part{"number": number, "cycle": d.Cycle, "lang": d.Lang, "by": by},
			Text:   store.Part{"body": d.Body}, Person: actor.PersonPart()})
		return err
	})
	if errors.Is(err, store.Unchanged) {
		return "", nil
	}
	return number, err
}

// minReason is the least length of a reason in code points.
const minReason = 20

// SetState hides a statement with a reason, or shows it again.
func (s *Service) SetState(ctx context.Context, actor accounts.Actor, number string, to State, reason string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "deliberation.SetState(%s, %s)", number, to)
	if err := actor.Require(accounts.StatementManage, "", ""); err != nil {
		return err
	}
	reason = strings.TrimSpace(reason)
	if utf8.RuneCountInString(reason) < minReason {
		return fault.Field("reason", "fault.too_short", "n", minReason)
	}
	err = s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		ok, err := tx.ExecOne(sqlSetState, tx.Log(), number, string(to), reason, version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		kind := ChangeStatementShown
		if to == Hidden {
			kind = ChangeStatementHidden
		}
		_, err = tx.Append(store.Change{Kind: kind, Subject: programme.Subject(programme.Statement, number), Open: true,
			Public: store.Part{"number": number, "by": actor.By(accounts.StatementManage, "", "")},
			Text:   store.Part{"reason": reason}, Person: actor.PersonPart()})
		return err
	})
	if errors.Is(err, store.Unchanged) {
		return nil
	}
	return err
}

// ballot is one vote on its way into a group.
type ballot struct {
	statement string
	voter     Voter
	choice    Choice
}

// confirmed is the voter that somebody with an account is: by a grant that gives
// the right to vote and says the college; ok is false for everybody else.
func confirmed(actor accounts.Actor) (v Voter, ok bool) {
	for _, g := range actor.Grants {
		if actor.SignedIn() && g.College != "" && accounts.Rights[g.Role][accounts.OpinionVote] {
			return Voter{Key: actor.Person, College: g.College, Unit: g.Unit, Confirmed: true}, true
		}
	}
	return v, false
}

// MayVote tells whether somebody may answer: a participant with an account, or a
// visitor without one, counted apart. Those who work for the programme do not.
func MayVote(actor accounts.Actor) error {
	if !actor.SignedIn() || actor.Somewhere(accounts.OpinionVote) {
		return nil
	}
	return actor.Require(accounts.OpinionVote, "", "")
}

// Vote records what a voter says of a statement; a later vote replaces it. It
// is durable when Vote returns. device is who a visitor is, with the college and
// the commune as declared; somebody with an account is never what a form declares.
func (s *Service) Vote(ctx context.Context, actor accounts.Actor, device Voter, statement string, choice Choice) (err error) {
	defer fault.Wrap(&err, "deliberation.Vote(%s)", statement)
	if err := MayVote(actor); err != nil {
		return err
	}
	v, ok := confirmed(actor)
	if !ok {
		v, v.Confirmed = device, false
	}
	p, err := s.programmes.ByID(ctx, actor.Programme)
	if err != nil {
		return err
	}
	var wrong fault.Fields
	_, known := p.College(v.College)
	wrong.Check(choice.Valid(), "choice", "fault.choose_one")
	wrong.Check(known, "college", "fault.choose_one")
	wrong.Check(v.Unit == "" || s.pack.Within(v.Unit, p.Territory), "unit", "fault.choose_one")
	if err := wrong.Err(); err != nil {
		return err
	}
	if v.Key == "" {
		return fault.New(fault.Unauthenticated, "fault.sign_in")
	}
	err = s.votes.Add(ctx, actor.Programme, ballot{statement, v, choice})
	if errors.Is(err, store.Unchanged) {
		return nil
	}
	return err
}

// loaded is what judge needs to know, read for all waiting votes at once.
type loaded struct {
	open  map[string]bool // statement → its phase is open; hidden and unknown ones are absent
	voted map[ballotKey]Choice
}

type ballotKey struct{ statement, voter string }

func load(tx *store.Tx, ballots []ballot) (loaded, error) {
	l := loaded{open: map[string]bool{}, voted: map[ballotKey]Choice{}}
	var statements, voters []any
	seen := map[string]bool{}
	for _, b := range ballots {
		if k := "s " + b.statement; !seen[k] {
			seen[k], statements = true, append(statements, b.statement)
		}
		if k := "v " + b.voter.Key; !seen[k] {
			seen[k], voters = true, append(voters, b.voter.Key)
		}
	}
	rows, err := tx.QueryContext(tx.Context(), sqlOpenStatements+store.In(3, len(statements)), append([]any{tx.Log(), tx.Millis()}, statements...)...)
	if err != nil {
		return l, err
	}
	defer rows.Close()
	for rows.Next() {
		var number string
		var open int
		if err := rows.Scan(&number, &open); err != nil {
			return l, err
		}
		l.open[number] = open == 1
	}
	if err := rows.Err(); err != nil {
		return l, err
	}
	return l, l.loadVotes(tx, voters)
}

func (l *loaded) loadVotes(tx *store.Tx, voters []any) error {
	rows, err := tx.QueryContext(tx.Context(), sqlVotesOf+store.In(2, len(voters)), append([]any{tx.Log()}, voters...)...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var k ballotKey
		var c Choice
		if err := rows.Scan(&k.statement, &k.voter, &c); err != nil {
			return err
		}
		l.voted[k] = c
	}
	return rows.Err()
}

func judge(_ *store.Tx, l loaded, b ballot) (store.Change, error) {
	open, known := l.open[b.statement]
	if !known {
		return store.Change{}, fault.New(fault.NotFound, "fault.not_found")
	}
	if !open {
		return store.Change{}, fault.New(fault.Closed, "programme.error.closed_deliberation")
	}
	k := ballotKey{b.statement, b.voter.Key}
	if l.voted[k] == b.choice {
		return store.Change{}, store.Unchanged
	}
	l.voted[k] = b.choice // the next one of the same group sees it
	return store.Change{Kind: ChangeVoted, Subject: "opinion",
		Public: store.Part{"confirmed": b.voter.Confirmed},
		Person: store.Part{"voter": b.voter.Key, "statement": b.statement, "choice": string(b.choice)}}, nil
}

// insert writes the accepted votes; of several by one voter on one statement the
// last stands. A voter keeps the college that was declared first.
func insert(tx *store.Tx, accepted []ballot) error {
	last := map[ballotKey]int{}
	voters := map[string]bool{}
	var voterArgs, voteArgs []any
	for i, b := range accepted {
		last[ballotKey{b.statement, b.voter.Key}] = i
	}
	for i, b := range accepted {
		if last[ballotKey{b.statement, b.voter.Key}] == i {
			voteArgs = append(voteArgs, tx.Log(), b.statement, b.voter.Key, string(b.choice))
		}
		if !voters[b.voter.Key] {
			voters[b.voter.Key] = true
			voterArgs = append(voterArgs, tx.Log(), b.voter.Key, b.voter.College, b.voter.Unit, b.voter.Confirmed)
		}
	}
	if err := tx.Exec(sqlUpsertVoter+tx.Values(len(voters), 5)+` ON CONFLICT (programme_id, voter) DO NOTHING`, voterArgs...); err != nil {
		return err
	}
	return tx.Exec(sqlUpsertVote+tx.Values(len(last), 4)+` ON CONFLICT (programme_id, statement, voter) DO UPDATE SET choice = excluded.choice`, voteArgs...)
}
