package consultation

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// entry is what a proposal is listed by: about 150 bytes, so that 10,000 of them
// are filtered in memory in less than a database needs to plan a query.
type entry struct {
	seq, cycle    int64
	state         ProposalState
	outcome       Outcome
	axis, college string
	units         []string
}

// index keeps the entries of each programme, ordered by seq. One process serves a
// database (store.Open holds the lock), so only this module's own commands make
// it stale, and each drops what it has changed.
type index struct {
	mu  sync.Mutex
	byP map[string]*entries
}

// entries are loaded once, by the first who asks; the others wait.
type entries struct {
	once sync.Once
	list []entry
	err  error
}

// forget drops a programme's entries after a command. A load that is under way
// answers those who wait for it already and nobody later.
func (x *index) forget(programmeID string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	delete(x.byP, programmeID)
}

func (x *index) get(programmeID string, load func() ([]entry, error)) ([]entry, error) {
	x.mu.Lock()
	e, ok := x.byP[programmeID]
	if !ok {
		e = &entries{}
		x.byP[programmeID] = e
	}
	x.mu.Unlock()
	e.once.Do(func() { e.list, e.err = load() })
	if e.err != nil {
		x.mu.Lock()
		if x.byP[programmeID] == e {
			delete(x.byP, programmeID) // the next one tries again
		}
		x.mu.Unlock()
	}
	return e.list, e.err
}

// loadTime bounds a load, which does not end with the request that began it:
// others wait for it too.
const loadTime = 10 * time.Second

func (s *Service) entries(ctx context.Context, programmeID string) ([]entry, error) {
	return s.index.get(programmeID, func() ([]entry, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadTime)
		defer cancel()
		same := map[string]string{} // each word once in memory, not once an entry
		intern := func(w *string) {
			if _, ok := same[*w]; !ok {
				same[*w] = strings.Clone(*w)
			}
			*w = same[*w]
		}
		return all(ctx, s.read, func(row scanner) (e entry, err error) {
			var units string
			if err := row.Scan(&e.seq, &e.cycle, &e.state, &e.outcome, &e.axis, &e.college, &units); err != nil {
				return e, err
			}
			e.units = splitUnits(units)
			for i := range e.units {
				intern(&e.units[i])
			}
			intern((*string)(&e.state))
			intern((*string)(&e.outcome))
			intern(&e.axis)
			intern(&e.college)
			return e, nil
		}, sqlEntries, programmeID)
	})
}

// matching lists the seq of the proposals that a filter lets through, in its order.
func (s *Service) matching(ctx context.Context, programmeID string, f ProposalFilter) ([]int64, error) {
	list, err := s.entries(ctx, programmeID)
	if err != nil {
		return nil, err
	}
	keep := f.keeps(s.Units(f.Unit))
	if seq, ok := f.number(); ok {
		keep = func(e entry) bool { return e.seq == seq }
	} else if asked := words(f.Words, maxQueryWords); len(asked) > 0 {
		found, err := s.withWords(ctx, programmeID, asked)
		if err != nil {
			return nil, err
		}
		others := keep
		keep = func(e entry) bool { return found[e.seq] && others(e) }
	}
	var seqs []int64
	for _, e := range list {
		if (len(f.states) == 0 || slices.Contains(f.states, e.state)) && keep(e) {
			seqs = append(seqs, e.seq)
		}
	}
	if !f.Oldest {
		slices.Reverse(seqs)
	}
	return seqs, nil
}

// number is the one proposal that somebody asks for by its number, with or
// without the check digit.
func (f ProposalFilter) number() (seq int64, ok bool) {
	if kind, number, ok := programme.ParseNumber(f.Words); ok && kind == programme.Proposal {
		seq, err := seqOf(number)
		return seq, err == nil
	}
	seq, err := strconv.ParseInt(strings.TrimSpace(f.Words), 10, 64)
	return seq, err == nil
}

// keeps is the filter's conditions on an entry, but for state and words.
func (f ProposalFilter) keeps(units []string) func(entry) bool {
	return func(e entry) bool {
		return (f.Cycle == 0 || e.cycle == f.Cycle) && (f.Axis == "" || e.axis == f.Axis) && (f.College == "" || e.college == f.College) &&
			(len(f.Outcomes) == 0 || slices.Contains(f.Outcomes, e.outcome)) &&
			(len(units) == 0 || slices.ContainsFunc(e.units, func(u string) bool { return slices.Contains(units, u) }))
	}
}

// withWords finds the proposals that hold a word beginning with each of those
// asked for, in one query.
func (s *Service) withWords(ctx context.Context, programmeID string, asked []string) (map[int64]bool, error) {
	w := whereProgramme(programmeID)
	parts := make([]string, len(asked))
	for i, word := range asked {
		parts[i] = sqlWithWord + w.condition("word >= ? AND word < ?", word, afterWord(word))
	}
	seqs, err := all(ctx, s.read, scanSeq, strings.Join(parts, " INTERSECT "), w.args...)
	found := make(map[int64]bool, len(seqs))
	for _, seq := range seqs {
		found[seq] = true
	}
	return found, err
}

// proposals reads one page of a list: the index tells which, one query reads
// them. The states are judged again, since the index may be a moment old.
func (s *Service) proposals(ctx context.Context, programmeID string, f ProposalFilter) (list ProposalList, err error) {
	list.Pages = pageOf(f.Page)
	seqs, err := s.matching(ctx, programmeID, f)
	if err != nil {
		return list, err
	}
	list.Total = len(seqs)
	first := min((list.Page-1)*list.Size, len(seqs))
	shown := seqs[first:min(first+list.Size, len(seqs))]
	if len(shown) == 0 {
		return list, nil
	}
	w := whereProgramme(programmeID)
	for _, seq := range shown {
		w.args = append(w.args, seq)
	}
	w.text.WriteString(" AND seq IN " + store.In(2, len(shown)))
	order := newestFirst
	if f.Oldest {
		order = oldestFirst
	}
	list.Rows, err = all(ctx, s.read, scanProposal, sqlProposals+w.text.String()+order, w.args...)
	list.Rows = slices.DeleteFunc(list.Rows, func(p Proposal) bool { return len(f.states) > 0 && !slices.Contains(f.states, p.State) })
	return list, err
}
