package pb

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// voteColumns are the positions of the columns that count; -1 if absent.
type voteColumns struct {
	voter, vote, points, weight, class, count, place int
	further                                          []int
}

func (p *PabulibReader) openVotes() error {
	r, names, err := p.heading()
	if err != nil {
		return err
	}
	p.Columns = names
	low := lower(names)
	v := &p.votes
	find := func(name string) int { return slices.Index(low, name) }
	v.voter, v.vote, v.points = find("voter_id"), find("vote"), find("points")
	v.weight, v.class, v.count = find("ballot_weight"), find("ballot_class"), find("ballot_count")
	if v.place = find("district"); v.place < 0 {
		v.place = find("neighborhood")
	}
	if v.vote < 0 {
		return p.stop(MissingColumn, r, 0, strings.Join(names, ";"), "a column vote")
	}
	if v.voter < 0 {
		p.tell(MissingColumn, r, 0, strings.Join(names, ";"), "a column voter_id")
	}
	if v.points < 0 && (p.Kind == Cumulative || p.Kind == Scoring) {
		return p.stop(MissingColumn, r, 0, strings.Join(names, ";"), "a column points")
	}
	if p.Kind != Cumulative && p.Kind != Scoring {
		v.points = -1 // a column that says nothing here is kept like any other
	}
	for i := range names {
		if !slices.Contains([]int{v.voter, v.vote, v.points, v.weight, v.class, v.count}, i) {
			v.further = append(v.further, i)
		}
	}
	p.limits.read(p)
	return nil
}

// Next reads one ballot. It returns io.EOF after the last, and Faults if the
// file cannot be read on; in strict mode any fault does.
func (p *PabulibReader) Next() (*Ballot, error) {
	if p.ended {
		return nil, io.EOF
	}
	r, err := p.nextRow()
	if errors.Is(err, io.EOF) {
		p.ended = true
		p.checkEnd()
		if p.strict && len(p.faults) > 0 {
			return nil, p.Warnings()
		}
		return nil, io.EOF
	}
	if err != nil {
		return nil, err
	}
	if name := r.section(); name != "" {
		return nil, p.stop(MissingSection, r, 0, "a second section "+strings.ToUpper(name), "ballots to the end of the file")
	}
	b := p.ballot(r)
	p.count += int64(b.Voters())
	return b, nil
}

// maxVoters is how many voters are remembered to find duplicates among: beyond
// it, a file of gigabytes would fill the memory with names.
const maxVoters = 1 << 24

// ballot reads a row of the VOTES section.
func (p *PabulibReader) ballot(r *row) *Ballot {
	v := &p.votes
	b := &Ballot{Voter: r.cell(v.voter), Class: r.cell(v.class), Place: r.cell(v.place)}
	if len(r.cells) > len(p.Columns) && strings.Join(r.cells[len(p.Columns):], "") != "" {
		p.tell(TooManyCells, r, len(p.Columns), strconv.Itoa(len(r.cells))+" cells", strconv.Itoa(len(p.Columns))+" as in the heading")
	}
	if v.voter >= 0 {
		// Hashes in place of names keep millions of voters small; two names with
		// one 64-bit hash would need billions.
		key := maphash.String(p.seed, b.Voter)
		if first, known := p.voters[key]; known {
			p.tell(DuplicateVoter, r, v.voter, quote(b.Voter), fmt.Sprintf("each voter once; first in line %d", first))
		} else if len(p.voters) < maxVoters {
			p.voters[key] = int32(r.line)
		}
	}
	p.readWeight(r, b)
	p.choices(r, b)
	if len(v.further) > 0 {
		b.Extra = make([]string, len(v.further))
		for i, at := range v.further {
			if at < len(r.cells) {
				b.Extra[i] = r.cells[at]
			}
		}
	}
	p.limits.check(p, r, b)
	return b
}

// readWeight reads the columns that only weighted votes have.
func (p *PabulibReader) readWeight(r *row, b *Ballot) {
	if c := r.cell(p.votes.weight); c != "" {
		w, ok := ParseWeight(c)
		if !ok {
			p.tell(BadWeight, r, p.votes.weight, quote(c), "a positive weight such as 1.5 or 3/2")
		} else {
			b.Weight = w
		}
	}
	if c := r.cell(p.votes.count); c != "" {
		n, err := strconv.Atoi(c)
		if err != nil || n < 1 {
			p.tell(BadWeight, r, p.votes.count, quote(c), "a number of voters, 1 or more")
		} else {
			b.Count = n
		}
	}
}

