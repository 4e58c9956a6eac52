package opinion

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ServerState is what a server of Polis keeps of a conversation: its votes and
// statements, and the map it shows.
type ServerState struct {
	*Conversation

	// Published is the map as far as the state tells it: fields are nil where it
	// tells nothing, Smoother.Times and subgroups are never told. GroupAware and
	// Priorities are -1 for statements that the state passes over. It serves as
	// the previous update of a warm start.
	Published *ParityMap
}

const stateFile = "math-pca2.json"

// IsServerState tells whether a path is a folder that holds a server state.
func IsServerState(path string) bool { return firstFile(path, stateFile) != "" }

// ReadServerState reads a folder with math-pca2.json, votes.json or votes.csv,
// and, if there is one, comments.json or comments.csv. Votes may have either
// sign; the published centre tells which. Votes of people and on statements that
// came after the map are left out, with a warning. Faults are *[Fault] or
// [Faults] with the file's name.
func ReadServerState(folder string) (*ServerState, error) {
	path := firstFile(folder, stateFile)
	if path == "" {
		return nil, &Fault{Code: MissingFile, Got: "a folder without a server state", Want: stateFile}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	r := &stateReader{data: data, state: &ServerState{Conversation: NewConversation(), Published: &ParityMap{}}}
	if err := json.Unmarshal(data, &r.fields); err != nil {
		return nil, jsonFault(stateFile, data, 0, err)
	}
	r.readStatements()
	log, err := readStateVotes(r.state.Conversation, folder)
	if err != nil {
		return nil, err
	}
	if err := readStateComments(r.state.Conversation, folder); err != nil {
		return nil, err
	}
	counts := r.castKnown(log)
	r.checkCounts(counts)
	r.readModeration()
	r.readAxes()
	r.turnVotes()
	r.readPeople()
	r.readGroups()
	r.readStatistics()
	return r.state, nil
}

// polisID is an id that files write as a number or as a text.
type polisID string

func (id *polisID) UnmarshalJSON(data []byte) error {
	var text string
	if json.Unmarshal(data, &text) != nil {
		text = strings.TrimSpace(string(data))
	}
	if n, ok := wholeNumber(text); ok {
		text = fmt.Sprint(n)
	}
	if text != "null" {
		*id = polisID(text)
	}
	return nil
}

// firstID is the first id that is there.
func firstID(ids ...polisID) string {
	for _, id := range ids {
		if id != "" {
			return string(id)
		}
	}
	return ""
}

// jsonFault is the fault of a decoder, with its line; offset is where in the
// file the decoder began.
func jsonFault(file string, data []byte, offset int64, err error) error {
	f := &Fault{Code: BadJSON, File: file, Got: quote(err.Error()), Want: "JSON as the server of Polis writes it"}
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	if errors.As(err, &syntax) {
		offset += syntax.Offset
	} else if errors.As(err, &kind) {
		offset += kind.Offset
	}
	before := data[:min(max(offset, 0), int64(len(data)))]
	f.Line = bytes.Count(before, []byte("\n")) + 1
	f.Column = len([]rune(string(before[bytes.LastIndexByte(before, '\n')+1:]))) + 1
	return f
}

// readElements decodes a JSON list element by element. An element of another
// form is told and passed over.
func readElements[T any](c *Conversation, path string, take func(T)) error {
	file := filepath.Base(path)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	if start, err := d.Token(); err != nil || start != json.Delim('[') {
		return &Fault{Code: BadJSON, File: file, Line: 1, Column: 1, Got: "no list", Want: "a list"}
	}
	for d.More() {
		var element T
		at := d.InputOffset()
		err := d.Decode(&element)
		var kind *json.UnmarshalTypeError
		switch {
		case err == nil:
			take(element)
		case errors.As(err, &kind):
			// The place in the element is not told; its beginning is.
			var f *Fault
			kind.Offset = 0
			errors.As(jsonFault(file, data, at, err), &f)
			c.Warnings = append(c.Warnings, f)
		default:
			return jsonFault(file, data, 0, err)
		}
	}
	if _, err := d.Token(); err != nil {
		return jsonFault(file, data, int64(len(data)), err)
	}
	return nil
}

// stateVote is a vote under the names that the server and its exporters use.
type stateVote struct {
	PID           polisID         `json:"pid"`
	ParticipantID polisID         `json:"participant_id"`
	TID           polisID         `json:"tid"`
	StatementID   polisID         `json:"statement_id"`
	Vote          polisID         `json:"vote"`
	Modified      json.RawMessage `json:"modified"`
	Created       json.RawMessage `json:"created"`
}

// milliseconds of a time that is written as a number or as a text; 0 if neither.
func milliseconds(raw json.RawMessage) int64 {
	var n float64
	if json.Unmarshal(raw, &n) == nil && math.Abs(n) < 1<<62 {
		return int64(n)
	}
	var text string
	if json.Unmarshal(raw, &text) == nil {
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return at.UnixMilli()
		}
	}
	return 0
}

