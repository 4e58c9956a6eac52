package static

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler().ServeHTTP(w, r)
	return w.Result()
}

func TestStylesheetIsKeptForEver(t *testing.T) {
	res := get(t, Path(Stylesheet), "Accept-Encoding", "gzip")
	if res.StatusCode != 200 || res.Header.Get("Content-Encoding") != "gzip" || !strings.Contains(res.Header.Get("Cache-Control"), "immutable") {
		t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	z, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	unpacked, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(get(t, Path(Stylesheet)).Body)
	if err != nil || !bytes.Equal(plain, unpacked) {
		t.Errorf("the compressed style sheet differs from the plain one (%v)", err)
	}
}

// TestSizes holds the weight of a first visit: most phones here are on a shared line.
func TestSizes(t *testing.T) {
	if n := len(assets[Stylesheet].gzip); n > 25*1024 {
		t.Errorf("the style sheet weighs %d bytes compressed", n)
	}
	text := 0
	for _, name := range []string{"fonts/plex-arabic-400.woff2", "fonts/plex-arabic-600.woff2", "fonts/plex-latin-400.woff2", "fonts/plex-latin-600.woff2"} {
		text += len(assets[name].body)
	}
	if text == 0 || text > 135*1024 {
		t.Errorf("the fonts of the text weigh %d bytes", text)
	}
}

func TestFontsInTheStylesheetAreServed(t *testing.T) {
	links := regexp.MustCompile(`url\(([^)]+)\)`).FindAllSubmatch(assets[Stylesheet].body, -1)
	if len(links) < 10 {
		t.Fatalf("%d links in the style sheet", len(links))
	}
	for _, m := range links {
		res := get(t, string(m[1]))
		if res.StatusCode != 200 || res.Header.Get("Content-Type") != "font/woff2" {
			t.Errorf("%s: %d %s", m[1], res.StatusCode, res.Header.Get("Content-Type"))
		}
	}
}

func TestEveryFontHasItsLicence(t *testing.T) {
	for _, font := range []string{"ibm-plex-sans-arabic", "el-messiri", "amiri", "noto-sans-tifinagh", "reem-kufi"} {
		if !bytes.Contains(assets["fonts/OFL-"+font+".txt"].body, []byte("SIL OPEN FONT LICENSE")) {
			t.Errorf("%s: no licence", font)
		}
	}
}

func TestOtherHashesAndNames(t *testing.T) {
	old := get(t, "/static/000000000000/app.css")
	if old.StatusCode != 200 || old.Header.Get("Cache-Control") != "no-cache" {
		t.Errorf("a page from before an update gets %d, %q", old.StatusCode, old.Header.Get("Cache-Control"))
	}
	for _, path := range []string{Path("js/none.js"), "/static/x/../static.go", "/static/", "/static/x/css/2-base.css"} {
		if res := get(t, path); res.StatusCode != 404 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	if res := get(t, Path(Stylesheet), "If-None-Match", `"`+assets[Stylesheet].hash+`"`); res.StatusCode != 304 {
		t.Errorf("an unchanged file is sent again: %d", res.StatusCode)
	}
	if Has("js/none.js") || !Has("js/ui.js") {
		t.Error("Has is wrong")
	}
}
