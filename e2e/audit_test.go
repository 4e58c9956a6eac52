package e2e

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// auditor follows a programme's public log from outside, with nothing but what
// the site publishes and a library that is not ours.
type auditor struct {
	t    testing.TB
	base string // of the log: http://host/p/slug/log

	hashes []tlog.Hash // the tree so far, in tlog's order
	size   int64
	root   tlog.Hash
}

func newAuditor(t testing.TB, site, slug string) *auditor {
	return &auditor{t: t, base: site + "/p/" + slug + "/log"}
}

// sealed waits until a signed checkpoint covers at least size leaves.
func (a *auditor) sealed(size int64) tlog.Tree {
	a.t.Helper()
	deadline := time.Now().Add(90 * time.Second)
	for {
		if tree, err := a.checkpoint(); err == nil && tree.N >= size {
			return tree
		} else if time.Now().After(deadline) {
			a.t.Fatalf("no checkpoint covers %d leaves after 90 s: the newest is %+v, %v", size, tree, err)
		}
		time.Sleep(200 * time.Millisecond)
	}
}

// checkpoint reads the newest checkpoint and checks its signature.
func (a *auditor) checkpoint() (tlog.Tree, error) {
	status, key := get(a.t, a.base+"/key")
	if status != http.StatusOK {
		return tlog.Tree{}, fmt.Errorf("the key answers %d", status)
	}
	verifier, err := note.NewVerifier(strings.TrimSpace(key))
	if err != nil {
		return tlog.Tree{}, err
	}
	status, text := get(a.t, a.base+"/checkpoint")
	if status != http.StatusOK {
		return tlog.Tree{}, fmt.Errorf("the checkpoint answers %d", status)
	}
	signed, err := note.Open([]byte(text), note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	return parseTree(signed.Text)
}

// parseTree reads a checkpoint's text: origin, size and root, a line each.
func parseTree(text string) (tlog.Tree, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 3 {
		return tlog.Tree{}, fmt.Errorf("a checkpoint of %d lines", len(lines))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, fmt.Errorf("root %q: %v", lines[2], err)
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

// audit reads every leaf that the checkpoint covers and computes the tree from
// them. It fails the test unless the leaves are numbered without a gap, the
// tree has the root that was signed, and it contains the one audited before.
func (a *auditor) audit(tree tlog.Tree) {
	a.t.Helper()
	hashes := a.hashes[:0:0]
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = hashes[index]
		}
		return found, nil
	})
	for n, leaf := range a.leaves(tree.N) {
		var head struct {
			N int64 `json:"n"`
		}
		if err := json.Unmarshal(leaf, &head); err != nil || head.N != int64(n) {
			a.t.Fatalf("leaf %d calls itself %d: %v", n, head.N, err)
		}
		more, err := tlog.StoredHashes(int64(n), leaf, reader)
		if err != nil {
			a.t.Fatal(err)
		}
		hashes = append(hashes, more...)
	}
	if root, err := tlog.TreeHash(tree.N, reader); err != nil || root != tree.Hash {
		a.t.Fatalf("the leaves give the root %v, the checkpoint signs %v (%v)", root, tree.Hash, err)
	}
	if a.size > 0 {
		if root, err := tlog.TreeHash(a.size, reader); err != nil || root != a.root {
			a.t.Fatalf("the first %d leaves had the root %v and now have %v (%v)", a.size, a.root, root, err)
		}
	}
	a.hashes, a.size, a.root = hashes, tree.N, tree.Hash
}

// bundle is how many leaves one file of entries holds (C2SP tlog-tiles).
const bundle = 256

func (a *auditor) leaves(size int64) [][]byte {
	a.t.Helper()
	leaves := make([][]byte, 0, size)
	for first := int64(0); first < size; first += bundle {
		path := bundlePath(first/bundle, min(bundle, size-first))
		status, body := get(a.t, a.base+"/tile/entries/"+path)
		if status != http.StatusOK {
			a.t.Fatalf("%s answers %d", path, status)
		}
		for data := []byte(body); len(data) > 0; {
			if len(data) < 2 || len(data) < 2+int(binary.BigEndian.Uint16(data)) {
				a.t.Fatalf("%s is cut short", path)
			}
			end := 2 + int(binary.BigEndian.Uint16(data))
			leaves = append(leaves, data[2:end])
			data = data[end:]
		}
	}
	if int64(len(leaves)) != size {
		a.t.Fatalf("%d leaves, the checkpoint says %d", len(leaves), size)
	}
	return leaves
}

// bundlePath is the path of a bundle: 1234 with 5 leaves is x001/234.p/5.
func bundlePath(n, width int64) string {
	path := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		path = fmt.Sprintf("x%03d/%s", n%1000, path)
	}
	if width < bundle {
		path += fmt.Sprintf(".p/%d", width)
	}
	return path
}

func TestBundlePath(t *testing.T) {
	for want, is := range map[string]string{
		"000": bundlePath(0, bundle), "007.p/3": bundlePath(7, 3), "x001/234.p/5": bundlePath(1234, 5), "x001/x234/067": bundlePath(1234067, bundle),
	} {
		if is != want {
			t.Errorf("%s, want %s", is, want)
		}
	}
}
