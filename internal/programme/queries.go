package programme

import (
	"context"
	"database/sql"
	"encoding/json"
	"sort"
	"sync"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// Service answers questions about programmes and runs their commands. It keeps
// the frames in memory: they are read by every page and change rarely. One
// process serves a database (store.Open holds the lock), so its own commands
// are the only ones that make a frame stale.
type Service struct {
	db *store.DB

	mu      sync.RWMutex
	bySlug  map[string]*Programme
	byID    map[string]*Programme
	changes uint64 // commands so far: a frame read before the latest of them is not kept
}

// NewService makes the module's service.
func NewService(db *store.DB) *Service {
	return &Service{db: db, bySlug: map[string]*Programme{}, byID: map[string]*Programme{}}
}

// Programme is the frame of the programme with a slug; NotFound if there is none.
func (s *Service) Programme(ctx context.Context, slug string) (p *Programme, err error) {
	defer fault.Wrap(&err, "programme.Programme(%s)", slug)
	s.mu.RLock()
	p, ok := s.bySlug[slug]
	s.mu.RUnlock()
	if ok {
		return p, nil
	}
	return s.load(ctx, ` WHERE slug = $1`, slug)
}

// ByID is the frame of the programme with an id.
func (s *Service) ByID(ctx context.Context, id string) (p *Programme, err error) {
	defer fault.Wrap(&err, "programme.ByID(%s)", id)
	s.mu.RLock()
	p, ok := s.byID[id]
	s.mu.RUnlock()
	if ok {
		return p, nil
	}
	return s.load(ctx, ` WHERE programme_id = $1`, id)
}

// Programmes lists all programmes by slug.
func (s *Service) Programmes(ctx context.Context) (list []*Programme, err error) {
	defer fault.Wrap(&err, "programme.Programmes")
	rows, err := s.db.Read().QueryContext(ctx, sqlSlugs)
	if err != nil {
		return nil, err
	}
	slugs, err := scanAll(rows, func(rows *sql.Rows) (slug string, err error) { return slug, rows.Scan(&slug) })
	if err != nil {
		return nil, err
	}
	for _, slug := range slugs {
		p, err := s.Programme(ctx, slug)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// forget drops a frame after a command has changed it, and keeps whoever is
// reading it just now from storing what it read before the change.
func (s *Service) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changes++
	if p, ok := s.byID[id]; ok {
		delete(s.byID, id)
		delete(s.bySlug, p.Slug)
	}
}

// load reads a frame and keeps it for the next who asks.
func (s *Service) load(ctx context.Context, where string, arg any) (*Programme, error) {
	s.mu.RLock()
	since := s.changes
	s.mu.RUnlock()
	p, err := s.frame(ctx, where, arg)
	if err == nil {
		s.keep(p, since)
	}
	return p, err
}

// keep stores a frame, unless a command has run since it began to be read.
func (s *Service) keep(p *Programme, since uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changes == since {
		s.bySlug[p.Slug], s.byID[p.ID] = p, p
	}
}

// frame reads a frame from the database.
func (s *Service) frame(ctx context.Context, where string, arg any) (*Programme, error) {
	q := s.db.Read()
	p := &Programme{}
	var name string
	var created int64
	err := q.QueryRowContext(ctx, sqlProgrammes+where, arg).Scan(&p.ID, &p.Slug, &p.Territory, &p.PackVersion, &name, &p.Illustrative, &created)
	if err == sql.ErrNoRows {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if err != nil {
		return nil, err
	}
	p.CreatedAt = store.Time(created)
	if p.Name, err = decodeText(name); err != nil {
		return nil, err
	}
	if p.Axes, err = queryAll(ctx, q, sqlAxes, p.ID, scanAxis); err != nil {
		return nil, err
	}
	if p.Colleges, err = queryAll(ctx, q, sqlColleges, p.ID, scanCollege); err != nil {
		return nil, err
	}
	if p.Steps, err = queryAll(ctx, q, sqlSteps, p.ID, scanStep); err != nil {
		return nil, err
	}
	if p.Cycles, err = queryAll(ctx, q, sqlCycles, p.ID, scanCycle); err != nil {
		return nil, err
	}
	if p.Phases, err = queryAll(ctx, q, sqlPhases, p.ID, scanPhase); err != nil {
		return nil, err
	}
	sort.SliceStable(p.Phases, func(i, j int) bool {
		a, b := p.Phases[i], p.Phases[j]
		if a.Cycle != b.Cycle {
			return a.Cycle < b.Cycle
		}
		return a.Stage.position() < b.Stage.position()
	})
	return p, nil
}

func queryAll[T any](ctx context.Context, q store.Querier, query, id string, scan func(*sql.Rows) (T, error)) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, id)
	if err != nil {
		return nil, err
	}
	return scanAll(rows, scan)
}

func scanAll[T any](rows *sql.Rows, scan func(*sql.Rows) (T, error)) ([]T, error) {
	defer rows.Close()
	var list []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	return list, rows.Err()
}

func scanAxis(rows *sql.Rows) (a Axis, err error) {
	var name string
	if err := rows.Scan(&a.ID, &name, &a.Version); err != nil {
		return a, err
	}
	a.Name, err = decodeText(name)
	return a, err
}

func scanCollege(rows *sql.Rows) (c College, err error) {
	var name string
	if err := rows.Scan(&c.ID, &name, &c.Voice, &c.Version); err != nil {
		return c, err
	}
	c.Name, err = decodeText(name)
	return c, err
}

func scanStep(rows *sql.Rows) (t Step, err error) {
	var texts [4]string
	var due, done int64
	if err := rows.Scan(&t.ID, &t.Stage, &texts[0], &texts[1], &texts[2], &texts[3], &due, &done, &t.Version); err != nil {
		return t, err
	}
	t.DueAt, t.DoneAt = store.Time(due), store.Time(done)
	for i, to := range []*i18n.Text{&t.Title, &t.Body, &t.Documents, &t.Signatory} {
		if *to, err = decodeText(texts[i]); err != nil {
			return t, err
		}
	}
	return t, nil
}

func scanCycle(rows *sql.Rows) (c Cycle, err error) {
	var title string
	if err := rows.Scan(&c.Number, &title); err != nil {
		return c, err
	}
	c.Title, err = decodeText(title)
	return c, err
}

func scanPhase(rows *sql.Rows) (f Phase, err error) {
	var opens, closes int64
	err = rows.Scan(&f.ID, &f.Cycle, &f.Stage, &opens, &closes, &f.Reason, &f.Version)
	f.OpensAt, f.ClosesAt = store.Time(opens), store.Time(closes)
	return f, err
}

func decodeText(s string) (t i18n.Text, err error) { return t, json.Unmarshal([]byte(s), &t) }
func encodeText(t i18n.Text) string                { b, _ := json.Marshal(t); return string(b) }
