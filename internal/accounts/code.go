package accounts

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
)

// Secret codes are Crockford base32 (no I, L, O, U), in groups of four, with one
// Luhn mod 32 check character at the end, so that a slip of the pen is noticed
// before anything is looked up (docs/security.md).
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// Sizes of secrets in bytes.
const (
	CodeBytes    = 10 // voting, invitation and check-in codes: 80 bits, 17 characters
	ReceiptBytes = 16 // secrets of receipts: 128 bits, 27 characters
)

// ErrBadCode says that a text is no code: a wrong length, letter or check character.
var ErrBadCode = errors.New("not a code, or a character is mistyped")

// NewSecret draws n random bytes.
func NewSecret(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

// FormatCode writes a secret as a code for people: "7K4M-DQ29-…".
func FormatCode(raw []byte) string {
	digits := encodeBase32(raw)
	digits = append(digits, luhn32(digits))
	var b strings.Builder
	for i, d := range digits {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(codeAlphabet[d])
	}
	return b.String()
}

// ParseCode reads a code as people type it: any case, spaces and hyphens
// anywhere, O for 0, I and L for 1. n is the size of the secret in bytes.
func ParseCode(text string, n int) ([]byte, error) {
	var digits []byte
	for _, r := range strings.ToUpper(text) {
		switch r {
		case ' ', '-', '‐', '–', '\u00a0', '\u200e', '\u200f', '\u2066', '\u2069', '\t', '\r', '\n':
			continue
		case 'O':
			r = '0'
		case 'I', 'L':
			r = '1'
		}
		i := strings.IndexRune(codeAlphabet, r)
		if i < 0 {
			return nil, ErrBadCode
		}
		digits = append(digits, byte(i))
	}
	length := (8*n + 4) / 5
	if len(digits) != length+1 || luhn32(digits[:length]) != digits[length] {
		return nil, ErrBadCode
	}
	return decodeBase32(digits[:length], n)
}

// HashCode is how a code is stored and looked up.
func HashCode(raw []byte) [32]byte { return sha256.Sum256(raw) }

func encodeBase32(raw []byte) []byte {
	var out []byte
	var acc, bits uint
	for _, b := range raw {
		acc = acc<<8 | uint(b)
		for bits += 8; bits >= 5; {
			bits -= 5
			out = append(out, byte(acc>>bits&31))
		}
	}
	if bits > 0 {
		out = append(out, byte(acc<<(5-bits)&31))
	}
	return out
}

func decodeBase32(digits []byte, n int) ([]byte, error) {
	out := make([]byte, 0, n)
	var acc, bits uint
	for _, d := range digits {
		acc = acc<<5 | uint(d)
		if bits += 5; bits >= 8 {
			bits -= 8
			out = append(out, byte(acc>>bits))
		}
	}
	if len(out) != n || acc&(1<<bits-1) != 0 {
		return nil, ErrBadCode // padding bits must be zero: one text per secret
	}
	return out, nil
}

// luhn32 is the Luhn mod N check digit for N = 32: it finds every single wrong
// character and nearly every swap of neighbours.
func luhn32(digits []byte) byte {
	factor, sum := 2, 0
	for i := len(digits) - 1; i >= 0; i-- {
		addend := factor * int(digits[i])
		factor = 3 - factor
		sum += addend/32 + addend%32
	}
	return byte((32 - sum%32) % 32)
}
