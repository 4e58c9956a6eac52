package roadmap

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"slices"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// Content is what an adopted version froze: all that a reader needs to
// understand it without the database it came from, institutions by id apart.
type Content struct {
	Axes       []programme.Axis // id and name
	Objectives []Objective      // those of the projects
	Projects   []Project        // in the order of the roadmap
}

// frozen is a version's content before or after it is adopted.
type frozen struct {
	Bytes    []byte // RFC 8785 JSON
	Hash     string // SHA-256 of Bytes, hex
	Projects []Project
}

// freeze puts together the content of a draft as it stands.
func freeze(ctx context.Context, q store.Querier, v Version, frame *programme.Programme) (f frozen, err error) {
	if len(v.Projects) > 0 {
		if f.Projects, err = load(ctx, q, frame.ID, v.Projects...); err != nil {
			return f, err
		}
	}
	slices.SortFunc(f.Projects, func(a, b Project) int { return slices.Index(v.Projects, a.Number) - slices.Index(v.Projects, b.Number) })
	all, err := objectives(ctx, q, frame.ID)
	if err != nil {
		return f, err
	}
	if f.Bytes, err = store.Canonical(versionPart(v, frame, all, f.Projects)); err != nil {
		return f, err
	}
	sum := sha256.Sum256(f.Bytes)
	f.Hash = hex.EncodeToString(sum[:])
	return f, nil
}

func versionPart(v Version, frame *programme.Programme, all []Objective, projects []Project) store.Part {
	var axes, objectives, list []any
	for _, o := range all {
		if slices.ContainsFunc(projects, func(p Project) bool { return p.Objective == o.Number }) {
			objectives = append(objectives, store.Part{"number": o.Number, "axis": o.Axis, "title": programme.TextValue(o.Title)})
		}
	}
	for _, a := range frame.Axes {
		if slices.ContainsFunc(projects, func(p Project) bool { return p.Axis == a.ID }) {
			axes = append(axes, store.Part{"id": a.ID, "name": programme.TextValue(a.Name)})
		}
	}
	for _, p := range projects {
		part := projectPart(p)
		part["number"] = p.Number
		for key, text := range textsOf(p) {
			part[key] = text
		}
		list = append(list, part)
	}
	return store.Part{"version": v.Number, "cycle": v.Cycle, "title": programme.TextValue(v.Title), "preamble": programme.TextValue(v.Preamble),
		"axes": axes, "objectives": objectives, "projects": list}
}

// textsOf are the words of a sheet.
func textsOf(p Project) store.Part {
	return store.Part{"title": programme.TextValue(p.Title), "summary": programme.TextValue(p.Summary), "entry_reason": programme.TextValue(p.EntryReason),
		"who": programme.TextValue(p.Beneficiaries.Who)}
}

// projectPart is the numbers and places of a sheet, without its texts.
func projectPart(p Project) store.Part {
	var shares, funding, components, milestones []any
	for _, sh := range p.Shares {
		shares = append(shares, store.Part{"unit": sh.Unit, "num": sh.Num, "den": sh.Den})
	}
	for _, f := range p.Funding {
		funding = append(funding, store.Part{"organisation": f.Organisation, "year": f.Year, "amount": f.Amount})
	}
	for _, c := range p.Components {
		components = append(components, store.Part{"title": programme.TextValue(c.Title), "unit": programme.TextValue(c.Unit), "quantity": c.Quantity, "unit_cost": c.UnitCost})
	}
	for _, m := range p.Milestones {
		milestones = append(milestones, store.Part{"code": m.Code, "planned": millis(m.PlannedAt)})
	}
	return store.Part{"cycle": p.Cycle, "objective": p.Objective, "axis": p.Axis, "moa": p.MOA, "mod": p.MOD, "options": anys(p.Options), "proposals": anys(p.Proposals),
		"entry": p.Entry, "cost": p.Cost, "shares": shares, "funding": funding, "components": components, "milestones": milestones,
		"beneficiaries": p.Beneficiaries.Count, "households": p.Beneficiaries.Households}
}

// frozenProject is projectPart with its texts, as JSON.
type frozenProject struct {
	Number, Objective, Axis, MOA, MOD, Entry string
	Cycle, Cost, Beneficiaries, Households   int64
	Title, Summary, Who                      i18n.Text
	EntryReason                              i18n.Text `json:"entry_reason"`
	Options, Proposals                       []string
	Shares                                   []Share
	Funding                                  []Funding
	Components                               []Component
	Milestones                               []struct {
		Code    string
		Planned int64
	}
}

func (f frozenProject) project() Project {
	p := Project{Number: f.Number, Cycle: f.Cycle, Title: f.Title, Summary: f.Summary, Objective: f.Objective, Axis: f.Axis, MOA: f.MOA, MOD: f.MOD,
		Options: f.Options, Proposals: f.Proposals, Entry: f.Entry, EntryReason: f.EntryReason, Components: f.Components, Cost: f.Cost, Shares: f.Shares,
		Funding: f.Funding, Beneficiaries: Beneficiaries{Count: f.Beneficiaries, Households: f.Households, Who: f.Who}, Release: programme.Public}
	for _, m := range f.Milestones {
		p.Milestones = append(p.Milestones, Milestone{Code: m.Code, PlannedAt: store.Time(m.Planned)})
	}
	return p
}

