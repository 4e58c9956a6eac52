package pb

import (
	"math/big"
	"math/bits"
)

// exactNumber is what a flow is made of: 128-bit integers where they suffice,
// else big ones. Values are never changed in place.
type exactNumber[T any] interface {
	plus(T) T
	minus(T) T
	compare(T) int
	zero() bool
}

type uint128 struct{ hi, lo uint64 }

func (a uint128) plus(b uint128) uint128 {
	lo, carry := bits.Add64(a.lo, b.lo, 0)
	hi, _ := bits.Add64(a.hi, b.hi, carry)
	return uint128{hi, lo}
}

func (a uint128) minus(b uint128) uint128 {
	lo, borrow := bits.Sub64(a.lo, b.lo, 0)
	hi, _ := bits.Sub64(a.hi, b.hi, borrow)
	return uint128{hi, lo}
}

func (a uint128) compare(b uint128) int {
	switch {
	case a == b:
		return 0
	case a.hi < b.hi || a.hi == b.hi && a.lo < b.lo:
		return -1
	}
	return 1
}

func (a uint128) zero() bool { return a == uint128{} }

func toUint128(n *big.Int) uint128 {
	var buf [16]byte
	n.FillBytes(buf[:])
	var u uint128
	for _, b := range buf[:8] {
		u.hi = u.hi<<8 | uint64(b)
	}
	for _, b := range buf[8:] {
		u.lo = u.lo<<8 | uint64(b)
	}
	return u
}

type bigNumber struct{ *big.Int }

func (a bigNumber) plus(b bigNumber) bigNumber  { return bigNumber{new(big.Int).Add(a.Int, b.Int)} }
func (a bigNumber) minus(b bigNumber) bigNumber { return bigNumber{new(big.Int).Sub(a.Int, b.Int)} }
func (a bigNumber) compare(b bigNumber) int     { return a.Cmp(b.Int) }
func (a bigNumber) zero() bool                  { return a.Sign() == 0 }

// network is a bipartite flow network: sources supply what groups adjacent to
// them can take. It is solved by blocking flows (Dinic).
type network[T exactNumber[T]] struct {
	supply   []T     // what each source has still to send
	room     []T     // what each group can still take
	to       [][]int // groups of each source
	sent     [][]T   // what went along each of them
	from     [][]edge
	level    []int // of sources, then of groups; -1 if out of reach
	next     []int // per source, the next neighbour to try
	nextBack []int // per group, the next source to take flow back from
}

// edge is the k-th neighbour of a source, seen from the group.
type edge struct{ source, k int }

func newNetwork[T exactNumber[T]](supply, room []T, to [][]int, none T) *network[T] {
	n := &network[T]{supply: supply, room: room, to: to,
		sent: make([][]T, len(supply)), from: make([][]edge, len(room)),
		level: make([]int, len(supply)+len(room)), next: make([]int, len(supply)), nextBack: make([]int, len(room))}
	for s, groups := range to {
		n.sent[s] = make([]T, len(groups))
		for k, g := range groups {
			n.sent[s][k] = none
			n.from[g] = append(n.from[g], edge{s, k})
		}
	}
	return n
}

// solve sends all it can and tells which sources cannot send everything,
// together with all sources that compete with them: the smallest set that no
// further flow can relieve. It is empty if everything was sent.
func (n *network[T]) solve() []int {
	for n.reach() {
		clear(n.next)
		clear(n.nextBack)
		for s := range n.supply {
			for !n.supply[s].zero() && n.level[s] == 0 {
				if !n.push(s) {
					break
				}
			}
		}
	}
	var short []int
	for s := range n.supply {
		if n.level[s] >= 0 {
			short = append(short, s)
		}
	}
	return short
}

// reach sets the levels from sources with supply left; true if a group with
// room is among what they reach.
func (n *network[T]) reach() bool {
	for i := range n.level {
		n.level[i] = -1
	}
	var queue []int
	for s := range n.supply {
		if !n.supply[s].zero() {
			n.level[s] = 0
			queue = append(queue, s)
		}
	}
	found := false
	m := len(n.supply)
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		if v < m {
			for _, g := range n.to[v] {
				if n.level[m+g] < 0 {
					n.level[m+g] = n.level[v] + 1
					queue = append(queue, m+g)
				}
			}
			continue
		}
		if !n.room[v-m].zero() {
			found = true
			continue
		}
		for _, e := range n.from[v-m] {
			if n.level[e.source] < 0 && !n.sent[e.source][e.k].zero() {
				n.level[e.source] = n.level[v] + 1
				queue = append(queue, e.source)
			}
		}
	}
	return found
}

// push sends flow from source s along one path of rising levels; false if there is none.
func (n *network[T]) push(s int) bool {
	amount, ok := n.walk(s, n.supply[s])
	if ok {
		n.supply[s] = n.supply[s].minus(amount)
	}
	return ok
}

// walk moves up to most from source s onwards and returns what it moved.
func (n *network[T]) walk(s int, most T) (T, bool) {
	m := len(n.supply)
	for ; n.next[s] < len(n.to[s]); n.next[s]++ {
		k := n.next[s]
		g := n.to[s][k]
		if n.level[m+g] != n.level[s]+1 {
			continue
		}
		if amount, ok := n.through(g, most); ok {
			n.sent[s][k] = n.sent[s][k].plus(amount)
			return amount, true
		}
	}
	return most, false
}

// through moves up to most into group g: into its room, or by sending back what
// another source had put there.
func (n *network[T]) through(g int, most T) (T, bool) {
	if !n.room[g].zero() {
		amount := smaller(most, n.room[g])
		n.room[g] = n.room[g].minus(amount)
		return amount, true
	}
	m := len(n.supply)
	for ; n.nextBack[g] < len(n.from[g]); n.nextBack[g]++ {
		e := n.from[g][n.nextBack[g]]
		back := n.sent[e.source][e.k]
		if back.zero() || n.level[e.source] != n.level[m+g]+1 {
			continue
		}
		if amount, ok := n.walk(e.source, smaller(most, back)); ok {
			n.sent[e.source][e.k] = n.sent[e.source][e.k].minus(amount)
			return amount, true
		}
	}
	return most, false
}

func smaller[T exactNumber[T]](a, b T) T {
	if a.compare(b) <= 0 {
		return a
	}
	return b
}
