// Package web serves the pages: one route list, one way for every request, one
// error page. Rules and SQL live in the modules it calls.
package web

import (
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/trace"
	"github.com/khettara/khettara/internal/transparency"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/static"
)

// Config is how the server meets the outside.
type Config struct {
	// TrustedProxies speak TLS for us and may name the client in X-Forwarded-For.
	TrustedProxies []netip.Prefix
	// Secure says that clients speak TLS, here or to a trusted proxy: cookies are Secure.
	Secure bool
	// Demo allows signing in as any role with one click and marks every page.
	Demo bool
	// Logger receives the request log: id, route, status, duration; no address, no person.
	Logger *slog.Logger
}

// Services are the modules whose pages the server shows.
type Services struct {
	DB             *store.DB
	Accounts       *accounts.Service
	Programmes     *programme.Service
	Territory      *territory.Pack
	Record         *transparency.Service
	Consultation   *consultation.Service
	Deliberation   *deliberation.Service
	Prioritisation *prioritisation.Service
	Roadmap        *roadmap.Service
	Delivery       *delivery.Service
	Evaluation     *evaluation.Service
	Trace          *trace.Service
}

// Server answers HTTP requests.
type Server struct {
	cfg     Config
	svc     Services
	metrics *metrics
	handler http.Handler
}

// maxBody limits what a client may send: forms.
const maxBody = 1 << 20

// New builds the server and its route list.
func New(cfg Config, svc Services) *Server {
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	s := &Server{cfg: cfg, svc: svc, metrics: newMetrics()}
	mux := http.NewServeMux()
	for _, r := range s.routes() {
		if r.Raw {
			mux.Handle(r.Method+" "+r.Path, s.handle(i18n.Ar, r))
			continue
		}
		for _, l := range i18n.Langs {
			mux.Handle(r.Method+" /"+string(l)+r.Path, s.handle(l, r))
		}
	}
	mux.Handle("GET /static/", static.Handler())
	mux.HandleFunc("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, static.Path("img/icon.svg"), http.StatusMovedPermanently)
	})
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ar/", http.StatusSeeOther) })
	mux.Handle("/", s.handle(i18n.Ar, page.Route{Method: "GET", Path: "/", Handler: s.notFound, Raw: true}))
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(s.handle(i18n.Ar, page.Route{Method: "POST", Path: "/", Handler: s.crossOrigin, Raw: true}))
	s.handler = s.recovered(compressed(guard.Handler(mux)))
	return s
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// HTTPServer wraps the server with the timeouts that keep slow clients from holding it.
func (s *Server) HTTPServer() *http.Server {
	return &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 60 * time.Second, WriteTimeout: 60 * time.Second,
		IdleTimeout: 120 * time.Second, MaxHeaderBytes: 64 << 10, ErrorLog: slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelWarn)}
}

// Metrics serves the figures for an operator, on an address of its own.
func (s *Server) Metrics() http.Handler { return s.metrics.page }
