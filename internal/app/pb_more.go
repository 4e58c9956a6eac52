package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/khettara/khettara/pb"
)

// pbOne are the flags of commands about one count.
type pbOne struct {
	pbCount
	File string `arg:"" help:"A .pb file." type:"existingfile"`
	Rule string `help:"Rule by name, as in mes_cost_add1u." default:"mes_cost_add1u"`
}

// count reads and counts; the error has been told if it is an exitError. Singly
// keeps every voter.
func (c *pbOne) count(ctx context.Context, s *streams, singly bool) (*pb.PabulibFile, *pb.Outcome, pb.Options, error) {
	opts, err := c.options()
	if err != nil {
		return nil, nil, opts, pbUsage(s, err)
	}
	rules, err := pbRules([]string{c.Rule})
	if err != nil || len(rules) != 1 {
		return nil, nil, opts, pbUsage(s, errors.Join(err, fmt.Errorf("--rule takes one rule here")))
	}
	f, err := c.read(c.File, s, singly)
	if err != nil {
		return nil, nil, opts, err
	}
	out, err := rules[0].Run(ctx, f.Instance, f.Profile, opts)
	opts.Utility, opts.Completion = rules[0].Options()
	return f, out, opts, err
}

type pbExplainCmd struct {
	pbOne
	Voter  string   `help:"Print the account of one voter instead: her share, what she paid, what is left. Private." placeholder:"ID"`
	WhatIf bool     `name:"what-if" help:"Compute by reruns how many more supporters each lost project needed, and whether it wins without its strongest rival (Equal Shares). It takes dozens of counts for each."`
	Lost   []string `help:"Lost projects that --what-if asks about; all without it." placeholder:"ID"`
}

// Run prints the record of a count, or one voter's account.
func (c *pbExplainCmd) Run(ctx context.Context, s *streams) error {
	f, out, opts, err := c.count(ctx, s, c.Voter != "")
	if err != nil {
		return err
	}
	if c.Voter != "" {
		i := slices.IndexFunc(f.Profile.Ballots, func(b pb.Ballot) bool { return b.Voter == c.Voter })
		if i < 0 {
			return fmt.Errorf("no voter %q in %s", c.Voter, filepath.Base(c.File))
		}
		return pbWriteJSON(s.out, pb.AccountOf(f.Profile, opts.Utility, out, &f.Profile.Ballots[i]))
	}
	if c.WhatIf || len(c.Lost) > 0 {
		if err := c.whatIf(ctx, s, f, opts, out); err != nil {
			return err
		}
	}
	return pbWriteJSON(s.out, struct {
		File     string      `json:"file"`
		Decimals int         `json:"decimals"` // of the smallest unit, in which all money below is
		Hash     string      `json:"hash"`
		Outcome  *pb.Outcome `json:"outcome"`
	}{filepath.Base(c.File), f.Instance.Decimals, out.Hash(), out})
}

// whatIf fills in what would have made lost projects win.
func (c *pbExplainCmd) whatIf(ctx context.Context, s *streams, f *pb.PabulibFile, opts pb.Options, out *pb.Outcome) error {
	if !strings.HasPrefix(out.Rule, "mes_") {
		return pbUsage(s, errors.New("--what-if asks for a rule of Equal Shares (mes_…)"))
	}
	for _, id := range c.Lost {
		if !slices.ContainsFunc(out.Lost, func(l pb.Loss) bool { return l.Project == id }) {
			return pbUsage(s, fmt.Errorf("project %q did not lose", id))
		}
	}
	for i := range out.Lost {
		l := &out.Lost[i]
		if len(c.Lost) > 0 && !slices.Contains(c.Lost, l.Project) || l.Reason == pb.NoSupporter || l.Reason == pb.DearerThanBudget {
			continue
		}
		var err error
		if l.Counterfactual, err = pb.WhatIf(ctx, f.Instance, f.Profile, opts, out, l.Project); err != nil {
			return err
		}
	}
	return nil
}

