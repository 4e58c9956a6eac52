package pb

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const plainFile = `META
key;value
description;A small vote
country;Morocco
unit;Marrakech
instance;2026
num_projects;2
num_votes;3
budget;1000
vote_type;approval
rule;equalshares
PROJECTS
project_id;cost;name
w;400;Well
r;600;Road
VOTES
voter_id;vote
1;w,r
2;w
3;
`

func read(t *testing.T, text string, opts ReadOptions) (*PabulibFile, error) {
	t.Helper()
	return ReadPabulib(strings.NewReader(text), opts)
}

func TestReadPlainFile(t *testing.T) {
	f, err := read(t, plainFile, ReadOptions{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	if f.Instance.Budget != 1000 || f.Instance.Get("unit") != "Marrakech" || f.Profile.Kind != Approval {
		t.Errorf("instance %+v", f.Instance)
	}
	want := []Ballot{{Voter: "1", Projects: []string{"w", "r"}}, {Voter: "2", Projects: []string{"w"}}, {Voter: "3"}}
	if diff := cmp.Diff(want, f.Profile.Ballots); diff != "" {
		t.Error(diff)
	}
}

// TestQuirksOfRealFiles: all of these say the same as the plain file.
func TestQuirksOfRealFiles(t *testing.T) {
	want, err := read(t, plainFile, ReadOptions{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(string) string{
		"no heading in META": func(s string) string { return strings.Replace(s, "key;value\n", "", 1) },
		"byte order mark":    func(s string) string { return "\uFEFF" + s },
		"CRLF":               func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"no last line end":   func(s string) string { return strings.TrimSuffix(s, "\n") },
		"blanks around":      func(s string) string { return strings.ReplaceAll(strings.ReplaceAll(s, ";", " ; "), ",", " , ") },
		"CR":                 func(s string) string { return strings.ReplaceAll(s, "\n", "\r") },
		"rows of semicolons": func(s string) string { return strings.ReplaceAll(s, "PROJECTS\n", ";;\n;;\nPROJECTS\n") },
		"blank lines":        func(s string) string { return strings.ReplaceAll(s, "PROJECTS", "\n  \nPROJECTS") },
		"None":               func(s string) string { return strings.Replace(s, "3;\n", "3;None\n", 1) },
		"quotes":             func(s string) string { return strings.Replace(s, "1;w,r", `"1";"w,r"`, 1) },
		"titles in lower case with semicolons": func(s string) string {
			return strings.NewReplacer("META", "Meta;", "PROJECTS", "projects;;", "VOTES", "votes;").Replace(s)
		},
		"spaces between thousands": func(s string) string { return strings.Replace(s, "budget;1000", "budget;1 000", 1) },
		"scientific notation":      func(s string) string { return strings.Replace(s, "budget;1000", "budget;1e+03", 1) },
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, change(plainFile), ReadOptions{Strict: true})
			if err != nil {
				t.Fatal(err)
			}
			ignore := cmpopts.IgnoreFields(Instance{}, "Meta")
			if diff := cmp.Diff(want, got, ignore, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadOtherColumnsAndOrder(t *testing.T) {
	text := strings.NewReplacer(
		"project_id;cost;name\nw;400;Well\nr;600;Road", "cost;votes;project_id;category;target;latitude;name\n400,50;2;w;water, health;;31.63;\"Well; \"\"deep\"\"\nand old\"\n600;1;r;None;;;",
		"voter_id;vote\n1;w,r\n2;w\n3;\n", "age;vote;sex;voter_id;district\n33;w,r;F;1;Annakhil\n;w;None;2\n17;;;3;Menara\n",
		"budget;1000", "budget;102533.36",
	).Replace(plainFile)
	f, err := read(t, text, ReadOptions{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	if f.Instance.Decimals != 2 || f.Instance.Budget != 10253336 {
		t.Errorf("budget %d with %d decimals", f.Instance.Budget, f.Instance.Decimals)
	}
	want := Project{ID: "w", Cost: 40050, Name: "Well; \"deep\"\nand old", Categories: []string{"water", "health"}, Latitude: "31.63", Extra: map[string]string{"votes": "2"}}
	if diff := cmp.Diff(want, f.Instance.Projects[0]); diff != "" {
		t.Error(diff)
	}
	if b := f.Profile.Ballots[0]; b.Place != "Annakhil" || cmp.Diff([]string{"33", "F", "Annakhil"}, b.Extra) != "" {
		t.Errorf("first ballot %+v", b)
	}
}

func TestReadPoints(t *testing.T) {
	text := strings.NewReplacer("vote_type;approval", "vote_type;cumulative", "voter_id;vote\n1;w,r\n2;w\n3;\n", "voter_id;vote;points\n1;w,r;3,2.5\n2;w;1.25\n3;;\n").Replace(plainFile)
	f, err := read(t, text, ReadOptions{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	if f.Profile.PointDecimals != 2 || cmp.Diff([]int64{300, 250}, f.Profile.Ballots[0].Points) != "" || f.Profile.Ballots[1].Points[0] != 125 {
		t.Errorf("%d decimals, ballots %+v", f.Profile.PointDecimals, f.Profile.Ballots)
	}
}

// TestRepairedQuirks: with a warning, all of these say the same as the plain file.
func TestRepairedQuirks(t *testing.T) {
	want, err := read(t, plainFile, ReadOptions{Strict: true})
	if err != nil {
		t.Fatal(err)
	}
	begin, end := strings.Index(plainFile, "PROJECTS"), strings.Index(plainFile, "VOTES")
	for name, tc := range map[string]struct {
		text string
		code FaultCode
	}{
		"PROJECTS before META": {plainFile[begin:end] + plainFile[:begin] + plainFile[end:], MissingSection},
		"no title META":        {strings.Replace(plainFile, "META\n", "", 1), MissingSection},
		"no title, no heading": {strings.Replace(plainFile, "META\nkey;value\n", "", 1), MissingSection},
		"semicolons in a list": {strings.Replace(plainFile, "1;w,r", `1;"w;r"`, 1), BadList},
		"budget twice":         {strings.Replace(plainFile, "budget;1000", "budget;77\nbudget;1000", 1), RepeatedField},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := read(t, tc.text, ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Warnings) != 1 || got.Warnings[0].Code != tc.code {
				t.Errorf("warnings %v", got.Warnings)
			}
			got.Warnings = nil
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestNoiseOfFloatingPoint: amounts are cut off where no unit is fine enough, and
// more decimals than the largest amount leaves room for are told.
func TestNoiseOfFloatingPoint(t *testing.T) {
	for budget, want := range map[string]string{
		"102533.35999999999": "102533.359999999", "5000000.333333333": "5000000.33333333", "102533.36000000001": "102533.36",
	} {
		text := strings.Replace(plainFile, "budget;1000", "budget;"+budget, 1)
		if _, err := read(t, text, ReadOptions{Strict: true}); err == nil {
			t.Errorf("%s is strict", budget)
		}
		f, err := read(t, text, ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := FormatAmount(f.Instance.Budget, f.Instance.Decimals); got != want || len(f.Warnings) != 1 || f.Warnings[0].Line != 9 {
			t.Errorf("%s is read as %s, %v", budget, got, f.Warnings)
		}
	}
}

// TestFaults: each fault is told with its line, its column, and what was wanted.
func TestFaults(t *testing.T) {
	replace := func(old, new string) string { return strings.Replace(plainFile, old, new, 1) }
	for _, tc := range []struct {
		name, text   string
		code         FaultCode
		line, column int
		fatal        bool // refused in lenient mode too
	}{
		{"empty file", "", MissingSection, 1, 1, true},
		{"no votes", plainFile[:strings.Index(plainFile, "VOTES")], MissingSection, 15, 1, true},
		{"sections in another order", replace("PROJECTS\n", "VOTES\n"), MissingSection, 12, 1, true},
		{"text before the first section", "hello\n" + plainFile, StrayLine, 1, 1, false},
		{"no budget", replace("budget;1000\n", ""), BadAmount, 15, 1, true},
		{"budget in words", replace("budget;1000", "budget;much"), BadAmount, 9, 8, true},
		{"negative budget", replace("budget;1000", "budget;-5"), BadAmount, 9, 8, true},
		{"cost in words", replace("r;600", "r;cheap"), BadAmount, 15, 3, false},
		{"no cost", replace("r;600", "r;"), BadAmount, 15, 3, false},
		{"huge cost", replace("r;600", "r;60000000000000000"), BadAmount, 15, 3, true},
		{"project twice", replace("r;600", "w;600"), DuplicateProject, 15, 1, false},
		{"project without id", replace("r;600", ";600"), MissingID, 15, 1, false},
		{"unknown project", replace("2;w", "2;x"), UnknownProject, 19, 3, false},
		{"choice twice", replace("1;w,r", "1;w,w"), RepeatedChoice, 18, 3, false},
		{"voter twice", replace("2;w", "1;w"), DuplicateVoter, 19, 1, false},
		{"unknown vote type", replace("approval", "delegation"), UnknownVoteType, 10, 11, true},
		{"no vote column", replace("voter_id;vote", "voter_id;choice"), MissingColumn, 17, 1, true},
		{"no cost column", replace("project_id;cost;name", "project_id;price;name"), MissingColumn, 13, 1, true},
		{"fewer votes than stated", replace("3;\n", ""), CountDiffers, 8, 11, false},
		{"fewer projects than stated", replace("num_projects;2", "num_projects;3"), CountDiffers, 7, 14, false},
		{"required key missing", replace("country;Morocco\n", ""), MissingField, 15, 1, false},
		{"key twice", replace("unit;Marrakech", "country;France"), RepeatedField, 5, 1, false},
		{"too many cells", replace("2;w\n", "2;w;x\n"), TooManyCells, 19, 5, false},
		{"ballot too long", replace("rule;equalshares", "rule;x\nmax_length;1"), BreaksLimit, 19, 3, false},
		{"open quote", replace("2;w", `2;"w`), OpenQuote, 19, 3, true},
		{"no UTF-8", replace("Well", "W\xe9ll"), NotText, 14, 8, false},
		{"NUL", replace("Well", "W\x00ll"), NotText, 14, 8, false},
		{"endless line", replace("2;w", "2;"+strings.Repeat("w,", 1<<20)), LineTooLong, 19, 1, true},
		{"cut in the middle", plainFile[:strings.Index(plainFile, "2;w")], CountDiffers, 8, 11, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := read(t, tc.text, ReadOptions{Strict: true})
			var faults Faults
			if !errors.As(err, &faults) {
				t.Fatalf("strict reading gives %v", err)
			}
			found := false
			for _, f := range faults {
				found = found || f.Code == tc.code && f.Line == tc.line && f.Column == tc.column && f.Want != ""
			}
			if !found {
				t.Errorf("want %s at %d:%d, got %v", tc.code, tc.line, tc.column, errors.Join(faults.Unwrap()...))
			}
			f, err := read(t, tc.text, ReadOptions{})
			if (err != nil) != tc.fatal {
				t.Errorf("lenient reading gives %v", err)
			}
			if err == nil && len(f.Warnings) == 0 {
				t.Error("lenient reading says nothing")
			}
		})
	}
}

func TestLastPointsForAProjectCount(t *testing.T) {
	text := strings.NewReplacer("vote_type;approval", "vote_type;scoring", "voter_id;vote\n1;w,r\n2;w\n3;\n",
		"voter_id;vote;points\n1;w,r,w;1,2,3.5\n2;w;0.3333333\n3;;\n").Replace(plainFile)
	f, err := read(t, text, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Ballot{{Voter: "1", Projects: []string{"w", "r"}, Points: []int64{3_500_000, 2_000_000}}, {Voter: "2", Projects: []string{"w"}, Points: []int64{333_333}}, {Voter: "3"}}
	if diff := cmp.Diff(want, f.Profile.Ballots); diff != "" || len(f.Warnings) != 2 {
		t.Errorf("%s %v", diff, f.Warnings)
	}
}

func TestNegativePoints(t *testing.T) {
	text := strings.NewReplacer("vote_type;approval", "vote_type;scoring", "voter_id;vote\n1;w,r\n2;w\n3;\n", "voter_id;vote;points\n1;w,r;3,-2\n2;w;1\n3;;\n").Replace(plainFile)
	var f *Fault
	if _, err := read(t, text, ReadOptions{Strict: true}); !errors.As(err, &f) || f.Code != BadPoints || f.Line != 18 || f.Column != 7 {
		t.Errorf("negative points: %v", err)
	}
	text = strings.Replace(text, "rule;equalshares", "min_points;-3", 1)
	if _, err := read(t, text, ReadOptions{Strict: true}); !errors.As(err, &f) || f.Code != MissingField {
		t.Errorf("allowed negative points: %v", err)
	}
}

func TestRepairsOfLenientReading(t *testing.T) {
	text := strings.NewReplacer("1;w,r", "1;w,x,w,r", "2;w", "1;r").Replace(plainFile)
	f, err := read(t, text, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []Ballot{{Voter: "1", Projects: []string{"w", "r"}}, {Voter: "1", Projects: []string{"r"}}, {Voter: "3"}}
	if diff := cmp.Diff(want, f.Profile.Ballots); diff != "" {
		t.Error(diff)
	}
	if len(f.Warnings) != 3 {
		t.Errorf("warnings %v", f.Warnings)
	}
}

// roundTrip writes and reads again.
func roundTrip(t *testing.T, f *PabulibFile, opts ReadOptions) (*PabulibFile, []byte) {
	t.Helper()
	var buf bytes.Buffer
	if err := WritePabulib(&buf, f.Instance, f.Profile); err != nil {
		t.Fatal(err)
	}
	again, err := ReadPabulib(bytes.NewReader(buf.Bytes()), opts)
	if err != nil {
		t.Fatalf("%v in\n%.2000s", err, buf.String())
	}
	return again, buf.Bytes()
}

func TestRoundTripKeepsEverything(t *testing.T) {
	files, err := filepath.Glob("testdata/*.pb")
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	for _, name := range files {
		first := readFile(t, name)
		second, bytes1 := roundTrip(t, first, ReadOptions{})
		sameElection(t, name, first, second)
		if _, bytes2 := roundTrip(t, second, ReadOptions{}); !bytes.Equal(bytes1, bytes2) {
			t.Errorf("%s: written twice, the bytes differ", name)
		}
	}
}

func TestRoundTripOfRealElections(t *testing.T) {
	dir, instances := conformance(t)
	for _, in := range instances {
		first := readFile(t, filepath.Join(dir, in.File))
		second, _ := roundTrip(t, first, ReadOptions{})
		sameElection(t, in.File, first, second)
	}
}

func sameElection(t *testing.T, name string, a, b *PabulibFile) {
	t.Helper()
	// What META states about counts is set right in writing.
	counts := cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Instance.Meta" }, cmp.Comparer(func(a, b []Field) bool { return len(a) <= len(b) }))
	warnings := cmpopts.IgnoreFields(PabulibFile{}, "Warnings")
	if diff := cmp.Diff(a, b, counts, warnings, cmpopts.EquateEmpty(), cmp.Comparer(func(a, b *big.Rat) bool { return a == b || a != nil && b != nil && a.Cmp(b) == 0 })); diff != "" {
		t.Errorf("%s (-read +written and read)\n%s", name, diff)
	}
}

func TestMergeCountsEqualBallots(t *testing.T) {
	f, err := read(t, strings.NewReplacer("3;\n", "3;w\n4;\n5;r,w\n", "num_votes;3", "num_votes;5").Replace(plainFile), ReadOptions{Strict: true, Merge: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []Ballot{{Projects: []string{"w", "r"}, Count: 1}, {Projects: []string{"w"}, Count: 2}, {Count: 1}, {Projects: []string{"r", "w"}, Count: 1}}
	if diff := cmp.Diff(want, f.Profile.Ballots, cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestReaderPassesOnErrorsOfTheDisk(t *testing.T) {
	broken := errors.New("disk gone")
	_, err := ReadPabulib(io.MultiReader(strings.NewReader(plainFile[:100]), iotest.ErrReader(broken)), ReadOptions{})
	if !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
	f, err := read(t, plainFile, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if err := WritePabulib(brokenWriter{broken}, f.Instance, f.Profile); !errors.Is(err, broken) {
		t.Errorf("writing: %v", err)
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestAmounts(t *testing.T) {
	for s, want := range map[string]string{
		"1250": "1250", "102533.36": "102533.36", "102533,36": "102533.36", "1 250 000": "1250000", "1 250": "1250",
		"1,250,000": "1250000", "1.250.000,50": "1250000.5", "1,250.5": "1250.5", "0": "0", "0.00": "0", "-3": "-3", ".5": "0.5",
		"1'000": "1000", "007": "7", "1e5": "100000", "1.25E+06": "1250000", "125e-2": "1.25", "5e-1": "0.5", "1.0000000001": "1.0000000001",
	} {
		d, ok := parseDecimal(s)
		if !ok {
			t.Errorf("%q is refused", s)
		} else if got := FormatAmount(d.digits, d.decimals); got != want {
			t.Errorf("%q is read as %s, want %s", s, got, want)
		}
	}
	for _, s := range []string{"", "-", ".", ",", "1e", "e5", "1e99", "1e5.5", "1e0x1", "1.2.3", "1,25,000", "12 34", "0x10", "1/2", "NaN", "1.0000000000000000001", "9999999999999999999", "+5", "1 2345", "' "} {
		if d, ok := parseDecimal(s); ok {
			t.Errorf("%q is read as %s", s, FormatAmount(d.digits, d.decimals))
		}
	}
}

// FuzzReadPabulib: whatever the bytes, reading ends without panic, and what was
// read can be written and read again to the same election.
func FuzzReadPabulib(f *testing.F) {
	f.Add([]byte(plainFile))
	files, err := filepath.Glob("testdata/*.pb")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := ReadPabulib(bytes.NewReader(data), ReadOptions{})
		if err != nil {
			var faults Faults
			if !errors.As(err, &faults) || faults[0].Want == "" {
				t.Fatalf("an error that tells nothing: %v", err)
			}
			return
		}
		var buf bytes.Buffer
		if err := WritePabulib(&buf, file.Instance, file.Profile); err != nil {
			t.Fatal(err)
		}
		again, err := ReadPabulib(&buf, ReadOptions{})
		if err != nil {
			t.Fatalf("what was written is refused: %v", err)
		}
		if a, b := fmt.Sprintf("%+v", outlined(file)), fmt.Sprintf("%+v", outlined(again)); a != b {
			t.Fatalf("read     %s\nread back %s", a, b)
		}
	})
}

// outlined is what must survive writing: money, projects and ballots.
func outlined(f *PabulibFile) any {
	type ballot struct {
		voter    string
		projects []string
		points   []int64
		weight   string
	}
	var out []any
	out = append(out, f.Instance.Budget, f.Instance.Decimals, f.Profile.Kind)
	for _, p := range f.Instance.Projects {
		out = append(out, p.ID, p.Cost, p.Name)
	}
	for i := range f.Profile.Ballots {
		b := &f.Profile.Ballots[i]
		out = append(out, ballot{b.Voter, b.Projects, b.Points, b.cell("ballot_weight")})
	}
	return out
}
