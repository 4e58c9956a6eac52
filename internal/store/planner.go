package store

import (
	"context"
	"fmt"
	"strings"
)

// What SQLite's planner is told of every index that begins with a programme: a
// million rows, a hundred thousand a programme, ten of them with the same second
// column, and so on. Untold it takes a programme for ten rows, and then reads all
// that a programme holds to find three keys in it. Real counts (ANALYZE) would
// change with the data, and the plans of a running program with them.
const (
	rowsOfTable     = 1_000_000
	rowsOfProgramme = 100_000
	rowsOfMore      = 10
)

// indexes are the SQLite indexes over a programme's rows by the name under which
// sqlite_stat1 knows them: an index that is its table has the table's.
const sqlIndexes = `SELECT t.name, CASE WHEN i.origin = 'pk' AND t.wr THEN t.name ELSE i.name END, i."unique",
		(SELECT COUNT(*) FROM pragma_index_info(i.name))
	FROM pragma_table_list t, pragma_index_list(t.name) i
	WHERE t.schema = 'main' AND (SELECT name FROM pragma_index_info(i.name) WHERE seqno = 0) = 'programme_id'`

// guidePlanner keeps the plans of SQLite the same from an empty database to a
// large one. It writes once after the schema has changed.
func (db *DB) guidePlanner(ctx context.Context) error {
	if db.dialect != SQLite {
		return nil
	}
	// The only way to have the table of statistics made.
	if _, err := db.writer.ExecContext(ctx, `ANALYZE log_head`); err != nil {
		return err
	}
	rows, err := db.writer.QueryContext(ctx, sqlIndexes)
	if err != nil {
		return err
	}
	defer rows.Close()
	var args []any
	for rows.Next() {
		var table, index string
		var unique bool
		var columns int
		if err := rows.Scan(&table, &index, &unique, &columns); err != nil {
			return err
		}
		args = append(args, table, index, indexFigures(unique, columns))
	}
	if err := rows.Err(); err != nil {
		return err
	}
	return db.WriteUnlogged(ctx, func(tx *Tx) error {
		if err := tx.Exec(`DELETE FROM sqlite_stat1`); err != nil {
			return err
		}
		if err := tx.Exec(`INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES `+tx.Values(len(args)/3, 3), args...); err != nil {
			return err
		}
		return tx.Exec(`ANALYZE sqlite_schema`) // reads them
	})
}

// indexFigures is a row of sqlite_stat1: how many rows there are, and then how
// many share the first column, the first two, and so on.
func indexFigures(unique bool, columns int) string {
	figures := []string{fmt.Sprint(rowsOfTable), fmt.Sprint(rowsOfProgramme)}
	for c := 1; c < columns; c++ {
		figures = append(figures, fmt.Sprint(rowsOfMore))
	}
	if unique {
		figures[columns] = "1"
	}
	return strings.Join(figures, " ")
}
