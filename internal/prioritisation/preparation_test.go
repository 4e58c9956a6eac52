package prioritisation_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// draftOf is a vote as its form gives it.
func (w world) draftOf(budget int64, once string) prioritisation.VoteDraft {
	return prioritisation.VoteDraft{Cycle: 1, Title: i18n.Text{Ar: "استشارة"}, Question: i18n.Text{Ar: "بأي المشاريع نبدأ؟"},
		Budget: budget, OpensAt: w.db.Now(), ClosesAt: w.db.Now().Add(time.Hour), Once: once}
}

// wants fails unless err is a fault with the key.
func wants(t *testing.T, what string, err error, key string) {
	t.Helper()
	if faults := fault.All(err); len(faults) == 0 || faults[0].Key != key {
		t.Errorf("%s: %v, want %s", what, err, key)
	}
}

func (w world) option(t *testing.T, number string) prioritisation.Option {
	t.Helper()
	o, err := w.service.Option(t.Context(), w.programme.ID, number)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// costing is the change of an option's cost alone.
func costing(o prioritisation.Option, vote string, cost int64) prioritisation.OptionDraft {
	return prioritisation.OptionDraft{Vote: vote, Proposal: o.Proposal, Title: o.Title, Cost: cost, Units: o.Units}
}

func TestAFrozenOptionIsNotChangedThroughAnotherVote(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		ctx, w := context.Background(), newWorld(t, db)
		_, options, _ := w.vote(t, db.Now().Add(time.Hour), map[string]int{"citizens": 12})
		other, err := w.service.CreateVote(ctx, w.coordinator, w.draftOf(40_000_000_00, ""))
		if err != nil {
			t.Fatal(err)
		}
		before := w.option(t, options[0])
		wants(t, "a change", w.service.ChangeOption(ctx, w.coordinator, before.Number, before.Version, costing(before, other, 1_00)), "fault.conflict")
		wants(t, "a removal", w.service.RemoveOption(ctx, w.coordinator, other, before.Number, ""), "fault.not_found")
		if after := w.option(t, options[0]); after.Cost != before.Cost {
			t.Errorf("the frozen option costs %d instead of %d", after.Cost, before.Cost)
		}
	})
}

// TestOnlyWhatWasJudgedIsFrozen: budget and options are judged together, as they
// stand when the charter is written, and by somebody who has seen them.
func TestOnlyWhatWasJudgedIsFrozen(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		ctx, w := context.Background(), newWorld(t, db)
		number, options, _ := w.draft(t, db.Now().Add(time.Hour), map[string]int{"citizens": 12})
		freeze := func(version int64) error {
			return w.service.FreezeCharter(ctx, w.coordinator, number, version, "")
		}
		seen := w.load(t, number).Version
		o := w.option(t, options[2])
		for what, change := range map[string]func() error{
			"a changed option": func() error {
				return w.service.ChangeOption(ctx, w.coordinator, o.Number, o.Version, costing(o, number, 30_000_000_00))
			},
			"an added option": func() error {
				_, err := w.service.AddOption(ctx, w.coordinator, costing(o, number, 1_000_00))
				return err
			},
			"a removed option": func() error { return w.service.RemoveOption(ctx, w.coordinator, number, options[1], "") },
		} {
			if err := change(); err != nil {
				t.Fatal(err)
			}
			wants(t, "freezing without having seen "+what, freeze(seen), "fault.conflict")
			seen = w.load(t, number).Version
		}
		if err := w.service.ChangeVote(ctx, w.coordinator, number, seen, w.draftOf(29_999_999_99, "")); err != nil {
			t.Fatal(err)
		}
		wants(t, "a budget below an option", freeze(seen+1), "prioritisation.error.option_above_budget")
		list, err := w.service.Options(ctx, w.programme.ID, number)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range list[1:] {
			if err := w.service.RemoveOption(ctx, w.coordinator, number, o.Number, ""); err != nil {
				t.Fatal(err)
			}
		}
		wants(t, "one option", freeze(w.load(t, number).Version), "prioritisation.error.few_options")
	})
}

