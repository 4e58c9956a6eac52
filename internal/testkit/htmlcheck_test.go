package testkit_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/khettara/khettara/internal/testkit"
)

// sound is a page without fault; %BODY% is where each case puts its own.
const sound = `<!doctype html>
<html lang="ar" dir="rtl">
<head><meta charset="utf-8"><title>خطّارة</title>
<link rel="stylesheet" href="/static/app.css"><script src="/static/app.js" defer></script></head>
<body><a href="#content">انتقلوا إلى المحتوى</a>
<main id="content"><h1>المقترحات</h1>%BODY%</main></body></html>`

func TestHTMLProblems(t *testing.T) {
	const label = `<label for="q">بحث</label>`
	cases := []struct {
		name, body string
		want       []string
	}{
		{"sound", `<h2>الصحة</h2><h3>المستوصفات</h3><h2>الماء</h2>` + label + `<input id="q" name="q">
			<label>رقم <input name="n"></label><input type="hidden" name="once" value="1">
			<a href="https://www.hcp.ma/">HCP</a><img src="/a.png" alt="">
			<svg aria-hidden="true"><use href="#content"></use></svg>
			<svg role="img" aria-label="خريطة"><path d="M0 0"></path></svg>
			<svg role="img"><title>خريطة</title></svg>
			<a href="/x"><svg aria-hidden="true"></svg>نص</a>`, nil},
		{"two h1", `<h1>أخرى</h1>`, []string{`2 h1, want one`}},
		{"heading skipped", `<h3>المستوصفات</h3>`, []string{`h3 "المستوصفات" follows h1`}},
		{"no label", `<input name="q"><select name="s"></select><textarea name="t"></textarea>`, []string{
			`<input name="q"> has no label`, `<select name="s"> has no label`, `<textarea name="t"> has no label`}},
		{"placeholder is no label", `<input name="q" placeholder="بحث">`, []string{`<input name="q"> has no label`}},
		{"empty label", `<label for="q"> </label><input id="q">`, []string{`<input id="q"> has no label`}},
		{"twice the same id", label + `<input id="q"><input id="q">`, []string{`id "q" occurs twice: <input id="q"> and <input id="q">`}},
		{"inline style and script", `<p style="color:red" onclick="x()">نص</p><style>p{}</style><script>x()</script>`, []string{
			`<p>: inline style`, `<p>: inline onclick`, `an inline style element`, `an inline script`}},
		{"image without alt", `<img src="/a.png">`, []string{`<img src="/a.png">: no alt`}},
		{"empty link and button", `<a href="/x"></a><button> </button><a href="/y"><svg aria-hidden="true"></svg></a>`, []string{
			`<a href="/x"> is empty: nothing to read aloud`, `<button> is empty: nothing to read aloud`,
			`<a href="/y"> is empty: nothing to read aloud`}},
		{"links to nowhere", `<a href="#">أ</a><a href="javascript:x()">ب</a><a href="#gone">ج</a>`, []string{
			`<a href="#"> leads nowhere`, `<a href="javascript:x()"> leads nowhere`, `<a href="#gone">: "#gone" is no id of this page`}},
		{"dangling reference", label + `<input id="q" aria-describedby="hint">`, []string{
			`<input id="q">: aria-describedby="hint" is no id of this page`}},
		{"another host", `<img alt="" src="https://example.org/a.png"><script src="//example.org/x.js"></script>
			<form action="https://example.org/"></form>`, []string{
			`<img src="https://example.org/a.png">: src="https://example.org/a.png" comes from another host`,
			`<script src="//example.org/x.js">: src="//example.org/x.js" comes from another host`,
			`<form>: action="https://example.org/" sends the form to another host`}},
		{"drawing without words", `<svg><path d="M0 0"></path></svg>`, []string{
			`<svg> is neither aria-hidden nor role=img with a name`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := testkit.HTMLProblems([]byte(strings.Replace(sound, "%BODY%", c.body, 1)))
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestHTMLProblemsOfTheFrame(t *testing.T) {
	cases := []struct{ name, old, new, want string }{
		{"no lang", `lang="ar" dir="rtl"`, `dir="ltr"`, "html has no lang"},
		{"Arabic from left to right", `dir="rtl"`, `dir="ltr"`, `html lang="ar" has dir="ltr", want "rtl"`},
		{"no title", `<title>خطّارة</title>`, ``, "no title, or an empty one"},
		{"no main", `<main id="content">`, `<div id="content">`, "no main landmark"},
		{"no h1", `<h1>المقترحات</h1>`, ``, "0 h1, want one"},
		{"quirks mode", `<!doctype html>`, ``, "does not begin with <!doctype html>"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			page := strings.Replace(strings.Replace(sound, "%BODY%", "", 1), c.old, c.new, 1)
			if diff := cmp.Diff([]string{c.want}, testkit.HTMLProblems([]byte(page))); diff != "" {
				t.Error(diff)
			}
		})
	}
}