// readStateVotes reads the votes of a state, re-votes among them.
func readStateVotes(c *Conversation, folder string) ([]VoteRecord, error) {
	var log []VoteRecord
	if path := firstFile(folder, "votes.json"); path != "" {
		err := readElements(c, path, func(s stateVote) {
			r := VoteRecord{Person: firstID(s.ParticipantID, s.PID), Statement: firstID(s.StatementID, s.TID), At: milliseconds(s.Modified)}
			if s.Modified == nil {
				r.At = milliseconds(s.Created)
			}
			vote, ok := readVote([]byte(s.Vote))
			if r.Vote = vote; !ok || r.Person == "" || r.Statement == "" {
				c.Warnings = append(c.Warnings, &Fault{Code: BadVote, File: "votes.json", Got: fmt.Sprintf("%q by %q on %q", s.Vote, r.Person, r.Statement), Want: "a vote of 1, 0 or -1"})
				return
			}
			log = append(log, r)
		})
		return log, err
	}
	votes := NewConversation()
	votes.KeepLog = true
	path := firstFile(folder, "votes.csv", "participants-votes.csv", "participant-votes.csv")
	if path == "" {
		return nil, &Fault{Code: MissingFile, Got: "a server state without votes", Want: "votes.json or votes.csv"}
	}
	if err := readFile(path, votes.readEither); err != nil {
		return nil, err
	}
	c.Warnings = append(c.Warnings, votes.Warnings...)
	if votes.Log != nil {
		return votes.Log, nil
	}
	for i := range votes.Votes.People() {
		for j, vote := range votes.Votes.Row(i) {
			log = append(log, VoteRecord{Person: votes.Votes.PersonID(i), Statement: votes.Votes.StatementID(j), Vote: vote})
		}
	}
	return log, nil
}

// stateComment is a statement under the names that the server and its exporters use.
type stateComment struct {
	PID           polisID         `json:"pid"`
	ParticipantID polisID         `json:"participant_id"`
	TID           polisID         `json:"tid"`
	StatementID   polisID         `json:"statement_id"`
	Created       json.RawMessage `json:"created"`
	Agrees        int64           `json:"agree_count"`
	Disagrees     int64           `json:"disagree_count"`
	Mod           polisID         `json:"mod"`
	Moderated     polisID         `json:"moderated"`
	Meta          bool            `json:"is_meta"`
	Text          string          `json:"txt"`
}

func readStateComments(c *Conversation, folder string) error {
	if path := firstFile(folder, "comments.json"); path != "" {
		err := readElements(c, path, func(s stateComment) {
			comment := Comment{
				ID: firstID(s.StatementID, s.TID), Author: firstID(s.ParticipantID, s.PID), At: milliseconds(s.Created),
				Agrees: s.Agrees, Disagrees: s.Disagrees, Text: s.Text, Moderation: Moderation{Meta: s.Meta},
			}
			switch firstID(s.Moderated, s.Mod) {
			case "1":
				comment.Moderation.State = Accepted
			case "-1":
				comment.Moderation.State = Rejected
			}
			if comment.ID == "" {
				c.Warnings = append(c.Warnings, &Fault{Code: MissingID, File: "comments.json", Got: "a statement without an id", Want: "tid"})
				return
			}
			c.Comments = append(c.Comments, comment)
		})
		if err != nil {
			return err
		}
	} else if path := firstFile(folder, "comments.csv"); path != "" {
		comments := NewConversation()
		if err := readFile(path, comments.ReadComments); err != nil {
			return err
		}
		c.Warnings = append(c.Warnings, comments.Warnings...)
		c.Comments = comments.Comments
	}
	return nil
}

