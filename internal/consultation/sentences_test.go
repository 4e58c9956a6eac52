package consultation

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/i18n"
)

// TestEveryFaultHasItsSentence reads the keys of faults in this package's source,
// since most pass through a helper, where the catalogue's own test cannot see them.
func TestEveryFaultHasItsSentence(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	key := regexp.MustCompile(`"((?:consultation\.error|fault)\.[a-z_]+)"( *\+)?`)
	found := map[string]bool{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		source, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range key.FindAllStringSubmatch(string(source), -1) {
			if m[2] == "" {
				found[m[1]] = true
			}
		}
	}
	for _, state := range []ProposalState{Waiting, Published, ProposalHidden} { // from which a proposal's state changes
		found["consultation.error.proposal_not_"+string(state)] = true
	}
	if len(found) < 30 {
		t.Fatalf("only %d keys found: the test looks in the wrong place", len(found))
	}
	for key := range found {
		for _, l := range i18n.Langs {
			if !i18n.Has(l, key) {
				t.Errorf("no sentence %q in %s", key, l)
			}
		}
	}
}
