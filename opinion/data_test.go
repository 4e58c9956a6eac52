package opinion

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// realConversation is a conversation held with Polis and the groups it published.
type realConversation struct {
	name  string
	votes *Votes
	label []int // published group of each person, −1 for none
	k     int   // published groups
}

func realConversations(t testing.TB) []realConversation {
	t.Helper()
	dir := os.Getenv("KHETTARA_CONFORMANCE_DIR")
	if dir == "" {
		t.Skip("KHETTARA_CONFORMANCE_DIR is not set: real conversations are not looked at")
	}
	paths, _ := filepath.Glob(filepath.Join(dir, "polis", "*", "participants-votes.csv"))
	if len(paths) == 0 {
		t.Fatal("no conversation at hand")
	}
	var list []realConversation
	for _, path := range paths {
		list = append(list, readReal(t, path))
	}
	return list
}

func readReal(t testing.TB, path string) realConversation {
	c := realConversation{name: filepath.Base(filepath.Dir(path)), votes: New()}
	rows := readCSV(t, path)
	for j, id := range rows[0][6:] {
		c.votes.AddStatement(id)
		_ = j
	}
	for _, row := range rows[1:] {
		u := c.votes.AddPerson(row[0])
		g, err := strconv.Atoi(row[1])
		if err != nil {
			g = -1
		}
		c.label = append(c.label, g)
		c.k = max(c.k, g+1)
		for j, x := range row[6:] {
			if x != "" {
				n, _ := strconv.Atoi(x)
				c.votes.Set(u, j, Vote(n))
			}
		}
	}
	for _, row := range readCSV(t, filepath.Join(filepath.Dir(path), "comments.csv"))[1:] {
		if j, ok := c.votes.Statement(row[2]); ok && row[6] == "-1" {
			c.votes.SetModeration(j, Moderation{State: Rejected})
		}
	}
	return c
}

func readCSV(t testing.TB, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
