package territory

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
)

// Column is one figure for each unit of the pack. Figures are kept as whole
// numbers of 10^-Digits, so that a share read from the census stays what it was.
type Column struct {
	Digits  int
	Known   []bool  // false: the census has no such figure
	Figures []int64 // 0 where unknown
}

// Table is the columns of a theme by name.
type Table map[string]*Column

// NewColumn makes a column from figures; NaN stands for a missing one. It keeps
// the fewest decimals that lose nothing, six at most.
func NewColumn(figures []float64) *Column {
	c := &Column{Known: make([]bool, len(figures)), Figures: make([]int64, len(figures))}
	for c.Digits < maxDigits && !exact(figures, c.Digits) {
		c.Digits++
	}
	scale := math.Pow10(c.Digits)
	for i, f := range figures {
		if !math.IsNaN(f) {
			c.Known[i], c.Figures[i] = true, int64(math.Round(f*scale))
		}
	}
	return c
}

const maxDigits = 6

func exact(figures []float64, digits int) bool {
	scale := math.Pow10(digits)
	for _, f := range figures {
		if !math.IsNaN(f) && math.Abs(f*scale-math.Round(f*scale)) > 1e-7*max(1, math.Abs(f)) {
			return false
		}
	}
	return true
}

// at is the figure of the i-th unit. A nil column knows nothing.
func (c *Column) at(i int) (float64, bool) {
	if c == nil || !c.Known[i] {
		return 0, false
	}
	return float64(c.Figures[i]) / math.Pow10(c.Digits), true
}

// encode writes a table: the number of columns, then for each, by name, its
// name, decimals, a bitmap of what is known, and the known figures as the
// zigzag varints of their differences.
func (t Table) encode(units int) []byte {
	out := binary.AppendUvarint(nil, uint64(len(t)))
	for _, name := range sortedKeys(t) {
		c := t[name]
		out = binary.AppendUvarint(out, uint64(len(name)))
		out = append(out, name...)
		out = append(out, byte(c.Digits))
		bitmap := make([]byte, (units+7)/8)
		for i, known := range c.Known {
			if known {
				bitmap[i/8] |= 1 << (i % 8)
			}
		}
		out = append(out, bitmap...)
		last := int64(0)
		for i, f := range c.Figures {
			if c.Known[i] {
				out = binary.AppendVarint(out, f-last)
				last = f
			}
		}
	}
	return out
}

func decodeTable(data []byte, units int) (Table, error) {
	r := reader{data: data}
	t := Table{}
	for n := r.uvarint(); n > 0 && r.err == nil; n-- {
		name := string(r.take(int(r.uvarint())))
		c := &Column{Digits: int(r.byte()), Known: make([]bool, units), Figures: make([]int64, units)}
		if c.Digits > maxDigits {
			return nil, fmt.Errorf("column %q has %d decimals", name, c.Digits)
		}
		bitmap := r.take((units + 7) / 8)
		last := int64(0)
		for i := 0; i < units && r.err == nil; i++ {
			if bitmap[i/8]&(1<<(i%8)) != 0 {
				last += r.varint()
				c.Known[i], c.Figures[i] = true, last
			}
		}
		t[name] = c
	}
	return t, r.close()
}

// reader takes numbers off a byte slice and remembers the first thing wrong.
type reader struct {
	data []byte
	err  error
}

var errShort = errors.New("ends too early")

func (r *reader) take(n int) []byte {
	if n < 0 || n > len(r.data) {
		r.err, r.data = errShort, nil
		return nil
	}
	b := r.data[:n]
	r.data = r.data[n:]
	return b
}

func (r *reader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.data)
	if n <= 0 {
		r.err = errShort
		return 0
	}
	r.take(n)
	return v
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.data)
	if n <= 0 {
		r.err = errShort
		return 0
	}
	r.take(n)
	return v
}

// close reports what went wrong, or bytes left over.
func (r *reader) close() error {
	if r.err == nil && len(r.data) > 0 {
		return fmt.Errorf("%d bytes left over", len(r.data))
	}
	return r.err
}
