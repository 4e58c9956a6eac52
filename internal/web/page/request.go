package page

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
)

// Handler serves one address in one language. An error it returns is shown by
// the one error page; a handler that shows a form again returns nil.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one line of the site's route list. Path has no language prefix:
// the server registers it once a language. Raw routes are registered as they
// stand, for addresses without a language (/r/…, /p/…/log/…).
type Route struct {
	Method, Path string
	Handler      Handler
	Raw          bool
}

// Get and Post make routes.
func Get(path string, h Handler) Route { return Route{Method: http.MethodGet, Path: path, Handler: h} }

// Post makes a route that changes something.
func Post(path string, h Handler) Route {
	return Route{Method: http.MethodPost, Path: path, Handler: h}
}

// Raw makes a route without a language.
func Raw(method, path string, h Handler) Route {
	return Route{Method: method, Path: path, Handler: h, Raw: true}
}

// Request is what the server knows about a request before its handler runs.
type Request struct {
	Base    Base
	ID      string         // for logs and for the error page
	Actor   accounts.Actor // for the programme in the address, or the installation
	Session string         // the session's token; "" for a visitor
	Device  string         // random id of an unconfirmed visitor's device; "" until SetDevice
	Address string         // the client's address block: /24 or /56, for throttling only
	Secure  bool           // cookies may be Secure

	refused *fault.Error // why a form was not taken; its page says so
}

// refuse makes the page of this request say why a form was not taken, and that
// what was typed is still there.
func (q *Request) refuse(f *fault.Error, typed bool) {
	q.refused = f
	text := Message(q.Base.Lang, f)
	switch {
	case typed && f.Kind == fault.Conflict:
		text += " " + q.Base.T("error.kept_conflict")
	case typed:
		text += " " + q.Base.T("error.kept")
	}
	q.Base.Flash = &Flash{Kind: Attention, Text: text}
}

type requestKey struct{}

// With stores what the server knows in the request's context.
func With(ctx context.Context, req *Request) context.Context {
	return context.WithValue(ctx, requestKey{}, req)
}

// Of is what the server knows about the request.
func Of(r *http.Request) *Request {
	req, _ := r.Context().Value(requestKey{}).(*Request)
	if req == nil {
		return &Request{Base: Base{Lang: i18n.Ar, Now: time.Now()}}
	}
	return req
}

// Page is the frame for a page of this request, with its title.
func (q *Request) Page(titleKey string, args ...any) Base {
	return q.Titled(i18n.T(q.Base.Lang, titleKey, args...))
}

// Titled is the frame for a page whose title is a text of its own.
func (q *Request) Titled(title string) Base {
	b := q.Base
	b.Title = title
	return b
}

// Here marks the stage that the page belongs to on the gallery line.
func (b Base) Here(stage string) Base {
	line := make([]LineStage, len(b.Line))
	for i, s := range b.Line {
		s.Here = s.Stage == stage
		line[i] = s
	}
	b.Line = line
	return b
}

// With adds crumbs; the last has no address.
func (b Base) With(crumbs ...Crumb) Base {
	b.Crumbs = crumbs
	return b
}

// T is a sentence of the catalogue in the page's language.
func (b Base) T(key string, args ...any) string { return i18n.T(b.Lang, key, args...) }

// Render writes a page: rendered whole into memory first, so that a fault in
// the middle never leaves half a page. The page of a form that came too late
// has the status of that fault, whatever its handler says.
func Render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	var buf bytes.Buffer
	if err := c.Render(r.Context(), &buf); err != nil {
		return err
	}
	if f := Of(r).refused; f != nil {
		status = f.Kind.Status()
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, err := buf.WriteTo(w)
	return ignoreGone(err)
}

// ignoreGone forgets write errors: the client has left, and nobody can be told.
func ignoreGone(error) error { return nil }

// Kinds of flash notices.
const (
	Done      = "done"
	Attention = "attention"
	Neutral   = "neutral"
)

const flashCookie = "khettara-flash"

type flashNote struct {
	Kind string `json:"k"`
	Key  string `json:"s"`
	Args []any  `json:"a,omitempty"`
}

// Redirect answers a command with 303 to an address of the site (language
// included) and leaves a notice for the next page; an empty key leaves none, but
// passes on one that came with the request. args are strings and whole numbers; none may be secret or personal.
func Redirect(w http.ResponseWriter, r *http.Request, to, kind, key string, args ...any) error {
	switch c, err := r.Cookie(flashCookie); {
	case key != "":
		b, err := json.Marshal(flashNote{kind, key, args})
		if err != nil {
			return err
		}
		setFlash(w, r, base64.RawURLEncoding.EncodeToString(b))
	case err == nil && Of(r).Base.Flash != nil: // no page was shown: the notice is still to be read
		setFlash(w, r, c.Value)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func setFlash(w http.ResponseWriter, r *http.Request, value string) {
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: value, Path: "/", MaxAge: 60, HttpOnly: true, Secure: Of(r).Secure, SameSite: http.SameSiteLaxMode})
}

// TakeFlash reads the notice that the last command left, and removes it. A
// cookie that names no sentence of ours is dropped in silence.
func TakeFlash(w http.ResponseWriter, r *http.Request, lang i18n.Lang) *Flash {
	c, err := r.Cookie(flashCookie)
	if err != nil {
		return nil
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1})
	b, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return nil
	}
	var n flashNote
	if json.Unmarshal(b, &n) != nil || !i18n.Has(lang, n.Key) || !strings.Contains(n.Key, ".flash.") {
		return nil
	}
	for i, a := range n.Args {
		if f, ok := a.(float64); ok {
			n.Args[i] = int64(f)
		}
	}
	return &Flash{Kind: n.Kind, Text: i18n.T(lang, n.Key, n.Args...)}
}

// Message is the sentence of a fault in a language.
func Message(l i18n.Lang, e *fault.Error) string {
	key := e.Key
	if key == "" {
		key = "fault.internal"
	}
	return i18n.T(l, key, e.Args...)
}

// SessionCookie is the name of the session's cookie: with TLS it carries the
// __Host- prefix, which pins it to this host and path.
func SessionCookie(secure bool) string {
	if secure {
		return "__Host-khettara"
	}
	return "khettara"
}

// SetSession gives the client its session's token; an empty token takes it away.
func (q *Request) SetSession(w http.ResponseWriter, token string) {
	c := &http.Cookie{Name: SessionCookie(q.Secure), Value: token, Path: "/", HttpOnly: true, Secure: q.Secure, SameSite: http.SameSiteLaxMode}
	if token == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// DeviceCookie holds the random id of an unconfirmed visitor's device.
const DeviceCookie = "khettara-device"

// SetDevice gives the client's device a random id if it has none, so that an
// unconfirmed visitor can vote on statements and change a vote later. It names
// nobody and is sent to nobody else.
func (q *Request) SetDevice(w http.ResponseWriter) {
	if q.Device != "" {
		return
	}
	q.Device = rand.Text()
	const year = 365 * 24 * 60 * 60
	http.SetCookie(w, &http.Cookie{Name: DeviceCookie, Value: q.Device, Path: "/", MaxAge: year, HttpOnly: true, Secure: q.Secure, SameSite: http.SameSiteLaxMode})
}
