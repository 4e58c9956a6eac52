package prioritisation

import (
	"context"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// VoteDraft is what a coordinator prepares.
type VoteDraft struct {
	Cycle    int64
	Title    i18n.Text
	Question i18n.Text
	Budget   int64 // centimes
	OpensAt  time.Time
	ClosesAt time.Time
	Once     string
}

// maxBudget is a thousand milliards of dirhams in centimes, beyond any budget of
// the State: a slip of the pen that the log's integers could not hold ends here.
const maxBudget = 1_000_000_000_000_00

func (d VoteDraft) check() error {
	var wrong fault.Fields
	wrong.Check(d.Title.Ar != "" || d.Title.Fr != "", "title", "fault.required_language")
	wrong.Check(d.Question.Ar != "" || d.Question.Fr != "", "question", "fault.required_language")
	if wrong.Check(d.Budget > 0, "budget", "fault.required") {
		wrong.Check(d.Budget <= maxBudget, "budget", "fault.number_range", "min", 1, "max", int64(maxBudget/100))
	}
	wrong.Check(!d.OpensAt.IsZero(), "opens_at", "fault.required")
	if wrong.Check(!d.ClosesAt.IsZero(), "closes_at", "fault.required") {
		wrong.Check(d.OpensAt.Before(d.ClosesAt), "closes_at", "fault.date_order")
	}
	return wrong.Err()
}

// manage runs a command of a vote's preparation: right, once, gate, write.
func (s *Service) manage(ctx context.Context, actor accounts.Actor, once string, fn func(tx *store.Tx, by store.Part) error) error {
	if err := actor.Require(accounts.VoteManage, "", ""); err != nil {
		return err
	}
	err := s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		return fn(tx, actor.By(accounts.VoteManage, "", ""))
	})
	if errors.Is(err, store.Unchanged) {
		return nil
	}
	return err
}

// CreateVote begins a vote in draft and returns its number.
func (s *Service) CreateVote(ctx context.Context, actor accounts.Actor, d VoteDraft) (number string, err error) {
	defer fault.Wrap(&err, "prioritisation.CreateVote")
	if err := d.check(); err != nil {
		return "", err
	}
	err = s.manage(ctx, actor, d.Once, func(tx *store.Tx, by store.Part) error {
		if err := programme.StaffGate(tx, d.Cycle, programme.Prioritisation); err != nil {
			return err
		}
		if number, err = programme.NextNumber(tx, programme.Vote); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertVote, tx.Log(), number, d.Cycle, encodeText(d.Title), encodeText(d.Question), d.Budget,
			store.Millis(d.OpensAt), store.Millis(d.ClosesAt)); err != nil {
			return err
		}
		return appendVote(tx, actor, by, ChangeVoteCreated, number, d)
	})
	if err == nil && number == "" {
		return s.earlier(ctx, actor, d.Once)
	}
	return number, err
}

// earlier is the number of what a form made when it was posted before.
func (s *Service) earlier(ctx context.Context, actor accounts.Actor, once string) (number string, err error) {
	var subject string
	if err := s.db.Read().QueryRowContext(ctx, sqlEarlier, actor.Programme, once).Scan(&subject); err != nil {
		return "", err
	}
	_, number, _ = programme.ParseSubject(subject)
	return number, nil
}

