package accounts

import (
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// Bounds of invitations.
const (
	MaxBatch       = 500 // codes printed at once
	DefaultDays    = 14  // an invitation is good for
	MaxDays        = 180
	adminCodeDays  = 3
	resetCodeHours = 48
	shownAgain     = time.Hour // a form posted twice gets its codes again for so long
)

// InvitationDraft asks for one or more codes that give a role.
type InvitationDraft struct {
	Once      string
	Grant     Grant  // its ID is ignored
	Addressee string // for whom, so that the list can be read; encrypted; one code only
	Count     int    // 0 is one
	Days      int    // until it expires; 0 is DefaultDays
}

// Issued is one invitation, or a batch of them, with its codes: the only time
// they are shown.
type Issued struct {
	Programme string // store.Installation for an administrator's
	Number    int64
	Grant     Grant
	Addressee string
	ExpiresAt time.Time
	Codes     []string // the first has serial number 1
}

// Invitation is a number of the list: one code, or a batch.
type Invitation struct {
	Number    int64
	Grant     Grant
	Addressee string
	CreatedAt time.Time
	ExpiresAt time.Time
	Codes     int // how many were made
	Accepted  int
	Revoked   int
}

// Open is how many codes can still be used at a time.
func (i Invitation) Open(now time.Time) int {
	if !now.Before(i.ExpiresAt) {
		return 0
	}
	return i.Codes - i.Accepted - i.Revoked
}

// checkGrant says what is wrong with a role to be given in a programme.
func (s *Service) checkGrant(ctx context.Context, f *fault.Fields, g Grant) error {
	f.Check(g.Role != Administrator && slices.Contains(AllRoles, g.Role), "role", "fault.choose_one")
	for field, code := range map[string]string{"unit": g.Unit, "axis": g.Axis, "college": g.College} {
		checkText(f, field, code, 64, false)
	}
	if g.Role == Participant {
		f.Check(g.College != "", "college", "account.error.college")
	} else {
		f.Check(g.College == "", "college", "account.error.college_staff")
	}
	// Who reports on projects does it for the body that owns them.
	f.Check(g.Role != ContractingAuthority || g.Organisation != "", "organisation", "account.error.organisation")
	if g.Organisation == "" {
		return nil
	}
	known, err := s.organisationMap(ctx)
	if err != nil {
		return err
	}
	_, ok := known[g.Organisation]
	f.Check(ok, "organisation", "fault.unknown_choice")
	return nil
}

func (s *Service) checkInvitation(ctx context.Context, d *InvitationDraft) error {
	var f fault.Fields
	if d.Count == 0 {
		d.Count = 1
	}
	if d.Days == 0 {
		d.Days = DefaultDays
	}
	f.Check(d.Count >= 1 && d.Count <= MaxBatch, "count", "fault.number_range", "min", 1, "max", MaxBatch)
	f.Check(d.Count == 1 || d.Grant.Role == Participant, "count", "account.error.count_staff")
	f.Check(d.Days >= 1 && d.Days <= MaxDays, "days", "fault.number_range", "min", 1, "max", MaxDays)
	d.Addressee = checkText(&f, "addressee", d.Addressee, maxName, false)
	f.Check(d.Addressee == "" || d.Count == 1, "addressee", "account.error.addressee_batch")
	if err := s.checkGrant(ctx, &f, d.Grant); err != nil {
		return err
	}
	return f.Err()
}

// invitation is a code's row.
type invitation struct {
	programme      string
	number, serial int64
	grant          Grant
	expires        time.Time
	acceptedBy     string
	revoked        bool
}

// usable is nil when the person may use the invitation, or has used it already.
func (i invitation) usable(person string, now time.Time) error {
	switch {
	case i.acceptedBy != "" && i.acceptedBy == person:
		return nil
	case i.acceptedBy != "":
		return fault.Field("code", "account.error.code_used")
	case i.revoked:
		return fault.Field("code", "account.error.code_revoked")
	case !now.Before(i.expires):
		return fault.Field("code", "account.error.code_expired")
	}
	return nil
}

// Offer is what a code gives: a role, or a new password.
type Offer struct {
	Reset     bool
	Programme string // of an invitation
	Grant     Grant
	ExpiresAt time.Time
}

// CheckCode tells what a typed code is good for, and changes nothing. A wrong
// guess counts against the block of addresses it comes from.
func (s *Service) CheckCode(ctx context.Context, code string, from string) (offer Offer, err error) {
	defer fault.Wrap(&err, "accounts.CheckCode")
	hash, err := s.guess(ctx, code, from)
	if err != nil {
		return Offer{}, err
	}
	inv, err := s.invitationByHash(ctx, hash)
	if err == nil {
		offer = Offer{Programme: inv.programme, Grant: inv.grant, ExpiresAt: inv.expires}
		return offer, inv.usable("", s.db.Now())
	}
	if !store.IsNoRows(err) {
		return Offer{}, err
	}
	reset, err := s.resetByHash(ctx, hash)
	if err == nil {
		return Offer{Reset: true, ExpiresAt: reset.expires}, reset.usable(s.db.Now())
	}
	return Offer{}, s.wrongGuess(err, from)
}

// guess reads a code and waits for the delay of where it comes from.
func (s *Service) guess(ctx context.Context, code string, from string) (hash string, err error) {
	raw, err := ParseCode(code, CodeBytes)
	if err != nil {
		return "", fault.Field("code", "account.error.code_mistyped")
	}
	return hashHex(raw), s.guard.Wait(ctx, from, "")
}

func (s *Service) wrongGuess(err error, from string) error {
	if !store.IsNoRows(err) {
		return err
	}
	s.guard.Fail(from, "")
	return fault.Field("code", "account.error.code_unknown")
}

func (s *Service) invitationByHash(ctx context.Context, hash string) (i invitation, err error) {
	var expires int64
	var revoked store.NullInt
	var by store.NullString
	err = s.db.Read().QueryRowContext(ctx, sqlInvitationByCode, hash).Scan(&i.programme, &i.number, &i.serial,
		&i.grant.Role, &i.grant.Unit, &i.grant.Axis, &i.grant.Organisation, &i.grant.College, &expires, &by, &revoked)
	i.expires, i.acceptedBy, i.revoked = store.Time(expires), by.String, revoked.Valid
	return i, err
}

// code makes the code of a serial number of an invitation, the same each time.
func (s *Service) invitationCode(programme, batch string, serial int) (code, hash string) {
	raw := s.keys.derive(CodeBytes, "invitation", programme, batch, strconv.Itoa(serial))
	return FormatCode(raw), hashHex(raw)
}
