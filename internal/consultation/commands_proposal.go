package consultation

import (
	"context"
	"crypto/subtle"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// maxUnits bounds the places of one proposal; beyond it, it is the whole prefecture's.
const maxUnits = 30

// ProposalDraft is a proposal as it is sent from the web, noted by staff for
// somebody who phoned or brought a sheet, or made by staff from contributions.
type ProposalDraft struct {
	Title    i18n.Text // of an author: in one language
	Body     string
	Lang     string // of the body; "": guessed by its letters
	Place    string
	College  string
	Units    []string
	Axis     string
	Cycle    int64   // 0: of the open consultation, else the newest
	Channel  Channel // "": web
	Origin   i18n.Text
	ByScribe bool
	Code     string // follow-up code, drawn when the form was rendered; "" for none
	Once     string
}

// NewFollowUpCode draws the code with which an author may take a proposal back:
// 80 bits, shown once, stored as a hash.
func NewFollowUpCode() string { return accounts.FormatCode(accounts.NewSecret(accounts.CodeBytes)) }

// hashCode is a follow-up code as it is stored; "" for none.
func hashCode(code string) (string, error) {
	if code == "" {
		return "", nil
	}
	raw, err := accounts.ParseCode(code, accounts.CodeBytes)
	if err != nil {
		return "", err
	}
	sum := accounts.HashCode(raw)
	return hex.EncodeToString(sum[:]), nil
}

// fits tells in constant time whether a code is the proposal's.
func (p stored) fits(code string) bool {
	hash, err := hashCode(code)
	return err == nil && hash != "" && subtle.ConstantTimeCompare([]byte(hash), []byte(p.codeHash)) == 1
}

func (s *Service) checkProposal(f *fault.Fields, p *programme.Programme, d *ProposalDraft) {
	d.Title, d.Origin = trimmed(d.Title), trimmed(d.Origin)
	d.Body, d.Place = strings.TrimSpace(d.Body), strings.TrimSpace(d.Place)
	if d.Lang == "" {
		d.Lang = WrittenIn(d.Body, i18n.Ar)
	}
	checkString(f, "body", d.Body, minBody, MaxText)
	f.Check(slices.Contains(rawLangs, d.Lang), "lang", "fault.unknown_choice")
	checkString(f, "place", d.Place, 0, MaxPlace)
	checkText(f, "origin", d.Origin, false, 1, MaxTitle)
	f.Check(slices.Contains(Channels, d.Channel), "channel", "fault.choose_one")
	checkAxis(f, p, d.Axis)
	slices.Sort(d.Units)
	d.Units = slices.Compact(d.Units)
	if len(d.Units) == 0 || len(d.Units) > maxUnits {
		f.Add("unit", "fault.required")
	}
	for _, unit := range d.Units {
		s.checkUnit(f, p, "unit", unit)
	}
}

// cycleFor is the cycle of the open consultation, or else the newest.
func (s *Service) cycleFor(p *programme.Programme, wanted int64) int64 {
	if wanted != 0 {
		return wanted
	}
	if phase, ok := p.OpenPhase(programme.Consultation, s.db.Now()); ok {
		return phase.Cycle
	}
	return p.Cycle()
}

// SubmitProposal takes a proposal and returns its tracking number. Anybody may
// send one from the web while the consultation is open, without an account; by
// another channel it is staff who note it. It waits, unpublished, until a person
// has read it. The same Once gives the same number.
func (s *Service) SubmitProposal(ctx context.Context, actor accounts.Actor, d ProposalDraft) (number string, err error) {
	defer fault.Wrap(&err, "consultation.SubmitProposal")
	p, err := s.programmes.ByID(ctx, actor.Programme)
	if err != nil {
		return "", err
	}
	gate := programme.ParticipantGate
	if d.Channel == "" {
		d.Channel = Web
	}
	if d.Channel != Web {
		gate = programme.StaffGate
		if err := requireAll(actor, accounts.ContributionRecord, d.Units, d.Axis); err != nil {
			return "", err
		}
	}
	var f fault.Fields
	s.checkProposal(&f, p, &d)
	checkString(&f, "title", d.Title.String(), minTitle, MaxTitle)
	checkCollege(&f, p, d.College)
	codeHash, err := hashCode(d.Code)
	f.Check(err == nil, "", "consultation.error.code")
	if err := f.Err(); err != nil {
		return "", err
	}
	d.Cycle, d.Once = s.cycleFor(p, d.Cycle), onceOr(d.Once)
	defer s.index.forget(actor.Programme)
	_, err = s.write(ctx, actor, d.Once, func(tx *store.Tx) error {
		if err := gate(tx, d.Cycle, programme.Consultation); err != nil {
			return err
		}
		by := actor.By(accounts.ContributionRecord, first(d.Units), d.Axis)
		if d.Channel == Web {
			by = webAuthor(actor)
		}
		number, err := insertProposal(tx, actor, d, Waiting, codeHash)
		if err != nil {
			return err
		}
		_, err = tx.Append(d.change(ChangeProposalSubmitted, number, actor, by))
		return err
	})
	if err != nil {
		return "", err
	}
	stored, err := one(ctx, s.read, scanStored, "fault.not_found", sqlProposalByOnce, actor.Programme, d.Once)
	return stored.Number, err
}

// webAuthor is who sends a proposal from the web, as the log shows it: whether
// with an account or without, never in another role.
func webAuthor(actor accounts.Actor) store.Part {
	if actor.Has(accounts.Participant) {
		return store.Part{"role": string(accounts.Participant)}
	}
	return store.Part{"role": "visitor"}
}

func first(units []string) string {
	if len(units) == 0 {
		return ""
	}
	return units[0]
}

// requireAll wants a right over each unit: a proposal for two cercles is not one cercle's to answer.
func requireAll(actor accounts.Actor, right accounts.Right, units []string, axis string) error {
	if len(units) == 0 {
		return actor.Require(right, "", axis)
	}
	for _, unit := range units {
		if err := actor.Require(right, unit, axis); err != nil {
			return err
		}
	}
	return nil
}

// insertProposal writes a proposal with its words.
func insertProposal(tx *store.Tx, actor accounts.Actor, d ProposalDraft, state ProposalState, codeHash string) (number string, err error) {
	number, seq, err := next(tx, programme.Proposal)
	if err != nil {
		return "", err
	}
	release, published := programme.Internal, int64(0)
	if state == Published {
		release, published = programme.Public, tx.Millis()
	}
	if err := tx.Exec(sqlInsertProposal, tx.Log(), number, seq, d.Once, d.Cycle, encodeText(d.Title), d.Body, d.Lang, d.Place, d.College, joinUnits(d.Units),
		d.Axis, string(d.Channel), encodeText(d.Origin), scribe(actor, d.ByScribe, first(d.Units), d.Axis), string(state), string(release), tx.Millis(), published, codeHash); err != nil {
		return "", err
	}
	return number, insertWords(tx, seq, proposalWords(d.Title, d.Body, d.Place))
}

func insertWords(tx *store.Tx, seq int64, words []string) error {
	if len(words) == 0 {
		return nil
	}
	var args []any
	for _, w := range words {
		args = append(args, tx.Log(), w, seq)
	}
	return tx.Exec(sqlInsertWords+tx.Values(len(words), 3), args...)
}

// change is what the log keeps of a proposal. It stays closed until somebody has
// read the proposal; what the author wrote is in the text part for good.
func (d ProposalDraft) change(kind, number string, actor accounts.Actor, by store.Part) store.Change {
	return store.Change{Kind: kind, Subject: programme.Subject(programme.Proposal, number),
		Public: store.Part{"cycle": d.Cycle, "units": d.Units, "axis": d.Axis, "college": d.College, "channel": d.Channel, "lang": d.Lang, "scribe": d.ByScribe, "by": by},
		Text:   store.Part{"title": programme.TextValue(d.Title), "body": d.Body, "place": d.Place, "origin": programme.TextValue(d.Origin)},
		Person: actor.PersonPart()}
}

// onProposal loads a proposal inside a write and judges gate, right and version.
// A version of 0 asks for none.
func (s *Service) onProposal(ctx context.Context, actor accounts.Actor, right accounts.Right, number string, version int64, once string,
	fn func(tx *store.Tx, p Proposal, by store.Part) error) error {
	if err := may(actor, right); err != nil {
		return err
	}
	defer s.index.forget(actor.Programme)
	_, err := s.write(ctx, actor, once, func(tx *store.Tx) error {
		p, err := one(tx.Context(), tx, scanProposal, "consultation.error.proposal_unknown", sqlProposal, tx.Log(), number)
		if err != nil {
			return err
		}
		if err := requireAll(actor, right, p.Units, p.Axis); err != nil {
			return err
		}
		if err := programme.StaffGate(tx, p.Cycle, programme.Consultation); err != nil {
			return err
		}
		if version != 0 && version != p.Version {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		return fn(tx, p, actor.By(right, first(p.Units), p.Axis))
	})
	return err
}

// PublishProposal says that a person has read what was sent and found it lawful:
// everyone may read it from now on, and the log opens what it kept closed.
func (s *Service) PublishProposal(ctx context.Context, actor accounts.Actor, number string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "consultation.PublishProposal(%s)", number)
	return s.onProposal(ctx, actor, accounts.ProposalExamine, number, version, once, func(tx *store.Tx, p Proposal, by store.Part) error {
		if p.State != Waiting {
			return fault.New(fault.Closed, "consultation.error.proposal_not_waiting")
		}
		if err := tx.Exec(sqlProposalPublish, tx.Log(), number, tx.Millis(), roleOf(by)); err != nil {
			return err
		}
		return programme.LogRelease(tx, actor, by, programme.Subject(programme.Proposal, number), p.Release, programme.Public, "")
	})
}

// setState moves a proposal out of what is shown, or back, and says why.
func setState(tx *store.Tx, actor accounts.Actor, by store.Part, p Proposal, to ProposalState, kind string, reason i18n.Text) error {
	release := programme.Internal
	if to == Published {
		release = programme.Public
	}
	if err := tx.Exec(sqlProposalState, tx.Log(), p.Number, string(to), tx.Millis(), roleOf(by), encodeText(reason), string(release)); err != nil {
		return err
	}
	seq, err := seqOf(p.Number)
	if err != nil {
		return err
	}
	if err := tx.Exec(sqlDeleteWords, tx.Log(), seq); err != nil {
		return err
	}
	if to == Published {
		if err := insertWords(tx, seq, proposalWords(p.Title, p.Body, p.Place)); err != nil {
			return err
		}
	}
	return appendAct(tx, actor, kind, programme.Subject(programme.Proposal, p.Number), true, by, reason)
}

// stateCommand is a command of staff that moves a proposal from one state to another.
func (s *Service) stateCommand(ctx context.Context, actor accounts.Actor, number string, version int64, from, to ProposalState, kind string, reason i18n.Text, once string) error {
	var f fault.Fields
	reason = trimmed(reason)
	if checkReason(&f, reason); f.Err() != nil {
		return f.Err()
	}
	return s.onProposal(ctx, actor, accounts.ProposalExamine, number, version, once, func(tx *store.Tx, p Proposal, by store.Part) error {
		if p.State != from {
			return fault.New(fault.Closed, "consultation.error.proposal_not_"+string(from))
		}
		return setState(tx, actor, by, p, to, kind, reason)
	})
}

// RefuseProposal refuses a waiting proposal as unlawful: it names a person, it
// insults, it is no proposal. Its page shows the reason, never the text.
func (s *Service) RefuseProposal(ctx context.Context, actor accounts.Actor, number string, version int64, reason i18n.Text, once string) (err error) {
	defer fault.Wrap(&err, "consultation.RefuseProposal(%s)", number)
	return s.stateCommand(ctx, actor, number, version, Waiting, Refused, ChangeProposalRefused, reason, once)
}

// HideProposal stops showing a published proposal; a dated note with the reason stays.
func (s *Service) HideProposal(ctx context.Context, actor accounts.Actor, number string, version int64, reason i18n.Text, once string) (err error) {
	defer fault.Wrap(&err, "consultation.HideProposal(%s)", number)
	return s.stateCommand(ctx, actor, number, version, Published, ProposalHidden, ChangeProposalHidden, reason, once)
}

// RestoreProposal shows a hidden proposal again.
func (s *Service) RestoreProposal(ctx context.Context, actor accounts.Actor, number string, version int64, reason i18n.Text, once string) (err error) {
	defer fault.Wrap(&err, "consultation.RestoreProposal(%s)", number)
	return s.stateCommand(ctx, actor, number, version, ProposalHidden, Published, ChangeProposalRestored, reason, once)
}

// WithdrawProposal takes a proposal back at its author's wish, who shows the
// follow-up code of the receipt. The reason may be empty. After a decision the
// proposal is also the programme's, and stays.
func (s *Service) WithdrawProposal(ctx context.Context, actor accounts.Actor, number, code, reason, once string) (err error) {
	defer fault.Wrap(&err, "consultation.WithdrawProposal(%s)", number)
	var f fault.Fields
	reason = strings.TrimSpace(reason)
	checkString(&f, "reason", reason, 0, MaxText)
	if _, err := accounts.ParseCode(code, accounts.CodeBytes); err != nil {
		f.Add("code", "consultation.error.code_mistyped")
	}
	if err := f.Err(); err != nil {
		return err
	}
	defer s.index.forget(actor.Programme)
	_, err = s.write(ctx, actor, once, func(tx *store.Tx) error {
		p, err := one(tx.Context(), tx, scanStored, "consultation.error.proposal_unknown", sqlProposal, tx.Log(), number)
		if err != nil {
			return err
		}
		if !p.fits(code) {
			return fault.Field("code", "consultation.error.code_wrong")
		}
		if !p.Withdrawable() {
			return fault.New(fault.Closed, "consultation.error.proposal_decided")
		}
		return setState(tx, actor, store.Part{"role": "author"}, p.Proposal, ProposalWithdrawn, ChangeProposalWithdrawn, ownText(reason, WrittenIn(reason, i18n.Ar)))
	})
	return err
}
