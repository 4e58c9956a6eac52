package opinion

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestTableReadsWhatOthersWrite compares with the standard library on cells made
// of everything that is special in such files.
func TestTableReadsWhatOthersWrite(t *testing.T) {
	draw := rand.New(rand.NewPCG(5, 5))
	pieces := []string{"a", ",", `"`, "\n", "\r\n", " ", "é", "ماء", "x y", `""`, strings.Repeat("long ", 30_000)}
	for round := range 300 {
		var rows [][]string
		for range 1 + draw.IntN(5) {
			row := []string{"first"} // a row of empty cells would be an empty line
			for range draw.IntN(6) {
				var cell string
				for range draw.IntN(4) {
					cell += pieces[draw.IntN(len(pieces)-min(1, round%50))]
				}
				row = append(row, cell)
			}
			rows = append(rows, row)
		}
		var file bytes.Buffer
		w := csv.NewWriter(&file)
		w.UseCRLF = round%2 == 1
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		compareTable(t, &file, rows, w.UseCRLF)
	}
}

func compareTable(t *testing.T, file io.Reader, rows [][]string, crlf bool) {
	t.Helper()
	table := newTable(file)
	for _, want := range rows {
		if err := table.next(); err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range table.ends {
			got = append(got, table.cell(i))
		}
		for i := range want {
			if want[i] = strings.TrimSpace(want[i]); crlf {
				want[i] = strings.ReplaceAll(strings.ReplaceAll(want[i], "\r\n", "\n"), "\n", "\r\n")
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%.300q, want %.300q", got, want)
		}
	}
	if err := table.next(); !errors.Is(err, io.EOF) || len(table.faults) > 0 {
		t.Fatalf("after the last row: %v, %v", err, table.faults)
	}
}

func TestTableLimits(t *testing.T) {
	endless := strings.NewReader("participant,0\n\"" + strings.Repeat("a\n", maxCell))
	var fault *Fault
	if err := NewConversation().ReadParticipantsVotes(endless); !errors.As(err, &fault) || fault.Code != TooLong || fault.Line != 2 {
		t.Errorf("an endless cell: %v", err)
	}
	if err := NewConversation().ReadParticipantsVotes(strings.NewReader(strings.Repeat("1,", maxRow))); !errors.As(err, &fault) || fault.Code != TooLong {
		t.Errorf("an endless row: %v", err)
	}
}
