package prioritisation_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

var rawKey = regexp.MustCompile(`(^|[>"\s])(ui|prioritisation|common|fault)\.[a-z_]+[a-z_.]*`)

// TestAVoterReadsTheReceipt casts a ballot in both languages, and posts it again
// as after a lost answer, with a basket that somebody may be guessing.
func TestAVoterReadsTheReceipt(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		codes, at := s.open(), "/prioritisation/votes/"+s.vote
		for i, l := range []i18n.Lang{i18n.Ar, i18n.Fr} {
			s.says("the ballot", s.get(s.visitor, l, at+"/ballot"), s.options[0], s.options[1])
			review, _ := s.post(s.visitor, l, at+"/ballot", http.StatusOK, nil, "option", s.options[0])
			secret := form(t, review, "/cast").Get("receipt")
			receipt, err := prioritisation.ParseReceipt(secret)
			s.must(err)
			first, _ := s.post(s.visitor, l, at+"/cast", http.StatusOK, nil, "option", s.options[0], "receipt", secret, "code", codes[i])
			s.says("the receipt", first, receipt.Number, secret[:9], i18n.T(l, "ui.receipt_number"), i18n.T(l, "ui.secret"), i18n.T(l, "ui.secret_note"),
				i18n.T(l, "prioritisation.receipt.done"), i18n.T(l, "prioritisation.receipt.first"))
			if key := rawKey.FindString(first); key != "" {
				t.Errorf("the receipt prints the raw key %q", key)
			}
			for _, o := range s.options {
				if strings.Contains(first, o) {
					t.Errorf("the receipt tells %s", o)
				}
			}
			again, _ := s.post(s.visitor, l, at+"/cast", http.StatusOK, nil, "option", s.options[1], "receipt", secret, "code", codes[i])
			if again != first {
				t.Errorf("another basket is answered otherwise:\n%s\nthan the first:\n%s", again, first)
			}
		}
	})
}

// TestAForeignReceiptIsRefusedLikeAnUnknownCode: the same sentence, counted like a
// guess; and whoever found another voter's page on a device votes with a new receipt.
func TestAForeignReceiptIsRefusedLikeAnUnknownCode(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		codes, at, l := s.open(), "/prioritisation/votes/"+s.vote, i18n.Ar
		left := prioritisation.NewReceipt()
		s.must(s.votes.CastBallot(t.Context(), s.programme.ID, s.vote, codes[0], left, s.options[:1]))
		for range 99 { // the next wrong guess of the programme raises the alarm
			s.guard.Fail("198.51.100.0", s.programme.ID)
		}
		page, _ := s.post(s.visitor, l, at+"/cast", http.StatusUnprocessableEntity, nil, "option", s.options[0], "receipt", left.Secret, "code", codes[1])
		s.says("the refusal", page, i18n.T(l, "prioritisation.error.unknown_code"))
		if !s.guard.UnderAttack(s.programme.ID) {
			t.Error("a foreign receipt is not counted as a guess")
		}
		fresh := form(t, page, "/cast").Get("receipt")
		if fresh == left.Secret {
			t.Error("the refused voter keeps another's receipt")
		}
		s.post(s.visitor, l, at+"/cast", http.StatusOK, nil, "option", s.options[0], "receipt", fresh, "code", codes[1])
	})
}

func TestABallotThatComesTooLateSaysSo(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		clock := testkit.NewClock(time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC))
		s := newSite(t, testkit.Open(t, dsn, store.Options{Clock: clock.Now}))
		codes, at := s.open(), "/prioritisation/votes/"+s.vote
		review, _ := s.post(s.visitor, i18n.Ar, at+"/ballot", http.StatusOK, nil, "option", s.options[0])
		clock.Advance(2 * time.Hour)
		says, _ := s.post(s.visitor, i18n.Ar, at+"/cast", http.StatusConflict, form(t, review, "/cast"), "code", codes[0])
		s.says("the answer", says, "prioritisation.error.closed")
	})
}
