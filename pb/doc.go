// Package pb computes participatory-budgeting votes exactly and keeps the
// record that explains them.
//
// An [Instance] lists the projects on the ballot with their costs and the
// budget; a [Profile] holds the ballots. A rule turns both into an [Outcome]:
// the projects bought, in order, with the price of each, who paid for it, the
// ties met on the way, and for every project that lost what it lacked.
//
// Amounts are integers of the smallest unit of the currency, ballots count as
// exact rational multiplicities, and every comparison that decides something
// is made on exact numbers. A floating-point number may spare a comparison; it
// never makes one.
package pb
