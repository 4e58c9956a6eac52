package accounts

import (
	"context"
	"strconv"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/testkit"
)

var noon = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)

func TestThrottleGrowsAndForgives(t *testing.T) {
	clock := testkit.NewClock(noon)
	th := NewThrottle(Policy{Free: 3, First: time.Second, Most: 10 * time.Second, Forget: time.Minute}, clock.Now)
	for i, want := range []time.Duration{0, 0, 0, 1, 2, 4, 8, 10, 10} {
		if got := th.Delay("k"); got != want*time.Second {
			t.Errorf("after %d failures: %v, want %v s", i, got, int64(want))
		}
		th.Fail("k")
	}
	if th.Delay("other") != 0 {
		t.Error("one key's failures slow another")
	}
	clock.Advance(6 * time.Minute) // 9 failures less 6
	if got := th.Delay("k"); got != time.Second {
		t.Errorf("after six quiet minutes: %v, want 1s", got)
	}
	clock.Advance(time.Hour)
	if got := th.Delay("k"); got != 0 {
		t.Errorf("after an hour: %v, want none", got)
	}
	th.Fail("k")
	th.Forgive("k")
	if got := th.Delay("k"); got != 0 {
		t.Errorf("after a success: %v, want none", got)
	}
}

func TestThrottleRefusesFromTheLastFailureOn(t *testing.T) {
	clock := testkit.NewClock(noon)
	th := NewThrottle(Policy{Free: 2, First: 30 * time.Second, Most: time.Minute, Forget: time.Hour}, clock.Now)
	th.Fail("k")
	th.Fail("k")
	if got := th.Refused("k"); got != 30*time.Second {
		t.Fatalf("refused for %v, want 30s", got)
	}
	clock.Advance(20 * time.Second)
	if got := th.Refused("k"); got != 10*time.Second {
		t.Errorf("20 s later refused for %v, want 10s", got)
	}
	clock.Advance(10 * time.Second)
	if got := th.Refused("k"); got != 0 {
		t.Errorf("30 s later refused for %v, want not", got)
	}
}

func TestThrottleStaysSmall(t *testing.T) {
	th := NewThrottle(perAccount, testkit.NewClock(noon).Now)
	for i := range throttled + 50_000 {
		th.Fail(strconv.Itoa(i))
	}
	if len(th.entries) > throttled {
		t.Errorf("%d entries, want at most %d", len(th.entries), throttled)
	}
}

// TestHallBehindOneAddress: somebody in a hall of 300 phones guesses a thousand
// codes; the others of the same address wait a few seconds, and nobody is refused.
func TestHallBehindOneAddress(t *testing.T) {
	clock := testkit.NewClock(noon)
	g := NewGuard(clock.Now)
	var waited time.Duration
	g.block.sleep = func(_ context.Context, d time.Duration) error { waited = d; return nil }
	hall := "196.200.10.0/24"
	for range 1000 {
		g.Fail(hall, "p")
	}
	if !g.UnderAttack("p") {
		t.Error("a thousand wrong guesses raise no alarm")
	}
	for phone := range 300 {
		if err := g.Wait(t.Context(), hall, "p"); err != nil {
			t.Fatalf("phone %d: %v", phone, err)
		}
		if waited <= 0 || waited > perBlock.Most {
			t.Fatalf("phone %d waits %v, want more than nothing and at most %v", phone, waited, perBlock.Most)
		}
	}
	if err := g.Wait(t.Context(), "41.140.1.0/24", "p"); err != nil || waited > perProgramme.Most {
		t.Errorf("another address of the programme waits %v, %v; want at most %v", waited, err, perProgramme.Most)
	}
	if err := g.Wait(t.Context(), "41.140.1.0/24", "q"); err != nil || waited != 0 {
		t.Errorf("another programme waits %v, %v", waited, err)
	}
}

func TestWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sleep(ctx, time.Hour); err == nil {
		t.Error("waited an hour for somebody who has left")
	}
}

// TestAHallSendsAndAFloodDoesNot: 300 phones of one address send two each at once;
// what more comes is refused for a minute at most, and others go on sending.
func TestAHallSendsAndAFloodDoesNot(t *testing.T) {
	clock := testkit.NewClock(noon)
	in := NewIntake(clock.Now)
	hall, home := "196.200.10.0/24", "41.140.1.0/24"
	send := func(from string) (taken bool) {
		if err := in.Admit(from, "p"); err != nil {
			if !fault.Is(err, fault.Limited) {
				t.Fatal(err)
			}
			return false
		}
		in.Took(from, "p")
		return true
	}
	for n := range 600 {
		if !send(hall) {
			t.Fatalf("number %d of the hall is refused", n+1)
		}
	}
	taken := 0
	for range 3600 {
		clock.Advance(time.Second)
		if send(hall) {
			taken++
		}
	}
	if taken < 300 || taken > 1000 {
		t.Errorf("in an hour of flood %d are taken, want about 600", taken)
	}
	if !send(home) {
		t.Error("another address is refused")
	}
	for block := range 5000 {
		send(strconv.Itoa(block))
	}
	if send(home) {
		t.Error("five thousand addresses at once are not refused")
	}
	clock.Advance(time.Minute)
	if !send(home) || !send(hall) {
		t.Error("a minute later nothing is taken")
	}
}
