package pb

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"math/big"
)

// TieBreaker orders projects that a rule finds exactly equal. The zero value
// is TieByID.
type TieBreaker struct {
	name     string
	criteria []TieCriterion
	seed     string
}

// TieCriterion is one step in breaking a tie.
type TieCriterion string

// The criteria a tie can be broken by.
const (
	BySupport TieCriterion = "more_supporters"
	ByCost    TieCriterion = "lower_cost"
	ByDraw    TieCriterion = "public_draw"
	ByID      TieCriterion = "smallest_id"
)

// TieByID prefers the smallest project id, compared as a string by code
// points. It is what reference outcomes use; it favours whoever numbered first.
func TieByID() TieBreaker {
	return TieBreaker{name: "id", criteria: []TieCriterion{ByID}}
}

// TiePublished prefers more supporters (by multiplicity), then the lower cost,
// then the order of a public draw with the seed.
func TiePublished(seed string) TieBreaker {
	return TieBreaker{name: "published", criteria: []TieCriterion{BySupport, ByCost, ByDraw, ByID}, seed: seed}
}

// TieDraw uses the public draw alone: ascending SHA-256 of the seed in UTF-8,
// a zero byte and the project's id.
func TieDraw(seed string) TieBreaker {
	return TieBreaker{name: "draw", criteria: []TieCriterion{ByDraw, ByID}, seed: seed}
}

// String is the name the record shows: id, published or draw.
func (t TieBreaker) String() string {
	if t.name == "" {
		return "id"
	}
	return t.name
}

// Seed is the text of the public draw, "" if none takes part.
func (t TieBreaker) Seed() string { return t.seed }

// DrawKey is the hash by which a public draw orders a project: the smaller
// comes first.
func DrawKey(seed, id string) [sha256.Size]byte {
	h := sha256.New()
	h.Write([]byte(seed))
	h.Write([]byte{0})
	h.Write([]byte(id))
	var key [sha256.Size]byte
	h.Sum(key[:0])
	return key
}

// contender is what a tie-breaker looks at.
type contender struct {
	id      string
	cost    int64
	support *big.Int // total multiplicity of the supporters, in the election's common denominator
}

// compare is negative if a goes before b, and tells what decided.
func (t TieBreaker) compare(a, b contender) (int, TieCriterion) {
	criteria := t.criteria
	if criteria == nil {
		criteria = []TieCriterion{ByID}
	}
	for _, by := range criteria {
		c := 0
		switch by {
		case BySupport:
			c = b.support.Cmp(a.support)
		case ByCost:
			c = cmp.Compare(a.cost, b.cost)
		case ByDraw:
			ka, kb := DrawKey(t.seed, a.id), DrawKey(t.seed, b.id)
			c = bytes.Compare(ka[:], kb[:])
		case ByID:
			c = cmp.Compare(a.id, b.id)
		}
		if c != 0 {
			return c, by
		}
	}
	return 0, ByID
}
