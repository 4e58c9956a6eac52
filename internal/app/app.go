// Package app wires the modules into one program: configuration, services,
// server, readers of the log. It is the only wiring.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/deliberation"
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/evaluation"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/trace"
	"github.com/khettara/khettara/internal/transparency"
	"github.com/khettara/khettara/internal/web"
)

// Config says where the program keeps its data and how it meets the outside.
// Each field has a flag and an environment variable of the same name:
// --addr and KHETTARA_ADDR.
type Config struct {
	DB           string `name:"db" help:"Database: sqlite:FILE or postgres://… (default: khettara.db in the data folder)." placeholder:"URL"`
	Data         string `name:"data" help:"Folder of keys and, by default, of the database (default: khettara-data, for the demonstration demo-data)." type:"path"`
	Installation string `name:"installation" help:"Name of this installation in the origin of its logs; fixed by the first start, which makes it local if none is given."`

	Addr         string   `name:"addr" help:"Address to serve on." default:"127.0.0.1:8080"`
	MetricsAddr  string   `name:"metrics-addr" help:"Address of the figures for operators; none by default."`
	TLSCert      string   `name:"tls-cert" help:"Certificate file, to speak TLS." type:"path"`
	TLSKey       string   `name:"tls-key" help:"Key file of the certificate." type:"path"`
	TrustedProxy []string `name:"trusted-proxy" help:"Network (CIDR) of a proxy that speaks TLS for us; may be repeated."`
	AllowHTTP    bool     `name:"allow-http" help:"Serve without TLS, on a room's own network: a banner says so."`

	demo     bool
	backedUp bool
	clock    func() time.Time // nil: the real one
}

// App is the wired program.
type App struct {
	Config     Config
	Log        *slog.Logger
	DB         *store.DB
	Accounts   *accounts.Service
	Programmes *programme.Service
	Territory  *territory.Pack
	Record     *transparency.Service

	Consultation   *consultation.Service
	Deliberation   *deliberation.Service
	Prioritisation *prioritisation.Service
	Roadmap        *roadmap.Service
	Delivery       *delivery.Service
	Evaluation     *evaluation.Service
	Trace          *trace.Service

	readers []store.Reader
}

// New opens and migrates the database and makes the services. Close it.
func New(ctx context.Context, cfg Config, log *slog.Logger) (*App, error) {
	cfg = cfg.withDatabase()
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, cfg.DB, store.Options{Clock: cfg.clock, Logger: log, Installation: cfg.Installation, Folder: cfg.Data, BackedUp: cfg.backedUp})
	if err != nil {
		return nil, err
	}
	made := &App{Config: cfg, Log: log, DB: db}
	if err = db.Migrate(ctx); err == nil {
		err = made.wire()
	}
	if err != nil {
		made.Close()
		return nil, err
	}
	return made, nil
}

func (a *App) wire() (err error) {
	if a.Territory, err = territory.Load(); err != nil {
		return err
	}
	keys, err := accounts.LoadKeyring(a.Config.Data)
	if err != nil {
		return err
	}
	a.Accounts = accounts.NewService(a.DB, keys, a.Territory.Within)
	a.Accounts.Demo = a.Config.demo
	if err := a.Accounts.CheckKey(context.Background()); err != nil {
		return err
	}
	a.Programmes = programme.NewService(a.DB)
	a.Record = transparency.New(a.DB, filepath.Join(a.Config.Data, "keys"))
	a.Consultation = consultation.NewService(a.DB, a.Programmes, a.Territory)
	a.Deliberation = deliberation.NewService(a.DB, a.Programmes, a.Territory)
	a.Prioritisation = prioritisation.NewService(a.DB, a.Consultation)
	a.Roadmap = roadmap.NewService(a.DB, a.Programmes, a.Consultation, a.Prioritisation, a.Territory)
	a.Delivery = delivery.NewService(a.DB, a.Roadmap)
	a.Evaluation = evaluation.NewService(a.DB, a.Territory)
	a.Trace = trace.NewService(a.DB, a.Consultation, a.Deliberation, a.Prioritisation)
	a.readers = []store.Reader{a.Record}
	return nil
}

// Close gives everything back.
func (a *App) Close() error {
	if a.DB == nil {
		return nil
	}
	return a.DB.Close()
}

