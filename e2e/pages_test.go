package e2e

import (
	"net/http"
	"testing"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit/browser"
)

// TestEveryPage follows every link as a visitor and as each role of the demo,
// in the three languages, and looks at each kind of page once: on a phone and
// on a desk, with the keyboard, by the rules of accessibility. With
// KHETTARA_SHOTS=folder it photographs the pages in Arabic and French too.
func TestEveryPage(t *testing.T) {
	s := startServer(t, "demo", store.SQLite)
	shots := newGallery(t)
	for _, lang := range i18n.Langs {
		for _, role := range []string{"", "coordinator", "administrator"} {
			name := string(lang) + " " + role
			t.Run(name, func(t *testing.T) {
				p := browser.New(t, widths[0], lang)
				p.Go(s.URL + "/" + string(lang) + "/")
				if role != "" {
					signInAs(p, s.URL, lang, role)
				}
				pages := 0
				c := newCrawl(t, p, lang, s.URL+"/"+string(lang)+"/", p.URL())
				c.each(func(path string) {
					pages++
					c.checkPage(path)
					if lang != i18n.En {
						shots.take(p, name, path)
					}
				})
				t.Logf("%d kinds of page", pages)
			})
		}
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
