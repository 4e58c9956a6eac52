package deliberation

import (
	"testing"

	"pgregory.net/rapid"
)

// TestMaskGivesNoSmallCountAway checks the two promises of mask: no count under
// SmallCell is shown, and none can be had by subtracting what is shown from a
// published sum.
func TestMaskGivesNoSmallCountAway(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := make([]Row, rapid.IntRange(1, 6).Draw(t, "colleges"))
		for i := range rows {
			r := &rows[i]
			for _, c := range r.cells() {
				c.N = rapid.IntRange(0, 30).Draw(t, "count")
				r.N.N += c.N
			}
		}
		mask(rows)
		for _, r := range rows {
			masked := 0
			for _, c := range append(r.cells(), &r.N) {
				if !c.Masked && c.N < SmallCell {
					t.Fatalf("a count of %d is shown: %+v", c.N, r)
				}
			}
			for _, c := range r.cells() {
				if c.Masked {
					masked++
				}
			}
			if !r.N.Masked && masked == 1 {
				t.Fatalf("a row gives its one masked cell away: %+v", r)
			}
		}
		if len(rows) == 1 {
			return // nothing left to hide behind: the sums are the row
		}
		for column := range Choices {
			masked := 0
			for i := range rows {
				if rows[i].cells()[column].Masked {
					masked++
				}
			}
			if masked == 1 {
				t.Fatalf("column %d gives its one masked cell away: %+v", column, rows)
			}
		}
	})
}

func TestDeviceKeyHidesTheCookie(t *testing.T) {
	first, again := DeviceKey("a"), DeviceKey("a")
	if first == DeviceKey("b") || first != again {
		t.Error("the key of a device must depend on its cookie alone")
	}
}
