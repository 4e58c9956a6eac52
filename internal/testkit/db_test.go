package testkit_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

func TestEachDBIsMigratedAndItsOwn(t *testing.T) {
	var seen []store.Dialect
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		seen = append(seen, db.Dialect())
		other := testkit.Open(t, testkit.DSN(t, db.Dialect()), store.Options{})
		for _, db := range []*store.DB{db, other} {
			var n int
			if err := db.Read().QueryRowContext(t.Context(), `SELECT count(*) FROM change`).Scan(&n); err != nil {
				t.Fatal(err)
			}
		}
		if db.DSN() == other.DSN() {
			t.Errorf("two databases of one test share %s", db.DSN())
		}
	})
	if len(seen) != 2 || seen[0] != store.SQLite || seen[1] != store.Postgres {
		t.Errorf("ran on %v, want both databases", seen)
	}
}

func TestPostgresCompareTextByBytes(t *testing.T) {
	conn := connect(t, testkit.DSN(t, store.Postgres))
	var collate, encoding string
	err := conn.QueryRow(t.Context(),
		`SELECT datcollate, pg_encoding_to_char(encoding) FROM pg_database WHERE datname=current_database()`).Scan(&collate, &encoding)
	if err != nil {
		t.Fatal(err)
	}
	if collate != "C" || encoding != "UTF8" {
		t.Errorf("collation %s, encoding %s; want C, UTF8", collate, encoding)
	}
}

func BenchmarkPostgresIsDurable(b *testing.B) {
	conn := connect(b, testkit.DSN(b, store.Postgres))
	var fsync string
	if err := conn.QueryRow(b.Context(), `SHOW fsync`).Scan(&fsync); err != nil {
		b.Fatal(err)
	}
	if fsync != "on" {
		b.Fatalf("fsync is %s: the figures would mean nothing", fsync)
	}
	for b.Loop() {
		if _, err := conn.Exec(b.Context(), `SELECT 1`); err != nil {
			b.Fatal(err)
		}
	}
}

func connect(t testing.TB, dsn string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// TestNoServerIsLeftBehind starts this test binary anew, lets it end in every
// way a test can end, and looks whether its server and folder are gone.
func TestNoServerIsLeftBehind(t *testing.T) {
	testkit.DSN(t, store.Postgres) // skips where there is no server
	for _, end := range []string{"return", "panic", "kill"} {
		t.Run(end, func(t *testing.T) {
			out := runChild(t, end)
			dir, pid := parseChild(t, out)
			deadline := time.Now().Add(10 * time.Second)
			for {
				_, err := os.Stat(dir)
				alive := syscall.Kill(pid, 0) == nil
				if errors.Is(err, os.ErrNotExist) && !alive {
					return
				}
				if time.Now().After(deadline) {
					t.Fatalf("10 s after the test: folder %s: %v, server alive: %v", dir, err, alive)
				}
				time.Sleep(10 * time.Millisecond)
			}
		})
	}
}

const childEnv = "KHETTARA_TESTKIT_CHILD"

// TestChild is not a test of its own: it is what TestNoServerIsLeftBehind runs.
func TestChild(t *testing.T) {
	end := os.Getenv(childEnv)
	if end == "" {
		t.Skip("only run by TestNoServerIsLeftBehind")
	}
	conn := connect(t, testkit.DSN(t, store.Postgres))
	var dir string
	if err := conn.QueryRow(t.Context(), `SHOW data_directory`).Scan(&dir); err != nil {
		t.Fatal(err)
	}
	pid, err := os.ReadFile(filepath.Join(dir, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(pid), "\n")
	os.Stdout.WriteString("child " + filepath.Dir(dir) + " " + first + "\n")
	switch end {
	case "panic":
		panic("as a broken test does")
	case "kill":
		syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
}

func runChild(t *testing.T, end string) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestChild$")
	cmd.Env = append(os.Environ(), childEnv+"="+end)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err == nil != (end == "return") {
		t.Fatalf("child ended with %v:\n%s", err, out.String())
	}
	return out.String()
}

func parseChild(t *testing.T, out string) (dir string, pid int) {
	t.Helper()
	for line := range strings.Lines(out) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "child" {
			pid, err := strconv.Atoi(fields[2])
			if err != nil {
				t.Fatal(err)
			}
			return fields[1], pid
		}
	}
	t.Fatalf("the child did not say where its server is:\n%s", out)
	return "", 0
}
