package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

const log = "p1"

// withLog adds a log with a small table of its own to a migrated database.
func withLog(t testing.TB, db *store.DB) {
	t.Helper()
	err := db.Write(context.Background(), store.Installation, func(tx *store.Tx) error {
		if err := tx.CreateLog(log, "one"); err != nil {
			return err
		}
		if err := tx.Exec(`CREATE TABLE fact (id TEXT NOT NULL PRIMARY KEY, who TEXT NOT NULL)`); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: "test.begun.v1", Subject: "test", Open: true, Public: store.Part{"slug": "one"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteAppendsDenselyAndKeepsParts(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		withLog(t, db)
		ctx := context.Background()
		var group sync.WaitGroup
		for i := range 40 {
			group.Go(func() {
				err := db.Write(ctx, log, func(tx *store.Tx) error {
					if err := tx.Exec(`INSERT INTO fact (id, who) VALUES ($1, $2)`, fmt.Sprint(i), "x"); err != nil {
						return err
					}
					_, err := tx.Append(store.Change{Kind: "fact.added.v1", Subject: fmt.Sprintf("fact/%d", i),
						Public: store.Part{"i": i}, Text: store.Part{"said": "كلام"}, Person: store.Part{"actor": "a"}})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		list, err := db.Changes(ctx, log, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != 40 {
			t.Fatalf("%d changes, want 40", len(list))
		}
		for i, c := range list {
			if c.N != int64(i) {
				t.Fatalf("change %d has index %d", i, c.N)
			}
			if i > 0 && c.T < list[i-1].T {
				t.Fatalf("leaf %d is older than the one before", i)
			}
			if c.Leaf.Hash() != c.Hash {
				t.Fatalf("leaf %d does not hash to what is stored", i)
			}
			if c.Text == nil || c.Person == nil || c.Open {
				t.Fatalf("change %d: parts %v %v, open %v", i, c.Text, c.Person, c.Open)
			}
		}
	})
}

func TestWriteThatFailsOrAppendsNothingLeavesNothing(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		withLog(t, db)
		ctx := context.Background()
		boom := errors.New("boom")
		for name, fn := range map[string]func(tx *store.Tx) error{
			"error after append": func(tx *store.Tx) error {
				if err := tx.Exec(`INSERT INTO fact (id, who) VALUES ('a', 'b')`); err != nil {
					return err
				}
				if _, err := tx.Append(store.Change{Kind: "k", Subject: "s"}); err != nil {
					return err
				}
				return boom
			},
			"no append": func(tx *store.Tx) error { return tx.Exec(`INSERT INTO fact (id, who) VALUES ('a', 'b')`) },
		} {
			if err := db.Write(ctx, log, fn); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
		head, err := db.Head(ctx, log)
		if err != nil || head.Size != 0 {
			t.Errorf("the log has %d leaves, %v", head.Size, err)
		}
		var n int
		if err := db.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM fact`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows stayed, %v", n, err)
		}
	})
}

func TestOnceMakesACommandSafeToRepeat(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		withLog(t, db)
		do := func() error {
			return db.Write(context.Background(), log, func(tx *store.Tx) error {
				if err := tx.Once("form-1"); err != nil {
					return err
				}
				_, err := tx.Append(store.Change{Kind: "k", Subject: "s"})
				return err
			})
		}
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if err := do(); !errors.Is(err, store.Unchanged) {
			t.Fatalf("the second time: %v, want Unchanged", err)
		}
		head, _ := db.Head(context.Background(), log)
		if head.Size != 1 {
			t.Errorf("%d leaves, want 1", head.Size)
		}
	})
}

func TestReleaseOpensAndErasureKeepsTheLeaf(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		withLog(t, db)
		ctx := context.Background()
		write := func(fn func(tx *store.Tx) error) {
			t.Helper()
			if err := db.Write(ctx, log, func(tx *store.Tx) error {
				if _, err := tx.Append(store.Change{Kind: "k", Subject: "thing/1", Person: store.Part{"actor": "someone"}}); err != nil {
					return err
				}
				return fn(tx)
			}); err != nil {
				t.Fatal(err)
			}
		}
		write(func(*store.Tx) error { return nil })
		write(func(tx *store.Tx) error { return tx.Release("thing/1") })
		list, err := db.ChangesOf(ctx, log, "thing/1")
		if err != nil || len(list) != 2 || !list[0].Open || !list[1].Open {
			t.Fatalf("after the release: %+v, %v", list, err)
		}
		before := list[0].Hash
		write(func(tx *store.Tx) error { return tx.ErasePerson("thing/1") })
		c, err := db.Change(ctx, log, 0)
		if err != nil || c.Person != nil || c.Hash != before || c.Leaf.Hash() != before {
			t.Errorf("after the erasure: person %v, hash kept %v, %v", c.Person, c.Hash == before, err)
		}
	})
}

type fact struct{ id, who string }

func TestGroupAnswersEachCallerForItself(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		withLog(t, db)
		refused := errors.New("refused")
		g := store.NewGroup(db, store.GroupFuncs[fact, map[string]bool]{
			Load: func(tx *store.Tx, facts []fact) (map[string]bool, error) { return map[string]bool{"bad": true}, nil },
			Judge: func(tx *store.Tx, loaded map[string]bool, f fact) (store.Change, error) {
				if loaded[f.who] {
					return store.Change{}, refused
				}
				return store.Change{Kind: "fact.added.v1", Subject: "fact/" + f.id, Public: store.Part{"id": f.id}}, nil
			},
			Insert: func(tx *store.Tx, accepted []fact) error {
				var args []any
				for _, f := range accepted {
					args = append(args, f.id, f.who)
				}
				return tx.Exec(`INSERT INTO fact (id, who) VALUES `+tx.Values(len(accepted), 2), args...)
			},
		})
		const callers = 100
		errs := make([]error, callers)
		var group sync.WaitGroup
		for i := range callers {
			group.Go(func() {
				who := "good"
				if i%10 == 0 {
					who = "bad"
				}
				errs[i] = g.Add(context.Background(), log, fact{fmt.Sprint(i), who})
			})
		}
		group.Wait()
		for i, err := range errs {
			if bad := i%10 == 0; bad != errors.Is(err, refused) {
				t.Errorf("caller %d got %v", i, err)
			}
		}
		head, _ := db.Head(context.Background(), log)
		var rows int
		db.Read().QueryRowContext(context.Background(), `SELECT COUNT(*) FROM fact`).Scan(&rows)
		if head.Size != 90 || rows != 90 {
			t.Errorf("%d leaves and %d rows, want 90 of each", head.Size, rows)
		}
	})
}

// TestAPanicInAGroupIsAnErrorOfItsCallers: the process, and the next callers, go on.
func TestAPanicInAGroupIsAnErrorOfItsCallers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		withLog(t, db)
		g := store.NewGroup(db, store.GroupFuncs[fact, bool]{
			Load: func(*store.Tx, []fact) (bool, error) { return true, nil },
			Judge: func(_ *store.Tx, _ bool, f fact) (store.Change, error) {
				if f.who == "broken" {
					panic("no such thing")
				}
				return store.Change{Kind: "fact.added.v1", Subject: "fact/" + f.id, Public: store.Part{"id": f.id}}, nil
			},
			Insert: func(tx *store.Tx, accepted []fact) error {
				return tx.Exec(`INSERT INTO fact (id, who) VALUES ($1, $2)`, accepted[0].id, accepted[0].who)
			},
		})
		if err := g.Add(t.Context(), log, fact{"1", "broken"}); err == nil || !strings.Contains(err.Error(), "no such thing") {
			t.Errorf("the caller got %v", err)
		}
		if err := g.Add(t.Context(), log, fact{"2", "good"}); err != nil {
			t.Errorf("the next caller got %v", err)
		}
		if head, err := db.Head(t.Context(), log); err != nil || head.Size != 1 {
			t.Errorf("%d leaves, %v", head.Size, err)
		}
	})
}

// summer counts the changes it is given; it refuses when told to.
type summer struct{ refuse bool }

func (*summer) Name() string { return "summer" }

func (s *summer) Apply(ctx context.Context, ex store.Execer, log string, batch []store.Recorded) error {
	if s.refuse {
		return errors.New("refused")
	}
	for _, c := range batch {
		if _, err := ex.ExecContext(ctx, `INSERT INTO fact (id, who) VALUES ($1, 'reader')`, fmt.Sprint(log, c.N)); err != nil {
			return err
		}
	}
	return nil
}

func TestReaderTakesEveryChangeOnce(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		withLog(t, db)
		ctx := context.Background()
		if err := db.Write(ctx, log, func(tx *store.Tx) error {
			for range 250 {
				if _, err := tx.Append(store.Change{Kind: "k", Subject: "s"}); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		s := &summer{refuse: true}
		if err := db.CatchUp(ctx, s); err == nil {
			t.Fatal("a refusing reader must say so")
		}
		if lag, err := db.Lag(ctx, "summer"); err != nil || lag != 251 {
			t.Fatalf("lag %d, %v; want 251", lag, err)
		}
		s.refuse = false
		for range 2 {
			if err := db.CatchUp(ctx, s); err != nil {
				t.Fatal(err)
			}
		}
		var rows int
		db.Read().QueryRowContext(ctx, `SELECT COUNT(*) FROM fact`).Scan(&rows)
		if rows != 251 {
			t.Errorf("%d changes taken, want 251", rows)
		}
	})
}

func TestASecondProcessIsRefused(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		second, err := store.Open(context.Background(), db.DSN(), store.Options{})
		if err == nil {
			second.Close()
		}
		if !errors.Is(err, store.ErrLocked) {
			t.Fatalf("a second process got %v, want ErrLocked", err)
		}
	})
}
