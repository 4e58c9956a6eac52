package opinion

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// stateOf writes the state of a conversation and returns its folder.
func stateOf(t testing.TB, v *Votes) (string, *ParityMap) {
	t.Helper()
	folder := t.TempDir()
	m := parityOf(t, v, ParityOptions{})
	writeState(t, folder, v, m)
	return folder, m
}

func checkSame(t *testing.T, d *StateDifferences) {
	t.Helper()
	for name, x := range map[string]*float64{
		"centre": d.Centre, "projection": d.Projection, "consensus": d.Consensus,
		"group-aware consensus": d.GroupAwareConsensus, "priorities": d.Priorities,
	} {
		checkAtMost(t, name, x, 1e-12)
	}
	checkAtMost(t, "representative", d.Representative, 1e-6)
	if d.ComponentsCosine == nil || *d.ComponentsCosine < 1-1e-6 || d.BaseClustersARI == nil || *d.BaseClustersARI != 1 {
		t.Errorf("components %s, base clusters %s", show(d.ComponentsCosine), show(d.BaseClustersARI))
	}
}

// TestAStateOfOurOwn has more people than base clusters, a statement that is
// out, and the signs of the server in its votes.
func TestAStateOfOurOwn(t *testing.T) {
	v := camps(180, 25, 6)
	v.SetModeration(3, Moderation{State: Rejected})
	folder, m := stateOf(t, v)
	if len(m.Base) != 100 {
		t.Fatalf("%d base clusters", len(m.Base))
	}
	s := readState(t, folder)
	if len(s.Warnings) > 0 {
		t.Error(s.Warnings)
	}
	sameVotes(t, "read again", s.Votes, v)
	checkSame(t, compareState(t, s))
	warm := parityOf(t, s.Votes, ParityOptions{Previous: s.Published})
	if ari := AdjustedRand(warm.Group(), s.Groups); ari != 1 {
		t.Errorf("ARI %v after a warm start", ari)
	}
}

func TestAStateWithCSVFiles(t *testing.T) {
	v := camps(40, 12, 7)
	folder, _ := stateOf(t, v)
	c := &Conversation{Votes: v, Comments: []Comment{{ID: "3", Text: "hello"}}}
	var votes, comments bytes.Buffer
	if err := errors.Join(c.WriteVotes(&votes), c.WriteComments(&comments), os.Remove(filepath.Join(folder, "votes.json"))); err != nil {
		t.Fatal(err)
	}
	writeFile(t, folder, "comments.csv", comments.Bytes())
	writeFile(t, folder, "votes.csv", votes.Bytes())
	s := readState(t, folder)
	checkSame(t, compareState(t, s))
	if j, _ := s.Votes.Statement("3"); s.Votes.Text(j) != "hello" || len(s.Warnings) > 0 {
		t.Errorf("text %q, %v", s.Votes.Text(j), s.Warnings)
	}
}

// change rewrites the parts of a state.
func change(t *testing.T, folder string, edit func(map[string]any)) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(folder, stateFile))
	if err != nil {
		t.Fatal(err)
	}
	var state map[string]any
	if err := json.Unmarshal(data, &state); err != nil {
		t.Fatal(err)
	}
	edit(state)
	writeJSON(t, folder, stateFile, state)
}

