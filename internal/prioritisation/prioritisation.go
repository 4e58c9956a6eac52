// Package prioritisation runs the consultative vote (استشارة ترتيبية): screened
// proposals become options under an indicative budget; people cast a basket with
// a printed code, in secret; Equal Shares orders the options. The vote orders,
// it allocates nothing.
//
// What the secret ballot promises, and what it cannot, is in docs/security.md.
package prioritisation

import (
	"encoding/json"
	"slices"
	"time"

	"github.com/khettara/khettara/internal/consultation"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/pb"
)

// State of a vote.
type State string

// A vote is prepared, frozen with its charter, closed at its time, tallied
// after the public draw, and published by a person. Between frozen and closed
// it is open whenever the clock stands between its two times.
const (
	Draft     State = "draft"
	Frozen    State = "frozen"
	Closed    State = "closed"
	Tallied   State = "tallied"
	Published State = "published"
)

// Vote is one consultative vote.
type Vote struct {
	Number      string // V-0001-…
	Cycle       int64
	State       State
	Title       i18n.Text
	Question    i18n.Text
	Budget      int64 // centimes, indicative
	OpensAt     time.Time
	ClosesAt    time.Time
	Charter     json.RawMessage // frozen; nil in draft
	CharterHash string          // SHA-256 of Charter, hex
	Seed        string          // of the public draw for ties; "" before it
	Outcome     *pb.Outcome     // nil before the tally
	OutcomeHash string
	Merged      []string // classes that were merged into Others before publication
	PublishedAt time.Time
	Version     int64
}

// Open tells whether ballots are taken at a time.
func (v Vote) Open(at time.Time) bool {
	return v.State == Frozen && !at.Before(v.OpensAt) && at.Before(v.ClosesAt)
}

// Option is one project that people may put into their basket.
type Option struct {
	Number      string // O-0001-…
	Vote        string
	Proposal    string // P-…, the screened proposal it comes from
	Title       i18n.Text
	Description i18n.Text
	Opinion     i18n.Text // of the deconcentrated services
	Cost        int64     // centimes
	Units       []string  // HCP codes
	Version     int64
}

// Others is the class of voters whose own college would have fewer than ClassSize members.
const Others = "others"

// ClassSize is the least number of credentials, and of ballots cast, of a class
// that is shown apart.
const ClassSize = 10

// Class counts the credentials of one class of voters.
type Class struct {
	Name     string // a college, or Others
	Eligible int
	Cast     int // -1 while the vote is open: nobody may see it
}

// mergeSmall says which classes are too small to stand alone: they are counted
// as Others. If the small ones together stay too small, the smallest of the
// others joins them, so that no class under ClassSize remains, unless it is the
// only one.
func mergeSmall(sizes map[string]int) (merged []string) {
	names := make([]string, 0, len(sizes))
	for name := range sizes {
		if name != Others {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := sizes[a] - sizes[b]; d != 0 {
			return d
		}
		if a < b {
			return -1
		}
		return 1
	})
	others := sizes[Others]
	for _, name := range names {
		if sizes[name] >= ClassSize && (others == 0 || others >= ClassSize) {
			break
		}
		merged = append(merged, name)
		others += sizes[name]
	}
	slices.Sort(merged)
	return merged
}

// Service runs the commands and answers the queries of the stage.
type Service struct {
	db           *store.DB
	consultation *consultation.Service
	casts        *store.Batcher[*cast]
	made         madeCodes
}

// NewService makes the module's service.
func NewService(db *store.DB, consultation *consultation.Service) *Service {
	s := &Service{db: db, consultation: consultation}
	s.casts = store.NewBatcher(castsTogether, castWait, s.castAll)
	return s
}
