package opinion

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a file: what goes beyond is no file of a conversation.
const (
	maxCell   = 1 << 20 // bytes
	maxCells  = 1 << 20 // of one row
	maxFaults = 200     // told of one file; one in the wrong format would have one on every line
)

// place is where a cell begins, from 1; columns count characters.
type place struct{ line, column int }

// table reads comma-separated values with a heading, as RFC 4180 has them: cells
// in double quotes may hold commas, line ends and doubled quotes. A quote inside
// a cell that does not end it is taken as written, for files whose writer did
// not double it. Rows may end in LF or CRLF; empty lines are passed over.
type table struct {
	in     *bufio.Reader
	at     place
	cells  []string
	places []place
	buffer []byte

	heading map[string]int // lower-case names
	width   int
	faults  Faults
}

func newTable(r io.Reader) *table {
	t := &table{in: bufio.NewReaderSize(r, 1<<16), at: place{1, 1}}
	if mark, _ := t.in.Peek(3); string(mark) == "\uFEFF" {
		_, _ = t.in.Discard(3)
	}
	return t
}

// tell records a fault at a cell of the row; reading goes on.
func (t *table) tell(code FaultCode, cell int, got, want string) {
	if len(t.faults) < maxFaults {
		p := place{1, 1}
		if cell < len(t.places) {
			p = t.places[max(cell, 0)]
		}
		t.faults = append(t.faults, &Fault{Code: code, Line: p.line, Column: p.column, Got: got, Want: want})
	}
}

// stop is the error for a fault that no reading can get around; it comes last,
// after those told so far.
func (t *table) stop(code FaultCode, p place, got, want string) error {
	return append(t.faults, &Fault{Code: code, Line: p.line, Column: p.column, Got: got, Want: want})
}

// open reads the heading, in which each of the wanted names must be.
func (t *table) open(wanted ...string) error {
	err := t.next()
	if errors.Is(err, io.EOF) {
		return t.stop(MissingHeading, place{1, 1}, "an empty file", "a heading")
	}
	if err != nil {
		return err
	}
	t.heading = make(map[string]int, len(t.cells))
	t.width = len(t.cells)
	for i, cell := range t.cells {
		name := strings.ToLower(strings.TrimSpace(cell))
		if _, again := t.heading[name]; again && name != "" {
			t.tell(RepeatedColumn, i, quote(name), "each name once")
			continue
		}
		t.heading[name] = i
	}
	for _, name := range wanted {
		if _, ok := t.heading[name]; !ok {
			return t.stop(MissingColumn, place{1, 1}, "no column "+quote(name), "the columns "+strings.Join(wanted, ", "))
		}
	}
	return nil
}

// row reads a row below the heading; io.EOF after the last. A row of another
// width is told; cells that it lacks are empty.
func (t *table) row() error {
	if err := t.next(); err != nil {
		return err
	}
	if len(t.cells) != t.width {
		t.tell(WrongCells, 0, fmt.Sprintf("%d cells", len(t.cells)), fmt.Sprintf("%d as in the heading", t.width))
	}
	return nil
}

// get is a cell of the row by the name of its column, and its index; "" and -1
// where there is none.
func (t *table) get(name string) (string, int) {
	i, ok := t.heading[name]
	if !ok {
		return "", -1
	}
	return t.cell(i), i
}

func (t *table) cell(i int) string {
	if i >= len(t.cells) {
		return ""
	}
	return strings.TrimSpace(t.cells[i])
}

// whole reads a whole number from a cell. Empty is 0; what is no whole number
// is told and counts 0.
func (t *table) whole(name string) int64 {
	text, i := t.get(name)
	if text == "" {
		return 0
	}
	n, ok := wholeNumber(text)
	if !ok {
		t.tell(BadNumber, i, quote(text), "a whole number")
	}
	return n
}

// wholeNumber accepts 3 as well as 3.0, as some programs write whole numbers.
func wholeNumber(text string) (int64, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != float64(int64(f)) || f < -1<<53 || f > 1<<53 {
		return 0, false
	}
	return int64(f), true
}

// next reads a row as it stands; io.EOF after the last.
func (t *table) next() error {
	for {
		t.cells, t.places = t.cells[:0], t.places[:0]
		for {
			p := t.at
			more, err := t.scan()
			if err != nil {
				return err
			}
			t.cells, t.places = append(t.cells, string(t.buffer)), append(t.places, p)
			if i := badText(t.buffer); i >= 0 {
				t.tell(NotText, len(t.cells)-1, "bytes that are no text", "UTF-8")
			}
			if len(t.cells) > maxCells {
				return t.stop(TooLong, p, "a row of more than a million cells", "shorter rows")
			}
			if !more {
				break
			}
		}
		if len(t.cells) > 1 || t.cells[0] != "" {
			return nil
		}
	}
}

// scan reads a cell into the buffer and tells whether another follows in the row.
func (t *table) scan() (more bool, err error) {
	t.buffer = t.buffer[:0]
	start := t.at
	quoted := false
	for first := true; ; first = false {
		b, err := t.byte()
		switch {
		case errors.Is(err, io.EOF) && quoted:
			return false, t.stop(OpenQuote, start, "the end of the file inside quotes", "a closing quote")
		case errors.Is(err, io.EOF) && (!first || len(t.cells) > 0):
			return false, nil
		case err != nil:
			return false, err
		case first && b == '"':
			quoted = true
		case quoted && b == '"':
			if quoted = t.staysOpen(); quoted {
				t.buffer = append(t.buffer, '"')
			}
		case !quoted && b == ',':
			return true, nil
		case !quoted && b == '\n':
			return false, nil
		case !quoted && b == '\r' && t.follows("\n"):
		default:
			t.buffer = append(t.buffer, b)
		}
		if len(t.buffer) > maxCell {
			return false, t.stop(TooLong, start, "a cell of more than a mebibyte", "shorter cells")
		}
	}
}

// staysOpen tells whether a quote inside a quoted cell belongs to its text: a
// doubled one, which it takes, or one that nothing makes the end of the cell.
func (t *table) staysOpen() bool {
	if t.follows(`"`) {
		_, _ = t.byte()
		return true
	}
	_, err := t.in.Peek(1)
	return err == nil && !t.follows(",") && !t.follows("\n") && !t.follows("\r")
}

func (t *table) follows(s string) bool {
	next, _ := t.in.Peek(len(s))
	return string(next) == s
}

func (t *table) byte() (byte, error) {
	b, err := t.in.ReadByte()
	switch {
	case err != nil:
		return 0, err
	case b == '\n':
		t.at = place{t.at.line + 1, 1}
	case utf8.RuneStart(b):
		t.at.column++
	}
	return b, nil
}

// badText is the offset of the first NUL or byte that is not UTF-8, else -1.
func badText(s []byte) int {
	if utf8.Valid(s) {
		return slices.Index(s, 0)
	}
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}

func quote(s string) string {
	if r := []rune(s); len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return strconv.Quote(s)
}
