package prioritisation

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// The rule that the charter of every vote fixes, and its constants.
const (
	ruleName    = "mes_cost_add1u"
	ruleParts   = 1000   // the endowment is raised by thousandths of the real share
	ruleRestart = 20_000 // and at most this often
	tieRule     = "published"
)

// charterPart is what is frozen and hashed when a vote is opened: everything
// that anyone needs to judge and to recount it.
func charterPart(v Vote, options []Option, classes []Class) store.Part {
	list := make([]any, len(options))
	for i, o := range options {
		list[i] = store.Part{"number": o.Number, "proposal": o.Proposal, "title": programme.TextValue(o.Title), "cost": o.Cost, "units": anys(o.Units)}
	}
	groups := make([]any, len(classes))
	for i, c := range classes {
		groups[i] = store.Part{"class": c.Name, "eligible": c.Eligible}
	}
	return store.Part{
		"vote": v.Number, "cycle": v.Cycle, "title": programme.TextValue(v.Title), "question": programme.TextValue(v.Question),
		"budget": v.Budget, "opens": store.Millis(v.OpensAt), "closes": store.Millis(v.ClosesAt),
		"options": list, "classes": groups, "weight": "one person one share",
		"rule": store.Part{"name": ruleName, "parts": ruleParts, "restarts": ruleRestart, "ties": tieRule},
	}
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func anys(list []string) []any {
	out := make([]any, len(list))
	for i, s := range list {
		out[i] = s
	}
	return out
}

func encodeText(t i18n.Text) string { b, _ := json.Marshal(t); return string(b) }

func encodeList(list []string) string {
	if list == nil {
		list = []string{}
	}
	b, _ := json.Marshal(list)
	return string(b)
}
