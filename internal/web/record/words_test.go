package record_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
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

// TestEveryFieldHasATerm reads the names of all that stands in the public part of
// a change, in a literal, in a function that makes one, or set one by one.
func TestEveryFieldHasATerm(t *testing.T) {
	packages, err := filepath.Glob("../../*/changes.go")
	if err != nil || len(packages) == 0 {
		t.Fatalf("%d packages, %v", len(packages), err)
	}
	// Who acted and what was done stand elsewhere on the line's page; a text's languages are no fields.
	elsewhere := []string{"by", "subject", "ar", "fr", "en"}
	seen := map[string]bool{}
	for _, changes := range packages {
		for name, where := range publicFields(t, filepath.Dir(changes)) {
			if seen[name] = true; slices.Contains(elsewhere, name) {
				continue
			}
			for _, l := range i18n.Langs {
				if !i18n.Has(l, "record.field."+name) {
					t.Errorf("%s: no term for %q in %s (record.field.%s)", where, name, l, name)
				}
			}
		}
	}
	for _, known := range []string{"target_at", "cites", "expires", "organisation", "num", "ballots"} {
		if !seen[known] {
			t.Errorf("the test does not find %q any more", known)
		}
	}
}

// publicFields finds the names of fields of public parts in a package, and where each stands.
func publicFields(t *testing.T, dir string) map[string]token.Position {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	set, functions := token.NewFileSet(), map[string]*ast.FuncDecl{}
	var parts []ast.Node // what makes a public part
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				functions[n.Name.Name] = n
			case *ast.KeyValueExpr:
				if isPublic(n.Key) {
					parts = append(parts, n.Value)
				}
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					if index, ok := left.(*ast.IndexExpr); ok && isPublic(index.X) {
						parts = append(parts, index)
					} else if isPublic(left) && len(n.Rhs) == len(n.Lhs) {
						parts = append(parts, n.Rhs[i])
					}
				}
			}
			return true
		})
	}
	found := map[string]token.Position{}
	for _, part := range parts {
		if call, ok := part.(*ast.CallExpr); ok {
			if ident, ok := call.Fun.(*ast.Ident); ok && functions[ident.Name] != nil {
				part = functions[ident.Name].Body
			}
		}
		ast.Inspect(part, func(n ast.Node) bool {
			var key ast.Expr
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				key = n.Key
			case *ast.IndexExpr:
				key = n.Index
			case *ast.CallExpr: // set(name, value) of a function that makes a part
				if ident, ok := n.Fun.(*ast.Ident); ok && ident.Name == "set" && len(n.Args) > 0 {
					key = n.Args[0]
				}
			}
			if lit, ok := key.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if name, err := strconv.Unquote(lit.Value); err == nil {
					found[name] = set.Position(lit.Pos())
				}
			}
			return true
		})
	}
	return found
}

// isPublic tells whether an expression names a public part: Public, public, change.Public.
func isPublic(e ast.Expr) bool {
	if selector, ok := e.(*ast.SelectorExpr); ok {
		e = selector.Sel
	}
	ident, ok := e.(*ast.Ident)
	return ok && strings.EqualFold(ident.Name, "public")
}
