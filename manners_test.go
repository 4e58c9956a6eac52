package khettara_test

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// Lengths beyond which a file or a function has become two.
const (
	maxFileLines     = 500
	maxFunctionLines = 60
)

func TestLengths(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test || f.generated {
			continue
		}
		if n := f.fset.File(f.syntax.Pos()).LineCount(); n > maxFileLines {
			t.Errorf("%s has %d lines, more than %d", f.path, n, maxFileLines)
		}
		for _, decl := range f.syntax.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := f.fset.Position(fn.End()).Line - f.fset.Position(fn.Pos()).Line + 1; n > maxFunctionLines {
				t.Errorf("%s: %s has %d lines, more than %d", f.fset.Position(fn.Pos()), fn.Name.Name, n, maxFunctionLines)
			}
		}
	}
	for _, name := range repositoryFiles(t, ".templ", ".css", ".js", ".sql") {
		if n := bytes.Count(read(t, name), []byte("\n")); n > maxFileLines {
			t.Errorf("%s has %d lines, more than %d", name, n, maxFileLines)
		}
	}
}

// interfaceMethods need no comment: their interface says what they do.
var interfaceMethods = []string{
	"Error", "Unwrap", "Is", "As", "String", "GoString", "Format", "ServeHTTP", "Len", "Less", "Swap",
	"Read", "Write", "Close", "MarshalJSON", "UnmarshalJSON", "MarshalText", "UnmarshalText", "Scan", "Value",
}

func TestExportedNamesHaveAComment(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test || f.generated {
			continue
		}
		for _, decl := range f.syntax.Decls {
			for _, name := range uncommented(decl) {
				t.Errorf("%s: %s is exported and has no comment", f.fset.Position(decl.Pos()), name)
			}
		}
	}
}

// uncommented lists the exported names of a declaration that no comment covers.
// One comment on a group of constants, variables or types covers the group.
func uncommented(decl ast.Decl) []string {
	switch d := decl.(type) {
	case *ast.FuncDecl:
		of := receiver(d)
		method := d.Recv != nil
		if !d.Name.IsExported() || d.Doc != nil || method && (!ast.IsExported(of) || slices.Contains(interfaceMethods, d.Name.Name)) {
			return nil
		}
		return []string{strings.TrimPrefix(of+"."+d.Name.Name, ".")}
	case *ast.GenDecl:
		if d.Doc != nil {
			return nil
		}
		var names []string
		for _, spec := range d.Specs {
			switch s := spec.(type) {
			case *ast.TypeSpec:
				if s.Name.IsExported() && s.Doc == nil && s.Comment == nil {
					names = append(names, s.Name.Name)
				}
			case *ast.ValueSpec:
				for _, name := range s.Names {
					if name.IsExported() && s.Doc == nil && s.Comment == nil {
						names = append(names, name.Name)
					}
				}
			}
		}
		return names
	}
	return nil
}

func receiver(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return ""
	}
	expr := fn.Recv.List[0].Type
	for {
		switch e := expr.(type) {
		case *ast.StarExpr:
			expr = e.X
		case *ast.IndexExpr:
			expr = e.X
		case *ast.IndexListExpr:
			expr = e.X
		case *ast.Ident:
			return e.Name
		default:
			return ""
		}
	}
}

// statement finds SQL. Its words are in capitals by custom, so prose in a
// message is not taken for it.
var statement = regexp.MustCompile(`^\s*(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s|DELETE\s+FROM\s|WITH\s+(RECURSIVE\s+)?\w+\s+AS\s|CREATE\s|ALTER\s|DROP\s|PRAGMA\s)`)

// sqlTextFile is where a module keeps its statements.
var sqlTextFile = regexp.MustCompile(`^sql(_[a-z]+)?\.go$`)

func TestSQLStandsInItsFile(t *testing.T) {
	for _, f := range goFiles(t) {
		if f.test || under(f, "internal/store", "internal/testkit") || sqlTextFile.MatchString(path.Base(f.path)) {
			continue
		}
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if text, err := strconv.Unquote(lit.Value); err == nil && statement.MatchString(text) {
					t.Errorf("%s: SQL belongs into the module's sql.go: %.60q", f.fset.Position(lit.Pos()), text)
				}
			}
			return true
		})
	}
}

