package pb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// projectTable is the PROJECTS section while it is read. Costs wait until all
// decimals are known.
type projectTable struct {
	headings []string // in lower case
	costs    []decimal
	rows     []row // of the costs, to name their place
}

func (p *PabulibReader) openProjects() (*projectTable, error) {
	r, names, err := p.heading()
	if err != nil {
		return nil, err
	}
	t := &projectTable{headings: lower(names)}
	p.Instance.Columns = names
	if t.headings[0] != "project_id" && !slices.Contains(t.headings, "project_id") {
		p.tell(MissingColumn, r, 0, quote(names[0]), "a column project_id")
		t.headings[0], p.Instance.Columns[0] = "project_id", "project_id"
	}
	if !slices.Contains(t.headings, "cost") {
		return nil, p.stop(MissingColumn, r, 0, strings.Join(names, ";"), "a column cost")
	}
	return t, nil
}

func lower(names []string) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = strings.ToLower(n)
	}
	return out
}

// project reads one row of the PROJECTS section.
func (p *PabulibReader) project(r *row, t *projectTable) {
	project, stated := Project{}, statedVotes{votes: -1}
	for i, heading := range t.headings {
		if c := r.cell(i); c != "" {
			project.set(heading, c)
			if heading == "votes" {
				if n, err := strconv.ParseInt(c, 10, 64); err == nil {
					stated = statedVotes{n, r.line, r.column(i)}
				}
			}
		}
	}
	if len(r.cells) > len(t.headings) && strings.Join(r.cells[len(t.headings):], "") != "" {
		p.tell(TooManyCells, r, len(t.headings), strconv.Itoa(len(r.cells))+" cells", strconv.Itoa(len(t.headings))+" as in the heading")
	}
	idCell, costCell := slices.Index(t.headings, "project_id"), slices.Index(t.headings, "cost")
	cost, ok := parseDecimal(r.cell(costCell))
	_, known := p.at[project.ID]
	switch {
	case project.ID == "":
		p.tell(MissingID, r, idCell, "an empty cell", "a project id")
		return
	case known:
		p.tell(DuplicateProject, r, idCell, quote(project.ID), "each project once")
		return
	case !ok || cost.digits < 0:
		p.tell(BadAmount, r, costCell, quote(r.cell(costCell)), "a cost such as 12500 or 12500.50")
		return
	}
	p.at[project.ID] = len(p.Instance.Projects)
	p.Instance.Projects = append(p.Instance.Projects, project)
	p.tally = append(p.tally, stated)
	t.costs = append(t.costs, cost)
	t.rows = append(t.rows, row{line: r.line, text: r.text, at: slices.Clone(r.at)})
}

// set keeps the value of a column; the cost waits for the decimals of the others.
func (pr *Project) set(column, value string) {
	switch column {
	case "project_id":
		pr.ID = value
	case "cost":
	case "name":
		pr.Name = value
	case "category", "categories":
		pr.Categories = splitList(value)
	case "target", "targets":
		pr.Targets = splitList(value)
	case "latitude":
		pr.Latitude = value
	case "longitude":
		pr.Longitude = value
	default:
		if column == "district" || column == "neighborhood" {
			pr.District = value
		}
		if pr.Extra == nil {
			pr.Extra = map[string]string{}
		}
		pr.Extra[column] = value
	}
}

func splitList(s string) []string {
	var out []string
	for _, part := range strings.Split(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// requiredMeta are the keys that the format wants in every META section.
var requiredMeta = []string{"description", "country", "unit", "instance", "num_projects", "num_votes", "budget", "vote_type", "rule"}

// closeProjects settles budget, costs and the number of decimals.
func (p *PabulibReader) closeProjects(r *row, t *projectTable) error {
	in := p.Instance
	written := in.Get("budget")
	budget, ok := parseDecimal(written)
	if !ok || budget.digits < 0 {
		return p.stop(BadAmount, p.limits.row("budget", r), 1, quote(written), "a budget such as 1000000 or 102533.36")
	}
	in.Decimals = commonDecimals(append(t.costs, budget))
	finest := fmt.Sprintf("at most %d decimals", in.Decimals)
	if in.Budget, ok = budget.at(in.Decimals); !ok {
		return p.stop(BadAmount, p.limits.row("budget", r), 1, quote(written), "at most 10^15 smallest units")
	}
	if budget.decimals > in.Decimals {
		p.tell(BadAmount, p.limits.row("budget", r), 1, quote(written), finest)
	}
	costCell := slices.Index(t.headings, "cost")
	for i, c := range t.costs {
		if in.Projects[i].Cost, ok = c.at(in.Decimals); !ok {
			return p.stop(BadAmount, &t.rows[i], costCell, "the cost of "+in.Projects[i].ID, "at most 10^15 smallest units")
		}
		if c.decimals > in.Decimals {
			p.tell(BadAmount, &t.rows[i], costCell, "the cost of "+in.Projects[i].ID, finest)
		}
	}
	p.support = make([]int64, len(in.Projects))
	for _, key := range requiredMeta {
		if key != "budget" && in.Get(key) == "" {
			p.tell(MissingField, r, 0, "no "+key, "the key "+key+" in META")
		}
	}
	p.checkCount("num_projects", int64(len(in.Projects)), r)
	return p.setKind(r)
}

// commonDecimals is how many decimals amounts need in common; fewer where the
// largest would otherwise not fit. What a program wrote with the noise of
// floating-point numbers, as 1199999.9999999998, is then cut off there.
func commonDecimals(amounts []decimal) int {
	decimals := 0
	for _, a := range amounts {
		decimals = max(decimals, min(a.decimals, maxDecimals))
	}
	for _, a := range amounts {
		for _, ok := a.at(decimals); !ok && decimals > 0; _, ok = a.at(decimals) {
			decimals--
		}
	}
	return decimals
}

// checkCount compares a number that META states with what the file holds.
func (p *PabulibReader) checkCount(key string, found int64, r *row) {
	stated := p.Instance.Get(key)
	if stated == "" {
		return
	}
	if n, ok := parseDecimal(stated); !ok || n.decimals > 0 || n.digits != found {
		p.tell(CountDiffers, p.limits.row(key, r), 1, key+" "+stated, strconv.FormatInt(found, 10)+", as many as the file holds")
	}
}

func (p *PabulibReader) setKind(r *row) error {
	kind := Kind(strings.ToLower(p.Instance.Get("vote_type")))
	switch kind {
	case Approval, Ordinal, Cumulative, Scoring, ChooseOne:
		p.Kind = kind
		return nil
	}
	return p.stop(UnknownVoteType, p.limits.row("vote_type", r), 1, quote(string(kind)), "approval, ordinal, cumulative, scoring or choose-1")
}