// Server makes the HTTP server of the wired services.
func (a *App) Server() (*web.Server, error) {
	cfg := web.Config{Demo: a.Config.demo, Logger: a.Log, Secure: a.Config.TLSCert != "" || len(a.Config.TrustedProxy) > 0}
	for _, p := range a.Config.TrustedProxy {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			return nil, fmt.Errorf("--trusted-proxy: %w", err)
		}
		cfg.TrustedProxies = append(cfg.TrustedProxies, prefix)
	}
	return web.New(cfg, a.services()), nil
}

func (a *App) services() web.Services {
	return web.Services{DB: a.DB, Accounts: a.Accounts, Programmes: a.Programmes, Territory: a.Territory, Record: a.Record,
		Consultation: a.Consultation, Deliberation: a.Deliberation, Prioritisation: a.Prioritisation,
		Roadmap: a.Roadmap, Delivery: a.Delivery, Evaluation: a.Evaluation, Trace: a.Trace}
}

// sealEvery is how often grown logs are signed.
const sealEvery = 30 * time.Second

// auditEvery is how often every log is reckoned again from its rows. The first
// time is at the start, beside the serving: a log of a million changes takes a
// minute, and a room of people would wait for it. Until then no page shows a row
// that its leaf did not commit to.
const auditEvery = time.Hour

// drainTime is how long requests under way may still take when the program stops.
const drainTime = 15 * time.Second

// Serve answers requests and runs the readers until ctx ends, then drains.
// ready is told the address once it listens.
func (a *App) Serve(ctx context.Context, ready func(addr string)) error {
	if !a.Config.AllowHTTP && a.Config.TLSCert == "" && len(a.Config.TrustedProxy) == 0 {
		return errors.New("passwords and ballots must not travel in the clear: give --tls-cert and --tls-key, or --trusted-proxy, or on a room's own network --allow-http")
	}
	server, err := a.Server()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", a.Config.Addr)
	if err != nil {
		return err
	}
	background, stop := context.WithCancel(context.Background())
	defer stop()
	go a.DB.RunReaders(background, a.readers...)
	go a.Record.Run(background, sealEvery, func(err error) { a.Log.Error("sealing the record", "error", err) })
	go a.Record.FsckAll(background, auditEvery, func(err error) { a.Log.Error("auditing the record", "error", err) })
	go a.clockwork(background)
	if err := a.serveMetrics(background, server); err != nil {
		return err
	}
	httpServer := server.HTTPServer()
	failed := make(chan error, 1)
	go func() {
		if a.Config.TLSCert != "" {
			failed <- httpServer.ServeTLS(listener, a.Config.TLSCert, a.Config.TLSKey)
			return
		}
		failed <- httpServer.Serve(listener)
	}()
	ready(listener.Addr().String())
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	drain, cancel := context.WithTimeout(context.Background(), drainTime)
	defer cancel()
	return httpServer.Shutdown(drain)
}

func (a *App) serveMetrics(ctx context.Context, server *web.Server) error {
	if a.Config.MetricsAddr == "" {
		return nil
	}
	listener, err := net.Listen("tcp", a.Config.MetricsAddr)
	if err != nil {
		return err
	}
	metrics := &http.Server{Handler: server.Metrics(), ReadHeaderTimeout: 5 * time.Second}
	go metrics.Serve(listener)
	context.AfterFunc(ctx, func() { metrics.Close() })
	return nil
}

// url is the address as a person types it.
func (a *App) url(addr string) string {
	scheme := "http"
	if a.Config.TLSCert != "" {
		scheme = "https"
	}
	if host, port, err := net.SplitHostPort(addr); err == nil && (host == "::" || host == "0.0.0.0" || strings.HasPrefix(host, "[::]")) {
		addr = net.JoinHostPort("localhost", port)
	}
	return scheme + "://" + addr + "/"
}

// clockwork does what happens by itself at its time.
func (a *App) clockwork(ctx context.Context) {
	tick, sweep := time.NewTicker(time.Second), time.NewTicker(time.Hour)
	defer tick.Stop()
	defer sweep.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-sweep.C: // old sessions go
			if err := a.Accounts.Sweep(ctx); err != nil {
				a.Log.Warn("sweeping old sessions", "error", err)
			}
			continue
		case <-tick.C:
		}
		if err := a.Prioritisation.Tick(ctx); err != nil && !fault.Is(err, fault.Unavailable) && ctx.Err() == nil {
			a.Log.Error("clockwork", "error", err)
		}
	}
}
