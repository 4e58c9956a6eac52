// Package browser drives the distribution's Chromium in tests: one browser per
// test binary, one isolated tab per page, and the checks that every page must
// pass (console, sideways scroll, keyboard, accessibility, other hosts).
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/khettara/khettara/internal/testkit"
)

var errNoChromium = errors.New("no Chromium found (`make test` installs it from the distribution's packages)")

// chromium is the browser of this test binary. It starts with the first page
// and ends with the process.
var chromium struct {
	start sync.Once
	ctx   context.Context // of the browser; each page's context is its child
	err   error
}

// start returns the browser's context. Without Chromium the test is skipped,
// except in continuous integration (CI=true), where it fails.
func start(t testing.TB) context.Context {
	t.Helper()
	chromium.start.Do(func() { chromium.ctx, chromium.err = launch() })
	if errors.Is(chromium.err, errNoChromium) && os.Getenv("CI") != "true" {
		t.Skip(chromium.err)
	}
	if chromium.err != nil {
		t.Fatalf("starting Chromium: %v", chromium.err)
	}
	return chromium.ctx
}

func launch() (context.Context, error) {
	path, err := chromiumPath()
	if err != nil {
		return nil, err
	}
	// The browser itself ends with the pipe it is driven through.
	profile, err := testkit.ScratchDir("khettara-chromium-")
	if err != nil {
		return nil, err
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(profile),
		// It is killed rather than closed, and would leave its other files behind too.
		chromedp.Env("TMPDIR="+profile),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		// Nothing but this machine can be reached, whatever a page asks for.
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"),
		chromedp.Flag("force-prefers-reduced-motion", true),
		chromedp.Flag("font-render-hinting", "none"),
	)
	if os.Geteuid() == 0 {
		// Chromium's sandbox refuses to start as root, which is what containers run as.
		flags = append(flags, chromedp.NoSandbox)
	}
	allocator, _ := chromedp.NewExecAllocator(context.Background(), flags...)
	ctx, _ := chromedp.NewContext(allocator)
	// The first call starts the browser and must be alone; after it, pages may
	// open from several tests at once.
	if err := chromedp.Do(ctx); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return ctx, nil
}

func chromiumPath() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errNoChromium
}

// patience is how long one action may take before the test fails. It is long
// because a loaded machine with two cores may be slow; nothing waits for it
// when all is well.
const patience = 30 * time.Second
