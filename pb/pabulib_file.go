package pb

import (
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strings"
)

// PabulibFile is an election as a file holds it.
type PabulibFile struct {
	Instance *Instance
	Profile  *Profile
	Warnings Faults // what was repaired; nil after strict reading
}

// ReadPabulib reads a whole Pabulib file. It fails with Faults if the file
// cannot be used, or in strict mode has any fault.
func ReadPabulib(r io.Reader, opts ReadOptions) (*PabulibFile, error) {
	p, err := NewPabulibReader(r, opts)
	if err != nil {
		return nil, err
	}
	f := &PabulibFile{Instance: p.Instance, Profile: &Profile{Kind: p.Kind, Columns: p.Columns}}
	keep := func(b *Ballot) { f.Profile.Ballots = append(f.Profile.Ballots, *b) }
	if opts.Merge {
		f.Profile.Columns = nil
		keep = merger(f.Profile)
	}
	for {
		b, err := p.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		f.Profile.rescale(p.PointDecimals)
		keep(b)
	}
	f.Warnings = p.Warnings()
	return f, nil
}

// rescale writes all points in a finer unit.
func (p *Profile) rescale(decimals int) {
	for ; p.PointDecimals < decimals; p.PointDecimals++ {
		for i := range p.Ballots {
			for k := range p.Ballots[i].Points {
				p.Ballots[i].Points[k] *= 10
			}
		}
	}
}

// merger keeps one ballot for all that are equal but for the voter.
func merger(p *Profile) func(*Ballot) {
	at := map[string]int{}
	var key strings.Builder
	return func(b *Ballot) {
		key.Reset()
		for k, id := range b.Projects {
			key.WriteString(id)
			key.WriteByte(',')
			if b.Points != nil {
				fmt.Fprint(&key, b.Points[k], ",")
			}
		}
		weight := ""
		if b.Weight != nil {
			weight = b.Weight.RatString()
		}
		key.WriteString(";" + weight + ";" + b.Class + ";" + b.Place)
		i, known := at[key.String()]
		if !known {
			i = len(p.Ballots)
			at[strings.Clone(key.String())] = i
			p.Ballots = append(p.Ballots, Ballot{
				Projects: b.Projects, Points: b.Points, Weight: b.Weight,
				Class: strings.Clone(b.Class), Place: strings.Clone(b.Place),
			})
		}
		p.Ballots[i].Count += b.Voters()
	}
}

// WritePabulib writes an election as a Pabulib file: the fields and columns that
// were read in their order, else those that the format requires and the election
// uses. num_projects, num_votes, budget and vote_type always tell what is written.
func WritePabulib(w io.Writer, inst *Instance, profile *Profile) error {
	if err := inst.Validate(); err != nil {
		return err
	}
	out := &pabulibWriter{w: w}
	out.line("META")
	out.line("key", "value")
	for _, f := range metaOf(inst, profile) {
		out.line(f.Key, f.Value)
	}
	out.projects(inst)
	out.votes(profile)
	return out.err
}

// metaOf is the META section with the facts set right and required keys added.
func metaOf(inst *Instance, profile *Profile) []Field {
	facts := []Field{
		{"num_projects", fmt.Sprint(len(inst.Projects))},
		{"num_votes", fmt.Sprint(profile.Voters())},
		{"budget", FormatAmount(inst.Budget, inst.Decimals)},
		{"vote_type", string(profile.Kind)},
	}
	meta := slices.Clone(inst.Meta)
	for _, key := range []string{"description", "country", "unit", "instance", "rule"} {
		if inst.Get(key) == "" {
			meta = append(meta, Field{key, "unknown"})
		}
	}
	for _, f := range facts {
		if i := slices.IndexFunc(meta, func(m Field) bool { return m.Key == f.Key }); i >= 0 {
			// "102533.30" and "102533,3" stay as they were written.
			if d, ok := parseDecimal(meta[i].Value); f.Key != "budget" || !ok || !d.equals(inst.Budget, inst.Decimals) {
				meta[i].Value = f.Value
			}
		} else {
			meta = append(meta, f)
		}
	}
	return meta
}

func (d decimal) equals(amount int64, decimals int) bool {
	if d.decimals > decimals {
		return false
	}
	n, ok := d.at(decimals)
	return ok && n == amount
}

type pabulibWriter struct {
	w   io.Writer
	buf []byte
	err error
}

