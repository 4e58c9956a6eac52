package accounts

import (
	"context"
	"math"
	"sync"
	"time"

	"github.com/khettara/khettara/internal/fault"
)

// Policy says how guessing is slowed: after Free failures the next try costs
// First, each further failure doubles that up to Most, and every Forget without
// a failure takes one back.
type Policy struct {
	Free                int
	First, Most, Forget time.Duration
}

// The policies in use. A block of addresses or a programme is only ever slowed,
// since 300 phones of one hall share an address; an account is refused meanwhile:
// where the wrong passwords come from for up to a quarter of an hour, elsewhere,
// where its owner may be, only under an attack from many places, and for a minute.
var (
	perAccount   = Policy{Free: 5, First: 30 * time.Second, Most: 15 * time.Minute, Forget: 15 * time.Minute}
	perAttacked  = Policy{Free: 50, First: 30 * time.Second, Most: time.Minute, Forget: time.Minute}
	perBlock     = Policy{Free: 10, First: 250 * time.Millisecond, Most: 4 * time.Second, Forget: 30 * time.Second}
	perProgramme = Policy{Free: 100, First: 250 * time.Millisecond, Most: 2 * time.Second, Forget: 5 * time.Second}

	// What comes in by itself: each of a hall of 300 phones sends two at once, and the
	// hall then 600 an hour; a programme takes three such halls, and 1,800 an hour.
	intakeOfBlock     = Policy{Free: 600, First: 6 * time.Second, Most: time.Minute, Forget: 6 * time.Second}
	intakeOfProgramme = Policy{Free: 1800, First: 2 * time.Second, Most: time.Minute, Forget: 2 * time.Second}
)

// throttled bounds the memory of one throttle: about 10 MB.
const throttled = 100_000

// Throttle counts failures per key and makes the next tries of that key slower.
// It lives in memory: a restart forgives, and nobody outside can cause one.
type Throttle struct {
	policy Policy
	clock  func() time.Time
	sleep  func(ctx context.Context, d time.Duration) error

	mu      sync.Mutex
	entries map[string]failures
}

type failures struct {
	count float64   // at the time at
	at    time.Time // of the last failure
}

// NewThrottle makes a throttle; clock is the database's Now.
func NewThrottle(p Policy, clock func() time.Time) *Throttle {
	return &Throttle{policy: p, clock: clock, sleep: sleep, entries: map[string]failures{}}
}

// Fail counts a failed guess. A mistyped code is none: its check character tells
// before anything is looked up.
func (t *Throttle) Fail(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.entries) >= throttled {
		t.makeRoom()
	}
	now := t.clock()
	t.entries[key] = failures{count: t.left(t.entries[key], now) + 1, at: now}
}

// Forgive forgets a key's failures, after a success.
func (t *Throttle) Forgive(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.entries, key)
}

// Delay is what a try of the key costs now.
func (t *Throttle) Delay(key string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.delay(t.entries[key], t.clock())
}

// Refused is how long the key is refused from now on: its delay, counted from the last failure.
func (t *Throttle) Refused(key string) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	e, now := t.entries[key], t.clock()
	return max(0, t.delay(e, e.at)-now.Sub(e.at))
}

// Wait lets the key's delay pass, before the guess is judged: an answer that came
// at once for right guesses only would tell them apart.
func (t *Throttle) Wait(ctx context.Context, key string) error { return t.sleep(ctx, t.Delay(key)) }

func (t *Throttle) left(e failures, now time.Time) float64 {
	return max(0, e.count-now.Sub(e.at).Seconds()/t.policy.Forget.Seconds())
}

func (t *Throttle) delay(e failures, now time.Time) time.Duration {
	over := t.left(e, now) - float64(t.policy.Free)
	if over < 0 || e.count == 0 {
		return 0
	}
	d := t.policy.First.Seconds() * math.Exp2(over)
	return time.Duration(min(d, t.policy.Most.Seconds()) * float64(time.Second))
}

// makeRoom drops what is forgiven by now, else whatever comes first, a tenth at
// a time so that a flood does not pay for it on every failure.
func (t *Throttle) makeRoom() {
	now := t.clock()
	for key, e := range t.entries {
		if t.left(e, now) == 0 {
			delete(t.entries, key)
		}
	}
	for key := range t.entries {
		if len(t.entries) < throttled*9/10 {
			return
		}
		delete(t.entries, key)
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return fault.From(fault.Unavailable, ctx.Err(), "fault.unavailable")
	}
}

// tries counts wrong passwords of accounts: from each block of addresses, and in all.
type tries struct{ here, anywhere *Throttle }

func newTries(clock func() time.Time) *tries {
	return &tries{here: NewThrottle(perAccount, clock), anywhere: NewThrottle(perAttacked, clock)}
}

// refused is how long no password of an account is judged that comes from there.
func (t *tries) refused(account, from string) time.Duration {
	return max(t.here.Refused(account+" "+from), t.anywhere.Refused(account))
}

func (t *tries) fail(account, from string) {
	t.here.Fail(account + " " + from)
	t.anywhere.Fail(account)
}

func (t *tries) forgive(account, from string) {
	t.here.Forgive(account + " " + from)
	t.anywhere.Forgive(account)
}

// Guard slows the guessing of secrets that belong to a programme (codes, tracking
// numbers) by the block of addresses the guesses come from (/24 for IPv4, /56 for
// IPv6: what one customer usually has) and by the programme.
type Guard struct{ block, programme *Throttle }

// NewGuard makes a guard with the house's policies.
func NewGuard(clock func() time.Time) *Guard {
	return &Guard{block: NewThrottle(perBlock, clock), programme: NewThrottle(perProgramme, clock)}
}

// Wait lets the greater of both delays pass. Call it before judging a guess.
func (g *Guard) Wait(ctx context.Context, from string, programme string) error {
	return g.block.sleep(ctx, max(g.block.Delay(from), g.programme.Delay(programme)))
}

// Fail counts a wrong guess.
func (g *Guard) Fail(from string, programme string) {
	g.block.Fail(from)
	g.programme.Fail(programme)
}

// UnderAttack tells whether a programme's codes are being guessed in numbers: the
// coordinator is told.
func (g *Guard) UnderAttack(programme string) bool { return g.programme.Delay(programme) > 0 }

// Intake bounds what people send without an account, by the block of addresses it
// comes from and by the programme. It is refused and not slowed: a flood waits
// with as many connections as it likes.
type Intake struct{ block, programme *Throttle }

// NewIntake makes an intake with the house's policies.
func NewIntake(clock func() time.Time) *Intake {
	return &Intake{block: NewThrottle(intakeOfBlock, clock), programme: NewThrottle(intakeOfProgramme, clock)}
}

// Admit is nil, or a fault of kind Limited: within a minute something is taken again.
func (i *Intake) Admit(from, programme string) error {
	if i.block.Refused(from) > 0 || i.programme.Refused(programme) > 0 {
		return fault.New(fault.Limited, "fault.limited")
	}
	return nil
}

// Took counts what was taken; what is refused counts for nothing, so that nobody
// who tries again is kept out by that.
func (i *Intake) Took(from, programme string) {
	i.block.Fail(from)
	i.programme.Fail(programme)
}
