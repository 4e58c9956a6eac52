package e2e

import (
	"bytes"
	"cmp"
	"html/template"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/khettara/khettara/internal/testkit/browser"
)

// gallery is a folder of screenshots with one page that shows them all. With
// KHETTARA_SHOTS unset it does nothing.
type gallery struct {
	dir   string
	mu    sync.Mutex
	shots []shot
}

type shot struct {
	Group string // who looks, in which language
	Path  string // of the page
	Width int
	File  string
}

func newGallery(t testing.TB) *gallery {
	g := &gallery{dir: os.Getenv("KHETTARA_SHOTS")}
	if g.dir != "" {
		t.Cleanup(func() { g.write(t) })
	}
	return g
}

// take photographs the page at each width.
func (g *gallery) take(p *browser.Page, group, path string) {
	if g.dir == "" {
		return
	}
	for _, width := range widths {
		p.Resize(width)
		file := filepath.Join(fileName(group), strconv.Itoa(width), fileName(path)+".png")
		p.SaveScreenshot(filepath.Join(g.dir, file))
		g.mu.Lock()
		g.shots = append(g.shots, shot{group, path, width, filepath.ToSlash(file)})
		g.mu.Unlock()
	}
}

// fileName makes a path or a heading fit for a file's name.
func fileName(text string) string {
	clean := strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\?&=:* "`, r) {
			return '-'
		}
		return r
	}, strings.Trim(text, "/"))
	return cmp.Or(clean, "start")
}

var galleryPage = template.Must(template.New("gallery").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Khettara, page by page</title>
<style>body{font:16px sans-serif;margin:1rem}main{display:flex;flex-wrap:wrap;gap:1rem;align-items:start}
figure{margin:0;max-inline-size:22rem}img{inline-size:100%;border:1px solid #847765}</style>
<h1>{{len .}} screenshots</h1><main>
{{range .}}<figure><a href="{{.File}}"><img src="{{.File}}" alt="" loading="lazy"></a>
<figcaption>{{.Group}}, {{.Width}} px<br><code>{{.Path}}</code></figcaption></figure>
{{end}}</main></html>
`))

func (g *gallery) write(t testing.TB) {
	slices.SortFunc(g.shots, func(a, b shot) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Width, b.Width))
	})
	var page bytes.Buffer
	if err := galleryPage.Execute(&page, g.shots); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(g.dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(g.dir, "index.html"), page.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