type pbFairnessCmd struct {
	pbOne
	Classes bool `help:"Also compare what each class of voters (college) would have chosen alone."`
}

// Run prints the measures of a count.
func (c *pbFairnessCmd) Run(ctx context.Context, s *streams) error {
	f, out, opts, err := c.count(ctx, s, false)
	if err != nil {
		return err
	}
	var report struct {
		File      string        `json:"file"`
		Rule      string        `json:"rule"`
		Selected  []string      `json:"selected"`
		Fairness  *pb.Fairness  `json:"fairness"`
		Agreement *pb.Agreement `json:"agreement,omitempty"`
	}
	report.File, report.Rule, report.Selected = filepath.Base(c.File), out.Rule, out.Selected
	if report.Fairness, err = pb.MeasureFairness(f.Instance, f.Profile, out, nil); err != nil {
		return err
	}
	if c.Classes {
		rule, _ := pb.RuleByName(c.Rule)
		if report.Agreement, err = pb.MeasureAgreement(ctx, f.Instance, f.Profile, rule, opts); err != nil {
			return err
		}
	}
	return pbWriteJSON(s.out, report)
}

type pbCheckCmd struct {
	Path string `arg:"" name:"file" help:"A .pb file, or a folder of them." type:"path"`
}

// pbFault is one line of pb check.
type pbFault struct {
	File   string       `json:"file"`
	Line   int          `json:"line"`
	Column int          `json:"column"`
	Code   pb.FaultCode `json:"code"`
	Got    string       `json:"got"`
	Want   string       `json:"want"`
}

// Run lists faults, one line of JSON each; any gives exit code 1.
func (c *pbCheckCmd) Run(s *streams) error {
	names, err := pbFiles(c.Path)
	if err != nil {
		return err
	}
	found := false
	for _, name := range names {
		_, err := pbRead(name, pb.ReadOptions{Strict: true})
		var faults pb.Faults
		if err != nil && !errors.As(err, &faults) {
			return err
		}
		for _, f := range faults {
			found = true
			if err := writeLine(s.out, pbFault{filepath.Base(name), f.Line, f.Column, f.Code, f.Got, f.Want}); err != nil {
				return err
			}
		}
	}
	if found {
		return exitError(exitFault)
	}
	return nil
}

type pbConvertCmd struct {
	Files []string `arg:"" name:"file" help:"Pabulib files. Several become one election: their budgets are added, each file is a district." type:"existingfile"`
	To    string   `help:"Format: ${enum}." enum:"pb,json" default:"pb"`
	Out   string   `help:"File to write; standard output without it." placeholder:"FILE" type:"path"`
}

// Run reads leniently and writes what it understood.
func (c *pbConvertCmd) Run(s *streams) error {
	var parts []pb.Part
	for _, name := range c.Files {
		f, err := pbRead(name, pb.ReadOptions{})
		if err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(name), err)
		}
		for _, w := range f.Warnings {
			fmt.Fprintf(s.err, "%s: %v\n", filepath.Base(name), w)
		}
		parts = append(parts, pb.Part{District: strings.TrimSuffix(filepath.Base(name), ".pb"), Instance: f.Instance, Profile: f.Profile})
	}
	inst, profile := parts[0].Instance, parts[0].Profile
	if len(parts) > 1 {
		var err error
		if inst, profile, err = pb.Merge(parts); err != nil {
			return err
		}
	}
	return pbWriteTo(c.Out, s.out, func(w io.Writer) error {
		if c.To == "json" {
			return pbWriteJSON(w, struct {
				Instance *pb.Instance `json:"instance"`
				Profile  *pb.Profile  `json:"profile"`
			}{inst, profile})
		}
		return pb.WritePabulib(w, inst, profile)
	})
}

type pbCompareCmd struct {
	pbCount
	File  string   `arg:"" help:"A .pb file." type:"existingfile"`
	Rules []string `help:"Rules by name, separated by commas, or all." default:"all"`
}

