package programme

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/khettara/khettara/internal/store"
)

// Kind is the kind of a numbered thing, as the letters in front of its number.
type Kind string

// The kinds of things that have a number of their own.
const (
	Meeting      Kind = "M"
	Contribution Kind = "C"
	Proposal     Kind = "P"
	Statement    Kind = "S"
	Vote         Kind = "V"
	Option       Kind = "O"
	Project      Kind = "PR"
	Report       Kind = "R"
	Blocker      Kind = "B"
	Indicator    Kind = "I"
	Version      Kind = "RV"
	Objective    Kind = "OB"
)

var kindNames = map[Kind]string{
	Meeting: "meeting", Contribution: "contribution", Proposal: "proposal", Statement: "statement", Vote: "vote",
	Option: "option", Project: "project", Report: "report", Blocker: "blocker", Indicator: "indicator", Version: "version", Objective: "objective",
}

// Name is the kind's word in addresses and subjects: "proposal".
func (k Kind) Name() string { return kindNames[k] }

// pages are the public addresses of things inside their programme. What stands
// only on the page of another thing has none.
var pages = map[Kind]string{
	Meeting: "/consultation/meetings/", Contribution: "/consultation/contributions/", Proposal: "/consultation/proposals/",
	Statement: "/deliberation/statements/", Vote: "/prioritisation/votes/", Option: "/prioritisation/options/",
	Project: "/roadmap/projects/", Indicator: "/evaluation/indicators/", Version: "/roadmap/versions/",
}

// Page is the address of the kind's public pages, before the number; "" if it has none.
func (k Kind) Page() string { return pages[k] }

// NextNumber gives the next number of a kind inside a write: "P-0142-8" is the
// 142nd proposal, with a Damm check digit against slips of the pen. It is public.
func NextNumber(tx *store.Tx, k Kind) (string, error) {
	n, err := tx.Counter(string(k))
	if err != nil {
		return "", err
	}
	return FormatNumber(k, n), nil
}

// FormatNumber writes a number with its check digit.
func FormatNumber(k Kind, n int64) string {
	digits := fmt.Sprintf("%04d", n)
	return fmt.Sprintf("%s-%s-%d", k, digits, damm(digits))
}

var numberForm = regexp.MustCompile(`^([A-Z]{1,2})-?([0-9]{4,10})-?([0-9])$`)

// ParseNumber reads a tracking number as people type it: any case, with or
// without hyphens and spaces, Eastern digits too. ok is false when the check
// digit does not fit.
func ParseNumber(s string) (k Kind, number string, ok bool) {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '٠' && r <= '٩':
			return r - '٠' + '0'
		case strings.ContainsRune(" \t\r\n\u00a0\u200e\u200f\u2066\u2067\u2068\u2069", r):
			return -1
		case r == '‐' || r == '–' || r == '_':
			return '-'
		}
		return r
	}, strings.ToUpper(s))
	m := numberForm.FindStringSubmatch(s)
	if m == nil || strconv.Itoa(damm(m[2])) != m[3] {
		return "", "", false
	}
	k = Kind(m[1])
	if _, known := kindNames[k]; !known {
		return "", "", false
	}
	return k, m[1] + "-" + m[2] + "-" + m[3], true
}

// Subject names a thing in the log and in links: "proposal/P-0142-8".
func Subject(k Kind, number string) string { return k.Name() + "/" + number }

// ParseSubject splits a subject; ok is false for one of another form.
func ParseSubject(s string) (k Kind, number string, ok bool) {
	_, number, ok = strings.Cut(s, "/")
	if !ok {
		return "", "", false
	}
	return ParseNumber(number)
}

// dammTable is the totally anti-symmetric quasigroup of H. M. Damm's thesis (2004).
var dammTable = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2}, {7, 0, 9, 2, 1, 5, 4, 8, 6, 3}, {4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6}, {6, 1, 2, 3, 0, 4, 5, 9, 7, 8}, {3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4}, {8, 9, 4, 5, 3, 6, 2, 0, 1, 7}, {9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

func damm(digits string) int {
	var c byte
	for i := range len(digits) {
		c = dammTable[c][digits[i]-'0']
	}
	return int(c)
}
