package programme

import (
	"net/http"
	"time"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// step finds the step that an address names; the zero step for a new one.
func step(r *http.Request, p *programme.Programme) (programme.Step, error) {
	if r.PathValue("place") == fresh {
		return programme.Step{}, nil
	}
	return numbered(p, r.PathValue("place"))
}

func (h *Handlers) editStep(w http.ResponseWriter, r *http.Request) error {
	_, p, err := h.frame(r)
	if err != nil {
		return err
	}
	s, err := step(r, p)
	if err != nil {
		return err
	}
	values := append(words("title", s.Title), words("body", s.Body)...)
	values = append(values, words("documents", s.Documents)...)
	values = append(values, words("signatory", s.Signatory)...)
	return h.showStep(w, r, http.StatusOK, page.NewForm(append(values, "stage", string(s.Stage), "due", day(s.DueAt), "version", version(s.Version))...))
}

// day is a date as a date field reads it again; "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return i18n.ISO(t)
}

func (h *Handlers) showStep(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req, p, err := h.frame(r)
	if err != nil {
		return err
	}
	s, err := step(r, p)
	if err != nil {
		return err
	}
	d := formData{Base: req.Page("frame.step.edit"), Form: form, Action: req.Base.P(work + "/steps/" + r.PathValue("place")), Submit: req.Base.T("common.save"), Saved: ui.Text(req.Base.Lang, s.Title)}
	if s.ID == "" {
		d.Base, d.Saved = req.Page("frame.step.add"), nil
	}
	d.Title, d.Lead = ui.Str(d.Base.Title), ui.M(d.Lang, "frame.step.lead")
	d.addStage()
	d.addWords("title", d.T("frame.step.title"), false)
	d.addWords("body", d.T("frame.step.body"), false)
	d.addWords("documents", d.T("frame.step.documents"), false)
	d.addWords("signatory", d.T("frame.step.signatory"), false)
	due := ui.FieldOf(d.Lang, form, "due", d.T("frame.step.due"))
	d.Fields, d.Blocks = append(d.Fields, due), append(d.Blocks, ui.DateField(due))
	return show(w, r, status, d, s.Version)
}

// addStage asks for one of the seven stages.
func (d *formData) addStage() {
	var options []ui.Option
	for _, s := range programme.Stages {
		options = append(options, ui.Option{Value: string(s), Label: d.T("stage." + string(s))})
	}
	f := ui.FieldOf(d.Lang, d.Form, "stage", d.T("frame.stage")).Must().WithOptions(options...)
	d.Fields, d.Blocks = append(d.Fields, f), append(d.Blocks, ui.Select(f))
}

func (h *Handlers) setStep(w http.ResponseWriter, r *http.Request) error {
	return h.post(w, r, "frame.flash.step", func(req *page.Request, p *programme.Programme, form *page.Form) error {
		s, err := step(r, p)
		if err != nil {
			return err
		}
		s.Stage, s.Title, s.Body = programme.Stage(form.Text("stage")), form.Words("title"), form.Words("body")
		s.Documents, s.Signatory, s.DueAt, s.Version = form.Words("documents"), form.Words("signatory"), form.Time("due"), form.Version()
		if len(form.Faults) > 0 {
			return nil
		}
		_, err = h.Programmes.SetStep(r.Context(), req.Actor, s, form.Once())
		return err
	}, h.showStep)
}

func (h *Handlers) finishStep(w http.ResponseWriter, r *http.Request) error {
	return h.post(w, r, "frame.flash.step_done", func(req *page.Request, p *programme.Programme, form *page.Form) error {
		s, err := numbered(p, r.PathValue("place"))
		if err != nil {
			return err
		}
		return h.Programmes.FinishStep(r.Context(), req.Actor, s.ID, form.Version(), form.Once())
	}, h.editAfter)
}

// editAfter opens the form of a step that changed between the list and the click.
func (h *Handlers) editAfter(w http.ResponseWriter, r *http.Request, _ int, _ *page.Form) error {
	return h.editStep(w, r)
}