// pbCompared is what pb compare says of one rule.
type pbCompared struct {
	Rule       string   `json:"rule"`
	Selected   []string `json:"selected"`
	Cost       string   `json:"cost"`
	WithoutWin int64    `json:"without_win"` // voters
	Violations int      `json:"violations"`  // of the proportionality certificate
}

// Run prints what each rule selects and how much any two share.
func (c *pbCompareCmd) Run(ctx context.Context, s *streams) error {
	opts, err := c.options()
	if err != nil {
		return pbUsage(s, err)
	}
	rules, err := pbRules(c.Rules)
	if err != nil {
		return pbUsage(s, err)
	}
	f, err := c.read(c.File, s, false)
	if err != nil {
		return err
	}
	opts.Brief = true
	report := struct {
		File    string              `json:"file"`
		Budget  string              `json:"budget"`
		Rules   []pbCompared        `json:"rules"`
		Overlap [][]pb.Ratio        `json:"overlap"` // cost of what both select / the larger cost
		InAll   []string            `json:"in_all"`
		InSome  map[string][]string `json:"in_some"` // project to the rules that select it
	}{File: filepath.Base(c.File), Budget: pb.FormatAmount(f.Instance.Budget, f.Instance.Decimals), Rules: []pbCompared{}, InAll: []string{}, InSome: map[string][]string{}}
	var outs []*pb.Outcome
	for _, rule := range rules {
		if !rule.Applies(f.Profile.Kind) {
			continue
		}
		out, err := rule.Run(ctx, f.Instance, f.Profile, opts)
		if err != nil {
			return err
		}
		fair, err := pb.MeasureFairness(f.Instance, f.Profile, out, nil)
		if err != nil {
			return err
		}
		outs = append(outs, out)
		report.Rules = append(report.Rules, pbCompared{out.Rule, out.Selected, pb.FormatAmount(out.Cost, f.Instance.Decimals), fair.WithoutWin, len(fair.Violations)})
		for _, id := range out.Selected {
			report.InSome[id] = append(report.InSome[id], out.Rule)
		}
	}
	for _, a := range outs {
		row := []pb.Ratio{}
		for _, b := range outs {
			row = append(row, pb.Overlap(a, b))
		}
		report.Overlap = append(report.Overlap, row)
	}
	for id, by := range report.InSome {
		if len(by) == len(outs) {
			report.InAll = append(report.InAll, id)
			delete(report.InSome, id)
		}
	}
	slices.Sort(report.InAll)
	return pbWriteJSON(s.out, report)
}

type pbGenerateCmd struct {
	Culture   string  `help:"How voters choose: ${enum}. resample draws ballots of a real file." enum:"euclidean,district,resample" default:"euclidean"`
	From      string  `help:"File whose ballots resample draws." type:"existingfile" placeholder:"FILE"`
	Projects  int     `help:"Number of projects." default:"40"`
	Voters    int     `help:"Number of voters." default:"1000"`
	Length    float64 `help:"Mean number of projects on a ballot." default:"4"`
	MaxLength int     `help:"Largest number; 0 for no limit." default:"0"`
	Share     float64 `help:"Budget as a part of the cost of all projects." default:"0.25"`
	Districts int     `help:"Number of districts." default:"8"`
	Types     int     `help:"Largest number of different ballots; 0 for no limit." default:"0"`
	Random    uint64  `name:"seed" help:"Number that decides all chances." default:"1"`
	Out       string  `help:"File to write; standard output without it." placeholder:"FILE" type:"path"`
}

