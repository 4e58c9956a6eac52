package record

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/web/ui"
)

// writer shows the value of one field of a public part.
type writer func(v viewer, value any) templ.Component

// writers are the fields that are more than a word or a number. The names are
// those that the modules write (their changes.go and commands).
var writers = map[string]writer{
	"unit": aUnit, "territory": aUnit, "units": list(aUnit), "college": aCollege, "colleges": list(aCollege), "merged": list(aCollege),
	"axis": anAxis, "stage": aStage, "organisation": anOrganisation, "referred_to": anOrganisation, "payer": anOrganisation, "owner": anOrganisation, "role": aRole,
	"opens": aMoment, "closes": aMoment, "starts": aMoment, "ends": aMoment, "invited": aMoment, "due": aMoment, "review": aMoment,
	"from": aMoment, "to": aMoment, "at": aMoment, "forecast": aMoment, "actual": aMoment, "forecast_end": aMoment,
	"budget": anAmount, "cost": anAmount, "centimes": anAmount, "amount": anAmount, "total": anAmount,
	"number": aThing, "vote": aThing, "proposal": aThing, "contribution": aThing, "merged_into": aThing, "cites": list(aThing),
	"project": aThing, "objective": aThing, "indicator": aThing, "report": aThing, "option": aThing, "statement": aThing, "meeting": aThing,
}

// fields lists what the public part says, by name; who acted stands elsewhere.
func (v viewer) fields(c store.Recorded) []ui.Fact {
	part := v.public(c)
	l := v.req.Base.Lang
	var facts []ui.Fact
	for _, key := range slices.Sorted(maps.Keys(part)) {
		value := part[key]
		if key == "by" || key == "kind" && value == c.Kind || key == "subject" || empty(value) {
			continue
		}
		term := key
		if i18n.Has(l, "record.field."+key) {
			term = i18n.T(l, "record.field."+key)
		}
		write := writers[key]
		if write == nil {
			write = plain
		}
		facts = append(facts, ui.Fact{Term: term, Value: write(v, value)})
	}
	return facts
}

// empty tells that a field says nothing: an absent axis, no date.
func empty(value any) bool {
	switch value := value.(type) {
	case string:
		return value == ""
	case int64:
		return value == 0
	case []any:
		return len(value) == 0
	}
	return value == nil
}

func plain(v viewer, value any) templ.Component {
	switch value := value.(type) {
	case string:
		return ui.Code(value)
	case int64:
		return ui.Num(v.req.Base.Lang, value)
	case bool:
		if value {
			return ui.M(v.req.Base.Lang, "common.yes")
		}
		return ui.M(v.req.Base.Lang, "common.no")
	case []any:
		return list(plain)(v, value)
	case store.Part:
		var parts []templ.Component
		for _, k := range slices.Sorted(maps.Keys(value)) {
			parts = append(parts, ui.Join(" ", ui.Code(k), plain(v, value[k])))
		}
		return ui.Join(i18n.T(v.req.Base.Lang, "common.separator"), parts...)
	}
	return ui.Code(fmt.Sprint(value))
}

// maxListed bounds a list on the page; the opening has all of it.
const maxListed = 40

func list(one writer) writer {
	return func(v viewer, value any) templ.Component {
		items := anys(value)
		if items == nil {
			return one(v, value)
		}
		var parts []templ.Component
		for _, x := range items[:min(len(items), maxListed)] {
			parts = append(parts, one(v, x))
		}
		if more := len(items) - maxListed; more > 0 {
			parts = append(parts, ui.M(v.req.Base.Lang, "record.more", "n", more))
		}
		return ui.Join(i18n.T(v.req.Base.Lang, "common.separator"), parts...)
	}
}

func aUnit(v viewer, value any) templ.Component {
	s, _ := value.(string)
	return ui.Str(v.unit(s))
}

func aCollege(v viewer, value any) templ.Component {
	s, _ := value.(string)
	return ui.Str(v.college(s))
}

func anAxis(v viewer, value any) templ.Component {
	s, _ := value.(string)
	if v.frame != nil {
		if a, ok := v.frame.Axis(s); ok {
			return ui.TextPlain(v.req.Base.Lang, a.Name)
		}
	}
	return plain(v, value)
}

func aStage(v viewer, value any) templ.Component {
	s, _ := value.(string)
	if stage, ok := programme.ParseStage(s); ok {
		return ui.M(v.req.Base.Lang, "stage."+string(stage))
	}
	return plain(v, value)
}

func anOrganisation(v viewer, value any) templ.Component {
	s, _ := value.(string)
	if name := v.accounts.OrganisationName(s); !name.Empty() {
		return ui.TextPlain(v.req.Base.Lang, name)
	}
	return plain(v, value)
}

func aRole(v viewer, value any) templ.Component {
	s, _ := value.(string)
	if words := roleWords(v.req.Base.Lang, s); words != "" {
		return ui.Str(words)
	}
	return plain(v, value)
}

// aMoment shows a time in Unix milliseconds. The same names hold release states
// and sizes elsewhere: those are words or small numbers, and stay what they are.
func aMoment(v viewer, value any) templ.Component {
	const sensible = 1_000_000_000_000 // September 2001: no count of ours is as large
	if ms, ok := value.(int64); ok && ms > sensible {
		return ui.Moment(v.req.Base.Lang, store.Time(ms))
	}
	if s, ok := value.(string); ok && programme.Release(s).Valid() {
		return ui.M(v.req.Base.Lang, "status."+s)
	}
	return plain(v, value)
}

func anAmount(v viewer, value any) templ.Component {
	if centimes, ok := value.(int64); ok {
		return ui.Dirhams(v.req.Base.Lang, centimes)
	}
	return plain(v, value)
}

func aThing(v viewer, value any) templ.Component {
	s, _ := value.(string)
	if _, number, ok := programme.ParseNumber(strings.TrimSpace(s)); ok {
		return ui.Link(v.req.Base.P("/trace/"+number), number)
	}
	return plain(v, value)
}
