package app

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/khettara/khettara/pb"
)

// PBCmd counts participatory-budgeting votes kept as Pabulib files. Nothing of
// it needs a database: files in, JSON out.
type PBCmd struct {
	Tally    pbTallyCmd    `cmd:"" help:"Count a vote, or all votes of a folder."`
	Explain  pbExplainCmd  `cmd:"" help:"Print the record of a count: rounds, payments, why each lost project lost."`
	Fairness pbFairnessCmd `cmd:"" help:"Measure how fairly an outcome treats the voters."`
	Check    pbCheckCmd    `cmd:"" help:"List every fault of a file with its line and column."`
	Convert  pbConvertCmd  `cmd:"" help:"Write files anew: as Pabulib or JSON, several merged into one election."`
	Compare  pbCompareCmd  `cmd:"" help:"Compare what several rules select."`
	Generate pbGenerateCmd `cmd:"" help:"Make up an election, the same for the same seed."`
	Audit    pbAuditCmd    `cmd:"" help:"Tell how many paper ballots to draw to confirm an outcome, and which."`
}

// pbCount are the flags of every command that counts.
type pbCount struct {
	Weights     string `help:"CSV of voter_id,weight; a weight is a decimal or p/q. Who is missing weighs 1." type:"existingfile" placeholder:"FILE"`
	Tie         string `help:"How ties are broken: id is the smallest project id; published is more supporters, lower cost, then the public draw; draw is the draw alone. Without it id, or with --seed published." enum:",id,published,draw" default:"" placeholder:"id|published|draw"`
	Seed        string `help:"Text of the public draw." placeholder:"TEXT"`
	Parts       int64  `help:"Let completions raise the endowment by budget/(N·voters) instead of one currency unit; a charter says 1000." placeholder:"N"`
	MaxRestarts int    `help:"Largest number of restarts of a completion; a charter says 20000." placeholder:"N"`
	Strict      bool   `help:"Refuse files with any fault."`
}

func (c *pbCount) options() (pb.Options, error) {
	opts := pb.Options{Parts: c.Parts, MaxRestarts: c.MaxRestarts, Ties: pb.TieByID()}
	switch {
	case c.Tie == "published", c.Tie == "" && c.Seed != "":
		opts.Ties = pb.TiePublished(c.Seed)
	case c.Tie == "draw":
		opts.Ties = pb.TieDraw(c.Seed)
	case c.Seed != "":
		return opts, errors.New("--seed decides nothing with --tie id; leave --tie out, or give published or draw")
	}
	return opts, nil
}

// pbLarge is the size of file, in bytes, above which equal ballots are kept as
// one, where single voters do not matter.
const pbLarge = 64 << 20

// read reads an election and gives its ballots their weights. What was repaired
// is told on the second stream.
func (c *pbCount) read(name string, s *streams, singly bool) (*pb.PabulibFile, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	f, err := pbRead(name, pb.ReadOptions{Strict: c.Strict, Merge: !singly && c.Weights == "" && info.Size() > pbLarge})
	if err != nil {
		return nil, err
	}
	for _, w := range f.Warnings {
		fmt.Fprintf(s.err, "%s: %v\n", filepath.Base(name), w)
	}
	if c.Weights == "" {
		return f, nil
	}
	weights, err := pbReadWeights(c.Weights)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	for i := range f.Profile.Ballots {
		b := &f.Profile.Ballots[i]
		if w, ok := weights[b.Voter]; ok {
			b.Weight, found[b.Voter] = w, true
		}
	}
	for _, voter := range slices.Sorted(maps.Keys(weights)) {
		if found[voter] {
			continue
		}
		return nil, fmt.Errorf("%s: voter %q is not in %s", c.Weights, voter, filepath.Base(name))
	}
	return f, nil
}

func pbRead(name string, opts pb.ReadOptions) (*pb.PabulibFile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return pb.ReadPabulib(f, opts)
}

// pbReadWeights reads voter_id,weight with or without a heading.
func pbReadWeights(name string) (map[string]*big.Rat, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord = 2
	out := map[string]*big.Rat{}
	for first := true; ; first = false {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		line, _ := r.FieldPos(1)
		voter := strings.TrimSpace(strings.TrimPrefix(row[0], "\uFEFF"))
		if first && strings.EqualFold(voter, "voter_id") {
			continue
		}
		w, ok := pb.ParseWeight(strings.TrimSpace(row[1]))
		if _, twice := out[voter]; !ok || twice {
			return nil, fmt.Errorf("%s: line %d: got %q for %q, want one positive weight per voter, a decimal or p/q", name, line, row[1], voter)
		}
		out[voter] = w
	}
}

// pbRules finds rules by name, all that apply for "all".
func pbRules(names []string) ([]pb.Rule, error) {
	var out []pb.Rule
	for _, name := range names {
		if name == "all" {
			return pb.Rules(), nil
		}
		rule, ok := pb.RuleByName(name)
		if !ok {
			return nil, fmt.Errorf("no rule %q; there are: all %s", name, pbRuleNames())
		}
		out = append(out, rule)
	}
	return out, nil
}

