package record_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/i18n"
)

// TestEveryKindOfChangeHasWords reads the kinds that the modules write and looks
// each up in all three languages.
func TestEveryKindOfChangeHasWords(t *testing.T) {
	files, err := filepath.Glob("../../*/changes.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	kind := regexp.MustCompile(`^[a-z_]+\.[a-z_]+\.v[0-9]+$`)
	for _, name := range files {
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			s, err := strconv.Unquote(lit.Value)
			if err != nil || !kind.MatchString(s) {
				return true
			}
			found++
			key := "record.kind." + s[:strings.LastIndex(s, ".")]
			for _, l := range i18n.Langs {
				if !i18n.Has(l, key) {
					t.Errorf("%s: no words for %q in %s (%s)", set.Position(lit.Pos()), s, l, key)
				}
			}
			return true
		})
		if found == 0 {
			t.Errorf("%s names no kind of change", name)
		}
	}
}
