package accounts

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/google/uuid"
)

// keyFile holds the installation's identity key, in the data folder and never in
// the database: who steals a backup of the database reads no name.
const keyFile = "identity.key"

// ErrKeyLost says that the identities in the database were encrypted with
// another key than the one in the data folder. Only the right key, from the
// backup of the data folder, brings them back.
var ErrKeyLost = errors.New("the identity key in the data folder is not the one this database was encrypted with; put identity.key back from its backup")

// Keyring encrypts what tells who a person is, and derives what must be found
// again without being readable.
type Keyring struct {
	sealer      cipher.AEAD
	mac, code   []byte
	fingerprint string
}

// LoadKeyring reads identity.key in the data folder, and makes it (mode 0600) on
// first use. A damaged file, or one that others on the machine may read, is refused.
func LoadKeyring(dir string) (*Keyring, error) {
	path := filepath.Join(dir, keyFile)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		text, err = createKey(path)
	}
	if err != nil {
		return nil, fmt.Errorf("identity key: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("identity key: %w", err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("identity key: %s may be read by others (mode %04o): chmod 600 it", path, info.Mode().Perm())
	}
	secret, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(secret) != 32 {
		return nil, fmt.Errorf("identity key: %s is damaged: it must hold 64 hexadecimal digits; put it back from its backup", path)
	}
	return newKeyring(secret)
}

// createKey writes a new key under another name first, so that a crash leaves
// either no key or a whole one.
func createKey(path string) ([]byte, error) {
	text := []byte(hex.EncodeToString(NewSecret(32)) + "\n")
	f, err := os.CreateTemp(filepath.Dir(path), keyFile+".*") // mode 0600
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name()) // fails, as it should, after the rename
	_, err = f.Write(text)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return nil, err
	}
	return text, os.Rename(f.Name(), path)
}

func newKeyring(secret []byte) (*Keyring, error) {
	key := func(use string) []byte {
		k, err := hkdf.Key(sha256.New, secret, nil, "khettara "+use, 32)
		if err != nil {
			panic(err) // 32 bytes of SHA-256 are always to be had
		}
		return k
	}
	block, err := aes.NewCipher(key("identity"))
	if err != nil {
		return nil, err
	}
	sealer, err := cipher.NewGCM(block)
	if err != nil {
		return nil, err
	}
	mark := sha256.Sum256(key("fingerprint"))
	return &Keyring{sealer: sealer, mac: key("login"), code: key("code"), fingerprint: hex.EncodeToString(mark[:8])}, nil
}

// Fingerprint names the key without revealing it.
func (k *Keyring) Fingerprint() string { return k.fingerprint }

// seal encrypts a text for one column of one row: place ties the two together, so
// that a value moved to another row or column does not open. "" stays NULL.
func (k *Keyring) seal(place, text string) any {
	if text == "" {
		return nil
	}
	nonce := make([]byte, k.sealer.NonceSize())
	rand.Read(nonce)
	return base64.RawStdEncoding.EncodeToString(k.sealer.Seal(nonce, nonce, []byte(text), []byte(place)))
}

// open decrypts what seal made; ErrKeyLost when it does not fit the key.
func (k *Keyring) open(place, sealed string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	raw, err := base64.RawStdEncoding.DecodeString(sealed)
	if err != nil || len(raw) < k.sealer.NonceSize() {
		return "", ErrKeyLost
	}
	n := k.sealer.NonceSize()
	text, err := k.sealer.Open(nil, raw[:n], raw[n:], []byte(place))
	if err != nil {
		return "", ErrKeyLost
	}
	return string(text), nil
}

// loginMAC is what a login is looked up by.
func (k *Keyring) loginMAC(login string) string {
	h := hmac.New(sha256.New, k.mac)
	h.Write([]byte(foldLogin(login)))
	return hex.EncodeToString(h.Sum(nil))
}

// derive makes the secret of a one-time code from the form that asked for it.
// A form posted twice, because the answer was lost, thus gets the same codes,
// and they need not be kept anywhere in the clear.
func (k *Keyring) derive(n int, context ...string) []byte {
	h := hmac.New(sha256.New, k.code)
	for _, c := range context {
		fmt.Fprintf(h, "%d:%s", len(c), c)
	}
	return h.Sum(nil)[:n]
}

// personID is the id of the account that a form makes: the same each time the
// form is posted, but not to be known from the form, whose own id stays in the
// log when the person is erased. It is no clock either.
func (k *Keyring) personID(once string) string {
	id := uuid.UUID(k.derive(16, "person", once))
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: made by a rule of one's own
	return id.String()
}
