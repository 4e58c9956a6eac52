package account_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

const work = "/ar/p/marrakech/work/account"

func TestSignInAndOut(t *testing.T) {
	s := newSite(t)
	s.join("amina@example.ma", participant)
	b := s.device()
	b.get("/ar/account/sign-in").says(200, "تسجيل الدخول", "عندكم بطاقة أو رمز؟").never("sign-in-as")
	b.post("/ar/account/sign-in", "login", "amina@example.ma", "password", "wrong").
		says(422, i18n.T(i18n.Ar, "account.error.sign_in")).never("wrong")
	b.post("/fr/account/sign-in", "login", "nobody", "password", password).says(422, i18n.T(i18n.Fr, "account.error.sign_in")).never(password)
	a := b.post("/ar/account/sign-in", "login", " AMINA@example.ma", "password", password, "next", "/ar/account/sessions")
	a.says(200, "حسابكم مفتوح في جهازين", "Firefox · Android")
	if a.path != "/ar/account/sessions" {
		t.Errorf("led to %s", a.path)
	}
	b.post("/ar/account/sign-out").says(200, i18n.T(i18n.Ar, "account.flash.signed_out"))
	b.get("/ar/account").says(401)
}

// TestNextStaysHere: no address in the link leads away from this site.
func TestNextStaysHere(t *testing.T) {
	s := newSite(t)
	s.join("amina@example.ma", participant)
	for _, next := range []string{"https://example.com/", "//example.com/", "/\\example.com", "javascript:alert(1)", "ar/account", "/ar\r\nX: y"} {
		b := s.device()
		b.client.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
			if !strings.HasPrefix(r.URL.String(), s.url+"/ar/p/marrakech") {
				t.Errorf("next=%q leads to %s", next, r.URL)
			}
			return http.ErrUseLastResponse
		}
		b.post("/ar/account/sign-in", "login", "amina@example.ma", "password", password, "next", next).says(http.StatusSeeOther)
	}
}

func TestRefusalAfterManyTries(t *testing.T) {
	s := newSite(t)
	b := s.device()
	for range 5 {
		b.post("/fr/account/sign-in", "login", "amina", "password", "x").says(422, i18n.T(i18n.Fr, "account.error.sign_in"))
	}
	b.post("/fr/account/sign-in", "login", "amina", "password", "x").says(422, "Trop d’essais sur ce compte. Réessayez dans 1 minute.")
}

// TestACodeFromCardToAccount walks the way of somebody who got a card.
func TestACodeFromCardToAccount(t *testing.T) {
	s := newSite(t)
	issued, err := s.acc.InviteBatch(t.Context(), root(s.prog.ID), store.NewID(), "civil", "07.351.03.11", 2, 10)
	s.ok(err)
	code := issued.Codes[0]
	b := s.device()
	b.get("/ar/account/code").says(200, "أدخلوا رمزكم")
	b.post("/ar/account/code", "code", "7K4M").says(422, i18n.T(i18n.Ar, "account.error.code_mistyped"))
	b.post("/ar/account/code", "code", strings.ToLower(code)).says(200, "دعوة بصفة: مشارك/ة", "عمالة مراكش", "ما نحفظه عنكم")
	once := store.NewID()
	form := []string{"step", "accept", "code", code, "once", once, "name", "سعيد", "login", "0600000002", "password", password, "repeat", password + "x"}
	b.post("/ar/account/code", form...).says(422, i18n.T(i18n.Ar, "account.error.password_repeat")).never(password)
	form[len(form)-1] = password
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.post("/ar/account/code", form...).says(http.StatusSeeOther)
	other := s.device() // the answer was lost, and the form posted again
	other.client.CheckRedirect = b.client.CheckRedirect
	other.post("/ar/account/code", form...).says(http.StatusSeeOther)
	b.client.CheckRedirect = nil
	b.get("/ar/account").says(200, "حسابكم يحمل صفة واحدة", "مرحبا سعيد", "مشارك/ة", "المجتمع المدني")
	s.device().post("/ar/account/code", "code", code).says(422, i18n.T(i18n.Ar, "account.error.code_used"))
	// Opening the address of a QR changes nothing: the second code is still good.
	b.get("/ar/account/code?code="+issued.Codes[1]).says(200, "أدخلوا رمزكم")
	b.post("/fr/account/code", "code", issued.Codes[1]).says(200, "Ce rôle s’ajoute à votre compte", "سعيد")
	b.post("/fr/account/code", "code", issued.Codes[1], "step", "accept")
	b.get("/fr/account").says(200, "Votre compte porte 2 rôles")
}

