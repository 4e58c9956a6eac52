package pb

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
)

// Ratio is an exact quantity of a record: a price, a payment, an endowment.
// Written as JSON it is the fraction itself ("4280359/256294750") when that
// takes at most 60 characters, else "~" and the value to 18 decimals, so that
// a record stays small and the same outcome always gives the same bytes. A value
// read back from the second form is rounded, and is written in it again.
type Ratio struct {
	*big.Rat
	rounded bool
}

const ratioExactLength = 60

// String is the form that JSON carries.
func (q Ratio) String() string {
	if q.Rat == nil {
		return ""
	}
	if s := q.RatString(); len(s) <= ratioExactLength && !q.rounded {
		return s
	}
	return "~" + q.FloatString(18)
}

// Float is the nearest float64, for display only.
func (q Ratio) Float() float64 {
	if q.Rat == nil {
		return 0
	}
	f, _ := q.Float64()
	return f
}

// MarshalJSON writes the short form described at Ratio.
func (q Ratio) MarshalJSON() ([]byte, error) { return json.Marshal(q.String()) }

// UnmarshalJSON reads what MarshalJSON wrote.
func (q *Ratio) UnmarshalJSON(data []byte) error {
	var s string
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if s == "" {
		q.Rat = nil
		return nil
	}
	// A bound on the length keeps "1e999999999" from filling the memory.
	r, ok := new(big.Rat), false
	if len(s) < 1024 && !strings.ContainsAny(s, "eEpP") {
		var digits string
		digits, q.rounded = strings.CutPrefix(s, "~")
		r, ok = r.SetString(digits)
	}
	if !ok {
		return fmt.Errorf("pb: %q is no ratio", s)
	}
	q.Rat = r
	return nil
}

func exact(r *big.Rat) Ratio { return Ratio{Rat: r} }

func ratio(num, den *big.Int) Ratio { return exact(new(big.Rat).SetFrac(num, den)) }

func wholeRatio(n int64) Ratio { return exact(new(big.Rat).SetInt64(n)) }
