package record_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/transparency"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/internal/web/record"
)

// site serves the pages of the log as the server does, without its middleware.
type site struct {
	t         *testing.T
	db        *store.DB
	programme *programme.Programme
	record    *transparency.Service
	actor     accounts.Actor // who asks
	mux       *http.ServeMux
}

func newSite(t *testing.T, db *store.DB) *site {
	t.Helper()
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	programmes := programme.NewService(db)
	p, err := programmes.Create(context.Background(), accounts.Actor{Person: "admin", Admin: true},
		programme.Foundation{Slug: "marrakech", Territory: "07.351", PackVersion: pack.Version(), Name: i18n.Text{Ar: "عمالة مراكش", Fr: "Préfecture de Marrakech"}})
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, db: db, programme: p, record: transparency.New(db, t.TempDir()), mux: http.NewServeMux()}
	keys, err := accounts.LoadKeyring(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &record.Handlers{DB: db, Accounts: accounts.NewService(db, keys, nil), Programmes: programmes, Territory: pack, Record: s.record}
	for _, route := range h.Routes() {
		if route.Raw {
			s.mux.HandleFunc(route.Method+" "+route.Path, s.serve(i18n.Ar, route))
			continue
		}
		for _, l := range i18n.Langs {
			s.mux.HandleFunc(route.Method+" /"+string(l)+route.Path, s.serve(l, route))
		}
	}
	return s
}

func (s *site) serve(l i18n.Lang, route page.Route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req := &page.Request{Actor: s.actor, Base: page.Base{Lang: l, Path: strings.TrimPrefix(r.URL.Path, "/"+string(l)), Now: s.db.Now(),
			Work: strings.Contains(route.Path, "/work")}}
		if r.PathValue("slug") == s.programme.Slug {
			req.Base.Programme = &page.ProgrammeRef{ID: s.programme.ID, Slug: s.programme.Slug, Name: s.programme.Name, Territory: s.programme.Territory}
		}
		if err := route.Handler(w, r.WithContext(page.With(r.Context(), req))); err != nil {
			var f *fault.Error
			if !errors.As(err, &f) {
				s.t.Errorf("%s: %v", r.URL.Path, err)
				f = &fault.Error{}
			}
			http.Error(w, f.Key, f.Kind.Status())
		}
	}
}

func (s *site) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

// page is a page that must be sound.
func (s *site) page(path string) string {
	s.t.Helper()
	w := s.get(path)
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	testkit.CheckHTML(s.t, path, w.Body.Bytes())
	return w.Body.String()
}

