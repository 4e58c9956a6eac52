package pb

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// maxLine bounds one row of a file, in bytes.
const maxLine = 1 << 20

// row is one row of a file with its cells, trimmed.
type row struct {
	line  int // where it begins, from 1
	text  string
	cells []string
	at    []int // byte offset of each cell in text
}

// cell is the i-th cell; "" if the row is shorter, or for the word None, which
// files use for an absent value.
func (r *row) cell(i int) string {
	if i < 0 || i >= len(r.cells) {
		return ""
	}
	if c := r.cells[i]; len(c) != 4 || !strings.EqualFold(c, "none") {
		return c
	}
	return ""
}

// column is the column, in characters from 1, at which the i-th cell begins.
func (r *row) column(i int) int {
	if i < 0 || i >= len(r.at) {
		return 1
	}
	return utf8.RuneCountInString(r.text[:r.at[i]]) + 1
}

// rows splits a file into rows of cells separated by semicolons. A cell in
// double quotes may hold semicolons, doubled quotes and line ends. Blank rows are passed over.
type rows struct {
	in    *bufio.Reader
	line  int // lines read so far
	row   row
	first bool
	end   byte // that ends a line: LF, or CR in a file that has nothing else
}

func newRows(r io.Reader) *rows {
	return &rows{in: bufio.NewReaderSize(r, 1<<16), first: true, end: '\n'}
}

// next reads the next row; io.EOF after the last. A *Fault tells of a row that
// is no text; its cells are read all the same where possible.
func (s *rows) next() (*row, error) {
	for {
		text, err := s.readLine()
		if err != nil && (text == "" || !errors.Is(err, io.EOF)) {
			return nil, err
		}
		s.row.line = s.line
		if strings.TrimSpace(text) == "" {
			continue
		}
		s.row.text = text
		fault := s.split()
		if i := badText(s.row.text); i >= 0 {
			fault = &Fault{Code: NotText, Line: s.row.line, Column: utf8.RuneCountInString(s.row.text[:i]) + 1,
				Got: "bytes that are no UTF-8 text", Want: "UTF-8"}
		}
		if fault != nil {
			return &s.row, fault
		}
		return &s.row, nil
	}
}

// badText is the offset of the first NUL or byte that is not UTF-8, else -1.
func badText(s string) int {
	if utf8.ValidString(s) {
		return strings.IndexByte(s, 0)
	}
	for i, r := range s {
		if r == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(s[i:]); n == 1 {
				return i
			}
		}
	}
	return -1
}

// readLine reads up to a line end, LF, CRLF or CR alone, and drops it and a
// leading byte order mark.
func (s *rows) readLine() (string, error) {
	if s.first {
		// An error comes again with the first line.
		if head, _ := s.in.Peek(1 << 12); bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
			s.end = '\r'
		}
	}
	var long []byte
	for {
		part, err := s.in.ReadSlice(s.end)
		if errors.Is(err, bufio.ErrBufferFull) {
			if long = append(long, part...); len(long) > maxLine {
				return "", &Fault{Code: LineTooLong, Line: s.line + 1, Column: 1, Got: "a line of more than a mebibyte", Want: "shorter lines"}
			}
			continue
		}
		if long != nil {
			part = append(long, part...)
		}
		if len(part) > 0 {
			s.line++
		}
		if s.first {
			s.first = false
			part = bytes.TrimPrefix(part, []byte("\uFEFF"))
		}
		return string(bytes.TrimRight(part, "\r\n")), err
	}
}

// split fills the cells of the current row.
func (s *rows) split() *Fault {
	r := &s.row
	r.cells, r.at = r.cells[:0], r.at[:0]
	if strings.IndexByte(r.text, '"') >= 0 {
		return s.splitQuoted()
	}
	for from := 0; ; {
		end := strings.IndexByte(r.text[from:], ';')
		r.at = append(r.at, from)
		if end < 0 {
			r.cells = append(r.cells, strings.TrimSpace(r.text[from:]))
			return nil
		}
		r.cells = append(r.cells, strings.TrimSpace(r.text[from:from+end]))
		from += end + 1
	}
}

// splitQuoted is split for a row with quotes. A quote matters only at the
// beginning of a cell; text after the closing quote belongs to the cell.
func (s *rows) splitQuoted() *Fault {
	r := &s.row
	for from := 0; from <= len(r.text); {
		r.at = append(r.at, from)
		rest := r.text[from:]
		if blank := len(rest) - len(strings.TrimLeft(rest, " \t")); blank < len(rest) && rest[blank] == '"' {
			end, cell, fault := s.quoted(from + blank + 1)
			r.cells = append(r.cells, strings.TrimSpace(cell))
			if fault != nil {
				return fault
			}
			from = end + 1
			continue
		}
		end := strings.IndexByte(rest, ';')
		if end < 0 {
			end = len(rest)
		}
		r.cells = append(r.cells, strings.TrimSpace(rest[:end]))
		from += end + 1
	}
	return nil
}

// quoted reads a cell whose opening quote stands before offset from, fetching
// further lines while the quote is open. It returns where the cell ends.
func (s *rows) quoted(from int) (end int, cell string, fault *Fault) {
	r := &s.row
	column := utf8.RuneCountInString(r.text[:from])
	var b strings.Builder
	open := true
	for i := from; ; i++ {
		if i >= len(r.text) {
			if !open {
				return i, b.String(), nil
			}
			more, err := s.readLine()
			if err != nil && more == "" || len(r.text)+len(more) > maxLine {
				return len(r.text), b.String(), &Fault{Code: OpenQuote, Line: r.line, Column: column, Got: "a quote that is never closed", Want: `a closing "`}
			}
			r.text += "\n" + more
		}
		switch c := r.text[i]; {
		case open && c == '"' && i+1 < len(r.text) && r.text[i+1] == '"':
			b.WriteByte(c)
			i++
		case c == '"' && open:
			open = false
		case c == ';' && !open:
			return i, b.String(), nil
		default:
			b.WriteByte(c)
		}
	}
}
