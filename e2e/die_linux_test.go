package e2e

import "syscall"

// dieWithTest makes a process end with the test, also when that is killed.
func dieWithTest(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