// rareWrites lists who may write without a fact on the log: sessions, cursors
// and housekeeping (WriteUnlogged), and secret ballots (Cast). Anything else
// that changes what people rely on must be seen by them.
var rareWrites = map[string][]string{
	"WriteUnlogged": {
		"internal/accounts.(*Service).CheckKey", // binds the identity key to the database, once
		"internal/accounts.(*Service).CreateSession",
		"internal/accounts.(*Service).EndOtherSessions",
		"internal/accounts.(*Service).EndSession",
		"internal/accounts.(*Service).Renew",
		"internal/accounts.(*Service).ResetPassword", // ends the sessions; the new password itself is on the log
		"internal/accounts.(*Service).SignOut",
		"internal/accounts.(*Service).Sweep",       // sessions and links that have run out
		"internal/accounts.(*Service).eraseTraces", // erasing is on the log; this takes what it names away
		"internal/accounts.(*Service).markRenew",
		"internal/accounts.(*Service).touch",
		"internal/transparency.(*Service).Seal", // checkpoints: signatures over what is on the log already
	},
	"Cast": {
		"internal/prioritisation.(*Service).castAll",
	},
}

func TestCallersOfRareWrites(t *testing.T) {
	found := map[string]map[string]bool{"WriteUnlogged": {}, "Cast": {}}
	load := packages.NeedName | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedExportFile
	loaded, err := packages.Load(&packages.Config{Mode: load}, "./...")
	if err != nil {
		t.Fatal(err)
	}
	for _, pkg := range loaded {
		if len(pkg.Errors) > 0 {
			t.Errorf("%s does not compile: %v", pkg.PkgPath, pkg.Errors[0])
		}
		if pkg.PkgPath == module+"internal/store" {
			continue
		}
		for _, file := range pkg.Syntax {
			for _, decl := range file.Decls {
				ast.Inspect(decl, func(n ast.Node) bool {
					if name := rareWrite(pkg.TypesInfo, n); name != "" {
						found[name][caller(pkg, decl)] = true
					}
					return true
				})
			}
		}
	}
	for name, callers := range found {
		for _, c := range slices.Sorted(maps.Keys(callers)) {
			if !slices.Contains(rareWrites[name], c) {
				t.Errorf("%s calls store.%s and is not on the list (manners_test.go)", c, name)
			}
		}
		for _, c := range rareWrites[name] {
			if !callers[c] {
				t.Errorf("%s is listed for store.%s and does not call it", c, name)
			}
		}
	}
}

// rareWrite is the name of the store's method that an expression uses, called
// or passed on, if it is one of the rare ones.
func rareWrite(info *types.Info, n ast.Node) string {
	sel, ok := n.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	fn, ok := info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() != module+"internal/store" {
		return ""
	}
	if _, rare := rareWrites[fn.Name()]; !rare {
		return ""
	}
	return fn.Name()
}

func caller(pkg *packages.Package, decl ast.Decl) string {
	name := strings.TrimPrefix(pkg.PkgPath, module)
	fn, ok := decl.(*ast.FuncDecl)
	switch {
	case !ok:
		return name + " (outside a function)"
	case fn.Recv == nil:
		return name + "." + fn.Name.Name
	}
	return name + ".(*" + receiver(fn) + ")." + fn.Name.Name
}

var (
	cssComment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	// physical are the properties and values that name a side of the screen
	// rather than of the text. A page in Arabic would have them on the wrong one.
	physical = regexp.MustCompile(`(?m)(^|[\s;{(])((margin|padding|border|scroll-margin|scroll-padding)-(left|right)[\w-]*|left|right|border-(top|bottom)-(left|right)-radius)\s*:|` +
		`(text-align|float|clear|caption-side)\s*:\s*(left|right)`)
)

// TestEveryPromiseNamesATest: docs/security.md names tests that exist.
func TestEveryPromiseNamesATest(t *testing.T) {
	there := map[string]bool{}
	for _, f := range goFiles(t) {
		for _, decl := range f.syntax.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && f.test {
				there[fn.Name.Name] = true
			}
		}
	}
	named := regexp.MustCompile("`(Test[A-Za-z0-9]+)`").FindAllSubmatch(read(t, "docs/security.md"), -1)
	if len(named) < 40 {
		t.Errorf("docs/security.md names %d tests", len(named))
	}
	for _, n := range named {
		if !there[string(n[1])] {
			t.Errorf("docs/security.md promises %s, which does not exist", n[1])
		}
	}
}

