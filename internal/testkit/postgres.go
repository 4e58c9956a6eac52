package testkit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// errNoPostgres says that the machine has no PostgreSQL server to start.
var errNoPostgres = errors.New("no PostgreSQL server found (`make test` installs it from the distribution's packages)")

// serverScript makes a cluster in $2 with the binaries of $1, serves it on a
// socket in $2, and removes everything when the test process is gone. The
// remaining arguments are the server's settings.
//
// The server is stopped at once (SIGQUIT) rather than in order: nothing in the
// folder is needed again.
const serverScript = `
bin=$1 dir=$2
shift 2
exec 3<&0 0</dev/null
if "$bin/initdb" -D "$dir/data" -A trust -U khettara -E UTF8 --locale=C -N >"$dir/log" 2>&1
then
	"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses= "$@" >>"$dir/log" 2>&1 3<&- &
	server=$!
	{ read -r _ <&3; kill -QUIT $server; } &
	reader=$!
	wait $server
	kill $reader
fi 2>/dev/null
tail -n 20 "$dir/log"
cd /
rm -rf "$dir"
`

// cluster is a PostgreSQL server that lives as long as the test binary.
type cluster struct {
	durable bool // commits reach the disk, as in a real installation

	start sync.Once
	err   error
	dir   string // holds the socket

	mu    sync.Mutex // guards admin and last
	admin *pgx.Conn
	last  int
}

var (
	// quick is for tests: nothing is ever flushed to the disk.
	quick = &cluster{}
	// durable is for benchmarks, whose figures would mean nothing otherwise.
	durable = &cluster{durable: true}
)

// postgresDSN makes an empty database in the cluster and returns its address;
// the database goes when the test ends. Without a server to start the test is
// skipped, except in continuous integration (CI=true), where it fails.
func (c *cluster) postgresDSN(t testing.TB) string {
	t.Helper()
	c.start.Do(func() { c.err = c.run() })
	if errors.Is(c.err, errNoPostgres) && os.Getenv("CI") != "true" {
		t.Skip(c.err)
	}
	if c.err != nil {
		t.Fatalf("starting PostgreSQL: %v", c.err)
	}
	name, err := c.create()
	if err != nil {
		t.Fatalf("making a database: %v", err)
	}
	t.Cleanup(func() {
		if err := c.drop(name); err != nil {
			t.Errorf("dropping database %s: %v", name, err)
		}
	})
	return c.dsn(name)
}

func (c *cluster) dsn(database string) string {
	return "postgres://khettara@/" + database + "?host=" + c.dir
}

func (c *cluster) create() (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	name := "test" + strconv.Itoa(c.last)
	_, err := c.admin.Exec(context.Background(), "CREATE DATABASE "+name)
	return name, err
}

// drop removes a database along with the connections a failed test left open.
func (c *cluster) drop(name string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	_, err := c.admin.Exec(context.Background(), "DROP DATABASE "+name+" WITH (FORCE)")
	return err
}

// run starts the server and returns once it answers.
func (c *cluster) run() error {
	bin, err := postgresBin()
	if err != nil {
		return err
	}
	owner, err := postgresUser()
	if err != nil {
		return err
	}
	if c.dir, err = os.MkdirTemp(c.place(), "khettara-pg-"); err != nil {
		return err
	}
	if owner != nil {
		if err := os.Chown(c.dir, int(owner.Uid), int(owner.Gid)); err != nil {
			return errors.Join(err, os.RemoveAll(c.dir))
		}
	}
	guard, err := StartGuard(owner, c.dir, serverScript, append([]string{bin, c.dir}, c.settings()...)...)
	if err != nil {
		return errors.Join(err, os.RemoveAll(c.dir))
	}
	return c.await(guard)
}

// place is where the cluster's folder goes: in memory if there is a gigabyte of
// it (a database is then made ten times as fast), except where durability is
// measured. It is not TMPDIR: a socket's path may have 107 bytes at most, and
// the user postgres must be able to reach it.
func (c *cluster) place() string {
	const memory, enough = "/dev/shm", 1 << 30
	var fs syscall.Statfs_t
	if c.durable || syscall.Statfs(memory, &fs) != nil || fs.Bavail*uint64(fs.Bsize) < enough {
		return "/tmp"
	}
	return memory
}

// settings are the server's command line settings, except where it listens.
func (c *cluster) settings() []string {
	s := []string{"-c", "max_connections=200"}
	if !c.durable {
		s = append(s, "-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off", "-c", "max_wal_size=64MB")
	}
	return s
}

// await connects as soon as the server answers. It gives up when the server
// ends, or after a minute.
func (c *cluster) await(guard *Guard) error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for {
		var err error
		if c.admin, err = pgx.Connect(ctx, c.dsn("postgres")); err == nil {
			return nil
		}
		select {
		case <-guard.Done():
			return fmt.Errorf("the server ended:\n%s", guard.Output())
		case <-ctx.Done():
			return fmt.Errorf("the server does not answer: %w", err)
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// postgresBin is the folder of the newest PostgreSQL server's binaries, which
// Debian keeps out of the PATH.
func postgresBin() (string, error) {
	version := func(initdb string) int {
		n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
		return n
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil {
		return "", err
	}
	if len(found) > 0 {
		newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
		return filepath.Dir(newest), nil
	}
	initdb, err := exec.LookPath("initdb")
	if err != nil {
		return "", errNoPostgres
	}
	// The PATH often holds a link; the other binaries are where it leads.
	if initdb, err = filepath.EvalSymlinks(initdb); err != nil {
		return "", err
	}
	return filepath.Dir(initdb), nil
}

// postgresUser is whom the server runs as: this user (nil), or, since the
// server refuses to run as root, the user postgres that the package made.
func postgresUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid), Groups: []uint32{uint32(gid)}}, nil
}
