package e2e

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/testkit/browser"
)

// look is who follows every link, in which language, and which kinds of page
// they look at in a browser, by the shape of the address behind the language.
// Pages of parts that have browser tests of their own are not among them.
type look struct {
	lang  i18n.Lang
	role  string // "" for a visitor
	kinds []string
}

const programmePages = "/p/marrakech"

var looks = []look{
	{i18n.Ar, "", []string{"/", programmePages + "/consultation/proposals/new", programmePages + "/consultation/proposals/P-*", programmePages + "/deliberation",
		programmePages + "/deliberation/vote", programmePages + "/prioritisation/votes/V-*", programmePages + "/prioritisation/votes/V-*/ballot",
		programmePages + "/roadmap/versions/*", programmePages + "/delivery", programmePages + "/roadmap/projects/PR-*", programmePages + "/trace/P-*",
		programmePages + "/record/*"}},
	{i18n.Ar, "coordinator", []string{programmePages + "/work", programmePages + "/work/consultation/meetings/M-*/capture", programmePages + "/work/consultation/proposals/P-*",
		programmePages + "/work/roadmap/projects/PR-*/edit", programmePages + "/work/roadmap/projects/PR-*/money", programmePages + "/work/delivery/projects/PR-*",
		programmePages + "/work/prioritisation/votes/new", programmePages + "/work/programme"}},
	{i18n.Ar, "administrator", nil},
	{i18n.Fr, "", []string{programmePages + "/prioritisation/votes/V-*/ballot"}},
	{i18n.Fr, "coordinator", []string{programmePages + "/work/roadmap/projects/PR-*/edit"}},
	{i18n.En, "", nil},
}

// TestEveryPage follows every link as a visitor and as staff of the demo, and
// looks at some kinds of page in a browser: on a phone and on a desk, with the
// keyboard, by the rules of accessibility. With KHETTARA_SHOTS=folder it looks at
// every kind, which takes a quarter of an hour, and photographs each.
func TestEveryPage(t *testing.T) {
	s := startServer(t, "demo", store.SQLite)
	shots := newGallery(t)
	for _, look := range looks {
		name := strings.TrimSpace(string(look.lang) + " " + look.role)
		t.Run(name, func(t *testing.T) {
			looked := map[string]bool{}
			var p *browser.Page
			pages := 0
			newCrawl(t, s.URL, look.lang, look.role).each(func(address string) {
				pages++
				kind := strings.TrimPrefix(shape(address), "/"+string(look.lang))
				if shots.dir == "" && !slices.Contains(look.kinds, kind) {
					return
				}
				looked[kind] = true
				if p == nil {
					p = signedIn(t, s.URL, look)
				}
				checkPage(p, address)
				shots.take(p, name, pathOf(address))
			})
			for _, kind := range look.kinds {
				if !looked[kind] {
					t.Errorf("no link leads to a page %s", kind)
				}
			}
			t.Logf("%d kinds of page, %d in a browser", pages, len(looked))
		})
	}
}

// signedIn opens a tab and enters the demo by the one click of a role.
func signedIn(t *testing.T, site string, l look) *browser.Page {
	p := browser.New(t, widths[0], l.lang)
	if l.role != "" {
		p.Go(site + "/" + string(l.lang) + "/account/sign-in")
		p.Follow(`form[action$="/account/sign-in-as"] [name=role][value=` + l.role + `]`)
	}
	return p
}

// checkPage is what every page must pass in a browser: a clean console, nothing
// foreign, no sideways scroll, no violation of the accessibility rules, on a
// phone and on a desk; the keyboard gets everywhere.
func checkPage(p *browser.Page, address string) {
	p.Resize(widths[0])
	p.Go(address)
	p.Check()
	p.Resize(widths[1])
	p.Check()
	p.CheckKeyboard()
}

// widths are the two at which every page is looked at: a phone and a desk.
var widths = []int{360, 1280}

// TestPagesThatAreNot: each says so in its language, and stays a sound page.
func TestPagesThatAreNot(t *testing.T) {
	s := startServer(t, "demo", store.SQLite)
	for _, lang := range i18n.Langs {
		p := browser.New(t, widths[0], lang)
		for _, path := range []string{"/nowhere", "/p/nowhere", "/p/marrakech/consultation/proposals/P-9999-9", "/territory/99.999"} {
			address := s.URL + "/" + string(lang) + path
			answer, err := http.Get(address)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(answer.Body)
			answer.Body.Close()
			if err != nil || answer.StatusCode != http.StatusNotFound {
				t.Errorf("%s answers %d, %v", path, answer.StatusCode, err)
			}
			testkit.CheckHTML(t, path, body)
			checkPage(p, address)
		}
	}
}
