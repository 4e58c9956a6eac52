package i18n

import (
	"encoding/hex"
	"sync"

	"golang.org/x/text/collate"
)

// A collator keeps state while it works, so each caller takes one of its own.
var collators = map[Lang]*sync.Pool{Ar: collatorPool(Ar), Fr: collatorPool(Fr), En: collatorPool(En)}

func collatorPool(l Lang) *sync.Pool {
	return &sync.Pool{New: func() any { return collate.New(tags[l], collate.Numeric) }}
}

// SortKey is text whose byte order is the language's alphabetical order. It is
// hexadecimal, because a TEXT column of PostgreSQL refuses the zero bytes of raw
// keys; numbers inside compare by value ("دوار 2" before "دوار 10").
func SortKey(l Lang, s string) string {
	c := collators[l].Get().(*collate.Collator)
	defer collators[l].Put(c)
	var buf collate.Buffer
	return hex.EncodeToString(c.KeyFromString(&buf, s))
}
