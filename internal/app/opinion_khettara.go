package app

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/khettara/khettara/opinion"
)

// khettaraMap is what Khettara makes.
type khettaraMap struct {
	opinionMap[khettaraStability, khettaraGroup, khettaraCommon]
}

// khettaraStability is how far groups survive resampling. Separate tells whether
// every two groups stand apart, and are not one crowd that is cut.
type khettaraStability struct {
	ARI       map[string]float64 `json:"ari"` // mean adjusted Rand index of refits, by number of groups
	Eligible  int                `json:"eligible"`
	Separate  bool               `json:"separate"`
	LeastEdge float64            `json:"least_edge"`
}

type khettaraGroup struct {
	ID             int                   `json:"id"`
	Size           int                   `json:"size"`
	Share          float64               `json:"share"`
	X              float64               `json:"x"`
	Y              float64               `json:"y"`
	Representative []khettaraDistinction `json:"representative"`
}

// khettaraDistinction is a statement that sets a group apart.
type khettaraDistinction struct {
	Statement string             `json:"statement"`
	Text      string             `json:"text,omitempty"`
	Direction string             `json:"direction"`
	Inside    khettaraProportion `json:"inside"`
	Outside   khettaraProportion `json:"outside"`
	P         float64            `json:"p"`
}

// khettaraProportion is a part of voters with its 90 % interval.
type khettaraProportion struct {
	Share  float64 `json:"share"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Voters int     `json:"voters"`
}

func proportionOf(p opinion.Proportion) khettaraProportion {
	return khettaraProportion{p.Share, p.Low, p.High, p.Tally.Voters}
}

// khettaraCommon is a statement as common ground of the groups. Where there are
// none, the score is that of the bridging model, shared tells that the statement
// cuts across what divides people, and lowest is -1.
type khettaraCommon struct {
	Statement string               `json:"statement"`
	Text      string               `json:"text,omitempty"`
	Direction string               `json:"direction"`
	Score     float64              `json:"score"`
	Shared    bool                 `json:"shared"`
	Lowest    int                  `json:"lowest"`
	Groups    []khettaraProportion `json:"groups"`
}

// commonListed is the number of statements listed as common ground.
const commonListed = 10

func (c *opinionMapCmd) khettara(ctx context.Context, s *streams, votes *opinion.Votes) error {
	begun := time.Now()
	f, err := c.find(ctx, s, votes)
	if err != nil {
		return opinionError(s, err)
	}
	out := khettaraMapOf(f)
	if c.NoGroups && c.K == 0 {
		out.K = 0
	}
	out.Seconds = opinionSeconds(begun)
	if c.JSON {
		return writeLine(s.out, out)
	}
	return out.print(s)
}

func (c *opinionMapCmd) find(ctx context.Context, s *streams, v *opinion.Votes) (opinion.Findings, error) {
	return opinion.Find(ctx, v, opinion.FindOptions{
		Seed: c.Seed, K: c.K, NoRefits: c.NoGroups, AcquiescenceFree: c.AcquiescenceFree, Progress: opinionProgress(s),
	})
}

func khettaraMapOf(f opinion.Findings) *khettaraMap {
	v, g := f.Votes, f.Groups
	out := &khettaraMap{}
	out.Mode, out.Participants, out.Statements, out.Votes, out.K = "khettara", v.People(), v.Statements(), v.Cast(), g.K
	out.Stability = stabilityOf(f)
	out.Groups, out.CommonGround = []khettaraGroup{}, []khettaraCommon{}
	for i, p := range f.Map.Positions {
		person := opinionParticipant{ID: v.PersonID(i), InMap: p.Grouped(), X: p.X, Y: p.Y}
		if label := g.Label[i]; label >= 0 {
			person.Group, person.P = &label, &g.Membership(p)[label]
		}
		out.People = append(out.People, person)
	}
	for id, group := range g.Groups {
		told := khettaraGroup{ID: id, Size: group.People, Share: group.Share, X: group.Centre.X, Y: group.Centre.Y, Representative: []khettaraDistinction{}}
		for _, r := range f.Representative {
			if r.Group == id {
				told.Representative = append(told.Representative, khettaraDistinction{
					v.StatementID(r.Statement), v.Text(r.Statement), opinionDirection(r.Direction), proportionOf(r.Inside), proportionOf(r.Outside), r.P,
				})
			}
		}
		out.Groups = append(out.Groups, told)
	}
	for _, c := range f.Common[:min(len(f.Common), commonListed)] {
		told := khettaraCommon{v.StatementID(c.Statement), v.Text(c.Statement), opinionDirection(c.Direction), c.Score, c.Shared, c.Lowest, nil}
		for _, p := range c.Groups {
			told.Groups = append(told.Groups, proportionOf(p))
		}
		out.CommonGround = append(out.CommonGround, told)
	}
	for _, b := range f.Bridges(commonListed) {
		told := khettaraCommon{v.StatementID(b.Statement), v.Text(b.Statement), "agree", b.Intercept, b.CrossCutting, -1, []khettaraProportion{}}
		out.CommonGround = append(out.CommonGround, told)
	}
	return out
}

func opinionDirection(v opinion.Vote) string {
	if v == opinion.Disagree {
		return "disagree"
	}
	return "agree"
}

func stabilityOf(f opinion.Findings) khettaraStability {
	out := khettaraStability{ARI: map[string]float64{}, Eligible: f.Groups.Eligible}
	for _, st := range f.Groups.Stability {
		out.ARI[strconv.Itoa(st.K)] = st.ARI
	}
	edges := f.Groups.Edges(f.Votes, f.Map)
	out.Separate = opinion.Separate(edges)
	if len(edges) > 0 {
		out.LeastEdge = slices.MinFunc(edges, func(a, b opinion.Edge) int { return cmp.Compare(a.Size, b.Size) }).Size
	}
	return out
}

// representativePrinted is the number of statements printed of each group.
const representativePrinted = 5

func (m *khettaraMap) print(s *streams) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	shown := fmt.Sprintf("%d groups", m.K)
	switch m.K {
	case 0:
		shown = "groups not looked for"
	case 1:
		shown = "no clear groups"
	}
	fmt.Fprintf(w, "%d participants, %d statements, %d votes; %s; %.3f s\n", m.Participants, m.Statements, m.Votes, shown, m.Seconds)
	for _, k := range slices.Sorted(maps.Keys(m.Stability.ARI)) {
		fmt.Fprintf(w, "stability of %s groups\t%.3f\n", k, m.Stability.ARI[k])
	}
	if m.K > 1 {
		told := "one crowd without a gap, cut the same way each time"
		if m.Stability.Separate {
			told = "they stand apart"
		}
		fmt.Fprintf(w, "least edge between groups\t%.3f\t%s\n", m.Stability.LeastEdge, told)
	}
	for _, g := range m.Groups {
		fmt.Fprintf(w, "group %d\t%d people\n", g.ID, g.Size)
		for _, r := range g.Representative[:min(len(g.Representative), representativePrinted)] {
			fmt.Fprintf(w, "  %s\t%.0f %% against %.0f %% %s\t%s\n", r.Statement, 100*r.Inside.Share, 100*r.Outside.Share, r.Direction, r.Text)
		}
	}
	if len(m.CommonGround) > 0 {
		fmt.Fprintln(w, "common ground")
	}
	for _, c := range m.CommonGround {
		support := fmt.Sprintf("%.2f beyond what divides", c.Score)
		if c.Lowest >= 0 {
			support = fmt.Sprintf("%.0f %% %s in the group least in favour", 100*c.Groups[c.Lowest].Share, c.Direction)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\n", c.Statement, support, c.Text)
	}
	return w.Flush()
}

type opinionReportCmd struct {
	opinionMapping
	SVG   bool   `name:"svg" help:"Print the plot instead."`
	Title string `help:"What a screen reader says of the plot." default:"Map of opinions"`
	Desc  string `help:"What it says next." default:"Each mark stands for ten people or more of one group."`
}

// Run prints the report with its hash, or its plot.
func (c *opinionReportCmd) Run(ctx context.Context, s *streams) error {
	votes, _, err := c.read(s)
	if err != nil {
		return opinionError(s, err)
	}
	f, err := opinion.Find(ctx, votes, opinion.FindOptions{Seed: c.Seed, K: c.K, Progress: opinionProgress(s)})
	if err != nil {
		return opinionError(s, err)
	}
	report := opinion.NewReport(f)
	if c.SVG {
		_, err := fmt.Fprint(s.out, opinion.PlotSVG(report.Marks, c.Title, c.Desc))
		return err
	}
	return writeLine(s.out, struct {
		Hash   string          `json:"hash"` // SHA-256 of the report as it stands here
		Report json.RawMessage `json:"report"`
	}{report.Hash(), report.Canonical()})
}
