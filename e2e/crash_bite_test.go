package e2e

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/khettara/khettara/internal/testkit"
)

// TestTheCrashChecksBite lets the load run against a small server that keeps
// what it is sent, and against ones that lose it, write it twice or hand out
// one number twice.
func TestTheCrashChecksBite(t *testing.T) {
	cases := map[string]struct {
		fault func(*hall)
		want  string // in the first failure; "" for none
	}{
		"sound":            {func(*hall) {}, ""},
		"lost":             {func(h *hall) { delete(h.kept, 2) }, "was acknowledged and answers 404"},
		"written twice":    {func(h *hall) { h.last++ }, "was written twice"},
		"one number twice": {func(h *hall) { h.last-- }, "was given to two people"},
		"not done once":    {func(h *hall) { h.forgetful = true }, "sent again"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			h := &hall{kept: map[int]bool{}, given: map[string]int{}}
			server := httptest.NewServer(h)
			defer server.Close()
			load := newCrashLoad(server.URL)
			for i := range 6 {
				if i == 3 {
					c.fault(h)
				}
				f, err := fillForm(load.client, server.URL+"/form", "نص")
				if err != nil {
					t.Fatal(err)
				}
				number, err := f.send(load.client)
				if err != nil {
					t.Fatal(err)
				}
				load.acked = append(load.acked, acknowledged{f, number})
			}
			r := &testkit.Recorder{TB: t}
			load.check(r)
			if got := strings.Join(r.Failures, "\n"); c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// hall is a server that takes proposals and gives them numbers.
type hall struct {
	mu        sync.Mutex
	last      int // number given out
	forms     int
	kept      map[int]bool
	given     map[string]int // by once
	forgetful bool           // takes a repeated form for a new one
}

func (h *hall) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case r.URL.Path == "/form":
		h.forms++
		fmt.Fprintf(w, `<form method="post" action="/send"><input type="hidden" name="once" value="%d"><textarea name="body"></textarea>
			<select name="college"><option value="">…</option><option value="civil">المجتمع المدني</option></select></form>`, h.forms)
	case r.Method == http.MethodPost:
		once := r.FormValue("once")
		if r.FormValue("body") != "نص" || r.FormValue("college") != "civil" {
			http.Error(w, "not filled in", http.StatusUnprocessableEntity)
			return
		}
		if h.given[once] == 0 || h.forgetful {
			h.last++
			h.given[once] = h.last
			h.kept[h.last] = true
		}
		fmt.Fprintf(w, "P-%04d-8", h.given[once])
	default:
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, proposals+"P-%04d-8", &n); err != nil || !h.kept[n] {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintf(w, "P-%04d-8", n)
	}
}
