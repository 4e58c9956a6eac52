package programme

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"time"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// Foundation is what a new programme begins with.
type Foundation struct {
	Slug         string
	Territory    string // HCP code
	PackVersion  string
	Name         i18n.Text
	Illustrative bool
	Axes         []Axis    // nil: the four national ones
	Colleges     []College // nil: the five by default
	Once         string
}

// MaxSlug is the greatest length of a programme's name in addresses.
const MaxSlug = 40

var slugForm = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// Create founds a programme: on the installation's log its creation, on its own
// log the axes and colleges. Repeating it with the same Once is harmless.
func (s *Service) Create(ctx context.Context, actor accounts.Actor, f Foundation) (p *Programme, err error) {
	defer fault.Wrap(&err, "programme.Create(%s)", f.Slug)
	if err := actor.Require(accounts.ProgrammeCreate, "", ""); err != nil {
		return nil, err
	}
	var wrong fault.Fields
	wrong.Check(slugForm.MatchString(f.Slug) && len(f.Slug) <= MaxSlug, "slug", "programme.error.slug")
	wrong.Check(f.Territory != "", "territory", "fault.required")
	wrong.Check(!f.Name.Empty(), "name", "fault.required")
	if err := wrong.Err(); err != nil {
		return nil, err
	}
	if f.Axes == nil {
		f.Axes = NationalAxes()
	}
	if f.Colleges == nil {
		f.Colleges = DefaultColleges()
	}
	id := store.NewID()
	by := actor.By(accounts.ProgrammeCreate, "", "")
	err = s.db.Write(ctx, store.Installation, func(tx *store.Tx) error {
		if err := tx.Once(f.Once); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertProgramme, id, f.Slug, f.Territory, f.PackVersion, encodeText(f.Name), f.Illustrative, tx.Millis()); err != nil {
			if store.IsUniqueViolation(err) {
				return fault.Field("slug", "programme.error.slug_taken")
			}
			return err
		}
		if err := tx.CreateLog(id, f.Slug); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeCreated, Subject: "programme/" + f.Slug, Open: true,
			Public: store.Part{"slug": f.Slug, "territory": f.Territory, "pack": f.PackVersion, "illustrative": f.Illustrative, "by": by},
			Text:   textPart("name", f.Name), Person: actor.PersonPart()})
		return err
	})
	if err != nil && !errors.Is(err, store.Unchanged) {
		return nil, err
	}
	if p, err = s.load(ctx, ` WHERE slug = $1`, f.Slug); err != nil {
		return nil, err
	}
	// The second half may be missing after a crash: the founding leaf tells.
	err = s.db.Write(ctx, p.ID, func(tx *store.Tx) error { return found(tx, actor, by, f) })
	if err != nil && !errors.Is(err, store.Unchanged) {
		return nil, err
	}
	s.forget(p.ID)
	return s.ByID(ctx, p.ID)
}

func found(tx *store.Tx, actor accounts.Actor, by store.Part, f Foundation) error {
	if err := tx.Once("founding"); err != nil {
		return err
	}
	if _, err := tx.Append(store.Change{Kind: ChangeFounded, Subject: "programme/" + f.Slug, Open: true,
		Public: store.Part{"slug": f.Slug, "territory": f.Territory, "by": by}, Text: textPart("name", f.Name), Person: actor.PersonPart()}); err != nil {
		return err
	}
	for i, a := range f.Axes {
		if err := setAxis(tx, actor, by, a, i); err != nil {
			return err
		}
	}
	for i, c := range f.Colleges {
		if err := setCollege(tx, actor, by, c, i); err != nil {
			return err
		}
	}
	return nil
}

