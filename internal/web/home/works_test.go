package home

import (
	"context"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// TestWhatCameOfIt: once projects are adopted, the first page counts them and
// their money beside what they cost, and the line says it under its last stages.
func TestWhatCameOfIt(t *testing.T) {
	pack, err := territory.Load()
	if err != nil {
		t.Fatal(err)
	}
	d := homeData{Base: page.Base{Lang: i18n.Fr}, frame: &programme.Programme{Territory: "07.351"}, territory: pack}
	d.Works = works{Version: 2, AdoptedAt: time.Date(2026, time.May, 4, 9, 0, 0, 0, time.UTC), Indicators: 8}
	day := time.Date(2026, time.October, 31, 0, 0, 0, 0, i18n.Zone)
	d.Works.add(roadmap.Project{Cost: 300_000_000_00}, delivery.Progress{State: delivery.UnderWay, Troubled: true, Money: delivery.Money{Paid: 86_400_000_00, At: day}})
	d.Works.add(roadmap.Project{Cost: 112_000_000_00}, delivery.Progress{State: delivery.InService, Money: delivery.Money{At: day.AddDate(0, -1, 0)}})
	figures := d.figures()
	if len(figures) > 4 {
		t.Errorf("%d figures, four at most", len(figures))
	}
	var b strings.Builder
	for _, f := range figures[len(figures)-2:] {
		for _, c := range []interface {
			Render(ctx context.Context, w io.Writer) error
		}{f.Value, f.Of, f.Label, f.Note} {
			if c != nil {
				if err := c.Render(t.Context(), &b); err != nil {
					t.Fatal(err)
				}
				b.WriteString(" ")
			}
		}
	}
	text := plain(b.String())
	for _, want := range []string{"2 projets dans la feuille de route", "en cours : 1 ; en difficulté : 1", "86,4 sur 412,0 millions de dirhams payés", "situation au 31 octobre 2026"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said: %q", want, text)
		}
	}
	for stage, want := range map[programme.Stage]string{programme.Roadmap: "version 2 adoptée, mai 2026", programme.Delivery: "1 chantier ouvert", programme.Evaluation: "8 indicateurs"} {
		if got := plain(d.fact(stage)); got != want {
			t.Errorf("%s: %q, want %q", stage, got, want)
		}
	}
}

var markup = regexp.MustCompile(`<[^>]*>|[\x{2066}-\x{2069}]`)

// plain is what a reader sees: without markup and isolates, with plain spaces.
func plain(s string) string {
	s = html.UnescapeString(markup.ReplaceAllString(s, ""))
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s)
}
