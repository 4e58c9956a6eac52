package opinion

import "math"

// vec2 is a point or a direction of the plane.
type vec2 [2]float64

func (a vec2) plus(b vec2) vec2 { return vec2{a[0] + b[0], a[1] + b[1]} }

func (a vec2) minus(b vec2) vec2 { return vec2{a[0] - b[0], a[1] - b[1]} }

func (a vec2) times(s float64) vec2 { return vec2{a[0] * s, a[1] * s} }

func (a vec2) dot(b vec2) float64 { return a[0]*b[0] + a[1]*b[1] }

func (a vec2) norm() float64 { return math.Hypot(a[0], a[1]) }

// dist2 is the square of the distance.
func (a vec2) dist2(b vec2) float64 {
	dx, dy := a[0]-b[0], a[1]-b[1]
	return dx*dx + dy*dy
}

// mat2 is a matrix of the plane by rows: {a, b; c, d} is [a, b, c, d].
type mat2 [4]float64

func identity2(s float64) mat2 { return mat2{s, 0, 0, s} }

// outer is a bᵀ.
func outer(a, b vec2) mat2 { return mat2{a[0] * b[0], a[0] * b[1], a[1] * b[0], a[1] * b[1]} }

func (m mat2) plus(o mat2) mat2 { return mat2{m[0] + o[0], m[1] + o[1], m[2] + o[2], m[3] + o[3]} }

func (m mat2) times(s float64) mat2 { return mat2{m[0] * s, m[1] * s, m[2] * s, m[3] * s} }

func (m mat2) apply(x vec2) vec2 { return vec2{m[0]*x[0] + m[1]*x[1], m[2]*x[0] + m[3]*x[1]} }

func (m mat2) mul(o mat2) mat2 {
	return mat2{m[0]*o[0] + m[1]*o[2], m[0]*o[1] + m[1]*o[3], m[2]*o[0] + m[3]*o[2], m[2]*o[1] + m[3]*o[3]}
}

func (m mat2) transpose() mat2 { return mat2{m[0], m[2], m[1], m[3]} }

func (m mat2) det() float64 { return m[0]*m[3] - m[1]*m[2] }

func (m mat2) trace() float64 { return m[0] + m[3] }

// inverse is false for a matrix that has none.
func (m mat2) inverse() (mat2, bool) {
	d := m.det()
	if d == 0 || math.IsInf(1/d, 0) || math.IsNaN(d) {
		return mat2{}, false
	}
	return mat2{m[3] / d, -m[1] / d, -m[2] / d, m[0] / d}, true
}

// eigenSymmetric of a symmetric matrix: the larger eigenvalue first, and the
// rotation whose columns are the unit eigenvectors. A multiple of the identity
// is left as it lies.
func (m mat2) eigenSymmetric() (values vec2, vectors mat2) {
	half, diff := m.trace()/2, (m[0]-m[3])/2
	r := math.Hypot(diff, m[1])
	if r == 0 {
		return vec2{half, half}, identity2(1)
	}
	angle := math.Atan2(m[1], diff) / 2
	sin, cos := math.Sincos(angle)
	return vec2{half + r, half - r}, mat2{cos, -sin, sin, cos}
}

// silhouette is the mean over all points of (b − a)/max(a, b), a the mean
// distance to the others of the same group, b the least mean distance to those
// of another group. A point alone in its group counts 0, and so does every
// point when there is only one group. Labels count from 0. It compares each
// point with every other one.
func silhouette(points []vec2, labels []int) float64 {
	k := 0
	for _, l := range labels {
		k = max(k, l+1)
	}
	sizes := make([]int, k)
	for _, l := range labels {
		sizes[l]++
	}
	var total float64
	sums := make([]float64, k)
	for i, p := range points {
		clear(sums)
		for j, q := range points {
			if i != j {
				sums[labels[j]] += math.Sqrt(p.dist2(q))
			}
		}
		total += silhouetteOf(labels[i], sums, sizes)
	}
	if len(points) == 0 {
		return 0
	}
	return total / float64(len(points))
}

func silhouetteOf(own int, sums []float64, sizes []int) float64 {
	b := math.Inf(1)
	for g, sum := range sums {
		if g != own && sizes[g] > 0 {
			b = min(b, sum/float64(sizes[g]))
		}
	}
	if sizes[own] < 2 || math.IsInf(b, 1) {
		return 0
	}
	a := sums[own] / float64(sizes[own]-1)
	if a == 0 && b == 0 {
		return 0
	}
	return (b - a) / max(a, b)
}
