package opinion

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// conformance is the folder of real conversations, or the test is skipped.
func conformance(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("KHETTARA_CONFORMANCE_DIR")
	if dir == "" {
		t.Skip("KHETTARA_CONFORMANCE_DIR is not set: real conversations are not compared")
	}
	return filepath.Join(dir, "polis")
}

func readConversation(t testing.TB, path string) *Conversation {
	t.Helper()
	c, err := ReadConversation(path)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestFilesOfRealConversations(t *testing.T) {
	dir := conformance(t)
	for _, want := range []struct {
		name                               string
		people, statements, votes, in, out int
	}{
		{"15-per-hour-seattle", 339, 54, 2872, 138, 23},
		{"american-assembly.bowling-green", 2031, 896, 225524, 1581, 289},
		{"canadian-electoral-reform", 448, 174, 11950, 281, 22},
		{"scoop-hivemind.taxes", 334, 148, 17335, 295, 57},
	} {
		c := readConversation(t, filepath.Join(dir, want.name))
		grouped, rejected := 0, 0
		for _, g := range c.Groups {
			if g >= 0 {
				grouped++
			}
		}
		for j := range c.Votes.Statements() {
			if c.Votes.Moderation(j).State == Rejected {
				rejected++
			}
		}
		if c.Votes.People() != want.people || c.Votes.Statements() != want.statements || c.Votes.Cast() != want.votes {
			t.Errorf("%s: %d people, %d statements, %d votes", want.name, c.Votes.People(), c.Votes.Statements(), c.Votes.Cast())
		}
		if grouped != want.in || rejected != want.out || len(c.Warnings) > 0 {
			t.Errorf("%s: %d in groups, %d moderated out, %v", want.name, grouped, rejected, c.Warnings)
		}
		path := filepath.Join(dir, want.name, "votes.csv")
		if _, err := os.Stat(path); err == nil {
			v := readConversation(t, path).Votes
			sameVotes(t, want.name, v, c.Votes)
			if !slices.Equal(v.people.ids, c.Votes.people.ids) || !slices.Equal(v.statements.ids, c.Votes.statements.ids) {
				t.Errorf("%s: the two files have people or statements in different orders", want.name)
			}
		}
		var again bytes.Buffer
		if err := c.WriteParticipantsVotes(&again); err != nil {
			t.Fatal(err)
		}
		if file, _ := os.ReadFile(filepath.Join(dir, want.name, "participants-votes.csv")); !bytes.Equal(file, again.Bytes()) {
			t.Errorf("%s: participants-votes.csv is not written as it was read", want.name)
		}
	}
}

// sameVotes compares by ids, whatever the order.
func sameVotes(t testing.TB, name string, got, want *Votes) {
	t.Helper()
	if got.Cast() != want.Cast() {
		t.Errorf("%s: %d votes, want %d", name, got.Cast(), want.Cast())
		return
	}
	for i := range want.People() {
		for j, vote := range want.Row(i) {
			person, ok := got.Person(want.PersonID(i))
			statement, also := got.Statement(want.StatementID(j))
			if !ok || !also {
				t.Fatalf("%s: %s or %s is missing", name, want.PersonID(i), want.StatementID(j))
			}
			if v, voted := got.Vote(person, statement); !voted || v != vote {
				t.Fatalf("%s: %s on %s is %d, %v, want %d", name, want.PersonID(i), want.StatementID(j), v, voted, vote)
			}
		}
	}
}

const participantsFile = "\uFEFF7,group-id,participant,n-votes,xid,0,n-agree,n-disagree\r\n" +
	"1,,a,2,who,-1,1,1\r\n" +
	",1,b,1,,0.0,0,0\r\n" +
	"\r\n" +
	"1,0,c,1,,,1,0\r\n"

func TestParticipantsVotesInAnyOrderOfColumns(t *testing.T) {
	c := NewConversation()
	if err := c.ReadParticipantsVotes(strings.NewReader(participantsFile)); err != nil {
		t.Fatal(err)
	}
	v := c.Votes
	if v.People() != 3 || v.Statements() != 2 || v.Cast() != 4 || !slices.Equal(c.Groups, []int{-1, 1, 0}) || len(c.Warnings) > 0 {
		t.Errorf("%d people, %d statements, %d votes, groups %v, %v", v.People(), v.Statements(), v.Cast(), c.Groups, c.Warnings)
	}
	if vote, ok := v.Vote(1, 1); v.StatementID(1) != "0" || !ok || vote != Pass {
		t.Errorf("b on 0: %d, %v", vote, ok)
	}
	empty := NewConversation()
	if err := empty.ReadParticipantsVotes(strings.NewReader("participant,group-id,1\n5,,1\n6,,\n")); err != nil || empty.Groups != nil {
		t.Errorf("no groups are read as %v, %v", empty.Groups, err)
	}
}

func TestTheLatestVoteCounts(t *testing.T) {
	c := NewConversation()
	c.KeepLog = true
	file := "vote,voter-id,comment-id,timestamp\n1,b,10,30\n-1,b,10,20\n0,a,9,10\n1,a,9,10\n-1,a,10,5\n"
	if err := c.ReadVotes(strings.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	v := c.Votes
	if v.PersonID(0) != "b" || v.StatementID(0) != "9" || v.Cast() != 3 || len(c.Log) != 5 {
		t.Errorf("people %v, statements %v, %d votes", v.people.ids, v.statements.ids, v.Cast())
	}
	for _, want := range []struct {
		person, statement string
		vote              Vote
	}{{"b", "10", Agree}, {"a", "9", Agree}, {"a", "10", Disagree}} {
		i, _ := v.Person(want.person)
		j, _ := v.Statement(want.statement)
		if vote, ok := v.Vote(i, j); !ok || vote != want.vote {
			t.Errorf("%s on %s: %d", want.person, want.statement, vote)
		}
	}
}

func TestComments(t *testing.T) {
	c := NewConversation()
	file := "comment-id,comment-body,moderated,is-meta\n0,\"two\nlines, and \"\"quotes\"\"\",-1,\n1,plain \"quote\" inside,1,true\n2,\"badly \"quoted\" text\",,false\n"
	if err := c.ReadComments(strings.NewReader(file)); err != nil || len(c.Warnings) > 0 {
		t.Fatal(err, c.Warnings)
	}
	want := []Comment{
		{ID: "0", Text: "two\nlines, and \"quotes\"", Moderation: Moderation{State: Rejected}},
		{ID: "1", Text: `plain "quote" inside`, Moderation: Moderation{State: Accepted, Meta: true}},
		{ID: "2", Text: `badly "quoted" text`},
	}
	if !slices.Equal(c.Comments, want) {
		t.Errorf("%+v", c.Comments)
	}
	open := NewConversation()
	if err := open.ReadComments(strings.NewReader("comment-body,comment-id\nhello,3\n")); err != nil || open.Comments[0] != (Comment{ID: "3", Text: "hello"}) {
		t.Errorf("without moderation: %+v, %v", open.Comments, err)
	}
	var out bytes.Buffer
	again := NewConversation()
	if err := c.WriteComments(&out); err != nil {
		t.Fatal(err)
	}
	if err := again.ReadComments(&out); err != nil || !slices.Equal(again.Comments, want) {
		t.Errorf("written and read again: %+v, %v", again.Comments, err)
	}
}

func TestSummary(t *testing.T) {
	c := NewConversation()
	file := "topic,\"Bike lanes, \"\"here\"\"\"\nvoters,46\ngroups,2\n"
	if err := c.ReadSummary(strings.NewReader(file)); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(c.Summary, []Entry{{"topic", `Bike lanes, "here"`}, {"voters", "46"}, {"groups", "2"}}) {
		t.Errorf("%+v", c.Summary)
	}
	var out bytes.Buffer
	if err := c.WriteSummary(&out); err != nil || out.String() != file {
		t.Errorf("written as %s, %v", out.String(), err)
	}
}

func TestFaultsOfFiles(t *testing.T) {
	participants, votes, comments := (*Conversation).ReadParticipantsVotes, (*Conversation).ReadVotes, (*Conversation).ReadComments
	cases := []struct {
		name   string
		read   func(*Conversation, *strings.Reader) error
		file   string
		code   FaultCode
		line   int
		column int
		ends   bool
	}{
		{"empty", adapt(participants), "", MissingHeading, 1, 1, true},
		{"no ids", adapt(participants), "group-id,0\n", MissingColumn, 1, 1, true},
		{"a vote that is none", adapt(participants), "participant,0,1\n5,1,2\n", BadVote, 2, 5, false},
		{"twice", adapt(participants), "participant,0\n5,1\n5,-1\n", DuplicatePerson, 3, 1, false},
		{"nobody", adapt(participants), "participant,0\n,1\n", MissingID, 2, 1, false},
		{"a short row", adapt(participants), "participant,0,1\n5,1\n", WrongCells, 2, 1, false},
		{"a long row", adapt(participants), "participant,0\n5,1,1\n", WrongCells, 2, 1, false},
		{"totals", adapt(participants), "participant,n-votes,0\n5,2,1\n", CountDiffers, 2, 3, false},
		{"a group that is none", adapt(participants), "participant,group-id,0\n5,x,1\n", BadNumber, 2, 3, false},
		{"a group below all", adapt(participants), "participant,group-id,0\n5,-1,1\n", BadNumber, 2, 3, false},
		{"a column twice", adapt(participants), "participant,0,0\n5,1,1\n", RepeatedColumn, 1, 15, false},
		{"an open quote", adapt(participants), "participant,0\n\"5,1\n", OpenQuote, 2, 1, true},
		{"no text", adapt(participants), "participant,0\n5\xff,1\n", NotText, 2, 1, false},
		{"a vote of nobody", adapt(votes), "comment-id,voter-id,vote\n1,,1\n", MissingID, 2, 3, false},
		{"a vote on nothing", adapt(votes), "comment-id,voter-id,vote\n,1,1\n", MissingID, 2, 1, false},
		{"no vote", adapt(votes), "comment-id,voter-id,vote\n1,1,\n", BadVote, 2, 5, false},
		{"a wild vote", adapt(votes), "comment-id,voter-id,vote\n1,1,99999999999999999999\n", BadVote, 2, 5, false},
		{"no time", adapt(votes), "timestamp,comment-id,voter-id,vote\nx,1,1,1\n", BadNumber, 2, 1, false},
		{"no state", adapt(comments), "comment-id,comment-body,moderated\n1,\"a\nb\",5\n", BadState, 3, 4, false},
		{"a statement twice", adapt(comments), "comment-id\n1\n1\n", DuplicateStatement, 3, 1, false},
	}
	for _, c := range cases {
		conversation := NewConversation()
		err := c.read(conversation, strings.NewReader(c.file))
		if c.ends != (err != nil) {
			t.Errorf("%s: error %v", c.name, err)
			continue
		}
		faults := conversation.Warnings
		var all Faults
		if errors.As(err, &all) {
			faults = all
		}
		if len(faults) != 1 || faults[0].Code != c.code || faults[0].Line != c.line || faults[0].Column != c.column {
			t.Errorf("%s: %v, want %s at line %d, column %d", c.name, faults, c.code, c.line, c.column)
		}
	}
}

func TestMissingFiles(t *testing.T) {
	var fault *Fault
	if _, err := ReadConversation(t.TempDir()); !errors.As(err, &fault) || fault.Code != MissingFile {
		t.Errorf("an empty folder: %v", err)
	}
	if _, err := ReadConversation(filepath.Join(t.TempDir(), "votes.csv")); err == nil {
		t.Error("no file is read without an error")
	}
}

func FuzzPolisFiles(f *testing.F) {
	f.Add(participantsFile)
	f.Add("timestamp,datetime,comment-id,voter-id,vote\n1,x,0,1,1\n2,x,0,1,-1\n")
	f.Add("comment-id,comment-body,moderated\n1,\"a\n\"\"b\"\"\",1\n")
	f.Add("participant,0,\"1\n\",2\n\"\"\"\",1,1,\n")
	f.Fuzz(func(t *testing.T, text string) {
		c := NewConversation()
		if c.ReadParticipantsVotes(strings.NewReader(text)) == nil {
			checkWritten(t, c, c.WriteParticipantsVotes, (*Conversation).ReadParticipantsVotes)
		}
		c = NewConversation()
		if c.ReadVotes(strings.NewReader(text)) == nil {
			checkWritten(t, c, c.WriteVotes, (*Conversation).ReadVotes)
		}
		c = NewConversation()
		if c.ReadComments(strings.NewReader(text)) == nil {
			checkWritten(t, c, c.WriteComments, (*Conversation).ReadComments)
		}
		_ = NewConversation().ReadSummary(strings.NewReader(text))
	})
}

func adapt(read func(*Conversation, io.Reader) error) func(*Conversation, *strings.Reader) error {
	return func(c *Conversation, r *strings.Reader) error { return read(c, r) }
}

// checkWritten writes what was read and reads it again.
func checkWritten(t *testing.T, c *Conversation, write func(io.Writer) error, read func(*Conversation, io.Reader) error) {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	again := NewConversation()
	if err := read(again, &out); err != nil {
		t.Fatalf("what was written is not read: %v", err)
	}
	sameVotes(t, "again", again.Votes, c.Votes)
	if again.Votes.Statements() != c.Votes.Statements() || len(again.Comments) != len(c.Comments) {
		t.Fatalf("%d statements and %d comments, want %d and %d", again.Votes.Statements(), len(again.Comments), c.Votes.Statements(), len(c.Comments))
	}
}

// TestReadingVotesIsLean holds what reading a vote allocates: large conversations
// are read on small machines.
func TestReadingVotesIsLean(t *testing.T) {
	const people, each = 2000, 100
	var file bytes.Buffer
	file.WriteString("timestamp,datetime,comment-id,voter-id,vote\n")
	for j := range each {
		for i := range people {
			fmt.Fprintf(&file, "%d,Wed Jun 18 08:16:54 WIB 2014,%d,%d,%d\n", 1500000000000+i, j, i, (i+j)%3-1)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	c := NewConversation()
	if err := c.ReadVotes(&file); err != nil || c.Votes.Cast() != people*each {
		t.Fatal(c.Votes.Cast(), err)
	}
	runtime.ReadMemStats(&after)
	if per := (after.TotalAlloc - before.TotalAlloc) / (people * each); per > 64 {
		t.Errorf("%d bytes are allocated for a vote", per)
	}
}
