package prioritisation

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// Casts wait for company, so that one commit holds many marks and many ballots
// and does not say which belong together.
const (
	castsTogether = 64
	castWait      = 2 * time.Second
)

// Receipt is what a voter keeps: a number to look for in the published list, and
// the secret behind it. It shows that a ballot is counted, not what it says.
type Receipt struct {
	Number string // "7K4-MDQ-29": the first 40 bits of the secret's hash
	Secret string // the 128-bit secret as a code, 27 characters
}

// NewReceipt draws the secret of a ballot, when the review page is made.
func NewReceipt() Receipt { return receiptOf(accounts.NewSecret(accounts.ReceiptBytes)) }

// ParseReceipt reads a secret as it was printed or posted.
func ParseReceipt(secret string) (Receipt, error) {
	raw, err := accounts.ParseCode(secret, accounts.ReceiptBytes)
	if err != nil {
		return Receipt{}, fault.New(fault.Invalid, "prioritisation.error.bad_receipt")
	}
	return receiptOf(raw), nil
}

func receiptOf(raw []byte) Receipt {
	key := sha256.Sum256(raw)
	return Receipt{Number: BallotNumber(hex.EncodeToString(key[:])), Secret: accounts.FormatCode(raw)}
}

// key is the ballot's key: SHA-256 of the secret's raw bytes, in hexadecimal.
func (r Receipt) key() (string, error) {
	raw, err := accounts.ParseCode(r.Secret, accounts.ReceiptBytes)
	if err != nil {
		return "", fault.New(fault.Invalid, "prioritisation.error.bad_receipt")
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:]), nil
}

// BallotNumber is the short form of a ballot's key that voters look for.
func BallotNumber(key string) string {
	raw, err := hex.DecodeString(key)
	if err != nil || len(raw) < 5 {
		return ""
	}
	const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	var b strings.Builder
	var acc uint64
	for _, c := range raw[:5] {
		acc = acc<<8 | uint64(c)
	}
	for i := range 8 {
		if i == 3 || i == 6 {
			b.WriteByte('-')
		}
		b.WriteByte(alphabet[acc>>(35-5*i)&31])
	}
	return b.String()
}

// cast is one ballot on its way into a group.
type cast struct {
	programme, vote string
	code            string // hash of the voting code, hex
	key             string // hash of the receipt's secret, hex
	options         []string
	content         string // JSON of options
	class           string
}

// CheckBasket judges what a voter has chosen, before the code is asked for: it
// must not be empty, hold only options of the vote, and stay within the budget.
func CheckBasket(v Vote, options []Option, chosen []string) (cost int64, err error) {
	costs := map[string]int64{}
	for _, o := range options {
		costs[o.Number] = o.Cost
	}
	return basketCost(costs, v.Budget, chosen)
}

func basketCost(costs map[string]int64, budget int64, chosen []string) (cost int64, err error) {
	if len(chosen) == 0 {
		return 0, fault.Field("option", "prioritisation.error.empty_basket")
	}
	for _, number := range chosen {
		c, ok := costs[number]
		if !ok {
			return 0, fault.Field("option", "fault.unknown_choice")
		}
		cost += c
	}
	if cost > budget {
		return cost, fault.Field("option", "prioritisation.error.over_budget")
	}
	return cost, nil
}

// CastBallot casts a basket with a voting code. receipt was drawn for the review
// page: a used code with the secret of a ballot is answered like the first time,
// whatever the basket now; the ballot counts as it was first cast. It returns when
// the ballot is durable, up to two seconds later.
func (s *Service) CastBallot(ctx context.Context, programmeID, vote, code string, receipt Receipt, chosen []string) (err error) {
	defer fault.Wrap(&err, "prioritisation.CastBallot(%s)", vote)
	raw, err := accounts.ParseCode(code, accounts.CodeBytes)
	if err != nil {
		return fault.Field("code", "prioritisation.error.bad_code")
	}
	key, err := receipt.key()
	if err != nil {
		return err
	}
	chosen = slices.Clone(chosen)
	slices.Sort(chosen)
	chosen = slices.Compact(chosen)
	h := accounts.HashCode(raw)
	c := &cast{programme: programmeID, vote: vote, code: hex.EncodeToString(h[:]), key: key, options: chosen, content: encodeList(chosen)}
	return s.casts.Add(ctx, programmeID+" "+vote, c)
}

