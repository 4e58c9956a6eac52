package transparency

import (
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/khettara/khettara/internal/fault"
)

// tileHeight is that of C2SP tlog-tiles: 256 hashes in a full tile.
const tileHeight = 8

// Tile is a tile of the tree by its C2SP tlog-tiles path below "tile/":
// "0/000", "0/x001/234.p/5", and "entries/000" for the bundles of Entries. What
// a path names never changes. NotFound for what the newest checkpoint does not
// cover and for paths that are not written as the format wants.
func (s *Service) Tile(ctx context.Context, log, path string) (data []byte, err error) {
	defer fault.Wrap(&err, "transparency.Tile(%s, %s)", log, path)
	if entries, ok := strings.CutPrefix(path, "entries/"); ok {
		return s.Entries(ctx, log, entries)
	}
	tile, err := s.tile(ctx, log, path)
	if err != nil {
		return nil, err
	}
	data, err = tlog.ReadTileData(tile, newNodes(ctx, s.db.Read(), log))
	return data, s.stopIfDisagrees(err)
}

// Entries is a bundle of leaves by its C2SP tlog-tiles path below "entries/",
// "000" or "x001/234.p/5": each leaf's bytes after their length in two bytes, the
// high one first. NotFound as for Tile.
func (s *Service) Entries(ctx context.Context, log, path string) (data []byte, err error) {
	defer fault.Wrap(&err, "transparency.Entries(%s, %s)", log, path)
	tile, err := s.tile(ctx, log, "0/"+path) // entries are bundled as level 0 is tiled
	if err != nil {
		return nil, err
	}
	first := tile.N << tileHeight
	list, err := s.db.Changes(ctx, log, first, tile.W)
	if err != nil {
		return nil, err
	}
	for i, r := range list {
		leaf := r.Leaf.Bytes()
		if r.N != first+int64(i) || r.Leaf.Hash() != r.Hash || len(leaf) > math.MaxUint16 {
			return nil, s.stopIfDisagrees(fmt.Errorf("%w: leaf %d of %s", ErrDisagrees, first+int64(i), log))
		}
		data = append(binary.BigEndian.AppendUint16(data, uint16(len(leaf))), leaf...)
	}
	if len(list) != tile.W {
		return nil, s.stopIfDisagrees(fmt.Errorf("%w: leaf %d of %s is missing", ErrDisagrees, first+int64(len(list)), log))
	}
	return data, nil
}

// tile reads a path and asks whether the newest checkpoint covers it.
func (s *Service) tile(ctx context.Context, log, path string) (tlog.Tile, error) {
	c, err := s.Checkpoint(ctx, log)
	if err != nil {
		return tlog.Tile{}, err
	}
	t, err := tlog.ParseTilePath(fmt.Sprintf("tile/%d/%s", tileHeight, path))
	if err != nil || t.L < 0 || t.L > 63/tileHeight {
		return tlog.Tile{}, fault.New(fault.NotFound, "fault.not_found")
	}
	hashes := c.Size >> (tileHeight * t.L) // on this level
	// N is compared before it is shifted: a long path could overflow.
	if t.N > hashes>>tileHeight || t.N<<tileHeight+int64(t.W) > hashes {
		return tlog.Tile{}, fault.New(fault.NotFound, "fault.not_found")
	}
	return t, nil
}

// Consistency is the proof that the log's tree of one size begins with its tree
// of another: RFC 9162 §2.1.4, checked by tlog.CheckTree. Sizes are those of checkpoints;
// 0 ≤ from ≤ to ≤ newest checkpoint, else NotFound. From the empty tree the proof is empty.
func (s *Service) Consistency(ctx context.Context, log string, from, to int64) (proof tlog.TreeProof, err error) {
	defer fault.Wrap(&err, "transparency.Consistency(%s, %d, %d)", log, from, to)
	c, err := s.Checkpoint(ctx, log)
	if err != nil {
		return nil, err
	}
	if from < 0 || from > to || to > c.Size {
		return nil, fault.New(fault.NotFound, "fault.not_found")
	}
	if from == 0 {
		return tlog.TreeProof{}, nil
	}
	proof, err = tlog.ProveTree(to, from, newNodes(ctx, s.db.Read(), log))
	return proof, s.stopIfDisagrees(err)
}
