// Package testkit is what the tests of Khettara share: the two databases, a
// clock that stands still, golden files and a check of a page's HTML. Its
// subpackages drive a real browser (browser) and carry the accessibility rules
// (axe). Only tests may import it.
package testkit
