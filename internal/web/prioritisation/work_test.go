package prioritisation_test

import (
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/prioritisation"
	"github.com/khettara/khettara/internal/store"
	"github.com/khettara/khettara/internal/testkit"
)

const work = "/work/prioritisation/votes"

var printedCode = regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]\b`)

// codesOn lists the codes that a sheet prints, each once.
func codesOn(sheet string) []string {
	list := printedCode.FindAllString(sheet, -1)
	slices.Sort(list)
	return slices.Compact(list)
}

// TestEachActOfADraftIsItsOwn does from one loaded page all that it offers.
func TestEachActOfADraftIsItsOwn(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		at := work + "/" + s.vote
		page := s.get(s.coordinator, i18n.Ar, at)
		codes := func(college, count string) []string {
			t.Helper()
			sheet, _ := s.post(s.coordinator, i18n.Ar, at+"/codes", http.StatusOK, form(t, page, "/codes"), "college", college, "count", count)
			return codesOn(sheet)
		}
		first := codes("citizens", "12")
		if again := codes("citizens", "12"); len(first) != 12 || !slices.Equal(again, first) {
			t.Errorf("a doubled click prints %v after %v", again, first)
		}
		second := codes("civil", "12")
		if len(second) != 12 || slices.Contains(second, first[0]) {
			t.Errorf("the second college gets %v", second)
		}
		s.post(s.coordinator, i18n.Ar, at+"/codes/discard", http.StatusSeeOther, form(t, page, "/codes"), "college", "civil")
		if again := codes("civil", "12"); len(again) != 0 {
			t.Errorf("discarded codes are printed: %v", again)
		}
		s.post(s.coordinator, i18n.Ar, at+"/freeze", http.StatusSeeOther, form(t, page, "/freeze"))
		if v := s.load(); v.State != prioritisation.Frozen {
			t.Fatalf("the vote is said to be frozen and is %s", v.State)
		}
		s.post(s.coordinator, i18n.Ar, at+"/freeze", http.StatusSeeOther, form(t, page, "/freeze")) // a doubled click
	})
}

// TestAPostWithoutItsIdHidesNoOther: only what a page has rendered has an id.
func TestAPostWithoutItsIdHidesNoOther(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		var first []string
		for range 2 {
			sheet, _ := s.post(s.coordinator, i18n.Ar, work+"/"+s.vote+"/codes", http.StatusOK, nil, "college", "citizens", "count", "5")
			if codes := codesOn(sheet); len(codes) != 5 || slices.Equal(codes, first) {
				t.Errorf("%v after %v", codes, first)
			} else {
				first = codes
			}
		}
	})
}

// TestAVoteSavedUnchangedStaysTheSame opens both forms and posts them as they are.
func TestAVoteSavedUnchangedStaysTheSame(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		words := func(s string) i18n.Text {
			return i18n.Text{Ar: s + " بالعربية", Fr: s + " en français", En: s + " in English"}
		}
		before := s.load()
		s.must(s.votes.ChangeVote(t.Context(), s.coordinator, s.vote, before.Version, prioritisation.VoteDraft{Title: words("1"), Question: words("2"),
			Budget: 40_000_000_05, OpensAt: before.OpensAt.Truncate(60e9), ClosesAt: before.ClosesAt.Truncate(60e9)}))
		o := s.option(s.options[0])
		s.must(s.votes.ChangeOption(t.Context(), s.coordinator, o.Number, o.Version, prioritisation.OptionDraft{Vote: s.vote, Proposal: o.Proposal,
			Title: words("3"), Description: words("4"), Opinion: words("5"), Cost: 20_000_000_50, Units: []string{"07.351.03.05", "07.351.03.11"}}))
		before, o = s.load(), s.option(o.Number)
		for _, path := range []string{work + "/" + s.vote + "/edit", work + "/" + s.vote + "/options/" + o.Number} {
			page := s.get(s.coordinator, i18n.Fr, path)
			s.post(s.coordinator, i18n.Fr, path, http.StatusSeeOther, form(t, page, path))
		}
		after, o2 := s.load(), s.option(o.Number)
		if after.Version == before.Version || o2.Version == o.Version {
			t.Error("nothing was saved")
		}
		after.Version, o2.Version = before.Version, o.Version
		if !reflect.DeepEqual(after, before) || !reflect.DeepEqual(o2, o) {
			t.Errorf("saved unchanged:\n%+v\n%+v\nbefore:\n%+v\n%+v", after, o2, before, o)
		}
		path := work + "/" + s.vote + "/options/new"
		offered := form(t, s.get(s.coordinator, i18n.Fr, path+"?proposal="+s.proposals[1]), path)
		if cost, err := i18n.ParseDirhams(offered.Get("cost")); err != nil || cost != 20_000_000_50 {
			t.Errorf("the estimate is offered as %q", offered.Get("cost"))
		}
	})
}

func (s *site) option(number string) prioritisation.Option {
	s.t.Helper()
	o, err := s.votes.Option(s.t.Context(), s.programme.ID, number)
	s.must(err)
	return o
}

// TestADoubledClickLeadsToTheSamePage: to the vote that the first click made, and
// away from the option that it removed.
func TestADoubledClickLeadsToTheSamePage(t *testing.T) {
	testkit.EachDB(t, func(t *testing.T, db *store.DB) {
		s := newSite(t, db)
		twice := func(path string, page string, values ...string) string {
			t.Helper()
			_, first := s.post(s.coordinator, i18n.Fr, path, http.StatusSeeOther, form(t, page, path), values...)
			_, again := s.post(s.coordinator, i18n.Fr, path, http.StatusSeeOther, form(t, page, path), values...)
			if first != again {
				t.Errorf("%s leads to %s, and then to %s", path, first, again)
			}
			return first
		}
		page := s.get(s.coordinator, i18n.Fr, work+"/new")
		to := twice(work+"/new", page, "title_fr", "Consultation", "question_fr", "Par où commencer ?", "budget", "1 000 000", "opens_at", "2030-01-01T08:00", "closes_at", "2030-01-08T08:00")
		if strings.HasSuffix(to, work) || strings.HasSuffix(to, "/") {
			t.Errorf("a new vote leads to the list: %s", to)
		}
		option := work + "/" + s.vote + "/options/" + s.options[0]
		twice(option+"/remove", s.get(s.coordinator, i18n.Fr, option))
		page, _ = s.post(s.coordinator, i18n.Fr, work+"/new", http.StatusUnprocessableEntity, form(t, page, work+"/new"), "once", "another", "title_fr", "Consultation", "question_fr", "Par où commencer ?",
			"budget", "90 071 992 547 409", "opens_at", "2030-01-01T08:00", "closes_at", "2030-01-08T08:00")
		s.says("the form", page, "90 071 992 547 409")
	})
}
