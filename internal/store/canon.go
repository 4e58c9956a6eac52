package store

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// Part is one of the three bodies of a leaf: public, text or person. It holds
// only what RFC 8785 writes in one way in every language: strings, integers
// within ±MaxInt, booleans, arrays, and objects with ASCII keys.
type Part map[string]any

// MaxInt is the greatest integer a Part may hold, 2^53−1: beyond it a reader
// that keeps numbers as IEEE doubles, as RFC 8785 assumes, would see another.
const MaxInt = 1<<53 - 1

// maxDepth bounds the nesting of a Part, so that neither a cyclic value nor a
// hostile file can exhaust the stack.
const maxDepth = 32

var errDepth = fmt.Errorf("more than %d levels of nesting", maxDepth)

// Canonical encodes a part as RFC 8785 prescribes (JSON Canonicalization
// Scheme). A nil part is the empty object. Null, fractions, integers beyond
// ±MaxInt, keys that are not ASCII, NUL and invalid UTF-8 are errors that name
// the place: a value another language would read differently must not be signed.
func Canonical(p Part) ([]byte, error) {
	return appendObject(nil, p, 0)
}

// appendValue encodes one value. Named types such as enums are encoded as what they are made of.
func appendValue(b []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case string:
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v), nil
	case int:
		return appendInt(b, int64(v))
	case int64:
		return appendInt(b, v)
	case Part:
		return appendObject(b, v, depth)
	}
	r := reflect.ValueOf(v)
	switch r.Kind() {
	case reflect.String:
		return appendString(b, r.String())
	case reflect.Bool:
		return strconv.AppendBool(b, r.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return appendInt(b, r.Int())
	case reflect.Slice, reflect.Array:
		return appendArray(b, r, depth)
	case reflect.Map:
		if r.Type().Key().Kind() == reflect.String {
			p := make(Part, r.Len())
			for i := r.MapRange(); i.Next(); {
				p[i.Key().String()] = i.Value().Interface()
			}
			return appendObject(b, p, depth)
		}
	}
	return nil, fmt.Errorf("a %T cannot be written: only strings, integers, booleans, arrays and objects", v)
}

func appendObject(b []byte, p Part, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, errDepth
	}
	keys := make([]string, 0, len(p))
	for k := range p {
		keys = append(keys, k)
	}
	// RFC 8785 sorts by UTF-16 units; for ASCII keys that is the order of bytes.
	slices.Sort(keys)
	b = append(b, '{')
	for i, k := range keys {
		if !asciiKey(k) {
			return nil, fmt.Errorf("key %q is not ASCII", k)
		}
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendString(b, k); err != nil {
			return nil, err
		}
		b = append(b, ':')
		if b, err = appendValue(b, p[k], depth+1); err != nil {
			return nil, fmt.Errorf("%s: %w", k, err)
		}
	}
	return append(b, '}'), nil
}

func appendArray(b []byte, r reflect.Value, depth int) ([]byte, error) {
	if depth >= maxDepth {
		return nil, errDepth
	}
	b = append(b, '[')
	for i := range r.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		var err error
		if b, err = appendValue(b, r.Index(i).Interface(), depth+1); err != nil {
			return nil, fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return append(b, ']'), nil
}

func appendInt(b []byte, i int64) ([]byte, error) {
	if i > MaxInt || i < -MaxInt {
		return nil, fmt.Errorf("integer %d is beyond ±(2^53−1)", i)
	}
	return strconv.AppendInt(b, i, 10), nil
}

// appendString escapes what RFC 8785 §3.2.2.2 escapes and nothing else: U+2028
// and the characters of HTML stay as they are, unlike in encoding/json.
func appendString(b []byte, s string) ([]byte, error) {
	if !utf8.ValidString(s) {
		return nil, errors.New("text is not valid UTF-8")
	}
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == 0:
			return nil, errors.New("text holds a NUL")
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c >= ' ':
			b = append(b, c)
		case shortEscape[c] != 0:
			b = append(b, '\\', shortEscape[c])
		default:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		}
	}
	return append(b, '"'), nil
}

// shortEscape gives the letter of the control characters that have one.
var shortEscape = [' ']byte{'\b': 'b', '\t': 't', '\n': 'n', '\f': 'f', '\r': 'r'}

