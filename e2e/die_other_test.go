//go:build !linux

package e2e

import "syscall"

// dieWithTest can promise nothing here: a test that is killed leaves its server
// running. Tests that end by themselves stop theirs.
func dieWithTest(*syscall.SysProcAttr) {}
