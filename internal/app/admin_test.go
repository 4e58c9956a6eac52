package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/store"
)

// admin runs the program as an operator types it.
func admin(t *testing.T, data string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = Main(append([]string{"admin"}, append(args, "--data", data)...), &out, &errs)
	return code, out.String(), errs.String()
}

// TestFirstAdministratorByCommandLine walks from an empty folder to an
// administrator, and on to a lost password.
func TestFirstAdministratorByCommandLine(t *testing.T) {
	data := t.TempDir()
	code, stdout, stderr := admin(t, data, "create")
	var made issuedCode
	if err := json.Unmarshal([]byte(stdout), &made); code != exitGood || err != nil {
		t.Fatalf("create: exit %d, %v: %s%s", code, err, stdout, stderr)
	}
	if _, err := accounts.ParseCode(made.Code, accounts.CodeBytes); err != nil || made.Page != codePage {
		t.Errorf("printed %+v: %v", made, err)
	}
	if expires, err := time.Parse(time.RFC3339, made.Expires); err != nil || time.Until(expires) < 2*24*time.Hour {
		t.Errorf("expires %q, %v", made.Expires, err)
	}
	if code, stdout, _ := admin(t, data, "list"); code != exitGood || strings.TrimSpace(stdout) != "[]" {
		t.Errorf("list before anybody came: exit %d, %s", code, stdout)
	}
	accept(t, data, made.Code)
	if code, stdout, _ := admin(t, data, "list"); code != exitGood || strings.TrimSpace(stdout) != `["amina@example.ma"]` {
		t.Errorf("list: exit %d, %s", code, stdout)
	}
	if code, stdout, _ := admin(t, data, "reset", "AMINA@example.ma"); code != exitGood || !strings.Contains(stdout, `"code"`) {
		t.Errorf("reset: exit %d, %s", code, stdout)
	}
	if code, stdout, stderr := admin(t, data, "reset", "nobody"); code != exitFault || stdout != "" || !strings.Contains(stderr, `no account signs in as "nobody"`) {
		t.Errorf("reset of nobody: exit %d, %s%s", code, stdout, stderr)
	}
}

func accept(t *testing.T, data, code string) {
	t.Helper()
	a, err := New(t.Context(), Config{Data: data, Installation: "local"}, logger(t.Output()))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	_, err = a.Accounts.AcceptInvitation(t.Context(), accounts.Acceptance{Once: store.NewID(), Code: code, Name: "أمينة", Login: "amina@example.ma", Password: "une phrase assez longue"})
	if err != nil {
		t.Fatal(err)
	}
}

// TestLostIdentityKeyIsSaid: with another key than the database's the program
// says so, and writes nothing.
func TestLostIdentityKeyIsSaid(t *testing.T) {
	data := t.TempDir()
	if code, _, stderr := admin(t, data, "create"); code != exitGood {
		t.Fatal(stderr)
	}
	if err := os.Remove(filepath.Join(data, "identity.key")); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := admin(t, data, "create"); code != exitFault || stdout != "" || !strings.Contains(stderr, "identity.key back from its backup") {
		t.Errorf("exit %d: %s%s", code, stdout, stderr)
	}
}
