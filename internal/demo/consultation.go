package demo

import (
	"context"
	"fmt"
	"math"
	"strconv"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// scheduleFrame sets up the cycles with their phases, and the steps of the procedure.
func (s *Story) scheduleFrame(t *texts) {
	for _, c := range t.Programme.Cycles {
		first := c.Phases[0].OpenDay
		s.on(first, "08:00", "cycle", func(ctx context.Context) error {
			number, err := s.Programmes.BeginCycle(ctx, s.as(accounts.Coordinator), c.Name, store.NewID())
			if err != nil {
				return err
			}
			for _, f := range c.Phases {
				closes := s.at(365, "18:00")
				if f.CloseDay != nil {
					closes = s.at(*f.CloseDay, f.CloseAt)
				}
				if _, err := s.Programmes.OpenPhase(ctx, s.as(accounts.Coordinator), programme.Phase{Cycle: number, Stage: programme.Stage(f.Stage),
					OpensAt: s.at(f.OpenDay, f.OpenAt), ClosesAt: closes}, store.NewID()); err != nil {
					return err
				}
			}
			return nil
		})
	}
	begin := t.Programme.Cycles[0].Phases[0].OpenDay
	for _, step := range t.Programme.Steps {
		s.on(begin, "08:10", "step", func(ctx context.Context) error {
			id, err := s.Programmes.SetStep(ctx, s.as(accounts.Coordinator), programme.Step{Stage: programme.Stage(step.Stage), Title: step.Title, Body: step.Body,
				Documents: step.Documents, Signatory: step.Signatory, DueAt: s.at(step.EndDay, "18:00")}, store.NewID())
			if err != nil || step.EndDay > 0 {
				return err
			}
			s.on(step.EndDay, "17:00", "step done", func(ctx context.Context) error {
				return s.Programmes.FinishStep(ctx, s.as(accounts.Coordinator), id, 1, store.NewID())
			})
			return nil
		})
	}
}

// reportDays is how long after a meeting its report is published.
const reportDays = 12

func (s *Story) scheduleConsultation(t *texts) {
	for _, m := range t.Meetings {
		s.scheduleMeeting(m)
	}
	meetings := map[string]meetingText{}
	for _, m := range t.Meetings {
		meetings[m.Key] = m
	}
	for _, c := range t.Contributions {
		s.scheduleContribution(c, meetings[c.Meeting])
	}
	for _, p := range t.Proposals {
		s.scheduleProposal(p)
	}
}

func (s *Story) scheduleMeeting(m meetingText) {
	s.on(m.InvitationsDay, "09:00", m.Key, func(ctx context.Context) error {
		d := consultation.MeetingDraft{Cycle: m.Cycle, Kind: consultation.MeetingKind(m.Kind), Title: m.Title, Place: m.Place, Access: m.Access, Unit: m.Unit,
			Chair: m.Chair, StartsAt: s.at(m.Day, m.Start), EndsAt: s.at(m.Day, m.End), InvitedAt: s.at(m.InvitationsDay, "09:00"), Colleges: m.Colleges, Once: store.NewID()}
		for _, a := range m.Agenda {
			d.Agenda = append(d.Agenda, consultation.AgendaItem{Minutes: a.Minutes, Title: a.Title})
		}
		made, err := s.Consultation.CreateMeeting(ctx, s.as(accounts.Coordinator), d)
		s.numbers[m.Key] = made.Number
		return err
	})
	s.on(m.Day, m.End, m.Key+" held", func(ctx context.Context) error {
		return s.Consultation.CloseMeeting(ctx, s.as(accounts.Rapporteur), s.numbers[m.Key], store.NewID())
	})
	s.on(m.Day+reportDays, "16:00", m.Key+" report", func(ctx context.Context) error {
		return s.Consultation.ReleaseMeeting(ctx, s.as(accounts.Coordinator), s.numbers[m.Key], store.NewID())
	})
}

func (s *Story) scheduleContribution(c contributionText, m meetingText) {
	day, at := c.Day, c.At
	if day < m.Day || day == m.Day && at < m.Start {
		day, at = m.Day, m.End // sent before the meeting, recorded with its lines
	}
	s.on(day, at, c.Key, func(ctx context.Context) error {
		table := ""
		if c.Table > 0 {
			table = strconv.Itoa(c.Table)
		}
		made, err := s.Consultation.RecordContribution(ctx, s.as(accounts.Rapporteur), consultation.ContributionDraft{
			Meeting: s.numbers[c.Meeting], Kind: consultation.ContributionKind(c.Kind), Raw: c.Raw, RawLang: c.RawLang,
			Reformulation: i18n.Text{Ar: c.Reformulation}, College: c.College, Unit: c.Commune, Axis: c.Axis, Table: table,
			Channel: consultation.Channel(c.Channel), Origin: c.Origin, ByScribe: c.Scribe, Once: store.NewID()})
		s.numbers[c.Key] = made.Number
		return err
	})
	type asideCommand func(ctx context.Context, actor accounts.Actor, number string, reason i18n.Text, once string) error
	for _, a := range []struct {
		act  *act
		role accounts.Role
		do   asideCommand
	}{{c.SetAside, accounts.Rapporteur, s.Consultation.SetAside}, {c.Withdrawn, accounts.Rapporteur, s.Consultation.WithdrawContribution},
		{c.Hidden, accounts.Coordinator, s.Consultation.HideContribution}} {
		if a.act == nil {
			continue
		}
		day := a.act.Day
		if a.role == accounts.Rapporteur {
			day = min(day, m.Day+reportDays-1) // before the report is public
		}
		s.on(day, "15:00", c.Key+" put aside", func(ctx context.Context) error {
			return a.do(ctx, s.as(a.role), s.numbers[c.Key], a.act.Reason, store.NewID())
		})
	}
}

func (s *Story) scheduleProposal(p proposalText) {
	if p.fromPeople() {
		s.on(p.Day, p.At, p.Key, func(ctx context.Context) error { return s.submit(ctx, p) })
		if len(p.Answers) > 0 {
			s.on(p.Day+readDays, "10:30", p.Key+" read", func(ctx context.Context) error { return s.read(ctx, p) })
		}
	} else {
		s.on(p.Day, p.At, p.Key, func(ctx context.Context) error { return s.group(ctx, p) })
	}
	for i, a := range p.Answers {
		s.on(a.Day, fmt.Sprintf("11:%02d", i), p.Key+" answered", func(ctx context.Context) error { return s.answer(ctx, p, i) })
	}
	if p.State == "under_review" {
		s.on(p.Day+3, "10:00", p.Key+" examined", func(ctx context.Context) error {
			return s.onProposal(ctx, p, s.Consultation.PublishProposal, s.Consultation.StartExamination)
		})
	}
}

// readDays is how long a proposal from the web waits until somebody has read it.
const readDays = 9

// fromPeople tells that people sent the proposal, rather than staff made it of contributions.
func (p proposalText) fromPeople() bool { return p.Channel == "web" || p.Channel == "phone" }

func (p proposalText) draft() consultation.ProposalDraft {
	return consultation.ProposalDraft{Title: p.Title, Body: p.Body, Lang: p.BodyLang, Units: p.Communes, Axis: p.Axis, Cycle: p.Cycle,
		Channel: consultation.Channel(p.Channel), Once: store.NewID()}
}

// submit sends a proposal as its author did: a visitor from the web, or by
// telephone through whoever noted it.
func (s *Story) submit(ctx context.Context, p proposalText) (err error) {
	d, actor := p.draft(), accounts.Visitor(s.programme.ID)
	d.College, d.Title = "citizens", i18n.Text{Ar: p.Title.Ar}
	if p.BodyLang == "fr" {
		d.Title = i18n.Text{Fr: p.Title.Fr}
	}
	if p.Channel == "web" {
		d.Code = consultation.NewFollowUpCode()
	} else {
		actor = s.as(accounts.Rapporteur)
	}
	s.numbers[p.Key], err = s.Consultation.SubmitProposal(ctx, actor, d)
	return err
}

// read publishes what was sent and joins the contributions that say the same.
func (s *Story) read(ctx context.Context, p proposalText) error {
	cited, err := s.numbersOf(p.From)
	if err != nil {
		return err
	}
	if err := s.onProposal(ctx, p, s.Consultation.PublishProposal); err != nil || len(cited) == 0 {
		return err
	}
	_, err = s.Consultation.GroupContributions(ctx, s.as(accounts.Examiner), consultation.Grouping{Contributions: cited, Proposal: s.numbers[p.Key], Once: store.NewID()})
	return err
}

// group makes a proposal of the contributions it cites.
func (s *Story) group(ctx context.Context, p proposalText) error {
	cited, err := s.numbersOf(p.From)
	if err != nil {
		return err
	}
	s.numbers[p.Key], err = s.Consultation.GroupContributions(ctx, s.as(accounts.Examiner), consultation.Grouping{Contributions: cited, New: p.draft(), Once: store.NewID()})
	return err
}

type versioned func(ctx context.Context, actor accounts.Actor, number string, version int64, once string) error

// onProposal runs commands that need the version they were decided on.
func (s *Story) onProposal(ctx context.Context, p proposalText, commands ...versioned) error {
	for _, do := range commands {
		version, err := s.version(ctx, p.Key)
		if err != nil {
			return err
		}
		if err := do(ctx, s.as(accounts.Examiner), s.numbers[p.Key], version, store.NewID()); err != nil {
			return err
		}
	}
	return nil
}

func (s *Story) version(ctx context.Context, key string) (int64, error) {
	number, err := s.number(key)
	if err != nil {
		return 0, err
	}
	page, err := s.Consultation.WorkProposal(ctx, s.as(accounts.Coordinator), number)
	return page.Version, err
}

// answer gives the i-th answer, and with a retained one the screening and the estimate.
func (s *Story) answer(ctx context.Context, p proposalText, i int) error {
	a := p.Answers[i]
	d := consultation.AnswerDraft{Number: s.numbers[p.Key], Decision: consultation.Outcome(a.Decision), Sentence: a.Sentence, Reason: a.Reason,
		ReferredTo: s.orgs[a.ReferredTo], DeferredTo: a.DeferredTo, Once: store.NewID()}
	var err error
	if a.MergedInto != "" {
		if d.MergedInto, err = s.number(a.MergedInto); err != nil {
			return err
		}
	}
	if d.Version, err = s.version(ctx, p.Key); err != nil {
		return err
	}
	if err := s.Consultation.AnswerProposal(ctx, s.as(accounts.Role(a.By)), d); err != nil {
		return err
	}
	if d.Decision != consultation.Retained && d.Decision != consultation.RetainedInPart || p.EstimateMDH == 0 {
		return nil
	}
	screen := func(ctx context.Context, actor accounts.Actor, number string, version int64, once string) error {
		return s.Consultation.ScreenProposal(ctx, actor, consultation.ScreeningDraft{Number: number, Version: version, Result: consultation.Passed, Motive: screened, Once: once})
	}
	estimate := func(ctx context.Context, actor accounts.Actor, number string, version int64, once string) error {
		return s.Consultation.EstimateProposal(ctx, actor, number, version, int64(math.Round(p.EstimateMDH*100))*1_000_000, once)
	}
	return s.onProposal(ctx, p, screen, estimate)
}

// screened is the motive of every screening that a proposal of the demonstration passed.
var screened = i18n.Text{
	Ar: "اجتاز المقترح الفحص التقني وفحص الاختصاص: صاحب المشروع معروف، والمقترح غير ممول ببرنامج آخر، ومستغله بعد التسلم محدد.",
	Fr: "La proposition a passé l’examen technique et de compétence : maître d’ouvrage identifié, pas de financement dans un autre programme, exploitant désigné après réception.",
}