// write appends one open change about a proposal and one that stays closed.
func (s *site) write() (open, closed int64) {
	s.t.Helper()
	by := store.Part{"role": "coordinator"}
	err := s.db.Write(context.Background(), s.programme.ID, func(tx *store.Tx) (err error) {
		if open, err = tx.Append(store.Change{Kind: "proposal.grouped.v1", Subject: "proposal/P-0142-8", Open: true,
			Public: store.Part{"units": []any{"07.351.01.05"}, "college": "citizens", "cites": []any{"C-0001-3"}, "opens": time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC).UnixMilli(), "by": by},
			Text:   store.Part{"title": "marked-text"}, Person: store.Part{"actor": "marked-person"}}); err != nil {
			return err
		}
		closed, err = tx.Append(store.Change{Kind: "proposal.estimated.v1", Subject: "estimate/P-0142-8",
			Public: store.Part{"proposal": "P-0142-8", "centimes": 123_456_700, "by": by}, Text: store.Part{"note": "marked-closed"}})
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return open, closed
}

// writeClosed appends changes that only staff may read.
func (s *site) writeClosed(n int) {
	s.t.Helper()
	err := s.db.Write(context.Background(), s.programme.ID, func(tx *store.Tx) error {
		for range n {
			if _, err := tx.Append(store.Change{Kind: "proposal.estimated.v1", Subject: "estimate/P-0142-8", Public: store.Part{"by": store.Part{"role": "coordinator"}}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) seal() {
	s.t.Helper()
	if err := s.db.CatchUp(context.Background(), s.record); err != nil {
		s.t.Fatal(err)
	}
	if err := s.record.SealAll(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

func TestTheLogShowsWhatIsReleasedAndThatTheRestExists(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		open, closed := s.write()
		s.seal()
		for _, l := range i18n.Langs {
			at := "/" + string(l) + "/p/marrakech/record"
			list := s.page(at)
			for _, want := range []string{i18n.T(l, "record.kind.proposal.grouped"), i18n.T(l, "record.closed"), i18n.T(l, "account.role.coordinator"), "P-0142-8"} {
				if !strings.Contains(list, want) {
					t.Errorf("%s does not say %q", at, want)
				}
			}
			line := s.page(fmt.Sprintf("%s/%d", at, open))
			hidden := s.page(fmt.Sprintf("%s/%d", at, closed))
			if !strings.Contains(line, "C-0001-3") || !strings.Contains(line, "2026") {
				t.Errorf("the open line does not say what it holds")
			}
			everything := list + line + hidden + s.page(at+"?q=P-0142-8")
			for _, secret := range []string{"marked-text", "marked-person", "marked-closed", "1\u00a0234\u00a0567", i18n.T(l, "record.kind.proposal.estimated")} {
				if strings.Contains(everything, secret) {
					t.Errorf("%s shows %q", at, secret)
				}
			}
		}
	})
}

// line appends a change and is the text of its public page.
func (s *site) line(l i18n.Lang, c store.Change) string {
	s.t.Helper()
	var n int64
	if err := s.db.Write(context.Background(), s.programme.ID, func(tx *store.Tx) (err error) { n, err = tx.Append(c); return err }); err != nil {
		s.t.Fatal(err)
	}
	return s.page(fmt.Sprintf("/%s/p/marrakech/record/%d", l, n))
}

// TestTheLogSaysFiguresAsTheyWereRecorded: an indicator's values are whole numbers
// shifted by its decimals, a zero is a value and a missing value is none.
func TestTheLogSaysFiguresAsTheyWereRecorded(t *testing.T) {
	s := newSite(t, testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{}))
	by, at := store.Part{"role": "coordinator"}, time.Date(2030, 12, 31, 0, 0, 0, 0, i18n.Zone)
	indicator := programme.FormatNumber(programme.Indicator, 1)
	objective := programme.FormatNumber(programme.Objective, 1)
	set := s.line(i18n.Fr, store.Change{Kind: "indicator.set.v1", Subject: "indicator/" + indicator, Open: true, Public: store.Part{"number": indicator, "baseline": 0, "target": 989, "decimals": 1,
		"target_at": store.Millis(at), "level": "outcome", "direction": "up", "census": "running_water", "objectives": []any{objective}, "every_months": 0, "by": by}})
	for _, want := range []string{">0,0<", ">98,9<", ">" + i18n.Date(i18n.Fr, at) + "<", i18n.T(i18n.Fr, "evaluation.level.outcome"), i18n.T(i18n.Fr, "evaluation.direction.up"),
		i18n.T(i18n.Fr, "evaluation.every_none"), objective, "/trace/" + indicator} {
		if !strings.Contains(set, want) {
			t.Errorf("the line of an indicator does not say %q", want)
		}
	}
	said, _, _ := strings.Cut(set, "<pre") // below it stands the part as it was hashed
	for _, raw := range []string{">989<", "running_water", ">outcome<", strconv.FormatInt(store.Millis(at), 10), i18n.T(i18n.Fr, "record.field.decimals")} {
		if strings.Contains(said, raw) {
			t.Errorf("the line of an indicator shows %q", raw)
		}
	}
	for status, want := range map[string]string{"measured": ">−1,2<", "missing": "–"} {
		value := s.line(i18n.Fr, store.Change{Kind: "indicator.actual_recorded.v1", Subject: "indicator/" + indicator, Open: true,
			Public: store.Part{"indicator": indicator, "value": -12, "decimals": 1, "status": status, "correction": false, "by": by}})
		said, _, _ := strings.Cut(value, "<pre")
		if !strings.Contains(said, want) || status == "missing" && strings.Contains(said, "1,2") {
			t.Errorf("a value that is %s is not %q", status, want)
		}
	}
}

// TestNumbersLeadWhereThereIsAPage: a number whose thing has no page of its own, or
// is not released, is no link.
func TestNumbersLeadWhereThereIsAPage(t *testing.T) {
	s := newSite(t, testkit.Open(t, testkit.DSN(t, store.SQLite), store.Options{}))
	by := store.Part{"role": "coordinator"}
	project := programme.FormatNumber(programme.Project, 1)
	for _, kind := range []programme.Kind{programme.Report, programme.Blocker, programme.Objective, programme.Project} {
		number := programme.FormatNumber(kind, 1)
		out := s.line(i18n.Ar, store.Change{Kind: "report.submitted.v1", Subject: programme.Subject(kind, number), Open: true, Public: store.Part{"number": number, "project": project, "by": by}}) +
			s.page("/ar/p/marrakech/record")
		if linked := strings.Contains(out, "/trace/"+number); linked != (kind == programme.Project) || !strings.Contains(out, "/trace/"+project) {
			t.Errorf("%s: linked is %v", number, linked)
		}
	}
	_, closed := s.write()
	s.actor = accounts.Actor{Programme: s.programme.ID, Person: "x", Grants: []accounts.Grant{{Role: accounts.Auditor}}}
	if line := s.page(fmt.Sprintf("/ar/p/marrakech/work/record/%d", closed)); strings.Contains(line, "/trace/P-0142-8") || !strings.Contains(line, "P-0142-8") {
		t.Error("staff are led from a draft to a page that is not there")
	}
}

func TestAProofFromThePageIsVerifiedElsewhere(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		open, closed := s.write()
		proof := fmt.Sprintf("/p/marrakech/log/proofs/%d", open)
		if w := s.get(proof); w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "record.error.not_sealed") {
			t.Fatalf("before the first seal: %d %s", w.Code, w.Body)
		}
		s.page(fmt.Sprintf("/ar/p/marrakech/record/%d", open)) // says that it is not sealed yet
		s.seal()
		key, _, err := transparency.ParseKey(strings.TrimSpace(s.get("/p/marrakech/log/key").Body.String()))
		if err != nil {
			t.Fatal(err)
		}
		verifier, err := note.NewVerifier(key.Verifier)
		if err != nil {
			t.Fatal(err)
		}
		w := s.get(proof)
		if got := w.Header().Get("Content-Disposition"); got != fmt.Sprintf(`attachment; filename="marrakech-%d.khettara-proof"`, open) {
			t.Errorf("Content-Disposition: %s", got)
		}
		report, err := transparency.Verify(w.Body.Bytes(), []note.Verifier{verifier})
		if err != nil || report.Openings[transparency.Public]["college"] != "citizens" {
			t.Fatalf("%v %v", report, err)
		}
		report, err = transparency.Verify(s.get(fmt.Sprintf("/p/marrakech/log/proofs/%d", closed)).Body.Bytes(), []note.Verifier{verifier})
		if err != nil || len(report.Openings) != 0 {
			t.Fatalf("the proof of a closed change opens %v, %v", report.Openings, err)
		}
	})
}

func TestFilesForProgramsHaveTheirTypeAndMayBeKept(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		open, closed := s.write()
		s.seal()
		size := open + 2
		for _, c := range []struct {
			path, kind, keep string
			code             int
		}{
			{"/p/marrakech/log/checkpoint", "text/plain; charset=utf-8", "no-cache", 200},
			{fmt.Sprintf("/p/marrakech/log/tile/0/000.p/%d", size), "application/octet-stream", "public, max-age=31536000, immutable", 200},
			{fmt.Sprintf("/p/marrakech/log/tile/entries/000.p/%d", size), "application/octet-stream", "public, max-age=31536000, immutable", 200},
			{fmt.Sprintf("/p/marrakech/log/entries/000.p/%d", size), "application/octet-stream", "public, max-age=31536000, immutable", 200},
			{fmt.Sprintf("/p/marrakech/log/openings/%d", open), "application/json", "public, max-age=60", 200},
			{fmt.Sprintf("/p/marrakech/log/openings/%d", closed), "", "", 404},
			{"/p/marrakech/log/openings/x", "", "", 404},
			{"/p/marrakech/log/tile/0/999", "", "", 404},
			{"/p/marrakech/log/proofs/-1", "", "", 404},
			{"/log/checkpoint", "text/plain; charset=utf-8", "no-cache", 200},
			{"/log/openings/0", "application/json", "public, max-age=60", 200},
		} {
			w := s.get(c.path)
			if w.Code != c.code {
				t.Errorf("%s: %d %s", c.path, w.Code, w.Body)
				continue
			}
			if c.code == 200 && (w.Header().Get("Content-Type") != c.kind || w.Header().Get("Cache-Control") != c.keep) {
				t.Errorf("%s: %v", c.path, w.Header())
			}
		}
		var opened struct {
			Public struct {
				Body map[string]any `json:"body"`
			} `json:"public"`
		}
		if err := json.Unmarshal(s.get(fmt.Sprintf("/p/marrakech/log/openings/%d", open)).Body.Bytes(), &opened); err != nil || opened.Public.Body["college"] != "citizens" {
			t.Errorf("%v %v", opened, err)
		}
		s.page("/ar/record")
		s.page("/fr/record/0")
	})
}

