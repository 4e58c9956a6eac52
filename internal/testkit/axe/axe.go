// Package axe carries axe-core, the accessibility rules that the browser tests
// run on every page. It is in tests only, never in the program.
package axe

import _ "embed"

// Script is axe-core 4.14.1, minified, unchanged from the npm package axe-core
// (Mozilla Public License 2.0, see LICENSE beside this file). Run in a page, it
// defines `axe`.
//
//go:embed axe.min.js
var Script string
