package trace

import (
	"slices"

	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/programme"
)

// projects lists the projects that the way led to: the one asked for, or those
// that the last proposal of the chain or its options became.
func (b *builder) projects(chain []string) (numbers []string) {
	if b.asked.Kind == programme.Project {
		return []string{b.asked.Number}
	}
	sources := []string{}
	if len(chain) > 0 {
		proposal := programme.Subject(programme.Proposal, chain[len(chain)-1])
		sources = append(sources, proposal)
		for _, l := range b.graph.targets(proposal, programme.PutToVote) {
			sources = append(sources, l.Target)
		}
	}
	if b.asked.Kind == programme.Option {
		sources = []string{programme.Subject(programme.Option, b.asked.Number)}
	}
	for _, s := range sources {
		for _, l := range b.graph.targets(s, programme.BecameA) {
			if n := numberOf(l.Target); !slices.Contains(numbers, n) {
				numbers = append(numbers, n)
			}
		}
	}
	return sorted(numbers)
}

// released tells whether anything of a thing may be told: one of its changes is open.
func (b *builder) released(subject string) bool { return len(b.marks[subject]) > 0 }

// addPlanned tells the projects, with the version of the roadmap that adopted the
// first of them. A project goes on where a vote had left its option out.
func (b *builder) addPlanned(w *Way, projects []string) {
	if len(projects) == 0 {
		return
	}
	w.Ended = false
	step := Step{Kind: Planned, State: Done, Width: w.lastWidth(), Internal: true}
	for _, n := range projects {
		subject := programme.Subject(programme.Project, n)
		version, link := b.adoption(subject)
		if !b.released(subject) && version == "" {
			continue
		}
		step.Projects = append(step.Projects, Ref{Kind: programme.Project, Number: n})
		if !step.Internal {
			continue
		}
		step.Internal = false
		if step.Mark = b.first(subject); version != "" {
			step.Version, step.At, step.Mark = version, link.At, b.first(programme.Subject(programme.Version, version))
		} else {
			step.At = step.Mark.At
		}
	}
	w.Steps = append(w.Steps, step)
}

// adoption is the first released version of the roadmap that holds a project; "" before one does.
func (b *builder) adoption(project string) (version string, link programme.Link) {
	for _, l := range b.graph.targets(project, programme.AdoptedIn) {
		if b.released(l.Target) {
			return numberOf(l.Target), l
		}
	}
	return "", programme.Link{}
}

// addPaid tells the published reports of the projects, by the newest of them.
func (b *builder) addPaid(w *Way, projects []string) {
	step := Step{Kind: Paid, State: Done, Width: w.lastWidth()}
	for _, n := range projects {
		for _, l := range b.graph.targets(programme.Subject(programme.Project, n), programme.ReportedIn) {
			if !b.released(l.Target) {
				continue
			}
			step.Count++
			if m := b.mark(l.Target); step.Mark == nil || m.At.After(step.At) {
				step.Mark, step.At = m, m.At
			}
		}
	}
	if step.Count > 0 {
		w.Steps = append(w.Steps, step)
	}
}

// addJudged tells that a released indicator of the projects has a value, by the
// newest of them. Before anything was done a value is only where things began.
func (b *builder) addJudged(w *Way, projects []string) {
	if w.reached() != Paid {
		return
	}
	step := Step{Kind: Judged, State: Done, Width: w.lastWidth()}
	for _, r := range b.indicators(projects) {
		m := b.measured(programme.Subject(programme.Indicator, r.Number))
		if m == nil {
			continue
		}
		step.Also = append(step.Also, r)
		if m.At.After(step.At) {
			step.Mark, step.At = m, m.At
		}
	}
	if len(step.Also) > 0 {
		w.Steps = append(w.Steps, step)
	}
}

// measured is the newest released value of an indicator; that one is missing is no value.
func (b *builder) measured(indicator string) *Mark {
	for _, m := range slices.Backward(b.marks[indicator]) {
		if m.Kind == evaluation.ChangeActualRecorded && m.status != string(evaluation.Missing) {
			return &m
		}
	}
	return nil
}

// indicators lists the released indicators that judge or will judge the projects.
func (b *builder) indicators(projects []string) (list []Ref) {
	for _, n := range projects {
		for _, serves := range b.graph.targets(programme.Subject(programme.Project, n), programme.Serves) {
			for _, l := range b.graph.targets(serves.Target, programme.JudgedBy) {
				r := Ref{Kind: programme.Indicator, Number: numberOf(l.Target)}
				if b.released(l.Target) && !slices.Contains(list, r) {
					list = append(list, r)
				}
			}
		}
	}
	return list
}
