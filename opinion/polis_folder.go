package opinion

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ReadConversation reads the files of a conversation: a folder, or its
// participants-votes.csv or votes.csv with the comments.csv and summary.csv
// beside it, where there are any. Of a folder that holds both, the people and
// statements of participants-votes.csv and their order count, and the log of
// votes.csv is not read. Files may have other words before their name, as
// downloads have. Faults are *[Fault] or [Faults] with the file's name.
func ReadConversation(path string) (*Conversation, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	folder, votes := path, ""
	if !info.IsDir() {
		folder, votes = filepath.Dir(path), path
	} else if votes = firstFile(folder, "participants-votes.csv", "participant-votes.csv", "votes.csv"); votes == "" {
		return nil, &Fault{Code: MissingFile, Got: "a folder without votes", Want: "participants-votes.csv or votes.csv"}
	}
	c := NewConversation()
	if err := readFile(votes, c.readEither); err != nil {
		return nil, err
	}
	for _, beside := range []struct {
		name string
		read func(io.Reader) error
	}{{"comments.csv", c.ReadComments}, {"summary.csv", c.ReadSummary}} {
		err := readFile(filepath.Join(folder, prefixOf(votes)+beside.name), beside.read)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
	}
	return c, nil
}

// readEither reads participants-votes.csv or votes.csv, told apart by the
// heading, so that a file may have any name.
func (c *Conversation) readEither(r io.Reader) error {
	in := bufio.NewReaderSize(r, 1<<16)
	start, _ := in.Peek(1 << 12)
	heading, _, _ := strings.Cut(string(start), "\n")
	if strings.Contains(strings.ToLower(heading), "voter-id") {
		return c.ReadVotes(in)
	}
	return c.ReadParticipantsVotes(in)
}

// prefixOf is what a name has before the words that say what the file is.
func prefixOf(path string) string {
	name := filepath.Base(path)
	for _, word := range []string{"participants-votes.csv", "participant-votes.csv", "votes.csv"} {
		if prefix, ok := strings.CutSuffix(name, word); ok {
			return prefix
		}
	}
	return ""
}

// firstFile is the first file of a folder whose name ends in the first of the
// names that any does; "" if none.
func firstFile(folder string, names ...string) string {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return ""
	}
	for _, name := range names {
		for _, e := range entries {
			if !e.IsDir() && strings.HasSuffix(e.Name(), name) {
				return filepath.Join(folder, e.Name())
			}
		}
	}
	return ""
}

func readFile(path string, read func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return read(f)
}
