package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"

	"github.com/khettara/khettara/pb"
)

const pbCases = "../../pb/testdata"

// runPB runs `khettara pb` with arguments and returns what it printed and the exit code.
func runPB(t *testing.T, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var root struct {
		PB PBCmd `cmd:"" name:"pb"`
	}
	var out, errs bytes.Buffer
	parser, err := kong.New(&root, kong.Writers(&out, &errs), kong.Exit(func(c int) { code = c }))
	if err != nil {
		t.Fatal(err)
	}
	run, err := parser.Parse(append([]string{"pb"}, args...))
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

// pbLines decodes one JSON object per line.
func pbLines[T any](t *testing.T, text string) []T {
	t.Helper()
	var out []T
	for _, line := range strings.Split(strings.TrimSpace(text), "\n") {
		var v T
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&v); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		out = append(out, v)
	}
	return out
}

// TestTallyFolderEqualsReference compares every line with the outcomes that the
// cases of package pb carry.
func TestTallyFolderEqualsReference(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(pbCases, "reference.json"))
	if err != nil {
		t.Fatal(err)
	}
	var ref struct {
		Instances []struct {
			File   string `json:"file"`
			Budget string `json:"budget"`
			Rules  map[string]struct {
				Selected []string `json:"selected"`
				Order    []string `json:"order"`
				Cost     string   `json:"cost"`
			} `json:"rules"`
		} `json:"instances"`
	}
	if err := json.Unmarshal(data, &ref); err != nil {
		t.Fatal(err)
	}
	stdout, _, code := runPB(t, "tally", pbCases, "--rule", "all", "--json")
	if code != exitGood {
		t.Fatalf("exit %d\n%s", code, stdout)
	}
	got := map[[2]string]pbTally{}
	for _, line := range pbLines[pbTally](t, stdout) {
		got[[2]string{line.File, line.Rule}] = line
		if line.Seconds < 0 || !slices.IsSorted(line.Selected) {
			t.Errorf("%+v", line)
		}
	}
	for _, in := range ref.Instances {
		for name, want := range in.Rules {
			line, ok := got[[2]string{in.File, name}]
			if !ok {
				t.Errorf("%s %s is missing", in.File, name)
				continue
			}
			if diff := cmp.Diff(want.Selected, line.Selected); diff != "" || line.Budget != in.Budget || want.Cost != "" && line.Cost != want.Cost || want.Order != nil && !slices.Equal(want.Order, line.Order) {
				t.Errorf("%s %s: %+v, want %+v of %s", in.File, name, line, want, in.Budget)
			}
		}
	}
	if _, wrong := got[[2]string{"ordinal.pb", "mes_cost"}]; wrong {
		t.Error("a rule for approval ballots was run on rankings")
	}
}

// TestSeedAloneIsThePublishedDraw: whoever gives a seed wants the draw.
func TestSeedAloneIsThePublishedDraw(t *testing.T) {
	for _, args := range [][]string{{"--seed", "s"}, {"--seed", "s", "--tie", "published"}} {
		stdout, _, code := runPB(t, append([]string{"explain", filepath.Join(pbCases, "approval.pb")}, args...)...)
		if code != exitGood || !strings.Contains(stdout, `"ties": "published"`) || !strings.Contains(stdout, `"seed": "s"`) {
			t.Errorf("%v: exit %d, %.300s", args, code, stdout)
		}
	}
	stdout, _, _ := runPB(t, "explain", filepath.Join(pbCases, "approval.pb"))
	if !strings.Contains(stdout, `"ties": "id"`) {
		t.Errorf("without a seed: %.300s", stdout)
	}
}

func TestTallyFailuresAreLines(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "broken.pb"), []byte("META\nkey;value\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, _, code := runPB(t, "tally", filepath.Join(dir, "broken.pb"), "--rule", "mes_cost", "--json")
	fail := pbLines[pbFailure](t, stdout)
	if code != exitFault || len(fail) != 1 || fail[0].File != "broken.pb" || fail[0].Rule != "mes_cost" || !strings.Contains(fail[0].Error, "line 2") {
		t.Errorf("exit %d, %+v", code, fail)
	}
	stdout, _, _ = runPB(t, "tally", dir, "--json", "--rule", "all")
	if fail := pbLines[pbFailure](t, stdout); len(fail) != 1 || fail[0].Rule != "all" {
		t.Errorf("a folder by all rules: %+v", fail)
	}
	stdout, _, code = runPB(t, "tally", filepath.Join(pbCases, "ordinal.pb"), "--rule", "mes_cost", "--json")
	if fail := pbLines[pbFailure](t, stdout); code != exitFault || !strings.Contains(fail[0].Error, "ordinal ballots") {
		t.Errorf("exit %d, %+v", code, fail)
	}
}

