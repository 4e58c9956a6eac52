package e2e

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proposals is where the demo's proposals stand.
const proposals = "/fr/p/marrakech/consultation/proposals/"

// writers is how many clients send proposals at once while the server dies.
const writers = 16

// TestCrash kills the server under load, again and again, and then asks whether
// every acknowledged proposal is there, none twice, and the log verifies.
// KHETTARA_CRASH_KILLS says how often on each database, 20 times by default.
func TestCrash(t *testing.T) {
	kills := 20
	if text := os.Getenv("KHETTARA_CRASH_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil || kills < 1 {
			t.Fatalf("KHETTARA_CRASH_KILLS=%q is no number of kills", text)
		}
	}
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s := startServer(t, "demo", engine)
			log := newAuditor(t, s.URL, "marrakech")
			log.audit(log.sealed(1))

			load := newCrashLoad(s.URL)
			load.start()
			unheard := 0
			for range kills {
				unheard += load.during(s)
			}
			load.finish()
			t.Logf("%d kills, %d proposals acknowledged, %d answers lost", kills, len(load.acked), unheard)
			load.check(t)
			log.audit(log.sealed(log.size + int64(len(load.acked))))
			s.Stop()
		})
	}
}

// crashLoad is people who send proposals and send again when they get no
// answer, each form with its own `once`.
type crashLoad struct {
	site   string
	client *http.Client

	stop    atomic.Bool
	working sync.WaitGroup
	lost    atomic.Int64 // answers that did not come

	mu    sync.Mutex
	acked []acknowledged
	fatal error // what no retry mends
}

// acknowledged is a form and the tracking number of its receipt.
type acknowledged struct {
	form   *form
	number string
}

func newCrashLoad(site string) *crashLoad {
	return &crashLoad{site: site, client: &http.Client{
		Timeout:       20 * time.Second,
		Transport:     &http.Transport{MaxIdleConnsPerHost: writers},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

func (l *crashLoad) start() {
	for w := range writers {
		l.working.Go(func() { l.write(w) })
	}
}

// finish lets every writer have its last answer.
func (l *crashLoad) finish() {
	l.stop.Store(true)
	l.working.Wait()
}

func (l *crashLoad) write(writer int) {
	for n := 0; !l.stop.Load() && l.failure() == nil; n++ {
		var f *form
		l.insist(func() (err error) {
			f, err = fillForm(l.client, l.site+proposals+"new",
				fmt.Sprintf("Éclairer la route du douar, demande %d de la table %d", n, writer))
			return err
		})
		l.insist(func() error {
			number, err := f.send(l.client)
			if err == nil {
				l.mu.Lock()
				l.acked = append(l.acked, acknowledged{f, number})
				l.mu.Unlock()
			}
			return err
		})
	}
}

// insist tries until the server takes it. A refusal is not mended by trying
// again, unless the server says that it is for now (503).
func (l *crashLoad) insist(try func() error) {
	for l.failure() == nil {
		err := try()
		if err == nil {
			return
		}
		var refused *refusal
		if errors.As(err, &refused) && refused.status != http.StatusServiceUnavailable {
			l.mu.Lock()
			l.fatal = err
			l.mu.Unlock()
			return
		}
		l.lost.Add(1)
		time.Sleep(10 * time.Millisecond)
	}
}

func (l *crashLoad) failure() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.fatal
}

// during kills the server at some moment of the load and starts it again. It
// returns how many answers were lost by it.
func (l *crashLoad) during(s *server) int {
	s.t.Helper()
	before := l.lost.Load()
	time.Sleep(20*time.Millisecond + rand.N(200*time.Millisecond))
	s.Kill()
	lost := l.lost.Load() - before
	s.Start()
	if err := l.failure(); err != nil {
		s.t.Fatal(err)
	}
	return int(lost)
}

// check holds that each acknowledged proposal is there and none is there twice:
// the numbers, which the server gives out one by one, leave no gap between the
// first and the last that somebody was told.
func (l *crashLoad) check(t testing.TB) {
	t.Helper()
	if len(l.acked) == 0 {
		t.Fatal("no proposal was acknowledged: the load did nothing")
	}
	numbers := make([]int, 0, len(l.acked))
	for _, a := range l.acked {
		found := tracking.FindStringSubmatch(a.number)
		if found == nil {
			t.Fatalf("%q is no tracking number", a.number)
		}
		n, err := strconv.Atoi(found[1])
		if err != nil {
			t.Fatal(err)
		}
		numbers = append(numbers, n)
		if status, body := get(t, l.site+proposals+a.number); status != http.StatusOK || !strings.Contains(body, a.number) {
			t.Errorf("%s was acknowledged and answers %d", a.number, status)
		}
	}
	slices.Sort(numbers)
	for i, n := range numbers[1:] {
		switch gap := n - numbers[i]; {
		case gap == 0:
			t.Errorf("number %d was given to two people", n)
		case gap > 1:
			t.Errorf("after number %d comes %d: somebody's proposal was written twice", numbers[i], n)
		}
	}
	for i := 0; i < len(l.acked); i += max(1, len(l.acked)/50) {
		a := l.acked[i]
		if again, err := a.form.send(l.client); err != nil || again != a.number {
			t.Errorf("sent again, %s became %q, %v", a.number, again, err)
		}
	}
}
