package record

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/web/page"
)

// How long others may keep what they fetched. A tile's path names its content for
// ever; the checkpoint is new each minute, and an opening appears once.
const (
	forEver  = "public, max-age=31536000, immutable"
	aMinute  = "public, max-age=60"
	noHolder = "no-cache"
)

// send writes a file with its type and how long it may be kept. It is open to
// programs of other sites: all of it is public.
func send(w http.ResponseWriter, kind, keep string, data []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Cache-Control", keep)
	h.Set("Access-Control-Allow-Origin", "*")
	_, err := w.Write(data)
	if err != nil {
		return nil //nolint:nilerr // the client has left
	}
	return nil
}

// logID is the id of the log an address speaks of.
func logID(r *http.Request) string {
	if p := page.Of(r).Base.Programme; p != nil {
		return p.ID
	}
	return store.Installation
}

// checkpoint serves the newest signed checkpoint (C2SP tlog-checkpoint).
func (h *Handlers) checkpoint(w http.ResponseWriter, r *http.Request) error {
	c, err := h.Record.Checkpoint(r.Context(), logID(r))
	if err != nil {
		return err
	}
	return send(w, "text/plain; charset=utf-8", noHolder, []byte(c.Note))
}

// key serves the verifier key, one line, as `khettara verify --key` reads it.
func (h *Handlers) key(w http.ResponseWriter, r *http.Request) error {
	k, err := h.Record.Key(r.Context(), logID(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s"`, keyFile(logName(r))))
	return send(w, "text/plain; charset=utf-8", aMinute, []byte(k.Verifier+"\n"))
}

// tile serves a tile of the tree, or with tile/entries/… a bundle of leaves (C2SP tlog-tiles).
func (h *Handlers) tile(w http.ResponseWriter, r *http.Request) error {
	data, err := h.Record.Tile(r.Context(), logID(r), r.PathValue("path"))
	if err != nil {
		return err
	}
	return send(w, "application/octet-stream", forEver, data)
}

// entries serves a bundle of leaves.
func (h *Handlers) entries(w http.ResponseWriter, r *http.Request) error {
	data, err := h.Record.Entries(r.Context(), logID(r), r.PathValue("path"))
	if err != nil {
		return err
	}
	return send(w, "application/octet-stream", forEver, data)
}

// opening serves the public part of a released change with its salt.
func (h *Handlers) opening(w http.ResponseWriter, r *http.Request) error {
	n, err := leafNumber(r)
	if err != nil {
		return err
	}
	data, err := h.Record.Opening(r.Context(), logID(r), n)
	if err != nil {
		return err
	}
	return send(w, "application/json", aMinute, data)
}

// proof serves the proof of one line as a file to keep.
func (h *Handlers) proof(w http.ResponseWriter, r *http.Request) error {
	n, err := leafNumber(r)
	if err != nil {
		return err
	}
	f, err := h.Record.Prove(r.Context(), logID(r), n)
	if err != nil {
		return err
	}
	data, err := f.Marshal()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="%s"`, proofFile(logName(r), n)))
	return send(w, "application/json", noHolder, data)
}

// logName is the beginning of the names of downloaded files.
func logName(r *http.Request) string {
	if p := page.Of(r).Base.Programme; p != nil {
		return p.Slug
	}
	return store.Installation
}

// keyFile names the verifier key, unlike the signing key that lies in the data folder as .key.
func keyFile(name string) string { return name + ".vkey" }

func proofFile(name string, n int64) string {
	return name + "-" + strconv.FormatInt(n, 10) + ".khettara-proof"
}

// leafNumber reads {n} as the tree counts: 0 is the first line.
func leafNumber(r *http.Request) (int64, error) {
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil || n < 0 {
		return 0, fault.New(fault.NotFound, "record.error.no_leaf")
	}
	return n, nil
}