func asciiKey(k string) bool {
	for i := range len(k) {
		if k[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// ParsePart reads one JSON object of the domain of Canonical. Space between
// tokens and the order of keys are free; a double key, null, a fraction, an
// exponent, -0, a capital hexadecimal digit in an escape, or anything after the
// object is an error that names the byte. So no single byte of a compact file
// can change without changing what is read. Objects come back as Part, arrays
// as []any, integers as int64.
func ParsePart(data []byte) (Part, error) {
	p := parser{data: data}
	p.space()
	part, err := p.object(0)
	if err == nil {
		if p.space(); p.pos < len(data) {
			err = errors.New("something follows the object")
		}
	}
	if err != nil {
		return nil, fmt.Errorf("byte %d: %w", p.pos, err)
	}
	return part, nil
}

type parser struct {
	data []byte
	pos  int
}

// peek is the next byte, 0 at the end; a NUL in the data is no token either.
func (p *parser) peek() byte {
	if p.pos < len(p.data) {
		return p.data[p.pos]
	}
	return 0
}

func (p *parser) space() {
	for p.pos < len(p.data) && bytes.IndexByte([]byte(" \t\r\n"), p.data[p.pos]) >= 0 {
		p.pos++
	}
}

func (p *parser) expect(c byte) error {
	if p.pos >= len(p.data) {
		return fmt.Errorf("ends where %q should stand", c)
	}
	if p.data[p.pos] != c {
		return fmt.Errorf("%q stands where %q should", p.data[p.pos], c)
	}
	p.pos++
	return nil
}

func (p *parser) value(depth int) (any, error) {
	switch c := p.peek(); {
	case c == '"':
		return p.text()
	case c == '{':
		return p.object(depth)
	case c == '[':
		return p.array(depth)
	case c == '-' || c >= '0' && c <= '9':
		return p.integer()
	case bytes.HasPrefix(p.data[p.pos:], []byte("true")):
		p.pos += len("true")
		return true, nil
	case bytes.HasPrefix(p.data[p.pos:], []byte("false")):
		p.pos += len("false")
		return false, nil
	}
	return nil, errors.New("no string, integer, boolean, array or object")
}

// list reads what stands between two brackets, separated by commas.
func (p *parser) list(open, end byte, item func() error) error {
	if err := p.expect(open); err != nil {
		return err
	}
	if p.space(); p.peek() == end {
		p.pos++
		return nil
	}
	for {
		p.space()
		if err := item(); err != nil {
			return err
		}
		p.space()
		if p.peek() != ',' {
			return p.expect(end)
		}
		p.pos++
	}
}

func (p *parser) object(depth int) (Part, error) {
	if depth >= maxDepth {
		return nil, errDepth
	}
	part := Part{}
	err := p.list('{', '}', func() error {
		start := p.pos
		key, err := p.text()
		if err != nil {
			return err
		}
		if _, double := part[key]; double || !asciiKey(key) {
			p.pos = start
			if double {
				return fmt.Errorf("key %q stands twice", key)
			}
			return fmt.Errorf("key %q is not ASCII", key)
		}
		p.space()
		if err := p.expect(':'); err != nil {
			return err
		}
		p.space()
		part[key], err = p.value(depth + 1)
		return err
	})
	return part, err
}

func (p *parser) array(depth int) ([]any, error) {
	if depth >= maxDepth {
		return nil, errDepth
	}
	all := []any{}
	err := p.list('[', ']', func() error {
		v, err := p.value(depth + 1)
		all = append(all, v)
		return err
	})
	return all, err
}

func (p *parser) integer() (int64, error) {
	end := p.pos
	for end < len(p.data) && bytes.IndexByte([]byte("+-.0123456789eE"), p.data[end]) >= 0 {
		end++
	}
	s := string(p.data[p.pos:end])
	i, err := strconv.ParseInt(s, 10, 64)
	if err != nil || i > MaxInt || i < -MaxInt || strconv.FormatInt(i, 10) != s {
		return 0, fmt.Errorf("%.40s is no plain integer within ±(2^53−1)", s)
	}
	p.pos = end
	return i, nil
}

func (p *parser) text() (string, error) {
	if err := p.expect('"'); err != nil {
		return "", err
	}
	var b []byte
	for p.pos < len(p.data) {
		switch c := p.data[p.pos]; {
		case c == '"':
			p.pos++
			return string(b), nil
		case c == '\\':
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, r)
		case c < ' ':
			return "", errors.New("a bare control character in a text")
		default:
			r, size := utf8.DecodeRune(p.data[p.pos:])
			if r == utf8.RuneError && size == 1 {
				return "", errors.New("text is not valid UTF-8")
			}
			b = append(b, p.data[p.pos:p.pos+size]...)
			p.pos += size
		}
	}
	return "", errors.New("ends within a text")
}

// escape reads one escape, or two that make a surrogate pair.
func (p *parser) escape() (rune, error) {
	if p.pos+1 >= len(p.data) {
		return 0, errors.New("ends within an escape")
	}
	c := p.data[p.pos+1]
	if c == '"' || c == '\\' || c == '/' {
		p.pos += 2
		return rune(c), nil
	}
	if i := bytes.IndexByte(shortEscape[:], c); i > 0 {
		p.pos += 2
		return rune(i), nil
	}
	r, err := p.unit()
	if err != nil {
		return 0, err
	}
	if utf16.IsSurrogate(r) {
		low, err := p.unit()
		if err != nil {
			return 0, err
		}
		if r = utf16.DecodeRune(r, low); r == utf8.RuneError {
			return 0, errors.New("half of a surrogate pair")
		}
	}
	return r, cmp.Or(err, nulError(r))
}

func nulError(r rune) error {
	if r == 0 {
		return errors.New("text holds a NUL")
	}
	return nil
}

// unit reads \uxxxx in small letters.
func (p *parser) unit() (rune, error) {
	rest := p.data[p.pos:]
	if len(rest) < 6 || rest[0] != '\\' || rest[1] != 'u' {
		return 0, errors.New("unknown escape")
	}
	var r rune
	for _, c := range rest[2:6] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		default:
			return 0, errors.New("an escape needs four hexadecimal digits, letters small")
		}
	}
	p.pos += 6
	return r, nil
}
