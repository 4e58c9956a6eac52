// Package consultation shows the stage in which people are heard: its meetings,
// what was said there, the proposals and their answers, and the work behind them.
package consultation

import (
	"net/http"
	"slices"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// Handlers serve the pages of the stage.
type Handlers struct {
	Consultation *consultation.Service
	Programmes   *programme.Service
	Accounts     *accounts.Service
	Territory    *territory.Pack
}

// Routes lists the addresses of the stage: those of everyone, and the work area's.
func (h *Handlers) Routes() []page.Route {
	return slices.Concat(h.publicRoutes(), h.workRoutes())
}

// programme is the programme in the request's address.
func (h *Handlers) programme(r *http.Request) (*programme.Programme, error) {
	return h.Programmes.Programme(r.Context(), page.Of(r).Base.Programme.Slug)
}
