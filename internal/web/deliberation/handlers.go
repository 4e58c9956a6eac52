// Package deliberation shows the public debate: the statements and what people
// say of them, one at a time in focus mode, and the staff's list.
package deliberation

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// Handlers serve the pages of the stage.
type Handlers struct {
	Deliberation *deliberation.Service
	Programmes   *programme.Service
	Territory    *territory.Pack
}

const workPath = "/work/deliberation/statements"

// Routes lists the addresses of the stage.
func (h *Handlers) Routes() []page.Route {
	const public, work = "/p/{slug}/deliberation", "/p/{slug}" + workPath
	return []page.Route{
		page.Get(public, h.list),
		page.Get(public+"/statements/{number}", h.statement),
		page.Get(public+"/vote", h.next),
		page.Post(public+"/vote", h.vote),
		page.Get(work, h.workList),
		page.Post(work, h.add),
		page.Get(work+"/{number}", h.edit),
		page.Post(work+"/{number}", h.setState),
	}
}

func (h *Handlers) programme(r *http.Request) (*programme.Programme, error) {
	return h.Programmes.Programme(r.Context(), page.Of(r).Base.Programme.Slug)
}

// debates are the cycles whose debate has begun, the newest first.
func debates(p *programme.Programme, now time.Time) (cycles []int64) {
	for _, f := range p.Phases {
		if f.Stage == programme.Deliberation && !f.OpensAt.After(now) {
			cycles = append(cycles, f.Cycle)
		}
	}
	slices.Sort(cycles)
	cycles = slices.Compact(cycles)
	slices.Reverse(cycles)
	return cycles
}

// cycle is the one that a page speaks of: the one its address asks for, else the
// newest whose debate has begun; 0 before the first.
func cycle(p *programme.Programme, r *http.Request) int64 {
	begun := debates(p, page.Of(r).Base.Now)
	asked, err := strconv.ParseInt(r.URL.Query().Get("cycle"), 10, 64)
	switch {
	case err == nil && slices.Contains(begun, asked):
		return asked
	case len(begun) == 0:
		return 0
	}
	return begun[0]
}

// atCycle is an address of the stage in a cycle.
func atCycle(b page.Base, path string, cycle int64) string {
	return b.P(path) + "?cycle=" + strconv.FormatInt(cycle, 10)
}

func (h *Handlers) list(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := listData{Base: req.Page("deliberation.title").Here("deliberation"), Cycle: cycle(p, r)}
	d.Cycles = cycleTabs(d.Base, p, "/deliberation", d.Cycle)
	d.Phase, d.IsOpen = p.OpenPhase(programme.Deliberation, req.Base.Now)
	d.IsOpen = d.IsOpen && d.Phase.Cycle == d.Cycle
	if d.Results, err = h.Deliberation.Results(r.Context(), p.ID, d.Cycle, collegeIDs(p)); err != nil {
		return err
	}
	d.Results = visible(d.Results)
	if d.Turnout, err = h.Deliberation.Turnout(r.Context(), p.ID, d.Cycle); err != nil {
		return err
	}
	d.MayVote = deliberation.MayVote(req.Actor) == nil
	v, _, err := h.Deliberation.Voter(r.Context(), req.Actor, req.Device)
	if err != nil {
		return err
	}
	if d.Own, err = h.Deliberation.Own(r.Context(), p.ID, v.Key); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, listView(d))
}

func (h *Handlers) statement(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	st, err := h.Deliberation.Statement(r.Context(), p.ID, r.PathValue("number"))
	if err != nil {
		return err
	}
	results, err := h.Deliberation.Results(r.Context(), p.ID, st.Cycle, collegeIDs(p))
	if err != nil {
		return err
	}
	d := statementData{Base: req.Titled(st.Number).Here("deliberation"), Colleges: p.Colleges}
	for _, res := range results {
		if res.Statement.Number == st.Number {
			d.Results = res
		}
	}
	d.Crumbs = []page.Crumb{{Label: d.T("stage.deliberation"), Href: atCycle(d.Base, "/deliberation", st.Cycle)}, {Label: st.Number}}
	phase, open := p.OpenPhase(programme.Deliberation, req.Base.Now)
	d.MayVote = open && phase.Cycle == st.Cycle && deliberation.MayVote(req.Actor) == nil
	return page.Render(w, r, http.StatusOK, statementView(d))
}

// next shows the first statement that the voter has said nothing of yet, or the one asked for.
func (h *Handlers) next(w http.ResponseWriter, r *http.Request) error {
	return h.showVote(w, r, http.StatusOK, page.NewForm("statement", r.URL.Query().Get("statement")))
}