// line writes cells, quoted where they hold what would end a cell or a row.
func (p *pabulibWriter) line(cells ...string) {
	if p.err != nil {
		return
	}
	p.buf = p.buf[:0]
	for i, c := range cells {
		if i > 0 {
			p.buf = append(p.buf, ';')
		}
		if strings.ContainsAny(c, ";\"\n\r") {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		p.buf = append(p.buf, c...)
	}
	if len(p.buf) == 0 {
		p.buf = append(p.buf, `""`...) // a blank line would be no row
	}
	_, p.err = p.w.Write(append(p.buf, '\n'))
}

func (p *pabulibWriter) projects(inst *Instance) {
	columns := inst.Columns
	if columns == nil {
		columns = []string{"project_id", "cost"}
		used := func(name string, has func(*Project) bool) {
			if slices.ContainsFunc(inst.Projects, func(pr Project) bool { return has(&pr) }) {
				columns = append(columns, name)
			}
		}
		used("name", func(pr *Project) bool { return pr.Name != "" })
		used("category", func(pr *Project) bool { return pr.Categories != nil })
		used("target", func(pr *Project) bool { return pr.Targets != nil })
		used("district", func(pr *Project) bool { return pr.District != "" })
		used("latitude", func(pr *Project) bool { return pr.Latitude != "" })
		used("longitude", func(pr *Project) bool { return pr.Longitude != "" })
	}
	p.line("PROJECTS")
	p.line(columns...)
	cells := make([]string, len(columns))
	for i := range inst.Projects {
		for k, name := range lower(columns) {
			cells[k] = inst.Projects[i].cell(name, inst.Decimals)
		}
		p.line(cells...)
	}
}

// cell is the value of a project in a column.
func (pr *Project) cell(column string, decimals int) string {
	switch column {
	case "project_id":
		return pr.ID
	case "cost":
		return FormatAmount(pr.Cost, decimals)
	case "name":
		return pr.Name
	case "category", "categories":
		return strings.Join(pr.Categories, ",")
	case "target", "targets":
		return strings.Join(pr.Targets, ",")
	case "latitude":
		return pr.Latitude
	case "longitude":
		return pr.Longitude
	case "district":
		return pr.District
	}
	return pr.Extra[column]
}

func (p *pabulibWriter) votes(profile *Profile) {
	columns := profile.Columns
	if columns == nil {
		columns = ownColumns(profile)
	}
	p.line("VOTES")
	p.line(columns...)
	names := lower(columns)
	scored := profile.Kind == Cumulative || profile.Kind == Scoring
	cells := make([]string, len(columns))
	for i := range profile.Ballots {
		b := &profile.Ballots[i]
		further := 0
		for k, name := range names {
			switch name {
			case "voter_id":
				if cells[k] = b.Voter; b.Voter == "" && profile.Columns == nil {
					cells[k] = fmt.Sprint(i + 1)
				}
			case "vote":
				cells[k] = strings.Join(b.Projects, ",")
			case "ballot_weight", "ballot_class", "ballot_count":
				cells[k] = b.cell(name)
			default:
				if name == "points" && scored {
					cells[k] = joinPoints(b.Points, profile.PointDecimals)
					continue
				}
				if cells[k] = ""; further < len(b.Extra) {
					cells[k] = b.Extra[further]
				} else if name == "district" {
					cells[k] = b.Place
				}
				further++
			}
		}
		p.line(cells...)
	}
}

// ownColumns are the columns that a profile made by a program needs.
func ownColumns(profile *Profile) []string {
	columns := []string{"voter_id", "vote"}
	if profile.Kind == Cumulative || profile.Kind == Scoring {
		columns = append(columns, "points")
	}
	for _, c := range []string{"ballot_weight", "ballot_class", "ballot_count"} {
		if slices.ContainsFunc(profile.Ballots, func(b Ballot) bool { return b.cell(c) != "" }) {
			columns = append(columns, c)
		}
	}
	if slices.ContainsFunc(profile.Ballots, func(b Ballot) bool { return b.Place != "" }) {
		columns = append(columns, "district")
	}
	return columns
}

// cell is the value of a ballot in a column that only weighted votes have.
func (b *Ballot) cell(column string) string {
	switch {
	case column == "ballot_class":
		return b.Class
	case column == "ballot_count" && b.Count > 1:
		return fmt.Sprint(b.Count)
	case column == "ballot_weight" && b.Weight != nil && b.Weight.Cmp(big.NewRat(1, 1)) != 0:
		return b.Weight.RatString()
	}
	return ""
}

func joinPoints(points []int64, decimals int) string {
	parts := make([]string, len(points))
	for i, pt := range points {
		parts[i] = FormatAmount(pt, decimals)
	}
	return strings.Join(parts, ",")
}
