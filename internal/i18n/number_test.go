package i18n_test

import (
	"testing"

	"github.com/khettara/khettara/internal/i18n"
)

func TestThousandthsAreExact(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 1: "0,001", 500: "0,5", 6_125: "6,125", 12_000: "12", 1_234_560: "1\u00A0234,56",
		-12_500: "\u221212,5", 9_007_199_254_740_991: "9\u00A0007\u00A0199\u00A0254\u00A0740,991"} {
		if got := i18n.Thousandths(i18n.Fr, n); got != want {
			t.Errorf("%d thousandths are written %q, want %q", n, got, want)
		}
	}
}
