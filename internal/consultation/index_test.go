package consultation

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

// TestAListNeverLagsBehindACommand: the index is in memory, and readers load it
// again all the time while commands drop it; whoever has got a command's answer
// must find its effect in the list.
func TestAListNeverLagsBehindACommand(t *testing.T) {
	eachWorld(t, func(w *world) {
		var stop atomic.Bool
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for !stop.Load() {
					list, err := w.Proposals(w.Context(), w.p.ID, ProposalFilter{})
					if err != nil {
						w.Error(err)
						return
					}
					for _, p := range list.Rows {
						if p.State != Published || p.Title.Empty() {
							w.Errorf("%s is listed in state %s", p.Number, p.State)
						}
					}
				}
			})
		}
		total := func(want int, after string) {
			w.Helper()
			if list, err := w.Proposals(w.Context(), w.p.ID, ProposalFilter{}); err != nil || list.Total != want {
				w.Errorf("after %s the list has %d, want %d: %v", after, list.Total, want, err)
			}
		}
		for i := range 15 {
			number := w.published()
			total(i+1, "a publication")
			w.must(w.HideProposal(w.Context(), w.examiner, number, 0, reason("يذكر اسم شخص"), ""))
			total(i, "a hiding")
			w.must(w.RestoreProposal(w.Context(), w.examiner, number, 0, reason("حُذف الاسم"), ""))
		}
		stop.Store(true)
		readers.Wait()
	})
}

func TestAnIndexThatFailedToLoadIsTriedAgain(t *testing.T) {
	x := index{byP: map[string]*entries{}}
	gone := errors.New("the database went away")
	if _, err := x.get("p", func() ([]entry, error) { return nil, gone }); !errors.Is(err, gone) {
		t.Fatalf("a failed load answers %v", err)
	}
	loads := 0
	for range 3 {
		list, err := x.get("p", func() ([]entry, error) { loads++; return []entry{{seq: 1}}, nil })
		if err != nil || len(list) != 1 {
			t.Fatalf("after the failure: %v, %v", list, err)
		}
	}
	x.forget("p")
	if _, err := x.get("p", func() ([]entry, error) { loads++; return nil, nil }); err != nil || loads != 2 {
		t.Errorf("%d loads, want one and another after forgetting: %v", loads, err)
	}
}
