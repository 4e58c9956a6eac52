package consultation

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/web/page"
)

// TestStaffAndEverybodyCountTheSameDays: the badge of the work list says of a
// deadline what the proposal's public page says.
func TestStaffAndEverybodyCountTheSameDays(t *testing.T) {
	due := time.Date(2026, time.March, 2, 9, 0, 0, 0, i18n.Zone)
	for _, c := range []struct {
		now  time.Time
		says string
		n    int
	}{
		{due.Add(-10 * time.Hour), "status.days_left", 1}, // the evening before
		{due.Add(12 * time.Hour), "status.days_left", 0},  // the same evening: not late yet
		{due.Add(16 * time.Hour), "status.overdue", 1},
	} {
		d := todayData{publicData: publicData{Base: page.Base{Lang: i18n.Fr, Now: c.now}}}
		var out strings.Builder
		if err := d.deadline(due).Render(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		_, words, _ := strings.Cut(i18n.T(i18n.Fr, c.says, "n", c.n), "\u2069")
		if want := ">" + strconv.Itoa(c.n) + "</bdi>" + words; !strings.Contains(out.String(), want) {
			t.Errorf("at %s: %s, want %q", c.now, out.String(), want)
		}
		if days, _ := (consultation.Move{Due: due}).Days(c.now); days != c.n && days != -c.n {
			t.Errorf("at %s the public page counts %d days", c.now, days)
		}
	}
}
