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

// TestOnlyWhatWasJudgedIsFrozen: budget and options are judged together, as they
// stand when the charter is written, and by somebody who has seen them.
// TestAFormOfAVoteSentTwiceIsAnsweredLikeTheFirst goes through the life of a vote
// with every form posted twice.
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
