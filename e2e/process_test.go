package e2e

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

var program struct {
	build sync.Once
	path  string
	err   error
}

// khettara builds the program, once per test run, and returns where it is.
func khettara(t testing.TB) string {
	t.Helper()
	program.build.Do(func() {
		var dir string
		if dir, program.err = testkit.ScratchDir("khettara-e2e-"); program.err != nil {
			return
		}
		program.path = filepath.Join(dir, "khettara")
		build := exec.Command("go", "build", "-o", program.path, "../cmd/khettara")
		if out, err := build.CombinedOutput(); err != nil {
			program.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if program.err != nil {
		t.Fatalf("building the program: %v", program.err)
	}
	return program.path
}

// run runs a command of the program to its end and returns its exit code and
// what it wrote to standard output and standard error.
func run(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	cmd := exec.Command(khettara(t), args...)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// server is a running `khettara serve` or `khettara demo`. Killed and started
// again it keeps its data, its address and so its links.
type server struct {
	t    testing.TB
	URL  string // without a slash at the end
	Data string // the data folder
	DSN  string
	args []string

	cmd    *exec.Cmd
	log    *syncBuffer
	exited chan struct{} // closed when the process has ended
}

// newServer prepares a server on a free port, with a data folder and a database
// of its own; Start starts it. Whatever the test does, it is gone at its end.
func newServer(t testing.TB, command string, engine store.Dialect, flags ...string) *server {
	t.Helper()
	s := &server{t: t, Data: t.TempDir(), log: &syncBuffer{}}
	s.DSN = testkit.DSN(t, engine)
	address := freeAddress(t)
	s.URL = "http://" + address
	s.args = append([]string{command, "--addr", address, "--db", s.DSN, "--data", s.Data}, flags...)
	t.Cleanup(func() {
		if s.running() {
			s.Kill()
		}
		if t.Failed() {
			t.Logf("what %s wrote:\n%s", command, tail(s.log.String(), 60))
		}
	})
	return s
}

// startServer is newServer and Start.
func startServer(t testing.TB, command string, engine store.Dialect, flags ...string) *server {
	t.Helper()
	s := newServer(t, command, engine, flags...)
	s.Start()
	return s
}

// Start starts the process and returns when it says that it is ready.
func (s *server) Start() {
	s.t.Helper()
	s.spawn()
	deadline := time.Now().Add(time.Minute)
	for !s.ready() {
		select {
		case <-s.exited:
			s.t.Fatalf("the server ended instead of starting:\n%s", tail(s.log.String(), 20))
		default:
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the server is not ready after a minute:\n%s", tail(s.log.String(), 20))
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// spawn starts the process without waiting for it to be ready.
func (s *server) spawn() {
	s.t.Helper()
	s.cmd = exec.Command(khettara(s.t), s.args...)
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{}
	dieWithTest(s.cmd.SysProcAttr)
	s.exited = make(chan struct{})
	started := make(chan error, 1)
	go func(cmd *exec.Cmd, exited chan struct{}) {
		// Dying with the parent follows the thread that started the process, so
		// that thread must stay until the process has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			cmd.Wait()
			close(exited)
		}
	}(s.cmd, s.exited)
	if err := <-started; err != nil {
		s.t.Fatal(err)
	}
}

func (s *server) ready() bool {
	answer, err := http.Get(s.URL + "/readyz")
	if err != nil {
		return false
	}
	answer.Body.Close()
	return answer.StatusCode == http.StatusOK
}

func (s *server) running() bool {
	if s.exited == nil {
		return false
	}
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// Kill ends the process as a power cut would, in the middle of whatever it does.
func (s *server) Kill() {
	s.t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		s.t.Fatal(err)
	}
	<-s.exited
}

// Stop asks the process to end in order, and fails the test unless it does so
// with exit code 0 within half a minute.
func (s *server) Stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	select {
	case <-s.exited:
	case <-time.After(30 * time.Second):
		s.t.Fatal("the server does not stop when asked to")
	}
	if code := s.cmd.ProcessState.ExitCode(); code != 0 {
		s.t.Errorf("stopped with exit code %d:\n%s", code, tail(s.log.String(), 20))
	}
}

// freeAddress is an address of this machine that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func tail(text string, lines int) string {
	all := strings.Split(strings.TrimRight(text, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// syncBuffer takes what a process writes while the test reads it.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