// TestAFormOfAVoteSentTwiceIsAnsweredLikeTheFirst goes through the life of a vote
// with every form posted twice.
func TestAFormOfAVoteSentTwiceIsAnsweredLikeTheFirst(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		db, clock := onClock(t, dsn)
		ctx, w := context.Background(), newWorld(t, db)
		number, options, codes := w.draft(t, db.Now().Add(30*time.Minute), map[string]int{"citizens": 12})
		twice := func(what string, do func(once string) (string, error)) {
			t.Helper()
			once := store.NewID()
			first, err := do(once)
			again, err2 := do(once)
			if err != nil || err2 != nil || again != first {
				t.Fatalf("%s: %q, %v, and again %q, %v", what, first, err, again, err2)
			}
		}
		plain := func(what string, do func(once string) error) {
			t.Helper()
			twice(what, func(once string) (string, error) { return "", do(once) })
		}
		twice("creating", func(once string) (string, error) {
			return w.service.CreateVote(ctx, w.coordinator, w.draftOf(1_00, once))
		})
		o := w.option(t, options[2])
		twice("adding an option", func(once string) (string, error) {
			d := costing(o, number, 1_000_00)
			d.Once = once
			return w.service.AddOption(ctx, w.coordinator, d)
		})
		plain("removing an option", func(once string) error {
			return w.service.RemoveOption(ctx, w.coordinator, number, options[2], once)
		})
		version := w.load(t, number).Version
		plain("freezing", func(once string) error {
			return w.service.FreezeCharter(ctx, w.coordinator, number, version, once)
		})
		if err := w.service.CastBallot(ctx, w.programme.ID, number, codes["citizens"][0], prioritisation.NewReceipt(), options[:1]); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Hour)
		if err := w.service.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		wants(t, "a tally before the draw", w.service.Tally(ctx, w.coordinator, number, store.NewID()), "prioritisation.error.no_seed")
		version = w.load(t, number).Version
		plain("drawing", func(once string) error {
			return w.service.DrawSeed(ctx, w.coordinator, number, "مراكش 7 3 9", version, once)
		})
		plain("tallying", func(once string) error { return w.service.Tally(ctx, w.coordinator, number, once) })
		wants(t, "another tally", w.service.Tally(ctx, w.coordinator, number, store.NewID()), "prioritisation.error.not_closed")
		version = w.load(t, number).Version
		plain("publishing", func(once string) error {
			return w.service.PublishResult(ctx, w.coordinator, number, version, once)
		})
	})
}

// TestCodesOfADoubledClickAreNotLost: the browser shows the second answer.
func TestCodesOfADoubledClickAreNotLost(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		ctx, w := context.Background(), newWorld(t, db)
		number, err := w.service.CreateVote(ctx, w.coordinator, w.draftOf(1_00, ""))
		if err != nil {
			t.Fatal(err)
		}
		type answer struct {
			codes []string
			err   error
		}
		answers, once := make(chan answer, 2), store.NewID()
		codes := func(actor accounts.Actor) answer {
			list, err := w.service.MakeCodes(ctx, actor, w.programme, number, "citizens", 10, once)
			return answer{list, err}
		}
		for range 2 {
			go func() { answers <- codes(w.coordinator) }()
		}
		first, again := <-answers, <-answers
		if first.err != nil || again.err != nil || len(first.codes) != 10 || !slices.Equal(first.codes, again.codes) {
			t.Fatalf("the first click got %v, the second %v", first, again)
		}
		if classes, err := w.service.Classes(ctx, w.programme.ID, w.load(t, number)); err != nil || classes[0].Eligible != 10 {
			t.Errorf("two clicks made %+v, %v", classes, err)
		}
		other := w.coordinator
		other.Person = "another"
		if a := codes(other); a.err != nil || a.codes != nil {
			t.Errorf("somebody else is shown %v, %v", a.codes, a.err)
		}
		if err := w.service.DiscardCodes(ctx, w.coordinator, number, "citizens", ""); err != nil {
			t.Fatal(err)
		}
		if a := codes(w.coordinator); a.err != nil || a.codes != nil {
			t.Errorf("discarded codes are shown again: %v, %v", a.codes, a.err)
		}
	})
}

// TestOneBadVoteHoldsUpNoOther closes two votes of which the first does not add up.
func TestOneBadVoteHoldsUpNoOther(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		db, clock := onClock(t, dsn)
		ctx, w := context.Background(), newWorld(t, db)
		bad, _, _ := w.vote(t, db.Now().Add(30*time.Minute), map[string]int{"citizens": 10})
		good, _, _ := w.vote(t, db.Now().Add(30*time.Minute), map[string]int{"citizens": 10})
		if err := db.WriteUnlogged(ctx, func(tx *store.Tx) error {
			return tx.Exec(`UPDATE credential SET used = TRUE WHERE vote = $1`, bad) // codes used, and no ballot
		}); err != nil {
			t.Fatal(err)
		}
		clock.Advance(time.Hour)
		if err := w.service.Tick(ctx); err == nil {
			t.Error("a vote that does not add up is closed in silence")
		}
		if b, g := w.load(t, bad).State, w.load(t, good).State; b != prioritisation.Frozen || g != prioritisation.Closed {
			t.Errorf("the bad vote is %s, the other %s", b, g)
		}
	})
}

func TestABudgetHasABound(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		for _, budget := range []int64{1_000_000_000_000_01, 1 << 53, 1<<63 - 1} {
			_, err := w.service.CreateVote(t.Context(), w.coordinator, w.draftOf(budget, ""))
			wants(t, "a budget", err, "fault.number_range")
		}
		if _, err := w.service.CreateVote(t.Context(), w.coordinator, w.draftOf(1_000_000_000_000_00, "")); err != nil {
			t.Error(err)
		}
	})
}
