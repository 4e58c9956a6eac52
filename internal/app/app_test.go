package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/transparency"
)

// TestServingNoticesAForgedRow: a row that somebody changed by SQL while the
// program stood still stops writing as soon as it serves again.
func TestServingNoticesAForgedRow(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		cfg := filled(t, dsn, t.TempDir())
		cfg.Addr, cfg.AllowHTTP = "127.0.0.1:0", true
		a, err := New(t.Context(), cfg, logger(t.Output()))
		if err != nil {
			t.Fatal(err)
		}
		defer a.Close()
		if err := a.DB.WriteUnlogged(t.Context(), func(tx *store.Tx) error {
			return tx.Exec(`UPDATE change SET public_body = REPLACE(public_body, 'marrakech', 'marrakesh')`)
		}); err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		served := make(chan error, 1)
		go func() { served <- a.Serve(ctx, func(string) {}) }()
		for end := time.Now().Add(10 * time.Second); a.DB.Ping(t.Context()) == nil && time.Now().Before(end); {
			time.Sleep(10 * time.Millisecond)
		}
		if err := a.DB.Ping(t.Context()); !errors.Is(err, transparency.ErrDisagrees) {
			t.Errorf("the forged row was not noticed: %v", err)
		}
		stop()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}
