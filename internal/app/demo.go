package app

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/khettara/khettara/internal/demo"
	"github.com/khettara/khettara/internal/i18n"
)

// demoCmd opens the demonstration. The first start makes it; later ones open what is there.
type demoCmd struct {
	Config
	Today string `help:"Day to which the demonstration's dates are relative (2006-01-02); default: the day it is made."`
}

func (c *demoCmd) Run(ctx context.Context, s *streams) error {
	c.demo, c.AllowHTTP = true, true
	today := time.Now()
	if c.Today != "" {
		var err error
		if today, err = i18n.ParseDate(c.Today); err != nil {
			return fmt.Errorf("--today: %w", err)
		}
	}
	clock := demo.NewClock(demo.Begin(today))
	clock.Release() // until it is known whether there is a story to play
	c.clock = clock.Now
	a, err := New(ctx, c.Config, logger(s.err))
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.playDemo(ctx, clock, today); err != nil {
		return err
	}
	return a.Serve(ctx, func(addr string) {
		fmt.Fprintf(s.out, "khettara demo: %s\n", a.url(addr))
	})
}

// playDemo makes the demonstration in an empty database.
func (a *App) playDemo(ctx context.Context, clock *demo.Clock, today time.Time) error {
	played, err := demo.Played(ctx, a.DB, a.Programmes)
	if errors.Is(err, demo.ErrHalf) {
		return a.startAgain(err)
	}
	if err != nil || played {
		return err
	}
	began := time.Now()
	clock.Hold(demo.Begin(today))
	story := demo.New(demo.Services{DB: a.DB, Accounts: a.Accounts, Programmes: a.Programmes, Territory: a.Territory, Consultation: a.Consultation,
		Deliberation: a.Deliberation, Prioritisation: a.Prioritisation, Roadmap: a.Roadmap, Delivery: a.Delivery, Evaluation: a.Evaluation}, clock, today)
	if err := story.Play(ctx); err != nil {
		return a.startAgain(fmt.Errorf("making the demonstration: %w", err))
	}
	if err := a.DB.CatchUp(ctx, a.readers...); err != nil {
		return err
	}
	if err := a.Record.SealAll(ctx); err != nil {
		return err
	}
	a.Log.Info("the demonstration is made", "seconds", time.Since(began).Seconds())
	return nil
}

// startAgain says how a demonstration that was broken off is made whole.
func (a *App) startAgain(err error) error {
	where := "delete the folder " + a.Config.Data
	if !strings.HasPrefix(a.Config.DB, "sqlite:"+a.Config.Data) {
		where += ", empty the database that --db names"
	}
	return fmt.Errorf("%w; %s and start it again: it is made anew in a few seconds", err, where)
}
