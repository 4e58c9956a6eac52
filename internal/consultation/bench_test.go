package consultation

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// BenchmarkProposalLists reads pages of lists over 10,000 proposals with 16
// readers in a closed loop, and reports the 50th and 99th percentile in ms.
func BenchmarkProposalLists(b *testing.B) {
	testkit.EachDSN(b, func(b *testing.B, dsn string) {
		w := newWorld(b, dsn)
		w.fill(10_000)
		const readers = 16
		filters := []ProposalFilter{{}, {Page: 400}, {Unit: city}, {Axis: "water", Unit: bour, Page: 5}, {College: "civil"},
			{Outcomes: []Outcome{Submitted}, Page: 100}, {Words: "مستوصف 42"}, {Words: "500"}}
		var mu sync.Mutex
		var took []time.Duration
		b.ResetTimer()
		var wait sync.WaitGroup
		for r := range readers {
			wait.Go(func() {
				for i := range b.N/readers + 1 {
					began := time.Now()
					list, err := w.Proposals(b.Context(), w.p.ID, filters[(i+r)%len(filters)])
					if err != nil || list.Total == 0 {
						b.Errorf("filter %d: %d, %v", (i+r)%len(filters), list.Total, err)
					}
					mu.Lock()
					took = append(took, time.Since(began))
					mu.Unlock()
				}
			})
		}
		wait.Wait()
		b.StopTimer()
		slices.Sort(took)
		ms := func(q float64) float64 { return took[int(q*float64(len(took)-1))].Seconds() * 1000 }
		b.ReportMetric(ms(.5), "ms-p50")
		b.ReportMetric(ms(.99), "ms-p99")
	})
}

// fill adds published proposals, several hundred a write.
func (w *world) fill(n int) {
	w.Helper()
	units := []string{dlim, mnabha, gueliz, city, "07.351.05.03", "07.351.07.07"}
	axes := []string{"water", "social", "employment", "upgrading"}
	colleges := []string{"citizens", "civil", "elected"}
	for at := 0; at < n; at += 250 {
		w.must(w.db.Write(w.Context(), w.p.ID, func(tx *store.Tx) error {
			for i := at; i < at+250; i++ {
				place := []string{"المستوصف", "الإعدادية", "السوق", "السقاية", "الواد", "الملعب", "المسجد", "الحي", "الطريق", "الغابة", "المركز"}[i%11]
				d := ProposalDraft{Title: i18n.Text{Ar: fmt.Sprintf("مقترح إنارة الطريق رقم %d", i)}, Lang: "ar", Cycle: 1, Once: store.NewID(), Channel: Web,
					Body:    fmt.Sprintf("تمديد الإنارة العمومية في الدوار رقم %d إلى %s ومحطة الحافلة مع صيانة دورية.", i%70, place),
					College: colleges[i%3], Axis: axes[i%4], Units: []string{units[i%6]}}
				number, err := insertProposal(tx, w.visitor, d, Published, "")
				if err != nil {
					return err
				}
				if _, err := tx.Append(d.change(ChangeProposalSubmitted, number, w.visitor, webAuthor(w.visitor))); err != nil {
					return err
				}
			}
			return nil
		}))
	}
}