func TestPasswordAndErasure(t *testing.T) {
	s := newSite(t)
	b := s.join("amina@example.ma", participant)
	b.get("/fr/account/password").says(200, "Changer le mot de passe")
	b.post("/fr/account/password", "old", "faux", "new", "un autre mot de passe", "repeat", "un autre mot de passe").
		says(422, i18n.T(i18n.Fr, "account.error.old_password")).never("un autre mot")
	b.post("/fr/account/password", "old", password, "new", "un autre mot de passe", "repeat", "un autre mot de passe").
		says(200, i18n.T(i18n.Fr, "account.flash.password"))
	b.get("/fr/account/erase").says(200, "L’effacement est définitif")
	b.post("/fr/account/erase").says(422, i18n.T(i18n.Fr, "account.error.confirm"))
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.post("/fr/account/erase", "confirm", "1").says(http.StatusSeeOther)
	b.get("/fr/account").says(401)
	b.post("/fr/account/sign-in", "login", "amina@example.ma", "password", "un autre mot de passe").says(422)
}

func TestSessionsEnd(t *testing.T) {
	s := newSite(t)
	b := s.join("amina@example.ma", participant)
	other := s.device()
	other.post("/ar/account/sign-in", "login", "amina@example.ma", "password", password, "next", "/ar/account").says(200)
	s.clock.Advance(time.Hour)
	b.get("/ar/account/sessions").says(200, "حسابكم مفتوح في جهازين", "هذه الجلسة", "إغلاق كل الجلسات الأخرى")
	b.post("/ar/account/sessions", "end", "others").says(200, i18n.T(i18n.Ar, "account.flash.sessions_ended"), "حسابكم مفتوح في جهاز واحد")
	other.get("/ar/account").says(401)
}

func TestStaffAreInvitedAndLeave(t *testing.T) {
	s := newSite(t)
	b := s.join("boss@example.ma", coordinator)
	b.get(work+"/people").says(200, "شخص واحد يعمل في البرنامج", "أمينة بناني", "خلية التنسيق", "البرنامج كله")
	b.post(work+"/invite", "days", "14").says(422, i18n.T(i18n.Ar, "fault.choose_one"))
	b.post(work+"/invite", "role", "rapporteur", "unit", "06.001", "days", "14").says(422, i18n.T(i18n.Ar, "fault.unknown_choice"))
	b.post(work+"/invite", "role", "rapporteur", "days", "أسبوع").says(422, "أسبوع")
	form := []string{"role", "rapporteur", "unit", "07.351.03", "addressee", "السيد حميد", "days", "14", "once", store.NewID()}
	a := b.post(work+"/invite", form...).says(200, "الرمز جاهز: سلموه إلى السيد حميد")
	if again := b.post(work+"/invite", form...); fmt.Sprint(again.codes()) != fmt.Sprint(a.codes()) || len(a.codes()) != 1 {
		t.Errorf("codes %v, posted again %v", a.codes(), again.codes())
	}
	b.get(work+"/invitations").says(200, "رمز واحد لم يُستعمل بعد", "السيد حميد", "مقرر/ة الورشة", "في الانتظار").never(a.codes()...)
	guest := s.device()
	guest.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	guest.post("/ar/account/code", "step", "accept", "code", a.codes()[0], "name", "حميد", "login", "hamid", "password", password, "repeat", password).says(http.StatusSeeOther)
	b.get(work+"/people").says(200, "شخصان يعملان في البرنامج", "حميد")
	b.get(work+"/people/2").says(200, "حميد", "صفة واحدة في البرنامج")
	b.post(work+"/people/2", "action", "grant", "role", "contracting_authority").says(422, i18n.T(i18n.Ar, "account.error.organisation"))
	b.post(work+"/people/2", "action", "grant", "role", "examiner", "axis", s.prog.Axes[0].ID).says(200, i18n.T(i18n.Ar, "account.flash.granted"))
	a = b.post(work+"/people/2", "action", "reset").says(200, "الرمز جاهز: سلموه إلى حميد")
	guest.post("/ar/account/code", "code", a.codes()[0]).says(200, "اختاروا كلمة سر جديدة")
	guest.post("/ar/account/code", "code", a.codes()[0], "step", "reset", "password", "court", "repeat", "court").says(422, "10")
	guest.post("/ar/account/code", "code", a.codes()[0], "step", "reset", "password", "جملة أخرى طويلة", "repeat", "جملة أخرى طويلة").says(http.StatusSeeOther)
	b.post(work+"/people/2", "action", "revoke", "grant", "2").says(200, i18n.T(i18n.Ar, "account.flash.revoked"))
	b.post(work+"/people/1", "action", "revoke", "grant", "1").says(409, i18n.T(i18n.Ar, "account.error.last_coordinator"))
}

