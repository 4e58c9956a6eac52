package consultation

import (
	"net/http"
	"strconv"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/web/page"
)

func (h *Handlers) staffMeetings(w http.ResponseWriter, r *http.Request) error {
	frame, err := h.staffFrame(r, "nav.meetings")
	if err != nil {
		return err
	}
	req := page.Of(r)
	if err := somewhere(req, accounts.InternalRead); err != nil {
		return err
	}
	d := staffMeetingsData{publicData: frame, May: req.Actor.Somewhere(accounts.MeetingManage)}
	if d.List, err = h.Consultation.Meetings(r.Context(), req.Actor.Programme, consultation.MeetingFilter{Page: pageAsked(r)}); err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, staffMeetingsView(d))
}

func (h *Handlers) newMeeting(w http.ResponseWriter, r *http.Request) error {
	return h.showMeetingForm(w, r, http.StatusOK, page.NewForm(), "")
}

// editMeeting shows the form of a meeting filled with what was announced.
func (h *Handlers) editMeeting(w http.ResponseWriter, r *http.Request) error {
	m, err := h.Consultation.Meeting(r.Context(), page.Of(r).Actor.Programme, r.PathValue("number"))
	if err != nil {
		return err
	}
	return h.showMeetingForm(w, r, http.StatusOK, meetingForm(m), m.Number)
}

func (h *Handlers) showMeetingForm(w http.ResponseWriter, r *http.Request, status int, form *page.Form, number string) error {
	req, title := page.Of(r), "consultation_work.new_meeting"
	if err := somewhere(req, accounts.MeetingManage); err != nil {
		return err
	}
	if number != "" {
		title = "consultation_work.edit_meeting"
		m, err := h.Consultation.Meeting(r.Context(), req.Actor.Programme, number)
		if err != nil {
			return err
		}
		form.Stands(m.Version)
	}
	frame, err := h.staffFrame(r, title)
	if err != nil {
		return err
	}
	d := meetingFormData{publicData: frame, Form: form, Number: number}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.meetings"), Href: d.P(workMeetings)}}
	if number != "" {
		d.Crumbs = append(d.Crumbs, page.Crumb{Label: number, Href: d.P(workMeetings + "/" + number)})
	}
	d.Crumbs = append(d.Crumbs, page.Crumb{Label: d.Title})
	return page.Render(w, r, status, meetingFormView(d))
}

// The rows that a meeting's form offers for the agenda: some for a new meeting,
// and behind the points of one that has more, room for further ones.
const agendaRows, moreRows = 5, 2

// meetingForm is the form of a meeting as it stands.
func meetingForm(m consultation.Meeting) *page.Form {
	form := page.NewForm("kind", string(m.Kind), "unit", m.Unit, "axis", m.Axis, "starts_at", page.Moment(m.StartsAt), "ends_at", page.Moment(m.EndsAt),
		"version", strconv.FormatInt(m.Version, 10))
	if !m.InvitedAt.IsZero() {
		form.Values.Set("invited_at", i18n.ISO(m.InvitedAt))
	}
	form.Values["colleges"] = m.Colleges
	for name, text := range map[string]i18n.Text{"title": m.Title, "place": m.Place, "access": m.Access, "chair": m.Chair, "conduct": m.Conduct} {
		form.SetWords(name, text)
	}
	setAgenda(form, m.Agenda, len(m.Agenda)+moreRows)
	return form
}

// setAgenda fills the rows of the agenda and empties those behind it.
func setAgenda(form *page.Form, agenda []consultation.AgendaItem, rows int) {
	for i := range max(points(form), rows) {
		n, minutes, item := strconv.Itoa(i+1), "", consultation.AgendaItem{}
		if i < len(agenda) {
			item = agenda[i]
		}
		if item.Minutes != 0 {
			minutes = strconv.Itoa(item.Minutes)
		}
		form.SetWords("agenda_"+n, item.Title)
		form.Values.Set("minutes_"+n, minutes)
	}
}

// points is how many points of the agenda the form holds.
func points(form *page.Form) int {
	n := agendaRows
	for form.Values.Has("minutes_" + strconv.Itoa(n+1)) {
		n++
	}
	return n
}

// meetingDraft is what the form says of a meeting. Empty points of the agenda
// leave the form too, so that a fault of the third point stands at the third row.
func meetingDraft(form *page.Form) consultation.MeetingDraft {
	d := consultation.MeetingDraft{Version: form.Version(), Kind: consultation.MeetingKind(form.Text("kind")), Title: form.Words("title"), Place: form.Words("place"),
		Access: form.Words("access"), Unit: form.Text("unit"), Axis: form.Text("axis"), Chair: form.Words("chair"), Conduct: form.Words("conduct"), StartsAt: form.Time("starts_at"), EndsAt: form.Time("ends_at"),
		InvitedAt: form.Time("invited_at"), Colleges: form.All("colleges"), Once: form.Once()}
	for i := range points(form) {
		n := strconv.Itoa(i + 1)
		if title := form.Words("agenda_" + n); !title.Empty() || form.Text("minutes_"+n) != "" {
			d.Agenda = append(d.Agenda, consultation.AgendaItem{Minutes: int(form.Int("minutes_" + n)), Title: title})
		}
	}
	if len(form.Faults) == 0 {
		setAgenda(form, d.Agenda, len(d.Agenda))
	}
	return d
}

