package opinion

import "math"

// alignment is the turn that brings the loadings nearest to those of an earlier
// map on the statements both have: orthogonal Procrustes (Schönemann 1966), in
// the plane. Loadings are public and stay as long as the map does, so no
// earlier position of anybody is needed.
func (f *factors) alignmentTo(known func(column int) (vec2, bool)) mat2 {
	// Of a turn by θ the fit is Σ (R w)·o = dot cos θ + cross sin θ, which is
	// greatest at hypot(dot, cross); of a reflection likewise, with the second
	// coordinate of w changed.
	var turn, mirror struct{ dot, cross float64 }
	for c := range f.columns {
		o, ok := known(c)
		if !ok {
			continue
		}
		w := f.columns[c].load
		turn.dot += w[0]*o[0] + w[1]*o[1]
		turn.cross += w[0]*o[1] - w[1]*o[0]
		mirror.dot += w[0]*o[0] - w[1]*o[1]
		mirror.cross += w[0]*o[1] + w[1]*o[0]
	}
	asTurn, asMirror := math.Hypot(turn.dot, turn.cross), math.Hypot(mirror.dot, mirror.cross)
	switch {
	case asTurn == 0 && asMirror == 0:
		return identity2(1)
	case asMirror > asTurn:
		cos, sin := mirror.dot/asMirror, mirror.cross/asMirror
		return mat2{cos, sin, sin, -cos}
	}
	cos, sin := turn.dot/asTurn, turn.cross/asTurn
	return mat2{cos, -sin, sin, cos}
}

// alignment to a published map, by the ids of the statements.
func (f *fit) alignment(ids []string, previous *Map) mat2 {
	known := previous.loadingsByID()
	return f.alignmentTo(func(c int) (vec2, bool) {
		o, ok := known[ids[f.panel.statements[c]]]
		return o, ok
	})
}