func TestCards(t *testing.T) {
	s := newSite(t)
	b := s.join("boss@example.ma", coordinator)
	b.get(work+"/participants").says(200, "لا حساب لأي مشارك بعد")
	b.post(work+"/cards", "college", "civil", "count", "0", "days", "30").says(422, "500")
	b.post(work+"/cards", "college", "civil", "count", "501", "days", "30").says(422, "500")
	a := b.post(work+"/cards", "college", "civil", "unit", "07.351.03.11", "count", "12", "days", "30").
		says(200, "12 بطاقة جاهزة للطبع", "دعوة للمشاركة", "صالحة إلى 24 دجنبر 2026")
	if n := len(a.codes()); n != 12 {
		t.Errorf("%d codes on the sheet, want 12", n)
	}
	if n := strings.Count(a.body, `class="qr"`); n != 12 {
		t.Errorf("%d code images, want 12", n)
	}
	b.get(work+"/invitations").says(200, "12 رمزا لم تُستعمل بعد", "قُبل 0 من 12")
	b.post(work+"/invitations", "number", "2").says(200, i18n.T(i18n.Ar, "account.flash.invitation_revoked"), "ملغاة")
	for i := range accounts.PageSize + 1 {
		s.join(fmt.Sprintf("p%d@example.ma", i), participant)
	}
	b.get(work+"/participants").says(200, "51 مشاركا لهم حساب", "1–50 من 51")
	b.get(work+"/participants?page=2").says(200, "51–51 من 51")
}

func TestOrganisations(t *testing.T) {
	s := newSite(t)
	b := s.join("boss@example.ma", coordinator)
	b.post(work+"/organisations", "action", "add", "kind", "association").says(422, i18n.T(i18n.Ar, "fault.required_language"))
	b.post(work+"/organisations", "action", "add", "kind", "association", "name_ar", "جمعية السقاية").
		says(200, i18n.T(i18n.Ar, "account.flash.organisation_added"), "مؤسسة واحدة مسجلة", "جمعية السقاية")
	list, err := s.acc.Organisations(t.Context())
	s.ok(err)
	b.post(work+"/organisations", "action", "open", "id", list[0].ID).says(200, "تغيير اسم مؤسسة")
	b.post(work+"/organisations", "action", "rename", "id", list[0].ID, "version", "1", "name_ar", "جمعية الساقية").says(200, "جمعية الساقية")
	late := b.post(work+"/organisations", "action", "rename", "id", list[0].ID, "version", "1", "name_ar", "أخرى").
		says(409, "غيّر شخص آخر هذا الاسم قبلكم", "جمعية الساقية", i18n.T(i18n.Ar, "error.kept_conflict"))
	for _, kept := range []string{`value="أخرى"`, `name="version" value="2"`} {
		if !strings.Contains(late.body, kept) {
			t.Errorf("the form that came too late lacks %s", kept)
		}
	}
}

