package accounts

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCodeRoundTrip(t *testing.T) {
	for _, size := range []int{CodeBytes, ReceiptBytes} {
		rapid.Check(t, func(t *rapid.T) {
			raw := rapid.SliceOfN(rapid.Byte(), size, size).Draw(t, "raw")
			code := FormatCode(raw)
			typed := strings.NewReplacer("-", rapid.SampledFrom([]string{"", " ", "-", " - ", "‐", "\u00a0"}).Draw(t, "between"),
				"0", rapid.SampledFrom([]string{"0", "O", "o"}).Draw(t, "zero"),
				"1", rapid.SampledFrom([]string{"1", "I", "l", "L"}).Draw(t, "one")).Replace(code)
			if rapid.Bool().Draw(t, "small") {
				typed = strings.ToLower(typed)
			}
			got, err := ParseCode(typed, size)
			if err != nil || !slices.Equal(got, raw) {
				t.Fatalf("%q (typed %q): %x, %v; want %x", code, typed, got, err, raw)
			}
		})
	}
}

func TestCodeLengths(t *testing.T) {
	// docs/security.md promises these lengths to whoever prints cards.
	for size, want := range map[int]int{CodeBytes: 17, ReceiptBytes: 27} {
		if n := len(strings.ReplaceAll(FormatCode(NewSecret(size)), "-", "")); n != want {
			t.Errorf("%d bytes: %d characters, want %d", size, n, want)
		}
	}
}

// TestCodeFindsEverySubstitution: one wrong character, wherever it is and
// whatever it is, is noticed before anything is looked up.
func TestCodeFindsEverySubstitution(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(FormatCode(rapid.SliceOfN(rapid.Byte(), CodeBytes, CodeBytes).Draw(t, "raw")))
		for at, right := range code {
			if right == '-' {
				continue
			}
			for i := range len(codeAlphabet) {
				if codeAlphabet[i] == right {
					continue
				}
				code[at] = codeAlphabet[i]
				if _, err := ParseCode(string(code), CodeBytes); !errors.Is(err, ErrBadCode) {
					t.Fatalf("%s with %c for %c at %d passed: %v", code, codeAlphabet[i], right, at, err)
				}
			}
			code[at] = right
		}
	})
}

// TestCodeFindsMostSwaps: of the swaps of two different neighbours, Luhn mod 32
// misses only those of the digits 0 and 31.
func TestCodeFindsMostSwaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		code := []byte(strings.ReplaceAll(FormatCode(rapid.SliceOfN(rapid.Byte(), CodeBytes, CodeBytes).Draw(t, "raw")), "-", ""))
		for i := range len(code) - 1 {
			a, b := code[i], code[i+1]
			if a == b || strings.ContainsRune("0Z", rune(a)) && strings.ContainsRune("0Z", rune(b)) {
				continue
			}
			code[i], code[i+1] = b, a
			if _, err := ParseCode(string(code), CodeBytes); !errors.Is(err, ErrBadCode) {
				t.Fatalf("%s with positions %d and %d swapped passed", code, i, i+1)
			}
			code[i], code[i+1] = a, b
		}
	})
}

func FuzzParseCode(f *testing.F) {
	f.Add("7K4M-DQ29-7K4M-DQ29-X")
	f.Add(FormatCode(make([]byte, CodeBytes)))
	f.Fuzz(func(t *testing.T, text string) {
		raw, err := ParseCode(text, CodeBytes)
		if err != nil {
			return
		}
		again, err := ParseCode(FormatCode(raw), CodeBytes)
		if err != nil || !slices.Equal(raw, again) {
			t.Errorf("%q reads as %x, which reads back as %x, %v", text, raw, again, err)
		}
	})
}
