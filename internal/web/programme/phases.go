package programme

import (
	"net/http"
	"strconv"
	"time"

	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

func (h *Handlers) newCycle(w http.ResponseWriter, r *http.Request) error {
	return h.showCycle(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showCycle(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req, p, err := h.frame(r)
	if err != nil {
		return err
	}
	d := formData{Base: req.Page("frame.cycle.add"), Form: form, Action: req.Base.P(work + "/cycles/new"), Submit: req.Base.T("frame.cycle.begin")}
	d.Title, d.Lead = ui.M(d.Lang, "frame.cycle.add"), ui.M(d.Lang, "frame.cycle.lead", "cycle", p.Cycle()+1)
	d.addWords("title", d.T("frame.cycle.title"), false)
	return show(w, r, status, d, 0)
}

func (h *Handlers) beginCycle(w http.ResponseWriter, r *http.Request) error {
	return h.post(w, r, "frame.flash.cycle", func(req *page.Request, _ *programme.Programme, form *page.Form) error {
		_, err := h.Programmes.BeginCycle(r.Context(), req.Actor, form.Words("title"), form.Once())
		return err
	}, h.showCycle)
}

func (h *Handlers) newPhase(w http.ResponseWriter, r *http.Request) error {
	_, p, err := h.frame(r)
	if err != nil {
		return err
	}
	return h.showPhase(w, r, http.StatusOK, page.NewForm("cycle", strconv.FormatInt(p.Cycle(), 10)))
}

func (h *Handlers) showPhase(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req, p, err := h.frame(r)
	if err != nil {
		return err
	}
	d := formData{Base: req.Page("frame.phase.add"), Form: form, Action: req.Base.P(work + "/phases/new"), Submit: req.Base.T("frame.phase.open")}
	d.Title, d.Lead = ui.M(d.Lang, "frame.phase.add"), ui.M(d.Lang, "frame.phase.lead")
	var cycles []ui.Option
	for _, c := range p.Cycles {
		title, _ := c.Title.In(d.Lang)
		cycles = append(cycles, ui.Option{Value: strconv.FormatInt(c.Number, 10), Label: title})
	}
	cycle := ui.FieldOf(d.Lang, form, "cycle", d.T("frame.cycle")).Must().WithOptions(cycles...)
	d.Fields, d.Blocks = append(d.Fields, cycle), append(d.Blocks, ui.Select(cycle))
	d.addStage()
	d.addMoment("opens_at", d.T("frame.phase.opens"))
	d.addMoment("closes_at", d.T("frame.phase.closes"))
	return show(w, r, status, d, 0)
}

// addMoment asks for a day and a time of day in Morocco's time.
func (d *formData) addMoment(name, label string) {
	f := ui.FieldOf(d.Lang, d.Form, name, label).Must()
	f.Type, f.Width = "datetime-local", "medium"
	d.Fields, d.Blocks = append(d.Fields, f), append(d.Blocks, ui.TextField(f))
}

func (h *Handlers) openPhase(w http.ResponseWriter, r *http.Request) error {
	return h.post(w, r, "frame.flash.phase", func(req *page.Request, _ *programme.Programme, form *page.Form) error {
		f := programme.Phase{Cycle: form.Int("cycle"), Stage: programme.Stage(form.Text("stage")), OpensAt: form.Time("opens_at"), ClosesAt: form.Time("closes_at")}
		for field, t := range map[string]time.Time{"opens_at": f.OpensAt, "closes_at": f.ClosesAt} {
			if t.IsZero() && form.Error(req.Base.Lang, field) == "" {
				form.Add(field, "fault.required")
			}
		}
		if len(form.Faults) > 0 {
			return nil
		}
		_, err := h.Programmes.OpenPhase(r.Context(), req.Actor, f, form.Once())
		return err
	}, h.showPhase)
}

func (h *Handlers) editPhase(w http.ResponseWriter, r *http.Request) error {
	_, p, err := h.frame(r)
	if err != nil {
		return err
	}
	f, err := phase(r, p)
	if err != nil {
		return err
	}
	return h.showExtension(w, r, http.StatusOK, page.NewForm("closes_at", page.Moment(f.ClosesAt), "version", version(f.Version)))
}

func (h *Handlers) showExtension(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req, p, err := h.frame(r)
	if err != nil {
		return err
	}
	f, err := phase(r, p)
	if err != nil {
		return err
	}
	l := req.Base.Lang
	d := formData{Base: req.Page("frame.phase.extend"), Form: form, Submit: req.Base.T("frame.phase.extend"), Saved: ui.Moment(l, f.ClosesAt),
		Action: req.Base.P(work + "/phases/" + f.ID)}
	d.Title = ui.M(l, "frame.phase.extend")
	d.Lead = ui.M(l, "frame.phase.extend_lead", "stage", d.T("stage."+string(f.Stage)), "cycle", f.Cycle, "opens", ui.Moment(l, f.OpensAt), "closes", ui.Moment(l, f.ClosesAt))
	d.addMoment("closes_at", d.T("frame.phase.new_closing"))
	reason := ui.FieldOf(l, form, "reason", d.T("frame.phase.reason")).WithHint(d.T("frame.phase.reason_hint")).Must()
	d.Fields, d.Blocks = append(d.Fields, reason), append(d.Blocks, ui.TextArea(reason))
	return show(w, r, status, d, f.Version)
}

func (h *Handlers) extendPhase(w http.ResponseWriter, r *http.Request) error {
	return h.post(w, r, "frame.flash.extended", func(req *page.Request, p *programme.Programme, form *page.Form) error {
		f, err := phase(r, p)
		if err != nil {
			return err
		}
		closes := form.Time("closes_at")
		if len(form.Faults) > 0 {
			return nil
		}
		return h.Programmes.ExtendPhase(r.Context(), req.Actor, f.ID, form.Version(), closes, form.Text("reason"), form.Once())
	}, h.showExtension)
}
