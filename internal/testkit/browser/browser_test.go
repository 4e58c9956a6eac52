package browser_test

import (
	"bytes"
	"fmt"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/testkit/browser"
)

// style is a small sound style sheet: visible focus, enough contrast.
const style = `body { margin: 1rem; font: 1rem sans-serif; color: #1A1D2B; background: #FBF7F0 }
a, button, input { min-block-size: 44px; display: inline-block } :focus-visible { outline: 3px solid #2339B0 }
.wide { inline-size: 900px } .scroll { overflow-x: auto } .hidden { overflow-x: hidden }
.faint { color: #ddd } .unseen { outline: none !important }`

// site serves pages whose body each test gives, under the policy of the real
// server, and a form that greets.
func site(t *testing.T, bodies map[string]string) string {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /style.css", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/css")
		fmt.Fprint(w, style)
	})
	mux.HandleFunc("GET /icon.svg", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "image/svg+xml")
		fmt.Fprint(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0h1v1z"/></svg>`)
	})
	mux.HandleFunc("GET /loud.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `console.error("قناة", 7); document.title = "ran"; undefined.water`)
	})
	mux.HandleFunc("POST /greet", func(w http.ResponseWriter, r *http.Request) {
		page(w, http.StatusUnprocessableEntity, `<p id="said">`+r.FormValue("name")+" "+r.FormValue("college")+`</p>`)
	})
	for path, body := range bodies {
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, r *http.Request) {
			page(w, http.StatusOK, strings.ReplaceAll(body, "%LANG%", r.Header.Get("Accept-Language")))
		})
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

