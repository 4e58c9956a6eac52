package browser

import (
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Stop is an element at which the focus stops.
type Stop struct {
	Name    string // element, id or name, and its words
	Visible bool   // the focus can be seen: an outline or a shadow, on it or on its label
	Again   bool   // a further part of the field of the last stop, as the month of a date
}

// Press sends one key, such as kb.Tab or " ", to the focused element.
func (p *Page) Press(key string) {
	p.t.Helper()
	p.Do(chromedp.KeyEvent(key))
}

// PressAndFollow sends one key, such as kb.Enter on a button, and waits until
// the document it leads to has loaded.
func (p *Page) PressAndFollow(key string) {
	p.t.Helper()
	p.follow("pressing "+key, chromedp.KeyEvent(key))
}

// TabTo presses Tab until the focus is at an element that matches, and fails
// when the focus comes round without having been there.
func (p *Page) TabTo(selector string) {
	p.t.Helper()
	p.beginWalk()
	for {
		p.Press(kb.Tab)
		if Eval[bool](p, "document.activeElement.matches("+quote(selector)+")") {
			return
		}
		if Eval[*Stop](p, "khettaraKeyboard.stop()") == nil {
			p.t.Fatalf("%s: Tab never reaches %s", p.URL(), selector)
		}
	}
}

// Walk presses Tab from the top of the page until the focus leaves it or comes
// round, and returns the stops in order, a field with several parts once.
func (p *Page) Walk() []Stop {
	p.t.Helper()
	p.beginWalk()
	Eval[any](p, fromTheTop)
	var stops []Stop
	for {
		p.Press(kb.Tab)
		stop := Eval[*Stop](p, "khettaraKeyboard.stop()")
		if stop == nil {
			return stops
		}
		if !stop.Again {
			stops = append(stops, *stop)
		}
	}
}

// fromTheTop makes the next Tab begin at the first element of the page. Taking
// the focus away is not enough where a field or a notice took it by itself
// (autofocus): Tab would go on from there. It takes it with the page's first
// frame, which comes after the load: hence the wait for a frame.
const fromTheTop = `(async () => {
	await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
	const top = document.createElement("span");
	top.tabIndex = -1;
	document.body.prepend(top);
	top.focus();
	top.remove();
	getSelection().removeAllRanges();
	scrollTo(0, 0);
	return null;
})()`

// CheckKeyboard walks the page by Tab and fails the test for everything that
// cannot be reached, for each stop at which the focus cannot be seen, and for
// each element that jumps the queue (tabindex above 0).
func (p *Page) CheckKeyboard() {
	p.t.Helper()
	for _, stop := range p.Walk() {
		if !stop.Visible {
			p.t.Errorf("%s: the focus cannot be seen at %s", p.URL(), stop.Name)
		}
	}
	for _, name := range Eval[[]string](p, "khettaraKeyboard.missed()") {
		p.t.Errorf("%s: Tab never reaches %s", p.URL(), name)
	}
	for _, name := range Eval[[]string](p, "khettaraKeyboard.jumping()") {
		p.t.Errorf("%s: a tabindex above 0 changes the order: %s", p.URL(), name)
	}
}

// beginWalk forgets which elements earlier walks reached.
func (p *Page) beginWalk() {
	p.t.Helper()
	Eval[any](p, keyboardScript+";null")
}
