package ui

import (
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/static"
)

// aboutLinks are the footer's links to the sections of the one page that says
// how the site works; the anchor is also the catalogue key's last word.
var aboutLinks = []string{"data", "information", "review", "accessibility", "privacy", "contact"}

// documentTitle is the page's own title, then the site's name.
func documentTitle(b page.Base) string {
	name := i18n.T(b.Lang, "common.khettara")
	if b.Title == "" {
		return name
	}
	return b.Title + " · " + name
}

// bodyClass tells the style sheet which of the shells it is in.
func bodyClass(b page.Base) string {
	if b.Work {
		return "shell-work"
	}
	return "shell-public"
}

// otherLang is the one other language that the narrow header offers.
func otherLang(l i18n.Lang) i18n.Lang {
	if l == i18n.Ar {
		return i18n.Fr
	}
	return i18n.Ar
}

// programmeLine is «برنامج التنمية الترابية المندمجة · عمالة مراكش».
func programmeLine(b page.Base) string {
	s := i18n.T(b.Lang, "common.program")
	if b.Programme != nil {
		name, _ := b.Programme.Name.In(b.Lang)
		s += " · " + name
	}
	return s
}

// illustrative tells whether the page must say that all but the census is invented.
func illustrative(b page.Base) bool {
	return b.Demo || b.Programme != nil && b.Programme.Illustrative
}

func stylesheet() string { return static.Path(static.Stylesheet) }

// textFont is the one font loaded ahead: the first words of an Arabic page need it.
func textFont() string { return static.Path("fonts/plex-arabic-400.woff2") }

func script(name string) string { return static.Path(name) }
