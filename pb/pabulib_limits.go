package pb

import (
	"fmt"
	"math"
)

// limits are what META allows a ballot to be. The zero value allows everything.
type limits struct {
	places map[string]row // rows of META that faults may point to

	minLength, maxLength int
	minCost, maxCost     int64
	minSum, maxSum       decimal
	costs, sums          bool // limited at all
	negative             bool // points below zero are allowed
}

// note remembers where a field stands.
func (l *limits) note(key string, r *row) {
	if l.places == nil {
		l.places = map[string]row{}
	}
	l.places[key] = row{line: r.line, text: r.text, at: append([]int(nil), r.at...)}
}

// row is where a field of META stands, else the fallback.
func (l *limits) row(key string, fallback *row) *row {
	if r, ok := l.places[key]; ok {
		return &r
	}
	return fallback
}

// read takes the limits from META, which is complete.
func (l *limits) read(p *PabulibReader) {
	number := func(key string, otherwise int64, decimals int) int64 {
		d, ok := parseDecimal(p.Instance.Get(key))
		if !ok || d.decimals > decimals {
			return otherwise
		}
		n, ok := d.at(decimals)
		if !ok {
			return otherwise
		}
		return n
	}
	l.minLength = int(number("min_length", 0, 0))
	l.maxLength = int(number("max_length", math.MaxInt32, 0))
	l.minCost = number("min_sum_cost", 0, p.Instance.Decimals)
	l.maxCost = number("max_sum_cost", math.MaxInt64, p.Instance.Decimals)
	l.costs = l.minCost > 0 || l.maxCost < math.MaxInt64
	l.minSum = decimal{digits: number("min_sum_points", 0, 0)}
	l.maxSum = decimal{digits: number("max_sum_points", math.MaxInt64, 0)}
	l.sums = (p.Kind == Cumulative || p.Kind == Scoring) && (l.minSum.digits > 0 || l.maxSum.digits < math.MaxInt64)
	l.negative = number("min_points", 0, 0) < 0
	if p.Kind == ChooseOne {
		l.maxLength = min(l.maxLength, 1)
	}
}

// check tells of a ballot outside the limits. An empty ballot is always allowed.
func (l *limits) check(p *PabulibReader, r *row, b *Ballot) {
	n := len(b.Projects)
	if n == 0 {
		return
	}
	if n < l.minLength || n > l.maxLength {
		p.tell(BreaksLimit, r, p.votes.vote, fmt.Sprintf("%d projects", n), fmt.Sprintf("%d to %d", l.minLength, l.maxLength))
	}
	if l.costs {
		var cost int64
		for _, id := range b.Projects {
			cost += p.Instance.Projects[p.at[id]].Cost
		}
		if cost < l.minCost || cost > l.maxCost {
			p.tell(BreaksLimit, r, p.votes.vote, "projects for "+FormatAmount(cost, p.Instance.Decimals), "a sum within min_sum_cost and max_sum_cost")
		}
	}
	if l.sums {
		var sum int64
		for _, pt := range b.Points {
			sum += pt
		}
		unit := int64(math.Pow10(p.PointDecimals))
		if sum < l.minSum.digits*unit || l.maxSum.digits < math.MaxInt64/unit && sum > l.maxSum.digits*unit {
			p.tell(BreaksLimit, r, p.votes.points, FormatAmount(sum, p.PointDecimals)+" points", "a sum within min_sum_points and max_sum_points")
		}
	}
}