func (h *Handlers) createMeeting(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	var made consultation.Meeting
	if d := meetingDraft(form); len(form.Faults) == 0 {
		made, err = h.Consultation.CreateMeeting(r.Context(), req.Actor, d)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showMeetingForm(w, r, http.StatusUnprocessableEntity, form, "")
	}
	return page.Redirect(w, r, req.Base.P(workMeetings+"/"+made.Number), page.Done, "consultation_work.flash.saved")
}

func (h *Handlers) changeMeeting(w http.ResponseWriter, r *http.Request) error {
	req, number := page.Of(r), r.PathValue("number")
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	d := meetingDraft(form)
	d.Number = number
	if len(form.Faults) == 0 {
		err = h.Consultation.ChangeMeeting(r.Context(), req.Actor, d)
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showMeetingForm(w, r, http.StatusUnprocessableEntity, form, number)
	}
	return page.Redirect(w, r, req.Base.P(workMeetings+"/"+number), page.Done, "consultation_work.flash.saved")
}

func (h *Handlers) staffMeeting(w http.ResponseWriter, r *http.Request) error {
	return h.showStaffMeeting(w, r, http.StatusOK, page.NewForm())
}

func (h *Handlers) showStaffMeeting(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	frame, err := h.staffFrame(r, "nav.meetings")
	if err != nil {
		return err
	}
	d := staffMeetingData{publicData: frame, Form: form}
	if d.Page, err = h.Consultation.WorkMeeting(r.Context(), req.Actor, r.PathValue("number"), pageAsked(r)); err != nil {
		return err
	}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.meetings"), Href: d.P(workMeetings)}, {Label: d.Page.Number}}
	d.MayManage = req.Actor.Can(accounts.MeetingManage, d.Page.Unit, d.Page.Axis)
	d.MayRecord = req.Actor.Can(accounts.ContributionRecord, d.Page.Unit, d.Page.Axis)
	return page.Render(w, r, status, staffMeetingView(d))
}

func (h *Handlers) actOnMeeting(w http.ResponseWriter, r *http.Request) error {
	req, number := page.Of(r), r.PathValue("number")
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	switch form.Text("act") {
	case "close":
		err = h.Consultation.CloseMeeting(r.Context(), req.Actor, number, form.OnceFor(form.Text("act")))
	case "release":
		err = h.Consultation.ReleaseMeeting(r.Context(), req.Actor, number, form.OnceFor(form.Text("act")))
	case "cancel":
		err = h.Consultation.CancelMeeting(r.Context(), req.Actor, number, form.Words("reason"), form.OnceFor(form.Text("act")))
	default:
		err = fault.New(fault.Invalid, "error.bad_form")
	}
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showStaffMeeting(w, r, http.StatusUnprocessableEntity, form)
	}
	return page.Redirect(w, r, req.Base.P(workMeetings+"/"+number), page.Done, "consultation_work.flash.saved")
}

// capture is the rapporteur's screen: one line at a time, college and commune remembered.
func (h *Handlers) capture(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	return h.showCapture(w, r, http.StatusOK, page.NewForm("college", q.Get("college"), "unit", q.Get("unit"), "axis", q.Get("axis"), "table", q.Get("table"),
		"channel", "room", "kind", "problem", "raw_lang", "ary", "scribe", "1"))
}

func (h *Handlers) showCapture(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	frame, err := h.staffFrame(r, "consultation_work.capture")
	if err != nil {
		return err
	}
	if err := somewhere(req, accounts.ContributionRecord); err != nil {
		return err
	}
	d := captureData{publicData: frame, Form: form}
	if d.Page, err = h.Consultation.WorkMeeting(r.Context(), req.Actor, r.PathValue("number"), 1); err != nil {
		return err
	}
	return page.Render(w, r, status, captureView(d))
}

func (h *Handlers) record(w http.ResponseWriter, r *http.Request) error {
	req, number := page.Of(r), r.PathValue("number")
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	made, err := h.Consultation.RecordContribution(r.Context(), req.Actor, consultation.ContributionDraft{Meeting: number, Kind: consultation.ContributionKind(form.Text("kind")),
		Raw: form.Text("raw"), RawLang: form.Text("raw_lang"), Reformulation: i18n.Text{Ar: form.Text("reformulation")}, College: form.Text("college"), Unit: form.Text("unit"),
		Axis: form.Text("axis"), Table: form.Text("table"), Channel: consultation.Channel(form.Text("channel")), ByScribe: form.Text("scribe") == "1", Once: form.Once()})
	if again, err := form.Take(err); err != nil {
		return err
	} else if again {
		return h.showCapture(w, r, http.StatusUnprocessableEntity, form)
	}
	to := req.Base.P(workMeetings+"/"+number+"/capture") + "?" + remembered(form)
	return page.Redirect(w, r, to, page.Done, "consultation_work.flash.recorded", "ordinal", made.Ordinal)
}