// Frozen reads what an adopted version froze.
func (v Version) Frozen() (c Content, err error) {
	defer fault.Wrap(&err, "roadmap.Frozen(%d)", v.Number)
	var content struct {
		Axes       []programme.Axis
		Objectives []Objective
		Projects   []frozenProject
	}
	if err := json.Unmarshal(v.Content, &content); err != nil {
		return c, err
	}
	c.Axes, c.Objectives = content.Axes, content.Objectives
	for _, f := range content.Projects {
		c.Projects = append(c.Projects, f.project())
	}
	return c, nil
}

// The kinds of Difference.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// Difference is what a version says of a project that the one before it does not.
type Difference struct {
	Kind   string
	Before Project // the zero Project when added
	After  Project // the zero Project when removed
	Parts  []string
}

// Parts lists what can differ in a project, in the order of the sheet.
var Parts = []string{"text", "origin", "cost", "shares", "funding", "components", "milestones", "beneficiaries"}

// partOf says to which part of the sheet a frozen value belongs.
var partOf = map[string]string{"title": "text", "summary": "text", "entry_reason": "text", "who": "beneficiaries", "objective": "origin", "axis": "origin",
	"moa": "origin", "mod": "origin", "options": "origin", "proposals": "origin", "entry": "origin", "cycle": "origin", "cost": "cost", "shares": "shares",
	"funding": "funding", "components": "components", "milestones": "milestones", "beneficiaries": "beneficiaries", "households": "beneficiaries"}

// Differences compares two lists of projects by number: the new and changed ones
// in the order of the second, then those that it no longer holds.
func Differences(before, after []Project) (list []Difference, err error) {
	find := func(projects []Project, number string) int {
		return slices.IndexFunc(projects, func(p Project) bool { return p.Number == number })
	}
	for _, p := range after {
		i := find(before, p.Number)
		if i < 0 {
			list = append(list, Difference{Kind: Added, After: p})
			continue
		}
		parts, err := changedParts(before[i], p)
		if err != nil {
			return nil, err
		}
		if len(parts) > 0 {
			list = append(list, Difference{Kind: Changed, Before: before[i], After: p, Parts: parts})
		}
	}
	for _, p := range before {
		if find(after, p.Number) < 0 {
			list = append(list, Difference{Kind: Removed, Before: p})
		}
	}
	return list, nil
}

func changedParts(a, b Project) (parts []string, err error) {
	differ := map[string]bool{}
	for _, of := range []func(Project) store.Part{projectPart, textsOf} {
		x, y := of(a), of(b)
		for key := range x {
			m, err1 := store.Canonical(store.Part{"v": x[key]})
			n, err2 := store.Canonical(store.Part{"v": y[key]})
			if err := errors.Join(err1, err2); err != nil {
				return nil, err
			}
			if !bytes.Equal(m, n) {
				differ[partOf[key]] = true
			}
		}
	}
	for _, part := range Parts {
		if differ[part] {
			parts = append(parts, part)
		}
	}
	return parts, nil
}

// SinceAdoption tells what a project's sheet says otherwise than the newest
// adopted version that holds it: the number of that version, and the parts that
// differ. Without such a version the number is 0.
func (s *Service) SinceAdoption(ctx context.Context, programmeID string, p Project) (version int, parts []string, err error) {
	defer fault.Wrap(&err, "roadmap.SinceAdoption(%s)", p.Number)
	adopted, err := s.adoptions(ctx, programmeID)
	if err != nil {
		return 0, nil, err
	}
	i := slices.IndexFunc(adopted, func(v Version) bool { return slices.Contains(v.Projects, p.Number) }) // newest first
	if i < 0 {
		return 0, nil, nil
	}
	v, err := s.VersionOf(ctx, programmeID, adopted[i].Number)
	if err != nil {
		return 0, nil, err
	}
	content, err := v.Frozen()
	if err != nil {
		return 0, nil, err
	}
	for _, before := range content.Projects {
		if before.Number == p.Number {
			parts, err = changedParts(before, p)
		}
	}
	return v.Number, parts, err
}

// Preview is a draft as its adoption would freeze it now.
type Preview struct {
	Version     Version
	Projects    []Project
	Hash        string // for AdoptAsShown
	Since       int    // number of the adopted version that it is compared with; 0: none
	Differences []Difference
}

// Preview shows staff what adopting a draft would freeze and change.
func (s *Service) Preview(ctx context.Context, actor accounts.Actor, number int) (p Preview, err error) {
	defer fault.Wrap(&err, "roadmap.Preview(%d)", number)
	if err := actor.Require(accounts.InternalRead, "", ""); err != nil {
		return p, err
	}
	versions, err := s.Versions(ctx, actor.Programme)
	if err != nil {
		return p, err
	}
	frame, err := s.programmes.ByID(ctx, actor.Programme)
	if err != nil {
		return p, err
	}
	var last Version
	for _, v := range versions {
		if v.Number == number {
			p.Version = v
		}
		if v.State == Adopted && last.Number == 0 { // newest first
			last = v
		}
	}
	switch {
	case p.Version.Number == 0:
		return p, fault.New(fault.NotFound, "fault.not_found")
	case p.Version.State == Adopted:
		return p, fault.New(fault.Closed, "roadmap.error.adopted")
	}
	f, err := freeze(ctx, s.db.Read(), p.Version, frame)
	if err != nil {
		return p, err
	}
	p.Projects, p.Hash, p.Since = f.Projects, f.Hash, last.Number
	var before Content
	if last.Number > 0 {
		if before, err = last.Frozen(); err != nil {
			return p, err
		}
	}
	p.Differences, err = Differences(before.Projects, p.Projects)
	return p, err
}
