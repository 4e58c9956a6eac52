package transparency

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

func TestSeal(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		w := newWorld(t, db)
		if _, err := w.Checkpoint(t.Context(), logID); !errors.Is(err, NotSealed) {
			t.Errorf("before the first: %v", err)
		}
		first := w.sealed(3)
		again, err := w.Seal(t.Context(), logID)
		must(t, err)
		if again.Note != first.Note || !again.At.Equal(first.At) {
			t.Error("a tree that did not grow was signed again")
		}
		second := w.sealed(2)
		if second.Size != 5 || second.Note == first.Note {
			t.Errorf("then %+v", second)
		}
		latest, err := w.Checkpoint(t.Context(), logID)
		must(t, err)
		if latest.Note != second.Note || latest.Checkpoint != second.Checkpoint {
			t.Errorf("latest is %+v, want %+v", latest, second)
		}
		n, err := note.Open([]byte(latest.Note), note.VerifierList(w.verifier()))
		must(t, err)
		if want := "khettara/local/marrakech\n5\n" + second.Root.String() + "\n"; n.Text != want {
			t.Errorf("signed %q, want %q", n.Text, want)
		}
		for _, log := range []string{"unknown", ""} {
			if _, err := w.Seal(t.Context(), log); !fault.Is(err, fault.NotFound) {
				t.Errorf("log %q: %v", log, err)
			}
		}
	})
}

func TestSealAllSealsEveryLog(t *testing.T) {
	db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
	w := newWorld(t, db)
	w.say(2)
	must(t, db.CatchUp(t.Context(), w.Service))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		w.Run(ctx, time.Millisecond, func(err error) { t.Error(err) })
		close(done)
	}()
	for _, log := range []string{logID, store.Installation} {
		for {
			c, err := w.Checkpoint(t.Context(), log)
			if errors.Is(err, NotSealed) {
				time.Sleep(time.Millisecond)
				continue
			}
			must(t, err)
			if log == store.Installation && c.Origin != "khettara/local" {
				t.Errorf("origin of the installation: %s", c.Origin)
			}
			break
		}
	}
	cancel()
	<-done
}

// TestSealNeverSignsAnotherPast changes the past in each way that leaves the tree well formed.
func TestSealNeverSignsAnotherPast(t *testing.T) {
	for name, query := range map[string]string{
		"a node of the tree":    `UPDATE tree_node SET hash = '` + strings.Repeat("00", 32) + `' WHERE place IN (0, 2, 6)`,
		"the tree cut off":      `DELETE FROM tree_node WHERE place > 0`,
		"the checkpoint's root": `UPDATE log_checkpoint SET root = '` + strings.Repeat("00", 32) + `'`,
		"the checkpoint's size": `UPDATE log_checkpoint SET size = 3`,
		"the checkpoint's note": `UPDATE log_checkpoint SET note = REPLACE(note, 'marrakech', 'marrakesh')`,
	} {
		t.Run(name, func(t *testing.T) {
			db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
			w := newWorld(t, db)
			w.sealed(4)
			w.tamper(query)
			before := w.countCheckpoints()
			_, err := w.Seal(t.Context(), logID)
			if name == "the checkpoint's note" {
				if !errors.Is(err, ErrKeyMissing) {
					t.Errorf("sealed with %v", err)
				}
			} else if !errors.Is(err, ErrDisagrees) || !errors.Is(db.Ping(t.Context()), ErrDisagrees) {
				t.Errorf("sealed with %v, writing %v", err, db.Ping(t.Context()))
			}
			if after := w.countCheckpoints(); after != before {
				t.Errorf("%d checkpoints, then %d", before, after)
			}
		})
	}
}

func (w *world) countCheckpoints() (n int) {
	w.t.Helper()
	must(w.t, w.db.Read().QueryRowContext(w.t.Context(), `SELECT COUNT(*) FROM log_checkpoint`).Scan(&n))
	return n
}

