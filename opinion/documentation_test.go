package opinion

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// measuredConversations are the rows of the tables in docs/opinion-maps.md.
var measuredConversations = []string{
	"15-per-hour-seattle", "american-assembly.bowling-green", "canadian-electoral-reform", "scoop-hivemind.taxes",
}

const (
	rowOrders    = 12
	subsamples   = 10
	shuffledRuns = 3
)

// TestTablesOfTheDocumentation measures both modes on real conversations and holds
// the tables in docs/opinion-maps.md to them.
func TestTablesOfTheDocumentation(t *testing.T) {
	dir := conformance(t)
	page, err := os.ReadFile("../docs/opinion-maps.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range measuredConversations {
		c := readConversation(t, filepath.Join(dir, name))
		for _, row := range []string{measuredOrder(t, name, c), measuredMeaning(t, name, c), measuredNothing(t, name, c)} {
			if !strings.Contains(string(page), row) {
				t.Errorf("docs/opinion-maps.md lacks\n%s", row)
			}
		}
	}
}

// copyOf is the votes of some people in this order.
func copyOf(v *Votes, people []int) *Votes {
	out := New()
	for j := range v.Statements() {
		out.AddStatement(v.StatementID(j))
		out.SetModeration(j, v.Moderation(j))
	}
	for _, i := range people {
		at := out.AddPerson(v.PersonID(i))
		for j, vote := range v.Row(i) {
			out.Set(at, j, vote)
		}
	}
	return out
}

// structureless deals the votes on each statement anew among those who voted on it.
func structureless(v *Votes, seed uint64) *Votes {
	rnd := rand.New(rand.NewPCG(seed, 2))
	people := make([]int, v.People())
	for i := range people {
		people[i] = i
	}
	out := copyOf(v, people)
	for j := range v.Statements() {
		var voters []int
		var votes []Vote
		for i, vote := range v.Column(j) {
			voters, votes = append(voters, i), append(votes, vote)
		}
		rnd.Shuffle(len(votes), func(a, b int) { votes[a], votes[b] = votes[b], votes[a] })
		for n, i := range voters {
			out.Set(i, j, votes[n])
		}
	}
	return out
}

// groupsIn are the groups of a copy by the indices of the original.
func groupsIn(m *ParityMap, people []int, all int) []int {
	out := slices.Repeat([]int{-1}, all)
	for at, g := range m.Group() {
		out[people[at]] = g
	}
	return out
}

func publishedK(c *Conversation) int {
	return slices.Max(c.Groups) + 1
}

// measuredOrder tells how far groups depend on the order of rows and on who took part.
func measuredOrder(t *testing.T, name string, c *Conversation) string {
	t.Helper()
	v, k := c.Votes, publishedK(c)
	polis := parityOf(t, v, ParityOptions{K: k, Seed: 1})
	rnd := rand.New(rand.NewPCG(1, 1))
	var orders [][]int
	low, high := 1.0, -1.0
	for range rowOrders {
		people := rnd.Perm(v.People())
		orders = append(orders, groupsIn(parityOf(t, copyOf(v, people), ParityOptions{K: k, Seed: 1}), people, v.People()))
		ari := AdjustedRand(orders[len(orders)-1], c.Groups)
		low, high = min(low, ari), max(high, ari)
	}
	var pairs, sub float64
	for a := range orders {
		for b := range a {
			pairs += AdjustedRand(orders[a], orders[b]) / float64(len(orders)*(len(orders)-1)/2)
		}
	}
	whole := polis.Group()
	for range subsamples {
		people := subsample(v.People(), refitShare, rnd)
		part := groupsIn(parityOf(t, copyOf(v, people), ParityOptions{K: k, Seed: 1}), people, v.People())
		sub += AdjustedRand(part, whole) / subsamples
	}
	_, g := khettaraOf(t, v, 20)
	return fmt.Sprintf("| %s | %d × %d, %d | %d | %d | %.2f | %.2f..%.2f | %.2f | %.2f | 1.00 | %.2f |",
		name, v.People(), v.Statements(), v.Cast(), k, len(parityOf(t, v, ParityOptions{Seed: 1}).Groups),
		AdjustedRand(whole, c.Groups), low, high, pairs, sub, g.Stability[k-leastGroups].ARI)
}

func khettaraOf(t *testing.T, v *Votes, refits int) (*Map, *Groups) {
	t.Helper()
	m := mapOf(t, v, MapOptions{Seed: 1})
	g, err := FindGroups(context.Background(), v, m, GroupOptions{Seed: 1, Refits: refits})
	if err != nil {
		t.Fatal(err)
	}
	return m, g
}

