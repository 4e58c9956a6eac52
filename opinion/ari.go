package opinion

// AdjustedRand is the adjusted Rand index of two groupings of the same items
// (Hubert and Arabie 1985): 1 for the same groups under whatever names, about 0
// for groups that have nothing to do with each other, below 0 if they avoid
// each other. Items with a negative label in either grouping are left out. Two
// groupings that both put all in one group, or each alone, count as the same.
func AdjustedRand(a, b []int) float64 {
	if len(a) != len(b) {
		panic("opinion: two groupings of different lengths")
	}
	type pair struct{ a, b int }
	both, inA, inB := map[pair]int{}, map[int]int{}, map[int]int{}
	n := 0
	for i := range a {
		if a[i] >= 0 && b[i] >= 0 {
			both[pair{a[i], b[i]}]++
			inA[a[i]]++
			inB[b[i]]++
			n++
		}
	}
	// The sums are of whole numbers, so their order does not matter.
	together, ofA, ofB := pairs(both), pairs(inA), pairs(inB)
	all := float64(n) * float64(n-1) / 2
	if n < 2 {
		return 1
	}
	expected := float64(ofA) * float64(ofB) / all
	most := (float64(ofA) + float64(ofB)) / 2
	if most == expected {
		return 1
	}
	return (float64(together) - expected) / (most - expected)
}

// pairs is the number of pairs of items that share a group.
func pairs[K comparable](sizes map[K]int) int64 {
	var sum int64
	for _, n := range sizes {
		sum += int64(n) * int64(n-1) / 2
	}
	return sum
}
