package record

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/web/ui"
)

// writer shows the value of one field of a public part.
type writer func(v viewer, value any) templ.Component

// writers are the fields that are more than a word or a number. The names are
// those that the modules write (their changes.go and commands); words_test.go
// holds them to have a term.
var writers = map[string]writer{
	"unit": aUnit, "territory": aUnit, "units": list(aUnit), "college": aCollege, "colleges": list(aCollege), "merged": list(aCollege),
	"axis": anAxis, "stage": aStage, "role": aRole, "census": aCensusIndicator,
	"organisation": anOrganisation, "referred_to": anOrganisation, "payer": anOrganisation, "owner": anOrganisation, "moa": anOrganisation, "mod": anOrganisation,
	"opens": aMoment, "closes": aMoment, "starts": aMoment, "ends": aMoment, "invited": aMoment, "due": aMoment, "review": aMoment,
	"from": aMoment, "to": aMoment, "expires": aMoment,
	"at": aDay, "forecast": aDay, "actual": aDay, "forecast_end": aDay, "target_at": aDay, "planned": aDay,
	"budget": anAmount, "cost": anAmount, "centimes": anAmount, "amount": anAmount, "unit_cost": anAmount,
	"value": aFigure, "baseline": aFigure, "target": aFigure, "year": aYear, "every_months": months,
	"number": aThing, "vote": aThing, "proposal": aThing, "contribution": aThing, "merged_into": aThing, "cites": list(aThing),
	"project": aThing, "objective": aThing, "indicator": aThing, "report": aThing, "option": aThing, "statement": aThing, "meeting": aThing,
	"objectives": list(aThing), "projects": list(aThing), "options": list(aThing), "proposals": list(aThing),
	"level": word("evaluation.level."), "direction": word("evaluation.direction."), "status": word("evaluation.status."),
	"meeting_kind": word("consultation.kind_of_meeting."), "what": word("consultation.kind."), "channel": word("consultation.channel."),
	"lang": word("deliberation.lang."), "organisation_kind": word("account.kind."), "voice": word("frame.voice."), "decision": word("status."),
	"nature": word("delivery.blocker.kind."), "milestone": word("delivery.milestone."), "code": word("delivery.milestone."),
	"entry": word("delivery.money.", "roadmap.entry."), "result": word("consultation.screening."),
}

// fields lists what the public part says, by name; who acted stands elsewhere.
func (v viewer) fields(c store.Recorded) []ui.Fact {
	v.part, v.open = v.public(c), c.Open
	var facts []ui.Fact
	for _, key := range slices.Sorted(maps.Keys(v.part)) {
		value := v.part[key]
		if key == "by" || key == "kind" && value == c.Kind || key == "subject" || key == "decimals" && v.scales() {
			continue
		}
		if written := v.write(key, value); written != nil {
			facts = append(facts, ui.Fact{Term: term(v.req.Base.Lang, key), Value: written})
		}
	}
	return facts
}

func term(l i18n.Lang, key string) string {
	if i18n.Has(l, "record.field."+key) {
		return i18n.T(l, "record.field."+key)
	}
	return key
}

// scales tells whether the part's decimals are those of a figure in it.
func (v viewer) scales() bool {
	return slices.ContainsFunc([]string{"value", "baseline", "target"}, func(key string) bool { return v.part[key] != nil })
}

// write shows the value of a field; nil where it says nothing, like an absent axis.
func (v viewer) write(key string, value any) templ.Component {
	if value == nil || value == "" {
		return nil
	}
	if items, ok := value.([]any); ok && len(items) == 0 {
		return nil
	}
	if writer := v.writers[key]; writer != nil {
		return writer(v, value)
	}
	return plain(v, value)
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
		return v.inner(value)
	}
	return ui.Code(fmt.Sprint(value))
}

