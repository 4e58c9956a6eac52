package programme

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// formData is the page of one form.
type formData struct {
	page.Base
	Form    *page.Form
	Title   templ.Component
	Lead    templ.Component // nil for none
	Action  string
	Back    string // where cancelling leads
	Submit  string
	Version int64
	Fields  []ui.Field // all of them, for the summary of faults
	Blocks  []templ.Component
	Saved   templ.Component // after a conflict: what somebody else has saved
}

// show renders a form. After a conflict it carries the version that stands now,
// so that saving again is a decision and not an accident.
func show(w http.ResponseWriter, r *http.Request, status int, d formData, current int64) error {
	d.Version = d.Form.Version()
	if d.Form.Has("conflict", "1") {
		d.Version = current
	} else {
		d.Saved = nil
	}
	d.Back = d.P(work)
	d.Crumbs = []page.Crumb{{Label: d.T("nav.frame"), Href: d.Back}, {Label: d.Base.Title}}
	return page.Render(w, r, status, formView(d))
}

func version(v int64) string { return strconv.FormatInt(v, 10) }

// words are the values of a text in three languages for page.NewForm.
func words(name string, t i18n.Text) []string {
	return []string{name + "_ar", t.Ar, name + "_fr", t.Fr, name + "_en", t.En}
}

// axis finds the axis that an address names; the zero axis for a new one.
func axis(r *http.Request, p *programme.Programme) (programme.Axis, error) {
	id := r.PathValue("id")
	if id == fresh {
		return programme.Axis{}, nil
	}
	if a, ok := p.Axis(id); ok {
		return a, nil
	}
	return programme.Axis{}, fault.New(fault.NotFound, "fault.not_found")
}

func (h *Handlers) editAxis(w http.ResponseWriter, r *http.Request) error {
	_, p, err := h.frame(r)
	if err != nil {
		return err
	}
	a, err := axis(r, p)
	if err != nil {
		return err
	}
	return h.showAxis(w, r, http.StatusOK, page.NewForm(append(words("name", a.Name), "id", a.ID, "version", version(a.Version))...))
}

func (h *Handlers) showAxis(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req, p, err := h.frame(r)
	if err != nil {
		return err
	}
	a, err := axis(r, p)
	if err != nil {
		return err
	}
	d := formData{Base: req.Page("frame.axis.edit"), Form: form, Action: req.Base.P(work + "/axes/" + r.PathValue("id")), Submit: req.Base.T("common.save"),
		Saved: ui.Text(req.Base.Lang, a.Name)}
	if a.ID == "" {
		d.Base, d.Saved = req.Page("frame.axis.add"), nil
		d.addKey()
	}
	d.Title, d.Lead = ui.Str(d.Base.Title), ui.M(d.Lang, "frame.axis.lead")
	d.addWords("name", d.T("frame.name"), false)
	return show(w, r, status, d, a.Version)
}

func (h *Handlers) setAxis(w http.ResponseWriter, r *http.Request) error {
	return h.post(w, r, "frame.flash.axis", func(req *page.Request, p *programme.Programme, form *page.Form) error {
		a, err := axis(r, p)
		if err != nil {
			return err
		}
		a.Name, a.Version = form.Words("name"), form.Version()
		if a.ID == "" {
			if a.ID = form.Text("id"); taken(a.ID, func() bool { _, ok := p.Axis(a.ID); return ok }) {
				form.Add("id", "frame.error.key_taken")
				return nil
			}
		}
		return h.Programmes.SetAxis(r.Context(), req.Actor, a, form.Once())
	}, h.showAxis)
}

// taken tells whether a new key is somebody else's already, or the word for a new one.
func taken(id string, known func() bool) bool { return id == fresh || known() }

// college finds the college that an address names; the zero college for a new one.
func college(r *http.Request, p *programme.Programme) (programme.College, error) {
	id := r.PathValue("id")
	if id == fresh {
		return programme.College{}, nil
	}
	if c, ok := p.College(id); ok {
		return c, nil
	}
	return programme.College{}, fault.New(fault.NotFound, "fault.not_found")
}

func (h *Handlers) editCollege(w http.ResponseWriter, r *http.Request) error {
	_, p, err := h.frame(r)
	if err != nil {
		return err
	}
	c, err := college(r, p)
	if err != nil {
		return err
	}
	return h.showCollege(w, r, http.StatusOK, page.NewForm(append(words("name", c.Name), "id", c.ID, "voice", string(c.Voice), "version", version(c.Version))...))
}

func (h *Handlers) showCollege(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req, p, err := h.frame(r)
	if err != nil {
		return err
	}
	c, err := college(r, p)
	if err != nil {
		return err
	}
	d := formData{Base: req.Page("frame.college.edit"), Form: form, Action: req.Base.P(work + "/colleges/" + r.PathValue("id")), Submit: req.Base.T("common.save")}
	if c.ID == "" {
		d.Base = req.Page("frame.college.add")
		d.addKey()
	} else {
		d.Saved = ui.Join(" · ", ui.Text(d.Lang, c.Name), ui.M(d.Lang, "frame.voice."+string(c.Voice)))
	}
	d.Title, d.Lead = ui.Str(d.Base.Title), ui.M(d.Lang, "frame.college.lead")
	d.addWords("name", d.T("frame.name"), false)
	voice := ui.FieldOf(d.Lang, form, "voice", d.T("frame.voice")).WithHint(d.T("frame.voice_hint")).Must().WithOptions(voices(d.Lang)...)
	d.Fields, d.Blocks = append(d.Fields, voice), append(d.Blocks, ui.Choices(voice))
	return show(w, r, status, d, c.Version)
}

func voices(l i18n.Lang) (list []ui.Option) {
	for _, v := range []programme.Voice{programme.Preference, programme.Opinion, programme.NoVoice} {
		list = append(list, ui.Option{Value: string(v), Label: i18n.T(l, "frame.voice."+string(v))})
	}
	return list
}

func (h *Handlers) setCollege(w http.ResponseWriter, r *http.Request) error {
	return h.post(w, r, "frame.flash.college", func(req *page.Request, p *programme.Programme, form *page.Form) error {
		c, err := college(r, p)
		if err != nil {
			return err
		}
		c.Name, c.Voice, c.Version = form.Words("name"), programme.Voice(form.Text("voice")), form.Version()
		if c.ID == "" {
			if c.ID = form.Text("id"); taken(c.ID, func() bool { _, ok := p.College(c.ID); return ok }) {
				form.Add("id", "frame.error.key_taken")
				return nil
			}
		}
		return h.Programmes.SetCollege(r.Context(), req.Actor, c, form.Once())
	}, h.showCollege)
}

// addKey asks for the key of a new axis or college.
func (d *formData) addKey() {
	f := ui.FieldOf(d.Lang, d.Form, "id", d.T("frame.key")).WithHint(d.T("frame.key_hint")).Must()
	f.Width, f.Content = "medium", i18n.En
	d.Fields, d.Blocks = append(d.Fields, f), append(d.Blocks, ui.TextField(f))
}

// addWords asks for a text in three languages. Arabic or French is enough, so
// none of the fields alone is required.
func (d *formData) addWords(name, label string, area bool) {
	fields := ui.Words(d.Lang, d.Form, name, label)
	d.Fields, d.Blocks = append(d.Fields, fields...), append(d.Blocks, ui.WordsFields(fields, area))
}
