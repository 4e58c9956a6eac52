package pb

import "fmt"

// FaultCode names what is wrong with an election or a file. The words are
// stable: programs may compare them, sentences for people are made elsewhere.
type FaultCode string

// What can be wrong with an election.
const (
	BadAmount        FaultCode = "bad_amount"
	MissingID        FaultCode = "missing_id"
	DuplicateProject FaultCode = "duplicate_project"
	UnknownProject   FaultCode = "unknown_project"
	RepeatedChoice   FaultCode = "repeated_choice" // one ballot names a project twice
	BadPoints        FaultCode = "bad_points"
	BadWeight        FaultCode = "bad_weight"
	BadOption        FaultCode = "bad_option"
	NotApplicable    FaultCode = "not_applicable" // the rule needs another form of ballot
)

// Fault is something wrong with an election, an option or a file. Line and
// Column count from 1 and are 0 where no file is involved.
type Fault struct {
	Code         FaultCode
	Line, Column int
	Got          string // what was found
	Want         string // what was expected in its place
}

func (f *Fault) Error() string {
	where := ""
	if f.Line > 0 {
		where = fmt.Sprintf("line %d, column %d: ", f.Line, f.Column)
	}
	return fmt.Sprintf("%s%s: got %s, want %s", where, f.Code, f.Got, f.Want)
}
