package khettara_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/khettara/khettara/"

// Groups of the table below. The order of modules is the order of a programme:
// a later stage may read the earlier ones, never the reverse.
var (
	modules = []string{
		"internal/accounts", "internal/territory", "internal/programme", "internal/consultation",
		"internal/deliberation", "internal/prioritisation", "internal/roadmap", "internal/delivery", "internal/evaluation",
	}
	readers = []string{"internal/transparency", "internal/trace"}
	frame   = []string{"internal/web/page", "internal/web/ui"}
	pages   = []string{
		"internal/web/home", "internal/web/territory", "internal/web/consultation", "internal/web/deliberation",
		"internal/web/prioritisation", "internal/web/roadmap", "internal/web/delivery", "internal/web/evaluation",
		"internal/web/programme", "internal/web/trace", "internal/web/record", "internal/web/account",
	}
)

// mayImport says what each package may import of ours: these, and whatever
// those may import. The leaves internal/i18n and internal/fault are open to all
// but the pure packages. A package that is missing here has no place yet: give
// it a line, and the commit a reason.
var mayImport = map[string][]string{
	"":             nil,
	"cmd/khettara": {"internal/app"},
	"internal/app": {"internal/web", "internal/demo", "opinion"},

	// Public and pure: no database, no page, no word of any language.
	"pb":      nil,
	"opinion": nil,

	"internal/i18n":  nil,
	"internal/fault": nil,
	"internal/store": nil,

	"internal/accounts":       {"internal/store"},
	"internal/territory":      {"internal/store"},
	"internal/programme":      {"internal/accounts", "internal/territory"},
	"internal/consultation":   {"internal/programme"},
	"internal/deliberation":   {"internal/consultation"},
	"internal/prioritisation": {"internal/deliberation", "pb"},
	"internal/roadmap":        {"internal/prioritisation"},
	"internal/delivery":       {"internal/roadmap"},
	"internal/evaluation":     {"internal/delivery"},

	"internal/territory/packer": {"internal/territory"},
	"internal/transparency":     {"internal/store"},
	"internal/trace":            modules,
	"internal/demo":             slices.Concat(modules, readers),

	"internal/web":                slices.Concat(frame, pages, modules, readers),
	"internal/web/static":         nil,
	"internal/web/page":           {"internal/accounts"},
	"internal/web/ui":             {"internal/web/page", "internal/web/static"},
	"internal/web/home":           slices.Concat(frame, modules, readers),
	"internal/web/territory":      slices.Concat(frame, []string{"internal/programme"}),
	"internal/web/consultation":   slices.Concat(frame, []string{"internal/consultation", "internal/transparency"}),
	"internal/web/deliberation":   slices.Concat(frame, []string{"internal/deliberation"}),
	"internal/web/prioritisation": slices.Concat(frame, []string{"internal/prioritisation"}),
	"internal/web/roadmap":        slices.Concat(frame, []string{"internal/web/delivery"}),
	"internal/web/delivery":       slices.Concat(frame, []string{"internal/delivery"}),
	"internal/web/evaluation":     slices.Concat(frame, []string{"internal/evaluation"}),
	"internal/web/trace":          slices.Concat(frame, []string{"internal/trace", "internal/transparency"}),
	"internal/web/record":         slices.Concat(frame, []string{"internal/programme", "internal/transparency"}),
	"internal/web/programme":      slices.Concat(frame, []string{"internal/programme"}),
	"internal/web/account":        slices.Concat(frame, []string{"internal/programme"}),

	"internal/testkit":         {"internal/store"},
	"internal/testkit/axe":     nil,
	"internal/testkit/browser": {"internal/testkit", "internal/testkit/axe"},
	"e2e":                      {"internal/testkit/browser"},
}

// pure packages are for anybody's program: they import nothing of ours at all.
var pure = []string{"opinion", "pb", "internal/i18n", "internal/fault", "internal/testkit/axe"}

func TestImportsFollowTheTable(t *testing.T) {
	for _, f := range goFiles(t) {
		if _, ok := mayImport[f.pkg]; !ok {
			t.Errorf("%s: package %q has no line in the table of imports (house_test.go)", f.path, f.pkg)
			continue
		}
		allowed := closure(f.pkg)
		for _, imported := range f.imports {
			if target, ours := strings.CutPrefix(imported, module); ours && !importAllowed(f, allowed, target) {
				t.Errorf("%s imports %s, which %s may not (see mayImport)", f.path, target, f.pkg)
			}
		}
	}
}

func importAllowed(f goFile, allowed map[string]bool, target string) bool {
	switch {
	case allowed[target]:
		return true
	case f.test && (target == f.pkg || strings.HasPrefix(target, "internal/testkit")):
		return true
	case target == "internal/i18n" || target == "internal/fault":
		return !slices.Contains(pure, f.pkg)
	}
	return false
}

