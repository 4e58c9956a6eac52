package e2e

import (
	"cmp"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// form is a form of a page, filled in: what a browser would send.
type form struct {
	action string // absolute
	values url.Values
}

// fillForm fetches a page and fills its first form that has a text area: text
// into every field for text, the first choice wherever one must choose. What
// the page hid in the form (such as `once`) stays.
func fillForm(client *http.Client, address, text string) (*form, error) {
	answer, err := client.Get(address)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %d", address, answer.StatusCode)
	}
	root, err := html.Parse(answer.Body)
	if err != nil {
		return nil, err
	}
	for n := range root.Descendants() {
		if n.DataAtom == atom.Form && strings.EqualFold(attr(n, "method"), "post") && has(n, atom.Textarea) {
			action, err := answer.Request.URL.Parse(cmp.Or(attr(n, "action"), address))
			if err != nil {
				return nil, err
			}
			return &form{action.String(), fill(n, text)}, nil
		}
	}
	return nil, fmt.Errorf("%s has no form with a text area", address)
}

// tracking is the number of a proposal, its check digit included.
var tracking = regexp.MustCompile(`P-(\d+)-\d`)

// send posts the form and returns the tracking number that the receipt tells.
// Any other answer is an error, which holds what the page says.
func (f *form) send(client *http.Client) (number string, err error) {
	answer, err := client.PostForm(f.action, f.values)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	// A receipt cut short by a kill is no acknowledgement: the error of reading counts.
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return "", err
	}
	if answer.StatusCode != http.StatusOK {
		return "", &refusal{answer.StatusCode, string(body)}
	}
	if number = tracking.FindString(string(body)); number == "" {
		return "", &refusal{answer.StatusCode, "a receipt without a tracking number: " + string(body)}
	}
	return number, nil
}

// refusal is an answer that did not take the form.
type refusal struct {
	status int
	body   string
}

func (r *refusal) Error() string { return fmt.Sprintf("answered %d: %.2000s", r.status, r.body) }

func fill(f *html.Node, text string) url.Values {
	values := url.Values{}
	for n := range f.Descendants() {
		name := attr(n, "name")
		if name == "" {
			continue
		}
		switch n.DataAtom {
		case atom.Textarea:
			values.Set(name, text)
		case atom.Select:
			values.Set(name, firstOption(n))
		case atom.Input:
			fillInput(values, n, name, text)
		}
	}
	return values
}

func fillInput(values url.Values, n *html.Node, name, text string) {
	switch attr(n, "type") {
	case "hidden":
		values.Set(name, attr(n, "value"))
	case "", "text":
		values.Set(name, text)
	case "radio", "checkbox":
		if !values.Has(name) {
			values.Set(name, cmp.Or(attr(n, "value"), "on"))
		}
	}
}

// firstOption is the value of the first option that is a choice.
func firstOption(n *html.Node) string {
	for o := range n.Descendants() {
		if o.DataAtom == atom.Option && attr(o, "value") != "" {
			return attr(o, "value")
		}
	}
	return ""
}

func has(n *html.Node, a atom.Atom) bool {
	for d := range n.Descendants() {
		if d.DataAtom == a {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
