package app

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/demo"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// BenchmarkOpinionVotes lets clients vote on the demonstration's statements, each
// waiting until its vote is durable, while the program serves with all that it
// does beside. The named baseline, `bare`, is one client committing one row at a
// time on the same engine without us; "x-bare" is how many times as fast the
// votes are.
func BenchmarkOpinionVotes(b *testing.B) {
	testkit.EachDSN(b, func(b *testing.B, dsn string) {
		a := served(b, dsn)
		p, err := a.Programmes.Programme(b.Context(), demo.Slug)
		if err != nil {
			b.Fatal(err)
		}
		statements, err := a.Deliberation.Statements(b.Context(), p.ID, p.Cycle())
		if err != nil || len(statements) == 0 {
			b.Fatal(statements, err)
		}
		var bare float64
		b.Run("bare", func(b *testing.B) {
			insert := bareEngine(b, store.DialectOf(dsn))
			for b.Loop() {
				insert()
			}
			bare = float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(bare, "commits/s")
		})
		var voter atomic.Int64 // each answers every statement once
		for _, clients := range []int{64, 256} {
			b.Run(fmt.Sprint("clients-", clients), func(b *testing.B) {
				var left atomic.Int64
				left.Store(int64(b.N))
				var group sync.WaitGroup
				for range clients {
					group.Go(func() {
						var v deliberation.Voter
						for i := 0; left.Add(-1) >= 0; i++ {
							if i%len(statements) == 0 {
								v = deliberation.Voter{Key: deliberation.DeviceKey(fmt.Sprint(voter.Add(1))), College: p.Colleges[0].ID}
							}
							if err := a.Deliberation.Vote(b.Context(), accounts.Visitor(p.ID), v, statements[i%len(statements)].Number, deliberation.Agree); err != nil {
								b.Error(err)
							}
						}
					})
				}
				group.Wait()
				rate := float64(b.N) / b.Elapsed().Seconds()
				b.ReportMetric(rate, "votes/s")
				if bare > 0 {
					b.ReportMetric(rate/bare, "x-bare")
				}
			})
		}
	})
}

// served is the program at work on the demonstration, until the benchmark ends.
func served(b *testing.B, dsn string) *App {
	b.Helper()
	today := time.Now()
	clock := demo.NewClock(demo.Begin(today))
	a, err := New(b.Context(), Config{DB: dsn, Data: b.TempDir(), Addr: "127.0.0.1:0", AllowHTTP: true, demo: true, clock: clock.Now}, logger(b.Output()))
	if err != nil {
		b.Fatal(err)
	}
	if err := a.playDemo(b.Context(), clock, today); err != nil {
		b.Fatal(err)
	}
	if a.DB.Dialect() == store.Postgres {
		// What the server does by itself within a minute of so much writing.
		if err := a.DB.WriteUnlogged(b.Context(), func(tx *store.Tx) error { return tx.Exec(`ANALYZE`) }); err != nil {
			b.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- a.Serve(ctx, func(string) {}) }()
	b.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
		if err := a.Close(); err != nil {
			b.Error(err)
		}
	})
	return a
}

// bareEngine is one connection to an empty database of the engine, as durable as
// ours, and what commits one row there.
func bareEngine(b *testing.B, engine store.Dialect) (insert func()) {
	b.Helper()
	driver, address := "pgx", ""
	if engine == store.SQLite {
		driver, address = "sqlite", "file:"+filepath.Join(b.TempDir(), "bare.db")+"?_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)"
	} else {
		address = testkit.DSN(b, engine)
	}
	db, err := sql.Open(driver, address)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(b.Context(), `CREATE TABLE bare (id TEXT PRIMARY KEY, body TEXT NOT NULL)`); err != nil {
		b.Fatal(err)
	}
	body := strings.Repeat("x", 200) // about what a vote writes
	return func() {
		if _, err := db.ExecContext(b.Context(), `INSERT INTO bare (id, body) VALUES ($1, $2)`, store.NewID(), body); err != nil {
			b.Fatal(err)
		}
	}
}
