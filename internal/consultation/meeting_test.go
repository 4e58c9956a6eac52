package consultation

import (
	"math"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
)

func TestAMeetingFromItsAnnouncementToItsReport(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		d := w.meetingDraft()
		d.Once = "once-meeting"
		m, err := w.CreateMeeting(ctx, w.coordinator, d)
		w.must(err)
		again, err := w.CreateMeeting(ctx, w.coordinator, d)
		w.must(err)
		if again.Number != m.Number || m.State != Planned || len(m.Agenda) != 2 || m.Agenda[1].Minutes != 120 {
			w.Errorf("created %+v, then %s", m, again.Number)
		}
		if days, ok := m.NoticeDays(); !ok || days != 13 {
			w.Errorf("notice of %d days, want 12: the invitations went out 13 days before now, the meeting began an hour ago", days)
		}
		d.Number, d.Version, d.Once, d.Title.Ar = m.Number, m.Version, "", "ورشة الماء والتطهير"
		w.must(w.ChangeMeeting(ctx, w.coordinator, d))
		w.wants(w.ChangeMeeting(ctx, w.coordinator, d), fault.Conflict, "fault.conflict")
		d.Version = 0
		w.wants(w.ChangeMeeting(ctx, w.coordinator, d), fault.Conflict, "fault.conflict")
		c := w.contribution(m.Number)
		w.wants(w.ReleaseMeeting(ctx, w.coordinator, m.Number, ""), fault.Closed, "consultation.error.meeting_not_held")
		w.must(w.CloseMeeting(ctx, w.rapporteur, m.Number, ""))
		if _, err := w.Contribution(ctx, w.p.ID, c.Number); !fault.Is(err, fault.NotFound) {
			w.Errorf("before the release a contribution is answered with %v", err)
		}
		w.wants(w.ReleaseMeeting(ctx, w.rapporteur, m.Number, ""), fault.Forbidden, "fault.forbidden")
		w.must(w.ReleaseMeeting(ctx, w.coordinator, m.Number, ""))
		page, err := w.Contribution(ctx, w.p.ID, c.Number)
		w.must(err)
		if page.Raw != c.Raw || page.Meeting.Title.Ar != "ورشة الماء والتطهير" {
			w.Errorf("after the release: %+v", page)
		}
		late := w.contribution(m.Number) // a sheet of paper, typed in after the report
		if late.Release != programme.Public || late.Ordinal != 2 {
			w.Errorf("a late sheet is %s with ordinal %d", late.Release, late.Ordinal)
		}
		for _, r := range w.log() {
			if !r.Open {
				w.Errorf("%s of %s is still closed after the release", r.Kind, r.Subject)
			}
		}
	})
}

func TestTheRulesOfAMeeting(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		_, err := w.CreateMeeting(ctx, w.rapporteur, w.meetingDraft())
		w.wants(err, fault.Forbidden, "fault.forbidden")
		_, err = w.CreateMeeting(ctx, w.visitor, w.meetingDraft())
		w.wants(err, fault.Unauthenticated, "fault.sign_in")
		_, err = w.CreateMeeting(ctx, w.coordinator, MeetingDraft{})
		for _, key := range []string{"fault.choose_one", "fault.required_language", "fault.required", "fault.choose_some"} {
			w.wants(err, fault.Invalid, key)
		}
		// Minutes are added up: a number at the edge of what a computer counts must not turn the sum negative.
		d := w.meetingDraft()
		for _, minutes := range []int{math.MaxInt, maxMinutes + 1} {
			d.Agenda = []AgendaItem{{minutes, i18n.Text{Ar: "الاستقبال"}}, {minutes, i18n.Text{Ar: "الطاولات"}}}
			_, err = w.CreateMeeting(ctx, w.coordinator, d)
			w.wants(err, fault.Invalid, "fault.number_range")
			for _, f := range fault.All(err) {
				if f.Key == "consultation.error.agenda_long" {
					w.Errorf("%d minutes: %v", minutes, f.Args)
				}
			}
		}
		d = w.meetingDraft()
		d.Unit, d.Axis, d.Colleges = "07.001", "gold", []string{"kings"}
		d.Agenda[0].Minutes = 200
		_, err = w.CreateMeeting(ctx, w.coordinator, d)
		w.wants(err, fault.Invalid, "fault.unknown_choice")
		w.wants(err, fault.Invalid, "consultation.error.agenda_long")

		m := w.meeting()
		w.wants(w.CancelMeeting(ctx, w.coordinator, m.Number, i18n.Text{Ar: "قصير"}, ""), fault.Invalid, "fault.too_short")
		w.must(w.CancelMeeting(ctx, w.coordinator, m.Number, reason("تعذر فتح القاعة"), ""))
		_, err = w.RecordContribution(ctx, w.rapporteur, contributionDraft(m.Number))
		w.wants(err, fault.Closed, "consultation.error.meeting_fixed")

		d = w.meetingDraft()
		d.StartsAt, d.EndsAt, d.InvitedAt = w.clock.Now().Add(48*time.Hour), w.clock.Now().Add(51*time.Hour), time.Time{}
		coming, err := w.CreateMeeting(ctx, w.coordinator, d)
		w.must(err)
		_, err = w.RecordContribution(ctx, w.rapporteur, contributionDraft(coming.Number))
		w.wants(err, fault.Closed, "consultation.error.meeting_not_begun")
		w.wants(w.CloseMeeting(ctx, w.rapporteur, coming.Number, ""), fault.Closed, "consultation.error.meeting_not_begun")
		_, err = w.Meeting(ctx, w.p.ID, "M-9999-0")
		w.wants(err, fault.NotFound, "consultation.error.meeting_unknown")
	})
}