// ChangeVote changes a vote in draft.
func (s *Service) ChangeVote(ctx context.Context, actor accounts.Actor, number string, version int64, d VoteDraft) (err error) {
	defer fault.Wrap(&err, "prioritisation.ChangeVote(%s)", number)
	if err := d.check(); err != nil {
		return err
	}
	return s.manage(ctx, actor, d.Once, func(tx *store.Tx, by store.Part) error {
		ok, err := tx.ExecOne(sqlChangeVote, tx.Log(), number, encodeText(d.Title), encodeText(d.Question), d.Budget,
			store.Millis(d.OpensAt), store.Millis(d.ClosesAt), version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return appendVote(tx, actor, by, ChangeVoteChanged, number, d)
	})
}

func appendVote(tx *store.Tx, actor accounts.Actor, by store.Part, kind, number string, d VoteDraft) error {
	_, err := tx.Append(store.Change{Kind: kind, Subject: programme.Subject(programme.Vote, number),
		Public: store.Part{"number": number, "budget": d.Budget, "opens": store.Millis(d.OpensAt), "closes": store.Millis(d.ClosesAt), "by": by},
		Text:   store.Part{"title": programme.TextValue(d.Title), "question": programme.TextValue(d.Question)}, Person: actor.PersonPart()})
	return err
}

// OptionDraft is a screened proposal on its way onto the ballot.
type OptionDraft struct {
	Vote        string
	Proposal    string // P-…
	Title       i18n.Text
	Description i18n.Text
	Opinion     i18n.Text
	Cost        int64 // centimes
	Units       []string
	Once        string
}

func (d OptionDraft) check() error {
	var wrong fault.Fields
	wrong.Check(d.Title.Ar != "" || d.Title.Fr != "", "title", "fault.required_language")
	wrong.Check(d.Cost > 0, "cost", "fault.required")
	wrong.Check(len(d.Units) > 0, "units", "fault.choose_some")
	return wrong.Err()
}

// AddOption puts a screened proposal with an estimated cost onto a vote in draft.
func (s *Service) AddOption(ctx context.Context, actor accounts.Actor, d OptionDraft) (number string, err error) {
	defer fault.Wrap(&err, "prioritisation.AddOption(%s)", d.Proposal)
	if err := d.check(); err != nil {
		return "", err
	}
	refs, err := s.consultation.ProposalRefs(ctx, actor.Programme, d.Proposal)
	if err != nil {
		return "", err
	}
	if ref, ok := refs[d.Proposal]; !ok || !ref.Eligible() {
		return "", fault.Field("proposal", "prioritisation.error.not_screened")
	}
	err = s.manage(ctx, actor, d.Once, func(tx *store.Tx, by store.Part) error {
		v, err := changeOptions(tx, d.Vote)
		if err != nil {
			return err
		}
		if d.Cost > v.Budget {
			return fault.Field("cost", "prioritisation.error.above_budget")
		}
		if number, err = programme.NextNumber(tx, programme.Option); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertOption, tx.Log(), number, d.Vote, d.Proposal, encodeText(d.Title), encodeText(d.Description),
			encodeText(d.Opinion), d.Cost, encodeList(d.Units)); err != nil {
			return err
		}
		subject, role := programme.Subject(programme.Option, number), by["role"].(string)
		if err := programme.AddLinks(tx,
			programme.Link{Source: programme.Subject(programme.Proposal, d.Proposal), Target: subject, Kind: programme.PutToVote, ByRole: role},
			programme.Link{Source: subject, Target: programme.Subject(programme.Vote, d.Vote), Kind: programme.OptionOf, ByRole: role}); err != nil {
			return err
		}
		return appendOption(tx, actor, by, number, d)
	})
	if err == nil && number == "" {
		return s.earlier(ctx, actor, d.Once)
	}
	return number, err
}

// ChangeOption changes an option of a vote in draft; the proposal stays.
func (s *Service) ChangeOption(ctx context.Context, actor accounts.Actor, number string, version int64, d OptionDraft) (err error) {
	defer fault.Wrap(&err, "prioritisation.ChangeOption(%s)", number)
	if err := d.check(); err != nil {
		return err
	}
	return s.manage(ctx, actor, d.Once, func(tx *store.Tx, by store.Part) error {
		v, err := changeOptions(tx, d.Vote)
		if err != nil {
			return err
		}
		if d.Cost > v.Budget {
			return fault.Field("cost", "prioritisation.error.above_budget")
		}
		ok, err := tx.ExecOne(sqlChangeOption, tx.Log(), number, encodeText(d.Title), encodeText(d.Description), encodeText(d.Opinion), d.Cost, encodeList(d.Units), version, d.Vote, d.Proposal)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return appendOption(tx, actor, by, number, d)
	})
}

// RemoveOption takes an option off a vote in draft.
func (s *Service) RemoveOption(ctx context.Context, actor accounts.Actor, vote, number, once string) (err error) {
	defer fault.Wrap(&err, "prioritisation.RemoveOption(%s)", number)
	return s.manage(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		if _, err := changeOptions(tx, vote); err != nil {
			return err
		}
		o, err := oneOption(tx.Context(), tx, tx.Log(), number)
		if err != nil {
			return err
		}
		ok, err := tx.ExecOne(sqlDeleteOption, tx.Log(), number, vote)
		if err != nil {
			return err
		}
		if !ok { // it stands on another vote
			return fault.New(fault.NotFound, "fault.not_found")
		}
		subject := programme.Subject(programme.Option, o.Number)
		if err := errors.Join(
			programme.RemoveLink(tx, programme.Subject(programme.Proposal, o.Proposal), subject, programme.PutToVote),
			programme.RemoveLink(tx, subject, programme.Subject(programme.Vote, o.Vote), programme.OptionOf)); err != nil {
			return err
		}
		_, err = tx.Append(store.Change{Kind: ChangeOptionRemoved, Subject: subject, Public: store.Part{"number": o.Number, "vote": o.Vote, "by": by}, Person: actor.PersonPart()})
		return err
	})
}

