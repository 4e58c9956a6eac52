package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// keyArgument tells, for each function that takes a catalogue key, which
// argument the key is. Names and values for the placeholders follow it.
var keyArgument = map[string]int{
	"T": 1, "M": 1, "Parts": 1, "Has": 1, // (lang, key, ...)
	"fault.New": 1, "fault.Field": 1, "fault.From": 2,
	"Add": 1, "Check": 2, // methods of fault.Fields
	"Page": 0, "Redirect": 4, // of package page
}

// TestKeysUsedInCodeExist reads the syntax of all Go files, those generated
// from templ included, and looks up every key written as a literal.
func TestKeysUsedInCodeExist(t *testing.T) {
	found := 0
	eachFile(t, func(files *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				found += checkCall(t, files, call)
			}
			return true
		})
	})
	if found == 0 {
		t.Fatal("no use of any key was found: the test looks in the wrong place")
	}
}

// eachFile parses every Go file of the program, without its tests.
func eachFile(t *testing.T, do func(files *token.FileSet, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && strings.HasPrefix(d.Name(), ".") && d.Name() != ".." {
			return fs.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err == nil {
			do(files, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestEverySentenceCanBeReached: each key stands in the code, or is made there of
// a written beginning ("stage." + name) or of two written parts (key + "_masked").
func TestEverySentenceCanBeReached(t *testing.T) {
	written := map[string]bool{}
	eachFile(t, func(_ *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil {
					written[text] = true
				}
			}
			return true
		})
	})
	for key := range sentences[Ar] {
		if !reachable(key, written) {
			t.Errorf("nothing in the code leads to the sentence %q", key)
		}
	}
}

func reachable(key string, written map[string]bool) bool {
	if written[key] {
		return true
	}
	for i, r := range key {
		if r != '.' && r != '_' {
			continue
		}
		if written[key[:i+1]] || written[key[:i]] && written[key[i:]] {
			return true
		}
	}
	return false
}

// checkCall checks one call and returns how many keys it names.
func checkCall(t *testing.T, files *token.FileSet, call *ast.CallExpr) int {
	at, ok := keyArgument[called(call.Fun)]
	if f, method := call.Fun.(*ast.SelectorExpr); method && f.Sel.Name == "T" {
		if x, ident := f.X.(*ast.Ident); !ident || x.Name != "i18n" {
			at = 0 // page.Base.T knows the language
		}
	}
	if !ok || len(call.Args) <= at {
		return 0
	}
	where := files.Position(call.Pos())
	switch arg := call.Args[at].(type) {
	case *ast.BasicLit:
		key, err := strconv.Unquote(arg.Value)
		if err != nil || arg.Kind != token.STRING || !strings.Contains(key, ".") {
			return 0
		}
		checkKey(t, where, key, call, at)
		return 1
	case *ast.BinaryExpr:
		// "stage." + name: some sentence must begin that way.
		if lit, ok := arg.X.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if prefix, err := strconv.Unquote(lit.Value); err == nil && !anyKey(prefix) {
				t.Errorf("%s: no sentence begins with %q", where, prefix)
			}
			return 1
		}
	}
	return 0
}

func checkKey(t *testing.T, where token.Position, key string, call *ast.CallExpr, at int) {
	m, ok := sentences[Ar][key]
	if !ok {
		t.Errorf("%s: no sentence %q", where, key)
		return
	}
	if call.Ellipsis.IsValid() || called(call.Fun) == "Has" {
		return
	}
	var given []string
	for i := at + 1; i < len(call.Args); i += 2 {
		if lit, ok := call.Args[i].(*ast.BasicLit); ok {
			if name, err := strconv.Unquote(lit.Value); err == nil {
				given = append(given, name)
			}
		}
	}
	for _, name := range m.placeholders() {
		if !slices.Contains(given, name) {
			t.Errorf("%s: %q needs the argument %q, given %v", where, key, name, given)
		}
	}
}

// called is the name by which keyArgument knows a function: qualified for
// package fault, whose New and Field are common names, bare for all others.
func called(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && x.Name == "fault" {
			return "fault." + f.Sel.Name
		}
		return f.Sel.Name
	}
	return ""
}

func anyKey(prefix string) bool {
	for key := range sentences[Ar] {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}
