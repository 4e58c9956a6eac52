package page_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/web/page"
)

// posted is a request that posts fields, as the server hands it to a handler.
func posted(fields url.Values) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r.WithContext(page.With(r.Context(), &page.Request{Base: page.Base{Lang: i18n.Fr}}))
}

// TestALateFormIsShownAgain: it keeps what was typed, says why nothing was saved,
// and is then made from what stands.
func TestALateFormIsShownAgain(t *testing.T) {
	for kind, version := range map[fault.Kind]string{fault.Conflict: "5", fault.Closed: "3", fault.Limited: "3"} {
		r := posted(url.Values{"title": {"écrit"}, "version": {"3"}})
		form, err := page.ReadForm(r)
		if err != nil {
			t.Fatal(err)
		}
		form.Stands(5)
		if form.Version() != 3 {
			t.Error("a form that was not refused leaves the version it was made from")
		}
		again, err := form.Take(fault.New(kind, "fault.conflict"))
		if !again || err != nil {
			t.Fatalf("%v: again %v, %v", kind, again, err)
		}
		form.Stands(5)
		if got := form.Text("version"); got != version {
			t.Errorf("%v: the form is for version %s, want %s", kind, got, version)
		}
		if form.Text("title") != "écrit" {
			t.Errorf("%v: what was typed is lost", kind)
		}
		flash := page.Of(r).Page("nav.roadmap").Flash
		if flash == nil || !strings.Contains(flash.Text, i18n.T(i18n.Fr, "fault.conflict")) {
			t.Errorf("%v: the page says %v", kind, flash)
		}
		w := httptest.NewRecorder()
		if err := page.Render(w, r, http.StatusUnprocessableEntity, templ.Raw("")); err != nil || w.Code != kind.Status() {
			t.Errorf("%v: status %d, %v", kind, w.Code, err)
		}
	}
}

func TestOtherErrorsAreNotTheForms(t *testing.T) {
	form, err := page.ReadForm(posted(nil))
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{fault.New(fault.NotFound, ""), fault.New(fault.Forbidden, ""), io.ErrUnexpectedEOF} {
		if again, other := form.Take(err); again || other == nil {
			t.Errorf("%v: again %v, %v", err, again, other)
		}
	}
}

// TestAmountsComeBackExactly: what a form offers is read as what it was made from.
func TestAmountsComeBackExactly(t *testing.T) {
	for _, n := range []int64{0, 1, 10, 99, 100, 500_000_099, 100_000_050, 9_007_199_254_740_991, -250} {
		if got, err := i18n.ParseDirhams(page.Dirhams(n)); err != nil || got != n {
			t.Errorf("%d centimes are offered as %s and read as %d, %v", n, page.Dirhams(n), got, err)
		}
	}
	if got := page.Dirhams(580_000_050); got != "5 800 000.50" {
		t.Errorf("an amount is offered as %q", got)
	}
	for _, n := range []int64{0, 1, 10, 100, 1000, 6125, 12_125, 12_500, 1_000_001, 9_007_199_254_740_991, -1} {
		if got, err := i18n.ParseDecimal(page.Thousandths(n), 3); err != nil || got != n {
			t.Errorf("%d thousandths are offered as %s and read as %d, %v", n, page.Thousandths(n), got, err)
		}
	}
}

// TestEachActOfAPageHasItsOwnID: what one button did is no answer to another one.
func TestEachActOfAPageHasItsOwnID(t *testing.T) {
	form := page.NewForm("once", "id")
	if hide, again, other := form.OnceFor("hide"), form.OnceFor("hide"), form.OnceFor("hide", "citizens"); hide != again || hide == other || hide == form.Once() {
		t.Errorf("the ids of two acts: %q, %q, %q", hide, again, other)
	}
	form.Values.Del("once")
	if got := form.OnceFor("hide"); got != "" {
		t.Errorf("a page without an id names its act %q: the second of two such pages would do nothing", got)
	}
}
