package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/khettara/khettara/opinion"
)

// OpinionCmd makes maps of opinions from votes on statements. Nothing of it
// needs a database: files in, JSON out.
type OpinionCmd struct {
	Map      opinionMapCmd      `cmd:"" help:"Make a map of a conversation: where everybody stands, groups if there are any, common ground."`
	Report   opinionReportCmd   `cmd:"" help:"Print what a page about a conversation needs, with no count under ten, or its plot."`
	Parity   opinionParityCmd   `cmd:"" help:"Recompute a saved state of a Polis server and print the largest differences."`
	Simulate opinionSimulateCmd `cmd:"" help:"Make up a conversation whose truth is known, the same for the same seed."`
	Power    opinionPowerCmd    `cmd:"" help:"Tell by simulation how many participants and votes a map needs before it means something."`
}

// opinionMapping are the flags of commands that make a map.
type opinionMapping struct {
	Path string `arg:"" help:"A participants-votes.csv or votes.csv with the comments.csv beside it, or a folder of them or of a server state." type:"path"`
	K    int    `help:"Show so many groups, 2 to 5, instead of the best number or none." placeholder:"N"`
	Seed uint64 `help:"Seed of whatever is drawn." default:"1"`
}

type opinionMapCmd struct {
	opinionMapping
	Mode             string `help:"How to compute: ${enum}." enum:"khettara,polis" default:"khettara"`
	NoGroups         bool   `help:"Do not wait for the resampling that tells whether there are groups (khettara)."`
	AcquiescenceFree bool   `help:"Take out how much each person agrees with anything (khettara)."`
	JSON             bool   `name:"json" help:"Print one line of JSON."`
}

// opinionMap is the JSON of opinion map, with what a mode knows of stability,
// groups and common ground.
type opinionMap[S, G, C any] struct {
	Mode         string               `json:"mode"`
	Participants int                  `json:"participants"`
	Statements   int                  `json:"statements"` // those moderated out among them
	Votes        int                  `json:"votes"`
	K            int                  `json:"k"` // 1: no clear groups; 0: not looked for
	Stability    S                    `json:"stability"`
	People       []opinionParticipant `json:"participants_list"`
	Groups       []G                  `json:"groups"`
	CommonGround []C                  `json:"common_ground"`
	Seconds      float64              `json:"seconds"` // of the computation, without reading the files
}

// polisMap is what the pipeline of Polis makes.
type polisMap struct {
	opinionMap[opinionStability, opinionGroup, opinionConsensus]
}

// opinionStability is all that the pipeline of Polis knows of it.
type opinionStability struct {
	Silhouettes map[string]float64 `json:"silhouettes"` // by number of groups
}

type opinionParticipant struct {
	ID    string   `json:"id"`
	InMap bool     `json:"in_map"`
	X     float64  `json:"x"`
	Y     float64  `json:"y"`
	Group *int     `json:"group"` // null for who has none
	P     *float64 `json:"p"`     // of belonging to the group; Polis knows only 1
}

type opinionGroup struct {
	ID             int                  `json:"id"`
	Size           int                  `json:"size"`
	X              float64              `json:"x"`
	Y              float64              `json:"y"`
	Representative []opinionDistinction `json:"representative,omitempty"`
	Subgroups      []opinionGroup       `json:"subgroups,omitempty"`
}

// opinionDistinction is a statement that represents a group.
type opinionDistinction struct {
	Statement string  `json:"statement"`
	Text      string  `json:"text,omitempty"`
	Direction string  `json:"direction"`
	Success   int     `json:"success"`
	Trials    int     `json:"trials"`
	P         float64 `json:"p"`
	Z         float64 `json:"z"`
	Ratio     float64 `json:"ratio"`
	RatioZ    float64 `json:"ratio_z"`
	BestAgree bool    `json:"best_agree"`
}