func TestWhatAStateLacks(t *testing.T) {
	v := camps(40, 12, 8)
	for name, c := range map[string]struct {
		edit func(map[string]any)
		null func(*StateDifferences) []*float64
	}{
		"no axes": {func(s map[string]any) { delete(s, "pca") }, func(d *StateDifferences) []*float64 {
			return []*float64{d.Centre, d.ComponentsCosine, d.Projection, d.Priorities}
		}},
		"no groups": {func(s map[string]any) { s["group-clusters"] = nil }, func(d *StateDifferences) []*float64 {
			return []*float64{d.BaseClustersARI, d.Representative, d.GroupAwareConsensus, d.Priorities}
		}},
		"no base clusters":   {func(s map[string]any) { delete(s, "base-clusters") }, func(d *StateDifferences) []*float64 { return []*float64{d.BaseClustersARI, d.Representative} }},
		"no representatives": {func(s map[string]any) { delete(s, "repness") }, func(d *StateDifferences) []*float64 { return []*float64{d.Representative} }},
		"no consensus":       {func(s map[string]any) { s["consensus"] = []int{} }, func(d *StateDifferences) []*float64 { return []*float64{d.Consensus} }},
		"no priorities":      {func(s map[string]any) { s["comment-priorities"] = map[string]int{} }, func(d *StateDifferences) []*float64 { return []*float64{d.Priorities} }},
		"a short centre":     {func(s map[string]any) { s["pca"].(map[string]any)["center"] = []int{1} }, func(d *StateDifferences) []*float64 { return []*float64{d.Centre} }},
		"a huge centre":      {func(s map[string]any) { s["pca"].(map[string]any)["center"].([]any)[0] = 1e300 }, func(d *StateDifferences) []*float64 { return []*float64{d.Centre} }},
		"one axis": {func(s map[string]any) {
			s["pca"].(map[string]any)["comps"] = s["pca"].(map[string]any)["comps"].([]any)[:1]
		},
			func(d *StateDifferences) []*float64 { return []*float64{d.ComponentsCosine, d.Projection} }},
		"uneven base clusters": {func(s map[string]any) { s["base-clusters"].(map[string]any)["x"] = []int{1} }, func(d *StateDifferences) []*float64 { return []*float64{d.BaseClustersARI} }},
		"nothing": {func(s map[string]any) { clear(s) }, func(d *StateDifferences) []*float64 {
			return []*float64{d.Centre, d.ComponentsCosine, d.Projection, d.BaseClustersARI, d.Representative, d.Consensus, d.GroupAwareConsensus, d.Priorities}
		}},
	} {
		folder, _ := stateOf(t, v)
		change(t, folder, c.edit)
		d := compareState(t, readState(t, folder))
		for i, x := range c.null(d) {
			if x != nil {
				t.Errorf("%s: quantity %d is %v, not null", name, i, *x)
			}
		}
		if _, err := json.Marshal(d); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWhatAStateNamesAndDoesNotHave(t *testing.T) {
	v := camps(40, 12, 9)
	folder, _ := stateOf(t, v)
	change(t, folder, func(s map[string]any) {
		s["in-conv"] = append(s["in-conv"].([]any), 4000, "x", nil)
		s["base-clusters"].(map[string]any)["members"].([]any)[0] = []any{0, -7}
		s["group-clusters"].([]any)[0].(map[string]any)["members"] = append(s["group-clusters"].([]any)[0].(map[string]any)["members"].([]any), 999)
		s["comment-priorities"].(map[string]any)["77"] = 1
		s["repness"].(map[string]any)["0"] = append(s["repness"].(map[string]any)["0"].([]any), map[string]any{"tid": 1000})
		s["consensus"].(map[string]any)["agree"] = []any{map[string]any{"tid": -1}}
		delete(s["user-vote-counts"].(map[string]any), "39")
		s["user-vote-counts"].(map[string]any)["0"] = 1
		tids := s["tids"].([]any)
		s["tids"] = append(tids[:len(tids)-1], 0)
	})
	s := readState(t, folder)
	codes := map[FaultCode]bool{}
	for _, f := range s.Warnings {
		codes[f.Code] = true
	}
	if !codes[OutOfRange] || !codes[CountDiffers] || len(s.Warnings) < 10 {
		t.Errorf("%d warnings: %v", len(s.Warnings), codes)
	}
	if _, err := json.Marshal(compareState(t, s)); err != nil {
		t.Error(err)
	}
	if _, ok := s.Votes.Person("39"); ok {
		t.Error("a participant who came later is there")
	}
	parityOf(t, s.Votes, ParityOptions{Previous: s.Published})
}

func TestFaultsOfStates(t *testing.T) {
	v := camps(20, 8, 10)
	for name, c := range map[string]struct {
		file, text string
		code       FaultCode
		line       int
		ends       bool
	}{
		"no state":            {stateFile, "", MissingFile, 0, true},
		"a broken state":      {stateFile, "{\n\"n\": 1,\n}", BadJSON, 3, true},
		"a list for a state":  {stateFile, "[]", BadJSON, 1, true},
		"no votes":            {"votes.json", "", MissingFile, 0, true},
		"votes in no list":    {"votes.json", "{}", BadJSON, 1, true},
		"broken votes":        {"votes.json", "[{\"pid\":0,\"tid\":0,\"vote\":1},\n{]", BadJSON, 2, true},
		"unfinished votes":    {"votes.json", "[{\"pid\":0,\"tid\":0,\"vote\":1}\n", BadJSON, 2, true},
		"a vote that is none": {"votes.json", "[{\"pid\":0,\"tid\":0,\"vote\":1},{\"pid\":0,\"tid\":1,\"vote\":4}]", BadVote, 0, false},
		"no vote at all":      {"votes.json", "[{\"pid\":0,\"tid\":0,\"vote\":1},\n7]", BadJSON, 1, false},
	} {
		folder, _ := stateOf(t, v)
		if c.text == "" {
			_ = os.Remove(filepath.Join(folder, c.file))
		} else {
			writeFile(t, folder, c.file, []byte(c.text))
		}
		s, err := ReadServerState(folder)
		if c.ends != (err != nil) {
			t.Errorf("%s: error %v", name, err)
			continue
		}
		var fault *Fault
		if !c.ends {
			at := slices.IndexFunc(s.Warnings, func(f *Fault) bool { return f.Code == c.code })
			if at < 0 {
				t.Errorf("%s: %v", name, s.Warnings)
				continue
			}
			fault = s.Warnings[at]
		} else if !errors.As(err, &fault) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if fault.Code != c.code || fault.Line != c.line {
			t.Errorf("%s: %v, want %s at line %d", name, fault, c.code, c.line)
		}
	}
}

func TestTimesOfVotes(t *testing.T) {
	for text, want := range map[string]int64{
		`1710000000000`: 1710000000000, `1691740361800.5`: 1691740361800, `"2024-03-09T16:00:00Z"`: 1710000000000, `null`: 0, `{}`: 0, `1e400`: 0,
	} {
		if got := milliseconds(json.RawMessage(text)); got != want {
			t.Errorf("%s is %d, want %d", text, got, want)
		}
	}
}

func FuzzServerState(f *testing.F) {
	folder, _ := stateOf(f, camps(16, 6, 11))
	state, _ := os.ReadFile(filepath.Join(folder, stateFile))
	votes, _ := os.ReadFile(filepath.Join(folder, "votes.json"))
	f.Add(string(state), string(votes), `[{"tid":1,"mod":-1,"txt":"a","is_meta":true}]`)
	f.Add(`{"tids":[0,1],"pca":{"center":[0,1e9],"comps":[[1,0],[0,1]]},"group-clusters":[{"id":0,"members":[0]}]}`, `[{"pid":"a","tid":0,"vote":1}]`, `[]`)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, state, votes, comments string) {
		writeFile(t, dir, stateFile, []byte(state))
		writeFile(t, dir, "votes.json", []byte(votes))
		writeFile(t, dir, "comments.json", []byte(comments))
		s, err := ReadServerState(dir)
		if err != nil || s.Votes.Cast() == 0 {
			return
		}
		if _, err := json.Marshal(compareState(t, s)); err != nil {
			t.Fatal(err)
		}
		if _, err := json.Marshal(parityOf(t, s.Votes, ParityOptions{Previous: s.Published})); err != nil {
			t.Fatal(err)
		}
	})
}
