package pb

import (
	"cmp"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"strings"
)

// ReadOptions choose how a Pabulib file is read.
type ReadOptions struct {
	// Strict refuses a file with any fault. Otherwise what can be repaired is,
	// and the faults come back as warnings: unknown projects leave the ballot, of
	// repeated choices the last points count, a duplicate voter's ballots all
	// count, of a repeated key in META the last value does, and the counts in META
	// do not bind.
	Strict bool

	// Merge keeps one ballot with a count for all equal ballots of a class, and
	// forgets voters and further columns: for files with millions of votes.
	Merge bool
}

// maxFaults is how many faults of one file are told; a file in the wrong format
// would have one on every line.
const maxFaults = 200

// PabulibReader reads a Pabulib file (.pb) ballot by ballot. The instance is
// complete once NewPabulibReader returns, the warnings once Next has returned io.EOF.
//
// Format: https://pabulib.org/format. Beyond it the reader accepts, and writes
// for weighted votes, the columns ballot_weight, ballot_class and ballot_count.
type PabulibReader struct {
	Instance *Instance
	Kind     Kind
	Columns  []string // headings of the VOTES section

	// PointDecimals may grow while ballots are read; points of a ballot are in
	// units of the value it has when Next returns.
	PointDecimals int

	strict bool
	rows   *rows
	faults Faults
	at     map[string]int // projects by id
	ended  bool

	votes   voteColumns
	voters  map[uint64]int32 // line of the first ballot of each voter, by the hash of the name
	seed    maphash.Seed
	count   int64
	support []int64 // ballots per project
	limits  limits
	tally   []statedVotes
}

// statedVotes is what a project's votes column says, to be compared at the end.
type statedVotes struct {
	votes        int64
	line, column int
}

// NewPabulibReader reads the META and PROJECTS sections. It fails with Faults
// if the file cannot be used, in strict mode if it has any fault so far.
func NewPabulibReader(r io.Reader, opts ReadOptions) (*PabulibReader, error) {
	p := &PabulibReader{
		Instance: &Instance{}, strict: opts.Strict, rows: newRows(r),
		at: map[string]int{}, voters: map[uint64]int32{}, seed: maphash.MakeSeed(),
	}
	if err := p.head(); err != nil {
		return nil, err
	}
	if p.strict && len(p.faults) > 0 {
		return nil, p.Warnings()
	}
	return p, nil
}

