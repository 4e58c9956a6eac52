package opinion

import (
	"bufio"
	"bytes"
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
	maxRow    = 1 << 26
	maxFaults = 200 // told of one file; one in the wrong format would have one on every line
)

// place is where a cell begins, from 1; columns count characters.
type place struct{ line, column int }

// table reads comma-separated values with a heading, as RFC 4180 has them: cells
// in double quotes may hold commas, line ends and doubled quotes. A quote inside
// a cell that does not end it is taken as written, for files whose writer did
// not double it. Rows may end in LF or CRLF; empty lines are passed over.
type table struct {
	in     *bufio.Reader
	line   int    // lines read so far
	first  int    // line on which the row begins
	raw    []byte // the row as it stands
	text   []byte // its cells one after the other, without their quotes
	ends   []int  // of each cell in text
	begins []int  // of each cell in raw

	heading map[string]int // lower-case names
	width   int
	faults  Faults
}

func newTable(r io.Reader) *table {
	t := &table{in: bufio.NewReaderSize(r, 1<<16)}
	if mark, _ := t.in.Peek(3); string(mark) == "\uFEFF" {
		_, _ = t.in.Discard(3)
	}
	return t
}

// place of a cell of the row.
func (t *table) place(cell int) place {
	if cell < 0 || cell >= len(t.begins) {
		return place{max(t.first, 1), 1}
	}
	before := t.raw[:t.begins[cell]]
	return place{
		t.first + bytes.Count(before, []byte("\n")),
		utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:]) + 1,
	}
}

// tell records a fault at a cell of the row; reading goes on.
func (t *table) tell(code FaultCode, cell int, got, want string) {
	if len(t.faults) < maxFaults {
		p := t.place(cell)
		t.faults = append(t.faults, &Fault{Code: code, Line: p.line, Column: p.column, Got: got, Want: want})
	}
}

// stop is the error for a fault that no reading can get around; it comes last,
// after those told so far.
func (t *table) stop(code FaultCode, cell int, got, want string) error {
	p := t.place(cell)
	return append(t.faults, &Fault{Code: code, Line: p.line, Column: p.column, Got: got, Want: want})
}

