package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/khettara/khettara/internal/web/page"
)

// metrics are figures for an operator: requests by route and status, and the
// process. No figure of an open vote is among them.
type metrics struct {
	requests *prometheus.HistogramVec
	page     http.Handler
}

func newMetrics() *metrics {
	registry := prometheus.NewRegistry()
	m := &metrics{requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "khettara_request_seconds", Help: "Time to answer, by route and status.", Buckets: []float64{.005, .01, .025, .05, .1, .25, 1, 5},
	}, []string{"method", "route", "status"})}
	registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.page = promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return m
}

func (m *metrics) observe(route page.Route, status int, elapsed time.Duration) {
	m.requests.WithLabelValues(route.Method, route.Path, strconv.Itoa(status)).Observe(elapsed.Seconds())
}