// command runs a change of the frame: right, once, write, and the cache dropped.
func (s *Service) command(ctx context.Context, actor accounts.Actor, once string, fn func(tx *store.Tx, by store.Part) error) error {
	if err := actor.Require(accounts.ProgrammeManage, "", ""); err != nil {
		return err
	}
	err := s.db.Write(ctx, actor.Programme, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		return fn(tx, actor.By(accounts.ProgrammeManage, "", ""))
	})
	s.forget(actor.Programme)
	if errors.Is(err, store.Unchanged) {
		return nil
	}
	return err
}

var keyForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// SetAxis adds an axis (Version 0) or renames it; a Conflict if somebody else did first.
func (s *Service) SetAxis(ctx context.Context, actor accounts.Actor, a Axis, once string) (err error) {
	defer fault.Wrap(&err, "programme.SetAxis(%s)", a.ID)
	var wrong fault.Fields
	wrong.Check(keyForm.MatchString(a.ID), "id", "programme.error.key")
	wrong.Check(a.Name.Ar != "" || a.Name.Fr != "", "name", "fault.required")
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.command(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		n, err := count(tx, "axis")
		if err != nil {
			return err
		}
		return setAxis(tx, actor, by, a, n)
	})
}

// SetCollege adds a college (Version 0) or changes its name or voice.
func (s *Service) SetCollege(ctx context.Context, actor accounts.Actor, c College, once string) (err error) {
	defer fault.Wrap(&err, "programme.SetCollege(%s)", c.ID)
	var wrong fault.Fields
	wrong.Check(keyForm.MatchString(c.ID), "id", "programme.error.key")
	wrong.Check(c.Name.Ar != "" || c.Name.Fr != "", "name", "fault.required")
	wrong.Check(c.Voice == Preference || c.Voice == Opinion || c.Voice == NoVoice, "voice", "fault.choose_one")
	if err := wrong.Err(); err != nil {
		return err
	}
	return s.command(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		n, err := count(tx, "college")
		if err != nil {
			return err
		}
		return setCollege(tx, actor, by, c, n)
	})
}

func setAxis(tx *store.Tx, actor accounts.Actor, by store.Part, a Axis, position int) error {
	ok, err := tx.ExecOne(sqlUpsertAxis, tx.Log(), a.ID, position, encodeText(a.Name), a.Version)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	_, err = tx.Append(store.Change{Kind: ChangeAxisSet, Subject: "axis/" + a.ID, Open: true,
		Public: store.Part{"axis": a.ID, "by": by}, Text: textPart("name", a.Name), Person: actor.PersonPart()})
	return err
}

func setCollege(tx *store.Tx, actor accounts.Actor, by store.Part, c College, position int) error {
	ok, err := tx.ExecOne(sqlUpsertCollege, tx.Log(), c.ID, position, encodeText(c.Name), string(c.Voice), c.Version)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Conflict, "fault.conflict")
	}
	_, err = tx.Append(store.Change{Kind: ChangeCollegeSet, Subject: "college/" + c.ID, Open: true,
		Public: store.Part{"college": c.ID, "voice": string(c.Voice), "by": by}, Text: textPart("name", c.Name), Person: actor.PersonPart()})
	return err
}

// SetStep adds a step (empty ID) or changes it, and returns its id.
func (s *Service) SetStep(ctx context.Context, actor accounts.Actor, t Step, once string) (id string, err error) {
	defer fault.Wrap(&err, "programme.SetStep(%s)", t.ID)
	var wrong fault.Fields
	_, known := ParseStage(string(t.Stage))
	wrong.Check(known, "stage", "fault.choose_one")
	wrong.Check(t.Title.Ar != "" || t.Title.Fr != "", "title", "fault.required")
	if err := wrong.Err(); err != nil {
		return "", err
	}
	if t.ID == "" {
		if t.ID = once; t.ID == "" {
			t.ID = store.NewID()
		}
	}
	return t.ID, s.command(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		n, err := count(tx, "step")
		if err != nil {
			return err
		}
		ok, err := tx.ExecOne(sqlUpsertStep, tx.Log(), t.ID, n, string(t.Stage), encodeText(t.Title), encodeText(t.Body),
			encodeText(t.Documents), encodeText(t.Signatory), millis(t.DueAt), t.Version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		text := store.Part{}
		for name, v := range map[string]i18n.Text{"title": t.Title, "body": t.Body, "documents": t.Documents, "signatory": t.Signatory} {
			text[name] = TextValue(v)
		}
		_, err = tx.Append(store.Change{Kind: ChangeStepSet, Subject: "step/" + t.ID, Open: true,
			Public: store.Part{"stage": string(t.Stage), "due": millis(t.DueAt), "by": by}, Text: text, Person: actor.PersonPart()})
		return err
	})
}

