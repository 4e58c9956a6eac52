// Package khettara is the root of the module and holds no code: the program is
// cmd/khettara, the mathematics of votes are pb, and the rest is under
// internal. Its tests hold the rules of the house: what may import
// what, where SQL and HTTP may stand, and how long and how well named things are.
package khettara
