package programme

import (
	"context"
	"time"

	"github.com/khettara/khettara/internal/store"
)

// LinkKind says how the source led to the target.
type LinkKind string

// The kinds of links, always from the earlier stage to the later one.
const (
	SaidAt      LinkKind = "said_at"      // meeting → contribution
	Cited       LinkKind = "cited"        // contribution → proposal
	MergedInto  LinkKind = "merged_into"  // proposal → proposal
	PutToVote   LinkKind = "put_to_vote"  // proposal → option
	OptionOf    LinkKind = "option_of"    // option → vote
	BecameA     LinkKind = "became"       // option or proposal → project
	Serves      LinkKind = "serves"       // project → objective
	JudgedBy    LinkKind = "judged_by"    // objective → indicator
	ReportedIn  LinkKind = "reported_in"  // project → report
	AdoptedIn   LinkKind = "adopted_in"   // project → roadmap version
	StatementOf LinkKind = "statement_of" // proposal or contribution → statement
)

// Link is one thread between two things of a programme.
type Link struct {
	Source, Target string // subjects
	Kind           LinkKind
	Reason         string
	ByRole         string
	At             time.Time
}

// AddLinks writes links inside a command's write; a link that exists stays as it is.
func AddLinks(tx *store.Tx, links ...Link) error {
	if len(links) == 0 {
		return nil
	}
	const columns = 7
	args := make([]any, 0, len(links)*columns)
	for _, l := range links {
		args = append(args, tx.Log(), l.Source, l.Target, string(l.Kind), l.Reason, l.ByRole, tx.Millis())
	}
	return tx.Exec(sqlInsertLinks+tx.Values(len(links), columns)+` ON CONFLICT DO NOTHING`, args...)
}

// RemoveLink takes a link back inside a command's write; the log keeps the trace.
func RemoveLink(tx *store.Tx, source, target string, kind LinkKind) error {
	return tx.Exec(sqlDeleteLink, tx.Log(), source, target, string(kind))
}

// LinksFrom lists the links that leave any of the subjects, one query for all.
func LinksFrom(ctx context.Context, q store.Querier, programmeID string, subjects ...string) ([]Link, error) {
	return links(ctx, q, programmeID, `source`, subjects)
}

// LinksTo lists the links that arrive at any of the subjects, one query for all.
func LinksTo(ctx context.Context, q store.Querier, programmeID string, subjects ...string) ([]Link, error) {
	return links(ctx, q, programmeID, `target`, subjects)
}

func links(ctx context.Context, q store.Querier, programmeID, end string, subjects []string) ([]Link, error) {
	if len(subjects) == 0 {
		return nil, nil
	}
	args := []any{programmeID}
	for _, s := range subjects {
		args = append(args, s)
	}
	rows, err := q.QueryContext(ctx, sqlSelectLinks+end+` IN `+store.In(2, len(subjects))+` ORDER BY at, source, target`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Link
	for rows.Next() {
		var l Link
		var at int64
		if err := rows.Scan(&l.Source, &l.Target, &l.Kind, &l.Reason, &l.ByRole, &at); err != nil {
			return nil, err
		}
		l.At = store.Time(at)
		list = append(list, l)
	}
	return list, rows.Err()
}