func TestKeyFile(t *testing.T) {
	dsn := testkit.DSN(t, store.SQLite)
	db := testkit.Open(t, dsn, store.Options{})
	w := newWorld(t, db)
	w.sealed(1)
	must(t, func() error { _, err := w.Seal(t.Context(), store.Installation); return err }())
	if runtime.GOOS != "windows" {
		for _, name := range []string{"marrakech.key", "_installation.key"} {
			info, err := os.Stat(filepath.Join(w.dir, name))
			must(t, err)
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s has mode %v", name, info.Mode())
			}
		}
	}
	key, err := w.Key(t.Context(), logID)
	must(t, err)
	if !strings.HasPrefix(key.Fingerprint, key.ID) || len(key.Fingerprint) != 64 || !strings.Contains(key.Verifier, "+"+key.ID+"+") {
		t.Errorf("key %+v", key)
	}
	// A second process finds the same key.
	if again, err := New(db, w.dir).Key(t.Context(), logID); again != key || err != nil {
		t.Errorf("read again as %+v, %v", again, err)
	}
	secret, err := os.ReadFile(w.keyFile())
	must(t, err)
	fields := strings.SplitN(strings.TrimSpace(string(secret)), "+", 5)
	var all []byte
	for _, file := range []string{db.File(), db.File() + "-wal"} {
		data, err := os.ReadFile(file)
		must(t, err)
		all = append(all, data...)
	}
	if !bytes.Contains(all, []byte("\n\n— khettara/local/marrakech")) {
		t.Error("the database's files hold no signature: this test looks in the wrong place")
	}
	if bytes.Contains(all, []byte(fields[4])) {
		t.Error("the signing key is in the database")
	}
}

func TestKeyFileRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, file string)
		want  error
	}{
		"gone": {func(t *testing.T, file string) { must(t, os.Remove(file)) }, ErrKeyMissing},
		"another's": {func(t *testing.T, file string) {
			must(t, os.Rename(filepath.Join(filepath.Dir(file), "_installation.key"), file))
		}, nil},
		"not a key":       {func(t *testing.T, file string) { must(t, os.WriteFile(file, []byte("secret\n"), 0o600)) }, nil},
		"empty":           {func(t *testing.T, file string) { must(t, os.WriteFile(file, nil, 0o600)) }, nil},
		"open to a group": {func(t *testing.T, file string) { must(t, os.Chmod(file, 0o640)) }, nil},
		"replaced": {func(t *testing.T, file string) {
			must(t, os.Remove(file))
			_, err := createKey(file, "khettara/local/marrakech")
			must(t, err)
		}, ErrKeyMissing},
	} {
		t.Run(name, func(t *testing.T) {
			if runtime.GOOS == "windows" && name == "open to a group" {
				t.Skip("no such bits on Windows")
			}
			db := testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{})
			w := newWorld(t, db)
			_, err := w.Seal(t.Context(), store.Installation)
			must(t, err)
			w.sealed(2)
			c.spoil(t, w.keyFile())
			w.say(1)
			must(t, db.CatchUp(t.Context(), w.Service))
			_, err = New(db, w.dir).Seal(t.Context(), logID)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("sealed with %v", err)
			}
			if n := w.countCheckpoints(); n != 2 {
				t.Errorf("%d checkpoints", n)
			}
			// A key that is not at hand is no sign of another past: people must still be able to write.
			must(t, db.Ping(t.Context()))
		})
	}
}

func TestKeyNames(t *testing.T) {
	for _, origin := range []string{"khettara/local/..", "khettara/local/a\\b", "khettara/local/", "khettara/local/a b", "khettara/local/a+b"} {
		k := keyring{dir: t.TempDir()}
		if _, err := k.key(store.LogHead{ID: logID, Origin: origin}, true); err == nil {
			t.Errorf("%q named a key", origin)
		}
		if left, err := os.ReadDir(k.dir); err != nil || len(left) > 0 {
			t.Errorf("%q left %v, %v", origin, left, err)
		}
	}
}

func TestParseCheckpoint(t *testing.T) {
	good := Checkpoint{Origin: "khettara/local/marrakech", Size: 12, Root: [32]byte{31: 9}}
	if got, err := ParseCheckpoint(good.Text()); got != good || err != nil {
		t.Errorf("read back as %+v, %v", got, err)
	}
	root := good.Root.String()
	for name, text := range map[string]string{
		"empty":          "",
		"no end":         "o\n1\n" + root,
		"extension":      "o\n1\n" + root + "\nmore\n",
		"empty line":     "o\n1\n" + root + "\n\n",
		"no origin":      "\n1\n" + root + "\n",
		"leading zero":   "o\n01\n" + root + "\n",
		"plus":           "o\n+1\n" + root + "\n",
		"negative":       "o\n-1\n" + root + "\n",
		"too great":      "o\n9007199254740992\n" + root + "\n",
		"short root":     "o\n1\nAAAA\n",
		"stray bits":     "o\n1\n" + strings.Replace(root, "k=", "l=", 1) + "\n",
		"root with line": "o\n1\n" + root[:10] + "\r" + root[10:] + "\n",
	} {
		if c, err := ParseCheckpoint(text); err == nil {
			t.Errorf("%s: read as %+v", name, c)
		}
	}
}
