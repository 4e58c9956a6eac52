package territory

import (
	"slices"
	"strings"
	"testing"
)

// spelled are ways in which people write the places of Marrakech.
var spelled = []struct{ query, first string }{
	// Codes.
	{"07.351.03.11", "07.351.03.11"},
	{" 07.351.01.0 ", "07.351.01.0"},
	{"٠٧.٣٥١.٠٣.٠٣", "07.351.03.03"},
	// Hamza, madda, article, ة and ه, vowel marks, tatweel.
	{"أولاد دليم", "07.351.03.11"},
	{"اولاد دليم", "07.351.03.11"},
	{"ولاد دليم", "07.351.03.11"},
	{"أيت ايمور", "07.351.05.03"},
	{"ايت إيمور", "07.351.05.03"},
	{"واحه سيدي إبراهيم", "07.351.02.07"},
	{"منابهه", "07.351.03.05"},
	{"السويهلة", "07.351.07.11"},
	{"سويهلة", "07.351.07.11"},
	{"حَرْبِيل", "07.351.03.03"},
	{"حربيـــل", "07.351.03.03"},
	{"المشور القصبة", "07.351.01.01"},
	{"مشور-القصبة", "07.351.01.01"},
	{"سيدي الزوين", "07.351.05.09"},
	{"سيد الزوين", "07.351.05.09"},
	{"كليز", "07.351.01.05"},
	{"گيليز", "07.351.01.05"},
	{"جليز", "07.351.01.05"},
	{"نخيل", "07.351.01.03"},
	// Accents, capitals, hyphens, apostrophes, transcriptions.
	{"HARBIL", "07.351.03.03"},
	{"mechouar kasba", "07.351.01.01"},
	{"Méchouar-Kasba", "07.351.01.01"},
	{"menara", "07.351.01.09"},
	{"Ménara", "07.351.01.09"},
	{"guéliz", "07.351.01.05"},
	{"M’nabha", "07.351.03.05"},
	{"mnabha", "07.351.03.05"},
	{"Oulad Dlim", "07.351.03.11"},
	{"ouled dlim", "07.351.03.11"},
	{"awlad dlim", "07.351.03.11"},
	{"Ouled Delim", "07.351.03.11"},
	{"Ouled Hassoune", "07.351.02.09"},
	{"aït imour", "07.351.05.03"},
	{"Swihla", "07.351.07.11"},
	{"Widane", "07.351.02.01"},
	{"Ouidane", "07.351.02.01"},
	{"Nakhil", "07.351.01.03"},
	{"Sidi Zouine", "07.351.05.09"},
	{"Wahat Sidi Brahim", "07.351.02.07"},
	// Beginnings and later words.
	{"tassoul", "07.351.01.13"},
	{"youssef", "07.351.01.11"},
	{"بن علي", "07.351.01.11"},
	// A word of kind decides between namesakes.
	{"مراكش", "07.351"},
	{"عمالة مراكش", "07.351"},
	{"مدينة مراكش", "07.351.01.0"},
	{"جماعة مراكش", "07.351.01.0"},
	{"ville de Marrakech", "07.351.01.0"},
	{"région Marrakech", "07"},
	{"جهة مراكش آسفي", "07"},
	{"مقاطعة المنارة", "07.351.01.09"},
	{"دائرة الاوداية", "07.351.05"},
	{"الاوداية", "07.351.05.05"}, // the commune, then the cercle of its name
	{"commune de Loudaya", "07.351.05.05"},
	{"cercle de Saada", "07.351.07"},
}

func TestFindKnowsEverySpelling(t *testing.T) {
	p := loaded(t)
	for _, c := range spelled {
		found := p.Find(c.query)
		if len(found) == 0 || found[0].Code != c.first {
			t.Errorf("Find(%q) = %v, want %s first", c.query, found, c.first)
		}
	}
}

func TestFindPutsTheBestMatchFirstAndKeepsNamesakes(t *testing.T) {
	p := loaded(t)
	var codes []string
	for _, u := range p.Find("Marrakech") {
		codes = append(codes, u.Code)
	}
	// The exact names, the larger unit first; then names that begin with it.
	want := []string{"07.351", "07.351.01.0", "07", "07.351.01.07"}
	if !slices.Equal(codes, want) {
		t.Errorf("Find(Marrakech) = %v, want %v", codes, want)
	}
}

func TestFindDoesNotGuess(t *testing.T) {
	p := loaded(t)
	for _, query := range []string{"", "   ", "-", "ـ", "xyz", "Casablanca", "الدار البيضاء", "07.999", "جماعة تمصلوحت", "07", "d'"} {
		found := p.Find(query)
		if query == "07" {
			if len(found) != 1 || found[0].Kind != Region {
				t.Errorf("Find(%q) = %v, want the region", query, found)
			}
			continue
		}
		if len(found) != 0 {
			t.Errorf("Find(%q) = %v", query, found)
		}
	}
}

func TestEveryUnitFindsItselfByEitherName(t *testing.T) {
	p := loaded(t)
	for _, u := range p.Units() {
		for _, name := range []string{u.Name.Ar, u.Name.Fr, strings.ToUpper(u.Name.Fr)} {
			found := p.Find(name)
			at := slices.IndexFunc(found, func(f Unit) bool { return f.Code == u.Code })
			if at < 0 {
				t.Errorf("Find(%q) does not find %s", name, u.Code)
				continue
			}
			for _, better := range found[:at] {
				if better.Name.Fr != u.Name.Fr {
					t.Errorf("Find(%q) puts %s before %s", name, better.Name.Fr, u.Name.Fr)
				}
			}
		}
	}
}
