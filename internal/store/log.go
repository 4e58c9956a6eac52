package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/khettara/khettara/internal/fault"
)

// LogHead is the present end of a log.
type LogHead struct {
	ID     string // programme id, or Installation
	Origin string // first line of its checkpoints
	Size   int64  // number of leaves
	LastT  int64  // time of the last leaf, Unix ms
}

// Opening is the body of a part with its salt: whoever has it can check the
// leaf's commitment.
type Opening struct {
	Salt [32]byte
	Body json.RawMessage
}

// Commitment is what the opening commits to by its own bytes, to be held against the leaf's.
func (o *Opening) Commitment() string {
	sum := sha256.Sum256(append(o.Salt[:], o.Body...))
	return hexOf(sum[:])
}

// Recorded is a change as it stands in the log. An erased part has no opening;
// the leaf keeps its commitment for ever.
type Recorded struct {
	Log     string
	N, T    int64 // index; Unix ms
	Kind    string
	Subject string
	Once    string
	Open    bool // the public part may be shown to everyone
	Hash    [32]byte
	Leaf    Leaf
	Public  *Opening
	Text    *Opening
	Person  *Opening
}

// PublicPart is the public part as the leaf committed to it; nil if it is erased.
// A row that somebody changed by hand is an error: what is shown as the record
// must be what was recorded.
func (r Recorded) PublicPart() (Part, error) {
	if r.Public == nil {
		return nil, nil //nolint:nilnil // an erased part is no error
	}
	if r.Public.Commitment() != r.Leaf.Public || r.Leaf.Hash() != r.Hash {
		return nil, fmt.Errorf("the public part of leaf %d of %s is not what the leaf committed to", r.N, r.Leaf.Log)
	}
	part, err := ParsePart(r.Public.Body)
	if err != nil {
		return nil, err
	}
	if part["kind"] != r.Kind || part["subject"] != r.Subject {
		return nil, fmt.Errorf("kind or subject of leaf %d of %s is not what the leaf committed to", r.N, r.Leaf.Log)
	}
	return part, nil
}

const selectChange = `SELECT c.programme_id, c.n, c.t, c.kind, c.subject, c.once, c.opened, c.hash, h.origin,
	c.public_commit, c.public_salt, c.public_body, c.text_commit, c.text_salt, c.text_body, c.person_commit, c.person_salt, c.person_body
	FROM change c JOIN log_head h ON h.programme_id = c.programme_id WHERE c.programme_id = $1 `

// Changes lists a log from index from on, at most limit of them, in order.
func (db *DB) Changes(ctx context.Context, log string, from int64, limit int) ([]Recorded, error) {
	return changes(ctx, db.reader, selectChange+`AND c.n >= $2 ORDER BY c.n LIMIT $3`, log, from, limit)
}

// RecentChanges lists the end of a log, newest first, before index before (0: from the end).
func (db *DB) RecentChanges(ctx context.Context, log string, before int64, limit int) ([]Recorded, error) {
	if before <= 0 {
		before = 1 << 62
	}
	return changes(ctx, db.reader, selectChange+`AND c.n < $2 ORDER BY c.n DESC LIMIT $3`, log, before, limit)
}

// ChangesOf lists the changes of one subject, oldest first.
func (db *DB) ChangesOf(ctx context.Context, log, subject string) ([]Recorded, error) {
	return changes(ctx, db.reader, selectChange+`AND c.subject = $2 ORDER BY c.n`, log, subject)
}

// Change is one change; a fault of kind NotFound if the log is shorter.
func (db *DB) Change(ctx context.Context, log string, n int64) (Recorded, error) {
	list, err := db.Changes(ctx, log, n, 1)
	if err != nil {
		return Recorded{}, err
	}
	if len(list) == 0 || list[0].N != n {
		return Recorded{}, fault.New(fault.NotFound, "fault.not_found")
	}
	return list[0], nil
}

