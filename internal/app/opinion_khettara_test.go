package app

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"path/filepath"
	"strings"
	"testing"

	"github.com/khettara/khettara/opinion"
)

// simulated is a file of a conversation that opinion simulate wrote.
func simulated(t *testing.T, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "participants-votes.csv")
	if _, errs, code := runOpinion(t, append([]string{"simulate", "--out", path}, args...)...); code != exitGood {
		t.Fatalf("exit %d, %s", code, errs)
	}
	return path
}

// opinionJSON decodes a line of JSON without unknown fields.
func opinionJSON[T any](t *testing.T, args ...string) T {
	t.Helper()
	out, errs, code := runOpinion(t, append(args, "--json")...)
	if code != exitGood {
		t.Fatalf("%v: exit %d, %s", args, code, errs)
	}
	return pbLines[T](t, out)[0]
}

func TestOpinionMapKhettara(t *testing.T) {
	path := simulated(t, "--people", "160", "--distance", "4", "--shared", "0.25", "--votes", "30", "--seed", "5")
	m := opinionJSON[khettaraMap](t, "map", path, "--k", "2")
	if m.Mode != "khettara" || m.Participants != 160 || m.Statements != 40 || m.K != 2 || m.Seconds <= 0 || len(m.People) != 160 {
		t.Errorf("%+v", m.opinionMap)
	}
	if len(m.Stability.ARI) != 4 || m.Stability.ARI["2"] < 0.8 || !m.Stability.Separate || m.Stability.LeastEdge < opinion.Apart {
		t.Errorf("%+v", m.Stability)
	}
	truth, err := opinion.ReadConversation(path)
	if err != nil {
		t.Fatal(err)
	}
	var labels []int
	for i, p := range m.People {
		label := -1
		if p.InMap != (p.Group != nil) || p.InMap != (truth.Votes.CastBy(i) >= 7) {
			t.Errorf("person %d: %+v", i, p)
		}
		if p.Group != nil {
			if label = *p.Group; !(*p.P > 0 && *p.P <= 1) {
				t.Errorf("person %d: %+v", i, p)
			}
		}
		labels = append(labels, label)
	}
	if ari := opinion.AdjustedRand(labels, truth.Groups); ari < 0.8 {
		t.Errorf("agreement with the true groups %.2f", ari)
	}
	if len(m.Groups) != 2 || len(m.Groups[0].Representative) == 0 || len(m.CommonGround) != commonListed {
		t.Errorf("%d groups, %d in common", len(m.Groups), len(m.CommonGround))
	}
	if again := opinionJSON[khettaraMap](t, "map", path, "--k", "2"); again.People[7].X != m.People[7].X || again.Stability.ARI["3"] != m.Stability.ARI["3"] {
		t.Error("the same command makes another map")
	}
}

func TestOpinionMapWithoutGroups(t *testing.T) {
	path := simulated(t, "--groups", "0", "--people", "120")
	if m := opinionJSON[khettaraMap](t, "map", path); m.K != 1 || len(m.Groups) != 0 || len(m.CommonGround) != commonListed || m.People[0].Group != nil {
		t.Errorf("%+v %+v", m.Stability, m.Groups)
	}
	if m := opinionJSON[khettaraMap](t, "map", path, "--no-groups"); m.K != 0 || len(m.Stability.ARI) != 0 || len(m.People) != 120 {
		t.Errorf("%+v", m.Stability)
	}
	out, _, code := runOpinion(t, "map", path)
	if code != exitGood || !strings.Contains(out, "no clear groups") || !strings.Contains(out, "beyond what divides") {
		t.Errorf("exit %d, printed\n%s", code, out)
	}
	for _, args := range [][]string{{"--k", "9"}, {"--mode", "polis", "--no-groups"}} {
		if _, errs, code := runOpinion(t, append([]string{"map", path}, args...)...); code != exitUsage {
			t.Errorf("%v: exit %d, %s", args, code, errs)
		}
	}
}

func TestOpinionReport(t *testing.T) {
	path := simulated(t)
	out, errs, code := runOpinion(t, "report", path)
	if code != exitGood {
		t.Fatalf("exit %d, %s", code, errs)
	}
	told := pbLines[struct {
		Hash   string          `json:"hash"`
		Report json.RawMessage `json:"report"`
	}](t, out)[0]
	if sum := sha256.Sum256(told.Report); hex.EncodeToString(sum[:]) != told.Hash {
		t.Error("the hash is not that of the report as it is printed")
	}
	report := pbLines[opinion.Report](t, string(told.Report))[0]
	if report.Participants.All.N != 200 || len(report.Statements) != 40 || report.Hash() != told.Hash {
		t.Errorf("%+v", report.Participants)
	}
	svg, _, code := runOpinion(t, "report", path, "--svg", "--title", "خريطة")
	if code != exitGood || xml.Unmarshal([]byte(svg), new(struct{})) != nil || !strings.Contains(svg, "<title>خريطة</title>") {
		t.Errorf("exit %d, %s", code, svg)
	}
}

func TestOpinionSimulateAndPower(t *testing.T) {
	out, _, code := runOpinion(t, "simulate", "--people", "12", "--bloc", "3", "--seed", "4")
	again, _, _ := runOpinion(t, "simulate", "--people", "12", "--bloc", "3", "--seed", "4")
	if code != exitGood || out != again || strings.Count(out, "\n") != 16 {
		t.Errorf("exit %d, %s", code, out)
	}
	if _, _, code := runOpinion(t, "simulate", "--people", "0"); code != exitUsage {
		t.Errorf("exit %d", code)
	}
	args := []string{"power", "--people", "30", "--votes", "8", "--runs", "2"}
	power := opinionJSON[struct {
		Runs    int            `json:"runs"`
		Sizes   []opinionPower `json:"sizes"`
		Enough  *opinionPower  `json:"enough"`
		Seconds float64        `json:"seconds"`
	}](t, args...)
	if len(power.Sizes) != 1 || power.Sizes[0].Found != 0 || power.Enough != nil {
		t.Errorf("%+v", power)
	}
	out, _, code = runOpinion(t, args...)
	if code != exitGood || !strings.Contains(out, "None of these sizes") {
		t.Errorf("exit %d, %s", code, out)
	}
}