func TestListsAreTurnedPageByPageAndSearched(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		for range 60 {
			s.write()
		}
		first := s.page("/ar/p/marrakech/record")
		next := regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(first)
		if next == nil {
			t.Fatal("no link leads to the second page")
		}
		second := s.page(html.UnescapeString(next[1]))
		head, err := db.Head(context.Background(), s.programme.ID)
		if err != nil {
			t.Fatal(err)
		}
		line := func(n int64) string { return fmt.Sprintf(`href="/ar/p/marrakech/record/%d"`, n) }
		if !strings.Contains(first, line(head.Size-1)) || strings.Contains(first, line(0)) || !strings.Contains(second, line(0)) {
			t.Error("the pages do not follow each other")
		}
		for _, q := range []string{"7", "٧"} {
			if w := s.get("/ar/p/marrakech/record?q=" + q); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/ar/p/marrakech/record/7" {
				t.Errorf("searching %s: %d %s", q, w.Code, w.Header().Get("Location"))
			}
		}
		if found := s.page("/ar/p/marrakech/record?q=p0142-8"); !strings.Contains(found, "P-0142-8") {
			t.Error("a tracking number does not find its changes")
		}
		if w := s.get(fmt.Sprintf("/ar/p/marrakech/record/%d", head.Size)); w.Code != http.StatusNotFound {
			t.Errorf("a line beyond the end: %d", w.Code)
		}
	})
}

