package pb

import (
	"strconv"
	"strings"
)

// maxDecimals is the finest unit an amount may be counted in.
const maxDecimals = 9

// decimal is a number as written: digits·10^-decimals, of at most 18 digits. It
// may have more decimals than an amount.
type decimal struct {
	digits   int64
	decimals int
}

// parseDecimal reads "1250", "102533.36", "102533,36", as spreadsheets and
// programs write them also "1.25e+06" and, with spaces between groups,
// "1 250 000". A comma or a point is a decimal mark; several of the same with
// three digits after each separate thousands. Trailing zeros of the fraction are
// dropped. It never goes through a float.
func parseDecimal(s string) (decimal, bool) {
	s = strings.TrimSpace(s)
	negative := strings.HasPrefix(s, "-")
	s, power, ok := cutPower(strings.TrimPrefix(s, "-"))
	if !ok {
		return decimal{}, false
	}
	whole, fraction, ok := splitMark(s)
	if !ok {
		return decimal{}, false
	}
	for ; power > 0; power-- {
		digit := "0"
		if fraction != "" {
			digit, fraction = fraction[:1], fraction[1:]
		}
		whole += digit
	}
	for ; power < 0; power++ {
		digit := "0"
		if whole != "" {
			whole, digit = whole[:len(whole)-1], whole[len(whole)-1:]
		}
		fraction = digit + fraction
	}
	fraction = strings.TrimRight(fraction, "0")
	digits := strings.TrimLeft(whole+fraction, "0")
	if whole+fraction == "" && !strings.ContainsAny(s, "0") || len(digits) > 18 || len(fraction) > 18 {
		return decimal{}, false
	}
	n := int64(0)
	for _, c := range digits {
		if c < '0' || c > '9' {
			return decimal{}, false
		}
		n = n*10 + int64(c-'0')
	}
	if negative {
		n = -n
	}
	return decimal{n, len(fraction)}, true
}

// cutPower takes the power of ten off a number in scientific notation.
func cutPower(s string) (mantissa string, power int, ok bool) {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return s, 0, true
	}
	power, err := strconv.Atoi(s[i+1:])
	return s[:i], power, err == nil && power >= -18 && power <= 18
}

// splitMark divides a number at its decimal mark and drops what separates thousands.
func splitMark(s string) (whole, fraction string, ok bool) {
	if strings.ContainsAny(s, " \u00a0\u202f'") {
		// The digits of a group belong together in threes, else two numbers stand there.
		groups := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" \u00a0\u202f'", r) })
		if len(groups) == 0 {
			return "", "", false
		}
		for i, g := range groups[1:] {
			if i+2 == len(groups) {
				g, _, _ = strings.Cut(strings.ReplaceAll(g, ",", "."), ".")
			}
			if len(g) != 3 {
				return "", "", false
			}
		}
		s = strings.Join(groups, "")
	}
	last := strings.LastIndexAny(s, ".,")
	if last < 0 {
		return s, "", s != ""
	}
	mark := s[last : last+1]
	whole, fraction = s[:last], s[last+1:]
	switch strings.Count(s, mark) {
	case 1:
		other := ","
		if mark == "," {
			other = "."
		}
		if !strings.Contains(whole, other) {
			return whole, fraction, whole != "" || fraction != ""
		}
		whole, ok = joinThousands(whole, other)
		return whole, fraction, ok
	}
	whole, ok = joinThousands(s, mark)
	return whole, "", ok
}

func joinThousands(s, mark string) (string, bool) {
	groups := strings.Split(s, mark)
	for i, g := range groups {
		if i > 0 && len(g) != 3 || i == 0 && (g == "" || len(g) > 3) {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

// at is the number in units of 10^-decimals, rounded towards zero if it is finer;
// false if it is too large.
func (d decimal) at(decimals int) (int64, bool) {
	n := d.digits
	for range d.decimals - decimals {
		n /= 10
	}
	for range decimals - d.decimals {
		if n > MaxAmount || n < -MaxAmount {
			return 0, false
		}
		n *= 10
	}
	return n, n <= MaxAmount && n >= -MaxAmount
}

// FormatAmount writes an amount of smallest units as a decimal string with a
// point, without trailing zeros: FormatAmount(10253336, 2) is "102533.36".
func FormatAmount(amount int64, decimals int) string {
	sign := ""
	if amount < 0 {
		sign, amount = "-", -amount
	}
	s := strconv.FormatInt(amount, 10)
	if decimals == 0 {
		return sign + s
	}
	if len(s) <= decimals {
		s = strings.Repeat("0", decimals-len(s)+1) + s
	}
	whole, fraction := s[:len(s)-decimals], strings.TrimRight(s[len(s)-decimals:], "0")
	if fraction == "" {
		return sign + whole
	}
	return sign + whole + "." + fraction
}
