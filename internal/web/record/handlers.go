// Package record shows the public log: every change of a programme as a line,
// each line with what may be read of it and the proof that it stands unchanged,
// and the files by which others check the log without asking anybody.
package record

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/transparency"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// Handlers serve the pages and files of the log. Under /p/{slug} they speak of
// the programme's log, elsewhere of the installation's.
type Handlers struct {
	DB         *store.DB
	Accounts   *accounts.Service
	Programmes *programme.Service
	Territory  *territory.Pack
	Record     *transparency.Service
}

// Routes lists the addresses of the log.
func (h *Handlers) Routes() []page.Route {
	routes := []page.Route{
		page.Get("/p/{slug}/work/record", h.workList),
		page.Get("/p/{slug}/work/record/{n}", h.workLeaf),
	}
	for _, at := range []string{"", "/p/{slug}"} {
		routes = append(routes,
			page.Get(at+"/record", h.list),
			page.Get(at+"/record/{n}", h.leaf),
			page.Raw(http.MethodGet, at+"/log/checkpoint", h.checkpoint),
			page.Raw(http.MethodGet, at+"/log/key", h.key),
			page.Raw(http.MethodGet, at+"/log/tile/{path...}", h.tile),
			page.Raw(http.MethodGet, at+"/log/entries/{path...}", h.entries),
			page.Raw(http.MethodGet, at+"/log/openings/{n}", h.opening),
			page.Raw(http.MethodGet, at+"/log/proofs/{n}", h.proof),
		)
	}
	return routes
}

// A page of the log ends at so many lines that its reader may read, or at so many
// lines in all: votes alone may be thousands of lines that say nothing to others.
const (
	pageReadable = 50
	pageLines    = 1000
)

// log is the log that an address speaks of.
type log struct {
	store.LogHead
	files  string               // address of its files, without a language
	name   string               // for the names of downloaded files
	frame  *programme.Programme // nil for the installation's
	sealed transparency.Sealed  // zero until the first checkpoint
}

// open finds the log of a request with its newest checkpoint.
func (h *Handlers) open(r *http.Request) (l log, err error) {
	req := page.Of(r)
	l = log{files: "/log", name: logName(r)}
	id := store.Installation
	if p := req.Base.Programme; p != nil {
		if l.frame, err = h.Programmes.Programme(r.Context(), p.Slug); err != nil {
			return l, err
		}
		id, l.files = p.ID, "/p/"+p.Slug+"/log"
	}
	if l.LogHead, err = h.DB.Head(r.Context(), id); err != nil {
		return l, err
	}
	l.sealed, err = h.Record.Checkpoint(r.Context(), id)
	if fault.Is(err, fault.NotFound) { // not sealed yet
		err = nil
	}
	return l, err
}

func (h *Handlers) list(w http.ResponseWriter, r *http.Request) error {
	d, err := h.listData(r, everyone)
	if err != nil || d.goTo != "" {
		return redirected(w, r, d.goTo, err)
	}
	key, err := h.Record.Key(r.Context(), d.log.ID)
	if err != nil {
		return err
	}
	d.Key = key
	return page.Render(w, r, http.StatusOK, listView(d))
}

func (h *Handlers) workList(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	if err := requireInternal(req.Actor); err != nil {
		return err
	}
	d, err := h.listData(r, staffOf(req.Actor))
	if err != nil || d.goTo != "" {
		return redirected(w, r, d.goTo, err)
	}
	return page.Render(w, r, http.StatusOK, workListView(d))
}

// redirected answers with an error, or leads to the one line that was asked for.
func redirected(w http.ResponseWriter, r *http.Request, to string, err error) error {
	if err != nil {
		return err
	}
	return page.Redirect(w, r, to, page.Done, "")
}

// requireInternal lets whoever reads internal things somewhere see the list; what
// each may read in it is judged line by line.
func requireInternal(actor accounts.Actor) error {
	if actor.Somewhere(accounts.InternalRead) {
		return nil
	}
	return actor.Require(accounts.InternalRead, "", "")
}

func (h *Handlers) listData(r *http.Request, sees sight) (d listData, err error) {
	req := page.Of(r)
	if d.log, err = h.open(r); err != nil {
		return d, err
	}
	d.Base, d.Query = req.Page("record.title"), page.Clean(r.URL.Query().Get("q"))
	v := h.viewer(req, d.log, sees)
	if d.Query != "" {
		return d, h.find(r, &d, v)
	}
	before, err := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64)
	if err != nil || before <= 0 || before > d.Size {
		before = d.Size
	}
	return d, h.readPage(r.Context(), &d, v, before)
}

