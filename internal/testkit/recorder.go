package testkit

import (
	"fmt"
	"testing"
)

// Recorder is a test that notes what it is told was wrong instead of failing:
// with it a check is tested for finding what it is for. Errors only; a Fatal
// still ends the test around it.
type Recorder struct {
	testing.TB
	Failures []string
}

// Helper does nothing: no line of the recorded test is reported.
func (r *Recorder) Helper() {}

// Errorf notes a failure.
func (r *Recorder) Errorf(format string, args ...any) {
	r.Failures = append(r.Failures, fmt.Sprintf(format, args...))
}
