package account_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/testkit/browser"
)

// furnished is a site with a few people, codes and organisations, and a coordinator's browser.
func furnished(t *testing.T) (*site, *device) {
	s := newSite(t)
	b := s.join("amina@example.ma", coordinator)
	work := "/ar/p/marrakech/work/account"
	b.post(work+"/organisations", "action", "add", "kind", "state_service", "name_ar", "المديرية الإقليمية للفلاحة", "name_fr", "Direction provinciale de l’agriculture")
	b.post(work+"/organisations", "action", "add", "kind", "association", "name_ar", "جمعية مستعملي الماء")
	list, err := s.acc.Organisations(t.Context())
	s.ok(err)
	s.clock.Advance(24 * time.Hour)
	b.post("/ar/account/sign-in", "login", "amina@example.ma", "password", password) // a night ends a session of staff
	s.join("authority@example.ma", accounts.Grant{Role: accounts.ContractingAuthority, Organisation: list[0].ID, Axis: s.prog.Axes[2].ID})
	s.join("rapporteur@example.ma", accounts.Grant{Role: accounts.Rapporteur, Unit: "07.351.03"})
	for i := range 5 {
		s.join("p"+strconv.Itoa(i)+"@example.ma", participant)
	}
	_, err = s.acc.Invite(t.Context(), root(s.prog.ID), accounts.InvitationDraft{Grant: accounts.Grant{Role: accounts.Governor}, Addressee: "السيد العامل"})
	s.ok(err)
	_, err = s.acc.InviteBatch(t.Context(), root(s.prog.ID), "", "economic", "", 30, 60)
	s.ok(err)
	return s, b
}

var pages = map[string]string{
	"sign-in": "/account/sign-in", "code": "/account/code", "own": "/account", "password": "/account/password", "erase": "/account/erase",
	"people": "/p/marrakech/work/account/people", "member": "/p/marrakech/work/account/people/3", "participants": "/p/marrakech/work/account/participants",
	"invitations": "/p/marrakech/work/account/invitations", "invite": "/p/marrakech/work/account/invite", "cards": "/p/marrakech/work/account/cards",
	"organisations": "/p/marrakech/work/account/organisations", "rights": "/p/marrakech/work/account/rights",
}

var (
	mainPart = regexp.MustCompile(`(?s)<main.*</main>`)
	anyID    = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)
	element  = regexp.MustCompile(`>\s*<(p|li|tr|th|td|dt|dd|h1|h2|form|input|button|label|option|section|nav)\b`)
)

// TestGolden fixes what stands on the pages that people read most, in Arabic and
// French, without the frame around it and the ids made anew each time.
func TestGolden(t *testing.T) {
	_, b := furnished(t)
	for _, name := range []string{"sign-in", "own", "people", "invitations", "rights"} {
		for _, l := range []i18n.Lang{i18n.Ar, i18n.Fr} {
			body := mainPart.FindString(b.get("/" + string(l) + pages[name]).says(200).body)
			body = element.ReplaceAllString(anyID.ReplaceAllString(body, "ID"), ">\n<$1")
			testkit.Golden(t, name+"-"+string(l)+".html", []byte(body+"\n"))
		}
	}
}

// TestInABrowser opens every page in a real browser on a phone and on a desk, in
// both directions: nothing on the console, no sideways scroll, no accessibility
// fault, all reached by keyboard. With KHETTARA_SPECIMEN_DIR set the pages are
// photographed there.
func TestInABrowser(t *testing.T) {
	s, _ := furnished(t)
	dir := os.Getenv("KHETTARA_SPECIMEN_DIR")
	for _, width := range []int{360, 1280} {
		for _, l := range []i18n.Lang{i18n.Ar, i18n.Fr} {
			p := browser.Open(t, s.url+"/"+string(l)+"/account/sign-in", width, l)
			p.Fill("[name=login]", "amina@example.ma")
			p.Fill("[name=password]", password)
			p.Follow("main button")
			look := func(name string) {
				p.Check()
				if width == 360 {
					p.CheckKeyboard()
				}
				if dir != "" {
					p.SaveScreenshot(filepath.Join(dir, name+"-"+string(l)+"-"+strconv.Itoa(width)+".png"))
				}
			}
			for name, path := range pages {
				p.Go(s.url + "/" + string(l) + path)
				look(name)
			}
			p.Go(s.url + "/" + string(l) + pages["invite"])
			p.Set("[name=role]", "examiner")
			p.Fill("[name=addressee]", "السيدة فاطمة")
			p.Follow("main button")
			look("issued")
			p.Go(s.url + "/" + string(l) + pages["cards"])
			p.Set("[name=college]", "civil")
			p.Follow("main button")
			look("sheet")
		}
	}
}

// TestCodeFromTheImage: a scanned code goes into the field and out of the
// address; without script the page asks for it all the same.
func TestCodeFromTheImage(t *testing.T) {
	s := newSite(t)
	issued, err := s.acc.Invite(t.Context(), root(s.prog.ID), accounts.InvitationDraft{Grant: participant})
	s.ok(err)
	code := issued.Codes[0]
	p := browser.Open(t, s.url+"/ar/account/code#"+code, 360, i18n.Ar)
	if got := browser.Eval[string](p, "document.querySelector('input[name=code]').value"); got != code {
		t.Errorf("the field holds %q, want the code", got)
	}
	if strings.Contains(p.URL(), code) {
		t.Errorf("the code stays in the address %s", p.URL())
	}
	p.Follow("main button")
	p.Check()
	p.Fill("[name=name]", "سعيد")
	p.Fill("[name=login]", "0600000003")
	p.Fill("[name=password]", password)
	p.Fill("[name=repeat]", password)
	p.Follow("main button")
	members, err := s.acc.Participants(t.Context(), root(s.prog.ID), 1)
	s.ok(err)
	if len(members) != 1 || members[0].Name != "سعيد" {
		t.Errorf("participants %+v", members)
	}
	plain := browser.New(t, 360, i18n.Ar)
	plain.WithoutScript()
	plain.Go(s.url + "/ar/account/code#" + code)
	plain.Check()
	if !plain.Has("input[name=code]") {
		t.Error("without script nothing asks for the code")
	}
}