// readPage reads the lines before a line, the newest first.
func (h *Handlers) readPage(ctx context.Context, d *listData, v viewer, before int64) error {
	d.Before, d.Next = before, before
	for readable := 0; readable < pageReadable && len(d.Entries) < pageLines && d.Next > 0; {
		found, err := h.DB.RecentChanges(ctx, d.log.ID, d.Next, pageLines/4)
		if err != nil || len(found) == 0 {
			return err
		}
		for _, c := range found {
			e := v.entry(c)
			d.Entries, d.Next = append(d.Entries, e), c.N
			if e.Readable {
				readable++
			}
			if readable == pageReadable {
				break
			}
		}
	}
	return nil
}

// find answers the search field: a line's number leads to the line, a tracking
// number lists what may be seen of the thing.
func (h *Handlers) find(r *http.Request, d *listData, v viewer) error {
	if n, err := i18n.ParseInt(d.Query); err == nil && n >= 0 && n < d.Size {
		d.goTo = d.P(v.base + "/" + strconv.FormatInt(n, 10))
		return nil
	}
	kind, number, ok := programme.ParseNumber(d.Query)
	if !ok {
		return nil
	}
	found, err := h.DB.ChangesOf(r.Context(), d.log.ID, programme.Subject(kind, number))
	for _, c := range found {
		// A closed change keeps its subject to itself: not even that it exists is told by number.
		if e := v.entry(c); e.Readable {
			d.Entries = append(d.Entries, e)
		}
	}
	return err
}

func (h *Handlers) leaf(w http.ResponseWriter, r *http.Request) error {
	d, err := h.leafData(r, everyone)
	if err != nil {
		return err
	}
	if d.Sealed {
		if d.Key, err = h.Record.Key(r.Context(), d.log.ID); err != nil {
			return err
		}
	}
	return page.Render(w, r, http.StatusOK, leafView(d))
}

func (h *Handlers) workLeaf(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	if err := requireInternal(req.Actor); err != nil {
		return err
	}
	d, err := h.leafData(r, staffOf(req.Actor))
	if err != nil {
		return err
	}
	return page.Render(w, r, http.StatusOK, leafView(d))
}

func (h *Handlers) leafData(r *http.Request, sees sight) (d leafData, err error) {
	req := page.Of(r)
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil || n < 0 {
		return d, fault.New(fault.NotFound, "record.error.no_leaf")
	}
	if d.log, err = h.open(r); err != nil {
		return d, err
	}
	if n >= d.Size {
		return d, fault.New(fault.NotFound, "record.error.no_leaf")
	}
	c, err := h.DB.Change(r.Context(), d.log.ID, n)
	if err != nil {
		return d, err
	}
	v := h.viewer(req, d.log, sees)
	d.Entry, d.Leaf, d.Sealed = v.entry(c), c.Leaf, n < d.log.sealed.Size
	if d.Entry.Readable {
		d.Fields, d.Opening = v.fields(c), string(c.Public.Body)
	}
	title := i18n.T(req.Base.Lang, "record.leaf.title", "leaf", n)
	d.Base = req.Titled(title)
	d.Crumbs = []page.Crumb{{Label: d.T("record.title"), Href: d.P(v.base)}, {Label: title}}
	return d, nil
}

// listData is a page of the log, or what was found in it.
type listData struct {
	page.Base
	log
	Query   string
	Before  int64 // the page begins with the line before it
	Next    int64 // and the next page with the line before this one; 0: there is none
	Entries []entry
	Key     transparency.Key
	goTo    string // the line that was asked for by its number
}

// pages says where the reader stands; addresses keep the list they are of.
func (d listData) pages() ui.Pages {
	p := ui.Pages{From: int(d.Size-d.Before) + 1, To: int(d.Size - d.Next), Total: int(d.Size)}
	if d.Next > 0 {
		p.Next = d.here(url.Values{"before": {strconv.FormatInt(d.Next, 10)}})
	}
	return p
}

// here is the address of the list with other values.
func (d listData) here(values url.Values) string {
	path := "/record"
	if d.Work {
		path = "/work/record"
	}
	if len(values) > 0 {
		path += "?" + values.Encode()
	}
	return d.P(path)
}

// leafData is one line with what may be read of it.
type leafData struct {
	page.Base
	log
	Entry   entry
	Leaf    store.Leaf
	Fields  []ui.Fact
	Opening string // the public part as it was hashed; "" while closed
	Sealed  bool   // a checkpoint covers it
	Key     transparency.Key
}