// closure is everything a package may import, directly or through another.
func closure(pkg string) map[string]bool {
	all := map[string]bool{}
	var visit func(string)
	visit = func(p string) {
		for _, q := range mayImport[p] {
			if !all[q] {
				all[q] = true
				visit(q)
			}
		}
	}
	visit(pkg)
	return all
}

// TestTheTableHasNoCircle: a circle in the table would let everything in it
// import everything else.
// TestTheTableNamesWhatThereIs: a line without a package promises a room that nobody built.
func TestTheTableNamesWhatThereIs(t *testing.T) {
	there := map[string]bool{}
	for _, f := range goFiles(t) {
		there[f.pkg] = true
	}
	for _, pkg := range slices.Sorted(maps.Keys(mayImport)) {
		if !there[pkg] {
			t.Errorf("the table of imports has a line for %q, which is not there", pkg)
		}
	}
}

func TestTheTableHasNoCircle(t *testing.T) {
	for _, pkg := range slices.Sorted(maps.Keys(mayImport)) {
		all := closure(pkg)
		if all[pkg] {
			t.Errorf("%s may import itself through others", pkg)
		}
		for q := range all {
			if _, ok := mayImport[q]; !ok {
				t.Errorf("%s may import %s, which has no line of its own", pkg, q)
			}
		}
	}
}

// place says where an import of the outside world may stand.
type place struct {
	imports string // prefix of an import path
	where   func(goFile) bool
	words   string
}

// sqlFile is a file of a module that may meet the database; one that grew too
// long has a part named after its subject, such as commands_answer.go.
var sqlFile = regexp.MustCompile(`^(sql|commands|queries)(_[a-z]+)?\.go$`)

var places = []place{
	{"database/sql", func(f goFile) bool {
		return f.test || under(f, "internal/store") || sqlFile.MatchString(path.Base(f.path))
	},
		"internal/store and a module's sql, commands and queries files"},
	{"github.com/jackc/pgx", func(f goFile) bool { return under(f, "internal/store", "internal/testkit") }, "internal/store and testkit"},
	{"modernc.org/sqlite", func(f goFile) bool { return under(f, "internal/store") }, "internal/store"},
	{"github.com/pressly/goose", func(f goFile) bool { return under(f, "internal/store") }, "internal/store"},
	{"net/http", func(f goFile) bool { return under(f, "internal/web", "internal/app", "internal/testkit", "e2e") }, "internal/web, internal/app, testkit and e2e"},
	{"github.com/a-h/templ", func(f goFile) bool { return under(f, "internal/web") }, "internal/web"},
	{"github.com/chromedp", func(f goFile) bool { return under(f, "internal/testkit", "e2e") }, "testkit and e2e"},
}

func TestTheOutsideWorldStandsWhereItBelongs(t *testing.T) {
	for _, f := range goFiles(t) {
		for _, imported := range f.imports {
			for _, p := range places {
				if hasPathPrefix(imported, p.imports) && !p.where(f) {
					t.Errorf("%s imports %s; it may stand only in %s", f.path, imported, p.words)
				}
			}
		}
	}
}

func TestPackageNames(t *testing.T) {
	banned := []string{"util", "utils", "common", "helper", "helpers", "model", "models", "manager", "managers", "misc", "shared"}
	for _, f := range goFiles(t) {
		if slices.Contains(banned, strings.TrimSuffix(f.syntax.Name.Name, "_test")) {
			t.Errorf("%s: a package named %s says nothing of what it is for", f.path, f.syntax.Name.Name)
		}
	}
}

func under(f goFile, folders ...string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool { return hasPathPrefix(f.pkg, folder) })
}

func hasPathPrefix(p, prefix string) bool { return p == prefix || strings.HasPrefix(p, prefix+"/") }

// goFile is a Go file of this repository.
type goFile struct {
	path      string // from the root, with slashes
	pkg       string // its folder, "" for the root
	test      bool
	generated bool
	imports   []string
	fset      *token.FileSet
	syntax    *ast.File
}

func goFiles(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	for _, name := range repositoryFiles(t, ".go") {
		fset := token.NewFileSet()
		syntax, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		f := goFile{
			path: name, pkg: strings.TrimSuffix(path.Dir(name), "."), test: strings.HasSuffix(name, "_test.go"),
			generated: ast.IsGenerated(syntax), fset: fset, syntax: syntax,
		}
		for _, spec := range syntax.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			f.imports = append(f.imports, imported)
		}
		files = append(files, f)
	}
	return files
}

// repositoryFiles lists the files with one of the extensions, without test
// data, hidden folders and what others wrote.
func repositoryFiles(t *testing.T, extensions ...string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := d.Name()
		if d.IsDir() {
			if base != "." && strings.HasPrefix(base, ".") || base == "testdata" || base == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		if slices.Contains(extensions, filepath.Ext(base)) && !strings.HasSuffix(base, ".min.js") {
			names = append(names, filepath.ToSlash(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(names) == 0 && slices.Contains(extensions, ".go") {
		t.Fatal("no Go file found: the test looks in the wrong folder")
	}
	return names
}
