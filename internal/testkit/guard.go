package testkit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// guards keeps the write ends of all guards' pipes reachable: the garbage
// collector closes a file that nothing refers to, which would end the guard.
var guards struct {
	sync.Mutex
	held []io.Closer
}

// Guard is a small shell that outlives the test process by the moment it needs
// to clean up after it. Its standard input is a pipe that only this process
// holds, so `read` in the script returns when the process is gone, whether it
// ended, panicked, ran into its time limit or was killed with SIGKILL.
//
// Its standard error is the test's own: `go test` waits for that to close, and
// with it until the guard has finished.
type Guard struct {
	done   chan struct{}
	output bytes.Buffer // valid once done is closed
	err    error
}

// StartGuard runs a POSIX shell script under the given user (nil: this one),
// with args as $1, $2 and so on and dir as its working directory.
func StartGuard(user *syscall.Credential, dir, script string, args ...string) (*Guard, error) {
	g := &Guard{done: make(chan struct{})}
	cmd := exec.Command("/bin/sh", append([]string{"-c", script, "khettara-test-guard"}, args...)...)
	cmd.Dir = dir
	cmd.Stdout = &g.output
	cmd.Stderr = os.Stderr
	// A session of its own, so that Ctrl+C in a terminal ends the test and not the guard.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: user}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	guards.Lock()
	guards.held = append(guards.held, stdin)
	guards.Unlock()
	go func() {
		g.err = cmd.Wait()
		close(g.done)
	}()
	return g, nil
}

// Done is closed when the script has ended.
func (g *Guard) Done() <-chan struct{} { return g.done }

// Output is what the script printed; call it only after Done.
func (g *Guard) Output() string {
	if g.err != nil {
		return fmt.Sprintf("%s(%v)", g.output.String(), g.err)
	}
	return g.output.String()
}

// scratchScript removes a folder and sees that it stays gone: for a moment,
// dying children of what the test started may still write into it.
const scratchScript = `
read -r _
tries=0 gone=0
while [ $gone -lt 3 ] && [ $tries -lt 50 ]
do
	if [ -e "$1" ]
	then gone=0; rm -rf "$1" 2>/dev/null
	else gone=$((gone + 1))
	fi
	tries=$((tries + 1))
	sleep 0.1
done
`

// ScratchDir makes a folder that is removed when the test process ends, however
// it ends; its name begins with prefix. What belongs to one test goes into
// T.TempDir instead.
func ScratchDir(prefix string) (string, error) {
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return "", err
	}
	if _, err := StartGuard(nil, "/", scratchScript, dir); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	return dir, nil
}
