package opinion

import (
	"encoding/csv"
	"io"
	"strconv"
)

// WriteParticipantsVotes writes participants-votes.csv: people and statements in
// the order of their indices. Statements without a whole number for an id would
// not be found again.
func (c *Conversation) WriteParticipantsVotes(w io.Writer) error {
	out := csv.NewWriter(w)
	v := c.Votes
	heading := []string{"participant", "group-id", "n-comments", "n-votes", "n-agree", "n-disagree"}
	for j := range v.Statements() {
		heading = append(heading, v.StatementID(j))
	}
	if err := out.Write(heading); err != nil {
		return err
	}
	row := make([]string, len(heading))
	for i := range v.People() {
		clear(row)
		var counts Counts
		for j, vote := range v.Row(i) {
			row[6+j] = strconv.Itoa(int(vote))
			counts.add(vote, 1)
		}
		row[0] = v.PersonID(i)
		if i < len(c.Groups) && c.Groups[i] >= 0 {
			row[1] = strconv.Itoa(c.Groups[i])
		}
		if i < len(c.Authored) {
			row[2] = strconv.Itoa(c.Authored[i])
		}
		row[3], row[4], row[5] = strconv.Itoa(counts.Cast()), strconv.Itoa(counts.Agree), strconv.Itoa(counts.Disagree)
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteVotes writes votes.csv: the log where there is one, else the votes that
// count, without their time.
func (c *Conversation) WriteVotes(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"timestamp", "datetime", "comment-id", "voter-id", "vote"}); err != nil {
		return err
	}
	for _, r := range c.Log {
		if err := out.Write([]string{strconv.FormatInt(r.At, 10), r.Time, r.Statement, r.Person, strconv.Itoa(int(r.Vote))}); err != nil {
			return err
		}
	}
	if c.Log == nil {
		for i := range c.Votes.People() {
			for j, vote := range c.Votes.Row(i) {
				if err := out.Write([]string{"", "", c.Votes.StatementID(j), c.Votes.PersonID(i), strconv.Itoa(int(vote))}); err != nil {
					return err
				}
			}
		}
	}
	out.Flush()
	return out.Error()
}

// WriteComments writes comments.csv, with a column is-meta, which Polis does not
// write, if any statement is one.
func (c *Conversation) WriteComments(w io.Writer) error {
	out := csv.NewWriter(w)
	heading := []string{"timestamp", "datetime", "comment-id", "author-id", "agrees", "disagrees", "moderated", "comment-body"}
	meta := false
	for i := range c.Comments {
		meta = meta || c.Comments[i].Moderation.Meta
	}
	if meta {
		heading = append(heading, "is-meta")
	}
	if err := out.Write(heading); err != nil {
		return err
	}
	for i := range c.Comments {
		r := &c.Comments[i]
		row := []string{
			strconv.FormatInt(r.At, 10), r.Time, r.ID, r.Author, strconv.FormatInt(r.Agrees, 10), strconv.FormatInt(r.Disagrees, 10),
			map[State]string{Open: "0", Accepted: "1", Rejected: "-1"}[r.Moderation.State], r.Text,
		}
		if meta {
			row = append(row, strconv.FormatBool(r.Moderation.Meta))
		}
		if err := out.Write(row); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// WriteSummary writes summary.csv.
func (c *Conversation) WriteSummary(w io.Writer) error {
	out := csv.NewWriter(w)
	for _, e := range c.Summary {
		if err := out.Write([]string{e.Key, e.Value}); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}
