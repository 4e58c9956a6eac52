package pb

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
)

// Margin is the least number of ballots found that, had they been taken down
// wrongly, would have changed what wins. It comes from two searches for each
// project: adding a lost project to ballots that lack it, those whose voters have
// most left first; and striking a winner from ballots that have it, those that
// paid most first. Other combinations may need fewer, so an audit should assume
// less than this (see SampleSize).
type Margin struct {
	Ballots int64  `json:"ballots"`
	Project string `json:"project"`
	Added   bool   `json:"added"` // true: the project would have won; false: it would have lost
}

// FindMargin searches the margin of an Equal Shares outcome by reruns. The
// options must be those that gave the outcome. Margins above limit are not looked
// for; found is false if there is none up to it.
func FindMargin(ctx context.Context, inst *Instance, profile *Profile, opts Options, out *Outcome, limit int64) (m Margin, found bool, err error) {
	opts.Brief, opts.Progress = true, nil
	for i := range inst.Projects {
		id := inst.Projects[i].ID
		won := out.Won(id)
		order := ballotsBySpare(out, profile, opts.Utility, id, won)
		changed := func(k int64) (bool, error) {
			o, err := EqualShares(ctx, inst, alter(profile, id, order[:k], !won), opts)
			return err == nil && o.Won(id) != won, err
		}
		k, err := leastChange(min(limit, int64(len(order))), changed)
		if err != nil {
			return Margin{}, false, err
		}
		if k > 0 {
			m, found, limit = Margin{Ballots: k, Project: id, Added: !won}, true, k-1
		}
	}
	return m, found, nil
}

// leastChange doubles k until the outcome changes, then halves the interval; 0
// if nothing changes up to the limit.
func leastChange(limit int64, changed func(int64) (bool, error)) (int64, error) {
	low, high := int64(0), int64(1)
	for {
		if limit <= low {
			return 0, nil
		}
		high = min(high, limit)
		yes, err := changed(high)
		if err != nil {
			return 0, err
		}
		if yes {
			break
		}
		low, high = high, 2*high
	}
	for high-low > 1 {
		mid := low + (high-low)/2
		yes, err := changed(mid)
		if err != nil {
			return 0, err
		}
		if yes {
			high = mid
		} else {
			low = mid
		}
	}
	return high, nil
}

// ballotsBySpare lists single ballots that name the project (or do not), by what
// their voters have left: most first, or least first for those that name it.
func ballotsBySpare(out *Outcome, profile *Profile, util Utility, project string, named bool) []int {
	type entry struct {
		ballot int
		left   float64
	}
	var list []entry
	for i := range profile.Ballots {
		b := &profile.Ballots[i]
		if slices.Contains(b.Projects, project) != named {
			continue
		}
		left := AccountOf(profile, util, out, b).Left.Float()
		for range b.Voters() {
			list = append(list, entry{i, left})
		}
	}
	slices.SortStableFunc(list, func(a, b entry) int {
		if named {
			return cmp.Compare(a.left, b.left)
		}
		return cmp.Compare(b.left, a.left)
	})
	order := make([]int, len(list))
	for i, e := range list {
		order[i] = e.ballot
	}
	return order
}

// alter is the profile with a project added to, or struck from, one voter's
// ballot for each entry of the list.
func alter(profile *Profile, project string, ballots []int, add bool) *Profile {
	changed := *profile
	changed.Ballots = slices.Clone(profile.Ballots)
	counts := map[int]int{}
	for _, i := range ballots {
		counts[i]++
	}
	for i, n := range counts {
		old := &changed.Ballots[i]
		one := *old
		one.Count = n
		if add {
			one.Projects = append(slices.Clip(one.Projects), project)
			if one.Points != nil {
				one.Points = append(slices.Clip(one.Points), largestPoints(profile))
			}
		} else {
			one = withoutChoice(&Profile{Ballots: []Ballot{one}}, project).Ballots[0]
		}
		if n == old.Voters() {
			*old = one
			continue
		}
		old.Count = old.Voters() - n
		changed.Ballots = append(changed.Ballots, one)
	}
	return &changed
}

// SampleSize is how many of the paper ballots to draw and compare with what was
// taken down, so that the outcome is confirmed at a risk limit if no more than
// the expected number of them differ. If as many ballots as the margin were wrong,
// a sample of this size would show so few differences with a probability of at
// most the risk.
//
// The margin should be reduced for safety, half of what FindMargin found being
// our custom. It fails if even all ballots would not do.
//
// Source: Stark, Sharper p-values for stratified election audits (2009), for
// sampling without replacement.
func SampleSize(ballots, margin, expected int64, risk float64) (int64, error) {
	if ballots < 1 || margin < 1 || margin > ballots || expected < 0 || !(risk > 0 && risk < 1) {
		return 0, &Fault{Code: BadOption, Got: fmt.Sprintf("margin %d of %d ballots, %d differences, risk %v", margin, ballots, expected, risk),
			Want: "a margin between 1 and the number of ballots and a risk between 0 and 1"}
	}
	if expected >= margin {
		return 0, &Fault{Code: BadOption, Got: fmt.Sprintf("%d differences expected", expected), Want: fmt.Sprintf("fewer than the margin, %d", margin)}
	}
	low, high := expected, ballots // the chance falls as the sample grows
	for high-low > 1 {
		mid := low + (high-low)/2
		if AuditRisk(ballots, margin, mid, expected) <= risk {
			high = mid
		} else {
			low = mid
		}
	}
	return high, nil
}

// AuditRisk is the probability that a sample drawn from ballots of which margin
// are wrong shows at most found wrong ones: the hypergeometric tail
// Σ C(margin, i)·C(ballots−margin, sample−i) / C(ballots, sample), i up to found.
// The outcome is confirmed when it is at most the risk limit. It is a float64:
// no money and no winner hangs on its last digits.
func AuditRisk(ballots, margin, sample, found int64) float64 {
	all, sum := logBinomial(ballots, sample), 0.0
	for i := int64(0); i <= min(found, margin, sample); i++ {
		if sample-i <= ballots-margin {
			sum += math.Exp(logBinomial(margin, i) + logBinomial(ballots-margin, sample-i) - all)
		}
	}
	return min(sum, 1)
}

// logBinomial is the logarithm of n over k.
func logBinomial(n, k int64) float64 {
	factorial := func(n int64) float64 {
		f, _ := math.Lgamma(float64(n) + 1)
		return f
	}
	return factorial(n) - factorial(k) - factorial(n-k)
}

// DrawSample lists which ballots, numbered from 1, to draw: the first of all in
// ascending SHA-256 of the seed in UTF-8, a zero byte and the number in decimal.
// A seed drawn in public lets everybody check the list.
func DrawSample(seed string, ballots, size int64) []int64 {
	type numbered struct {
		n   int64
		key [32]byte
	}
	all := make([]numbered, ballots)
	for i := range all {
		all[i] = numbered{int64(i) + 1, DrawKey(seed, fmt.Sprint(i+1))}
	}
	slices.SortFunc(all, func(a, b numbered) int { return bytes.Compare(a.key[:], b.key[:]) })
	out := make([]int64, min(size, ballots))
	for i := range out {
		out[i] = all[i].n
	}
	return out
}
