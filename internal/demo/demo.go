// Package demo plays the demonstration: the programme of Marrakech prefecture,
// with a closed first cycle and an open second one, through the same commands
// that users run. The census is real; all else is illustrative (texts/README.md).
package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
)

// Slug is the demonstration's address.
const Slug = "marrakech"

const prefecture = "07.351"

// Services are the modules whose commands the story uses.
type Services struct {
	DB             *store.DB
	Accounts       *accounts.Service
	Programmes     *programme.Service
	Territory      *territory.Pack
	Consultation   *consultation.Service
	Deliberation   *deliberation.Service
	Prioritisation *prioritisation.Service
	Roadmap        *roadmap.Service
	Delivery       *delivery.Service
	Evaluation     *evaluation.Service
}

// Story plays the demonstration's texts. today is the day to which all of them
// are relative.
type Story struct {
	Services
	clock *Clock
	today time.Time // midnight in Morocco

	programme *programme.Programme
	actors    map[accounts.Role]accounts.Actor
	acting    map[string]accounts.Actor // organisation key → contracting authority that acts for it
	orgs      map[string]string         // key → id
	numbers   map[string]string         // key of anything numbered → its number
	events    []event
}

// event is one thing that happens at its time.
type event struct {
	at   time.Time
	what string
	do   func(ctx context.Context) error
}

// New makes the story of a day, played with a clock that the database shares.
func New(svc Services, clock *Clock, today time.Time) *Story {
	y, m, d := today.In(i18n.Zone).Date()
	return &Story{Services: svc, clock: clock, today: time.Date(y, m, d, 0, 0, 0, 0, i18n.Zone),
		actors: map[accounts.Role]accounts.Actor{}, acting: map[string]accounts.Actor{}, orgs: map[string]string{}, numbers: map[string]string{}}
}

// Begin is the time at which the story begins, to which its clock must be set.
func Begin(today time.Time) time.Time { return today.AddDate(0, 0, -460) }

// at is a clock time of a day of the story.
func (s *Story) at(day int, clock string) time.Time {
	h, m, _ := strings.Cut(clock, ":")
	hour, _ := strconv.Atoi(h)
	minute, _ := strconv.Atoi(m)
	return s.today.AddDate(0, 0, day).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
}

// on schedules what happens at a time of the story; what lies in the future does not happen yet.
func (s *Story) on(day int, clock, what string, do func(ctx context.Context) error) {
	s.events = append(s.events, event{s.at(day, clock), what, do})
}

// Play tells the story up to now, and lets the clock run.
func (s *Story) Play(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "demo.Play")
	now := time.Now()
	var t texts
	if err := t.load(); err != nil {
		return err
	}
	if err := s.found(ctx, &t); err != nil {
		return err
	}
	s.scheduleFrame(&t)
	s.scheduleConsultation(&t)
	s.scheduleVotes(&t)
	s.scheduleStatements(&t)
	s.scheduleRoadmap(&t)
	s.scheduleEvaluation(&t)
	slices.SortStableFunc(s.events, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range s.events {
		if e.at.After(now) {
			break
		}
		s.clock.Set(e.at)
		if err := e.do(ctx); err != nil {
			return fmt.Errorf("%s, %s: %w", e.what, e.at.Format(time.DateTime), err)
		}
	}
	s.clock.Release()
	if err := s.Prioritisation.Tick(ctx); err != nil {
		return err
	}
	return s.finish(ctx)
}

// subject is what the last change of the story is about.
const subject = "demo"

// finish says in the log that the whole story is told.
func (s *Story) finish(ctx context.Context) error {
	return s.DB.Write(ctx, s.programme.ID, func(tx *store.Tx) error {
		_, err := tx.Append(store.Change{Kind: ChangeMade, Subject: subject, Open: true, Public: store.Part{"by": store.Part{"role": "command_line"}}})
		return err
	})
}

// ErrHalf is what Played answers of a database in which the story was broken off.
var ErrHalf = errors.New("the demonstration is half made")

// Played tells whether a database already holds the demonstration, to its end.
func Played(ctx context.Context, db *store.DB, programmes *programme.Service) (bool, error) {
	p, err := programmes.Programme(ctx, Slug)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	made, err := db.ChangesOf(ctx, p.ID, subject)
	if err == nil && len(made) == 0 {
		err = ErrHalf
	}
	return err == nil, err
}

func (s *Story) as(role accounts.Role) accounts.Actor { return s.actors[role] }

// number is the number that a key of the texts got when it was played.
func (s *Story) number(key string) (string, error) {
	n, ok := s.numbers[key]
	if !ok {
		return "", fmt.Errorf("the texts cite %q before it exists", key)
	}
	return n, nil
}

func (s *Story) numbersOf(keys []string) (list []string, err error) {
	for _, k := range keys {
		n, err := s.number(k)
		if err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	return list, nil
}

// found creates the programme, its organisations and the people of each role.
func (s *Story) found(ctx context.Context, t *texts) error {
	admin, err := s.administrator(ctx)
	if err != nil {
		return err
	}
	for _, o := range t.Programme.Organisations {
		id, err := s.Accounts.CreateOrganisation(ctx, admin, accounts.OrganisationDraft{Once: store.NewID(), Key: o.Key, Kind: o.Kind, Name: o.Name})
		if err != nil {
			return fmt.Errorf("organisation %s: %w", o.Key, err)
		}
		s.orgs[o.Key] = id
	}
	f := programme.Foundation{Slug: Slug, Territory: prefecture, PackVersion: s.Territory.Version(), Name: t.name(s.Territory), Illustrative: true}
	for _, a := range t.Programme.Axes {
		f.Axes = append(f.Axes, programme.Axis{ID: a.Key, Name: a.Name})
	}
	for _, c := range t.Programme.Colleges {
		f.Colleges = append(f.Colleges, programme.College{ID: c.Key, Name: c.Short, Voice: programme.Voice(c.Vote)})
	}
	if s.programme, err = s.Programmes.Create(ctx, admin, f); err != nil {
		return err
	}
	return s.people(ctx, admin, t)
}