// castAll writes the ballots that waited together: one UPDATE marks all codes,
// one INSERT adds all ballots, each sorted by its own hash, without savepoints.
// A cast that fails its check leaves the group before anything is written.
func (s *Service) castAll(_ string, casts []*cast) []error {
	errs := make([]error, len(casts))
	programmeID, vote := casts[0].programme, casts[0].vote
	err := s.db.Cast(context.Background(), programmeID, func(tx *store.Tx) error {
		g, err := loadCasts(tx, vote, casts)
		if err != nil {
			return err
		}
		var accepted []*cast
		for i, c := range casts {
			var write bool
			if write, errs[i] = g.judge(c); write {
				accepted = append(accepted, c)
			}
		}
		return writeCasts(tx, vote, accepted)
	})
	if err != nil {
		for i := range errs {
			if errs[i] == nil {
				errs[i] = err
			}
		}
	}
	return errs
}

// castGroup is what the judgement of a group of casts needs.
type castGroup struct {
	closed error // why no ballot is taken now
	budget int64
	costs  map[string]int64
	class  map[string]string // code hash → class
	used   map[string]bool
	ballot map[string]bool // keys of the ballots that are there
}

func loadCasts(tx *store.Tx, vote string, casts []*cast) (*castGroup, error) {
	g := &castGroup{costs: map[string]int64{}, class: map[string]string{}, used: map[string]bool{}, ballot: map[string]bool{}}
	v, err := hold(tx, vote)
	if err != nil {
		return nil, err
	}
	g.budget = v.Budget
	switch {
	case v.State != Frozen || !tx.Now().Before(v.ClosesAt):
		g.closed = fault.New(fault.Closed, "prioritisation.error.closed")
	case tx.Now().Before(v.OpensAt):
		g.closed = fault.New(fault.Closed, "prioritisation.error.not_open")
	default:
		if g.closed = programme.ParticipantGate(tx, v.Cycle, programme.Prioritisation); fault.KindOf(g.closed) == fault.Internal && g.closed != nil {
			return nil, g.closed
		}
	}
	if err := each(tx, sqlCosts, []any{tx.Log(), vote}, func(scan func(...any) error) error {
		var number string
		var cost int64
		err := scan(&number, &cost)
		g.costs[number] = cost
		return err
	}); err != nil {
		return nil, err
	}
	codes, keys := make([]any, len(casts)), make([]any, len(casts))
	for i, c := range casts {
		codes[i], keys[i] = c.code, c.key
	}
	credentials, ballots := sqlCredentials, sqlBallotsByKey
	if v.State != Draft && v.State != Frozen { // an answer may be lost in the last second too
		credentials, ballots = sqlClosedCredentials, sqlClosedBallotsByKey
	}
	if err := each(tx, credentials+store.In(3, len(codes)), append([]any{tx.Log(), vote}, codes...), func(scan func(...any) error) error {
		var hash, class string
		var used bool
		err := scan(&hash, &class, &used)
		g.class[hash], g.used[hash] = class, used
		return err
	}); err != nil {
		return nil, err
	}
	return g, each(tx, ballots+store.In(3, len(keys)), append([]any{tx.Log(), vote}, keys...), func(scan func(...any) error) error {
		var key string
		err := scan(&key)
		g.ballot[key] = true
		return err
	})
}

// judge decides one cast; write is false for one that fails, and for one that
// was written before and whose answer was lost. What a written ballot holds plays
// no part: else whoever holds a voter's receipt could try baskets until one is
// confirmed. Nor does the answer say more of a foreign receipt than of an unknown code.
func (g *castGroup) judge(c *cast) (write bool, err error) {
	class, known := g.class[c.code]
	if g.ballot[c.key] {
		if known && g.used[c.code] {
			return false, nil
		}
		known = false
	}
	switch {
	case !known:
		return false, fault.Field("code", "prioritisation.error.unknown_code")
	case g.used[c.code]:
		return false, fault.Field("code", "prioritisation.error.used_code")
	case g.closed != nil:
		return false, g.closed
	}
	if _, err := basketCost(g.costs, g.budget, c.options); err != nil {
		return false, err
	}
	c.class = class
	g.used[c.code], g.ballot[c.key] = true, true // the next one of the group sees it
	return true, nil
}

func writeCasts(tx *store.Tx, vote string, accepted []*cast) error {
	if len(accepted) == 0 {
		return nil
	}
	codes := make([]string, len(accepted))
	for i, c := range accepted {
		codes[i] = c.code
	}
	slices.Sort(codes)
	slices.SortFunc(accepted, func(a, b *cast) int { return strings.Compare(a.key, b.key) })
	if err := tx.Exec(sqlMark+store.In(3, len(codes)), append([]any{tx.Log(), vote}, anys(codes)...)...); err != nil {
		return err
	}
	args := make([]any, 0, 5*len(accepted))
	for _, c := range accepted {
		args = append(args, tx.Log(), vote, c.key, c.class, c.content)
	}
	return tx.Exec(sqlInsertBallots+tx.Values(len(accepted), 5), args...)
}

func decodeList(s string) (list []string, err error) { return list, json.Unmarshal([]byte(s), &list) }