func TestTallyUsage(t *testing.T) {
	approval := filepath.Join(pbCases, "approval.pb")
	for _, args := range [][]string{
		{"tally", approval, "--rule", "dictator"},
		{"tally", approval, "--seed", "x", "--tie", "id"},
		{"tally", approval, "--tie", "coin"},
		{"explain", filepath.Join(pbCases, "missing.pb")},
		{"explain", approval, "--rule", "all"},
		{"audit", approval, "--rule", "greedy_cost"},
		{"generate", "--culture", "resample"},
		{"generate", "--length", "0"},
	} {
		if _, stderr, code := runPB(t, args...); code != exitUsage || stderr == "" {
			t.Errorf("%v: exit %d, %q", args, code, stderr)
		}
	}
	if _, stderr, code := runPB(t, "tally", filepath.Join(pbCases, "missing.pb")); code != exitFault || !strings.Contains(stderr, "missing.pb") {
		t.Errorf("a missing file: exit %d, %q", code, stderr)
	}
	if _, stderr, code := runPB(t, "tally", t.TempDir()); code != exitFault || !strings.Contains(stderr, "no .pb file") {
		t.Errorf("an empty folder: exit %d, %q", code, stderr)
	}
}

func TestTallyForPeople(t *testing.T) {
	stdout, _, code := runPB(t, "tally", filepath.Join(pbCases, "approval.pb"), "--rule", "greedy_cost")
	if code != exitGood || !strings.Contains(stdout, "6 of 12 projects") || !strings.Contains(stdout, "ملعب القرب بالمحاميد") {
		t.Errorf("exit %d\n%s", code, stdout)
	}
}

func TestTallyWeights(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) string {
		name := filepath.Join(dir, "weights.csv")
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return name
	}
	approval := filepath.Join(pbCases, "approval.pb")
	tally := func(weights string) []string {
		stdout, stderr, code := runPB(t, "tally", approval, "--rule", "greedy_cost", "--json", "--weights", write(weights))
		if code != exitGood {
			t.Fatalf("exit %d: %s%s", code, stdout, stderr)
		}
		return pbLines[pbTally](t, stdout)[0].Order
	}
	// With nearly all weight on one ballot, its projects come first.
	f, err := pbRead(approval, pb.ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	first := f.Profile.Ballots[0]
	order := tally("voter_id,weight\n" + first.Voter + ",1000.5\n2,3/2\n")
	want := slices.Sorted(slices.Values(first.Projects))
	if got := slices.Sorted(slices.Values(order[:len(want)])); !slices.Equal(got, want) {
		t.Errorf("order %v, the heavy ballot has %v", order, want)
	}
	// Who stands in the file twice weighs the same both times.
	twice := filepath.Join(dir, "twice.pb")
	text := "META\nkey;value\nbudget;1\nvote_type;approval\nPROJECTS\nproject_id;cost\na;1\nb;1\nVOTES\nvoter_id;vote\n1;b\n1;b\n2;a\n"
	if err := os.WriteFile(twice, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, _, _ := runPB(t, "tally", twice, "--rule", "greedy_cost", "--json", "--weights", write("1,1/4\n"))
	if got := pbLines[pbTally](t, stdout)[0].Order; !slices.Equal(got, []string{"a"}) {
		t.Errorf("two quarters against one: %v", got)
	}
	for _, bad := range []string{"1,0\n", "1,-2\n", "1,x\n", "1,2\n1,2\n", "nobody,1\n", "1\n"} {
		stdout, _, code := runPB(t, "tally", approval, "--rule", "greedy_cost", "--json", "--weights", write(bad))
		if code != exitFault || len(pbLines[pbFailure](t, stdout)) != 1 {
			t.Errorf("weights %q: exit %d, %s", bad, code, stdout)
		}
	}
}

// TestWhatIfOfOneProject: --lost asks about the projects named and no other.
func TestWhatIfOfOneProject(t *testing.T) {
	approval := filepath.Join(pbCases, "approval.pb")
	explain := func(args ...string) *pb.Outcome {
		stdout, stderr, code := runPB(t, append([]string{"explain", approval, "--rule", "mes_cost"}, args...)...)
		if code != exitGood {
			t.Fatalf("exit %d: %s", code, stderr)
		}
		var report struct {
			Outcome *pb.Outcome `json:"outcome"`
		}
		if err := json.Unmarshal([]byte(stdout), &report); err != nil {
			t.Fatal(err)
		}
		return report.Outcome
	}
	bare := explain()
	i := slices.IndexFunc(bare.Lost, func(l pb.Loss) bool { return l.Reason == pb.MoneyShort })
	id := bare.Lost[i].Project
	for _, l := range explain("--lost", id).Lost {
		if (l.Counterfactual != nil) != (l.Project == id) {
			t.Errorf("asked about %s, project %s has %+v", id, l.Project, l.Counterfactual)
		}
	}
	if _, stderr, code := runPB(t, "explain", approval, "--rule", "mes_cost", "--lost", bare.Selected[0]); code != exitUsage || !strings.Contains(stderr, "did not lose") {
		t.Errorf("a winner: exit %d, %s", code, stderr)
	}
}

func TestExplainAndAccount(t *testing.T) {
	approval := filepath.Join(pbCases, "approval.pb")
	stdout, stderr, code := runPB(t, "explain", approval, "--rule", "mes_cost", "--what-if", "--tie", "published", "--seed", "s")
	if code != exitGood {
		t.Fatalf("exit %d: %s", code, stderr)
	}
	var report struct {
		Hash    string      `json:"hash"`
		Outcome *pb.Outcome `json:"outcome"`
	}
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatal(err)
	}
	o := report.Outcome
	if o.Rule != "mes_cost" || o.Ties != "published" || o.Seed != "s" || len(o.Rounds)+len(o.Lost) != 12 || report.Hash != o.Hash() {
		t.Errorf("outcome %+v", o)
	}
	for _, l := range o.Lost {
		if l.Reason == pb.MoneyShort && l.Counterfactual == nil {
			t.Errorf("%s has no answer to what if", l.Project)
		}
	}
	stdout, _, code = runPB(t, "explain", approval, "--rule", "mes_cost", "--voter", "1")
	var account pb.Account
	if err := json.Unmarshal([]byte(stdout), &account); err != nil || code != exitGood || account.Endowment.String() != "4000/61" {
		t.Errorf("exit %d, %v: %s", code, err, stdout)
	}
	if _, stderr, code := runPB(t, "explain", approval, "--voter", "nobody"); code != exitFault || !strings.Contains(stderr, "nobody") {
		t.Errorf("exit %d, %s", code, stderr)
	}
}

