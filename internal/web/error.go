package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/web/page"
)

// headings are the catalogue keys of the error page's heading, by kind.
var headings = map[fault.Kind]string{
	fault.Internal: "error.heading.internal", fault.Invalid: "error.heading.invalid", fault.NotFound: "error.heading.not_found",
	fault.Conflict: "error.heading.conflict", fault.Closed: "error.heading.closed", fault.Forbidden: "error.heading.forbidden",
	fault.Limited: "error.heading.limited", fault.Unauthenticated: "error.heading.unauthenticated", fault.Unavailable: "error.heading.unavailable",
}

// errorPage says what went wrong in the reader's language, without a word about the inside.
func (s *Server) errorPage(w http.ResponseWriter, r *http.Request, req *page.Request, f *fault.Error) {
	heading, home := req.Base.T(headings[f.Kind]), req.Base.Href("/")
	if req.Base.Programme != nil {
		home = req.Base.P("")
	}
	d := errorData{Base: req.Titled(heading), Heading: heading, Sentence: page.Message(req.Base.Lang, f), Home: home}
	d.Work, d.Side, d.Line = false, nil, nil
	switch f.Kind {
	case fault.Internal:
		d.RequestID = req.ID
	case fault.Unavailable:
		d.RequestID, d.Kept = req.ID, kept(r)
	case fault.Unauthenticated:
		d.Kept, d.SignIn = kept(r), req.Base.Href("/account/sign-in")
	}
	if err := page.Render(w, r, f.Kind.Status(), errorView(d)); err != nil {
		s.cfg.Logger.Error("error page", "id", req.ID, "error", err)
		http.Error(w, http.StatusText(f.Kind.Status()), f.Kind.Status())
	}
}

// kept is what somebody typed into a form that could not be taken for now: the
// error page holds it, and sends it again with one button. Nil where there is
// nothing to keep, and for the pages of accounts, whose secrets no page repeats.
func kept(r *http.Request) []field {
	if r.Method != http.MethodPost || strings.Contains(r.URL.Path, "/account/") {
		return nil
	}
	form, err := page.ReadForm(r)
	if err != nil {
		return nil
	}
	var list []field
	for _, name := range slices.Sorted(maps.Keys(form.Values)) {
		for _, value := range form.Values[name] {
			list = append(list, field{name, value})
		}
	}
	return list
}