// opinionConsensus is a statement on which all go together.
type opinionConsensus struct {
	Statement  string  `json:"statement"`
	Text       string  `json:"text,omitempty"`
	Direction  string  `json:"direction"`
	Success    int     `json:"success"`
	Trials     int     `json:"trials"`
	P          float64 `json:"p"`
	Z          float64 `json:"z"`
	GroupAware float64 `json:"group_aware"`
}

// Run makes the map.
func (c *opinionMapCmd) Run(ctx context.Context, s *streams) error {
	votes, previous, err := c.read(s)
	if err != nil {
		return opinionError(s, err)
	}
	if c.Mode == "khettara" {
		return c.khettara(ctx, s, votes)
	}
	return c.polis(ctx, s, votes, previous)
}

// polis makes the map as Polis does; from a server state it starts where the
// server stopped.
func (c *opinionMapCmd) polis(ctx context.Context, s *streams, votes *opinion.Votes, previous *opinion.ParityMap) error {
	if c.NoGroups || c.AcquiescenceFree {
		fmt.Fprintln(s.err, "khettara opinion: --no-groups and --acquiescence-free go with --mode khettara")
		return exitError(exitUsage)
	}
	begun := time.Now()
	m, err := opinion.Parity(ctx, votes, opinion.ParityOptions{K: c.K, Seed: c.Seed, Previous: previous})
	if err != nil {
		return opinionError(s, err)
	}
	out := polisMapOf(votes, m)
	out.Seconds = opinionSeconds(begun)
	if c.JSON {
		return writeLine(s.out, out)
	}
	return out.print(s)
}

func (c *opinionMapping) read(s *streams) (*opinion.Votes, *opinion.ParityMap, error) {
	if opinion.IsServerState(c.Path) {
		state, err := opinion.ReadServerState(c.Path)
		if err != nil {
			return nil, nil, err
		}
		opinionWarn(s, state.Warnings)
		return state.Votes, state.Published, nil
	}
	conversation, err := opinion.ReadConversation(c.Path)
	if err != nil {
		return nil, nil, err
	}
	opinionWarn(s, conversation.Warnings)
	return conversation.Votes, nil, nil
}

// opinionWarn tells of the faults that reading got around.
func opinionWarn(s *streams, faults opinion.Faults) {
	for _, f := range faults {
		fmt.Fprintln(s.err, f)
	}
}

// opinionError tells every fault of a file that cannot be used, and gives a
// mistake in the command its exit code.
func opinionError(s *streams, err error) error {
	var faults opinion.Faults
	var fault *opinion.Fault
	switch {
	case errors.As(err, &faults):
		opinionWarn(s, faults)
		return exitError(exitFault)
	case errors.As(err, &fault) && fault.Code == opinion.BadOption, errors.Is(err, fs.ErrNotExist):
		fmt.Fprintln(s.err, "khettara opinion:", err)
		return exitError(exitUsage)
	}
	return err
}

func polisMapOf(v *opinion.Votes, m *opinion.ParityMap) *polisMap {
	out := &polisMap{opinionMap[opinionStability, opinionGroup, opinionConsensus]{
		Mode: "polis", Participants: v.People(), Statements: v.Statements(), Votes: v.Cast(), K: len(m.Groups),
		Stability: opinionStability{Silhouettes: map[string]float64{}},
		People:    make([]opinionParticipant, v.People()), CommonGround: []opinionConsensus{},
		Groups: opinionGroups(v, m.Groups),
	}}
	for k, silhouette := range m.Silhouettes {
		out.Stability.Silhouettes[strconv.Itoa(k)] = silhouette
	}
	certain := 1.0
	for i, group := range m.Group() {
		p := opinionParticipant{ID: v.PersonID(i), InMap: m.InMap[i], X: m.Positions[i][0], Y: m.Positions[i][1]}
		if group >= 0 {
			p.Group, p.P = &m.Groups[group].ID, &certain
		}
		out.People[i] = p
	}
	for _, list := range []struct {
		direction string
		consensus []opinion.ParityConsensus
	}{{"agree", m.Agreed}, {"disagree", m.Disagreed}} {
		for _, c := range list.consensus {
			out.CommonGround = append(out.CommonGround, opinionConsensus{
				Statement: v.StatementID(c.Statement), Text: v.Text(c.Statement), Direction: list.direction,
				Success: c.Success, Trials: c.Trials, P: c.P, Z: c.Z, GroupAware: m.GroupAware[c.Statement],
			})
		}
	}
	return out
}

