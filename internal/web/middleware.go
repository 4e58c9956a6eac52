package web

import (
	"compress/gzip"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/web/page"
)

const contentPolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// strictTransport keeps a browser on TLS for half a year after its last visit: a
// link typed without https must not carry a session in the clear once.
const strictTransport = "max-age=15552000"

// handle is the one way of a request: what is known about it, its handler, and
// the error page if that returns an error.
func (s *Server) handle(lang i18n.Lang, route page.Route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		rec := &recorder{ResponseWriter: w}
		lang := lang
		if route.Raw {
			lang = langOf(r)
		}
		req := s.newRequest(r, lang)
		h := rec.Header()
		h.Set("Content-Security-Policy", contentPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		if s.cfg.Secure {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		h.Set("X-Request-Id", req.ID)
		h.Set("Cache-Control", "no-store")
		r = r.WithContext(page.With(r.Context(), req))
		r.Body = http.MaxBytesReader(rec, r.Body, maxBody)
		err := s.prepare(rec, r, req, route)
		if err == nil {
			err = route.Handler(rec, r)
		}
		if err != nil {
			if route.Raw {
				s.dress(rec, r, req)
			}
			s.showError(rec, r, req, err)
		}
		elapsed := time.Since(began)
		s.metrics.observe(route, rec.status, elapsed)
		s.cfg.Logger.Info("request", "id", req.ID, "method", r.Method, "route", route.Path, "status", rec.status, "ms", elapsed.Milliseconds())
	})
}

// langOf is the language of an address that names none: of the path, or of the browser.
func langOf(r *http.Request) i18n.Lang {
	if first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); first != "" {
		if l, ok := i18n.ParseLang(first); ok {
			return l
		}
	}
	for _, part := range strings.Split(r.Header.Get("Accept-Language"), ",") {
		code, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		code, _, _ = strings.Cut(code, "-")
		if l, ok := i18n.ParseLang(code); ok {
			return l
		}
	}
	return i18n.Ar
}

func (s *Server) newRequest(r *http.Request, lang i18n.Lang) *page.Request {
	var id [8]byte
	rand.Read(id[:])
	path := strings.TrimPrefix(r.URL.Path, "/"+string(lang))
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		// A form shown again after a post lives at the address that shows it.
		path = strings.TrimSuffix(path, "/")
	} else if r.URL.RawQuery != "" {
		path += "?" + r.URL.RawQuery
	}
	return &page.Request{
		ID: hex.EncodeToString(id[:]), Secure: s.cfg.Secure, Address: s.addressBlock(r),
		Base: page.Base{Lang: lang, Path: path, Now: s.svc.DB.Now(), Insecure: !s.cfg.Secure, Demo: s.cfg.Demo},
	}
}

// prepare finds the programme and, for a page, who asks and the page's frame. A
// raw route is a file for everyone: it has no session and no frame, so that an
// answer that others may keep never carries anybody's cookie.
func (s *Server) prepare(w http.ResponseWriter, r *http.Request, req *page.Request, route page.Route) error {
	if slug := r.PathValue("slug"); slug != "" {
		p, err := s.svc.Programmes.Programme(r.Context(), slug)
		if err != nil {
			return err
		}
		req.Base.Programme = &page.ProgrammeRef{ID: p.ID, Slug: p.Slug, Name: p.Name, Territory: p.Territory, Illustrative: p.Illustrative}
		req.Actor.Programme = p.ID
		if route.Raw {
			return nil
		}
		if err := s.frame(r.Context(), req, p); err != nil {
			return err
		}
	}
	if route.Raw {
		return nil
	}
	if err := s.identify(w, r, req); err != nil {
		return err
	}
	if r.Method == http.MethodGet {
		req.Base.Flash = page.TakeFlash(w, r, req.Base.Lang)
	}
	if !strings.Contains(route.Path, "/work") {
		return nil
	}
	if !req.Actor.SignedIn() {
		return fault.New(fault.Unauthenticated, "fault.sign_in")
	}
	if !req.Actor.Staff() && !req.Actor.Admin {
		return fault.New(fault.Forbidden, "fault.forbidden")
	}
	req.Base.Work = true
	req.Base.Side = s.side(req, req.Actor)
	return nil
}

// dress gives the error page of a raw route what every page has around it; where
// that fails too, the page does without.
func (s *Server) dress(w http.ResponseWriter, r *http.Request, req *page.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if ref := req.Base.Programme; ref != nil {
		if p, err := s.svc.Programmes.Programme(r.Context(), ref.Slug); err == nil {
			_ = s.frame(r.Context(), req, p)
		}
	}
	_ = s.identify(w, r, req)
}

