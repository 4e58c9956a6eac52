package i18n

import (
	"errors"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// What ParseNumber, ParseDirhams and ParseDate answer. Forms turn them into
// the sentence of the field (fault.number, fault.ambiguous_number, fault.date).
var (
	ErrNumber    = errors.New("not a number")
	ErrAmbiguous = errors.New("the separator may mean thousands or decimals")
	ErrDate      = errors.New("not a date")
)

// ParseNumber reads a number as people type it: dot or comma, groups separated
// by spaces, Eastern digits, a true minus. "1.500" may mean 1500 or 1.5: it is
// ErrAmbiguous rather than wrong by a factor of a thousand.
func ParseNumber(s string) (float64, error) {
	negative, whole, frac, err := cutNumber(plain(s))
	if err != nil {
		return 0, err
	}
	if len(frac) == 3 && len(whole) <= 3 && !strings.HasPrefix(whole, "0") && !strings.Contains(plain(s), " ") {
		return 0, ErrAmbiguous
	}
	f, err := strconv.ParseFloat(whole+"."+frac+"0", 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, ErrNumber
	}
	if negative {
		f = -f
	}
	return f, nil
}

// ParseDecimal reads a number as ParseNumber does, exactly: as an integer scaled
// by the given decimals. A number with more of them is ErrNumber.
func ParseDecimal(s string, decimals int) (int64, error) {
	if _, err := ParseNumber(s); err != nil {
		return 0, err
	}
	negative, whole, frac, _ := cutNumber(plain(s))
	return scaled(negative, whole, strings.TrimRight(frac, "0"), decimals)
}

// ParseInt reads a whole number as ParseNumber does; here three digits after a
// separator can only be a group, so "1.500" is 1500.
func ParseInt(s string) (int64, error) {
	return parseScaled(plain(s), 0)
}

// ParseDirhams reads an amount in dirhams and returns centimes. At most two
// decimals; the currency may follow («درهم», "DH", "MAD").
func ParseDirhams(s string) (centimes int64, err error) {
	s = plain(s)
	for _, word := range []string{"درهما", "درهم", "دراهم", "dirhams", "dirham", "dhs", "dh", "mad"} {
		if rest, ok := strings.CutSuffix(strings.ToLower(s), word); ok {
			s = strings.TrimSpace(rest)
			break
		}
	}
	return parseScaled(s, 2)
}

// parseScaled reads a number with at most the given decimals as an integer scaled by them.
func parseScaled(s string, decimals int) (int64, error) {
	negative, whole, frac, err := cutNumber(s)
	if err != nil {
		return 0, err
	}
	// More decimals than the unit has: a lone separator before three digits is a group.
	if len(frac) == 3 && decimals < 3 && len(whole) <= 3 && !strings.HasPrefix(whole, "0") {
		whole, frac = whole+frac, ""
	}
	return scaled(negative, whole, frac, decimals)
}

// maxScaled is the largest integer that every reader of JSON holds exactly
// (RFC 8259 §6); the log takes no larger one.
const maxScaled = 1<<53 - 1

// scaled joins digits to an integer with the given decimals.
func scaled(negative bool, whole, frac string, decimals int) (int64, error) {
	if len(frac) > decimals {
		return 0, ErrNumber
	}
	n, err := strconv.ParseInt(whole+frac+strings.Repeat("0", decimals-len(frac)), 10, 64)
	if err != nil || n > maxScaled {
		return 0, ErrNumber
	}
	if negative {
		n = -n
	}
	return n, nil
}

// cutNumber splits plain text into sign, whole digits and decimals. The last
// separator is the decimal one, unless it occurs several times.
func cutNumber(s string) (negative bool, whole, frac string, err error) {
	s, negative = strings.CutPrefix(s, "-")
	mark := strings.LastIndexAny(s, ".,")
	if mark >= 0 && strings.Count(s, s[mark:mark+1]) > 1 {
		mark = -1 // "1.500.000": groups only
	}
	whole = s
	if mark >= 0 {
		whole, frac = s[:mark], s[mark+1:]
	}
	if whole, err = ungroup(whole); err != nil {
		return false, "", "", err
	}
	for _, r := range frac {
		if r < '0' || r > '9' {
			return false, "", "", ErrNumber
		}
	}
	if mark >= 0 && frac == "" {
		return false, "", "", ErrNumber
	}
	return negative, whole, frac, nil
}

// ungroup removes group separators, which must all be the same and stand before
// groups of exactly three digits.
func ungroup(s string) (string, error) {
	mark := strings.IndexAny(s, " .,")
	if mark < 0 {
		if s == "" || strings.Trim(s, "0123456789") != "" {
			return "", ErrNumber
		}
		return s, nil
	}
	groups := strings.Split(s, s[mark:mark+1])
	for i, g := range groups {
		if g == "" || strings.Trim(g, "0123456789") != "" || i > 0 && len(g) != 3 || i == 0 && len(g) > 3 {
			return "", ErrNumber
		}
	}
	return strings.Join(groups, ""), nil
}

// plain reduces what people type to ASCII digits, signs and single spaces:
// Eastern digits, Arabic separators, every kind of space, bidi marks.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return '0' + r - '٠'
		case r >= '۰' && r <= '۹':
			return '0' + r - '۰'
		case r == '٫':
			return ','
		case r == '٬' || unicode.IsSpace(r) || r == '\u202F' || r == '\'' || r == '’':
			return ' '
		case r == '−' || r == '–':
			return '-'
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// ParseDate reads a day in Morocco's time: "15/01/2027", "2027-01-15",
// «15 يناير 2027», "15 janvier 2027", "1er mars 2027".
func ParseDate(s string) (time.Time, error) {
	s = strings.ToLower(plain(s))
	for _, layout := range []string{"2/1/2006", "2006-01-02", "2-1-2006", "2.1.2006"} {
		if t, err := time.ParseInLocation(layout, s, Zone); err == nil {
			return known(t)
		}
	}
	words := strings.Fields(s)
	if len(words) != 3 {
		return time.Time{}, ErrDate
	}
	day, err1 := strconv.Atoi(strings.TrimSuffix(words[0], "er"))
	year, err2 := strconv.Atoi(words[2])
	month := monthNamed(words[1])
	if err1 != nil || err2 != nil || month == 0 {
		return time.Time{}, ErrDate
	}
	t := time.Date(year, month, day, 0, 0, 0, 0, Zone)
	if t.Day() != day || t.Month() != month {
		return time.Time{}, ErrDate // time.Date turns 31 February into March
	}
	return known(t)
}

// known refuses years that no programme means: a slip of the finger.
func known(t time.Time) (time.Time, error) {
	if t.Year() < 1900 || t.Year() > 2200 {
		return time.Time{}, ErrDate
	}
	return t, nil
}

// ParseDateTime reads a day and a time of day: "2027-01-15T10:30", "15/01/2027 10:30".
func ParseDateTime(s string) (time.Time, error) {
	s = plain(s)
	cut := strings.LastIndexAny(s, "T ")
	if cut < 0 {
		return time.Time{}, ErrDate
	}
	day, err := ParseDate(s[:cut])
	if err != nil {
		return time.Time{}, err
	}
	clock, err := time.Parse("15:04", s[cut+1:])
	if err != nil {
		return time.Time{}, ErrDate
	}
	return time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), 0, 0, Zone), nil
}

// monthNamed finds a month by its name in any language, 0 if there is none.
func monthNamed(s string) time.Month {
	for _, names := range months {
		for i, name := range names {
			if strings.EqualFold(s, name) {
				return time.Month(i + 1)
			}
		}
	}
	return 0
}
