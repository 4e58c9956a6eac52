package opinion

import (
	"cmp"
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
	Log      []VoteRecord // every vote of votes.csv in the order of the file, re-votes among them
	Authored []int        // statements that each person wrote, by person; nil if not told
	Summary  []Entry      // as summary.csv lists them

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
	statements := c.statementColumns(t)
	seen := map[int]bool{}
	for {
		err := t.row()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return named(file, err)
		}
		id, at := t.get("participant")
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
		c.readRow(t, person, statements)
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

func (c *Conversation) readRow(t *table, person int, statements []int) {
	var counts Counts
	for i, statement := range statements {
		text := t.cell(i)
		if statement < 0 || text == "" {
			continue
		}
		vote, ok := readVote(text)
		if !ok {
			t.tell(BadVote, i, quote(text), "1, 0, -1 or nothing")
			continue
		}
		c.Votes.Set(person, statement, vote)
		counts.add(vote, 1)
	}
	for _, total := range []struct {
		name  string
		count int
	}{{"n-votes", counts.Cast()}, {"n-agree", counts.Agree}, {"n-disagree", counts.Disagree}} {
		if text, i := t.get(total.name); text != "" && t.whole(total.name) != int64(total.count) {
			t.tell(CountDiffers, i, quote(text), "the number of votes in the row")
		}
	}
	if _, ok := t.heading["n-comments"]; ok {
		c.Authored = put(c.Authored, person, int(t.whole("n-comments")), 0)
	}
	if text, i := t.get("group-id"); text != "" {
		group, ok := wholeNumber(text)
		if !ok || group < 0 || group > maxIndex {
			t.tell(BadNumber, i, quote(text), "a group or nothing")
			return
		}
		c.Groups = put(c.Groups, person, int(group), -1)
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

func readVote(text string) (Vote, bool) {
	switch text {
	case "1":
		return Agree, true
	case "0":
		return Pass, true
	case "-1":
		return Disagree, true
	}
	n, ok := wholeNumber(text)
	return Vote(n), ok && n >= -1 && n <= 1
}

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
	for {
		err := t.row()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return named(file, err)
		}
		if record, ok := t.voteRecord(); ok {
			c.Log = append(c.Log, record)
		}
	}
	c.apply(c.Log)
	c.complete()
	c.warn(file, t.faults)
	return nil
}

func (t *table) voteRecord() (VoteRecord, bool) {
	person, at := t.get("voter-id")
	statement, atStatement := t.get("comment-id")
	text, atVote := t.get("vote")
	time, _ := t.get("datetime")
	if person == "" {
		t.tell(MissingID, at, "a vote of nobody", "a voter-id")
		return VoteRecord{}, false
	}
	if statement == "" {
		t.tell(MissingID, atStatement, "a vote on nothing", "a comment-id")
		return VoteRecord{}, false
	}
	vote, ok := readVote(text)
	if !ok {
		t.tell(BadVote, atVote, quote(text), "1, 0 or -1")
		return VoteRecord{}, false
	}
	return VoteRecord{At: t.whole("timestamp"), Time: time, Statement: statement, Person: person, Vote: vote}, true
}

// apply casts the votes of a log in the order of their time.
func (c *Conversation) apply(log []VoteRecord) {
	order := make([]int, len(log))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(log[a].At, log[b].At) })
	ids := map[string]bool{}
	for i := range log {
		ids[log[i].Statement] = true
	}
	statements := make([]string, 0, len(ids))
	for id := range ids {
		statements = append(statements, id)
	}
	slices.SortFunc(statements, compareIDs)
	for _, id := range statements {
		c.Votes.AddStatement(id)
	}
	for i := range log {
		c.Votes.AddPerson(log[i].Person)
	}
	for _, i := range order {
		r := &log[i]
		c.Votes.Set(c.Votes.AddPerson(r.Person), c.Votes.AddStatement(r.Statement), r.Vote)
	}
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
		_, at := t.get("comment-id")
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
	id, _ := t.get("comment-id")
	author, _ := t.get("author-id")
	time, _ := t.get("datetime")
	text, _ := t.get("comment-body")
	c := Comment{
		ID: id, Author: author, At: t.whole("timestamp"), Time: time,
		Agrees: t.whole("agrees"), Disagrees: t.whole("disagrees"), Text: text,
	}
	switch state, i := t.get("moderated"); state {
	case "1":
		c.Moderation.State = Accepted
	case "-1":
		c.Moderation.State = Rejected
	case "0", "":
	default:
		n, ok := wholeNumber(state)
		if !ok || n < -1 || n > 1 {
			t.tell(BadState, i, quote(state), "1, 0 or -1")
			break
		}
		c.Moderation.State = map[int64]State{-1: Rejected, 0: Open, 1: Accepted}[n]
	}
	for _, name := range []string{"is-meta", "is_meta", "meta"} {
		if meta, _ := t.get(name); strings.EqualFold(meta, "true") || meta == "1" || strings.EqualFold(meta, "t") {
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
		if len(t.cells) < 2 {
			t.tell(WrongCells, 0, quote(t.cells[0]), "a key and a value")
			continue
		}
		// A value with commas that its writer did not quote is put together again.
		c.Summary = append(c.Summary, Entry{t.cell(0), strings.TrimSpace(strings.Join(t.cells[1:], ","))})
	}
	c.warn(file, t.faults)
	return nil
}