// FinishStep marks a step as done.
func (s *Service) FinishStep(ctx context.Context, actor accounts.Actor, id string, version int64, once string) (err error) {
	defer fault.Wrap(&err, "programme.FinishStep(%s)", id)
	return s.command(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		ok, err := tx.ExecOne(sqlStepDone, tx.Log(), id, tx.Millis(), version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		_, err = tx.Append(store.Change{Kind: ChangeStepDone, Subject: "step/" + id, Open: true, Public: store.Part{"by": by}, Person: actor.PersonPart()})
		return err
	})
}

// BeginCycle adds the next cycle and returns its number.
func (s *Service) BeginCycle(ctx context.Context, actor accounts.Actor, title i18n.Text, once string) (number int64, err error) {
	defer fault.Wrap(&err, "programme.BeginCycle")
	if title.Ar == "" && title.Fr == "" {
		return 0, fault.Field("title", "fault.required")
	}
	err = s.command(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		if err := tx.QueryRowContext(tx.Context(), sqlMaxCycle, tx.Log()).Scan(&number); err != nil {
			return err
		}
		number++
		if err := tx.Exec(sqlInsertCycle, tx.Log(), number, encodeText(title), tx.Millis()); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeCycleBegun, Subject: "cycle", Open: true,
			Public: store.Part{"cycle": number, "by": by}, Text: textPart("title", title), Person: actor.PersonPart()})
		return err
	})
	return number, err
}

// OpenPhase opens a stage of a cycle to participants from one time to another.
func (s *Service) OpenPhase(ctx context.Context, actor accounts.Actor, f Phase, once string) (id string, err error) {
	defer fault.Wrap(&err, "programme.OpenPhase(%d %s)", f.Cycle, f.Stage)
	var wrong fault.Fields
	_, known := ParseStage(string(f.Stage))
	wrong.Check(known, "stage", "fault.choose_one")
	wrong.Check(f.OpensAt.Before(f.ClosesAt), "closes_at", "programme.error.phase_order")
	if err := wrong.Err(); err != nil {
		return "", err
	}
	if f.ID = once; f.ID == "" {
		f.ID = store.NewID()
	}
	return f.ID, s.command(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		var newest int64
		if err := tx.QueryRowContext(tx.Context(), sqlMaxCycle, tx.Log()).Scan(&newest); err != nil {
			return err
		}
		if f.Cycle < 1 || f.Cycle > newest {
			return fault.Field("cycle", "fault.choose_one")
		}
		if err := tx.Exec(sqlInsertPhase, tx.Log(), f.ID, f.Cycle, string(f.Stage), millis(f.OpensAt), millis(f.ClosesAt)); err != nil {
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangePhaseSet, Subject: "phase/" + f.ID, Open: true,
			Public: store.Part{"cycle": f.Cycle, "stage": string(f.Stage), "opens": millis(f.OpensAt), "closes": millis(f.ClosesAt), "by": by}, Person: actor.PersonPart()})
		return err
	})
}

// minReason is the least length of a reason that people can understand, in code points.
const minReason = 20

