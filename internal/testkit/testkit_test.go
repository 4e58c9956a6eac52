package testkit_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/testkit"
)

func TestGoldenShowsTheLineThatDiffers(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := os.MkdirAll(filepath.Join("testdata", "golden", "ar"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("testdata/golden/ar/home.html", []byte("أولا\nثانيا\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	testkit.Golden(t, "ar/home.html", []byte("أولا\nثانيا\n"))

	r := &testkit.Recorder{TB: t}
	testkit.Golden(r, "ar/home.html", []byte("أولا\nثالثا\n"))
	if len(r.Failures) != 1 || !strings.Contains(r.Failures[0], "ثالثا") || !strings.Contains(r.Failures[0], "ar/home.html") {
		t.Errorf("a difference gave %q", r.Failures)
	}
}

func TestClockMovesOnlyWhenMoved(t *testing.T) {
	start := time.Date(2026, 3, 1, 9, 0, 0, 0, time.FixedZone("+01", 3600))
	c := testkit.NewClock(start)
	if !c.Now().Equal(start) || c.Now().Location() != time.UTC {
		t.Errorf("shows %v, want %v in UTC", c.Now(), start)
	}
	if got := c.Advance(48 * time.Hour); !got.Equal(start.Add(48*time.Hour)) || !c.Now().Equal(got) {
		t.Errorf("after two days it shows %v", got)
	}
	c.Set(start)
	if !c.Now().Equal(start) {
		t.Errorf("set back, it shows %v", c.Now())
	}
}
