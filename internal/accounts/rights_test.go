package accounts

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
)

const rightsIntro = `# Who may do what

A person holds roles in a programme; each role counts in a unit of the territory and what lies within it, and for one
axis or all. A role is a row of rights, and every command asks for one right, once. This page is printed by
` + "`accounts.RightsTable`" + ` from the table the program itself applies; a test fails when the two differ.

`

// TestRightsDocument keeps docs/rights.md equal to the table in the code; -update writes it anew.
func TestRightsDocument(t *testing.T) {
	const path = "../../docs/rights.md"
	want := rightsIntro + RightsTable(i18n.En)
	if f := flag.Lookup("update"); f != nil && f.Value.String() == "true" {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("docs/rights.md differs from the code (-code +document); -update writes it anew:\n%s", diff)
	}
}

// TestTheTableIsWhole: no right and no role is missing from the lists that the
// table prints, and no right is held by nobody.
func TestTheTableIsWhole(t *testing.T) {
	listed := map[Right]bool{}
	for _, r := range AllRights {
		listed[r] = true
	}
	for role, held := range Rights {
		if role != system && !strings.Contains(RightsTable(i18n.En), RoleName(i18n.En, role)) {
			t.Errorf("role %s is not in the table", role)
		}
		for r := range held {
			if !listed[r] {
				t.Errorf("right %s of %s is not in the table", r, role)
			}
		}
	}
	for _, r := range AllRights {
		holders := 0
		for _, role := range AllRoles {
			if Rights[role][r] {
				holders++
			}
		}
		if holders == 0 {
			t.Errorf("nobody holds %s", r)
		}
	}
}

// TestSeparationOfPowers holds what the manual promises of the table.
func TestSeparationOfPowers(t *testing.T) {
	for role, held := range Rights {
		if held[ReportSubmit] && held[ReportApprove] {
			t.Errorf("%s approves its own reports", role)
		}
		if held[RoadmapDraft] && held[RoadmapAdopt] {
			t.Errorf("%s adopts its own roadmap", role)
		}
		if held[OpinionVote] && len(held) > 1 {
			t.Errorf("%s votes and does more", role)
		}
	}
	for r := range Rights[Administrator] {
		if r != ProgrammeCreate && r != AccountsManage {
			t.Errorf("an administrator has a voice in a programme: %s", r)
		}
	}
}

func TestRequire(t *testing.T) {
	within := func(unit, ancestor string) bool { return strings.HasPrefix(unit, ancestor+".") }
	a := Actor{Programme: "p", Person: "x", Within: within, Grants: []Grant{
		{Role: Rapporteur, Unit: "07.351.03"}, {Role: Examiner, Axis: "water", Organisation: "o"}}}
	for _, c := range []struct {
		right      Right
		unit, axis string
		want       bool
	}{
		{ContributionRecord, "07.351.03", "", true},
		{ContributionRecord, "07.351.03.11", "water", true},
		{ContributionRecord, "07.351.031", "", false}, // a longer code is not a part
		{ContributionRecord, "07.351", "", false},
		{ContributionRecord, "", "", false}, // the whole programme
		{ProposalAnswer, "07.351.01", "water", true},
		{ProposalAnswer, "", "jobs", false},
		{ProposalAnswer, "", "", false}, // all axes
		{ProgrammeManage, "07.351.03", "water", false},
	} {
		if err := a.Require(c.right, c.unit, c.axis); (err == nil) != c.want {
			t.Errorf("%s on %q, %q: %v, want allowed %t", c.right, c.unit, c.axis, err, c.want)
		}
	}
	if err := Visitor("p").Require(OpinionVote, "", ""); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("a visitor: %v", err)
	}
	if err := a.Require(VoteManage, "", ""); !fault.Is(err, fault.Forbidden) {
		t.Errorf("without the right: %v", err)
	}
	by := a.By(ProposalAnswer, "", "water")
	if diff := cmp.Diff(map[string]any{"role": "examiner", "organisation": "o"}, map[string]any(by)); diff != "" {
		t.Error(diff)
	}
}
