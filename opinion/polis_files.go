package opinion

import (
	"errors"
	"io"
	"slices"
	"strings"
)

// Conversation is what the files of a conversation tell. Votes in the CSV files
// of Polis have the signs of [Vote].
type Conversation struct {
	Votes *Votes

	// Groups are the published groups, by person; -1 for who has none. It is nil
	// where no file tells of groups.
	Groups []int

	Comments []Comment    // as comments.csv lists them
	Log      []VoteRecord // every vote in the order of the file, re-votes among them, if KeepLog
	Authored []int        // statements that each person wrote, by person; nil if not told
	Summary  []Entry      // as summary.csv lists them

	// KeepLog, set before votes.csv is read, keeps its rows to write them again.
	// They take several times the memory of the votes that count.
	KeepLog bool

	// Warnings are the faults that reading got around: the row or the cell
	// counts as if it were not there.
	Warnings Faults
}

// Comment is a row of comments.csv: a statement with the totals that the file
// gives, which need not be those of the votes.
type Comment struct {
	ID, Author        string
	At                int64  // as the file has it, in most of them milliseconds since 1970
	Time              string // the same time as the file writes it for people
	Agrees, Disagrees int64
	Moderation        Moderation
	Text              string
}

// VoteRecord is a row of votes.csv.
type VoteRecord struct {
	At                int64  // as the file has it, in most of them milliseconds since 1970
	Time              string // the same time as the file writes it for people
	Statement, Person string
	Vote              Vote
}

// Entry is a line of summary.csv, such as "voters" and its number.
type Entry struct{ Key, Value string }

// NewConversation returns a conversation without votes, into which files are read.
func NewConversation() *Conversation { return &Conversation{Votes: New()} }

// warn takes over the faults of a file.
func (c *Conversation) warn(file string, faults Faults) {
	for _, f := range faults {
		f.File = file
	}
	c.Warnings = append(c.Warnings, faults...)
}

// named puts the name of a file on the faults of an error.
func named(file string, err error) error {
	var faults Faults
	if errors.As(err, &faults) {
		for _, f := range faults {
			f.File = file
		}
	}
	return err
}

// ReadParticipantsVotes reads participants-votes.csv: a row per person with
// their published group, their totals and a column per statement. Columns may
// stand in any order; besides those of Polis every heading that is a whole
// number is a statement. It fails with [Faults] if the file cannot be used.
func (c *Conversation) ReadParticipantsVotes(r io.Reader) error {
	const file = "participants-votes.csv"
	t := newTable(r)
	if err := t.open("participant"); err != nil {
		return named(file, err)
	}
	people := &peopleReader{table: t, Conversation: c, statements: c.statementColumns(t)}
	seen := map[int]bool{}
	for {
		err := t.row()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return named(file, err)
		}
		id, at := t.get("participant"), t.column("participant")
		if id == "" {
			t.tell(MissingID, at, "a row without a participant", "an id")
			continue
		}
		person := c.Votes.AddPerson(id)
		if seen[person] {
			t.tell(DuplicatePerson, at, quote(id), "each participant once")
			continue
		}
		seen[person] = true
		people.read(person)
	}
	c.complete()
	c.warn(file, t.faults)
	return nil
}

// statementColumns are the indices of the statements by column, -1 for columns
// of other things.
func (c *Conversation) statementColumns(t *table) []int {
	known := []string{"participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree"}
	statements := slices.Repeat([]int{-1}, t.width)
	for i := range t.width {
		id := t.cell(i)
		if slices.Contains(known, strings.ToLower(id)) || t.heading[strings.ToLower(id)] != i {
			continue
		}
		if _, ok := wholeNumber(id); ok {
			statements[i] = c.Votes.AddStatement(id)
		}
	}
	return statements
}

// peopleReader reads the rows of participants-votes.csv.
type peopleReader struct {
	*table
	*Conversation
	statements []int // by column
}

func (r *peopleReader) read(person int) {
	var counts Counts
	for i, statement := range r.statements {
		text := r.bytes(i)
		if statement < 0 || len(text) == 0 {
			continue
		}
		vote, ok := readVote(text)
		if !ok {
			r.tell(BadVote, i, quote(string(text)), "1, 0, -1 or nothing")
			continue
		}
		r.Votes.Set(person, statement, vote)
		counts.add(vote, 1)
	}
	for _, total := range []struct {
		column int
		count  int
	}{{r.column("n-votes"), counts.Cast()}, {r.column("n-agree"), counts.Agree}, {r.column("n-disagree"), counts.Disagree}} {
		if text := r.cell(total.column); text != "" && r.whole(total.column) != int64(total.count) {
			r.tell(CountDiffers, total.column, quote(text), "the number of votes in the row")
		}
	}
	if column := r.column("n-comments"); column >= 0 {
		r.Authored = put(r.Authored, person, int(r.whole(column)), 0)
	}
	if text := r.get("group-id"); text != "" {
		group, ok := wholeNumber(text)
		if !ok || group < 0 || group > maxIndex {
			r.tell(BadNumber, r.column("group-id"), quote(text), "a group or nothing")
			return
		}
		r.Groups = put(r.Groups, person, int(group), -1)
	}
}