// ExtendPhase moves the closing of a phase, later or earlier, with a reason that is published.
func (s *Service) ExtendPhase(ctx context.Context, actor accounts.Actor, id string, version int64, closes time.Time, reason, once string) (err error) {
	defer fault.Wrap(&err, "programme.ExtendPhase(%s)", id)
	reason = strings.TrimSpace(reason)
	if len([]rune(reason)) < minReason {
		return fault.Field("reason", "fault.too_short", "n", minReason)
	}
	return s.command(ctx, actor, once, func(tx *store.Tx, by store.Part) error {
		rows, err := tx.QueryContext(tx.Context(), sqlPhase, tx.Log(), id)
		if err != nil {
			return err
		}
		found, err := scanAll(rows, scanPhase)
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "fault.not_found")
		}
		f := found[0]
		if !closes.After(tx.Now()) || !closes.After(f.OpensAt) {
			return fault.Field("closes_at", "programme.error.phase_past")
		}
		ok, err := tx.ExecOne(sqlExtendPhase, tx.Log(), id, millis(closes), reason, version)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Conflict, "fault.conflict")
		}
		_, err = tx.Append(store.Change{Kind: ChangePhaseExtended, Subject: "phase/" + id, Open: true,
			Public: store.Part{"cycle": f.Cycle, "stage": string(f.Stage), "from": millis(f.ClosesAt), "to": millis(closes), "by": by},
			Text:   store.Part{"reason": reason}, Person: actor.PersonPart()})
		return err
	})
}

func count(tx *store.Tx, table string) (n int, err error) {
	err = tx.QueryRowContext(tx.Context(), sqlPositions+table+` WHERE programme_id = $1`, tx.Log()).Scan(&n)
	return n, err
}

func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return store.Millis(t)
}

// TextValue is a text of staff as it stands in a leaf: an object with the languages it has.
func TextValue(t i18n.Text) store.Part {
	p := store.Part{}
	for _, l := range i18n.Langs {
		if t.Has(l) {
			s, _ := t.In(l)
			p[string(l)] = s
		}
	}
	return p
}

func textPart(name string, t i18n.Text) store.Part { return store.Part{name: TextValue(t)} }

// NationalAxes are the four axes of the national programme (2025), each
// programme's own to change.
func NationalAxes() []Axis {
	return []Axis{
		{ID: "employment", Name: i18n.Text{Ar: "إنعاش التشغيل", Fr: "Promotion de l’emploi", En: "Employment"}},
		{ID: "social", Name: i18n.Text{Ar: "الخدمات الاجتماعية الأساسية", Fr: "Services sociaux de base", En: "Basic social services"}},
		{ID: "water", Name: i18n.Text{Ar: "التدبير الاستباقي والمستدام للماء", Fr: "Gestion proactive et durable de l’eau", En: "Proactive and sustainable water management"}},
		{ID: "upgrading", Name: i18n.Text{Ar: "التأهيل الترابي المندمج", Fr: "Mise à niveau territoriale intégrée", En: "Integrated territorial upgrading"}},
	}
}

// DefaultColleges are the five groups of participants that every programme
// begins with; deconcentrated services give an opinion, not a ballot.
func DefaultColleges() []College {
	return []College{
		{ID: "citizens", Voice: Preference, Name: i18n.Text{Ar: "المواطنات والمواطنون", Fr: "Citoyennes et citoyens", En: "Citizens"}},
		{ID: "civil", Voice: Preference, Name: i18n.Text{Ar: "المجتمع المدني", Fr: "Société civile", En: "Civil society"}},
		{ID: "elected", Voice: Preference, Name: i18n.Text{Ar: "المنتخبون", Fr: "Élus", En: "Elected members"}},
		{ID: "services", Voice: Opinion, Name: i18n.Text{Ar: "المصالح اللاممركزة", Fr: "Services déconcentrés", En: "Deconcentrated services"}},
		{ID: "economic", Voice: Preference, Name: i18n.Text{Ar: "الفاعلون الاقتصاديون", Fr: "Acteurs économiques", En: "Economic actors"}},
	}
}
