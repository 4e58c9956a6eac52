// Package account shows the pages of accounts: signing in, using a code, one's
// own account, and for staff the people, roles, invitations and organisations of
// a programme.
package account

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// Handlers serve the pages of accounts.
type Handlers struct {
	Accounts   *accounts.Service
	Programmes *programme.Service
	Territory  *territory.Pack
}

// Routes lists the addresses. One address shows a form and takes it, so that the
// page of a form shown again can be had in another language.
func (h *Handlers) Routes() []page.Route {
	const work = "/p/{slug}/work/account"
	return []page.Route{
		page.Get("/account/sign-in", h.signInPage),
		page.Post("/account/sign-in", h.signIn),
		page.Post("/account/sign-in-as", h.signInAs),
		page.Post("/account/sign-out", h.signOut),
		page.Get("/account/code", h.codePage),
		page.Post("/account/code", h.code),
		page.Get("/account", h.own),
		page.Get("/account/password", h.passwordPage),
		page.Post("/account/password", h.password),
		page.Get("/account/sessions", h.sessions),
		page.Post("/account/sessions", h.endSession),
		page.Get("/account/erase", h.erasePage),
		page.Post("/account/erase", h.erase),

		page.Get(work+"/people", h.people),
		page.Get(work+"/people/{number}", h.member),
		page.Post(work+"/people/{number}", h.changeMember),
		page.Get(work+"/participants", h.participants),
		page.Get(work+"/invitations", h.invitations),
		page.Post(work+"/invitations", h.revokeInvitation),
		page.Get(work+"/invite", h.invitePage),
		page.Post(work+"/invite", h.invite),
		page.Get(work+"/cards", h.cardsPage),
		page.Post(work+"/cards", h.cards),
		page.Get(work+"/organisations", h.organisations),
		page.Post(work+"/organisations", h.changeOrganisations),
		page.Get(work+"/rights", h.rights),
	}
}

func (h *Handlers) programme(r *http.Request) (*programme.Programme, error) {
	return h.Programmes.Programme(r.Context(), page.Of(r).Base.Programme.Slug)
}

// local keeps an address only if it leads to a page of this site.
func local(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t") {
		return ""
	}
	return next
}

// landing is where somebody goes who has just come in: where they wanted to, else
// the work of their programme, its pages, or their account.
func (h *Handlers) landing(ctx context.Context, b page.Base, token, next string) (string, error) {
	if next = local(next); next != "" {
		return next, nil
	}
	actor, err := h.Accounts.AdminActor(ctx, token)
	if err != nil {
		return "", err
	}
	_, grants, err := h.Accounts.Own(ctx, actor)
	if err != nil {
		return "", err
	}
	if len(grants) == 0 {
		return b.Href("/account"), nil
	}
	first := grants[0]
	if i := slices.IndexFunc(grants, func(g accounts.OwnGrant) bool { return g.Role != accounts.Participant }); i >= 0 {
		first = grants[i]
	}
	p, err := h.Programmes.ByID(ctx, first.Programme)
	if err != nil {
		return "", err
	}
	if first.Role == accounts.Participant {
		return b.Href("/p/" + p.Slug), nil
	}
	return b.Href("/p/" + p.Slug + "/work"), nil
}

// codeAddress is where codes are entered, as a person types it.
func codeAddress(r *http.Request) string {
	req := page.Of(r)
	scheme := "http"
	if req.Secure {
		scheme = "https"
	}
	return scheme + "://" + r.Host + req.Base.Href("/account/code")
}

// number reads the number in an address; 0, which nothing has, when it is none.
func number(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// maxPage is more pages than any list has; its rows can still be counted.
const maxPage = 1_000_000

// pageNumber reads ?page=N, from 1.
func pageNumber(r *http.Request) int {
	n, err := strconv.Atoi(r.URL.Query().Get("page"))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, maxPage)
}

// device says in a few words which browser asks, so that people recognise their
// sessions. Nothing finer is kept.
func device(userAgent string) string {
	first := func(names [][2]string) string {
		for _, n := range names {
			if strings.Contains(userAgent, n[0]) {
				return n[1]
			}
		}
		return ""
	}
	browser := first([][2]string{{"Edg", "Edge"}, {"OPR", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox", "Firefox"},
		{"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}})
	system := first([][2]string{{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"Linux", "Linux"}})
	return strings.Trim(browser+" · "+system, " ·")
}