// stateReader takes a state apart. A part that cannot be read is told and counts
// as not there.
type stateReader struct {
	data   []byte
	fields map[string]json.RawMessage
	state  *ServerState
	tids   []int // statements in the order of the columns
}

// decode reads a part of the state; false if it is not there or has another form.
func (r *stateReader) decode(name string, into any) bool {
	raw, ok := r.fields[name]
	if !ok || string(raw) == "null" {
		return false
	}
	if err := json.Unmarshal(raw, into); err != nil {
		var f *Fault
		offset := max(0, bytes.Index(r.data, raw)) // where the part begins
		errors.As(jsonFault(stateFile, r.data, int64(offset), err), &f)
		r.warn(f)
		return false
	}
	return true
}

func (r *stateReader) warn(f *Fault) {
	if len(r.state.Warnings) < maxFaults {
		r.state.Warnings = append(r.state.Warnings, f)
	}
}

// strange tells of something that the state names and does not have.
func (r *stateReader) strange(part, got string) {
	r.warn(&Fault{Code: OutOfRange, File: stateFile, Got: got + " in " + part, Want: "what the state has"})
}

// readStatements takes the columns in the order of the state.
func (r *stateReader) readStatements() {
	var tids []polisID
	r.decode("tids", &tids)
	for _, id := range tids {
		j := r.state.Votes.AddStatement(string(id))
		if slices.Contains(r.tids, j) {
			r.strange("tids", "statement "+quote(string(id))+" twice")
			continue
		}
		r.tids = append(r.tids, j)
	}
}

// castKnown casts the votes that were there when the map was made, adds the
// people whose votes are missing, and returns how many the state says each
// person cast. Without columns in the state, statements come by id.
func (r *stateReader) castKnown(log []VoteRecord) map[string]int {
	var counts map[string]int
	r.decode("user-vote-counts", &counts)
	v := r.state.Votes
	timed := timedVotes{votes: v}
	told := map[string]bool{}
	for _, vote := range log {
		_, there := counts[vote.Person]
		_, also := v.Statement(vote.Statement)
		switch {
		case len(counts) > 0 && !there:
			if !told["p"+vote.Person] {
				r.strange("votes", "a vote of participant "+quote(vote.Person)+", who came later,")
			}
			told["p"+vote.Person] = true
		case r.tids != nil && !also:
			if !told["s"+vote.Statement] {
				r.strange("votes", "a vote on statement "+quote(vote.Statement)+", which came later,")
			}
			told["s"+vote.Statement] = true
		default:
			timed.cast(v.AddPerson(vote.Person), v.AddStatement(vote.Statement), vote.Vote, vote.At)
		}
	}
	if r.tids == nil {
		v.sortStatements()
	}
	for _, id := range slices.SortedFunc(maps.Keys(counts), compareIDs) {
		v.AddPerson(id)
	}
	return counts
}

// checkCounts tells of people who cast more or fewer votes than the state says:
// what is computed from their votes will differ.
func (r *stateReader) checkCounts(counts map[string]int) {
	for _, id := range slices.SortedFunc(maps.Keys(counts), compareIDs) {
		cast := 0
		if i, ok := r.state.Votes.Person(id); ok {
			cast = r.state.Votes.CastBy(i)
		}
		if cast != counts[id] {
			r.warn(&Fault{Code: CountDiffers, File: stateFile, Got: fmt.Sprintf("%d votes by participant %s", cast, quote(id)), Want: fmt.Sprintf("%d as in user-vote-counts", counts[id])})
		}
	}
}

// readModeration follows the state where it tells what is out, else the comments.
func (r *stateReader) readModeration() {
	v := r.state.Votes
	for _, comment := range r.state.Comments {
		if j, ok := v.Statement(comment.ID); ok || r.tids == nil {
			if !ok {
				j = v.AddStatement(comment.ID)
			}
			v.SetText(j, comment.Text)
			v.SetModeration(j, comment.Moderation)
		}
	}
	var out, in, meta []polisID
	if r.decode("mod-out", &out) {
		r.decode("mod-in", &in)
		r.decode("meta-tids", &meta)
		for j := range v.Statements() {
			id := polisID(v.StatementID(j))
			m := Moderation{Meta: slices.Contains(meta, id)}
			switch {
			case slices.Contains(out, id) && !m.Meta:
				m.State = Rejected
			case slices.Contains(in, id):
				m.State = Accepted
			}
			v.SetModeration(j, m)
		}
	}
}
