package accounts

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"github.com/khettara/khettara/internal/fault"
)

// The cost of a password, as OWASP's cheat sheet has it for argon2id: two
// passes over 19 MiB on one lane.
const (
	argonTime   = 2
	argonMemory = 19 * 1024 // KiB
	argonLanes  = 1
	argonSalt   = 16
	argonKey    = 32
)

// Bounds of a password in code points: long enough to resist guessing with the
// growing delay, no upper bound that a passphrase would meet (ASVS 2.1.1, 2.1.2).
const (
	MinPassword = 10
	MaxPassword = 128
)

// passwords hashes and compares, two at a time: 300 people who sign in at once
// must not take 6 GB.
type passwords struct {
	turns chan struct{}
	dummy string // compared with when there is no account, so that both take the same time
}

func newPasswords() *passwords {
	p := &passwords{turns: make(chan struct{}, 2)}
	p.dummy = encodeHash(make([]byte, argonSalt), make([]byte, argonKey))
	return p
}

// turn waits for one of the two places.
func (p *passwords) turn(ctx context.Context) (leave func(), err error) {
	select {
	case p.turns <- struct{}{}:
		return func() { <-p.turns }, nil
	case <-ctx.Done():
		return nil, fault.From(fault.Unavailable, ctx.Err(), "fault.unavailable")
	}
}

// hash makes the PHC string of a new password.
func (p *passwords) hash(ctx context.Context, password string) (string, error) {
	leave, err := p.turn(ctx)
	if err != nil {
		return "", err
	}
	defer leave()
	salt := make([]byte, argonSalt)
	rand.Read(salt)
	return encodeHash(salt, argon(password, salt)), nil
}

// matches compares a password with a stored hash; with "" it takes the time of
// a comparison and is false. The caller holds a turn.
func (p *passwords) matches(hash, password string) (bool, error) {
	known := hash != ""
	if !known {
		hash = p.dummy
	}
	salt, want, err := decodeHash(hash)
	if err != nil {
		return false, err
	}
	same := subtle.ConstantTimeCompare(argon(password, salt), want) == 1
	return same && known, nil
}

// argon hashes the NFC form: the same password typed on two keyboards is one password.
func argon(password string, salt []byte) []byte {
	return argon2.IDKey(norm.NFC.Bytes([]byte(password)), salt, argonTime, argonMemory, argonLanes, argonKey)
}

func hashPrefix() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, argonMemory, argonTime, argonLanes)
}

func encodeHash(salt, key []byte) string {
	b64 := base64.RawStdEncoding
	return hashPrefix() + b64.EncodeToString(salt) + "$" + b64.EncodeToString(key)
}

// decodeHash reads only the one cost in use: a stored cost nobody chose is damage.
func decodeHash(hash string) (salt, key []byte, err error) {
	rest, ok := strings.CutPrefix(hash, hashPrefix())
	saltText, keyText, ok2 := strings.Cut(rest, "$")
	if !ok || !ok2 {
		return nil, nil, errors.New("a stored password hash has an unknown form")
	}
	if salt, err = base64.RawStdEncoding.DecodeString(saltText); err == nil {
		key, err = base64.RawStdEncoding.DecodeString(keyText)
	}
	if err != nil || len(key) != argonKey {
		return nil, nil, errors.New("a stored password hash is damaged")
	}
	return salt, key, nil
}

// checkPassword says what is wrong with a new password, once per field.
func checkPassword(f *fault.Fields, field, password, login string) {
	n := utf8.RuneCountInString(norm.NFC.String(password))
	if !f.Check(n >= MinPassword, field, "account.error.password_short", "n", MinPassword) ||
		!f.Check(n <= MaxPassword, field, "account.error.password_long", "n", MaxPassword) {
		return
	}
	distinct := map[rune]bool{}
	for _, r := range password {
		distinct[r] = true
	}
	f.Check(len(distinct) >= 5, field, "account.error.password_simple")
	f.Check(login == "" || foldLogin(password) != foldLogin(login), field, "account.error.password_is_login")
}
