package opinion

import (
	"cmp"
	"errors"
	"io"
	"slices"
)

// ReadVotes reads votes.csv: a row per vote cast, re-votes among them. Of the
// votes of a person on a statement the latest counts, of those at the same time
// the one further down. People come in the order in which the file first names
// them, which is that of participants-votes.csv, and statements by id. It fails
// with [Faults] if the file cannot be used.
func (c *Conversation) ReadVotes(r io.Reader) error {
	const file = "votes.csv"
	t := newTable(r)
	if err := t.open("comment-id", "voter-id", "vote"); err != nil {
		return named(file, err)
	}
	votes := &voteReader{
		table: t, timedVotes: timedVotes{votes: c.Votes, timeless: t.column("timestamp") < 0},
		person: t.column("voter-id"), statement: t.column("comment-id"), vote: t.column("vote"), at: t.column("timestamp"),
	}
	for {
		err := t.row()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return named(file, err)
		}
		if record, ok := votes.read(); ok && c.KeepLog {
			record.Time = t.get("datetime")
			c.Log = append(c.Log, record)
		}
	}
	c.Votes.sortStatements()
	c.complete()
	c.warn(file, t.faults)
	return nil
}

// voteReader reads the rows of votes.csv.
type voteReader struct {
	*table
	timedVotes
	person, statement, vote, at int // columns
}

// read casts the vote of a row.
func (r *voteReader) read() (VoteRecord, bool) {
	person, statement := r.bytes(r.person), r.bytes(r.statement)
	if len(person) == 0 {
		r.tell(MissingID, r.person, "a vote of nobody", "a voter-id")
		return VoteRecord{}, false
	}
	if len(statement) == 0 {
		r.tell(MissingID, r.statement, "a vote on nothing", "a comment-id")
		return VoteRecord{}, false
	}
	vote, ok := readVote(r.bytes(r.vote))
	if !ok {
		r.tell(BadVote, r.vote, quote(r.cell(r.vote)), "1, 0 or -1")
		return VoteRecord{}, false
	}
	at := r.whole(r.at)
	i, j := r.votes.people.addBytes(person, r.votes.AddPerson), r.votes.statements.addBytes(statement, r.votes.AddStatement)
	r.cast(i, j, vote, at)
	return VoteRecord{At: at, Person: r.votes.PersonID(i), Statement: r.votes.StatementID(j), Vote: vote}, true
}

// timedVotes casts votes that come in any order, each with its time.
type timedVotes struct {
	votes    *Votes
	timeless bool      // the votes have no time: the last one counts
	times    [][]int64 // of the votes in each row
}

func (b *timedVotes) cast(person, statement int, vote Vote, at int64) {
	if b.timeless {
		b.votes.Set(person, statement, vote)
		return
	}
	for len(b.times) <= person {
		b.times = append(b.times, nil)
	}
	place, voted := search(b.votes.rows[person], statement)
	if !voted {
		b.times[person] = slices.Insert(b.times[person], place, at)
	} else if at < b.times[person][place] {
		return
	}
	b.times[person][place] = at
	b.votes.Set(person, statement, vote)
}

// addBytes finds an id, or adds it, without an allocation where it is known.
func (r *registry) addBytes(id []byte, add func(string) int) int {
	if i, ok := r.at[string(id)]; ok {
		return int(i)
	}
	return add(string(id))
}

// sortStatements puts the statements in the order of their ids.
func (v *Votes) sortStatements() {
	n := v.Statements()
	order := everyone(n)
	slices.SortFunc(order, func(a, b int) int { return compareIDs(v.statements.ids[a], v.statements.ids[b]) })
	if slices.IsSorted(order) {
		return
	}
	place := make([]int, n)
	for j, old := range order {
		place[old] = j
	}
	for i, row := range v.rows {
		for k, c := range row {
			row[k] = newCell(place[c.index()], c.vote())
		}
		slices.Sort(row)
		for k, j := range v.skipped[i] {
			v.skipped[i][k] = int32(place[j])
		}
		slices.Sort(v.skipped[i])
	}
	v.statements.ids = reorder(v.statements.ids, order)
	v.counts, v.moderation, v.texts = reorder(v.counts, order), reorder(v.moderation, order), reorder(v.texts, order)
	for j, id := range v.statements.ids {
		v.statements.at[id] = int32(j)
	}
	v.column = nil
}

func reorder[T any](list []T, order []int) []T {
	out := make([]T, len(order))
	for i, old := range order {
		out[i] = list[old]
	}
	return out
}

// compareIDs orders whole numbers by their size and before anything else.
func compareIDs(a, b string) int {
	x, isX := wholeNumber(a)
	y, isY := wholeNumber(b)
	switch {
	case isX && isY && x != y:
		return cmp.Compare(x, y)
	case isX != isY && isX:
		return -1
	case isX != isY:
		return 1
	}
	return cmp.Compare(a, b)
}
