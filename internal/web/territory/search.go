package territory

import (
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// search is the page that answers where one word or number does not lead to one page.
type search struct {
	atlas
	Query      string
	Number     string                 // a tracking number that several programmes may have given
	Programmes []*programme.Programme // to choose from
	Found      []territory.Unit
}

// homes are the pages of what has a number of its own; anything else opens on its trace.
var homes = map[programme.Kind]string{
	programme.Meeting:   "/consultation/meetings/",
	programme.Proposal:  "/consultation/proposals/",
	programme.Statement: "/deliberation/statements/",
	programme.Vote:      "/prioritisation/votes/",
	programme.Project:   "/roadmap/projects/",
	programme.Indicator: "/evaluation/indicators/",
}

// home is the page of a numbered thing, inside its programme.
func home(kind programme.Kind, number string) string {
	if path, ok := homes[kind]; ok {
		return path + number
	}
	return "/trace/" + number
}

// search opens what was typed: a tracking number, or a place by its name or code.
func (h *Handlers) search(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	query := strings.TrimSpace(page.Clean(r.URL.Query().Get("q")))
	d := search{atlas: atlas{Base: req.Page("territory.search.title"), Pack: h.Territory}, Query: query}
	if kind, number, ok := programme.ParseNumber(query); ok {
		return h.openNumber(w, r, d, kind, number)
	}
	for _, u := range h.Territory.Find(query) {
		if p := req.Base.Programme; p == nil || h.Territory.Within(u.Code, p.Territory) {
			d.Found = append(d.Found, u)
		}
	}
	if len(d.Found) == 1 {
		return page.Redirect(w, r, d.href(d.Found[0]), "", "")
	}
	return page.Render(w, r, http.StatusOK, searchView(d))
}

// openNumber leads to a number's page. Outside a programme the number alone does
// not say whose it is, unless there is only one.
func (h *Handlers) openNumber(w http.ResponseWriter, r *http.Request, d search, kind programme.Kind, number string) error {
	if d.Programme != nil {
		return page.Redirect(w, r, d.P(home(kind, number)), "", "")
	}
	list, err := h.Programmes.Programmes(r.Context())
	if err != nil {
		return err
	}
	if len(list) == 1 {
		return page.Redirect(w, r, d.Href("/p/"+list[0].Slug+home(kind, number)), "", "")
	}
	d.Number, d.Programmes = number, list
	return page.Render(w, r, http.StatusOK, searchView(d))
}

// likeNumber tells that somebody meant a tracking number, though its check digit does not fit.
var likeNumber = regexp.MustCompile(`^(?i:[a-z]{1,2})[-\s]?[0-9٠-٩][0-9٠-٩\-\s]*$`)

// nothing says that nothing was found, and why a number may not have been.
func (d search) nothing() templ.Component {
	if likeNumber.MatchString(d.Query) {
		return ui.M(d.Lang, "territory.search.bad_number", "query", d.Query)
	}
	return ui.M(d.Lang, "territory.search.nothing", "query", d.Query)
}

// census is where a reader can look for a place without typing.
func (d search) census() string {
	if d.Programme != nil {
		return d.P("/territory#units")
	}
	code := territory.Morocco
	if i := slices.IndexFunc(d.Pack.Units(), func(u territory.Unit) bool { return u.Kind == territory.Prefecture }); i >= 0 {
		code = d.Pack.Units()[i].Code
	}
	return d.Href("/territory/" + code + "#units")
}

// below names what a found unit lies in.
func (d search) below(u territory.Unit) templ.Component {
	above, ok := d.Pack.Unit(u.Parent)
	if !ok {
		return ui.Code(u.Code)
	}
	return ui.Join(" · ", ui.Str(d.title(above)), ui.Code(u.Code))
}
