package home

import (
	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/ui"
)

// aboutData is the page behind the links of the footer.
type aboutData struct{ page.Base }

// topics are its sections with the number of paragraphs of each; the footer
// links to them by name.
var topics = []struct {
	name       string
	paragraphs []string
}{
	{"data", []string{"open", "log", "votes", "census", "licence"}},
	{"information", []string{"law", "here", "ask"}},
	{"review", []string{"right", "how", "answer"}},
	{"accessibility", []string{"promise", "limits", "tell"}},
	{"privacy", []string{"kept", "apart", "log", "rights", "never"}},
	{"contact", []string{"cell", "fault"}},
}

// links lead from a section to what it speaks of, in order.
func (d aboutData) links(topic string) []templ.Component {
	link := func(path, key string) templ.Component { return ui.Link(path, d.T(key)) }
	files := "/log"
	if d.Programme != nil {
		files = "/p/" + d.Programme.Slug + "/log"
	}
	switch topic {
	case "data":
		list := []templ.Component{link(d.P("/record"), "about.data.link_record"), link(files+"/checkpoint", "about.data.link_checkpoint")}
		if d.Programme != nil {
			list = append(list, link(d.P("/prioritisation"), "about.data.link_votes"), link(d.Href("/territory/"+d.Programme.Territory+"/indicators.csv"), "about.data.link_census"))
		}
		return list
	case "information":
		if d.Programme != nil {
			return []templ.Component{link(d.P("/steps"), "home.steps.link")}
		}
	case "review":
		return []templ.Component{link(d.P("/search"), "home.do.follow")}
	}
	return nil
}
