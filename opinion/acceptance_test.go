package opinion

import (
	"context"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// repetitions of what is measured on drawn numbers: few in every run, all that
// the acceptance asks for with KHETTARA_ACCEPTANCE set.
func repetitions(few, all int) int {
	if os.Getenv("KHETTARA_ACCEPTANCE") != "" {
		return all
	}
	return few
}

// permuted are the same votes, people and statements in another order.
func permuted(v *Votes, seed uint64) *Votes {
	draw := rand.New(rand.NewPCG(seed, 3))
	w := New()
	for _, i := range draw.Perm(v.People()) {
		w.AddPerson(v.PersonID(i))
	}
	for _, j := range draw.Perm(v.Statements()) {
		w.SetModeration(w.AddStatement(v.StatementID(j)), v.Moderation(j))
	}
	for i := range v.People() {
		u, _ := w.Person(v.PersonID(i))
		for j, x := range v.Row(i) {
			s, _ := w.Statement(v.StatementID(j))
			w.Set(u, s, x)
		}
	}
	return w
}

// shuffled keeps on each statement the same votes by the same people, but deals
// the votes out among them anew: no structure is left.
func shuffled(v *Votes, seed uint64) *Votes {
	draw := rand.New(rand.NewPCG(seed, 5))
	w := New()
	for i := range v.People() {
		w.AddPerson(v.PersonID(i))
	}
	for j := range v.Statements() {
		w.SetModeration(w.AddStatement(v.StatementID(j)), v.Moderation(j))
		var people []int
		var votes []Vote
		for i, x := range v.Column(j) {
			people, votes = append(people, i), append(votes, x)
		}
		draw.Shuffle(len(votes), func(a, b int) { votes[a], votes[b] = votes[b], votes[a] })
		for n, i := range people {
			w.Set(i, j, votes[n])
		}
	}
	return w
}

// orderDependence is the mean adjusted Rand index between the groups that a
// pipeline makes of the same votes in so many orders: 1 if the order is nothing
// to it.
func orderDependence(v *Votes, orders int, group func(*Votes) []int) float64 {
	var labels [][]int
	for n := range orders {
		w := permuted(v, uint64(n))
		found := group(w)
		label := make([]int, v.People())
		for i := range label {
			u, _ := w.Person(v.PersonID(i))
			label[i] = found[u]
		}
		labels = append(labels, label)
	}
	sum, pairs := 0.0, 0
	for a := range labels {
		for b := range a {
			sum += AdjustedRand(labels[a], labels[b])
			pairs++
		}
	}
	return sum / float64(pairs)
}

// hidden takes a share of the votes away and returns the rest with them.
func hidden(v *Votes, share float64, seed uint64) (*Votes, []ballot) {
	draw := rand.New(rand.NewPCG(seed, 7))
	w := New()
	for i := range v.People() {
		w.AddPerson(v.PersonID(i))
	}
	for j := range v.Statements() {
		w.SetModeration(w.AddStatement(v.StatementID(j)), v.Moderation(j))
	}
	var away []ballot
	for i := range v.People() {
		for j, x := range v.Row(i) {
			switch {
			case v.Moderation(j).Excluded():
			case draw.Float64() < share:
				away = append(away, ballot{v.PersonID(i), v.StatementID(j), x})
			default:
				w.Set(i, j, x)
			}
		}
	}
	return w, away
}

// heldOut is the root mean squared error of predictions of hidden votes, each
// cut to what a vote can be.
func heldOut(v *Votes, away []ballot, predict func(person, statement int) float64) float64 {
	var sum float64
	for _, b := range away {
		i, _ := v.Person(b.person)
		j, _ := v.Statement(b.statement)
		d := float64(b.vote) - min(max(predict(i, j), -1), 1)
		sum += d * d
	}
	return math.Sqrt(sum / float64(len(away)))
}

// polisAxes predicts from the axes and positions of Polis, in whose server
// agree is −1.
func polisAxes(t testing.TB, v *Votes) func(person, statement int) float64 {
	m := parityOf(t, v, ParityOptions{})
	return func(i, j int) float64 {
		return -m.Centre[j] - m.Positions[i][0]*m.Components[0][j] - m.Positions[i][1]*m.Components[1][j]
	}
}

// realConversation is one held with Polis, and the number of groups published.
type realConversation struct {
	name  string
	votes *Votes
	k     int
}

func realConversations(t testing.TB) []realConversation {
	t.Helper()
	paths, _ := filepath.Glob(filepath.Join(conformance(t), "*", "participants-votes.csv"))
	if len(paths) == 0 {
		t.Fatal("no conversation at hand")
	}
	var list []realConversation
	for _, path := range paths {
		folder := filepath.Dir(path)
		c := readConversation(t, folder)
		list = append(list, realConversation{filepath.Base(folder), c.Votes, slices.Max(c.Groups) + 1})
	}
	return list
}

// TestMapsOfRealConversations holds the map to what it promises, on every
// conversation at hand.
func TestMapsOfRealConversations(t *testing.T) {
	ctx := context.Background()
	var stability float64
	conversations := realConversations(t)
	for _, c := range conversations {
		m := mapOf(t, c.votes, MapOptions{})
		sameMaps(t, m, mapOf(t, permuted(c.votes, 1), MapOptions{}), 1e-9)
		if o := orderDependence(c.votes, 3, func(v *Votes) []int {
			return groupsOf(t, v, mapOf(t, v, MapOptions{Rounds: 10}), GroupOptions{K: c.k, NoRefits: true}).Label
		}); o != 1 {
			t.Errorf("%s: the order of votes changes the groups, ARI %v", c.name, o)
		}
		g := groupsOf(t, c.votes, m, GroupOptions{Refits: repetitions(10, 200)})
		stability += g.Stability[c.k-leastGroups].ARI / float64(len(conversations))
		list, err := RepresentativeStatements(ctx, c.votes, m, groupsOf(t, c.votes, m, GroupOptions{K: 2, NoRefits: true}), RepresentativeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: acquiescence %.2f, %d groups, stability %v, %d of %d pairs representative", c.name, m.Acquiescence, g.K, g.Stability, len(list), 4*c.votes.Statements())
	}
	t.Logf("mean stability at the published number of groups %.3f", stability)
	if stability < 0.83 {
		t.Errorf("mean stability at the published number of groups is %v", stability)
	}
}

func TestHiddenVotesArePredicted(t *testing.T) {
	better := 0
	conversations := realConversations(t)
	for _, c := range conversations {
		var ours, polis, mean float64
		n := repetitions(1, 3)
		for seed := range n {
			v, away := hidden(c.votes, 0.1, uint64(seed))
			m := mapOf(t, v, MapOptions{})
			ours += heldOut(v, away, m.Predict) / float64(n)
			polis += heldOut(v, away, polisAxes(t, v)) / float64(n)
			mean += heldOut(v, away, func(_, j int) float64 { return m.Mean[j] }) / float64(n)
		}
		t.Logf("%s: error of hidden votes %.4f, with Polis's axes %.4f, with the statements' means %.4f", c.name, ours, polis, mean)
		if ours <= polis {
			better++
		}
		if ours >= mean {
			t.Errorf("%s: the map predicts no better than the means", c.name)
		}
	}
	if worse := len(conversations) - better; worse > max(1, len(conversations)/8) {
		t.Errorf("better than Polis's axes on %d of %d", better, len(conversations))
	}
}

func TestShuffledConversationsHaveNoGroups(t *testing.T) {
	runs, shown, flags, pairs := 0, 0, 0, 0
	for _, c := range realConversations(t) {
		if c.votes.Cast() > 50_000 && repetitions(0, 1) == 0 {
			continue
		}
		for seed := range uint64(repetitions(2, 25)) {
			v := shuffled(c.votes, seed)
			m := mapOf(t, v, MapOptions{})
			g := groupsOf(t, v, m, GroupOptions{Refits: repetitions(8, 20)})
			runs++
			if g.K > 1 {
				shown++
			}
			list, err := RepresentativeStatements(context.Background(), v, m, groupsOf(t, v, m, GroupOptions{K: 2, NoRefits: true}), RepresentativeOptions{})
			if err != nil {
				t.Fatal(err)
			}
			flags += len(list)
			pairs += 4 * v.Statements()
		}
	}
	t.Logf("groups in %d of %d shuffled conversations, %d of %d pairs representative", shown, runs, flags, pairs)
	if shown*20 > runs || flags*100 > pairs {
		t.Errorf("groups in %d of %d shuffled conversations, %d of %d pairs representative", shown, runs, flags, pairs)
	}
}
