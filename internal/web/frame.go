package web

import (
	"context"
	"net/url"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
)

// frame fills what every page of a programme shows around its content.
func (s *Server) frame(ctx context.Context, req *page.Request, p *programme.Programme) error {
	req.Base.Line = line(p, req)
	head, err := s.svc.DB.Head(ctx, p.ID)
	if err != nil {
		return err
	}
	req.Base.Record = page.RecordNote{Leaves: head.Size}
	sealed, err := s.svc.Record.Checkpoint(ctx, p.ID)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	req.Base.Record.SealedAt = sealed.At // zero until the first checkpoint
	return nil
}

// line says for each stage whether the water has passed it, stands there now, or is still to come.
func line(p *programme.Programme, req *page.Request) []page.LineStage {
	at := req.Base.Now
	now, _, running := p.Now(at)
	out := make([]page.LineStage, 0, len(programme.Stages))
	for _, st := range programme.Stages {
		state := page.Later
		switch {
		case running && st == now:
			state = page.Now
		case p.Done(st, at):
			state = page.Past
		}
		out = append(out, page.LineStage{Stage: string(st), State: state})
	}
	return out
}

// sideEntry is one line of the work area's navigation and the rights that show it.
type sideEntry struct {
	key, path string
	rights    []accounts.Right
}

var sideGroups = []struct {
	title   string
	entries []sideEntry
}{
	{"nav.mine", []sideEntry{
		{"nav.today", "/work", nil},
		{"nav.proposals", "/work/consultation/proposals", []accounts.Right{accounts.InternalRead}},
		{"nav.contributions", "/work/consultation/contributions", []accounts.Right{accounts.InternalRead}},
		{"nav.reports", "/work/delivery/projects", []accounts.Right{accounts.InternalRead}},
	}},
	{"nav.programme", []sideEntry{
		{"nav.frame", "/work/programme", []accounts.Right{accounts.ProgrammeManage}},
		{"nav.meetings", "/work/consultation/meetings", []accounts.Right{accounts.MeetingManage, accounts.ContributionRecord}},
		{"nav.statements", "/work/deliberation/statements", []accounts.Right{accounts.StatementManage}},
		{"nav.votes", "/work/prioritisation/votes", []accounts.Right{accounts.InternalRead}},
		{"nav.roadmap", "/work/roadmap", []accounts.Right{accounts.InternalRead}},
		{"nav.indicators", "/work/evaluation/indicators", []accounts.Right{accounts.InternalRead}},
		{"nav.people", "/work/account/people", []accounts.Right{accounts.AccountsManage}},
	}},
	{"nav.record", []sideEntry{
		{"nav.log", "/work/record", []accounts.Right{accounts.InternalRead}},
	}},
}

// side is the navigation of the work area: what the actor may open.
func (s *Server) side(req *page.Request, actor accounts.Actor) []page.SideGroup {
	if req.Base.Programme == nil {
		return nil
	}
	here, err := url.Parse(req.Base.Path)
	if err != nil {
		return nil
	}
	var groups []page.SideGroup
	for _, g := range sideGroups {
		group := page.SideGroup{Title: req.Base.T(g.title)}
		for _, e := range g.entries {
			if !anyRight(actor, e.rights) {
				continue
			}
			group.Items = append(group.Items, page.SideItem{Label: req.Base.T(e.key), Href: req.Base.P(e.path),
				Current: here.Path == "/p/"+req.Base.Programme.Slug+e.path})
		}
		if len(group.Items) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

func anyRight(actor accounts.Actor, list []accounts.Right) bool {
	if len(list) == 0 {
		return true
	}
	for _, r := range list {
		if actor.Somewhere(r) {
			return true
		}
	}
	return false
}

// signInAddress leads to the sign-in page and back to where the visitor was.
func (s *Server) signInAddress(req *page.Request) string {
	return req.Base.Href("/account/sign-in") + "?next=" + url.QueryEscape(req.Base.Href(req.Base.Path))
}
