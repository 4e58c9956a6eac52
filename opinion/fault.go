package opinion

import "fmt"

// FaultCode names what is wrong with votes, an option or a file. The words are
// stable: programs may compare them, sentences for people are made elsewhere.
type FaultCode string

// What can be wrong with votes and options.
const (
	BadWeight FaultCode = "bad_weight"
	BadOption FaultCode = "bad_option"
	NoVotes   FaultCode = "no_votes" // nothing to make a map of
)

// What can be wrong with a file besides.
const (
	NotText            FaultCode = "not_text" // not UTF-8, or with a NUL
	MissingFile        FaultCode = "missing_file"
	MissingHeading     FaultCode = "missing_heading"
	MissingColumn      FaultCode = "missing_column"
	RepeatedColumn     FaultCode = "repeated_column"
	WrongCells         FaultCode = "wrong_cells" // a row shorter or longer than its heading
	OpenQuote          FaultCode = "open_quote"
	TooLong            FaultCode = "too_long" // a cell or a row
	MissingID          FaultCode = "missing_id"
	DuplicatePerson    FaultCode = "duplicate_person"
	DuplicateStatement FaultCode = "duplicate_statement"
	BadNumber          FaultCode = "bad_number"
	BadVote            FaultCode = "bad_vote"
	BadState           FaultCode = "bad_state"     // a moderation that is none
	CountDiffers       FaultCode = "count_differs" // a total that the votes contradict
	BadJSON            FaultCode = "bad_json"
	OutOfRange         FaultCode = "out_of_range" // a server state names what it does not have
)

// Fault is something wrong with votes, an option or a file. Line and Column
// count from 1 and are 0 where no file is involved; File is empty where only
// one file is read.
type Fault struct {
	Code         FaultCode
	File         string
	Line, Column int
	Got          string // what was found
	Want         string // what was expected in its place
}

func (f *Fault) Error() string {
	where := ""
	if f.File != "" {
		where = f.File + ": "
	}
	if f.Line > 0 {
		where += fmt.Sprintf("line %d, column %d: ", f.Line, f.Column)
	}
	return fmt.Sprintf("%s%s: got %s, want %s", where, f.Code, f.Got, f.Want)
}

// Faults is an error that lists the faults of a file in the order of their lines.
type Faults []*Fault

func (f Faults) Error() string {
	if len(f) == 0 {
		return "no fault"
	}
	if len(f) == 1 {
		return f[0].Error()
	}
	return fmt.Sprintf("%s (and %d more)", f[0], len(f)-1)
}

// Unwrap lets errors.As find the first fault.
func (f Faults) Unwrap() []error {
	list := make([]error, len(f))
	for i := range f {
		list[i] = f[i]
	}
	return list
}
