package ui

import "github.com/a-h/templ"

// ColumnKind tells how a column is set.
type ColumnKind string

// Columns: text; numbers, set left to right and end-aligned so that units stand
// under each other in both directions; and a drawing, which takes the room that is left.
const (
	TextColumn   ColumnKind = ""
	NumberColumn ColumnKind = "number"
	ChartColumn  ColumnKind = "chart"
)

// Column is a column's head. The first column of a table names its rows.
type Column struct {
	Label string
	Kind  ColumnKind
}

// Table is a table whose rows become blocks of "label: value" under 48 rem. The
// caption names unit, date and source.
type Table struct {
	Caption templ.Component // nil where the heading above says it all
	Columns []Column
	Rows    []Row
	Total   []templ.Component // the row under a rule; nil for none
	Foot    templ.Component   // source and notes under the table; nil for none
	Compact bool              // stays a table on phones: few narrow columns only
}

// Row is a table row: one cell a column, nil for an empty cell.
type Row struct {
	Cells   []templ.Component
	Current bool // "this row": ochre wash
	Muted   bool // left out, not chosen
	Select  *Tick
}

// Tick is the check box in front of a row of a work list.
type Tick struct {
	Name, Value string
	Label       string // says which row, for those who cannot see it
	Checked     bool
}

// selectable tells whether rows have check boxes.
func (t Table) selectable() bool {
	for _, r := range t.Rows {
		if r.Select != nil {
			return true
		}
	}
	return false
}

func (t Table) kind(i int) string {
	if i < len(t.Columns) {
		return string(t.Columns[i].Kind)
	}
	return ""
}

func (t Table) label(i int) string {
	if i < len(t.Columns) {
		return t.Columns[i].Label
	}
	return ""
}