// identify finds who asks by the cookies, and renews the session after a role changed.
func (s *Server) identify(w http.ResponseWriter, r *http.Request, req *page.Request) error {
	if c, err := r.Cookie(s.sessionCookie()); err == nil {
		req.Session = c.Value
	}
	if c, err := r.Cookie(page.DeviceCookie); err == nil && len(c.Value) <= 64 {
		req.Device = c.Value
	}
	actor, session, err := s.svc.Accounts.Identify(r.Context(), req.Actor.Programme, req.Session)
	if err != nil {
		return err
	}
	req.Actor = actor
	if session.Renew { // a role has changed: the old token ends here
		renewed, err := s.svc.Accounts.Renew(r.Context(), req.Session)
		if err != nil {
			return err
		}
		if renewed != "" {
			req.Session = renewed
			req.SetSession(w, renewed)
		}
	}
	if actor.SignedIn() {
		req.Base.SignedIn = &page.SignedIn{Name: actor.Name, Staff: actor.Staff() || actor.Admin}
	}
	return nil
}

func (s *Server) sessionCookie() string { return page.SessionCookie(s.cfg.Secure) }

// addressBlock is the client's network (/24 or /56), for throttling only: it is never logged.
func (s *Server) addressBlock(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return ""
	}
	if s.trusted(addr) {
		// A proxy may add a line of its own under one that the client sent: all lines are one list.
		forwarded := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(forwarded) - 1; i >= 0; i-- {
			a, err := netip.ParseAddr(strings.TrimSpace(forwarded[i]))
			if err != nil {
				break
			}
			addr = a
			if !s.trusted(a) {
				break
			}
		}
	}
	addr = addr.Unmap()
	bits := 56
	if addr.Is4() {
		bits = 24
	}
	block, _ := addr.Prefix(bits)
	return block.String()
}

func (s *Server) trusted(a netip.Addr) bool {
	for _, p := range s.cfg.TrustedProxies {
		if p.Contains(a.Unmap()) {
			return true
		}
	}
	return false
}

// showError logs an error and shows the one error page. Whoever is not signed in
// is led to the sign-in and back.
func (s *Server) showError(w *recorder, r *http.Request, req *page.Request, err error) {
	var f *fault.Error
	if !errors.As(err, &f) {
		switch {
		case store.IsUnavailable(err):
			f = fault.From(fault.Unavailable, err, "fault.unavailable")
		case errors.Is(err, context.Canceled):
			return // the client has left
		default:
			f = fault.From(fault.Internal, err, "fault.internal")
		}
	}
	switch f.Kind {
	case fault.Internal:
		s.cfg.Logger.Error("request failed", "id", req.ID, "error", err)
	case fault.Unavailable:
		s.cfg.Logger.Warn("unavailable", "id", req.ID, "error", err)
		w.Header().Set("Retry-After", "5")
	case fault.Unauthenticated:
		if r.Method == http.MethodGet {
			http.Redirect(w, r, s.signInAddress(req), http.StatusSeeOther)
			return
		}
	}
	if w.status != 0 {
		return // the page had begun
	}
	s.errorPage(w, r, req, f)
}

func (s *Server) recovered(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			p := recover()
			if p == nil {
				return
			}
			if p == http.ErrAbortHandler {
				panic(p)
			}
			s.cfg.Logger.Error("panic", "value", p, "stack", string(debug.Stack()))
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		}()
		next.ServeHTTP(w, r)
	})
}

// recorder remembers the status that was written.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }

var gzipPool = sync.Pool{New: func() any { z, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed); return z }}

// compressed gzips pages and data; static files carry their own compression.
func compressed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("Vary", "Accept-Encoding")
		if strings.HasPrefix(r.URL.Path, "/static/") || r.Method == http.MethodHead || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			next.ServeHTTP(w, r)
			return
		}
		z := &zipper{ResponseWriter: w}
		defer z.close()
		next.ServeHTTP(z, r)
	})
}

// zipper compresses text once its type is known.
type zipper struct {
	http.ResponseWriter
	z     *gzip.Writer
	began bool
}

func (z *zipper) WriteHeader(status int) {
	if !z.began {
		z.began = true
		kind := z.Header().Get("Content-Type")
		text := strings.HasPrefix(kind, "text/") || strings.HasPrefix(kind, "application/json") || strings.HasPrefix(kind, "image/svg")
		if text && z.Header().Get("Content-Encoding") == "" && status != http.StatusNoContent && status != http.StatusNotModified {
			z.Header().Set("Content-Encoding", "gzip")
			z.Header().Del("Content-Length")
			z.z = gzipPool.Get().(*gzip.Writer)
			z.z.Reset(z.ResponseWriter)
		}
	}
	z.ResponseWriter.WriteHeader(status)
}

func (z *zipper) Write(b []byte) (int, error) {
	if !z.began {
		if z.Header().Get("Content-Type") == "" {
			z.Header().Set("Content-Type", http.DetectContentType(b))
		}
		z.WriteHeader(http.StatusOK)
	}
	if z.z != nil {
		return z.z.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

func (z *zipper) Unwrap() http.ResponseWriter { return z.ResponseWriter }

func (z *zipper) close() {
	if z.z != nil {
		z.z.Close()
		gzipPool.Put(z.z)
	}
}
