// Command khettara serves an integrated territorial development programme and
// keeps its public record. See README.md.
package main

import (
	"os"

	"github.com/khettara/khettara/internal/app"
)

func main() { os.Exit(app.Main(os.Args[1:], os.Stdout, os.Stderr)) }
