package prioritisation

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/web/page"
	"github.com/khettara/khettara/pb"
)

func (h *Handlers) ballot(w http.ResponseWriter, r *http.Request) error {
	return h.showBallot(w, r, http.StatusOK, page.NewForm())
}

// basket goes back from the review to the basket, with what was chosen.
func (h *Handlers) basket(w http.ResponseWriter, r *http.Request) error {
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	return h.showBallot(w, r, http.StatusOK, form)
}

// showBallot shows the basket; what was chosen stays chosen.
func (h *Handlers) showBallot(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	v, options, err := h.publicVote(r)
	if err != nil {
		return err
	}
	if !v.Open(req.Base.Now) {
		return notOpen(v, req)
	}
	title, _ := v.Title.In(req.Base.Lang)
	d := ballotData{Base: req.Titled(title), Vote: v, Options: options, Form: form, Territory: h.Territory}
	return page.Render(w, r, status, ballotView(d))
}

func notOpen(v prioritisation.Vote, req *page.Request) error {
	if req.Base.Now.Before(v.OpensAt) {
		return fault.New(fault.Closed, "prioritisation.error.not_open")
	}
	return fault.New(fault.Closed, "prioritisation.error.closed")
}

// review shows the basket once more, draws the receipt's secret and asks for the
// code. It changes nothing: it is a POST so that a choice stands in no address.
func (h *Handlers) review(w http.ResponseWriter, r *http.Request) error {
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	return h.showReview(w, r, http.StatusOK, form)
}

func (h *Handlers) showReview(w http.ResponseWriter, r *http.Request, status int, form *page.Form) error {
	req := page.Of(r)
	v, options, err := h.publicVote(r)
	if err != nil {
		return err
	}
	if !v.Open(req.Base.Now) {
		return notOpen(v, req)
	}
	cost, err := prioritisation.CheckBasket(v, options, form.All("option"))
	if err != nil {
		if _, err := form.Take(err); err != nil {
			return err
		}
		return h.showBallot(w, r, http.StatusUnprocessableEntity, form)
	}
	receipt, err := prioritisation.ParseReceipt(form.Text("receipt"))
	if err != nil {
		receipt = prioritisation.NewReceipt()
	}
	title, _ := v.Title.In(req.Base.Lang)
	d := reviewData{Base: req.Titled(title), Vote: v, Form: form, Cost: cost, Receipt: receipt}
	for _, o := range options {
		if form.Has("option", o.Number) {
			d.Chosen = append(d.Chosen, o)
		}
	}
	return page.Render(w, r, status, reviewView(d))
}

// cast takes the ballot and answers with the receipt. The same code and receipt
// again, from a lost answer or a doubled click, get the same page.
func (h *Handlers) cast(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	receipt, err := prioritisation.ParseReceipt(form.Text("receipt"))
	if err != nil {
		return err
	}
	if err := h.Guard.Wait(r.Context(), req.Address, req.Actor.Programme); err != nil {
		return err
	}
	err = h.Prioritisation.CastBallot(r.Context(), req.Actor.Programme, r.PathValue("number"), form.Text("code"), receipt, form.All("option"))
	if again, other := form.Take(err); other != nil {
		return other
	} else if again {
		if fault.Is(err, fault.Invalid) && fault.All(err)[0].Key == "prioritisation.error.unknown_code" {
			h.Guard.Fail(req.Address, req.Actor.Programme) // a mistyped code is no guess
			form.Values.Del("receipt")                     // another voter's may have been left on this device
		}
		return h.showReview(w, r, http.StatusUnprocessableEntity, form)
	}
	v, _, err := h.publicVote(r)
	if err != nil {
		return err
	}
	d := receiptData{Base: req.Page("prioritisation.receipt.title"), Vote: v, Receipt: receipt}
	return page.Render(w, r, http.StatusOK, receiptView(d))
}

// ballotNumbers lists the numbers that voters look for, after the closing.
func (h *Handlers) ballotNumbers(w http.ResponseWriter, r *http.Request) error {
	req := page.Of(r)
	v, _, err := h.publicVote(r)
	if err != nil {
		return err
	}
	if v.State == prioritisation.Frozen {
		return fault.New(fault.Closed, "prioritisation.error.not_closed")
	}
	keys, err := h.Prioritisation.BallotKeys(r.Context(), req.Actor.Programme, v.Number)
	if err != nil {
		return err
	}
	d := numbersData{Base: req.Page("prioritisation.numbers.title").Here("prioritisation"), Vote: v, All: len(keys), Asked: r.URL.Query().Get("q")}
	for _, k := range keys {
		n := prioritisation.BallotNumber(k)
		if d.Asked == "" || strings.Contains(plain(n), plain(d.Asked)) {
			d.Numbers = append(d.Numbers, n)
		}
	}
	return page.Render(w, r, http.StatusOK, numbersView(d))
}

// plain drops what people type differently in a ballot number.
func plain(s string) string {
	return strings.NewReplacer("-", "", " ", "", "O", "0", "I", "1", "L", "1").Replace(strings.ToUpper(s))
}

// download sends a file of a closed vote: what anyone needs to recount.
func (h *Handlers) download(w http.ResponseWriter, r *http.Request, kind string, write func(v prioritisation.Vote, w io.Writer) error) error {
	v, _, err := h.publicVote(r)
	if err != nil {
		return err
	}
	var buf bytes.Buffer
	if err := write(v, &buf); err != nil {
		return err
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", "attachment")
	_, err = buf.WriteTo(w)
	return err
}

func (h *Handlers) charter(w http.ResponseWriter, r *http.Request) error {
	return h.download(w, r, "application/json", func(v prioritisation.Vote, w io.Writer) error {
		_, err := w.Write(v.Charter)
		return err
	})
}

func (h *Handlers) pabulib(w http.ResponseWriter, r *http.Request) error {
	return h.download(w, r, "text/plain; charset=utf-8", func(v prioritisation.Vote, w io.Writer) error {
		inst, profile, err := h.Prioritisation.Election(r.Context(), page.Of(r).Actor.Programme, v)
		if err != nil {
			return err
		}
		return pb.WritePabulib(w, inst, profile)
	})
}

func (h *Handlers) hashes(w http.ResponseWriter, r *http.Request) error {
	return h.download(w, r, "text/plain; charset=utf-8", func(v prioritisation.Vote, w io.Writer) error {
		if v.State == prioritisation.Frozen {
			return fault.New(fault.Closed, "prioritisation.error.not_closed")
		}
		keys, err := h.Prioritisation.BallotKeys(r.Context(), page.Of(r).Actor.Programme, v.Number)
		if err != nil {
			return err
		}
		_, err = io.WriteString(w, strings.Join(keys, "\n")+"\n")
		return err
	})
}

func (h *Handlers) outcome(w http.ResponseWriter, r *http.Request) error {
	return h.download(w, r, "application/json", func(v prioritisation.Vote, w io.Writer) error {
		if v.State != prioritisation.Published {
			return fault.New(fault.Closed, "prioritisation.error.not_closed")
		}
		return json.NewEncoder(w).Encode(v.Outcome)
	})
}