func TestARapporteurOfOneAxisNotesWhateverIsSaidInItsWorkshop(t *testing.T) {
	eachWorld(t, func(w *world) {
		d := w.meetingDraft()
		d.Axis = "water"
		m, err := w.CreateMeeting(w.Context(), w.coordinator, d)
		w.must(err)
		rapporteur := accounts.Actor{Programme: w.p.ID, Person: "r", Within: w.pack.Within, Grants: []accounts.Grant{{Role: accounts.Rapporteur, Axis: "water", Unit: bour}}}
		c := contributionDraft(m.Number)
		c.Axis, c.Unit = "social", city
		_, err = w.RecordContribution(w.Context(), rapporteur, c)
		w.must(err)
		_, err = w.RecordContribution(w.Context(), rapporteur, contributionDraft(w.meeting().Number))
		w.wants(err, fault.Forbidden, "fault.forbidden") // a meeting of all axes is not one axis's
	})
}

func TestFridayPrayer(t *testing.T) {
	at := func(day, hour, minute int) time.Time {
		return time.Date(2026, time.November, day, hour, minute, 0, 0, i18n.Zone)
	}
	for _, c := range []struct {
		name         string
		starts, ends time.Time
		want         bool
	}{
		{"Friday over noon", at(27, 10, 0), at(27, 12, 30), true},
		{"Friday within", at(27, 13, 0), at(27, 14, 0), true},
		{"Friday morning", at(27, 9, 0), at(27, 12, 0), false},
		{"Friday afternoon", at(27, 15, 0), at(27, 18, 0), false},
		{"Thursday", at(26, 12, 0), at(26, 15, 0), false},
	} {
		if got := FridayPrayer(c.starts.UTC(), c.ends.UTC()); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestAMeetingThatWasHeldIsNotPutOff: what was said keeps its day, and a form that
// is right but for the place is no matter of rights.
func TestAMeetingThatWasHeldIsNotPutOff(t *testing.T) {
	eachWorld(t, func(w *world) {
		ctx := w.Context()
		m, d := w.meeting(), w.meetingDraft()
		d.Number, d.Version = m.Number, m.Version
		d.StartsAt, d.EndsAt = d.StartsAt.AddDate(0, 0, 3), d.EndsAt.AddDate(0, 0, 3)
		w.must(w.ChangeMeeting(ctx, w.coordinator, d))
		d = w.meetingDraft()
		d.Number, d.Version = m.Number, m.Version+1
		w.must(w.ChangeMeeting(ctx, w.coordinator, d))
		w.contribution(m.Number)
		for range 2 {
			now, err := w.Meeting(ctx, w.p.ID, m.Number)
			w.must(err)
			late := d
			late.Version, late.StartsAt, late.EndsAt = now.Version, d.StartsAt.AddDate(0, 0, 3), d.EndsAt.AddDate(0, 0, 3)
			w.wants(w.ChangeMeeting(ctx, w.coordinator, late), fault.Invalid, "consultation.error.meeting_begun")
			if now.State == Planned {
				w.must(w.CloseMeeting(ctx, w.rapporteur, m.Number, ""))
			}
		}
		w.must(w.ReleaseMeeting(ctx, w.coordinator, m.Number, ""))
		now, err := w.Meeting(ctx, w.p.ID, m.Number)
		w.must(err)
		d.Version = now.Version
		w.wants(w.ChangeMeeting(ctx, w.coordinator, d), fault.Closed, "consultation.error.meeting_fixed")

		cercle := accounts.Actor{Programme: w.p.ID, Person: "c", Within: w.pack.Within, Grants: []accounts.Grant{{Role: accounts.Coordinator, Unit: bour}}}
		d = w.meetingDraft()
		d.Unit = ""
		_, err = w.CreateMeeting(ctx, cercle, d)
		w.wants(err, fault.Invalid, "fault.required")
		d.Unit = gueliz
		_, err = w.CreateMeeting(ctx, cercle, d)
		w.wants(err, fault.Forbidden, "fault.forbidden")
		inside := w.meeting()
		d.Number, d.Version = inside.Number, inside.Version
		w.wants(w.ChangeMeeting(ctx, cercle, d), fault.Forbidden, "fault.forbidden") // moved out of its territory
	})
}
