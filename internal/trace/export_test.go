package trace

import (
	"context"
	"database/sql"

	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/store"
)

// counter counts the queries that go through it.
type counter struct {
	store.Querier
	n int
}

func (c *counter) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.n++
	return c.Querier.QueryContext(ctx, query, args...)
}

// GraphQueries counts the queries that finding a way takes.
func (s *Service) GraphQueries(ctx context.Context, programmeID string, kind programme.Kind, number string) (int, error) {
	c := &counter{Querier: s.db.Read()}
	g, err := load(ctx, c, programmeID, programme.Subject(kind, number))
	if err != nil {
		return 0, err
	}
	_, err = marks(ctx, c, programmeID, g.subjects())
	return c.n, err
}
