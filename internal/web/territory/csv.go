package territory

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"strconv"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/territory"
	"github.com/khettara/khettara/internal/web/page"
)

// csv is the figures of a unit and of the leaf units inside it, as one table with
// a row for each indicator. Each row names the source: a table travels without its page.
func (h *Handlers) csv(w http.ResponseWriter, r *http.Request) error {
	a := atlas{Base: page.Of(r).Base, Pack: h.Territory}
	u, ok := a.Pack.Unit(r.PathValue("code"))
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	units := []territory.Unit{u}
	for _, leaf := range a.Pack.Leaves(u.Code) {
		if leaf.Code != u.Code {
			units = append(units, leaf)
		}
	}
	var body bytes.Buffer
	body.WriteString("\ufeff") // spreadsheets take the file for UTF-8 only with this mark
	out := csv.NewWriter(&body)
	out.Write([]string{"code", "kind", "name_ar", "name_fr", "indicator", "name", "base", "2014", "2024", "pack", "source"})
	for _, u := range units {
		for _, ind := range a.Pack.Indicators() {
			out.Write([]string{u.Code, string(u.Kind), u.Name.Ar, u.Name.Fr, ind.Key, a.text(ind.Name), a.text(ind.Base),
				a.cell(ind, u.Code, territory.Census2014), a.cell(ind, u.Code, territory.Census2024), a.Pack.Version(), a.text(territory.Attribution)})
		}
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="khettara-`+u.Code+`.csv"`)
	_, err := body.WriteTo(w)
	return err
}

// cell is a figure for machines, with a decimal point; empty where the census has none.
func (a atlas) cell(ind territory.Indicator, unit string, year int) string {
	v, ok := a.Pack.Value(ind.Key, unit, year)
	if !ok {
		return ""
	}
	return strconv.FormatFloat(v.Figure, 'f', ind.Decimals, 64)
}
