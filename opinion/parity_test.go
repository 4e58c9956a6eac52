package opinion

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
)

func parityOf(t testing.TB, v *Votes, opts ParityOptions) *ParityMap {
	t.Helper()
	m, err := Parity(context.Background(), v, opts)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func compareState(t testing.TB, s *ServerState) *StateDifferences {
	t.Helper()
	d, err := CompareState(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func readState(t testing.TB, folder string) *ServerState {
	t.Helper()
	s, err := ReadServerState(folder)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestServerStates recomputes real server states. The votes of the second lack
// those of a participant, so what is computed from all votes differs there, and
// its priorities are those of a server that took every statement for a meta one.
func TestServerStates(t *testing.T) {
	golden := filepath.Join(conformance(t), "golden")
	for _, want := range []struct {
		name                       string
		centre, cosine, priorities float64
		people, warnings           int
	}{
		{"25ptpt-3gp-no-strict-with-meta", 1e-14, 1 - 1e-6, 1e-13, 27, 0},
		{"50ptpt-3gp-strict-no-meta", 0.04, 0.999, 49, 52, 1},
		{"below-100-ptpts", 1e-14, 1 - 1e-6, 1e-13, 35, 0},
	} {
		t.Run(want.name, func(t *testing.T) {
			s := readState(t, filepath.Join(golden, want.name))
			d := compareState(t, s)
			checkAtMost(t, "centre", d.Centre, want.centre)
			checkAtMost(t, "projection", d.Projection, 1e-14)
			checkAtMost(t, "representative", d.Representative, 4e-7) // the server keeps one of the statistics as float32
			checkAtMost(t, "consensus", d.Consensus, 1e-13)
			checkAtMost(t, "group-aware consensus", d.GroupAwareConsensus, 2e-16)
			checkAtMost(t, "priorities", d.Priorities, want.priorities)
			if d.ComponentsCosine == nil || *d.ComponentsCosine < want.cosine {
				t.Errorf("components: cosine %v", d.ComponentsCosine)
			}
			if d.BaseClustersARI == nil || *d.BaseClustersARI != 1 {
				t.Errorf("groups among base clusters: ARI %v", d.BaseClustersARI)
			}
			if len(s.Warnings) != want.warnings || s.Votes.People() != want.people {
				t.Errorf("%d people, %v", s.Votes.People(), s.Warnings)
			}
			warm := parityOf(t, s.Votes, ParityOptions{Previous: s.Published})
			if ari := AdjustedRand(warm.Group(), s.Groups); ari != 1 {
				t.Errorf("a warm start has ARI %v to the published groups", ari)
			}
			if best := warm.Smoother.Last; best != len(s.Published.Groups) {
				t.Errorf("%d groups are best, %d published", best, len(s.Published.Groups))
			}
		})
	}
}

func checkAtMost(t testing.TB, name string, got *float64, want float64) {
	t.Helper()
	if got == nil || *got > want {
		t.Errorf("%s differs by %v, at most %v", name, show(got), want)
	}
}

func show(x *float64) string {
	if x == nil {
		return "nothing"
	}
	return strconv.FormatFloat(*x, 'g', -1, 64)
}

// TestPublishedGroups starts cold in the order of the file, with the published
// number of groups. The figures are those of an independent implementation; what
// they lack to 1 is the history of the conversations.
func TestPublishedGroups(t *testing.T) {
	dir := conformance(t)
	for _, want := range []struct {
		name string
		ari  float64
	}{
		{"15-per-hour-seattle", 0.56},
		{"american-assembly.bowling-green", 0.56},
		{"canadian-electoral-reform", -0.03},
		{"scoop-hivemind.taxes", 0.81},
	} {
		c := readConversation(t, filepath.Join(dir, want.name))
		for seed := range uint64(2) {
			m := parityOf(t, c.Votes, ParityOptions{K: 2, Seed: seed})
			if ari := AdjustedRand(m.Group(), c.Groups); math.Abs(ari-want.ari) > 0.005 {
				t.Errorf("%s: ARI %v to the published groups, want %v", want.name, ari, want.ari)
			}
		}
	}
}

// camps is a conversation of two camps that answer alike with some noise, and
// of people who answer little.
func camps(people, statements int, seed uint64) *Votes {
	draw := rand.New(rand.NewPCG(seed, 9))
	v := New()
	for j := range statements {
		v.AddStatement(strconv.Itoa(j))
	}
	for i := range people {
		person := v.AddPerson(strconv.Itoa(i))
		for j := range statements {
			if draw.Float64() < 0.4 {
				continue
			}
			vote := Vote(1 - 2*((i+j)%2))
			switch chance := draw.Float64(); {
			case j%5 == 4:
				vote = Agree
			case chance < 0.1:
				vote = -vote
			case chance < 0.2:
				vote = Pass
			}
			v.Set(person, j, vote)
		}
	}
	return v
}

func TestCampsAreFound(t *testing.T) {
	v := camps(60, 20, 1)
	m := parityOf(t, v, ParityOptions{})
	truth := make([]int, v.People())
	for i := range truth {
		truth[i] = i % 2
	}
	if ari := AdjustedRand(m.Group(), truth); len(m.Groups) != 2 || ari < 0.9 {
		t.Errorf("%d groups, ARI %v", len(m.Groups), ari)
	}
	if len(m.Agreed) == 0 || m.Agreed[0].Statement%5 != 4 {
		t.Errorf("all agree on %+v", m.Agreed)
	}
	for g := range m.Groups {
		if len(m.Groups[g].Representative) == 0 || len(m.Groups[g].Subgroups) < 2 {
			t.Errorf("group %d: %+v, %d subgroups", g, m.Groups[g].Representative, len(m.Groups[g].Subgroups))
		}
		members := 0
		for _, sub := range m.Groups[g].Subgroups {
			members += len(sub.Members)
		}
		if members != len(m.Groups[g].Members) {
			t.Errorf("group %d has %d people, its subgroups %d", g, len(m.Groups[g].Members), members)
		}
	}
}

func TestWhoIsInTheMap(t *testing.T) {
	v := New()
	for j := range 10 {
		v.AddStatement(strconv.Itoa(j))
	}
	cast := []int{7, 6, 10, 1}
	for len(cast) < 20 {
		cast = append(cast, 2)
	}
	cast[19] = 3
	for i, n := range cast {
		v.AddPerson(strconv.Itoa(i))
		for j := range n {
			v.Set(i, j, Agree)
		}
	}
	in := newParityMatrix(v).inMap([]bool{3: true})
	// Persons 0 and 2 have their seven votes, 3 was in before, and 19 and 1 lead
	// those who fill the map up to fifteen.
	want := []bool{true, true, true, true, true, true, true, true, true, true, true, true, true, true, 19: true}
	if !slices.Equal(in, want) {
		t.Errorf("%v", in)
	}
}

// TestStatementsThatAreOut holds the quirk: they count as votes cast by everyone,
// and shrink the map.
func TestStatementsThatAreOut(t *testing.T) {
	v := camps(60, 20, 2)
	before := parityOf(t, v, ParityOptions{})
	extra := v.AddStatement("out")
	v.Set(0, extra, Agree)
	v.SetModeration(extra, Moderation{State: Rejected})
	after := parityOf(t, v, ParityOptions{})
	for axis := range after.Components { // the same axes, whatever the last digits of the start did
		after.Components[axis] = pad(before.Components[axis], v.Statements(), 0)
	}
	after.project(newParityMatrix(v))
	for i := range v.People() {
		factor := math.Sqrt(21.0 / 20 * float64(countCast(v, i, extra)) / float64(countCast(v, i, extra)+1))
		want := vec2(before.Positions[i]).norm() * factor
		if got := vec2(after.Positions[i]).norm(); math.Abs(got-want) > 1e-12 {
			t.Fatalf("person %d at %v, want %v", i, got, want)
		}
	}
	if c := newParityMatrix(v); c.mean[extra] != 0 || c.columns != 21 || c.zeroed != 1 {
		t.Errorf("mean %v, %d columns, %d of them 0", c.mean[extra], c.columns, c.zeroed)
	}
	for g := range after.Groups {
		for _, s := range after.Groups[g].Representative {
			if s.Statement == extra {
				t.Error("a statement that is out represents a group")
			}
		}
	}
}

func countCast(v *Votes, person, but int) int {
	n := 0
	for j := range v.Row(person) {
		if j != but {
			n++
		}
	}
	return n
}

func TestTheNumberOfGroupsChangesSlowly(t *testing.T) {
	var s ParitySmoother
	for i, step := range []struct {
		best map[int]float64
		want int
	}{
		{map[int]float64{2: 0.5, 3: 0.4}, 2},
		{map[int]float64{2: 0.4, 3: 0.5}, 2},
		{map[int]float64{2: 0.4, 3: 0.5}, 2},
		{map[int]float64{2: 0.5, 3: 0.4}, 2},
		{map[int]float64{2: 0.4, 3: 0.5}, 2},
		{map[int]float64{2: 0.4, 3: 0.5}, 2},
		{map[int]float64{2: 0.5, 3: 0.5}, 2}, // of equal ones the largest
		{map[int]float64{2: 0.4, 3: 0.5}, 3},
	} {
		if s = s.next(step.best); s.Shown != step.want {
			t.Errorf("step %d shows %d groups, want %d", i, s.Shown, step.want)
		}
	}
}

func TestWarmClusters(t *testing.T) {
	points := []parityPoint{{0, vec2{0, 0}, 1}, {1, vec2{0, 1}, 1}, {2, vec2{9, 0}, 1}, {3, vec2{9, 1}, 1}, {4, vec2{0, 9}, 1}}
	before := []ParityCluster{{ID: 7, Members: []int{0, 1, 99}}, {ID: 3, Members: []int{2, 3}}, {ID: 5, Members: []int{98}}}
	got := parityKMeans(points, 3, before, 20)
	want := []ParityCluster{
		{ID: 3, Members: []int{2, 3}, Centre: [2]float64{9, 0.5}},
		{ID: 7, Members: []int{0, 1}, Centre: [2]float64{0, 0.5}},
		{ID: 8, Members: []int{4}, Centre: [2]float64{0, 9}}, // the farthest point, under a new id
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	gone := parityKMeans(points, 2, []ParityCluster{{ID: 4, Members: []int{77}}}, 20)
	if len(gone) != 2 || gone[0].ID != 5 {
		t.Errorf("after all members are gone: %v", gone)
	}
}

func TestStatisticsByHand(t *testing.T) {
	// Values of docs and code of Polis: one agree of one gives 1.41.
	if z := propTest(1, 1); math.Abs(z-math.Sqrt2) > 1e-15 {
		t.Errorf("z of one in one is %v", z)
	}
	if z := twoPropTest(1, 0, 1, 2); math.Abs(z-1.4907119849998598) > 1e-12 {
		t.Errorf("z of 1 of 1 against 0 of 2 is %v", z)
	}
	if z := twoPropTest(3, 4, 3, 4); z != 0 {
		t.Errorf("z where all agree is %v", z)
	}
}

func TestPriorities(t *testing.T) {
	v := New()
	for j := range 3 {
		v.AddStatement(strconv.Itoa(j))
	}
	v.SetModeration(1, Moderation{Meta: true})
	got := priorities(v, []ParityGroup{{Votes: []Counts{{Agree: 3, Pass: 1, Disagree: 1}, {}, {}}}}, []float64{0.5, 9, 0})
	importance := (1 - 2.0/7) * 1.5 * (4.0 / 7)
	want := []float64{math.Pow(importance*(1+8*0.5), 2), 49, 5.0625}
	for j := range want {
		if math.Abs(got[j]-want[j]) > 1e-12 {
			t.Errorf("priority %d is %v, want %v", j, got[j], want[j])
		}
	}
	v.SetModeration(2, Moderation{State: Rejected})
	person := v.AddPerson("a")
	m := &ParityMap{Priorities: []float64{1, 3}}
	draw, seen := rand.New(rand.NewPCG(1, 1)), [3]int{}
	for range 4000 {
		j, ok := m.Next(v, person, draw)
		if !ok {
			t.Fatal("nothing is drawn")
		}
		seen[j]++
	}
	if math.Abs(float64(seen[0])-1000) > 100 || seen[2] != 0 {
		t.Errorf("drawn %v", seen)
	}
	v.Set(person, 0, Agree)
	v.Set(person, 1, Pass)
	if _, ok := m.Next(v, person, draw); ok {
		t.Error("a statement is drawn after all were voted on")
	}
}

func TestPoorConversations(t *testing.T) {
	fill := func(people, statements int, vote func(i, j int) (Vote, bool)) *Votes {
		v := New()
		for j := range statements {
			v.AddStatement(strconv.Itoa(j))
		}
		for i := range people {
			v.AddPerson(strconv.Itoa(i))
			for j := range statements {
				if x, ok := vote(i, j); ok {
					v.Set(i, j, x)
				}
			}
		}
		return v
	}
	all := func(x Vote) func(int, int) (Vote, bool) { return func(int, int) (Vote, bool) { return x, true } }
	out := fill(20, 5, all(Agree))
	for j := range 5 {
		out.SetModeration(j, Moderation{State: Rejected})
	}
	for name, v := range map[string]*Votes{
		"one participant": fill(1, 10, all(Agree)),
		"one statement":   fill(20, 1, func(i, _ int) (Vote, bool) { return Vote(i%3 - 1), true }),
		"one vote":        fill(1, 1, all(Disagree)),
		"all agree":       fill(30, 10, all(Agree)),
		"all pass":        fill(30, 10, all(Pass)),
		"nobody answers":  fill(30, 10, func(i, j int) (Vote, bool) { return Agree, i == 0 && j == 0 }),
		"all out":         out,
		"a script":        fill(3000, 8, func(i, j int) (Vote, bool) { return Vote(j%2*2 - 1), i > 10 || j != i%8 }),
	} {
		m := parityOf(t, v, ParityOptions{})
		if text, err := json.Marshal(m); err != nil {
			t.Errorf("%s: %v in %.80s", name, err, text) // no number but finite ones has JSON
		}
	}
	var fault *Fault
	if _, err := Parity(context.Background(), New(), ParityOptions{}); !errors.As(err, &fault) || fault.Code != NoVotes {
		t.Errorf("without votes: %v", err)
	}
	if _, err := Parity(context.Background(), out, ParityOptions{K: 6}); !errors.As(err, &fault) || fault.Code != BadOption {
		t.Errorf("six groups: %v", err)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Parity(cancelled, out, ParityOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestLargeConversations learns axes from samples: with a previous update they
// keep 0.99 to the power of 101 of what they were.
func TestLargeConversations(t *testing.T) {
	v := camps(parityLarge+500, 12, 3)
	m := parityOf(t, v, ParityOptions{Seed: 5})
	if again := parityOf(t, v, ParityOptions{Seed: 5}); !slices.Equal(m.Components[0], again.Components[0]) {
		t.Error("the same seed gives other axes")
	}
	truth := make([]int, v.People())
	for i := range truth {
		truth[i] = i % 2
	}
	if ari := AdjustedRand(m.Group(), truth); ari < 0.8 {
		t.Errorf("ARI %v to the camps", ari)
	}
	strange := slices.Repeat([]float64{1}, v.Statements()-1) // a statement is new
	moved := parityOf(t, v, ParityOptions{Previous: &ParityMap{Components: [2][]float64{strange, strange}, Centre: strange}})
	kept := math.Pow(0.99, 101)
	if got := moved.Components[0][0]; math.Abs(got-kept) > 1-kept {
		t.Errorf("axis %v after all samples, %v of the start kept", got, kept)
	}
	x := newParityMatrix(v)
	if got, want := moved.Centre[0], kept+(1-kept)*x.mean[0]; math.Abs(got-want) > 0.05 {
		t.Errorf("centre %v, want about %v", got, want)
	}
	if sampleSize(10_001) != 100 || sampleSize(100_000) != 856 || sampleSize(1_000_000) != 1500 {
		t.Errorf("samples of %d, %d, %d", sampleSize(10_001), sampleSize(100_000), sampleSize(1_000_000))
	}
}

// TestAxesAgainstDensePCA compares with power iteration on the dense, imputed matrix.
func TestAxesAgainstDensePCA(t *testing.T) {
	v := camps(40, 9, 4)
	x := newParityMatrix(v)
	dense := make([][]float64, v.People())
	for i := range dense {
		dense[i] = make([]float64, v.Statements())
		for j, vote := range v.Row(i) {
			dense[i][j] = -float64(vote) - x.mean[j]
		}
	}
	m := parityOf(t, v, ParityOptions{})
	for axis := range 2 {
		p := slices.Repeat([]float64{1}, v.Statements())
		p[0] = 0.5
		for range 2000 {
			next := make([]float64, len(p))
			for _, row := range dense {
				a := dot(row, p)
				for j := range row {
					next[j] += a * row[j]
				}
			}
			length := math.Sqrt(dot(next, next))
			for j := range next {
				p[j] = next[j] / length
			}
		}
		if c := math.Abs(dot(p, m.Components[axis])); c < 1-1e-9 {
			t.Errorf("axis %d: cosine %v", axis, c)
		}
		for _, row := range dense {
			a := dot(row, p)
			for j := range row {
				row[j] -= a * p[j]
			}
		}
	}
}

func BenchmarkParity(b *testing.B) {
	dir := conformance(b)
	c := readConversation(b, filepath.Join(dir, "american-assembly.bowling-green"))
	for b.Loop() {
		parityOf(b, c.Votes, ParityOptions{})
	}
}

// writeState writes what the server would keep after an update.
func writeState(t testing.TB, folder string, v *Votes, m *ParityMap) {
	t.Helper()
	byID := func(list []float64) map[string]float64 {
		out := map[string]float64{}
		for j, x := range list {
			out[v.StatementID(j)] = x
		}
		return out
	}
	state := map[string]any{
		"n": v.People(), "n-cmts": v.Statements(), "group-aware-consensus": byID(m.GroupAware), "comment-priorities": byID(m.Priorities),
		"mod-out": []int{}, "mod-in": []int{}, "meta-tids": []int{},
	}
	tids, counts, in := []int{}, map[string]int{}, []int{}
	for j := range v.Statements() {
		id, _ := strconv.Atoi(v.StatementID(j))
		tids = append(tids, id)
		if v.Moderation(j).Excluded() {
			state["mod-out"] = append(state["mod-out"].([]int), id)
		}
	}
	for i := range v.People() {
		counts[v.PersonID(i)] = v.CastBy(i)
		if m.InMap[i] {
			in = append(in, i)
		}
	}
	x, y := []float64{}, []float64{}
	for _, at := range m.StatementPositions {
		x, y = append(x, at[0]), append(y, at[1])
	}
	state["tids"], state["user-vote-counts"], state["in-conv"] = tids, counts, in
	state["pca"] = map[string]any{"center": m.Centre, "comps": m.Components, "comment-projection": [][]float64{x, y}, "comment-extremity": m.Extremity}
	ids, members, bx, by := []int{}, [][]int{}, []float64{}, []float64{}
	for _, b := range m.Base {
		ids, members, bx, by = append(ids, b.ID), append(members, b.Members), append(bx, b.Centre[0]), append(by, b.Centre[1])
	}
	state["base-clusters"] = map[string]any{"id": ids, "members": members, "x": bx, "y": by}
	groups, represent := []any{}, map[string]any{}
	for g := range m.Groups {
		group := &m.Groups[g]
		groups = append(groups, map[string]any{"id": group.ID, "members": group.Base, "center": group.Centre})
		list := []any{}
		for _, s := range group.Representative {
			list = append(list, map[string]any{"tid": s.Statement, "repful-for": map[bool]string{true: "agree", false: "disagree"}[s.Agree], "n-success": s.Success,
				"n-trials": s.Trials, "p-success": s.P, "p-test": s.Z, "repness": s.Ratio, "repness-test": float32(s.RatioZ), "best-agree": s.BestAgree})
		}
		represent[strconv.Itoa(group.ID)] = list
	}
	consensus := func(list []ParityConsensus) []any {
		out := []any{}
		for _, s := range list {
			out = append(out, map[string]any{"tid": s.Statement, "n-success": s.Success, "n-trials": s.Trials, "p-success": s.P, "p-test": s.Z})
		}
		return out
	}
	state["group-clusters"], state["repness"] = groups, represent
	state["consensus"] = map[string]any{"agree": consensus(m.Agreed), "disagree": consensus(m.Disagreed)}
	writeJSON(t, folder, "math-pca2.json", state)
	var votes []any
	for i := range v.People() {
		for j, vote := range v.Row(i) {
			votes = append(votes, map[string]any{"pid": i, "tid": j, "vote": -vote, "created": "1700000000000"})
		}
	}
	writeJSON(t, folder, "votes.json", votes)
}

func writeJSON(t testing.TB, folder, name string, value any) {
	t.Helper()
	data, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, folder, name, data)
}

func writeFile(t testing.TB, folder, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestGroupsDoNotHangOnTheFormOfTheFile writes a real conversation in ways that
// other programs would, with the same people and statements in the same order.
func TestGroupsDoNotHangOnTheFormOfTheFile(t *testing.T) {
	dir := filepath.Join(conformance(t), "scoop-hivemind.taxes")
	want := parityOf(t, readConversation(t, dir).Votes, ParityOptions{K: 2}).Group()
	rows := func(name string) [][]string {
		f, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		all, err := csv.NewReader(f).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	for name, form := range map[string]func(row []string) []string{
		"the statements first":  func(row []string) []string { return slices.Concat(row[6:], row[:6]) },
		"no totals, no groups":  func(row []string) []string { return slices.Concat(row[:1], row[6:]) },
		"empty groups, a stray": func(row []string) []string { return slices.Concat(row[:1], []string{"stray"}, row[6:]) },
	} {
		folder := t.TempDir()
		var people, comments bytes.Buffer
		w := csv.NewWriter(&people)
		w.UseCRLF = true
		for _, row := range rows("participants-votes.csv") {
			if err := w.Write(form(row)); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		w = csv.NewWriter(&comments)
		for _, row := range rows("comments.csv") {
			if err := w.Write([]string{row[7], row[6], row[2]}); err != nil {
				t.Fatal(err)
			}
		}
		w.Flush()
		writeFile(t, folder, "participants-votes.csv", people.Bytes())
		writeFile(t, folder, "comments.csv", comments.Bytes())
		c := readConversation(t, folder)
		if got := parityOf(t, c.Votes, ParityOptions{K: 2}).Group(); !slices.Equal(got, want) || len(c.Warnings) > 0 {
			t.Errorf("%s: ARI %v, %v", name, AdjustedRand(got, want), c.Warnings)
		}
	}
}