func page(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'self'")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<!doctype html><html lang="ar" dir="rtl"><head><title>خطارة</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="/icon.svg">
<link rel="stylesheet" href="/style.css"></head><body><main><h1>المقترحات</h1>%s</main></body></html>`, body)
}

const form = `<form method="post" action="/greet"><p><label>الاسم <input name="name"></label></p>
<p><label for="college">الفئة</label> <select id="college" name="college"><option>أ</option><option>ب</option></select></p>
<p><button>إرسال</button></p></form>`

func TestASoundPagePasses(t *testing.T) {
	base := site(t, map[string]string{
		"/": form + `<p id="lang">%LANG%</p><div class="scroll" tabindex="0"><p class="wide">جدول</p></div>`})
	p := browser.Open(t, base+"/", 360, i18n.Ar)
	p.Check()
	p.CheckKeyboard()
	if got := p.Text("#lang"); got != "ar" {
		t.Errorf("asked for language %q, want ar", got)
	}
	if p.Status() != http.StatusOK {
		t.Errorf("status %d", p.Status())
	}
	var kinds []string
	for _, r := range p.Requests() {
		kinds = append(kinds, r.Kind)
		if strings.HasPrefix(r.URL, "http") && (r.Status != http.StatusOK || r.Bytes < 100) {
			t.Errorf("request %+v", r)
		}
	}
	if !slices.Contains(kinds, "Document") || !slices.Contains(kinds, "Stylesheet") {
		t.Errorf("fetched %v", kinds)
	}
}

func TestFormByMouseAndByKeyboard(t *testing.T) {
	base := site(t, map[string]string{"/": form})
	fill := func(p *browser.Page) {
		p.Fill("[name=name]", "تُمحى")
		p.Fill("[name=name]", "فاطمة")
		p.Set("#college", "ب")
	}
	check := func(p *browser.Page) {
		if got := p.Text("#said"); got != "فاطمة ب" {
			t.Errorf("the form sent %q", got)
		}
		if p.Status() != http.StatusUnprocessableEntity {
			t.Errorf("status %d, want 422", p.Status())
		}
		p.Check() // a page with an error status is no error on the console
	}
	p := browser.Open(t, base+"/", 1280, i18n.Ar)
	fill(p)
	p.Follow("button")
	check(p)

	p.Go(base + "/")
	fill(p)
	p.TabTo("button")
	p.PressAndFollow(kb.Enter)
	check(p)
}

func TestEveryFaultIsSeen(t *testing.T) {
	base := site(t, map[string]string{
		"/wide":      `<p class="wide">خارج</p>`,
		"/hidden":    `<div>نص</div>`,
		"/loud":      `<script src="/loud.js"></script>`,
		"/inline":    `<p style="color:red">نص</p>`,
		"/missing":   `<img src="/gone.png" alt="">`,
		"/elsewhere": `<img src="http://localhost:9/a.png" alt="">`,
		"/faint":     `<p class="faint">باهت</p><img src="data:," >`,
	})
	p := browser.New(t, 360, i18n.Ar)

	p.Go(base + "/wide")
	if got := p.Sideways(); len(got) != 1 || !strings.Contains(got[0], `<p class="wide">`) {
		t.Errorf("wide: %q", got)
	}
	p.Go(base + "/hidden")
	browser.Eval[any](p, `document.body.classList.add("hidden")`)
	if got := p.Sideways(); len(got) != 1 || !strings.Contains(got[0], "overflow-x") {
		t.Errorf("hidden: %q", got)
	}
	p.Go(base + "/faint")
	var rules []string
	for _, v := range p.Accessibility() {
		rules = append(rules, v.ID)
		if len(v.Nodes) == 0 || !strings.Contains(v.String(), v.Help) {
			t.Errorf("violation without place or words: %v", v)
		}
	}
	if diff := cmp.Diff([]string{"color-contrast", "image-alt"}, rules); diff != "" {
		t.Error(diff)
	}
	for path, want := range map[string][]string{
		"/loud":      {`console.error: قناة 7`, "TypeError"},
		"/inline":    {"Content Security Policy"},
		"/missing":   {"404"},
		"/elsewhere": {"Content Security Policy"},
	} {
		p := browser.Open(t, base+path, 360, i18n.Ar)
		got := strings.Join(p.ConsoleErrors(), "\n")
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q does not mention %q", path, got, w)
			}
		}
	}
}

// TestTabGoesThroughADate: a date is several stops of one field, and the walk goes on behind it.
func TestTabGoesThroughADate(t *testing.T) {
	base := site(t, map[string]string{"/": `<label>من <input type="date" name="from"></label><label>متى <input type="datetime-local" name="at"></label><button>حفظ</button>`})
	p := browser.Open(t, base+"/", 1280, i18n.Ar)
	p.CheckKeyboard()
	if stops := p.Walk(); len(stops) != 3 {
		t.Errorf("stops %v", stops)
	}
	p.TabTo("button")
}

// TestTheWalkBeginsAtTheTop, where a field in the middle took the focus when the page opened.
func TestTheWalkBeginsAtTheTop(t *testing.T) {
	base := site(t, map[string]string{"/": `<a href="/x">أ</a><label>ب <input name="b" autofocus></label><button>ج</button>`})
	p := browser.Open(t, base+"/", 1280, i18n.Ar)
	p.CheckKeyboard()
	if stops := p.Walk(); len(stops) != 3 {
		t.Errorf("stops %v", stops)
	}
}

func TestKeyboardFaultsAreSeen(t *testing.T) {
	base := site(t, map[string]string{"/": `<a href="/x" class="unseen">أ</a><button tabindex="3">ج</button>
		<label><input type="radio" name="r" value="1">1</label><label><input type="radio" name="r" value="2">2</label>`})
	r := &testkit.Recorder{TB: t}
	p := browser.Open(r, base+"/", 1280, i18n.Ar)
	p.CheckKeyboard()
	want := []string{
		base + `/: the focus cannot be seen at a "أ"`,
		base + `/: a tabindex above 0 changes the order: button "ج"`,
	}
	if diff := cmp.Diff(want, r.Failures); diff != "" {
		t.Error(diff)
	}
	if stops := p.Walk(); len(stops) != 2 { // the two radio buttons are one stop, and what jumps the queue is none
		t.Errorf("stops %v", stops)
	}
	browser.Eval[any](p, `document.querySelector("a").addEventListener("focus", e => e.target.nextElementSibling.focus()), null`)
	r.Failures = nil
	p.CheckKeyboard()
	if got := strings.Join(r.Failures, "\n"); !strings.Contains(got, `Tab never reaches`) {
		t.Errorf("a trap gave %q", got)
	}
}

func TestWithoutScript(t *testing.T) {
	base := site(t, map[string]string{"/loud": `<script src="/loud.js"></script>`})
	p := browser.New(t, 1280, i18n.Ar)
	p.WithoutScript()
	p.Go(base + "/loud")
	if title := browser.Eval[string](p, "document.title"); title != "خطارة" {
		t.Errorf("title %q: the script ran", title)
	}
	p.Check()
}

func TestPagesShareNoCookie(t *testing.T) {
	base := site(t, map[string]string{"/": ""})
	one := browser.Open(t, base+"/", 1280, i18n.Ar)
	browser.Eval[any](one, `document.cookie = "who=one"`)
	two := browser.Open(t, base+"/", 1280, i18n.Ar)
	if got := browser.Eval[string](two, "document.cookie"); got != "" {
		t.Errorf("the second tab has the first one's cookie %q", got)
	}
}

func TestScreenshotIsTheWholePage(t *testing.T) {
	base := site(t, map[string]string{"/": strings.Repeat("<p>سطر</p>", 100)})
	p := browser.Open(t, base+"/", 360, i18n.Ar)
	file := filepath.Join(t.TempDir(), "shots", "page.png")
	p.SaveScreenshot(file)
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	shot, err := png.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if shot.Width != 360 || shot.Height < 2000 {
		t.Errorf("%d × %d px, want 360 wide and all 100 lines", shot.Width, shot.Height)
	}
}
