package e2e

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit/browser"
)

// looks are who looks at every page, and in which language. What staff see is
// the same in each language but for the words, so not all combinations are run.
var looks = []struct {
	lang i18n.Lang
	role string // "" for a visitor
}{
	{i18n.Ar, ""}, {i18n.Ar, "coordinator"}, {i18n.Ar, "administrator"}, {i18n.Fr, ""}, {i18n.Fr, "coordinator"}, {i18n.En, ""},
}

// TestEveryPage follows every link as a visitor and as staff of the demo, and
// looks at each kind of page once: on a phone and on a desk, with the keyboard,
// by the rules of accessibility. With KHETTARA_SHOTS=folder it photographs the
// pages in Arabic and French too.
func TestEveryPage(t *testing.T) {
	if os.Getenv("KHETTARA_SHOTS") == "" {
		t.Skip("looking at every page takes many minutes: make shots does")
	}
	s := startServer(t, "demo", store.SQLite)
	shots := newGallery(t)
	for _, look := range looks {
		name := strings.TrimSpace(string(look.lang) + " " + look.role)
		t.Run(name, func(t *testing.T) {
			home := s.URL + "/" + string(look.lang) + "/"
			p := browser.Open(t, home, widths[0], look.lang)
			if look.role != "" {
				signInAs(p, s.URL, look.lang, look.role)
			}
			pages := 0
			newCrawl(t, p, look.lang, home, p.URL()).each(func(c *crawl, path string) {
				pages++
				c.checkPage(path)
				if look.lang != i18n.En {
					shots.take(p, name, path)
				}
			})
			t.Logf("%d kinds of page", pages)
		})
	}
}

// signInAs enters the demo as a role, by its one click.
func signInAs(p *browser.Page, site string, lang i18n.Lang, role string) {
	p.Go(site + "/" + string(lang) + "/account/sign-in")
	p.Follow(`form[action$="/account/sign-in-as"] [name=role][value=` + role + `]`)
}

// TestPagesThatAreNot: each says so in its language, and stays a sound page.
func TestPagesThatAreNot(t *testing.T) {
	s := startServer(t, "demo", store.SQLite)
	for _, lang := range i18n.Langs {
		p := browser.New(t, widths[0], lang)
		c := newCrawl(t, p, lang)
		for _, path := range []string{"/nowhere", "/p/nowhere", "/p/marrakech/consultation/proposals/P-9999-9", "/territory/99.999"} {
			p.Go(s.URL + "/" + string(lang) + path)
			if p.Status() != http.StatusNotFound {
				t.Errorf("%s answers %d", path, p.Status())
			}
			c.checkPage("/" + string(lang) + path)
		}
	}
}