func opinionGroups(v *opinion.Votes, groups []opinion.ParityGroup) []opinionGroup {
	out := make([]opinionGroup, len(groups))
	for i := range groups {
		g := &groups[i]
		out[i] = opinionGroup{ID: g.ID, Size: len(g.Members), X: g.Centre[0], Y: g.Centre[1], Subgroups: opinionGroups(v, g.Subgroups)}
		for _, r := range g.Representative {
			d := opinionDistinction{
				Statement: v.StatementID(r.Statement), Text: v.Text(r.Statement), Direction: "disagree",
				Success: r.Success, Trials: r.Trials, P: r.P, Z: r.Z, Ratio: r.Ratio, RatioZ: r.RatioZ, BestAgree: r.BestAgree,
			}
			if r.Agree {
				d.Direction = "agree"
			}
			out[i].Representative = append(out[i].Representative, d)
		}
	}
	return out
}

func (m *polisMap) print(s *streams) error {
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "%d participants, %d statements, %d votes; %d groups; %.3f s\n", m.Participants, m.Statements, m.Votes, m.K, m.Seconds)
	for _, k := range slices.Sorted(maps.Keys(m.Stability.Silhouettes)) {
		fmt.Fprintf(w, "silhouette of %s groups\t%.3f\n", k, m.Stability.Silhouettes[k])
	}
	for _, g := range m.Groups {
		fmt.Fprintf(w, "group %d\t%d people\n", g.ID, g.Size)
		for _, r := range g.Representative {
			fmt.Fprintf(w, "  %s\t%d of %d %s\t%s\n", r.Statement, r.Success, r.Trials, r.Direction, r.Text)
		}
	}
	if len(m.CommonGround) > 0 {
		fmt.Fprintln(w, "common ground")
	}
	for _, c := range m.CommonGround {
		fmt.Fprintf(w, "  %s\t%d of %d %s\t%s\n", c.Statement, c.Success, c.Trials, c.Direction, c.Text)
	}
	return w.Flush()
}

type opinionParityCmd struct {
	Path string `arg:"" name:"state" help:"A folder with math-pca2.json, votes.json or votes.csv, and comments.json or comments.csv." type:"path"`
	JSON bool   `name:"json" help:"Print one line of JSON."`
}

// Run compares.
func (c *opinionParityCmd) Run(ctx context.Context, s *streams) error {
	state, err := opinion.ReadServerState(c.Path)
	if err != nil {
		return opinionError(s, err)
	}
	opinionWarn(s, state.Warnings)
	d, err := opinion.CompareState(ctx, state)
	if err != nil {
		return opinionError(s, err)
	}
	if c.JSON {
		return writeLine(s.out, d)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, line := range []struct {
		name  string
		value *float64
	}{
		{"centre", d.Centre}, {"components, least cosine", d.ComponentsCosine}, {"projection", d.Projection},
		{"groups of base clusters, adjusted Rand index", d.BaseClustersARI}, {"representative statements", d.Representative},
		{"consensus", d.Consensus}, {"group-aware consensus", d.GroupAwareConsensus}, {"priorities", d.Priorities},
	} {
		text := "not in the state"
		if line.value != nil {
			text = strconv.FormatFloat(*line.value, 'g', 6, 64)
		}
		fmt.Fprintf(w, "%s\t%s\n", line.name, text)
	}
	return w.Flush()
}