// ParseWeight reads a positive weight, a decimal or a fraction p/q, of at most
// 64 characters; false if it is none.
func ParseWeight(s string) (*big.Rat, bool) {
	if len(s) > 64 || strings.ContainsAny(s, "eEpPxX_") {
		return nil, false
	}
	w, ok := new(big.Rat).SetString(strings.Replace(s, ",", ".", 1))
	return w, ok && w.Sign() > 0
}

// choices reads the vote and points cells.
func (p *PabulibReader) choices(r *row, b *Ballot) {
	v := &p.votes
	vote := p.list(r, v.vote)
	if vote == "" {
		return
	}
	var points []string
	scored := p.Kind == Cumulative || p.Kind == Scoring
	if scored {
		points = strings.Split(p.list(r, v.points), ",")
	}
	b.Projects = make([]string, 0, strings.Count(vote, ",")+1)
	for k, at := 0, 0; at <= len(vote); k++ {
		end := strings.IndexByte(vote[at:], ',')
		if end < 0 {
			end = len(vote) - at
		}
		id := strings.TrimSpace(vote[at : at+end])
		at += end + 1
		if id == "" {
			continue
		}
		i, known := p.at[id]
		if !known {
			p.tell(UnknownProject, r, v.vote, quote(id), "a project of the PROJECTS section")
			continue
		}
		// The ballot keeps the project's own string, so that rows can be forgotten.
		id = p.Instance.Projects[i].ID
		if first := slices.Index(b.Projects, id); first >= 0 {
			p.tell(RepeatedChoice, r, v.vote, quote(id), "each project once")
			if scored {
				given := p.point(r, b, points, k)
				b.Points[first] = given // the last points for a project count
			}
			continue
		}
		if scored {
			b.Points = append(b.Points, p.point(r, b, points, k))
		}
		b.Projects = append(b.Projects, id)
		p.support[i] += int64(b.Voters())
	}
	if scored && len(points) > strings.Count(vote, ",")+1 {
		p.tell(BadPoints, r, v.points, fmt.Sprintf("%d points", len(points)), fmt.Sprintf("%d, one for each project", strings.Count(vote, ",")+1))
	}
}

// list is a cell that lists things, separated by commas. In quotes it may have
// semicolons in their place.
func (p *PabulibReader) list(r *row, cell int) string {
	c := r.cell(cell)
	if strings.IndexByte(c, ';') < 0 {
		return c
	}
	p.tell(BadList, r, cell, quote(c), "a list separated by commas")
	return strings.ReplaceAll(c, ";", ",")
}

// maxPointDecimals is how fine points may be; they are at most 10^9.
const maxPointDecimals = 6

// point reads the k-th number of a points cell, 0 where there is none, and
// brings the ballot's points to a finer unit where it needs one.
func (p *PabulibReader) point(r *row, b *Ballot, points []string, k int) int64 {
	if k >= len(points) || strings.TrimSpace(points[k]) == "" {
		p.tell(BadPoints, r, p.votes.points, "fewer points than projects", "points for each project")
		return 0
	}
	d, ok := parseDecimal(points[k])
	_, fits := d.at(maxPointDecimals)
	if !ok || !fits || d.decimals > maxPointDecimals {
		p.tell(BadPoints, r, p.votes.points, quote(points[k]), "a number of points up to 10^9, with at most 6 decimals")
		if !ok || !fits {
			return 0
		}
	}
	if d.digits < 0 && !p.limits.negative {
		p.tell(BadPoints, r, p.votes.points, quote(points[k]), "0 points or more")
	}
	for ; p.PointDecimals < min(d.decimals, maxPointDecimals); p.PointDecimals++ {
		for i := range b.Points {
			b.Points[i] *= 10
		}
	}
	n, _ := d.at(p.PointDecimals)
	return n
}

// checkEnd compares counts once all ballots are read.
func (p *PabulibReader) checkEnd() {
	p.checkCount("num_votes", p.count, nil)
	for i, stated := range p.tally {
		if stated.votes >= 0 && stated.votes != p.support[i] {
			p.note(&Fault{Code: CountDiffers, Line: stated.line, Column: stated.column,
				Got:  fmt.Sprintf("%d votes for %s", stated.votes, p.Instance.Projects[i].ID),
				Want: fmt.Sprintf("%d, as the ballots have it", p.support[i])})
		}
	}
}
