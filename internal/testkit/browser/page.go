package browser

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/khettara/khettara/internal/i18n"
)

// Page is one tab with cookies of its own, as one person's device would have
// it. Its methods fail the test when the page does not do as asked; selectors
// are CSS. It belongs to one goroutine.
type Page struct {
	t     testing.TB
	ctx   context.Context
	width int
	plain bool // without script
	watch *watch
}

// Open opens an address in a tab of its own, width CSS pixels wide, asking for
// the language (Accept-Language). Below 768 pixels the tab is a phone: the
// page's viewport declaration counts. The tab closes when the test ends.
func Open(t testing.TB, url string, width int, lang i18n.Lang) *Page {
	t.Helper()
	p := New(t, width, lang)
	p.Go(url)
	return p
}

// New is Open without an address: an empty tab, for what must be set up first.
func New(t testing.TB, width int, lang i18n.Lang) *Page {
	t.Helper()
	ctx, cancel := chromedp.NewContext(start(t), chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	p := &Page{t: t, ctx: ctx}
	// The first call opens the tab and binds its life to the context given, so
	// it gets the one without a time limit.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("opening a tab: %v", err)
	}
	var err error
	if p.watch, err = newWatch(ctx); err != nil {
		t.Fatalf("watching a tab: %v", err)
	}
	call(p, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{
		Headers: network.Headers{"Accept-Language": string(lang)},
	})
	p.Resize(width)
	return p
}

// Do runs actions of chromedp, for what Page has no word for.
func (p *Page) Do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	run(p, chromedp.Steps(actions...))
}

// Eval runs a JavaScript expression in the page, awaits it if it is a promise,
// and returns its value.
func Eval[T any](p *Page, expression string) T {
	p.t.Helper()
	if p.plain {
		// A promise settles only while scripts may run. The document's own have
		// been skipped when it loaded and stay so.
		p.allowScript(true)
		defer p.allowScript(false)
	}
	return run(p, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// Go loads an address and waits until it has loaded.
func (p *Page) Go(url string) {
	p.t.Helper()
	run(p, chromedp.NavigateResponse(url))
}

// Follow clicks a link or a submit button and waits until the document it
// leads to has loaded.
func (p *Page) Follow(selector string) {
	p.t.Helper()
	p.follow("following "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

func (p *Page) follow(what string, action chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, action); err != nil {
		p.fail(what, err)
	}
}

// Click clicks what changes the page without leaving it.
func (p *Page) Click(selector string) {
	p.t.Helper()
	p.must("clicking "+selector, chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// Fill replaces what a text field holds, as pasting would.
func (p *Page) Fill(selector, text string) {
	p.t.Helper()
	p.must("filling "+selector, chromedp.Focus(chromedp.CSS(selector)))
	Eval[any](p, "document.activeElement.select(), null")
	call(p, input.InsertText, input.InsertTextParams{Text: text})
}

// Set gives a select, a date or a time its value.
func (p *Page) Set(selector, value string) {
	p.t.Helper()
	p.must("setting "+selector+" to "+value, chromedp.SetValue(chromedp.CSS(selector), value))
}

// Text is the visible text of the first element that matches.
func (p *Page) Text(selector string) string {
	p.t.Helper()
	text, err := attempt(p, chromedp.Text(chromedp.CSS(selector)))
	if err != nil {
		p.fail("reading "+selector, err)
	}
	return text
}

// Has tells whether an element matches now, without waiting for one.
func (p *Page) Has(selector string) bool {
	p.t.Helper()
	return Eval[bool](p, "document.querySelector("+quote(selector)+") !== null")
}

// URL is the address of the document shown.
func (p *Page) URL() string {
	p.t.Helper()
	return run(p, chromedp.Location())
}

// Status is the HTTP status of the document shown.
func (p *Page) Status() int {
	return p.watch.status()
}

// Resize makes the tab width CSS pixels wide; below 768 it is a phone.
func (p *Page) Resize(width int) {
	p.t.Helper()
	p.width = width
	height, options := int64(900), []chromedp.EmulateViewportOption{}
	if width < 768 {
		height, options = 780, append(options, chromedp.EmulateMobile, chromedp.EmulateTouch)
	}
	p.Do(chromedp.EmulateViewport(int64(width), height, options...))
}

// WithoutScript makes the tab ignore the scripts of the documents it loads from
// now on. Eval and the checks still work.
func (p *Page) WithoutScript() {
	p.t.Helper()
	p.plain = true
	p.allowScript(false)
}

func (p *Page) allowScript(allow bool) {
	p.t.Helper()
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !allow})
}

// Screenshot is a PNG of the whole page, below the fold too, with its fonts loaded.
func (p *Page) Screenshot() []byte {
	p.t.Helper()
	Eval[chromedp.Void](p, "document.fonts.ready.then(() => undefined)")
	return run(p, chromedp.FullScreenshot(100))
}

// SaveScreenshot writes Screenshot to a file, making its folder.
func (p *Page) SaveScreenshot(file string) {
	p.t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(file, p.Screenshot(), 0o644); err != nil {
		p.t.Fatal(err)
	}
}

// run runs an action within the patience and fails the test if it fails.
func run[T any](p *Page, action chromedp.Action[T]) T {
	p.t.Helper()
	value, err := attempt(p, action)
	if err != nil {
		p.fail("in the browser", err)
	}
	return value
}

func attempt[T any](p *Page, action chromedp.Action[T]) (T, error) {
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, action)
}

func (p *Page) must(what string, action chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if _, err := attempt(p, action); err != nil {
		p.fail(what, err)
	}
}

// call runs one command of the DevTools protocol.
func call[P, R any](p *Page, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	return run(p, func(ctx context.Context, target *chromedp.Target) (R, error) {
		return cdp.Call(ctx, target, command, params)
	})
}

// fail ends the test and says on which page it happened.
func (p *Page) fail(what string, err error) {
	p.t.Helper()
	url, _ := attempt(p, chromedp.Location())
	p.t.Fatalf("%s at %s: %v", what, url, err)
}