// put sets an element of a list that grows by fill.
func put(list []int, i, value, fill int) []int {
	for len(list) <= i {
		list = append(list, fill)
	}
	list[i] = value
	return list
}

// complete gives every person a place in the lists by person.
func (c *Conversation) complete() {
	n := c.Votes.People()
	if c.Groups != nil {
		c.Groups = append(c.Groups, slices.Repeat([]int{-1}, n-len(c.Groups))...)
	}
	if c.Authored != nil {
		c.Authored = append(c.Authored, make([]int, n-len(c.Authored))...)
	}
}

func readVote(text []byte) (Vote, bool) {
	switch string(text) {
	case "1":
		return Agree, true
	case "0":
		return Pass, true
	case "-1":
		return Disagree, true
	}
	n, ok := wholeNumber(string(text))
	return Vote(n), ok && n >= -1 && n <= 1
}

// ReadComments reads comments.csv: a row per statement with its moderation (1
// in, 0 open, -1 out; open where the column is missing), in some files with a
// column is-meta. Statements that nobody voted on are added. It fails with
// [Faults] if the file cannot be used.
func (c *Conversation) ReadComments(r io.Reader) error {
	const file = "comments.csv"
	t := newTable(r)
	if err := t.open("comment-id"); err != nil {
		return named(file, err)
	}
	seen := map[string]bool{}
	for {
		err := t.row()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return named(file, err)
		}
		comment := t.comment()
		at := t.column("comment-id")
		switch {
		case comment.ID == "":
			t.tell(MissingID, at, "a statement without an id", "a comment-id")
			continue
		case seen[comment.ID]:
			t.tell(DuplicateStatement, at, quote(comment.ID), "each statement once")
			continue
		}
		seen[comment.ID] = true
		c.Comments = append(c.Comments, comment)
		c.moderate(comment)
	}
	c.warn(file, t.faults)
	return nil
}

// moderate gives a statement its text and what moderation decided.
func (c *Conversation) moderate(comment Comment) {
	j := c.Votes.AddStatement(comment.ID)
	c.Votes.SetText(j, comment.Text)
	c.Votes.SetModeration(j, comment.Moderation)
}

func (t *table) comment() Comment {
	c := Comment{
		ID: t.get("comment-id"), Author: t.get("author-id"), At: t.whole(t.column("timestamp")), Time: t.get("datetime"),
		Agrees: t.whole(t.column("agrees")), Disagrees: t.whole(t.column("disagrees")), Text: t.get("comment-body"),
	}
	switch state := t.get("moderated"); state {
	case "1":
		c.Moderation.State = Accepted
	case "-1":
		c.Moderation.State = Rejected
	case "0", "":
	default:
		n, ok := wholeNumber(state)
		if !ok || n < -1 || n > 1 {
			t.tell(BadState, t.column("moderated"), quote(state), "1, 0 or -1")
			break
		}
		c.Moderation.State = map[int64]State{-1: Rejected, 0: Open, 1: Accepted}[n]
	}
	for _, name := range []string{"is-meta", "is_meta", "meta"} {
		if meta := t.get(name); strings.EqualFold(meta, "true") || meta == "1" || strings.EqualFold(meta, "t") {
			c.Moderation.Meta = true
		}
	}
	return c
}

// ReadSummary reads summary.csv: lines of a key and a value, without a heading.
// It fails with [Faults] if the file cannot be used.
func (c *Conversation) ReadSummary(r io.Reader) error {
	const file = "summary.csv"
	t := newTable(r)
	for {
		err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return named(file, err)
		}
		if len(t.ends) < 2 {
			t.tell(WrongCells, 0, quote(t.cell(0)), "a key and a value")
			continue
		}
		value := []string{t.cell(1)}
		for i := 2; i < len(t.ends); i++ { // commas that its writer did not quote
			value = append(value, t.cell(i))
		}
		c.Summary = append(c.Summary, Entry{t.cell(0), strings.Join(value, ",")})
	}
	c.warn(file, t.faults)
	return nil
}