// open reads the heading, in which each of the wanted names must be.
func (t *table) open(wanted ...string) error {
	err := t.next()
	if errors.Is(err, io.EOF) {
		return t.stop(MissingHeading, -1, "an empty file", "a heading")
	}
	if err != nil {
		return err
	}
	t.width = len(t.ends)
	t.heading = make(map[string]int, t.width)
	for i := range t.width {
		name := strings.ToLower(t.cell(i))
		if _, again := t.heading[name]; again && name != "" {
			t.tell(RepeatedColumn, i, quote(name), "each name once")
			continue
		}
		t.heading[name] = i
	}
	for _, name := range wanted {
		if _, ok := t.heading[name]; !ok {
			return t.stop(MissingColumn, -1, "no column "+quote(name), "the columns "+strings.Join(wanted, ", "))
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
	if len(t.ends) != t.width {
		t.tell(WrongCells, 0, fmt.Sprintf("%d cells", len(t.ends)), fmt.Sprintf("%d as in the heading", t.width))
	}
	return nil
}

// column is the index of a column by its name, -1 if there is none.
func (t *table) column(name string) int {
	if i, ok := t.heading[name]; ok {
		return i
	}
	return -1
}

// get is a cell of the row by the name of its column; "" where there is none.
func (t *table) get(name string) string { return t.cell(t.column(name)) }

func (t *table) cell(i int) string { return string(t.bytes(i)) }

// bytes are a cell of the row, without space around it, until the next row is read.
func (t *table) bytes(i int) []byte {
	if i < 0 || i >= len(t.ends) {
		return nil
	}
	start := 0
	if i > 0 {
		start = t.ends[i-1]
	}
	return bytes.TrimSpace(t.text[start:t.ends[i]])
}

// whole reads a whole number from a cell. Empty is 0; what is no whole number
// is told and counts 0.
func (t *table) whole(column int) int64 {
	text := t.bytes(column)
	if len(text) == 0 {
		return 0
	}
	n, ok := wholeNumber(string(text))
	if !ok {
		t.tell(BadNumber, column, quote(string(text)), "a whole number")
	}
	return n
}

// wholeNumber accepts 3 as well as 3.0, as some programs write whole numbers.
func wholeNumber(text string) (int64, bool) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f < -1<<53 || f > 1<<53 || f != float64(int64(f)) {
		return 0, false
	}
	return int64(f), true
}

// next reads a row as it stands; io.EOF after the last.
func (t *table) next() error {
	for {
		t.raw, t.text, t.ends, t.begins = t.raw[:0], t.text[:0], t.ends[:0], t.begins[:0]
		t.first = t.line + 1
		if err := t.readLine(); err != nil {
			return err
		}
		if err := t.split(); err != nil {
			return err
		}
		if len(t.ends) > 1 || len(t.text) > 0 {
			break
		}
	}
	if i := badText(t.raw); i >= 0 {
		cell, at := slices.BinarySearch(t.begins, i)
		if !at {
			cell--
		}
		t.tell(NotText, cell, "bytes that are no text", "UTF-8")
	}
	return nil
}

// readLine adds a line, with its end, to the row; io.EOF if there is none.
func (t *table) readLine() error {
	before := len(t.raw)
	for {
		part, err := t.in.ReadSlice('\n')
		t.raw = append(t.raw, part...)
		switch {
		case len(t.raw) > maxRow:
			return t.stop(TooLong, len(t.begins)-1, "a row of more than 64 mebibytes", "shorter rows")
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (!errors.Is(err, io.EOF) || len(t.raw) == before):
			return err
		}
		t.line++
		return nil
	}
}

// split finds the cells of the row, reading on while a quote is open.
func (t *table) split() error {
	for i, more := 0, true; more; {
		t.begins = append(t.begins, i)
		start := len(t.text)
		if i < len(t.raw) && t.raw[i] == '"' {
			var err error
			if i, err = t.quoted(i + 1); err != nil {
				return err
			}
		} else {
			end := i
			for end < len(t.raw) && t.raw[end] != ',' && t.raw[end] != '\n' {
				end++
			}
			cell := t.raw[i:end]
			if end == len(t.raw) || t.raw[end] == '\n' {
				cell = bytes.TrimSuffix(cell, []byte("\r"))
			}
			t.text = append(t.text, cell...)
			i = end
		}
		if len(t.text)-start > maxCell {
			return t.stop(TooLong, len(t.begins)-1, "a cell of more than a mebibyte", "shorter cells")
		}
		t.ends = append(t.ends, len(t.text))
		more = i < len(t.raw) && t.raw[i] == ','
		i++
	}
	return nil
}

// quoted takes a cell from behind its opening quote and returns where it ended.
func (t *table) quoted(i int) (int, error) {
	start := len(t.text)
	for {
		n := bytes.IndexByte(t.raw[i:], '"')
		if n < 0 {
			t.text = append(t.text, t.raw[i:]...)
			i = len(t.raw)
			if len(t.text)-start > maxCell {
				return i, nil
			}
			err := t.readLine()
			if errors.Is(err, io.EOF) {
				return i, t.stop(OpenQuote, len(t.begins)-1, "the end of the file inside quotes", "a closing quote")
			}
			if err != nil {
				return i, err
			}
			continue
		}
		t.text = append(t.text, t.raw[i:i+n]...)
		i += n + 1
		after := bytes.TrimPrefix(t.raw[i:], []byte("\r"))
		switch {
		case len(after) == 0 || after[0] == '\n' || t.raw[i] == ',':
			return len(t.raw) - len(after), nil
		case t.raw[i] == '"':
			i++
		}
		t.text = append(t.text, '"')
	}
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
