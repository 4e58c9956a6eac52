package store_test

import (
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

// TestKeysAreSoughtAndNotReadAll: however many keys a query names, SQLite goes to
// each by the index, from the first day of a database on, in every connection.
func TestKeysAreSoughtAndNotReadAll(t *testing.T) {
	dsn := testkit.DSN(t, store.SQLite)
	for range 2 { // the second finds what the first was told
		if err := open(t, dsn, "", func(db *store.DB) {
			for query, want := range map[string]string{
				`SELECT hash FROM tree_node WHERE programme_id = $1 AND place IN `:                         "programme_id=? AND place=?",
				`SELECT choice FROM opinion_vote WHERE programme_id = $1 AND voter IN `:                    "programme_id=? AND voter=?",
				`SELECT class FROM credential WHERE programme_id = $1 AND vote = $1 AND code_hash IN `:     "programme_id=? AND vote=? AND code_hash=?",
				`SELECT name FROM person WHERE programme_id = $1 AND id IN `:                               "programme_id=? AND id=?",
				`SELECT subject FROM change WHERE programme_id = $1 AND text_commit <> '' AND subject IN `: "programme_id=? AND subject=?",
			} {
				var a, b, c int
				var plan string
				if err := db.Read().QueryRowContext(t.Context(), `EXPLAIN QUERY PLAN `+query+store.In(2, 200), make([]any, 201)...).Scan(&a, &b, &c, &plan); err != nil {
					t.Fatal(err)
				}
				if !strings.Contains(plan, want) {
					t.Errorf("%s: %s", query, plan)
				}
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
}
