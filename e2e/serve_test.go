package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/store"
)

var engines = []store.Dialect{store.SQLite, store.Postgres}

func TestServeStartsStopsAndStartsAgain(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s := startServer(t, "serve", engine, "--allow-http")
			for _, path := range []string{"/healthz", "/readyz"} {
				if status, _ := get(t, s.URL+path); status != http.StatusOK {
					t.Errorf("%s answers %d", path, status)
				}
			}
			s.Stop()
			s.Start()
			s.Kill()
			s.Start()
		})
	}
}

// TestASecondServerRefusesToStart: one process per database, or the head of
// the log would be taken twice.
func TestASecondServerRefusesToStart(t *testing.T) {
	for _, engine := range engines {
		t.Run(string(engine), func(t *testing.T) {
			s := startServer(t, "serve", engine, "--allow-http")
			code, _, stderr := run(t, "serve", "--allow-http", "--addr", freeAddress(t), "--db", s.DSN, "--data", t.TempDir())
			if code != 1 || !strings.Contains(stderr, "another khettara process") {
				t.Errorf("exit %d, %q", code, stderr)
			}
		})
	}
}

func TestServeRefusesToSendPasswordsInTheClear(t *testing.T) {
	code, _, stderr := run(t, "serve", "--addr", freeAddress(t), "--data", t.TempDir())
	if code != 1 || !strings.Contains(stderr, "--allow-http") {
		t.Errorf("exit %d, %q", code, stderr)
	}
}

func TestUsageErrorsExitWithTwo(t *testing.T) {
	for _, args := range [][]string{{"dig"}, {"serve", "--depth", "9"}, {"verify"}} {
		if code, stdout, stderr := run(t, args...); code != 2 || stdout != "" || stderr == "" {
			t.Errorf("%v: exit %d, stdout %q, stderr %q", args, code, stdout, stderr)
		}
	}
}

// get fetches an address without following redirects.
func get(t testing.TB, url string) (status int, body string) {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}
