package transparency

import (
	"crypto/ed25519"
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
	"sync"

	"golang.org/x/mod/sumdb/note"

	"github.com/khettara/khettara/internal/store"
)

// ErrKeyMissing says that a log has checkpoints but its key file is gone. A new
// key would look like another log: the old one must be put back.
var ErrKeyMissing = errors.New("the log's signing key is missing")

// Key is the public side of a log's signing key.
type Key struct {
	// Verifier is the key in the form of C2SP signed-note, "origin+id+base64": what `khettara verify --key` takes.
	Verifier string
	// ID is the first eight digits of the fingerprint; it stands in every signature line.
	ID string
	// Fingerprint is what is printed beside a signature: 64 hexadecimal digits of
	// SHA-256(origin ‖ 0x0A ‖ 0x01 ‖ public key), so its start is the ID.
	Fingerprint string
}

// ParseKey reads a verifier key as Key.Verifier gives it.
func ParseKey(text string) (Key, note.Verifier, error) {
	v, err := note.NewVerifier(text)
	if err != nil {
		return Key{}, nil, fmt.Errorf("verifier key: %w", err)
	}
	// NewVerifier has checked the three fields.
	name, rest, _ := strings.Cut(text, "+")
	_, text64, _ := strings.Cut(rest, "+")
	public, err := base64.StdEncoding.Strict().DecodeString(text64)
	if err != nil {
		return Key{}, nil, fmt.Errorf("verifier key: %w", err)
	}
	sum := sha256.Sum256(append([]byte(name+"\n"), public...))
	return Key{Verifier: text, ID: keyID(v.KeyHash()), Fingerprint: hex.EncodeToString(sum[:])}, v, nil
}

// logKey is both sides of a log's key.
type logKey struct {
	Key
	signer   note.Signer
	verifier note.Verifier
}

// keyring is the folder of signing keys, {slug}.key for a programme and
// _installation.key for the installation, each readable by its owner alone.
type keyring struct {
	dir string

	mu     sync.Mutex
	loaded map[string]logKey // by origin
}

// installationKey cannot be a programme's: its address has no underscore.
const installationKey = "_installation"

// key is the key of a log. A missing one is made if create is set, else ErrKeyMissing.
func (k *keyring) key(head store.LogHead, create bool) (logKey, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.loaded[head.Origin]; ok {
		return key, nil
	}
	name := head.Origin[strings.LastIndex(head.Origin, "/")+1:]
	if head.ID == store.Installation {
		name = installationKey
	}
	if !filepath.IsLocal(name) || strings.Contains(name, `\`) {
		return logKey{}, fmt.Errorf("%q cannot name a key file", name)
	}
	file := filepath.Join(k.dir, name+".key")
	secret, err := readKey(file)
	if errors.Is(err, fs.ErrNotExist) {
		if !create {
			return logKey{}, fmt.Errorf("%w: %s", ErrKeyMissing, file)
		}
		secret, err = createKey(file, head.Origin)
	}
	if err != nil {
		return logKey{}, err
	}
	key, err := parseSecret(secret)
	if err != nil {
		return logKey{}, fmt.Errorf("%s: %w", file, err)
	}
	if key.signer.Name() != head.Origin {
		return logKey{}, fmt.Errorf("%s is the key of %s, not of %s", file, key.signer.Name(), head.Origin)
	}
	if k.loaded == nil {
		k.loaded = map[string]logKey{}
	}
	k.loaded[head.Origin] = key
	return key, nil
}

// readKey reads a key file, unless others than its owner can read it too.
func readKey(file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", err
	}
	// Windows has no such bits and shows them all set.
	if perm := info.Mode().Perm(); perm&0o077 != 0 && runtime.GOOS != "windows" {
		return "", fmt.Errorf("%s can be read by others (mode %04o): make it 0600", file, perm)
	}
	text, err := os.ReadFile(file)
	return strings.TrimSuffix(string(text), "\n"), err
}

// createKey makes a key for a log and writes it to a new file; a key that is
// already there is never replaced.
func createKey(file, origin string) (string, error) {
	secret, public, err := note.GenerateKey(rand.Reader, origin)
	if err != nil {
		return "", err
	}
	if _, err := note.NewVerifier(public); err != nil {
		return "", fmt.Errorf("origin %q cannot name a key: it holds a space or a plus", origin)
	}
	dir := filepath.Dir(file)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(secret + "\n")
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		// Half a key on a full disk would stand in the way of a whole one.
		return "", errors.Join(err, os.Remove(file))
	}
	return secret, syncDir(dir)
}

// syncDir makes a new name in a folder last through a loss of power.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// parseSecret reads a key file's text and reckons the public side.
func parseSecret(secret string) (logKey, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return logKey{}, fmt.Errorf("signing key: %w", err)
	}
	// PRIVATE+KEY+name+id+base64, whose last field may hold a plus itself; NewSigner has checked it.
	raw, err := base64.StdEncoding.DecodeString(strings.SplitN(secret, "+", 5)[4])
	if err != nil {
		return logKey{}, fmt.Errorf("signing key: %w", err)
	}
	public := ed25519.NewKeyFromSeed(raw[1:]).Public().(ed25519.PublicKey)
	text, err := note.NewEd25519VerifierKey(signer.Name(), public)
	if err != nil {
		return logKey{}, err
	}
	key, verifier, err := ParseKey(text)
	return logKey{Key: key, signer: signer, verifier: verifier}, err
}
