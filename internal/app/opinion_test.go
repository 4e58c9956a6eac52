package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/khettara/khettara/opinion"
)

// runOpinion runs `khettara opinion` with arguments and returns what it printed
// and the exit code.
func runOpinion(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var root struct {
		Opinion OpinionCmd `cmd:""`
	}
	var out, errs bytes.Buffer
	parser, err := kong.New(&root, kong.Writers(&out, &errs), kong.Exit(func(c int) { code = c }))
	if err != nil {
		t.Fatal(err)
	}
	run, err := parser.Parse(append([]string{"opinion"}, args...))
	if err != nil {
		return "", err.Error(), exitUsage
	}
	run.BindTo(context.Background(), (*context.Context)(nil))
	if err := run.Run(&streams{&out, &errs}); err != nil {
		code = exitFault
		var exit exitError
		if errors.As(err, &exit) {
			code = int(exit)
		} else {
			errs.WriteString(err.Error())
		}
	}
	return out.String(), errs.String(), code
}

// opinionFiles writes a conversation of two camps: a participants-votes.csv with
// comments beside it, and a folder with the same votes as votes.csv.
func opinionFiles(t *testing.T) (participants, votes string) {
	t.Helper()
	folder := t.TempDir()
	c := opinion.NewConversation()
	for i := range 40 {
		person := c.Votes.AddPerson(fmt.Sprint(i))
		for j := range 10 {
			vote := opinion.Vote(1 - 2*((i+j)%2))
			if j == 9 {
				vote = opinion.Agree
			}
			if (i*7+j*3)%5 > 0 {
				c.Votes.Set(person, c.Votes.AddStatement(fmt.Sprint(j)), vote)
			}
		}
	}
	c.Comments = []opinion.Comment{{ID: "9", Text: "Water,\nfor all"}, {ID: "0", Moderation: opinion.Moderation{State: opinion.Rejected}}}
	participants, votes = filepath.Join(folder, "participants-votes.csv"), filepath.Join(folder, "apart", "votes.csv")
	if err := os.Mkdir(filepath.Dir(votes), 0o700); err != nil {
		t.Fatal(err)
	}
	for path, write := range map[string]func(*bytes.Buffer) error{
		participants:                          func(b *bytes.Buffer) error { return c.WriteParticipantsVotes(b) },
		filepath.Join(folder, "comments.csv"): func(b *bytes.Buffer) error { return c.WriteComments(b) },
		votes:                                 func(b *bytes.Buffer) error { return c.WriteVotes(b) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return participants, votes
}

func TestOpinionMap(t *testing.T) {
	participants, votes := opinionFiles(t)
	for _, path := range []string{participants, filepath.Dir(participants), votes} {
		out, errs, code := runOpinion(t, "map", path, "--mode", "polis", "--k", "2", "--seed", "3", "--json")
		var m map[string]json.RawMessage
		if err := json.Unmarshal([]byte(out), &m); err != nil || code != exitGood || errs != "" {
			t.Fatalf("%s: %v, exit %d, %s", path, err, code, errs)
		}
		for _, key := range []string{"mode", "participants", "statements", "votes", "k", "stability", "participants_list", "groups", "common_ground", "seconds"} {
			if _, ok := m[key]; !ok {
				t.Errorf("%s: no %s", path, key)
			}
		}
		var people []map[string]any
		if err := json.Unmarshal(m["participants_list"], &people); err != nil || len(people) != 40 {
			t.Fatalf("%s: %d people, %v", path, len(people), err)
		}
		for i, p := range people {
			if p["id"] != fmt.Sprint(i) || p["in_map"] != true || p["p"] != 1.0 || p["group"] != people[i%2]["group"] {
				t.Errorf("%s: person %d is %v", path, i, p)
			}
		}
		if people[0]["group"] == people[1]["group"] {
			t.Errorf("%s: one group", path)
		}
	}
	out, _, _ := runOpinion(t, "map", participants, "--mode", "polis")
	if !strings.Contains(out, "40 participants, 10 statements") || !strings.Contains(out, "common ground") {
		t.Errorf("printed\n%s", out)
	}
}

func TestOpinionFaults(t *testing.T) {
	participants, _ := opinionFiles(t)
	broken := filepath.Join(t.TempDir(), "votes.csv")
	if err := os.WriteFile(broken, []byte("comment-id,voter-id,vote\n1,2,7\n1,\"2,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"map", broken}, exitFault, "line 2, column 5: bad_vote"},
		{[]string{"map", broken}, exitFault, "line 3, column 3: open_quote"},
		{[]string{"map", filepath.Join(t.TempDir(), "none")}, exitUsage, "none"},
		{[]string{"map", t.TempDir()}, exitFault, "missing_file"},
		{[]string{"map", participants, "--k", "7"}, exitUsage, "bad_option"},
		{[]string{"map", participants, "--mode", "tarot"}, exitUsage, "mode"},
		{[]string{"parity", t.TempDir()}, exitFault, "missing_file"},
	} {
		if _, errs, code := runOpinion(t, c.args...); code != c.code || !strings.Contains(errs, c.says) {
			t.Errorf("%v: exit %d, %s", c.args, code, errs)
		}
	}
}

// TestOpinionParity has a state that tells little: the other quantities are null.
func TestOpinionParity(t *testing.T) {
	folder := t.TempDir()
	for name, text := range map[string]string{
		"math-pca2.json": `{"tids":[0,1],"pca":{"center":[-0.5,0]}}`,
		"votes.json":     `[{"pid":0,"tid":0,"vote":1},{"pid":1,"tid":0,"vote":0},{"pid":0,"tid":1,"vote":0}]`,
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, errs, code := runOpinion(t, "parity", folder, "--json")
	want := `{"centre":0,"components_cosine":null,"projection":null,"base_clusters_ari":null,"representative":null,"consensus":null,"group_aware_consensus":null,"priorities":null}`
	if strings.TrimSpace(out) != want || code != exitGood {
		t.Errorf("%s%s, exit %d", out, errs, code)
	}
	if out, _, _ := runOpinion(t, "parity", folder); !strings.Contains(out, "not in the state") {
		t.Errorf("printed\n%s", out)
	}
}