func pbRuleNames() string {
	var names []string
	for _, r := range pb.Rules() {
		names = append(names, r.Name)
	}
	return strings.Join(names, " ")
}

// pbUsage is a mistake in the flags: exit code 2.
func pbUsage(s *streams, err error) error {
	fmt.Fprintln(s.err, "khettara pb:", err)
	return exitError(exitUsage)
}

type pbTallyCmd struct {
	pbCount
	Path string   `arg:"" name:"file" help:"A .pb file, or a folder of them." type:"path"`
	Rule []string `help:"Rules by name, as in mes_cost_add1u, or all." default:"mes_cost_add1u"`
	JSON bool     `name:"json" help:"Print one line of JSON per file and rule."`
}

// pbTally is one line of pb tally.
type pbTally struct {
	File     string   `json:"file"`
	Rule     string   `json:"rule"`
	Selected []string `json:"selected"`
	Order    []string `json:"order"`
	Cost     string   `json:"cost"` // as the file writes amounts
	Budget   string   `json:"budget"`
	Seconds  float64  `json:"seconds"` // of the count, without reading the file
}

type pbFailure struct {
	File  string `json:"file"`
	Rule  string `json:"rule"`
	Error string `json:"error"`
}

// Run counts every file by every rule that applies to its ballots.
func (c *pbTallyCmd) Run(ctx context.Context, s *streams) error {
	opts, err := c.options()
	if err != nil {
		return pbUsage(s, err)
	}
	rules, err := pbRules(c.Rule)
	if err != nil {
		return pbUsage(s, err)
	}
	names, err := pbFiles(c.Path)
	if err != nil {
		return err
	}
	opts.Brief = true
	t := &pbTallier{rules: rules, opts: opts, cmd: c, streams: s}
	t.one = len(names) == 1 && len(rules) == 1
	for _, name := range names {
		if err := t.file(ctx, name); err != nil {
			return err
		}
	}
	if t.failed {
		return exitError(exitFault)
	}
	return nil
}

// pbFiles lists a file, or the .pb files of a folder in the order of their names.
func pbFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	names, err := filepath.Glob(filepath.Join(pbEscapeGlob(path), "*.pb"))
	if err == nil && len(names) == 0 {
		err = fmt.Errorf("%s: no .pb file in this folder", path)
	}
	return names, err
}

func pbEscapeGlob(path string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`).Replace(path)
}

type pbTallier struct {
	*streams
	cmd    *pbTallyCmd
	rules  []pb.Rule
	opts   pb.Options
	one    bool // a single count was asked for: a rule that does not apply is a failure
	failed bool
}

func (t *pbTallier) file(ctx context.Context, name string) error {
	base := filepath.Base(name)
	f, err := t.cmd.read(name, t.streams, false)
	if err != nil {
		return t.fail(base, strings.Join(t.cmd.Rule, ","), err)
	}
	for _, rule := range t.rules {
		if !t.one && !rule.Applies(f.Profile.Kind) {
			continue
		}
		begun := time.Now()
		out, err := rule.Run(ctx, f.Instance, f.Profile, t.opts)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err == nil {
			err = t.print(base, f.Instance, out, time.Since(begun))
		} else {
			err = t.fail(base, rule.Name, err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *pbTallier) fail(file, rule string, err error) error {
	t.failed = true
	if t.cmd.JSON {
		return writeLine(t.out, pbFailure{file, rule, err.Error()})
	}
	_, err = fmt.Fprintf(t.out, "%s %s: %v\n", file, rule, err)
	return err
}

func (t *pbTallier) print(file string, inst *pb.Instance, out *pb.Outcome, took time.Duration) error {
	line := pbTally{
		File: file, Rule: out.Rule, Selected: out.Selected, Order: out.Order(),
		Cost: pb.FormatAmount(out.Cost, inst.Decimals), Budget: pb.FormatAmount(out.Budget, inst.Decimals),
		Seconds: math.Round(took.Seconds()*1e6) / 1e6,
	}
	if t.cmd.JSON {
		return writeLine(t.out, line)
	}
	w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%s\t%s\t%d of %d projects\t%s of %s\t%.3f s\n", file, out.Rule, len(line.Order), len(inst.Projects), line.Cost, line.Budget, line.Seconds)
	for i, r := range out.Rounds {
		fmt.Fprintf(w, "  %d.\t%s\t%s\t%d votes\t%s\n", i+1, r.Project, pb.FormatAmount(r.Cost, inst.Decimals), r.Votes, pbProjectName(inst, r.Project))
	}
	return w.Flush()
}

func pbProjectName(inst *pb.Instance, id string) string {
	i := slices.IndexFunc(inst.Projects, func(p pb.Project) bool { return p.ID == id })
	return inst.Projects[i].Name
}

// writeLine writes a value as one line of JSON.
func writeLine(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
