package opinion

import (
	"context"
	"testing"
)

func BenchmarkMap(b *testing.B) {
	v, _ := crowd{people: 100_000, statements: 1000, each: 100, camps: 3, seed: 1}.votes()
	b.Run("fit", func(b *testing.B) {
		for b.Loop() {
			if _, err := NewMap(context.Background(), v, MapOptions{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("panel", func(b *testing.B) {
		for b.Loop() {
			newPanel(context.Background(), v)
		}
	})
	m, _ := NewMap(context.Background(), v, MapOptions{})
	b.Run("k-means", func(b *testing.B) {
		pts := make([]vec2, len(m.Positions))
		for i, p := range m.Positions {
			pts[i] = vec2{p.X, p.Y}
		}
		for b.Loop() {
			for k := 2; k <= 5; k++ {
				kmeans(context.Background(), pts, nil, k, 10, 1)
			}
		}
	})
}
