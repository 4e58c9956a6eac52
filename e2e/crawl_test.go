package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/testkit"
)

// crawl follows links as one person would, without script, and visits each kind
// of page once: of a hundred proposals one is looked at.
type crawl struct {
	t      testing.TB
	client *http.Client // with the person's cookies
	site   string
	lang   i18n.Lang

	queue []string
	seen  map[string]bool // shapes of addresses
}

// newCrawl begins at the home page, for a role also at the page that signing in
// to the demo leads to; "" is a visitor.
func newCrawl(t testing.TB, site string, lang i18n.Lang, role string) *crawl {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &crawl{t: t, client: &http.Client{Jar: jar}, site: site, lang: lang, seen: map[string]bool{}}
	home := site + "/" + string(lang) + "/"
	c.add(home)
	if role != "" {
		answer, err := c.client.PostForm(home+"account/sign-in-as", url.Values{"role": {role}})
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		c.add(answer.Request.URL.String())
	}
	return c
}

// each visits the pages, fails for links that lead nowhere and for HTML that is
// not sound, and calls look for each page.
func (c *crawl) each(look func(address string)) {
	c.t.Helper()
	for len(c.queue) > 0 {
		address := c.queue[0]
		c.queue = c.queue[1:]
		answer, err := c.client.Get(address)
		if err != nil {
			c.t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode != http.StatusOK {
			c.t.Errorf("a link leads to %s, which answers %d, %v", address, answer.StatusCode, err)
			continue
		}
		if !strings.HasPrefix(answer.Header.Get("Content-Type"), "text/html") {
			continue // a file to download
		}
		testkit.CheckHTML(c.t, pathOf(address), body)
		look(address)
		c.addLinks(answer.Request.URL, body)
	}
}

// addLinks takes over what a page leads to within the site, from drawings too.
func (c *crawl) addLinks(from *url.URL, body []byte) {
	c.t.Helper()
	root, err := html.Parse(strings.NewReader(string(body)))
	if err != nil {
		c.t.Fatal(err)
	}
	for n := range root.Descendants() {
		if n.Data != "a" {
			continue
		}
		for _, a := range n.Attr {
			if a.Key != "href" {
				continue
			}
			if to, err := from.Parse(a.Val); err == nil && to.Scheme+"://"+to.Host == c.site {
				to.Fragment = ""
				c.add(to.String())
			}
		}
	}
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

// numbered is what tells one of many apart in a segment of a path.
var numbered = regexp.MustCompile(`\d[\d.-]*`)

// shape is an address without what tells pages of one kind apart: numbers and
// codes in the path, and what the query asks. What a number is of stays: the
// trace of a proposal is another page than the trace of a project. A page is
// looked at once as it stands and once with some query.
func shape(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	shape := numbered.ReplaceAllString(u.Path, "*")
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

func TestShape(t *testing.T) {
	cases := map[string]string{
		"http://h/ar/p/marrakech/consultation/proposals/P-0142-8": "/ar/p/marrakech/consultation/proposals/P-*",
		"http://h/ar/p/marrakech/trace/PR-0001-3":                 "/ar/p/marrakech/trace/PR-*",
		"http://h/ar/territory/07.351.03.11?indicator=water#map":  "/ar/territory/*?",
		"http://h/ar/": "/ar/",
	}
	for address, want := range cases {
		if got := shape(address); got != want {
			t.Errorf("shape(%s) is %s, want %s", address, got, want)
		}
	}
}