func appendOption(tx *store.Tx, actor accounts.Actor, by store.Part, number string, d OptionDraft) error {
	_, err := tx.Append(store.Change{Kind: ChangeOptionSet, Subject: programme.Subject(programme.Option, number),
		Public: store.Part{"number": number, "vote": d.Vote, "proposal": d.Proposal, "cost": d.Cost, "units": anys(d.Units), "by": by},
		Text:   store.Part{"title": programme.TextValue(d.Title), "description": programme.TextValue(d.Description), "opinion": programme.TextValue(d.Opinion)},
		Person: actor.PersonPart()})
	return err
}

// held is what a write knows of the vote whose row it holds.
type held struct {
	Cycle             int64
	State             State
	OpensAt, ClosesAt time.Time
	Budget            int64
}

// hold locks the vote's row to the end of the write.
func hold(tx *store.Tx, number string) (h held, err error) {
	var opens, closes int64
	err = tx.QueryRowContext(tx.Context(), sqlHoldVote, tx.Log(), number).Scan(&h.Cycle, &h.State, &opens, &closes, &h.Budget)
	if store.IsNoRows(err) {
		return h, fault.New(fault.NotFound, "fault.not_found")
	}
	h.OpensAt, h.ClosesAt = store.Time(opens), store.Time(closes)
	return h, err
}

func inDraft(tx *store.Tx, number string) (held, error) {
	h, err := hold(tx, number)
	if err == nil && h.State != Draft {
		err = fault.New(fault.Closed, "prioritisation.error.frozen")
	}
	return h, err
}

// changeOptions holds a vote in draft whose options a write changes: whoever has
// seen the old ones can no longer freeze them unseen.
func changeOptions(tx *store.Tx, number string) (held, error) {
	h, err := inDraft(tx, number)
	if err != nil {
		return h, err
	}
	return h, tx.Exec(sqlTouchVote, tx.Log(), number)
}

// maxCodes bounds one printing.
const maxCodes = 1000

// MakeCodes makes voting codes for a college of a vote in draft. They are
// returned once, for printing; only their hashes are kept. The same person with
// the same once gets the same codes within showAgain, and none later: discard
// them and make new ones.
func (s *Service) MakeCodes(ctx context.Context, actor accounts.Actor, p *programme.Programme, vote, college string, n int, once string) (codes []string, err error) {
	defer fault.Wrap(&err, "prioritisation.MakeCodes(%s, %s)", vote, college)
	var wrong fault.Fields
	c, ok := p.College(college)
	wrong.Check(ok && c.Voice == programme.Preference, "college", "prioritisation.error.no_ballot")
	wrong.Check(n >= 1 && n <= maxCodes, "count", "fault.number_range", "min", 1, "max", maxCodes)
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	form := codesForm{actor.Programme, actor.Person, vote, college, once}
	err = s.manage(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		if _, err := inDraft(tx, vote); err != nil {
			return err
		}
		hashes := make([]string, n)
		for i := range n {
			raw := accounts.NewSecret(accounts.CodeBytes)
			codes = append(codes, accounts.FormatCode(raw))
			h := accounts.HashCode(raw)
			hashes[i] = hex.EncodeToString(h[:])
		}
		slices.Sort(hashes) // the order of printing is nobody's business
		for chunk := range slices.Chunk(hashes, 200) {
			args := make([]any, 0, 5*len(chunk))
			for _, h := range chunk {
				args = append(args, tx.Log(), vote, h, college, false)
			}
			if err := tx.Exec(sqlInsertCredentials+tx.Values(len(chunk), 5), args...); err != nil {
				return err
			}
		}
		s.made.keep(form, codes) // before the commit: the second click waits for just that
		_, err := tx.Append(store.Change{Kind: ChangeCodesMade, Subject: programme.Subject(programme.Vote, vote),
			Public: store.Part{"vote": vote, "college": college, "count": n, "by": by}, Person: actor.PersonPart()})
		return err
	})
	if err != nil {
		return nil, err
	}
	if codes == nil {
		return s.made.again(form), nil
	}
	return codes, nil
}

// DiscardCodes makes all codes of a college worthless, while the vote is in draft.
func (s *Service) DiscardCodes(ctx context.Context, actor accounts.Actor, vote, college, once string) (err error) {
	defer fault.Wrap(&err, "prioritisation.DiscardCodes(%s, %s)", vote, college)
	return s.manage(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		if _, err := inDraft(tx, vote); err != nil {
			return err
		}
		if err := tx.Exec(sqlDiscard, tx.Log(), vote, college); err != nil {
			return err
		}
		s.made.forget(actor.Programme, vote, college)
		_, err := tx.Append(store.Change{Kind: ChangeCodesDiscarded, Subject: programme.Subject(programme.Vote, vote),
			Public: store.Part{"vote": vote, "college": college, "by": by}, Person: actor.PersonPart()})
		return err
	})
}

