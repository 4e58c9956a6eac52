package browser

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// Request is one thing the page fetched.
type Request struct {
	URL    string
	Kind   string // Document, Stylesheet, Script, Font, Image, ...
	Status int    // 0 while there is no answer
	Bytes  int    // over the wire, compressed, headers included
}

// watch notes what a tab fetches and complains about, in the browser's order.
// The browser's events arrive on another goroutine.
type watch struct {
	mu       sync.Mutex
	errors   []string
	order    []network.RequestID
	requests map[network.RequestID]*Request
}

func newWatch(ctx context.Context) (*watch, error) {
	w := &watch{requests: map[network.RequestID]*Request{}}
	return w, chromedp.Listen(ctx, w.note)
}

func (w *watch) note(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			w.errors = append(w.errors, "console."+string(e.Type)+": "+consoleText(e.Args))
		}
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		w.errors = append(w.errors, "exception: "+text)
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError && !w.isDocument(e.Entry) {
			w.errors = append(w.errors, string(e.Entry.Source)+": "+e.Entry.Text+" "+e.Entry.URL)
		}
	case *network.EventRequestWillBeSent:
		if w.requests[e.RequestID] == nil {
			w.order = append(w.order, e.RequestID)
		}
		// A redirect keeps the id: what counts is where it ended.
		w.requests[e.RequestID] = &Request{URL: e.Request.URL, Kind: string(e.Type)}
	case *network.EventResponseReceived:
		if r := w.requests[e.RequestID]; r != nil {
			r.Status = int(e.Response.Status)
		}
	case *network.EventLoadingFinished:
		if r := w.requests[e.RequestID]; r != nil {
			r.Bytes = int(e.EncodedDataLength)
		}
	}
}

// isDocument tells whether a log entry only reports the status of the page
// itself, which Chromium logs as an error from 400 on. A page that says "not
// found" is meant to have that status; Page.Status tells it.
func (w *watch) isDocument(e *log.Entry) bool {
	if e.Source != log.EntrySourceNetwork {
		return false
	}
	r := w.requests[e.NetworkRequestID]
	return r != nil && r.Kind == string(network.ResourceTypeDocument)
}

func (w *watch) status() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range slices.Backward(w.order) {
		if r := w.requests[id]; r.Kind == string(network.ResourceTypeDocument) {
			return r.Status
		}
	}
	return 0
}

// ConsoleErrors takes what the tab complained about since the last call: errors
// on the console, exceptions nothing caught, what the content security policy
// refused, and files that could not be loaded.
func (p *Page) ConsoleErrors() []string {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	errors := p.watch.errors
	p.watch.errors = nil
	return errors
}

// Requests lists what the tab has fetched since it was opened.
func (p *Page) Requests() []Request {
	p.watch.mu.Lock()
	defer p.watch.mu.Unlock()
	list := make([]Request, 0, len(p.watch.order))
	for _, id := range p.watch.order {
		list = append(list, *p.watch.requests[id])
	}
	return list
}

// foreignRequests lists the addresses fetched from another host than the
// document's.
func (p *Page) foreignRequests() []string {
	p.t.Helper()
	own, err := url.Parse(p.URL())
	if err != nil {
		p.t.Fatal(err)
	}
	var foreign []string
	for _, r := range p.Requests() {
		u, err := url.Parse(r.URL)
		if err != nil || strings.HasPrefix(u.Scheme, "http") && u.Host != own.Host {
			foreign = append(foreign, r.URL)
		}
	}
	return foreign
}

func consoleText(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		var text string
		switch {
		case json.Unmarshal(a.Value, &text) == nil:
			words = append(words, text)
		case a.Description != "":
			words = append(words, a.Description)
		default:
			words = append(words, string(a.Value))
		}
	}
	return strings.Join(words, " ")
}
