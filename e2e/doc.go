// Package e2e tries the built program as its users and its operator do: the
// binary with its command line, a real browser, signals and power cuts. All of
// it is tests.
package e2e
