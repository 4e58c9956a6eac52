package roadmap

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/programme"
	"github.com/khettara/khettara/internal/roadmap"
	"github.com/khettara/khettara/internal/web/page"
)

// A sheet is written on two pages, since one with every row would be too long to fill:
// what the project is and whom it serves, then what it costs and who pays.

// before is the sheet of the address; the zero one, in the newest cycle, for a new one.
func (h *Handlers) before(r *http.Request) (p roadmap.Project, err error) {
	req := page.Of(r)
	if err := req.Actor.Require(accounts.RoadmapDraft, "", ""); err != nil {
		return p, err
	}
	if number := r.PathValue("number"); number != "" {
		return h.Roadmap.Project(r.Context(), req.Actor.Programme, number)
	}
	frame, err := h.Programmes.Programme(r.Context(), req.Base.Programme.Slug)
	if err != nil {
		return p, err
	}
	return roadmap.Project{Cycle: frame.Cycle(), Entry: roadmap.ByVote}, nil
}

func (h *Handlers) sheet(w http.ResponseWriter, r *http.Request) error {
	p, err := h.before(r)
	if err != nil {
		return err
	}
	return h.showSheet(w, r, http.StatusOK, p, fillSheet(p))
}

func (h *Handlers) showSheet(w http.ResponseWriter, r *http.Request, status int, p roadmap.Project, form *page.Form) error {
	req := page.Of(r)
	f, err := h.frame(r, req.Page("roadmap.sheet"))
	if err != nil {
		return err
	}
	form.Stands(p.Version)
	d := sheetData{frame: f, Form: form, Project: p}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.roadmap"), Href: d.P(workPath)}, {Label: d.name()}}
	if d.Objectives, err = h.Roadmap.Objectives(r.Context(), req.Actor.Programme); err != nil {
		return err
	}
	if d.Organisations, err = h.Accounts.Organisations(r.Context()); err != nil {
		return err
	}
	if d.Options, err = h.options(r, req); err != nil {
		return err
	}
	return page.Render(w, r, status, sheetView(d))
}

// options lists the options of published results, with whether they were included.
func (h *Handlers) options(r *http.Request, req *page.Request) (list []option, err error) {
	votes, err := h.Prioritisation.Votes(r.Context(), req.Actor.Programme)
	if err != nil {
		return nil, err
	}
	for _, v := range votes {
		if v.PublishedAt.IsZero() {
			continue
		}
		options, err := h.Prioritisation.Options(r.Context(), req.Actor.Programme, v.Number)
		if err != nil {
			return nil, err
		}
		for _, o := range options {
			list = append(list, option{o, v.Outcome.Won(o.Number)})
		}
	}
	return list, nil
}

func (h *Handlers) saveSheet(w http.ResponseWriter, r *http.Request) error {
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.before(r)
	if err != nil {
		return err
	}
	if moreRows(form) {
		return h.showSheet(w, r, http.StatusOK, p, form)
	}
	stood := p
	readSheet(form, &p)
	if len(p.Proposals) == 0 {
		if p.Proposals, err = h.proposalsOf(r, p.Options); err != nil {
			return err
		}
	}
	to := "/money"
	if p.Number != "" {
		to = "/edit"
	}
	return h.save(w, r, p, form, to, func() error { return h.showSheet(w, r, http.StatusUnprocessableEntity, stood, form) })
}

// proposalsOf are the proposals that options come from; unknown options have
// none, and are refused when the sheet is saved.
func (h *Handlers) proposalsOf(r *http.Request, options []string) (numbers []string, err error) {
	known, err := h.options(r, page.Of(r))
	if err != nil {
		return nil, err
	}
	for _, o := range known {
		if slices.Contains(options, o.Number) && o.Proposal != "" {
			numbers = append(numbers, o.Proposal)
		}
	}
	return numbers, nil
}

