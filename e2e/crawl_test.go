package e2e

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/testkit/browser"
)

// crawl follows links as one person would, and visits each kind of page once:
// of a hundred proposals one is looked at.
type crawl struct {
	t    testing.TB
	page *browser.Page
	lang i18n.Lang

	queue []string
	seen  map[string]bool // shapes of addresses
}

// link is what the server says about an address that a page leads to.
type link struct {
	Status int
	Type   string // content type
}

// linksScript lists the addresses of the site that the page links to, from
// drawings too, without fragments, each once.
const linksScript = `[...new Set([...document.querySelectorAll("a[href]")]
	.map(a => new URL(a.getAttribute("href"), document.baseURI)).filter(u => u.origin === location.origin)
	.map(u => u.href.split("#")[0]))]`

// newCrawl begins at the given addresses.
func newCrawl(t testing.TB, p *browser.Page, lang i18n.Lang, from ...string) *crawl {
	c := &crawl{t: t, page: p, lang: lang, seen: map[string]bool{}}
	for _, address := range from {
		c.add(address)
	}
	return c
}

// each visits the pages and calls look at each, the tab being there.
func (c *crawl) each(look func(c *crawl, path string)) {
	c.t.Helper()
	for len(c.queue) > 0 {
		address := c.queue[0]
		c.queue = c.queue[1:]
		l := c.ask(address)
		if l.Status != 200 {
			c.t.Errorf("a link leads to %s, which answers %d", address, l.Status)
			continue
		}
		if !strings.HasPrefix(l.Type, "text/html") {
			continue // a file to download
		}
		c.page.Go(address)
		look(c, pathOf(address))
		for _, next := range browser.Eval[[]string](c.page, linksScript) {
			c.add(next)
		}
	}
}

// ask fetches an address with the tab's cookies.
func (c *crawl) ask(address string) link {
	c.t.Helper()
	l := browser.Eval[link](c.page, fmt.Sprintf(
		`fetch(%q).then(r => ({Status: r.status, Type: r.headers.get("content-type") ?? ""}))`, address))
	if l.Status >= 400 {
		c.page.ConsoleErrors() // that there is no such page is no fault of the page that asked
	}
	return l
}

func (c *crawl) add(address string) {
	path := pathOf(address)
	for _, other := range i18n.Langs {
		if other != c.lang && (path == "/"+string(other) || strings.HasPrefix(path, "/"+string(other)+"/")) {
			return // the same page in another language has a crawl of its own
		}
	}
	if s := shape(address); !c.seen[s] {
		c.seen[s] = true
		c.queue = append(c.queue, address)
	}
}

// numbered is a segment of a path that names one of many.
var numbered = regexp.MustCompile(`\d`)

// shape is an address without what tells pages of one kind apart: numbers and
// codes in the path, and what the query asks. A page is looked at once as it
// stands and once with some query.
func shape(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	segments := strings.Split(u.Path, "/")
	for i, s := range segments {
		if numbered.MatchString(s) {
			segments[i] = "*"
		}
	}
	shape := strings.Join(segments, "/")
	if u.RawQuery != "" {
		shape += "?"
	}
	return shape
}

func pathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	return u.RequestURI()
}

// source is the page as the server sent it, before the browser mended it.
func (c *crawl) source(address string) []byte {
	c.t.Helper()
	return []byte(browser.Eval[string](c.page, fmt.Sprintf(`fetch(%q).then(r => r.text())`, address)))
}

// checkPage is what every page must pass, in every language: sound HTML, a
// clean console, nothing foreign, no sideways scroll, no violation of the
// accessibility rules, on a phone and on a desk; the keyboard gets everywhere.
func (c *crawl) checkPage(path string) {
	c.t.Helper()
	testkit.CheckHTML(c.t, path, c.source(path))
	for _, width := range widths {
		c.page.Resize(width)
		c.page.Check()
	}
	c.page.CheckKeyboard()
}

// widths are the two at which every page is looked at: a phone and a desk.
var widths = []int{360, 1280}

func TestShape(t *testing.T) {
	cases := map[string]string{
		"http://h/ar/p/marrakech/consultation/proposals/P-0142-8": "/ar/p/marrakech/consultation/proposals/*",
		"http://h/ar/territory/07.351.03.11?indicator=water#map":  "/ar/territory/*?",
		"http://h/ar/": "/ar/",
	}
	for address, want := range cases {
		if got := shape(address); got != want {
			t.Errorf("shape(%s) is %s, want %s", address, got, want)
		}
	}
}
