package trace

import (
	"context"

	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// Bounds of one way. A vote gathers dozens of options and a project a few hundred
// contributions; what lies beyond is counted where it is joined, not followed.
const (
	maxDepth  = 12
	maxThings = 600
)

// aside are the links that lead from a thing to what tells more about it. They are
// followed from everything on the way; the others only away from where it began,
// or the way of one sentence would become that of all that it was merged with.
var aside = map[programme.LinkKind]bool{
	programme.StatementOf: true, programme.OptionOf: true, programme.Serves: true, programme.JudgedBy: true,
	programme.ReportedIn: true, programme.AdoptedIn: true, programme.Cited: true,
}

// graph is the part of a programme's links that lies before and after one thing.
type graph struct {
	root   string
	before map[string]int // subject → links away from the root, against their direction
	after  map[string]int // subject → links away from the root, along them
	beside map[string]bool
	from   map[string][]programme.Link // links that leave a thing of the graph
	to     map[string][]programme.Link // links that arrive at one
}

// load reads the links before and after a subject: one query a depth and
// direction, then one for what stands beside the way.
func load(ctx context.Context, q store.Querier, programmeID, root string) (*graph, error) {
	g := &graph{root: root, before: map[string]int{root: 0}, after: map[string]int{root: 0}, beside: map[string]bool{},
		from: map[string][]programme.Link{}, to: map[string][]programme.Link{}}
	if err := g.walk(ctx, q, programmeID, g.after, programme.LinksFrom, func(l programme.Link) string { return l.Target }); err != nil {
		return nil, err
	}
	if err := g.walk(ctx, q, programmeID, g.before, programme.LinksTo, func(l programme.Link) string { return l.Source }); err != nil {
		return nil, err
	}
	if err := g.lookBeside(ctx, q, programmeID); err != nil {
		return nil, err
	}
	// What arrives at the things of the way says how much has joined each.
	arriving, err := programme.LinksTo(ctx, q, programmeID, g.subjects()...)
	if err != nil {
		return nil, err
	}
	g.to = map[string][]programme.Link{}
	for _, l := range arriving {
		g.to[l.Target] = append(g.to[l.Target], l)
	}
	return g, nil
}

type query func(ctx context.Context, q store.Querier, programmeID string, subjects ...string) ([]programme.Link, error)

// walk goes breadth first from the root, one query a depth.
func (g *graph) walk(ctx context.Context, q store.Querier, programmeID string, seen map[string]int, links query, end func(programme.Link) string) error {
	front := []string{g.root}
	for depth := 1; len(front) > 0 && depth <= maxDepth; depth++ {
		found, err := links(ctx, q, programmeID, front...)
		if err != nil {
			return err
		}
		front = nil
		for _, l := range found {
			g.leaves(l)
			next := end(l)
			if _, known := seen[next]; known || len(seen) >= maxThings {
				continue
			}
			seen[next] = depth
			front = append(front, next)
		}
	}
	return nil
}

// lookBeside adds what tells more about the things before the root, and from
// there once more, for the indicators behind an objective.
func (g *graph) lookBeside(ctx context.Context, q store.Querier, programmeID string) error {
	front := keys(g.before)
	for range 2 {
		found, err := programme.LinksFrom(ctx, q, programmeID, front...)
		if err != nil {
			return err
		}
		front = nil
		for _, l := range found {
			g.leaves(l)
			if aside[l.Kind] && !g.has(l.Target) {
				g.beside[l.Target] = true
				front = append(front, l.Target)
			}
		}
	}
	return nil
}

// leaves remembers a link at its source, once.
func (g *graph) leaves(l programme.Link) {
	for _, known := range g.from[l.Source] {
		if known.Target == l.Target && known.Kind == l.Kind {
			return
		}
	}
	g.from[l.Source] = append(g.from[l.Source], l)
}

func (g *graph) has(subject string) bool {
	_, before := g.before[subject]
	_, after := g.after[subject]
	return before || after || g.beside[subject]
}

// onTheWay tells whether a thing lies before or after the root, or is it.
func (g *graph) onTheWay(subject string) bool {
	_, before := g.before[subject]
	_, after := g.after[subject]
	return before || after
}

// subjects lists all things of the graph, in no order.
func (g *graph) subjects() []string {
	list := keys(g.after)
	for s := range g.before {
		if s != g.root {
			list = append(list, s)
		}
	}
	return append(list, keys(g.beside)...)
}

// numbers lists the numbers of a kind among the things of the graph.
func (g *graph) numbers(kind programme.Kind) (list []string) {
	for _, s := range g.subjects() {
		if k, number, ok := programme.ParseSubject(s); ok && k == kind {
			list = append(list, number)
		}
	}
	return list
}

// targets lists where a thing's links of a kind lead, as they were made.
func (g *graph) targets(subject string, kind programme.LinkKind) (list []programme.Link) {
	for _, l := range g.from[subject] {
		if l.Kind == kind {
			list = append(list, l)
		}
	}
	return list
}

// sources lists where the links of a kind that arrive at a thing come from.
func (g *graph) sources(subject string, kind programme.LinkKind) (list []programme.Link) {
	for _, l := range g.to[subject] {
		if l.Kind == kind {
			list = append(list, l)
		}
	}
	return list
}

func keys[V any](m map[string]V) []string {
	list := make([]string, 0, len(m))
	for k := range m {
		list = append(list, k)
	}
	return list
}