func TestStylesNameNoSide(t *testing.T) {
	for _, name := range repositoryFiles(t, ".css") {
		for i, line := range strings.Split(blank(cssComment, string(read(t, name))), "\n") {
			if m := physical.FindString(line); m != "" {
				t.Errorf("%s:%d: %q is physical; write inline-start or inline-end", name, i+1, strings.TrimSpace(m))
			}
		}
	}
}

// blank empties what the pattern finds and keeps its line ends, so that lines
// keep their numbers.
func blank(pattern *regexp.Regexp, text string) string {
	return pattern.ReplaceAllStringFunc(text, func(found string) string { return strings.Repeat("\n", strings.Count(found, "\n")) })
}

// inline finds in a template what the content security policy refuses without
// a word in the browser.
var inline = regexp.MustCompile(`(?m)<style[\s>]|<script\s*>|\sstyle=|\son[a-z]+=|^(script|css) \w+\(`)

func TestTemplatesHaveNoInlineStyleOrScript(t *testing.T) {
	for _, name := range repositoryFiles(t, ".templ") {
		for i, line := range strings.Split(string(read(t, name)), "\n") {
			if m := inline.FindString(line); m != "" {
				t.Errorf("%s:%d: inline %q", name, i+1, strings.TrimSpace(m))
			}
		}
	}
}

var (
	// grouped finds a number of thousands written by hand. In a line of Arabic
	// its groups change places; only the number component may write it.
	grouped = regexp.MustCompile(`(^|\D)[1-9]\d{0,2}[ \x{00A0}\x{202F}]\d{3}(\D|$)`)
	// drawing finds the coordinates of drawings, which nobody reads.
	drawing = regexp.MustCompile(`\s(d|points|viewBox|transform)=("[^"]*"|\{[^}]*\})`)
)

func TestNumbersComeFromTheirComponent(t *testing.T) {
	for _, name := range repositoryFiles(t, ".templ", ".json") {
		if strings.HasSuffix(name, ".json") && !strings.HasPrefix(name, "internal/i18n/catalogue/") {
			continue
		}
		for i, line := range strings.Split(blank(drawing, string(read(t, name))), "\n") {
			if m := grouped.FindString(line); m != "" {
				t.Errorf("%s:%d: the number %q is written by hand", name, i+1, m)
			}
		}
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestTheRulesBite holds that the patterns above find what they are for, and
// leave alone what they are not.
func TestTheRulesBite(t *testing.T) {
	cases := []struct {
		name    string
		pattern *regexp.Regexp
		bad     []string
		good    []string
	}{
		{"sides", physical,
			[]string{"margin-left: 1rem", "{left:0}", "  right: 0;", "text-align: right", "float:left", "border-top-left-radius: 3px", "border-right-color: red"},
			[]string{"margin-inline-start: 1rem", "inset-inline-end: 0", "text-align: start", "grid-area: left", ".left { color: red }", "--arrow-right: 1"}},
		{"inline", inline,
			[]string{`<p style="x">`, `<button onclick="x">`, "<script>", "<style>", "css red() {"},
			[]string{`<link rel="stylesheet">`, `<script src="/a.js" defer>`, `data-style="x"`, "{ p.once }", `<p class="one">`}},
		{"numbers", grouped,
			[]string{"1 500 000", "2\u00a0800", "نقصه 2 800 درهم"},
			[]string{"2026", "{n} درهم", "من 10 إلى 20", "1500", "0 100 0", "ماي 2026 100"}},
		{"SQL", statement,
			[]string{"SELECT 1", "\n  INSERT INTO a VALUES ($1)", "WITH x AS (SELECT 1)", "UPDATE a SET b=1"},
			[]string{"Select a commune", "UPDATE", "with care", "the SELECT"}},
	}
	for _, c := range cases {
		for _, s := range c.bad {
			if !c.pattern.MatchString(s) {
				t.Errorf("%s: %q is not found", c.name, s)
			}
		}
		for _, s := range c.good {
			if c.pattern.MatchString(s) {
				t.Errorf("%s: %q is found though it is sound", c.name, s)
			}
		}
	}
}