// Run writes a made-up election as a Pabulib file.
func (c *pbGenerateCmd) Run(s *streams) error {
	made := pb.Synthetic{Projects: c.Projects, Voters: c.Voters, Seed: c.Random, Length: c.Length, MaxLength: c.MaxLength, Share: c.Share, Districts: c.Districts, Types: c.Types}
	if c.Projects < 1 || c.Voters < 0 || c.Length < 1 || c.Share <= 0 || c.Districts < 1 || c.Types < 0 || c.MaxLength < 0 {
		return pbUsage(s, errors.New("want at least one project, a length of 1 or more, a share above 0 and a district"))
	}
	var inst *pb.Instance
	var profile *pb.Profile
	switch c.Culture {
	case "resample":
		if c.From == "" {
			return pbUsage(s, errors.New("--culture resample needs --from FILE"))
		}
		f, err := pbRead(c.From, pb.ReadOptions{})
		if err != nil {
			return err
		}
		inst, profile = f.Instance, pb.Resample(f.Profile, c.Voters, c.Random)
		profile.Columns = nil
		for i := range profile.Ballots {
			profile.Ballots[i].Voter, profile.Ballots[i].Extra = "", nil
		}
	case "district":
		inst, profile = made.ByDistrict()
	default:
		inst, profile = made.Euclidean()
	}
	return pbWriteTo(c.Out, s.out, func(w io.Writer) error { return pb.WritePabulib(w, inst, profile) })
}

type pbAuditCmd struct {
	pbOne
	Risk     float64 `help:"Largest chance to confirm a wrong outcome." default:"0.05"`
	Expected int64   `help:"Differences to expect in the sample." default:"0"`
	Safety   int64   `help:"Divide the margin found by this, since it may not be the least." default:"2"`
	Limit    int64   `help:"Largest margin to look for; 0 for a tenth of the ballots." default:"0"`
	Draw     string  `help:"Text drawn in public that decides which ballots to draw; without it only their number is told." placeholder:"TEXT"`
}

// Run prints the margin, the size of the sample and the numbers of the ballots
// to draw, counted in the order of the file.
func (c *pbAuditCmd) Run(ctx context.Context, s *streams) error {
	f, out, opts, err := c.count(ctx, s, false)
	if err != nil {
		return err
	}
	if !strings.HasPrefix(out.Rule, "mes_") || c.Safety < 1 {
		return pbUsage(s, errors.New("audit asks for a rule of Equal Shares (mes_…) and a safety of 1 or more"))
	}
	ballots := int64(f.Profile.Voters())
	limit := c.Limit
	if limit == 0 {
		limit = max(1, ballots/10)
	}
	report := struct {
		File    string     `json:"file"`
		Rule    string     `json:"rule"`
		Ballots int64      `json:"ballots"`
		Margin  *pb.Margin `json:"margin"`  // null: none up to the limit
		Assumed int64      `json:"assumed"` // the margin the sample is made for
		Risk    string     `json:"risk"`
		Sample  int64      `json:"sample"`
		Draw    []int64    `json:"draw,omitempty"`
	}{File: filepath.Base(c.File), Rule: out.Rule, Ballots: ballots, Risk: new(big.Rat).SetFloat64(c.Risk).FloatString(4), Assumed: max(1, limit/c.Safety)}
	margin, found, err := pb.FindMargin(ctx, f.Instance, f.Profile, opts, out, limit)
	if err != nil {
		return err
	}
	if found {
		report.Margin, report.Assumed = &margin, max(1, margin.Ballots/c.Safety)
	}
	if report.Sample, err = pb.SampleSize(ballots, report.Assumed, c.Expected, c.Risk); err != nil {
		return err
	}
	if c.Draw != "" {
		report.Draw = pb.DrawSample(c.Draw, ballots, report.Sample)
	}
	return pbWriteJSON(s.out, report)
}

// pbWriteJSON writes indented JSON.
func pbWriteJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// pbWriteTo writes to a file, or to the stream without a name.
func pbWriteTo(name string, stream io.Writer, write func(io.Writer) error) (err error) {
	if name != "" {
		f, err := os.Create(name)
		if err != nil {
			return err
		}
		if err := write(f); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	}
	w := bufio.NewWriter(stream)
	if err := write(w); err != nil {
		return err
	}
	return w.Flush()
}
