// Package fault holds the one error type that crosses package borders.
//
// A fault says what kind of thing went wrong, in a word that maps to an HTTP
// status, and carries the catalogue key of the sentence a person will read.
// It never carries the sentence itself: the page that shows it knows the
// reader's language, the command that raised it does not.
package fault

import (
	"errors"
	"fmt"
)

// Kind classifies a fault. Each kind maps to one HTTP status (see Status).
type Kind int

const (
	// Internal is anything unforeseen: logged with the request's id, shown as the id only.
	Internal Kind = iota
	// Invalid input: the form comes back with a message beside each field (422).
	Invalid
	// NotFound: the thing does not exist, or must not be known to exist (404).
	NotFound
	// Conflict: somebody else changed it first (409).
	Conflict
	// Closed: the phase or the vote is not open (409).
	Closed
	// Forbidden: signed in, but without the right (403).
	Forbidden
	// Limited: too much came in a short time; a little later it is taken (429).
	Limited
	// Unauthenticated: nobody is signed in; the page leads to the sign-in (303, or 401 for machines).
	Unauthenticated
	// Unavailable: the database or the disk refuses for now (503).
	Unavailable
)

// Status is the HTTP status that shows a fault of this kind.
func (k Kind) Status() int {
	switch k {
	case Invalid:
		return 422
	case NotFound:
		return 404
	case Conflict, Closed:
		return 409
	case Forbidden:
		return 403
	case Limited:
		return 429
	case Unauthenticated:
		return 401
	case Unavailable:
		return 503
	}
	return 500
}

func (k Kind) String() string {
	switch k {
	case Invalid:
		return "invalid"
	case NotFound:
		return "not found"
	case Conflict:
		return "conflict"
	case Closed:
		return "closed"
	case Forbidden:
		return "forbidden"
	case Limited:
		return "limited"
	case Unauthenticated:
		return "unauthenticated"
	case Unavailable:
		return "unavailable"
	}
	return "internal"
}

// Error is a fault. Key names a sentence of the catalogue, Args its arguments
// (alternating name and value), Field the form field it belongs to ("" for the
// whole form). Err is the cause, if there is one; it is logged, never shown.
type Error struct {
	Kind  Kind
	Key   string
	Args  []any
	Field string
	Err   error
	// More holds the other faults of the same form, so that every field gets its message at once.
	More []*Error
}

func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Key != "" {
		s += " " + e.Key
	}
	if e.Field != "" {
		s += " (field " + e.Field + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// New makes a fault of a kind with a catalogue key and its arguments.
func New(kind Kind, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args}
}

// Field makes an Invalid fault for one form field.
func Field(field, key string, args ...any) *Error {
	return &Error{Kind: Invalid, Key: key, Args: args, Field: field}
}

// From wraps a cause in a fault of a kind.
func From(kind Kind, err error, key string, args ...any) *Error {
	return &Error{Kind: kind, Key: key, Args: args, Err: err}
}

// Fields collects the faults of one form. Its zero value is ready to use.
type Fields struct{ list []*Error }

// Add records that a field is wrong.
func (f *Fields) Add(field, key string, args ...any) {
	f.list = append(f.list, Field(field, key, args...))
}

// Check records the fault unless ok holds, and returns ok.
func (f *Fields) Check(ok bool, field, key string, args ...any) bool {
	if !ok {
		f.Add(field, key, args...)
	}
	return ok
}

// Err is nil when no field is wrong, else one Invalid fault that lists all.
func (f *Fields) Err() error {
	if len(f.list) == 0 {
		return nil
	}
	first := *f.list[0]
	first.More = f.list[1:]
	return &first
}

// All lists the faults of an error, the first and the others of its form; nil if err is no fault.
func All(err error) []*Error {
	var e *Error
	if !errors.As(err, &e) {
		return nil
	}
	return append([]*Error{e}, e.More...)
}

// KindOf is the kind of an error, Internal if it is no fault.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return Internal
}

// Is tells whether err is a fault of the kind.
func Is(err error, kind Kind) bool { return err != nil && KindOf(err) == kind }

// Wrap adds the name of an operation to *err when it is not nil. Use it deferred:
//
//	defer fault.Wrap(&err, "consultation.SubmitProposal(%s)", id)
func Wrap(err *error, format string, args ...any) {
	if *err != nil {
		*err = fmt.Errorf("%s: %w", fmt.Sprintf(format, args...), *err)
	}
}