// save writes a sheet and goes on to one of its pages, or shows the form again.
func (h *Handlers) save(w http.ResponseWriter, r *http.Request, p roadmap.Project, form *page.Form, to string, again func() error) (err error) {
	req, number := page.Of(r), ""
	if len(form.Faults) == 0 {
		number, err = h.Roadmap.SaveProject(r.Context(), req.Actor, p, form.Once())
	}
	if wrong, err := form.Take(err); err != nil {
		return err
	} else if wrong {
		return again()
	}
	return page.Redirect(w, r, req.Base.P(workPath+"/projects/"+number+to), page.Done, "roadmap.flash.sheet", "number", number)
}

func (h *Handlers) money(w http.ResponseWriter, r *http.Request) error {
	p, err := h.before(r)
	if err != nil {
		return err
	}
	return h.showMoney(w, r, http.StatusOK, p, fillMoney(p, page.Of(r).Base.Now.In(i18n.Zone).Year()))
}

func (h *Handlers) showMoney(w http.ResponseWriter, r *http.Request, status int, p roadmap.Project, form *page.Form) error {
	req := page.Of(r)
	f, err := h.frame(r, req.Page("roadmap.sheet_money"))
	if err != nil {
		return err
	}
	form.Stands(p.Version)
	d := sheetData{frame: f, Form: form, Project: p}
	d.Crumbs = []page.Crumb{{Label: d.T("nav.roadmap"), Href: d.P(workPath)}, {Label: d.name()}}
	if d.Organisations, err = h.Accounts.Organisations(r.Context()); err != nil {
		return err
	}
	return page.Render(w, r, status, moneyView(d))
}

func (h *Handlers) saveMoney(w http.ResponseWriter, r *http.Request) error {
	form, err := page.ReadForm(r)
	if err != nil {
		return err
	}
	p, err := h.before(r)
	if err != nil {
		return err
	}
	if moreRows(form) {
		return h.showMoney(w, r, http.StatusOK, p, form)
	}
	stood := p
	readMoney(form, &p)
	return h.save(w, r, p, form, "/money", func() error { return h.showMoney(w, r, http.StatusUnprocessableEntity, stood, form) })
}

// The repeated rows of a sheet, by the name of the field that makes a row count.
const (
	shareRow   = "unit"
	partRow    = "part_ar"
	partnerRow = "org"
)

// The most rows and years that keep a page under the number of fields of a form.
const (
	mostShares = 24
	mostParts  = 8
	mostYears  = 10
	// Fields that the components leave for partners, each with its years.
	partnerFields = 44
)

// most is how many rows of a kind fit in a form; 0 for a name that is no row's.
func most(form *page.Form, name string) int {
	switch name {
	case shareRow:
		return mostShares
	case partRow:
		return mostParts
	case partnerRow:
		return partnerFields / (1 + len(years(form)))
	}
	return 0
}

// fits tells whether the form has room for all lines of a sheet: one that does
// not is shown, never saved with lines missing.
func fits(p roadmap.Project) bool {
	partners := map[string]bool{}
	first, last := 0, 0
	for _, f := range p.Funding {
		partners[f.Organisation] = true
		if first == 0 || f.Year < first {
			first = f.Year
		}
		last = max(last, f.Year)
	}
	span := max(fundingYears, last-first+1)
	return len(p.Shares) <= mostShares && len(p.Components) <= mostParts && span <= mostYears && len(partners) <= partnerFields/(1+span)
}

// rows is how many rows of a kind a form shows.
func rows(form *page.Form, name string) int {
	n, _ := strconv.Atoi(form.Value("rows_" + name))
	return min(max(n, 1), most(form, name))
}

// moreRows adds empty rows to the form when its button asks for that.
func moreRows(form *page.Form) bool {
	name := form.Value("more")
	if most(form, name) == 0 {
		return false
	}
	setRows(form, name, rows(form, name)+2)
	return true
}

func setRows(form *page.Form, name string, n int) {
	form.Values.Set("rows_"+name, strconv.Itoa(min(n, most(form, name))))
}

func numbered(name string, i int) string { return name + "_" + strconv.Itoa(i+1) }

