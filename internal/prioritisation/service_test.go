package prioritisation

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/khettara/khettara/internal/accounts"
)

func TestMergeSmallLeavesNoSmallClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sizes := map[string]int{}
		for _, name := range []string{"citizens", "civil", "elected", "economic", Others} {
			if n := rapid.IntRange(0, 40).Draw(t, name); n > 0 {
				sizes[name] = n
			}
		}
		merged := mergeSmall(sizes)
		total, kept := 0, map[string]int{}
		for name, n := range sizes {
			total += n
			kept[name] = n
		}
		for _, name := range merged {
			kept[Others] += kept[name]
			delete(kept, name)
		}
		sum := 0
		for name, n := range kept {
			sum += n
			if n < ClassSize && len(kept) > 1 {
				t.Fatalf("class %s of %d stands apart: %v from %v", name, n, kept, sizes)
			}
		}
		if sum != total {
			t.Fatalf("%d voters of %d are left", sum, total)
		}
	})
}

func TestReceiptNumberIsTheHashesBeginning(t *testing.T) {
	r := NewReceipt()
	again, err := ParseReceipt(r.Secret)
	if err != nil || again != r {
		t.Fatalf("%+v read again as %+v, %v", r, again, err)
	}
	key, err := r.key()
	if err != nil || BallotNumber(key) != r.Number || len(r.Number) != 10 {
		t.Errorf("number %q of key %q, %v", r.Number, key, err)
	}
	if _, err := ParseReceipt(accounts.FormatCode(accounts.NewSecret(accounts.CodeBytes))); err == nil {
		t.Error("a voting code was taken for a receipt's secret")
	}
}