func (h *Handlers) showVote(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	if err := deliberation.MayVote(req.Actor); err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	v, known, err := h.Deliberation.Voter(r.Context(), req.Actor, req.Device)
	if err != nil {
		return err
	}
	d := voteData{Base: req.Page("deliberation.vote.title"), Form: form, Known: known, Voter: v}
	d.Statements, err = h.Deliberation.Statements(r.Context(), p.ID, cycle(p, r))
	if err != nil {
		return err
	}
	if d.Own, err = h.Deliberation.Own(r.Context(), p.ID, v.Key); err != nil {
		return err
	}
	d.choose(form.Text("statement"))
	for _, c := range p.Colleges {
		name, _ := c.Name.In(req.Base.Lang)
		d.Colleges = append(d.Colleges, ui.Option{Value: c.ID, Label: name})
	}
	for _, u := range h.Territory.Leaves(p.Territory) {
		name, _ := u.Name.In(req.Base.Lang)
		d.Units = append(d.Units, ui.Option{Value: u.Code, Label: name})
	}
	return page.Render(w, r, status, voteView(d))
}

func (h *Handlers) vote(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	v, known, err := h.Deliberation.Voter(r.Context(), req.Actor, req.Device)
	if err != nil {
		return err
	}
	if !known {
		req.SetDevice(w)
		v = deliberation.Voter{Key: deliberation.DeviceKey(req.Device), College: form.Text("college"), Unit: form.Text("unit")}
	}
	err = h.Deliberation.Vote(r.Context(), req.Actor, v, form.Text("statement"), deliberation.Choice(form.Text("choice")))
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showVote(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P("/deliberation/vote"), page.Done, "")
}

func (h *Handlers) workList(w http.ResponseWriter, r *http.Request) error {
	return h.showWork(w, r, http.StatusOK, page.NewForm("lang", string(page.Of(r).Base.Lang)))
}

func (h *Handlers) showWork(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	d := workData{Base: req.Page("deliberation.work.title"), Form: form, Cycle: cycle(p, r)}
	d.Cycles = cycleTabs(d.Base, p, workPath, d.Cycle)
	if d.Statements, err = h.Deliberation.WorkStatements(r.Context(), req.Actor, d.Cycle); err != nil {
		return err
	}
	return page.Render(w, r, status, workView(d))
}

func (h *Handlers) add(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.programme(r)
	if err != nil {
		return err
	}
	debate := cycle(p, r)
	_, err = h.Deliberation.AddStatement(r.Context(), req.Actor, deliberation.StatementDraft{
		Cycle: debate, Body: form.Text("body"), Lang: form.Text("lang"), Once: form.Once()})
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showWork(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, atCycle(req.Base, workPath, debate), page.Done, "deliberation.flash.added")
}

func (h *Handlers) edit(w http.ResponseWriter, r *http.Request) error {
	return h.showEdit(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showEdit(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	st, err := h.Deliberation.WorkStatement(r.Context(), req.Actor, r.PathValue("number"))
	if err != nil {
		return err
	}
	d := editData{Base: req.Titled(st.Number), Form: form, Statement: st}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.statements"), Href: atCycle(d.Base, workPath, st.Cycle)}, {Label: st.Number}}
	return page.Render(w, r, status, editView(d))
}

func (h *Handlers) setState(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	to := deliberation.Hidden
	if form.Text("state") == string(deliberation.Open) {
		to = deliberation.Open
	}
	st, err := h.Deliberation.WorkStatement(r.Context(), req.Actor, r.PathValue("number"))
	if err != nil {
		return err
	}
	err = h.Deliberation.SetState(r.Context(), req.Actor, st.Number, to, form.Text("reason"), form.Version(), form.Once())
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showEdit(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, atCycle(req.Base, workPath, st.Cycle), page.Done, "deliberation.flash.state")
}

func collegeIDs(p *programme.Programme) []string {
	ids := make([]string, len(p.Colleges))
	for i, c := range p.Colleges {
		ids[i] = c.ID
	}
	return ids
}

// visible leaves hidden statements out; their votes are counted nowhere.
func visible(list []deliberation.Results) []deliberation.Results {
	var out []deliberation.Results
	for _, r := range list {
		if r.Statement.State == deliberation.Open {
			out = append(out, r)
		}
	}
	return out
}

func langOptions(l i18n.Lang) []ui.Option {
	return []ui.Option{{Value: "ar", Label: i18n.T(l, "deliberation.lang.ar")}, {Value: "ary", Label: i18n.T(l, "deliberation.lang.ary")},
		{Value: "fr", Label: i18n.T(l, "deliberation.lang.fr")}}
}
