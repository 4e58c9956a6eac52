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

// What can be wrong with a file besides.
const (
	NotText         FaultCode = "not_text" // not UTF-8, or with a NUL
	LineTooLong     FaultCode = "line_too_long"
	OpenQuote       FaultCode = "open_quote"
	MissingSection  FaultCode = "missing_section"
	MissingField    FaultCode = "missing_field"
	MissingColumn   FaultCode = "missing_column"
	RepeatedField   FaultCode = "repeated_field" // a META key or a heading twice
	StrayLine       FaultCode = "stray_line"     // text before the first section
	TooManyCells    FaultCode = "too_many_cells" // a row longer than its heading
	UnknownVoteType FaultCode = "unknown_vote_type"
	DuplicateVoter  FaultCode = "duplicate_voter"
	BadList         FaultCode = "bad_list"      // semicolons between the items of a list
	CountDiffers    FaultCode = "count_differs" // num_projects, num_votes or a project's votes
	BreaksLimit     FaultCode = "breaks_limit"  // a ballot outside the lengths or sums that META allows
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

// Faults is an error that lists all faults of a file: first the one that ended
// reading, if one did, then the others in the order of their lines.
type Faults []*Fault

func (f Faults) Error() string {
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
