package app

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/demo"
	"github.com/khettara/khettara/internal/testkit"
)

// TestABrokenDemonstrationSaysSo: one that was stopped while it was made is not
// opened as if it were whole, and says how to make it anew; a whole one opens again.
func TestABrokenDemonstrationSaysSo(t *testing.T) {
	today := time.Date(2026, time.November, 24, 0, 0, 0, 0, time.UTC)
	start := func(cfg Config, ctx context.Context, watch func(a *App)) error {
		clock := demo.NewClock(demo.Begin(today))
		clock.Release()
		cfg.clock, cfg.demo = clock.Now, true
		a, err := New(t.Context(), cfg, logger(t.Output()))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if watch != nil {
			go watch(a)
		}
		return a.playDemo(ctx, clock, today)
	}
	data := filepath.Join(t.TempDir(), "demo-data")
	cfg := Config{Data: data, Installation: "local"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := start(cfg, ctx, func(a *App) {
		for ctx.Err() == nil {
			if _, err := a.Programmes.Programme(ctx, demo.Slug); err == nil {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	})
	if err == nil || !strings.Contains(err.Error(), data) {
		t.Fatalf("broken off: %v", err)
	}
	if err := start(cfg, t.Context(), nil); err == nil || !strings.Contains(err.Error(), "half made") || !strings.Contains(err.Error(), data) {
		t.Fatalf("opened again: %v", err)
	}
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		whole := Config{DB: dsn, Data: t.TempDir(), Installation: "local"}
		for range 2 {
			if err := start(whole, t.Context(), nil); err != nil {
				t.Fatal(err)
			}
		}
	})
}