// measuredMeaning tells what axes and distances mean: the correlation of the first
// axis with people's mean deviation, of the distance from the centre with the
// logarithm of votes cast; and what Khettara shows, with the least edge.
func measuredMeaning(t *testing.T, name string, c *Conversation) string {
	t.Helper()
	v := c.Votes
	polis := parityOf(t, v, ParityOptions{Seed: 1})
	m, g := khettaraOf(t, v, 20)
	var polisAxis, polisDistance, axis, distance correlation
	for i := range v.People() {
		if v.CastBy(i) < enoughVotes {
			continue
		}
		var deviation float64
		n := 0
		for j, vote := range v.Row(i) {
			if m.Included[j] {
				deviation += float64(vote) - m.Mean[j]
				n++
			}
		}
		if n == 0 {
			continue
		}
		deviation /= float64(n)
		x, p := m.Positions[i].estimate().at, vec2(polis.Positions[i])
		polisAxis.add(p[0], deviation, 1)
		axis.add(x[0], deviation, 1)
		polisDistance.add(p.norm(), math.Log(float64(v.CastBy(i))), 1)
		distance.add(x.norm(), math.Log(float64(v.CastBy(i))), 1)
	}
	least := "–"
	if edges := g.Edges(v, m); len(edges) > 0 {
		size := 1.0
		for _, e := range edges {
			size = min(size, e.Size)
		}
		least = fmt.Sprintf("%.2f", size)
	}
	return fmt.Sprintf("| %s | %.2f | %.2f | %.2f | %.2f | %d | %s |", name,
		math.Abs(polisAxis.value()), math.Abs(axis.value()), polisDistance.value(), distance.value(), g.K, least)
}

// measuredNothing tells what both modes make of votes without structure.
func measuredNothing(t *testing.T, name string, c *Conversation) string {
	t.Helper()
	var polisK, khettaraK []string
	var flagged, pairs, own, ownPairs int
	for seed := range uint64(shuffledRuns) {
		v := structureless(c.Votes, seed)
		m := parityOf(t, v, ParityOptions{Seed: 1})
		polisK = append(polisK, fmt.Sprint(len(m.Groups)))
		f, n := flaggedBy(v, m)
		flagged, pairs = flagged+f, pairs+n
		_, g := khettaraOf(t, v, 5)
		khettaraK = append(khettaraK, fmt.Sprint(g.K))
		f, n = flaggedByKhettara(t, v)
		own, ownPairs = own+f, ownPairs+n
	}
	held, heldPairs := flaggedBy(c.Votes, parityOf(t, c.Votes, ParityOptions{Seed: 1}))
	ownHeld, ownHeldPairs := flaggedByKhettara(t, c.Votes)
	percent := func(a, b int) float64 { return 100 * part(float64(a), float64(b)) }
	return fmt.Sprintf("| %s | %s | %s | %.0f %% | %.0f %% | %.0f %% | %.1f %% |", name, strings.Join(polisK, ", "), strings.Join(khettaraK, ", "),
		percent(held, heldPairs), percent(flagged, pairs), percent(ownHeld, ownHeldPairs), percent(own, ownPairs))
}

// flaggedByKhettara counts the pairs of group and statement that are called
// representative of one of two groups.
func flaggedByKhettara(t *testing.T, v *Votes) (flagged, pairs int) {
	t.Helper()
	ctx := context.Background()
	m := mapOf(t, v, MapOptions{Seed: 1})
	g, err := FindGroups(ctx, v, m, GroupOptions{Seed: 1, K: 2, NoRefits: true})
	if err != nil {
		t.Fatal(err)
	}
	list, err := RepresentativeStatements(ctx, v, m, g, RepresentativeOptions{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, in := range m.Included {
		if in {
			pairs += g.K
		}
	}
	return len(list), pairs
}

// flaggedBy counts the pairs of group and statement that Polis calls significant.
func flaggedBy(v *Votes, m *ParityMap) (flagged, pairs int) {
	for g := range m.Groups {
		for j := range v.Statements() {
			if v.Moderation(j).Excluded() || v.Counts(j).Cast() == 0 {
				continue
			}
			s := newParityStats(j, m.Groups[g].Votes[j], votesOfOthers(m.Groups, g, j))
			pairs++
			if s.agree.sufficient() || s.disagree.sufficient() {
				flagged++
			}
		}
	}
	return flagged, pairs
}