func TestFairnessCompareAudit(t *testing.T) {
	weighted := filepath.Join(pbCases, "weighted.pb")
	stdout, _, code := runPB(t, "fairness", weighted, "--rule", "mes_cost_add1u", "--classes")
	var fair struct {
		Fairness  *pb.Fairness  `json:"fairness"`
		Agreement *pb.Agreement `json:"agreement"`
	}
	if err := json.Unmarshal([]byte(stdout), &fair); err != nil || code != exitGood || len(fair.Fairness.Violations) != 0 || len(fair.Agreement.Alone) != 3 {
		t.Errorf("exit %d, %v: %s", code, err, stdout)
	}
	stdout, _, code = runPB(t, "compare", weighted, "--rules", "greedy_cost,mes_cost,mes_borda")
	var compared struct {
		Rules   []pbCompared `json:"rules"`
		Overlap [][]pb.Ratio `json:"overlap"`
		InAll   []string     `json:"in_all"`
	}
	if err := json.Unmarshal([]byte(stdout), &compared); err != nil || code != exitGood || len(compared.Rules) != 2 || compared.Overlap[1][1].String() != "1" {
		t.Errorf("exit %d, %v: %s", code, err, stdout)
	}
	stdout, stderr, code := runPB(t, "audit", filepath.Join(pbCases, "approval.pb"), "--draw", "24 November")
	var audit struct {
		Ballots, Sample int64
		Draw            []int64
	}
	if err := json.Unmarshal([]byte(stdout), &audit); err != nil || code != exitGood || audit.Ballots != 61 || int(audit.Sample) != len(audit.Draw) || audit.Sample < 1 {
		t.Errorf("exit %d, %v: %s%s", code, err, stdout, stderr)
	}
}

func TestCheckConvertGenerate(t *testing.T) {
	dir := t.TempDir()
	made := filepath.Join(dir, "made.pb")
	for _, culture := range []string{"euclidean", "district"} {
		if _, stderr, code := runPB(t, "generate", "--culture", culture, "--voters", "50", "--projects", "8", "--out", made); code != exitGood {
			t.Fatalf("exit %d: %s", code, stderr)
		}
		if stdout, _, code := runPB(t, "check", made); code != exitGood || stdout != "" {
			t.Errorf("a made-up file has faults: exit %d, %s", code, stdout)
		}
	}
	again, _, code := runPB(t, "generate", "--culture", "resample", "--from", made, "--voters", "30")
	if code != exitGood || !strings.Contains(again, "num_votes;30") {
		t.Errorf("exit %d\n%s", code, again)
	}

	text, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	broken := filepath.Join(dir, "broken.pb")
	if err := os.WriteFile(broken, []byte(strings.Replace(string(text), "num_projects;8", "num_projects;9", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	stdout, _, code := runPB(t, "check", dir)
	if f := pbLines[pbFault](t, stdout); code != exitFault || len(f) != 1 || f[0].Code != pb.CountDiffers || f[0].File != "broken.pb" || f[0].Line < 3 || f[0].Column < 2 {
		t.Errorf("exit %d, %+v", code, f)
	}

	stdout, _, code = runPB(t, "convert", made, broken)
	merged, err := pb.ReadPabulib(strings.NewReader(stdout), pb.ReadOptions{Strict: true})
	if err != nil || code != exitGood || len(merged.Instance.Projects) != 16 || merged.Profile.Voters() != 100 || merged.Profile.Ballots[0].Place != "made" {
		t.Errorf("exit %d, %v\n%.400s", code, err, stdout)
	}
	stdout, _, code = runPB(t, "convert", made, "--to", "json")
	var both struct {
		Instance *pb.Instance `json:"instance"`
		Profile  *pb.Profile  `json:"profile"`
	}
	if err := json.Unmarshal([]byte(stdout), &both); err != nil || code != exitGood || both.Profile.Voters() != 50 || both.Instance.Budget == 0 {
		t.Errorf("exit %d, %v", code, err)
	}
}
