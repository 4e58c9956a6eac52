package ui

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/testkit/browser"
	"github.com/khettara/khettara/internal/web/static"
)

// TestSpecimensInABrowser looks at every component as a phone and a desk show
// it, under the site's content policy: nothing refused, nothing from elsewhere,
// no sideways scroll, no broken rule of accessibility, everything by keyboard.
func TestSpecimensInABrowser(t *testing.T) {
	if testing.Short() {
		t.Skip("a browser is not short")
	}
	pages := map[string]func(l i18n.Lang) []byte{}
	for _, s := range specimens {
		pages[s.name] = func(l i18n.Lang) []byte { return rendered(t, s.body(l)) }
	}
	mux := http.NewServeMux()
	mux.Handle("/static/", static.Handler())
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		name, lang, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "-")
		body, ok := pages[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		w.Write(body(i18n.Lang(lang)))
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	for _, s := range specimens {
		for _, l := range []i18n.Lang{i18n.Ar, i18n.Fr} {
			t.Run(s.name+"-"+string(l), func(t *testing.T) {
				p := browser.Open(t, server.URL+"/"+s.name+"-"+string(l), 360, l)
				p.Check()
				if l != i18n.Ar {
					return // direction is what differs, and the phone shows that
				}
				p.Resize(1280)
				p.Check()
				p.CheckKeyboard()
			})
		}
	}
}