// readSheet takes over the first page of a sheet; faults are added to the form.
func readSheet(form *page.Form, p *roadmap.Project) {
	p.Title, p.Summary, p.EntryReason, p.Beneficiaries.Who = form.Words("title"), form.Words("summary"), form.Words("entry_reason"), form.Words("who")
	p.Objective, p.MOA, p.MOD, p.Entry, p.Options = form.Text("objective"), form.Text("moa"), form.Text("mod"), form.Text("entry"), form.All("options")
	p.Beneficiaries.Count, p.Beneficiaries.Households, p.Version = form.Int("count"), form.Int("households"), form.Version()
	p.Proposals = proposals(form)
	p.Shares = nil
	for i := range rows(form, shareRow) {
		unit, typed := form.Text(numbered(shareRow, i)), form.Text(numbered("share", i))
		if unit == "" && typed == "" {
			continue
		}
		num, den, ok := parseShare(typed)
		if !ok {
			form.Add(numbered("share", i), "roadmap.error.share", "typed", typed)
		}
		p.Shares = append(p.Shares, roadmap.Share{Unit: unit, Num: num, Den: den})
	}
	var milestones []roadmap.Milestone
	for _, code := range roadmap.MilestoneCodes {
		at := form.Time("m_" + code)
		if at.IsZero() {
			continue
		}
		if stood := p.Planned(code); i18n.ISO(stood) == i18n.ISO(at) {
			at = stood // the form knows days only
		}
		milestones = append(milestones, roadmap.Milestone{Code: code, PlannedAt: at})
	}
	p.Milestones = milestones
}

// proposals reads numbers of proposals as people type them, one after the other.
func proposals(form *page.Form) (numbers []string) {
	for _, typed := range strings.FieldsFunc(form.Text("proposals"), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",،;؛", r) }) {
		kind, number, ok := programme.ParseNumber(typed)
		if !ok || kind != programme.Proposal {
			form.Add("proposals", "roadmap.error.proposal", "number", typed)
			continue
		}
		numbers = append(numbers, number)
	}
	return numbers
}

// How finely a share may be typed as a decimal or a percentage.
const (
	shareDecimals = 6
	shareScale    = 1_000_000
)

// parseShare reads a commune's share: "2/3", "60 %", "0,6" or "1", in any digits.
func parseShare(s string) (num, den int64, ok bool) {
	if a, b, is := strings.Cut(s, "/"); is {
		num, err1 := i18n.ParseInt(a)
		den, err2 := i18n.ParseInt(b)
		return num, den, err1 == nil && err2 == nil && num > 0 && den > 0
	}
	whole := int64(shareScale)
	if cut := strings.TrimRight(s, "%٪"); cut != s {
		s, whole = cut, 100*shareScale
	}
	num, err := i18n.ParseDecimal(s, shareDecimals)
	if err != nil || num <= 0 || num > 100*shareScale {
		return 0, 1, false
	}
	g := gcd(num, whole)
	return num / g, whole / g, true
}

func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// readMoney takes over the second page of a sheet; faults are added to the form.
func readMoney(form *page.Form, p *roadmap.Project) {
	p.Cost, p.Version = form.Dirhams("cost"), form.Version()
	stood := p.Components
	p.Components, p.Funding = nil, nil
	for i := range rows(form, partRow) {
		c := roadmap.Component{Title: i18n.Text{Ar: form.Text(numbered(partRow, i)), Fr: form.Text(numbered("part_fr", i))},
			Unit: i18n.Text{Ar: form.Text(numbered("measure_ar", i)), Fr: form.Text(numbered("measure_fr", i))}}
		// An emptied row takes its component out, unless reports go by its place.
		if c.Title.Empty() && form.Text(numbered("quantity", i)) == "" && (p.AdoptedIn == 0 || i >= len(stood)) {
			continue
		}
		c.Quantity, c.UnitCost = form.Thousandths(numbered("quantity", i)), form.Dirhams(numbered("unit_cost", i))
		c.Title.En = english(c.Title, i, stood, func(c roadmap.Component) i18n.Text { return c.Title })
		c.Unit.En = english(c.Unit, i, stood, func(c roadmap.Component) i18n.Text { return c.Unit })
		p.Components = append(p.Components, c)
	}
	for i := range rows(form, partnerRow) {
		for _, year := range years(form) {
			if amount := form.Dirhams(amountField(i, year)); amount != 0 {
				p.Funding = append(p.Funding, roadmap.Funding{Organisation: form.Text(numbered(partnerRow, i)), Year: year, Amount: amount})
			}
		}
	}
}

