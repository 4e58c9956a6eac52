package testkit

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// CheckHTML fails the test for everything HTMLProblems finds in a whole page.
func CheckHTML(t testing.TB, name string, page []byte) {
	t.Helper()
	for _, problem := range HTMLProblems(page) {
		t.Errorf("%s: %s", name, problem)
	}
}

// HTMLProblems lists what is wrong with a whole page, in the order of the
// document: language and direction, the one h1 and the order of headings,
// labels of fields, text alternatives, empty links and buttons, ids that occur
// twice or lead nowhere, and all that the content security policy would refuse
// (inline style and script) or that comes from another host.
func HTMLProblems(page []byte) []string {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return []string{"not HTML: " + err.Error()}
	}
	c := &htmlCheck{ids: map[string]*html.Node{}, labelled: map[string]bool{}}
	c.collect(root)
	if !bytes.HasPrefix(bytes.ToLower(bytes.TrimSpace(page)), []byte("<!doctype html>")) {
		c.add("does not begin with <!doctype html>")
	}
	c.check(root)
	if c.h1 != 1 {
		c.add("%d h1, want one", c.h1)
	}
	if !c.title {
		c.add("no title, or an empty one")
	}
	if !c.main {
		c.add("no main landmark")
	}
	return c.problems
}

// htmlCheck walks a page twice: collect gathers what fields and references may
// point to, check judges element by element.
type htmlCheck struct {
	problems []string
	ids      map[string]*html.Node
	labelled map[string]bool // ids that a label's for names
	h1       int
	heading  int // level of the heading before
	title    bool
	main     bool
}

func (c *htmlCheck) add(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

func (c *htmlCheck) collect(root *html.Node) {
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id, ok := attr(n, "id"); ok {
			if strings.TrimSpace(id) != id || id == "" || strings.Contains(id, " ") {
				c.add("%s: id %q is empty or has a space", describe(n), id)
			}
			if c.ids[id] != nil {
				c.add("id %q occurs twice: %s and %s", id, describe(c.ids[id]), describe(n))
			}
			c.ids[id] = n
		}
		if n.DataAtom == atom.Label {
			if id, ok := attr(n, "for"); ok && hasName(n) {
				c.labelled[id] = true
			}
		}
	}
}

func (c *htmlCheck) check(root *html.Node) {
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		c.checkReferences(n)
		c.checkInline(n)
		c.checkOrigin(n)
		switch n.DataAtom {
		case atom.Html:
			c.checkRoot(n)
		case atom.Title:
			c.title = c.title || n.Namespace == "" && strings.TrimSpace(textOf(n)) != ""
		case atom.Main:
			c.main = true
		case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
			c.checkHeading(n)
		case atom.Input, atom.Select, atom.Textarea:
			c.checkField(n)
		case atom.Img:
			if _, ok := attr(n, "alt"); !ok {
				c.add("%s: no alt", describe(n))
			}
		case atom.Svg:
			c.checkDrawing(n)
		case atom.A, atom.Button, atom.Summary, atom.Legend, atom.Caption, atom.Th, atom.Iframe:
			c.checkName(n)
		}
	}
}

func (c *htmlCheck) checkRoot(n *html.Node) {
	lang, _ := attr(n, "lang")
	dir, _ := attr(n, "dir")
	want := "ltr"
	if lang == "ar" {
		want = "rtl"
	}
	if lang == "" {
		c.add("html has no lang")
	}
	if dir != want {
		c.add("html lang=%q has dir=%q, want %q", lang, dir, want)
	}
}

// checkHeading holds that levels go down one at a time: a reader who jumps from
// heading to heading must not wonder what was left out.
func (c *htmlCheck) checkHeading(n *html.Node) {
	level := int(n.Data[1] - '0')
	if level == 1 {
		c.h1++
	}
	if !hasName(n) {
		c.add("%s is empty", describe(n))
	}
	if level > c.heading+1 {
		c.add("%s %q follows h%d", n.Data, clip(textOf(n)), c.heading)
	}
	c.heading = level
}

func (c *htmlCheck) checkField(n *html.Node) {
	kind, _ := attr(n, "type")
	if n.DataAtom == atom.Input && (kind == "hidden" || kind == "submit" || kind == "button") {
		if value, _ := attr(n, "value"); kind != "hidden" && value == "" {
			c.add("%s: a button without value", describe(n))
		}
		return
	}
	if id, ok := attr(n, "id"); ok && c.labelled[id] {
		return
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if p.DataAtom == atom.Label && hasName(p) {
			return
		}
	}
	if c.labelledBy(n) {
		return
	}
	c.add("%s has no label", describe(n))
}

// checkDrawing wants a drawing to be hidden from readers of text, or to say in
// words what it shows.
func (c *htmlCheck) checkDrawing(n *html.Node) {
	if hidden, _ := attr(n, "aria-hidden"); hidden == "true" {
		return
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if hidden, _ := attr(p, "aria-hidden"); hidden == "true" {
			return
		}
	}
	role, _ := attr(n, "role")
	if role == "img" && (c.labelledBy(n) || firstChildElement(n, atom.Title) != nil) {
		return
	}
	c.add("%s is neither aria-hidden nor role=img with a name", describe(n))
}