// TestClosedLinesDoNotBuryTheOthers: however many lines say nothing to the reader,
// the first page shows those that do.
func TestClosedLinesDoNotBuryTheOthers(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		open, _ := s.write()
		s.writeClosed(120)
		list := s.page("/ar/p/marrakech/record")
		if !strings.Contains(list, fmt.Sprintf(`href="/ar/p/marrakech/record/%d"`, open)) || !strings.Contains(list, ">121</bdi> تغييرا لم يُنشر") {
			t.Error("an open line is buried under closed ones")
		}
		if rows := strings.Count(list, "<tr"); rows > 20 {
			t.Errorf("%d rows, mostly of closed lines", rows)
		}
	})
}

func TestStaffReadClosedLinesWithinTheirRights(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		_, closed := s.write()
		at := "/ar/p/marrakech/work/record"
		if w := s.get(at); w.Code != http.StatusUnauthorized {
			t.Errorf("a visitor: %d", w.Code)
		}
		estimated := i18n.T(i18n.Ar, "record.kind.proposal.estimated")
		for _, c := range []struct {
			grant accounts.Grant
			sees  bool
		}{
			{accounts.Grant{Role: accounts.Auditor}, true},
			{accounts.Grant{Role: accounts.Auditor, Axis: "water"}, false},
		} {
			s.actor = accounts.Actor{Programme: s.programme.ID, Person: "x", Grants: []accounts.Grant{c.grant}}
			list, line := s.page(at), s.page(fmt.Sprintf("%s/%d", at, closed))
			if strings.Contains(list, estimated) != c.sees || strings.Contains(line, "1\u00a0234\u00a0567") != c.sees {
				t.Errorf("%+v: sees closed lines is not %v", c.grant, c.sees)
			}
			if strings.Contains(list+line, "marked-closed") {
				t.Error("a text stands on the page of the log")
			}
		}
		s.actor = accounts.Actor{Programme: s.programme.ID, Person: "x", Grants: []accounts.Grant{{Role: accounts.Participant}}}
		if w := s.get(at); w.Code != http.StatusForbidden {
			t.Errorf("a participant: %d", w.Code)
		}
	})
}

// TestAForgedRowIsNotShownAsTheRecord: what somebody writes into the table by
// hand is on no page, also before the record has been audited.
func TestAForgedRowIsNotShownAsTheRecord(t *testing.T) {
	for name, forged := range map[string]string{
		"body":    `public_body = REPLACE(public_body, 'C-0001-3', 'C-6666-6')`,
		"subject": `subject = 'proposal/C-6666-6'`,
		"kind":    `kind = 'proposal.answered.v1'`,
		"time":    `t = t + 86400000`,
	} {
		t.Run(name, func(t *testing.T) {
			testkit.EachDB(t, func(t *testing.T, db *store.DB) {
				s := newSite(t, db)
				open, _ := s.write()
				s.seal()
				if err := db.WriteUnlogged(t.Context(), func(tx *store.Tx) error {
					return tx.Exec(`UPDATE change SET `+forged+` WHERE programme_id = $1 AND n = $2`, s.programme.ID, open)
				}); err != nil {
					t.Fatal(err)
				}
				at := "/ar/p/marrakech/record"
				everything := s.page(at) + s.page(fmt.Sprintf("%s/%d", at, open))
				for _, bad := range []string{"C-6666-6", "C-0001-3", i18n.T(i18n.Ar, "record.kind.proposal.grouped"), i18n.T(i18n.Ar, "record.kind.proposal.answered")} {
					if strings.Contains(everything, bad) {
						t.Errorf("the page still says %q", bad)
					}
				}
			})
		})
	}
}