// english is what a text of a component says in English, for which the form has
// no room: it stays with its words, in their own row or in another.
func english(t i18n.Text, row int, stood []roadmap.Component, of func(roadmap.Component) i18n.Text) string {
	same := func(c roadmap.Component) bool { return of(c).Ar == t.Ar && of(c).Fr == t.Fr }
	if row < len(stood) && same(stood[row]) {
		return of(stood[row]).En
	}
	if i := slices.IndexFunc(stood, same); i >= 0 && !t.Empty() {
		return of(stood[i]).En
	}
	return ""
}

func amountField(i, year int) string { return numbered("amount", i) + "_" + strconv.Itoa(year) }

// fundingYears is how many years the form offers, unless the funding spans more.
const fundingYears = 4

// years are the years of the funding, as the form has them.
func years(form *page.Form) (list []int) {
	first, _ := strconv.Atoi(form.Value("first_year"))
	n, _ := strconv.Atoi(form.Value("years"))
	for i := range min(max(n, 1), mostYears) {
		list = append(list, first+i)
	}
	return list
}

// fillSheet makes the first page's form of a sheet.
func fillSheet(p roadmap.Project) *page.Form {
	f := page.NewForm("objective", p.Objective, "moa", p.MOA, "mod", p.MOD, "entry", p.Entry, "proposals", strings.Join(p.Proposals, " "),
		"count", typedNumber(p.Beneficiaries.Count), "households", typedNumber(p.Beneficiaries.Households), "version", strconv.FormatInt(p.Version, 10))
	f.SetWords("title", p.Title)
	f.SetWords("summary", p.Summary)
	f.SetWords("entry_reason", p.EntryReason)
	f.SetWords("who", p.Beneficiaries.Who)
	f.Values["options"] = p.Options
	for i, sh := range p.Shares {
		f.Values.Set(numbered(shareRow, i), sh.Unit)
		f.Values.Set(numbered("share", i), fraction(sh))
	}
	setRows(f, shareRow, max(4, len(p.Shares)))
	for _, m := range p.Milestones {
		f.Values.Set("m_"+m.Code, i18n.ISO(m.PlannedAt))
	}
	return f
}

// typedNumber writes a number for a field; nothing for none.
func typedNumber(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// fillMoney makes the second page's form of a sheet. Without funding yet its years begin now.
func fillMoney(p roadmap.Project, now int) *page.Form {
	f := page.NewForm("version", strconv.FormatInt(p.Version, 10))
	if p.Cost > 0 {
		f.Values.Set("cost", page.Dirhams(p.Cost))
	}
	for i, c := range p.Components {
		f.Values.Set(numbered(partRow, i), c.Title.Ar)
		f.Values.Set(numbered("part_fr", i), c.Title.Fr)
		f.Values.Set(numbered("measure_ar", i), c.Unit.Ar)
		f.Values.Set(numbered("measure_fr", i), c.Unit.Fr)
		f.Values.Set(numbered("quantity", i), page.Thousandths(c.Quantity))
		f.Values.Set(numbered("unit_cost", i), page.Dirhams(c.UnitCost))
	}
	setRows(f, partRow, max(3, len(p.Components)))
	var partners []string
	first, last := now, now
	for i, fu := range p.Funding {
		if i == 0 {
			first, last = fu.Year, fu.Year
		}
		first, last = min(first, fu.Year), max(last, fu.Year)
		row := slices.Index(partners, fu.Organisation)
		if row < 0 {
			row = len(partners)
			partners = append(partners, fu.Organisation)
		}
		f.Values.Set(numbered(partnerRow, row), fu.Organisation)
		f.Values.Set(amountField(row, fu.Year), page.Dirhams(fu.Amount))
	}
	f.Values.Set("first_year", strconv.Itoa(first))
	f.Values.Set("years", strconv.Itoa(max(fundingYears, last-first+1)))
	setRows(f, partnerRow, max(3, len(partners)))
	return f
}