func changes(ctx context.Context, q Querier, query string, args ...any) ([]Recorded, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []Recorded
	for rows.Next() {
		var r Recorded
		var once, ps, pb, ts, tb, ns, nb sql.NullString
		var hash string
		if err := rows.Scan(&r.Log, &r.N, &r.T, &r.Kind, &r.Subject, &once, &r.Open, &hash, &r.Leaf.Log,
			&r.Leaf.Public, &ps, &pb, &r.Leaf.Text, &ts, &tb, &r.Leaf.Person, &ns, &nb); err != nil {
			return nil, classify(err)
		}
		r.Once, r.Leaf.N, r.Leaf.T = once.String, r.N, r.T
		if err := decode32(r.Hash[:], hash); err != nil {
			return nil, fmt.Errorf("hash of leaf %d of %s: %w", r.N, r.Log, err)
		}
		for _, part := range []struct {
			to         **Opening
			salt, body sql.NullString
		}{{&r.Public, ps, pb}, {&r.Text, ts, tb}, {&r.Person, ns, nb}} {
			if *part.to, err = opening(part.salt, part.body); err != nil {
				return nil, fmt.Errorf("leaf %d of %s: %w", r.N, r.Log, err)
			}
		}
		list = append(list, r)
	}
	return list, classify(rows.Err())
}

func opening(salt, body sql.NullString) (*Opening, error) {
	if !salt.Valid || !body.Valid {
		return nil, nil //nolint:nilnil // an erased part has no opening, and that is no error
	}
	o := &Opening{Body: json.RawMessage(body.String)}
	if err := decode32(o.Salt[:], salt.String); err != nil {
		return nil, fmt.Errorf("salt: %w", err)
	}
	return o, nil
}

// decode32 reads 32 bytes in hexadecimal: a table can be tampered with.
func decode32(to []byte, s string) error {
	if len(s) != 2*len(to) {
		return fmt.Errorf("%d hexadecimal digits instead of %d", len(s), 2*len(to))
	}
	_, err := hex.Decode(to, []byte(s))
	return err
}

// Logs lists the heads of all logs.
func (db *DB) Logs(ctx context.Context) ([]LogHead, error) {
	return heads(ctx, db.reader)
}

func heads(ctx context.Context, q Querier) ([]LogHead, error) {
	rows, err := q.QueryContext(ctx, `SELECT programme_id, origin, size, last_t FROM log_head ORDER BY programme_id`)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []LogHead
	for rows.Next() {
		var h LogHead
		if err := rows.Scan(&h.ID, &h.Origin, &h.Size, &h.LastT); err != nil {
			return nil, classify(err)
		}
		list = append(list, h)
	}
	return list, classify(rows.Err())
}

// Head is the present end of one log.
func (db *DB) Head(ctx context.Context, log string) (h LogHead, err error) {
	err = db.reader.QueryRowContext(ctx, `SELECT programme_id, origin, size, last_t FROM log_head WHERE programme_id = $1`, log).
		Scan(&h.ID, &h.Origin, &h.Size, &h.LastT)
	return h, classify(err)
}

// ErasePerson deletes the person parts, bodies and salts, of all changes of the
// given subjects. The leaves keep their commitments, so the tree still verifies.
func (tx *Tx) ErasePerson(subject string) error {
	if err := tx.flush(); err != nil {
		return err
	}
	return tx.Exec(`UPDATE change SET person_salt = NULL, person_body = NULL WHERE programme_id = $1 AND subject = $2`, tx.log, subject)
}

// EraseText deletes the text parts of all changes of a subject: hidden content
// that must not stay readable in the log.
func (tx *Tx) EraseText(subject string) error {
	if err := tx.flush(); err != nil {
		return err
	}
	return tx.Exec(`UPDATE change SET text_salt = NULL, text_body = NULL WHERE programme_id = $1 AND subject = $2`, tx.log, subject)
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }
