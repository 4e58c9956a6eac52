package web

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/web/account"
	"github.com/khettara/khettara/internal/web/consultation"
	"github.com/khettara/khettara/internal/web/deliberation"
	"github.com/khettara/khettara/internal/web/delivery"
	"github.com/khettara/khettara/internal/web/evaluation"
	"github.com/khettara/khettara/internal/web/home"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/prioritisation"
	"github.com/khettara/khettara/internal/web/programme"
	"github.com/khettara/khettara/internal/web/record"
	"github.com/khettara/khettara/internal/web/roadmap"
	"github.com/khettara/khettara/internal/web/territory"
	"github.com/khettara/khettara/internal/web/trace"
)

// routes is the site's one list of addresses, stage by stage. Paths have no
// language in front: each is registered once a language.
func (s *Server) routes() []page.Route {
	v := s.svc
	return slices.Concat(
		(&home.Handlers{Programmes: v.Programmes, Territory: v.Territory, Consultation: v.Consultation, Deliberation: v.Deliberation,
			Prioritisation: v.Prioritisation, Roadmap: v.Roadmap, Delivery: v.Delivery, Evaluation: v.Evaluation}).Routes(),
		(&programme.Handlers{Programmes: v.Programmes, Territory: v.Territory}).Routes(),
		(&territory.Handlers{Territory: v.Territory, Programmes: v.Programmes}).Routes(),
		(&consultation.Handlers{Consultation: v.Consultation, Programmes: v.Programmes, Accounts: v.Accounts, Territory: v.Territory}).Routes(),
		(&deliberation.Handlers{Deliberation: v.Deliberation, Programmes: v.Programmes, Territory: v.Territory}).Routes(),
		(&prioritisation.Handlers{Prioritisation: v.Prioritisation, Consultation: v.Consultation, Programmes: v.Programmes,
			Territory: v.Territory, Guard: v.Accounts.Guard()}).Routes(),
		(&roadmap.Handlers{Roadmap: v.Roadmap, Delivery: v.Delivery, Prioritisation: v.Prioritisation, Programmes: v.Programmes, Accounts: v.Accounts, Territory: v.Territory}).Routes(),
		(&delivery.Handlers{Delivery: v.Delivery, Roadmap: v.Roadmap, Programmes: v.Programmes, Accounts: v.Accounts, Territory: v.Territory}).Routes(),
		(&evaluation.Handlers{Evaluation: v.Evaluation, Roadmap: v.Roadmap, Programmes: v.Programmes, Territory: v.Territory}).Routes(),
		(&trace.Handlers{Trace: v.Trace, Roadmap: v.Roadmap, Delivery: v.Delivery, Evaluation: v.Evaluation, Accounts: v.Accounts, Programmes: v.Programmes, Territory: v.Territory}).Routes(),
		(&record.Handlers{DB: v.DB, Accounts: v.Accounts, Programmes: v.Programmes, Territory: v.Territory, Record: v.Record}).Routes(),
		(&account.Handlers{Accounts: v.Accounts, Programmes: v.Programmes, Territory: v.Territory}).Routes(),
	)
}

// healthz says that the process lives.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// readyz says that the database answers and may be written to.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.svc.DB.Ping(r.Context()); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ready")
}

func (s *Server) notFound(http.ResponseWriter, *http.Request) error {
	return fault.New(fault.NotFound, "fault.not_found")
}

// crossOrigin refuses a post that another site's page sent.
func (s *Server) crossOrigin(http.ResponseWriter, *http.Request) error {
	return fault.New(fault.Forbidden, "fault.cross_origin")
}
