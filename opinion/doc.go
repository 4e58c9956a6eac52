// Package opinion makes maps of opinions from votes on statements: who stands
// near whom, whether there are groups, what all agree on and what divides.
//
// [Votes] is a sparse matrix of people and statements that grows vote by vote.
package opinion
