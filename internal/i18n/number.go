package i18n

import (
	"math"
	"strconv"
	"strings"
)

const (
	nbsp  = "\u00A0" // separates groups of three digits in all languages
	minus = "\u2212" // the true minus sign
	dash  = "–"      // stands for a number that does not exist
)

// Number writes a whole number in groups of three. The groups are no-break
// spaces in every language: "1.571" and "1,571" each mislead half the readers.
// Like Decimal and Percent it returns the bare figure without isolates; years
// are not counts and must not pass through it.
func Number(_ Lang, n int64) string {
	// Formatting before taking the sign away keeps the smallest int64 right.
	s := strconv.FormatInt(n, 10)
	if digits, negative := strings.CutPrefix(s, "-"); negative {
		return minus + grouped(digits)
	}
	return grouped(s)
}

// Decimal writes a number with a fixed number of decimals: comma in Arabic and
// French, point in English. A number that is not finite is written "–".
func Decimal(l Lang, f float64, digits int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return dash
	}
	whole, frac, _ := strings.Cut(strconv.FormatFloat(math.Abs(f), 'f', digits, 64), ".")
	s := grouped(whole)
	if frac != "" {
		s += decimalMark(l) + frac
	}
	// "−0,0" would claim a loss that the shown digits do not have.
	if f < 0 && strings.Trim(whole+frac, "0") != "" {
		s = minus + s
	}
	return s
}

// Scaled writes a whole number of 10^-decimals of its unit, exactly: 12504 with
// one decimal is "1 250,4".
func Scaled(l Lang, n int64, decimals int) string {
	digits, negative := strings.CutPrefix(strconv.FormatInt(n, 10), "-")
	digits = strings.Repeat("0", max(decimals+1-len(digits), 0)) + digits
	whole := len(digits) - max(decimals, 0)
	s := grouped(digits[:whole])
	if whole < len(digits) {
		s += decimalMark(l) + digits[whole:]
	}
	if negative {
		s = minus + s
	}
	return s
}

// Percent writes a ratio (0.61) as a percentage: "61%" in Arabic and English, "61 %" in French.
func Percent(l Lang, ratio float64, digits int) string {
	s := Decimal(l, ratio*100, digits)
	switch {
	case s == dash:
		return s
	case l == Fr:
		return s + nbsp + "%"
	}
	return s + "%"
}

// Signed is Decimal with a plus sign before what is above zero, for changes.
func Signed(l Lang, f float64, digits int) string {
	s := Decimal(l, f, digits)
	if f > 0 && strings.ContainsAny(s, "123456789") {
		return "+" + s
	}
	return s
}

// Dirhams writes an amount in full, with its word in the right plural form:
// «2 800 000 درهم», "2 800 000 dirhams". Centimes are shown only when there are any.
// The figure stands in an isolate, so the result is safe inside any sentence.
func Dirhams(l Lang, centimes int64) string {
	if centimes%100 == 0 {
		return T(l, "common.dirhams", "n", centimes/100)
	}
	return T(l, "common.dirhams", "n", quantity{float64(centimes) / 100, 2})
}

// MDH writes an amount in million dirhams with one decimal: «9,6 مليون درهم».
func MDH(l Lang, centimes int64) string {
	return T(l, "common.million_dirhams", "n", quantity{millions(centimes), 1})
}

// Millions is the bare figure of an amount in million dirhams, for columns whose head names the unit.
func Millions(l Lang, centimes int64, digits int) string {
	return Decimal(l, millions(centimes), digits)
}

func millions(centimes int64) float64 { return float64(centimes) / 100_000_000 }

// Thousandths writes thousandths of a unit exactly, with the decimals they need:
// 12500 is "12,5".
func Thousandths(l Lang, n int64) string {
	digits, negative := strings.CutPrefix(strconv.FormatInt(n, 10), "-")
	digits = strings.Repeat("0", max(4-len(digits), 0)) + digits
	s := grouped(digits[:len(digits)-3])
	if frac := strings.TrimRight(digits[len(digits)-3:], "0"); frac != "" {
		s += decimalMark(l) + frac
	}
	if negative {
		s = minus + s
	}
	return s
}

func decimalMark(l Lang) string {
	if l == En {
		return "."
	}
	return ","
}

// grouped inserts no-break spaces between groups of three digits.
func grouped(digits string) string {
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	first := len(digits) % 3
	b.WriteString(digits[:first])
	for i := first; i < len(digits); i += 3 {
		if i > 0 {
			b.WriteString(nbsp)
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}
