// Package static holds the style sheet, fonts, scripts and drawings that pages
// link to, and serves them from memory under addresses that name their content.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strconv"
	"strings"
)

//go:embed css fonts js img
var files embed.FS

// asset is one file ready to send.
type asset struct {
	body, gzip []byte // gzip is nil where it would not be smaller
	hash, kind string
}

// Stylesheet is the name of the one style sheet: all of css/ in the order of the file names.
const Stylesheet = "app.css"

var assets = load()

// kinds are the content types by extension; a file of another kind is not served.
var kinds = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".woff2": "font/woff2", ".txt": "text/plain; charset=utf-8", ".png": "image/png", ".webmanifest": "application/manifest+json",
}

func load() map[string]asset {
	all := make(map[string]asset)
	var css bytes.Buffer
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if path.Ext(name) == ".css" {
			css.Write(body)
			return nil
		}
		all[name] = newAsset(name, body)
		return nil
	})
	if err != nil {
		panic(err) // the embedded files cannot be read: the binary is broken
	}
	all[Stylesheet] = newAsset(Stylesheet, linked(css.Bytes(), all))
	return all
}

var cssURL = regexp.MustCompile(`url\(([^)]+)\)`)

// linked replaces the plain names in url(...) by the hashed addresses, so that a
// font keeps its address, and its place in the reader's cache, when the style changes.
func linked(css []byte, all map[string]asset) []byte {
	return cssURL.ReplaceAllFunc(css, func(m []byte) []byte {
		name := string(m[len("url(") : len(m)-1])
		a, ok := all[name]
		if !ok {
			panic("style sheet links to an unknown file " + name)
		}
		return []byte("url(" + address(name, a) + ")")
	})
}

func newAsset(name string, body []byte) asset {
	sum := sha256.Sum256(body)
	a := asset{body: body, hash: hex.EncodeToString(sum[:6]), kind: kinds[path.Ext(name)]}
	var buf bytes.Buffer
	z, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		panic(err) // only for an unknown level
	}
	z.Write(body) // a bytes.Buffer does not fail
	z.Close()
	if buf.Len() < len(body)*9/10 {
		a.gzip = buf.Bytes()
	}
	return a
}

func address(name string, a asset) string { return "/static/" + a.hash + "/" + name }

// Path is the address of a file, such as Path("js/ballot.js") or Path(Stylesheet).
// An unknown name gives an address that answers 404.
func Path(name string) string { return address(name, assets[name]) }

// Has tells whether there is such a file.
func Has(name string) bool { _, ok := assets[name]; return ok }

// Handler serves GET /static/{hash}/{name...}. A file under its present hash may
// be kept for ever; under another hash (a page from before an update) the present
// file is sent and not kept.
func Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/static/"), "/")
		a, ok := assets[name]
		if !ok || a.kind == "" {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Vary", "Accept-Encoding")
		h.Set("ETag", `"`+a.hash+`"`)
		if hash == a.hash {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "no-cache")
		}
		if r.Header.Get("If-None-Match") == `"`+a.hash+`"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		body := a.body
		if a.gzip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.gzip
		}
		h.Set("Content-Length", strconv.Itoa(len(body)))
		w.Write(body) // a reader who goes away is no fault of ours
	})
}
