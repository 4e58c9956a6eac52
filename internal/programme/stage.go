// Package programme is the frame of one prefecture's or province's programme:
// its axes, colleges, steps and phases, the gate that judges what is open, the
// release of what is internal, and the thread of links between the stages.
package programme

import (
	"slices"
	"time"

	"github.com/khettara/khettara/internal/i18n"
)

// Stage is one of the seven stages of the line, in its order.
type Stage string

// The stages, from the census to the measured change.
const (
	Territory      Stage = "territory"
	Consultation   Stage = "consultation"
	Deliberation   Stage = "deliberation"
	Prioritisation Stage = "prioritisation"
	Roadmap        Stage = "roadmap"
	Delivery       Stage = "delivery"
	Evaluation     Stage = "evaluation"
)

// Stages lists the stages in the order of the line.
var Stages = []Stage{Territory, Consultation, Deliberation, Prioritisation, Roadmap, Delivery, Evaluation}

// ParseStage reads a stage's name.
func ParseStage(s string) (Stage, bool) {
	return Stage(s), slices.Contains(Stages, Stage(s))
}

// position is the stage's place on the line, from 0.
func (s Stage) position() int { return slices.Index(Stages, s) }

// ForParticipants tells whether participants act in the stage, rather than only read.
func (s Stage) ForParticipants() bool {
	return s == Consultation || s == Deliberation || s == Prioritisation
}

// Programme is the frame of one programme, as a whole. It is shared between
// requests: read it, don't change it.
type Programme struct {
	ID, Slug     string
	Territory    string // HCP code
	PackVersion  string
	Name         i18n.Text
	Illustrative bool // a demonstration: all but the census is invented
	CreatedAt    time.Time
	Axes         []Axis
	Colleges     []College
	Steps        []Step
	Cycles       []Cycle
	Phases       []Phase
}

// Axis is a strategic axis (محور).
type Axis struct {
	ID      string
	Name    i18n.Text
	Version int64
}

// Voice is what a college has in the preference exercise.
type Voice string

// A college gives ballots, an opinion beside them, or neither.
const (
	Preference Voice = "preference"
	Opinion    Voice = "opinion"
	NoVoice    Voice = "none"
)

// College is a group of participants (فئة): elected, services, economic …
type College struct {
	ID      string
	Name    i18n.Text
	Voice   Voice
	Version int64
}

// Step is a step of the procedure as the administration runs it: who is
// responsible, which documents come out, who signs. Several steps lie in one stage.
type Step struct {
	ID        string
	Stage     Stage
	Title     i18n.Text
	Body      i18n.Text
	Documents i18n.Text
	Signatory i18n.Text
	DueAt     time.Time
	DoneAt    time.Time
	Version   int64
}

// Cycle is one run along the line; proposals, votes and versions of the roadmap belong to one.
type Cycle struct {
	Number int64
	Title  i18n.Text
}

// Phase opens a stage of a cycle to participants, from OpensAt up to ClosesAt.
type Phase struct {
	ID       string
	Cycle    int64
	Stage    Stage
	OpensAt  time.Time
	ClosesAt time.Time
	Reason   string // of the last extension
	Version  int64
}

// Open tells whether the phase is open at a time.
func (f Phase) Open(at time.Time) bool { return !at.Before(f.OpensAt) && at.Before(f.ClosesAt) }

// Axis finds an axis.
func (p *Programme) Axis(id string) (Axis, bool) {
	i := slices.IndexFunc(p.Axes, func(a Axis) bool { return a.ID == id })
	if i < 0 {
		return Axis{}, false
	}
	return p.Axes[i], true
}

// College finds a college.
func (p *Programme) College(id string) (College, bool) {
	i := slices.IndexFunc(p.Colleges, func(c College) bool { return c.ID == id })
	if i < 0 {
		return College{}, false
	}
	return p.Colleges[i], true
}

// Cycle is the newest cycle's number; 0 before the first.
func (p *Programme) Cycle() int64 {
	var n int64
	for _, c := range p.Cycles {
		n = max(n, c.Number)
	}
	return n
}

// OpenPhase finds the open phase of a stage at a time, in the newest cycle that has one.
func (p *Programme) OpenPhase(stage Stage, at time.Time) (Phase, bool) {
	var best Phase
	for _, f := range p.Phases {
		if f.Stage == stage && f.Open(at) && f.Cycle > best.Cycle {
			best = f
		}
	}
	return best, best.Cycle > 0
}

// Now is where the programme stands: the last open stage in the order of the
// line, in the newest cycle that has an open one, in which participants can act;
// else that cycle's next stage to open. ok is false when nothing is open or to come.
func (p *Programme) Now(at time.Time) (stage Stage, phase Phase, ok bool) {
	var cycle int64
	for _, f := range p.Phases {
		if f.Open(at) && f.Cycle > cycle {
			cycle = f.Cycle
		}
	}
	var next Phase
	for _, f := range p.Phases {
		if cycle != 0 && f.Cycle != cycle {
			continue
		}
		if f.Open(at) && f.Stage.ForParticipants() && (!ok || f.Stage.position() > stage.position()) {
			stage, phase, ok = f.Stage, f, true
		}
		if f.OpensAt.After(at) && (next.ID == "" || f.OpensAt.Before(next.OpensAt)) {
			next = f
		}
	}
	if ok {
		return stage, phase, true
	}
	return next.Stage, next, next.ID != ""
}

// Done tells whether the water has passed a stage: it lies before the present one,
// or an earlier or later cycle has closed it for good.
func (p *Programme) Done(stage Stage, at time.Time) bool {
	now, _, ok := p.Now(at)
	if ok {
		return stage.position() < now.position()
	}
	for _, f := range p.Phases {
		if f.Stage == stage && !f.OpensAt.After(at) {
			return true
		}
	}
	return false
}