// FreezeCharter fixes everything that the vote depends on: options, budget,
// times, rule, and the classes of eligible codes, small ones merged. From then
// on only the clock opens and closes it.
func (s *Service) FreezeCharter(ctx context.Context, actor accounts.Actor, number string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "prioritisation.FreezeCharter(%s)", number)
	return s.manage(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		v, options, err := toFreeze(tx, number)
		if err != nil {
			return err
		}
		classes, err := fixClasses(tx, number)
		if err != nil {
			return err
		}
		charter, err := store.Canonical(charterPart(v, options, classes))
		if err != nil {
			return err
		}
		ok, err := tx.ExecOne(sqlFreeze, tx.Log(), number, string(charter), hashOf(charter), version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		subject := programme.Subject(programme.Vote, number)
		if _, err := tx.Append(store.Change{Kind: ChangeCharterFrozen, Subject: subject, Open: true,
			Public: store.Part{"vote": number, "charter": hashOf(charter), "by": by}, Person: actor.PersonPart()}); err != nil {
			return err
		}
		return releaseVote(tx, subject, options)
	})
}

// toFreeze reads what the charter will fix, with the vote's row held, and judges it.
func toFreeze(tx *store.Tx, number string) (v Vote, list []Option, err error) {
	if _, err := inDraft(tx, number); err != nil {
		return v, nil, err
	}
	if v, err = oneVote(tx.Context(), tx, tx.Log(), number); err != nil {
		return v, nil, err
	}
	if list, err = options(tx.Context(), tx, sqlOptions, tx.Log(), number); err != nil {
		return v, nil, err
	}
	if len(list) < 2 {
		return v, nil, fault.New(fault.Invalid, "prioritisation.error.few_options")
	}
	for _, o := range list {
		if o.Cost > v.Budget {
			return v, nil, fault.New(fault.Invalid, "prioritisation.error.option_above_budget", "proposal", o.Proposal)
		}
	}
	if !v.ClosesAt.After(tx.Now()) {
		return v, nil, fault.New(fault.Invalid, "prioritisation.error.closes_past")
	}
	return v, list, nil
}

// releaseVote opens what the log kept closed while the vote was prepared.
func releaseVote(tx *store.Tx, subject string, options []Option) error {
	if err := tx.Release(subject); err != nil {
		return err
	}
	for _, o := range options {
		if err := tx.Release(programme.Subject(programme.Option, o.Number)); err != nil {
			return err
		}
	}
	return nil
}

// fixClasses merges classes with too few codes and returns what is left.
func fixClasses(tx *store.Tx, vote string) ([]Class, error) {
	classes, err := classesOf(tx.Context(), tx, sqlClasses, tx.Log(), vote)
	if err != nil {
		return nil, err
	}
	if len(classes) == 0 {
		return nil, fault.New(fault.Invalid, "prioritisation.error.no_codes")
	}
	sizes := map[string]int{}
	for _, c := range classes {
		sizes[c.Name] = c.Eligible
	}
	if merged := mergeSmall(sizes); len(merged) > 0 {
		if err := tx.Exec(sqlReclass+store.In(4, len(merged)), append([]any{tx.Log(), vote, Others}, anys(merged)...)...); err != nil {
			return nil, err
		}
	}
	return classesOf(tx.Context(), tx, sqlClasses, tx.Log(), vote)
}

// maxSeed is the greatest length of a drawn seed in code points.
const maxSeed = 200

// DrawSeed records the text that was drawn in public after the closing; ties are
// broken by it. It is logged before anything is counted.
func (s *Service) DrawSeed(ctx context.Context, actor accounts.Actor, number, seed string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "prioritisation.DrawSeed(%s)", number)
	seed = strings.TrimSpace(seed)
	var wrong fault.Fields
	if wrong.Check(utf8.RuneCountInString(seed) >= 4, "seed", "fault.too_short", "n", 4) {
		wrong.Check(utf8.RuneCountInString(seed) <= maxSeed, "seed", "fault.too_long", "n", maxSeed)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.manage(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		ok, err := tx.ExecOne(sqlSeed, tx.Log(), number, seed, version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "prioritisation.error.no_seed_now")
		}
		_, err = tx.Append(store.Change{Kind: ChangeSeedDrawn, Subject: programme.Subject(programme.Vote, number), Open: true,
			Public: store.Part{"vote": number, "seed": seed, "by": by}, Person: actor.PersonPart()})
		return err
	})
}