// inner shows a part within the part: a text in its languages, or fields of its own.
func (v viewer) inner(part store.Part) templ.Component {
	if t := (i18n.Text{Ar: str(part, "ar"), Fr: str(part, "fr"), En: str(part, "en")}); !t.Empty() {
		return ui.TextPlain(v.req.Base.Lang, t)
	}
	var said []templ.Component
	for _, key := range slices.Sorted(maps.Keys(part)) {
		if written := v.write(key, part[key]); written != nil {
			said = append(said, ui.Join(i18n.T(v.req.Base.Lang, "ui.colon"), ui.Str(term(v.req.Base.Lang, key)), written))
		}
	}
	return ui.Join(i18n.T(v.req.Base.Lang, "common.separator"), said...)
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

// aUnit names a place; the unit of a quantity has the same name and is a text.
func aUnit(v viewer, value any) templ.Component {
	if s, ok := value.(string); ok {
		return ui.Str(v.unit(s))
	}
	return plain(v, value)
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

// aMoment shows a time in Unix milliseconds, nothing where none is set. The same
// names hold release states, states of projects and small numbers elsewhere.
func aMoment(v viewer, value any) templ.Component { return dated(v, value, ui.Moment) }

// aDay is aMoment where only the day was stated.
func aDay(v viewer, value any) templ.Component { return dated(v, value, ui.Day) }

func dated(v viewer, value any, show func(l i18n.Lang, t time.Time, opts ...i18n.DateOption) templ.Component) templ.Component {
	const sensible = 1_000_000_000_000 // September 2001: no count of ours is as large
	ms, ok := value.(int64)
	switch {
	case !ok:
		return word("status.", "delivery.state.")(v, value)
	case ms == 0:
		return nil
	case ms > sensible:
		return show(v.req.Base.Lang, store.Time(ms))
	}
	return plain(v, value)
}

// word shows a word of the log as the catalogue says it, under the first prefix that has it.
func word(prefixes ...string) writer {
	return func(v viewer, value any) templ.Component {
		for _, prefix := range prefixes {
			if s, ok := value.(string); ok && i18n.Has(v.req.Base.Lang, prefix+s) {
				return ui.M(v.req.Base.Lang, prefix+s)
			}
		}
		return plain(v, value)
	}
}

func anAmount(v viewer, value any) templ.Component {
	if centimes, ok := value.(int64); ok {
		return ui.Dirhams(v.req.Base.Lang, centimes)
	}
	return plain(v, value)
}

// aFigure shows a value of an indicator: a whole number, shifted by the part's
// decimals. A value that is missing is not zero.
func aFigure(v viewer, value any) templ.Component {
	n, whole := value.(int64)
	decimals, scaled := v.part["decimals"].(int64)
	const mostDigits = 18
	switch {
	case v.part["status"] == "missing":
		return ui.Str("–")
	case !whole || !scaled || decimals < 0 || decimals > mostDigits:
		return plain(v, value)
	}
	return ui.Fig(i18n.Scaled(v.req.Base.Lang, n, int(decimals)))
}

func aYear(_ viewer, value any) templ.Component { return ui.Fig(fmt.Sprint(value)) }

// months says how often; 0 is no fixed time.
func months(v viewer, value any) templ.Component {
	if value == int64(0) {
		return ui.M(v.req.Base.Lang, "evaluation.every_none")
	}
	return plain(v, value)
}

func aCensusIndicator(v viewer, value any) templ.Component {
	s, _ := value.(string)
	if in, ok := v.territory.Indicator(s); ok {
		return ui.TextPlain(v.req.Base.Lang, in.Short)
	}
	return plain(v, value)
}

// aThing shows a number, as a link where everyone may follow it.
func aThing(v viewer, value any) templ.Component {
	s, _ := value.(string)
	if kind, number, ok := programme.ParseNumber(strings.TrimSpace(s)); ok {
		if at := v.thing(kind, number, v.open); at != "" {
			return ui.Link(at, number)
		}
	}
	return plain(v, value)
}
