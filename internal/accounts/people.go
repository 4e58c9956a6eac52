package accounts

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// Service is the module: every command and query of accounts is a method of it.
type Service struct {
	// Demo opens SignInAs. Only the demo process sets it, before it serves.
	Demo bool

	db        *store.DB
	keys      *Keyring
	within    func(unit, ancestor string) bool
	passwords *passwords
	tries     *tries // by the MAC of a login
	guard     *Guard
	intake    *Intake

	keyChecked    atomic.Bool
	organisations organisationCache
}

// NewService makes the module on a database. within tells whether a unit of the
// territory lies in another; nil means equality only.
func NewService(db *store.DB, keys *Keyring, within func(unit, ancestor string) bool) *Service {
	return &Service{db: db, keys: keys, within: within, passwords: newPasswords(),
		tries: newTries(db.Now), guard: NewGuard(db.Now), intake: NewIntake(db.Now)}
}

// Guard is the one count of wrong guesses, shared by everything that takes codes.
func (s *Service) Guard() *Guard { return s.guard }

// Intake bounds what people send to a programme without an account.
func (s *Service) Intake() *Intake { return s.intake }

// CheckKey makes sure that the identity key is the database's own; the first call
// on a new database binds the two. ErrKeyLost otherwise. The app calls it at
// start, commands that encrypt call it again, which costs nothing.
func (s *Service) CheckKey(ctx context.Context) error {
	if s.keyChecked.Load() {
		return nil
	}
	err := s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
		if err := tx.Exec(sqlInsertIdentityKey, store.Installation, s.keys.Fingerprint()); err != nil {
			return err
		}
		var bound string
		if err := tx.QueryRowContext(tx.Context(), sqlIdentityKey, store.Installation).Scan(&bound); err != nil {
			return err
		}
		if bound != s.keys.Fingerprint() {
			return ErrKeyLost
		}
		return nil
	})
	if err == nil {
		s.keyChecked.Store(true)
	}
	return err
}

// Person is who has an account. Name, Login, Email and Phone are readable only
// here and on pages for people who manage accounts.
type Person struct {
	ID     string
	Number int64 // stands for the person in addresses, lists and the log
	Name   string
	Login  string
	Email  string
	Phone  string
	Admin  bool
	Erased bool
}

// Member is a person with the roles held in one programme.
type Member struct {
	Person
	Grants []MemberGrant
}

// MemberGrant is a grant as the list of members shows it.
type MemberGrant struct {
	Grant
	Number    int64
	GrantedAt time.Time
}

// organisationCache keeps the list of organisations, which every page reads and
// few commands change. One process serves a database, so it is never stale.
type organisationCache struct {
	mu   sync.Mutex
	list []Organisation
	byID map[string]Organisation // nil: to be read again
}

// Bounds of what people type, in code points.
const (
	maxName  = 80
	maxLogin = 254
	maxText  = 200
)

// foldLogin is the form in which logins are the same: "Amina@Example.MA " is
// "amina@example.ma", and "+212 6-00 00 00 01" is "0600000001".
func foldLogin(login string) string {
	folded := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r) || unicode.Is(unicode.Cf, r):
			return -1
		case '٠' <= r && r <= '٩':
			return '0' + r - '٠'
		case '۰' <= r && r <= '۹':
			return '0' + r - '۰'
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(login))
	if phone, ok := foldPhone(folded); ok {
		return phone
	}
	return folded
}

// foldPhone reads a telephone number; Moroccan ones lose their country code.
func foldPhone(s string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("-./()", r) {
			return -1
		}
		return r
	}, s)
	digits, plus := strings.CutPrefix(digits, "+")
	if len(digits) < 9 || len(digits) > 15 || strings.Trim(digits, "0123456789") != "" {
		return "", false
	}
	if international, ok := strings.CutPrefix(digits, "00"); ok {
		digits, plus = international, true
	}
	if national, ok := strings.CutPrefix(digits, "212"); ok && plus {
		return "0" + national, true
	}
	if plus {
		return "+" + digits, true
	}
	return digits, true
}

// checkText trims a field and says whether it is empty, too long, or holds
// characters that do not print.
func checkText(f *fault.Fields, field, text string, most int, required bool) string {
	text = strings.TrimSpace(norm.NFC.String(text))
	if required && !f.Check(text != "", field, "fault.required") {
		return text
	}
	if f.Check(utf8.RuneCountInString(text) <= most, field, "fault.too_long", "n", most) {
		f.Check(strings.IndexFunc(text, unicode.IsControl) < 0, field, "fault.bad_form")
	}
	return text
}

// checkContacts checks the optional addresses of a person.
func checkContacts(f *fault.Fields, email, phone string) (string, string) {
	email = checkText(f, "email", email, maxLogin, false)
	name, host, at := strings.Cut(email, "@")
	f.Check(email == "" || at && name != "" && strings.Contains(host, ".") && !strings.ContainsAny(email, " ,;<>"), "email", "fault.bad_email")
	phone = checkText(f, "phone", phone, 30, false)
	if phone != "" {
		_, ok := foldPhone(foldLogin(phone))
		f.Check(ok, "phone", "fault.bad_phone")
	}
	return email, phone
}

// newID is the id of what a form creates: the form's own once, so that a form
// posted twice creates one thing. The command line has none.
func newID(once string) (string, error) {
	if once == "" {
		return store.NewID(), nil
	}
	if err := uuid.Validate(once); err != nil || len(once) != 36 {
		return "", fault.New(fault.Invalid, "fault.bad_form")
	}
	return once, nil
}

// ignoreUnchanged treats a command that was done before as done.
func ignoreUnchanged(err error) error {
	if errors.Is(err, store.Unchanged) {
		return nil
	}
	return err
}

// checkName checks the three languages of an organisation's name.
func checkName(f *fault.Fields, name i18n.Text) i18n.Text {
	name.Ar = checkText(f, "name_ar", name.Ar, maxText, false)
	name.Fr = checkText(f, "name_fr", name.Fr, maxText, false)
	name.En = checkText(f, "name_en", name.En, maxText, false)
	f.Check(name.Ar != "" || name.Fr != "", "name_ar", "fault.required_language")
	return name
}