// Warnings are the faults met so far in the order of their lines, at most 200.
func (p *PabulibReader) Warnings() Faults {
	slices.SortStableFunc(p.faults, func(a, b *Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return p.faults
}

// fault is a fault at a cell of a row, or at the line reached where r is nil.
func (p *PabulibReader) fault(code FaultCode, r *row, cell int, got, want string) *Fault {
	f := &Fault{Code: code, Line: max(1, p.rows.line), Column: 1, Got: got, Want: want}
	if r != nil {
		f.Line, f.Column = r.line, r.column(cell)
	}
	return f
}

// tell records a fault; reading goes on.
func (p *PabulibReader) tell(code FaultCode, r *row, cell int, got, want string) {
	p.note(p.fault(code, r, cell, got, want))
}

func (p *PabulibReader) note(f *Fault) {
	if len(p.faults) < maxFaults {
		p.faults = append(p.faults, f)
	}
}

// stop is the error for a fault that no reading can get around; it comes first,
// before the faults told so far.
func (p *PabulibReader) stop(code FaultCode, r *row, cell int, got, want string) error {
	return append(Faults{p.fault(code, r, cell, got, want)}, p.Warnings()...)
}

// nextRow reads a row; rows that are no text are told and passed on.
func (p *PabulibReader) nextRow() (*row, error) {
	r, err := p.rows.next()
	var f *Fault
	if errors.As(err, &f) {
		if r == nil || f.Code == OpenQuote {
			return nil, append(Faults{f}, p.Warnings()...)
		}
		p.note(f)
		return r, nil
	}
	return r, err
}

var sections = []string{"meta", "projects", "votes"}

// section is the name of the section that a row opens, "" if it is no title.
func (r *row) section() string {
	for _, c := range r.cells[1:] {
		if c != "" {
			return ""
		}
	}
	if name := strings.ToLower(r.cells[0]); slices.Contains(sections, name) {
		return name
	}
	return ""
}

// head reads everything before the ballots.
func (p *PabulibReader) head() error {
	section := ""
	var seen []string
	var table *projectTable
	for {
		r, err := p.nextRow()
		if errors.Is(err, io.EOF) {
			missing := slices.IndexFunc(sections, func(s string) bool { return !slices.Contains(seen, s) })
			return p.stop(MissingSection, nil, 0, "the end of the file", "a section "+strings.ToUpper(sections[missing]))
		}
		if err != nil {
			return err
		}
		if name := r.section(); name != "" {
			if err := p.follows(r, name, seen); err != nil {
				return err
			}
			section, seen = name, append(seen, name)
			switch section {
			case "projects":
				table, err = p.openProjects()
			case "votes":
				if err = p.closeProjects(r, table); err == nil {
					return p.openVotes()
				}
			}
			if err != nil {
				return err
			}
			continue
		}
		if strings.Join(r.cells, "") == "" {
			continue // what a spreadsheet makes of a blank row
		}
		if section == "" && r.beginsMeta() {
			p.tell(MissingSection, r, 0, quote(r.cells[0]), "the title META")
			section, seen = "meta", append(seen, "meta")
		}
		switch section {
		case "":
			p.tell(StrayLine, r, 0, quote(r.cells[0]), "META")
		case "meta":
			p.meta(r)
		case "projects":
			p.project(r, table)
		}
	}
}

// follows tells whether a section may come after those seen: META and PROJECTS
// also the other way round, ballots only after both.
func (p *PabulibReader) follows(r *row, name string, seen []string) error {
	const order = "sections META, PROJECTS, VOTES in this order"
	switch {
	case slices.Contains(seen, name) || name == "votes" && len(seen) < 2:
		return p.stop(MissingSection, r, 0, "section "+strings.ToUpper(name), order)
	case name == "projects" && len(seen) == 0:
		p.tell(MissingSection, r, 0, "section "+strings.ToUpper(name), order)
	}
	return nil
}

// beginsMeta tells whether a row can only be the first of a META section whose
// title is missing.
func (r *row) beginsMeta() bool {
	key := strings.ToLower(r.cells[0])
	return len(r.cells) > 1 && (key == "key" && strings.EqualFold(r.cells[1], "value") || slices.Contains(requiredMeta, key))
}

// heading reads the row of column names that follows a section title. Names of
// columns that matter are compared in lower case.
func (p *PabulibReader) heading() (*row, []string, error) {
	r, err := p.nextRow()
	if errors.Is(err, io.EOF) {
		return nil, nil, p.stop(MissingSection, nil, 0, "the end of the file", "column headings")
	}
	if err != nil {
		return nil, nil, err
	}
	names := slices.Clone(r.cells)
	for len(names) > 1 && names[len(names)-1] == "" {
		names = names[:len(names)-1]
	}
	for i, name := range names {
		if name != "" && slices.Contains(names[:i], name) {
			p.tell(RepeatedField, r, i, quote(name), "each heading once")
		}
	}
	return r, names, nil
}

// meta keeps a field. The heading key;value is not in every file.
func (p *PabulibReader) meta(r *row) {
	key := strings.ToLower(r.cells[0])
	if key == "key" && len(p.Instance.Meta) == 0 && strings.EqualFold(r.cell(1), "value") {
		return
	}
	if len(r.cells) < 2 {
		p.tell(MissingField, r, 0, "key "+quote(key)+" without a value", "key;value")
		return
	}
	value := r.cell(1)
	if extra := strings.TrimRight(strings.Join(r.cells[2:], ";"), ";"); extra != "" {
		p.tell(TooManyCells, r, 2, quote(extra), "key;value")
		value += ";" + extra
	}
	p.limits.note(key, r)
	if i := slices.IndexFunc(p.Instance.Meta, func(f Field) bool { return f.Key == key }); i >= 0 {
		p.tell(RepeatedField, r, 0, quote(key), "each key once")
		p.Instance.Meta[i].Value = value
		return
	}
	p.Instance.Meta = append(p.Instance.Meta, Field{key, value})
}

func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
