package prioritisation_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// onClock opens a database whose clock the test moves.
func onClock(t *testing.T, dsn string) (*store.DB, *testkit.Clock) {
	clock := testkit.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
	return testkit.Open(t, dsn, store.Options{Clock: clock.Now}), clock
}

// attempt is a cast and the key of its refusal, "" for the answer of a counted ballot.
type attempt struct {
	name, code string
	receipt    prioritisation.Receipt
	basket     []string
	want       string
}

func (w world) try(t *testing.T, vote string, list []attempt) {
	t.Helper()
	var group sync.WaitGroup
	for _, a := range list {
		group.Go(func() {
			err := w.service.CastBallot(context.Background(), w.programme.ID, vote, a.code, a.receipt, a.basket)
			key := ""
			if faults := fault.All(err); len(faults) > 0 {
				key = faults[0].Key
			} else if err != nil {
				t.Error(err)
			}
			if key != a.want {
				t.Errorf("%s: %v, want %q", a.name, err, a.want)
			}
		})
	}
	group.Wait()
}

// TestAReceiptDoesNotTellTheBallot plays somebody who holds a voter's receipt and
// codes of his own: no answer may depend on what the voter chose.
func TestAReceiptDoesNotTellTheBallot(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		db, clock := onClock(t, dsn)
		w, ctx := newWorld(t, db), context.Background()
		number, options, codes := w.vote(t, db.Now().Add(30*time.Minute), map[string]int{"citizens": 12})
		voter, other, fresh := codes["citizens"][0], codes["citizens"][1], codes["citizens"][2]
		unknown := accounts.FormatCode(accounts.NewSecret(accounts.CodeBytes))
		receipt, right, wrong := prioritisation.NewReceipt(), options[:1], options[1:2]
		w.try(t, number, []attempt{{"the voter", voter, receipt, right, ""}, {"another voter", other, prioritisation.NewReceipt(), wrong, ""}})
		const refused = "prioritisation.error.unknown_code"
		again := []attempt{
			{"the voter after a lost answer", voter, receipt, right, ""},
			{"the voter with another basket", voter, receipt, wrong, ""},
			{"the voter with a basket too dear", voter, receipt, options, ""},
			{"a used code and the right guess", other, receipt, right, ""},
			{"a used code and a wrong guess", other, receipt, wrong, ""},
			{"an unused code and the right guess", fresh, receipt, right, refused},
			{"an unused code and a wrong guess", fresh, receipt, wrong, refused},
			{"an unknown code and the right guess", unknown, receipt, right, refused},
			{"an unknown code and a wrong guess", unknown, receipt, wrong, refused},
		}
		w.try(t, number, again)
		clock.Advance(time.Hour)
		w.try(t, number, again) // late, before the closing is done
		if err := w.service.Tick(ctx); err != nil {
			t.Fatal(err)
		}
		w.try(t, number, append(again, attempt{"an unused code after the closing", fresh, prioritisation.NewReceipt(), right, "prioritisation.error.closed"}))
		ballots, err := w.service.ClosedBallots(ctx, w.programme.ID, number)
		if err != nil {
			t.Fatal(err)
		}
		var counted []string
		for _, b := range ballots {
			counted = append(counted, b.Options...)
		}
		if !slices.Equal(counted, options[:2]) {
			t.Errorf("counted %v, first sent were %v", counted, options[:2])
		}
	})
}