// TestPagesAreForThoseWhoMay opens every page as everybody who must not.
func TestPagesAreForThoseWhoMay(t *testing.T) {
	s := newSite(t)
	visitor, person := s.device(), s.join("person@example.ma", participant)
	rapporteur := s.join("rapporteur@example.ma", accounts.Grant{Role: accounts.Rapporteur})
	s.join("boss@example.ma", coordinator)
	for _, route := range s.hosts.Routes() {
		path := "/en" + strings.NewReplacer("{slug}", "marrakech", "{number}", "3").Replace(route.Path)
		if strings.HasSuffix(path, "/rights") { // the table of rights is in the manual too
			continue
		}
		ask := func(b *device) int {
			if route.Method == http.MethodPost {
				return b.post(path, "role", "auditor", "number", "1", "college", "civil", "count", "3", "days", "3", "kind", "council", "name_fr", "x", "action", "grant").status
			}
			return b.get(path).status
		}
		switch {
		case strings.Contains(path, "/work/"):
			if got := ask(visitor); got != 401 {
				t.Errorf("%s %s by a visitor: %d", route.Method, path, got)
			}
			for who, b := range map[string]*device{"a participant": person, "a rapporteur": rapporteur} {
				if got := ask(b); got != 403 {
					t.Errorf("%s %s by %s: %d", route.Method, path, who, got)
				}
			}
		case !strings.Contains(path, "/sign-") && !strings.HasSuffix(path, "/code"):
			if got := ask(visitor); got != 401 {
				t.Errorf("%s %s by a visitor: %d", route.Method, path, got)
			}
		}
	}
}

func TestOneClickIsForTheDemo(t *testing.T) {
	s := newSite(t)
	s.join("boss@example.ma", coordinator)
	b := s.device()
	b.post("/ar/account/sign-in-as", "role", "coordinator").says(403)
	s.acc.Demo = true
	b.get("/fr/account/sign-in").says(200, "Dans la démonstration", "Cellule de coordination")
	b.post("/fr/account/sign-in-as", "role", "coordinator", "next", "/fr/account").says(200, "Cellule de coordination")
	b.post("/fr/account/sign-in-as", "role", "governor").says(404)
}

// TestErasingTwiceLeadsHome: the second click on the button finds no session any more.
func TestErasingTwiceLeadsHome(t *testing.T) {
	s := newSite(t)
	b := s.join("amina@example.ma", participant)
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	once := store.NewID()
	for range 2 {
		if a := b.post("/fr/account/erase", "confirm", "1", "once", once).says(http.StatusSeeOther); a.path != "/fr/account/erase" {
			t.Errorf("led to %s", a.path)
		}
	}
}

// TestTheAlarmRingsForCodesAndPasswords: neither a wrong invitation code nor a
// wrong password says which programme it is for.
func TestTheAlarmRingsForCodesAndPasswords(t *testing.T) {
	s := newSite(t)
	b := s.join("boss@example.ma", coordinator)
	alarm := i18n.T(i18n.Ar, "account.attack.title")
	b.get(work + "/people").says(200).never(alarm)
	for range 120 {
		s.acc.Guard().Fail("196.200.10.0/24", "") // as SignIn and AcceptInvitation do
	}
	b.get(work+"/people").says(200, alarm)
}

// TestAPageFarBeyondTheEndIsEmpty: a page number that no list has is no error of the database.
func TestAPageFarBeyondTheEndIsEmpty(t *testing.T) {
	testkit.EachDSN(t, func(t *testing.T, dsn string) {
		s := newSiteOn(t, dsn)
		b := s.join("boss@example.ma", coordinator)
		for _, list := range []string{"/participants", "/invitations"} {
			b.get(work + list + "?page=300000000000000000").says(200)
		}
	})
}
