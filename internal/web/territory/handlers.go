// Package territory shows the census by place: the page of a prefecture with its
// map, the page of each unit inside it, and the search for a commune or for the
// number of anything that was said, proposed or decided.
package territory

import (
	"net/http"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// Handlers serve the pages of the stage and the search.
type Handlers struct {
	Territory  *territory.Pack
	Programmes *programme.Service
}

// Routes lists the addresses. The census stands outside every programme, too.
func (h *Handlers) Routes() []page.Route {
	return []page.Route{
		page.Get("/territory/{code}", h.unit),
		page.Get("/territory/{code}/indicators.csv", h.csv),
		page.Get("/p/{slug}/territory", h.stage),
		page.Get("/p/{slug}/territory/units/{code}", h.unit),
		page.Get("/search", h.search),
		page.Get("/p/{slug}/search", h.search),
	}
}

// stage is the first stage of a programme: its prefecture or province.
func (h *Handlers) stage(w http.ResponseWriter, r *http.Request) error {
	u, ok := h.Territory.Unit(page.Of(r).Base.Programme.Territory)
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return h.show(w, r, u)
}

func (h *Handlers) unit(w http.ResponseWriter, r *http.Request) error {
	u, ok := h.Territory.Unit(r.PathValue("code"))
	if p := page.Of(r).Base.Programme; p != nil {
		ok = ok && h.Territory.Within(u.Code, p.Territory)
	}
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	return h.show(w, r, u)
}

// show is the page of a unit: with the choice of maps for a prefecture, with its
// place among its neighbours for anything else.
func (h *Handlers) show(w http.ResponseWriter, r *http.Request, u territory.Unit) error {
	req := page.Of(r)
	a := atlas{Base: req.Base.Here("territory"), Pack: h.Territory}
	a.Title = a.title(u)
	a.Base = a.With(a.crumbs(u)...)
	if u.Kind == territory.Prefecture || u.Kind == territory.Province {
		q := r.URL.Query()
		return page.Render(w, r, http.StatusOK, prefectureView(newPrefecture(a, u, q.Get("indicator"), q.Get("view"))))
	}
	return page.Render(w, r, http.StatusOK, unitView(newUnit(a, u)))
}
