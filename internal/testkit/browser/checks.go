package browser

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/khettara/khettara/internal/testkit/axe"
)

var (
	//go:embed sideways.js
	sidewaysScript string
	//go:embed keyboard.js
	keyboardScript string
)

// Check is what every page must pass, at the tab's width: nothing on the
// console, nothing from another host, no sideways scroll and no violation of
// the accessibility rules. Each finding is an error of the test.
func (p *Page) Check() {
	p.t.Helper()
	var problems []string
	for _, message := range p.ConsoleErrors() {
		// A browser reports a page that is not there as a resource that failed to load.
		if p.Status() >= 400 && strings.HasSuffix(message, " "+p.URL()) {
			continue
		}
		problems = append(problems, message)
	}
	for _, address := range p.foreignRequests() {
		problems = append(problems, "fetches from another host: "+address)
	}
	problems = append(problems, p.Sideways()...)
	for _, v := range p.Accessibility() {
		problems = append(problems, v.String())
	}
	for _, problem := range problems {
		p.t.Errorf("%s at %d px: %s", p.URL(), p.width, problem)
	}
}

// Sideways lists why the page could be scrolled sideways: the elements that
// stick out, or a style that only hides that they do. It is empty for a page
// that fits; a table that scrolls within its own box is no fault.
func (p *Page) Sideways() []string {
	p.t.Helper()
	return Eval[[]string](p, fmt.Sprintf("(%s)(%d)", sidewaysScript, p.width))
}

// Violation is an accessibility rule of axe-core that the page breaks.
type Violation struct {
	ID     string // such as "color-contrast"
	Impact string // minor, moderate, serious or critical
	Help   string
	Nodes  []struct {
		Target  []string // CSS selectors of the element
		HTML    string
		Summary string `json:"failureSummary"`
	}
}

// String names the rule and the first three elements that break it.
func (v Violation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s", v.ID, v.Impact, v.Help)
	for i, n := range v.Nodes {
		if i == 3 {
			fmt.Fprintf(&b, "\n\tand %d more", len(v.Nodes)-i)
			break
		}
		fmt.Fprintf(&b, "\n\t%s: %s", strings.Join(n.Target, " "), strings.ReplaceAll(n.Summary, "\n", " "))
	}
	return b.String()
}

// axeRun keeps axe-core from fetching style sheets itself, which the content
// security policy would refuse, and asks for violations alone.
const axeRun = `axe.run(document, {preload: false, resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`

// Accessibility runs all rules of axe-core, best practices included, on the
// page as it is now shown.
func (p *Page) Accessibility() []Violation {
	p.t.Helper()
	if !Eval[bool](p, `typeof axe === "object"`) {
		Eval[any](p, axe.Script+";null")
	}
	var violations []Violation
	if err := json.Unmarshal([]byte(Eval[string](p, axeRun)), &violations); err != nil {
		p.t.Fatalf("reading axe-core's answer: %v", err)
	}
	return violations
}

// quote writes a Go string as a JavaScript one.
func quote(s string) string {
	quoted, _ := json.Marshal(s) // strings always encode
	return string(quoted)
}
