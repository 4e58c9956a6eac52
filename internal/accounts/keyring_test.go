package accounts

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestKeyringIsMadeOnceAndKept(t *testing.T) {
	dir := t.TempDir()
	first, err := LoadKeyring(dir)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, keyFile))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %04o, want 0600", info.Mode().Perm())
	}
	again, err := LoadKeyring(dir)
	if err != nil {
		t.Fatal(err)
	}
	if first.Fingerprint() != again.Fingerprint() || first.loginMAC("amina") != again.loginMAC("amina") {
		t.Error("the key was not the same when loaded again")
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files in the data folder, want the key alone", len(entries))
	}
}

func TestKeyringRefusesWhatItMust(t *testing.T) {
	good := strings.Repeat("a1", 32)
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		want string
	}{
		"empty":             {"", 0o600, "damaged"},
		"short":             {good[:62], 0o600, "damaged"},
		"not hexadecimal":   {strings.Repeat("zz", 32), 0o600, "damaged"},
		"readable by group": {good, 0o640, "chmod 600"},
		"readable by all":   {good, 0o604, "chmod 600"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, keyFile)
			if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, c.mode); err != nil {
				t.Fatal(err)
			}
			if _, err := LoadKeyring(dir); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
			if after, _ := os.ReadFile(path); string(after) != c.text {
				t.Error("the file was changed: a lost key could never come back")
			}
		})
	}
}

func TestSealOpensOnlyInItsPlace(t *testing.T) {
	k, err := newKeyring(NewSecret(32))
	if err != nil {
		t.Fatal(err)
	}
	other, err := newKeyring(NewSecret(32))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(1, 60, -1).Draw(t, "text")
		sealed := k.seal("person.name/1", text).(string)
		if again := k.seal("person.name/1", text).(string); again == sealed {
			t.Fatal("the same text twice is the same ciphertext: equal names would show")
		}
		if got, err := k.open("person.name/1", sealed); err != nil || got != text {
			t.Fatalf("%q, %v; want %q", got, err, text)
		}
		for what, open := range map[string]func() (string, error){
			"another row's place": func() (string, error) { return k.open("person.name/2", sealed) },
			"another key":         func() (string, error) { return other.open("person.name/1", sealed) },
			"a cut value":         func() (string, error) { return k.open("person.name/1", sealed[:len(sealed)-2]) },
			"no base64":           func() (string, error) { return k.open("person.name/1", "!"+sealed[1:]) },
		} {
			if got, err := open(); !errors.Is(err, ErrKeyLost) {
				t.Fatalf("%s opened: %q, %v", what, got, err)
			}
		}
	})
}

func TestLoginsThatAreTheSame(t *testing.T) {
	k, err := newKeyring(NewSecret(32))
	if err != nil {
		t.Fatal(err)
	}
	for _, same := range [][]string{
		{"amina@example.ma", "Amina@Example.MA ", "ａmina@example.ma", "\u200famina@example.ma"},
		{"0600000001", "+212 600-000-001", "00212600000001", "٠٦٠٠٠٠٠٠٠١", "06.00.00.00.01"},
		{"+33123456789", "0033123456789"},
		{"مينة", "مينة "},
	} {
		for _, login := range same[1:] {
			if k.loginMAC(login) != k.loginMAC(same[0]) {
				t.Errorf("%q and %q are two logins (%q, %q)", login, same[0], foldLogin(login), foldLogin(same[0]))
			}
		}
	}
	if k.loginMAC("0600000001") == k.loginMAC("0600000002") || k.loginMAC("a") == k.loginMAC("b") {
		t.Error("two logins are one")
	}
}

func TestDeriveSeparatesItsInputs(t *testing.T) {
	k, err := newKeyring(NewSecret(32))
	if err != nil {
		t.Fatal(err)
	}
	if string(k.derive(10, "ab", "c")) == string(k.derive(10, "a", "bc")) {
		t.Error("two different forms give one code")
	}
}