func (c *htmlCheck) checkName(n *html.Node) {
	if n.DataAtom == atom.A {
		href, ok := attr(n, "href")
		if ok && (href == "" || href == "#" || strings.HasPrefix(strings.ToLower(href), "javascript:")) {
			c.add("%s leads nowhere", describe(n))
		}
	}
	if !hasName(n) && !c.labelledBy(n) {
		c.add("%s is empty: nothing to read aloud", describe(n))
	}
}

// labelledBy tells whether ARIA gives the element a name.
func (c *htmlCheck) labelledBy(n *html.Node) bool {
	if label, _ := attr(n, "aria-label"); strings.TrimSpace(label) != "" {
		return true
	}
	by, _ := attr(n, "aria-labelledby")
	return slices.ContainsFunc(strings.Fields(by), func(id string) bool {
		return c.ids[id] != nil && hasName(c.ids[id])
	})
}

// referring are the attributes that hold ids of the same page.
var referring = []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "aria-errormessage", "list", "form", "headers"}

func (c *htmlCheck) checkReferences(n *html.Node) {
	for _, name := range referring {
		value, _ := attr(n, name)
		for _, id := range strings.Fields(value) {
			if c.ids[id] == nil {
				c.add("%s: %s=%q is no id of this page", describe(n), name, id)
			}
		}
	}
	if href, _ := attr(n, "href"); strings.HasPrefix(href, "#") && len(href) > 1 {
		if id, err := url.PathUnescape(href[1:]); err != nil || c.ids[id] == nil {
			c.add("%s: %q is no id of this page", describe(n), href)
		}
	}
}

// checkInline finds what the content security policy refuses without a word.
func (c *htmlCheck) checkInline(n *html.Node) {
	for _, a := range n.Attr {
		if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
			c.add("%s: inline %s", describe(n), a.Key)
		}
	}
	switch {
	case n.DataAtom == atom.Style, n.Data == "style":
		c.add("an inline style element")
	case n.DataAtom == atom.Script && strings.TrimSpace(textOf(n)) != "":
		c.add("an inline script")
	case n.DataAtom == atom.Base:
		c.add("a base element: relative addresses would lead elsewhere")
	}
}

// loading are the attributes whose address the browser fetches by itself.
var loading = []string{"src", "srcset", "data", "poster", "xlink:href"}

// checkOrigin finds what would be fetched from another host. A link that a
// person follows may lead there; nothing may be loaded from there.
func (c *htmlCheck) checkOrigin(n *html.Node) {
	for _, name := range loading {
		if value, ok := attr(n, name); ok && foreign(value) {
			c.add("%s: %s=%q comes from another host", describe(n), name, value)
		}
	}
	fetches := n.DataAtom == atom.Link || n.Namespace == "svg" && n.DataAtom != atom.A
	if value, ok := attr(n, "href"); ok && fetches && foreign(value) {
		rel, _ := attr(n, "rel")
		if rel != "canonical" && rel != "alternate" {
			c.add("%s: href=%q comes from another host", describe(n), value)
		}
	}
	if value, ok := attr(n, "action"); ok && foreign(value) {
		c.add("%s: action=%q sends the form to another host", describe(n), value)
	}
}

func foreign(address string) bool {
	u, err := url.Parse(strings.TrimSpace(address))
	return err != nil || u.Host != "" || u.Scheme != "" && u.Scheme != "data"
}

// hasName tells whether the element holds something to read aloud: text that is
// not hidden, or an image with a text alternative.
func hasName(n *html.Node) bool {
	for child := range n.ChildNodes() {
		switch child.Type {
		case html.TextNode:
			if strings.TrimSpace(child.Data) != "" {
				return true
			}
		case html.ElementNode:
			hidden, _ := attr(child, "aria-hidden")
			alt, _ := attr(child, "alt")
			label, _ := attr(child, "aria-label")
			if hidden != "true" && (alt != "" || label != "" || hasName(child)) {
				return true
			}
		}
	}
	return false
}

func firstChildElement(n *html.Node, a atom.Atom) *html.Node {
	for child := range n.ChildNodes() {
		if child.Type == html.ElementNode && child.DataAtom == a && hasName(child) {
			return child
		}
	}
	return nil
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		name := a.Key
		if a.Namespace != "" {
			name = a.Namespace + ":" + a.Key
		}
		if name == key {
			return a.Val, true
		}
	}
	return "", false
}

// describe names an element by what helps to find it in the template.
func describe(n *html.Node) string {
	var b strings.Builder
	b.WriteString("<" + n.Data)
	for _, key := range []string{"id", "name", "class", "type", "href", "src"} {
		if value, ok := attr(n, key); ok {
			fmt.Fprintf(&b, " %s=%q", key, clip(value))
		}
	}
	return b.String() + ">"
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}
