package i18n

import (
	"errors"
	"math"
	"os/exec"
	"sort"
	"strings"
	"testing"
	"time"
)

// shown makes the invisible characters of a result visible, so that a failure can be read.
var shown = strings.NewReplacer(nbsp, "_", lri, "<", fsi, "«", pdi, ">")

func TestNumbers(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{Number(Ar, 1560103), "1_560_103"},
		{Number(Fr, 999), "999"},
		{Number(En, -1593), "−1_593"},
		{Number(Ar, math.MinInt64), "−9_223_372_036_854_775_808"},
		{Decimal(Ar, 1234.56, 1), "1_234,6"},
		{Decimal(En, 1234.56, 1), "1_234.6"},
		{Decimal(Fr, -0.04, 1), "0,0"},
		{Decimal(Fr, -0.06, 1), "−0,1"},
		{Decimal(Fr, math.NaN(), 1), "–"},
		{Percent(Ar, 0.61, 0), "61%"},
		{Percent(Fr, 0.61, 0), "61_%"},
		{Percent(Fr, math.Inf(1), 0), "–"},
		{Signed(Ar, 100.9, 1), "+100,9"},
		{Signed(Ar, -28, 1), "−28,0"},
		{Signed(Ar, 0.04, 1), "0,0"},
		{Dirhams(Ar, 280000000), "<2_800_000> درهم"},
		{Dirhams(Ar, 200), "درهمان"},
		{Dirhams(Ar, -200), "<−2> درهم"},
		{Dirhams(Ar, 700), "<7> دراهم"},
		{Dirhams(Ar, 1244600), "<12_446> درهما"},
		{Dirhams(Ar, 1244650), "<12_446,50> درهم"},
		{Dirhams(Fr, 100), "<1> dirham"},
		{Dirhams(Fr, 100000000), "<1_000_000> dirhams"},
		{MDH(Ar, 960000000), "<9,6> مليون درهم"},
		{MDH(Ar, 300000000), "<3,0> ملايين درهم"},
		{MDH(Fr, 150000000), "<1,5> million de dirhams"},
		{MDH(Fr, 960000000), "<9,6> millions de dirhams"},
		{Millions(En, 960000000, 2), "9.60"},
	} {
		if got := shown.Replace(c.got); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestScaledIsExact(t *testing.T) {
	for _, c := range []struct {
		n        int64
		decimals int
		want     string
	}{{889, 1, "88,9"}, {0, 1, "0,0"}, {-5, 2, "−0,05"}, {12504, 1, "1\u00a0250,4"}, {42, 0, "42"}, {9_007_199_254_740_991, 4, "900\u00a0719\u00a0925\u00a0474,0991"}} {
		if got := Scaled(Fr, c.n, c.decimals); got != c.want {
			t.Errorf("%d with %d decimals: %q, want %q", c.n, c.decimals, got, c.want)
		}
	}
	if got := Scaled(En, 889, 1); got != "88.9" {
		t.Errorf("in English: %q", got)
	}
}

func TestParseAmounts(t *testing.T) {
	for s, want := range map[string]int64{
		"1 500 000": 150000000, "1\u00a0500\u202f000": 150000000, "1.500.000": 150000000, "1,500,000": 150000000,
		"1.500": 150000, "1,5": 150, "1.234,56": 123456, "1,234.56": 123456, "١٬٥٠٠٫٥٠": 150050, "۲۵۰": 25000,
		"−12": -1200, "0": 0, "0,05": 5, "250 000 درهم": 25000000, "3 DH": 300, "\u20661\u00a0000\u2069 MAD": 100000,
	} {
		if got, err := ParseDirhams(s); err != nil || got != want {
			t.Errorf("ParseDirhams(%q) = %d, %v; want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "مليون ونصف", "1,5,0", "1 50", "12.", ".5", "1.2345", "0.500", "--3", "1e6", "99999999999999999999"} {
		if got, err := ParseDirhams(s); err == nil {
			t.Errorf("ParseDirhams(%q) = %d, want an error", s, got)
		}
	}
}

func TestParseNumber(t *testing.T) {
	for s, want := range map[string]float64{"12,5": 12.5, "0.125": 0.125, "1 234,567": 1234.567, "1.234.567": 1234567, "٣٫٥": 3.5, "-7": -7} {
		if got, err := ParseNumber(s); err != nil || got != want {
			t.Errorf("ParseNumber(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	for s, want := range map[string]error{"1.500": ErrAmbiguous, "12,345": ErrAmbiguous, "": ErrNumber, "12 apples": ErrNumber, "NaN": ErrNumber} {
		if got, err := ParseNumber(s); !errors.Is(err, want) {
			t.Errorf("ParseNumber(%q) = %v, %v; want %v", s, got, err, want)
		}
	}
	if n, err := ParseInt("1.500"); n != 1500 || err != nil {
		t.Errorf("ParseInt: %d, %v", n, err)
	}
	if _, err := ParseInt("1,5"); err == nil {
		t.Error("ParseInt accepts a fraction")
	}
}

func TestParseDate(t *testing.T) {
	for _, s := range []string{"15/01/2027", "2027-01-15", "15 يناير 2027", "15 Janvier 2027", "١٥/١/٢٠٢٧", "15 january 2027"} {
		if got, err := ParseDate(s); err != nil || ISO(got) != "2027-01-15" {
			t.Errorf("ParseDate(%q) = %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "31/02/2027", "31 فبراير 2027", "15 كانون 2027", "15/01/27", "1/13/2027", "0001-01-01", "9999-12-31", "31/12/1500"} {
		if got, err := ParseDate(s); err == nil {
			t.Errorf("ParseDate(%q) = %v, want an error", s, got)
		}
	}
	for _, s := range []string{"2027-01-15T10:30", "15/01/2027 10:30", "1er mars 2027 08:00"} {
		if _, err := ParseDateTime(s); err != nil {
			t.Errorf("ParseDateTime(%q): %v", s, err)
		}
	}
	got, err := ParseDateTime("2027-01-15T10:30")
	if err != nil || got.UTC().Format(time.RFC3339) != "2027-01-15T09:30:00Z" {
		t.Errorf("ParseDateTime = %v, %v", got.UTC(), err)
	}
}

func TestParseDecimalIsExact(t *testing.T) {
	for typed, want := range map[string]int64{"0,6": 600_000, "33,333333": 33_333_333, "٠٫١": 100_000, "12.1250": 12_125_000, "1": 1_000_000, "-2,5": -2_500_000} {
		if got, err := ParseDecimal(typed, 6); err != nil || got != want {
			t.Errorf("%q is %d, %v, want %d", typed, got, err, want)
		}
	}
	for typed, want := range map[string]error{"1.500": ErrAmbiguous, "0,3333333": ErrNumber, "x": ErrNumber, "": ErrNumber} {
		if _, err := ParseDecimal(typed, 6); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", typed, err, want)
		}
	}
}

// TestNumbersFitTheLog: what the log cannot hold is no number, and not a fault of the server.
func TestNumbersFitTheLog(t *testing.T) {
	const most = 1<<53 - 1
	if n, err := ParseInt("9 007 199 254 740 991"); err != nil || n != most {
		t.Errorf("the largest integer is %d, %v", n, err)
	}
	for _, s := range []string{"9007199254740992", "9223372036854775807", "-9223372036854775808"} {
		if n, err := ParseInt(s); err == nil {
			t.Errorf("ParseInt(%s) = %d", s, n)
		}
		if n, err := ParseDirhams(s); err == nil {
			t.Errorf("ParseDirhams(%s) = %d", s, n)
		}
	}
}

func TestPluralsOfAnyNumber(t *testing.T) {
	for _, n := range []float64{math.MinInt64, math.MaxInt64, 1e300, -1e18} {
		for _, l := range Langs {
			pluralForm(l, n, 0) // must not panic
		}
	}
}

func TestDaysBetween(t *testing.T) {
	at := func(s string) time.Time {
		t, err := time.ParseInLocation("2006-01-02 15:04", s, Zone)
		if err != nil {
			panic(err)
		}
		return t
	}
	for _, c := range []struct {
		from, to string
		want     int
	}{
		{"2026-11-24 00:00", "2026-11-24 23:59", 0},
		{"2026-11-24 23:59", "2026-11-25 00:00", 1},
		{"2026-11-25 08:00", "2026-11-24 22:00", -1},
		{"2026-02-14 12:00", "2026-02-16 12:00", 2}, // the clocks go back for Ramadan
		{"2026-01-01 00:00", "2027-01-01 00:00", 365},
	} {
		if got := DaysBetween(at(c.from), at(c.to)); got != c.want {
			t.Errorf("from %s to %s are %d days, want %d", c.from, c.to, got, c.want)
		}
	}
}

func TestDates(t *testing.T) {
	day := time.Date(2026, 11, 26, 8, 0, 0, 0, time.UTC)
	first := time.Date(2026, 12, 1, 9, 30, 0, 0, time.UTC)
	ramadan := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) // Morocco is at UTC in Ramadan, at UTC+1 otherwise
	for _, c := range []struct{ got, want string }{
		{Date(Ar, day, WithWeekday), "الخميس 26_نونبر_2026"},
		{Date(Fr, first, WithWeekday), "mardi 1er_décembre_2026"},
		{Date(En, day), "26_November_2026"},
		{DayMonth(Fr, first), "1er_décembre"},
		{DateTime(Ar, day), "26_نونبر_2026، 09:00"},
		{DateTime(Fr, day), "26_novembre_2026 à 09:00"},
		{Clock(Ar, ramadan), "12:00"},
		{ShortDate(Fr, first), "01/12/2026"},
		{MonthYear(Ar, day), "نونبر_2026"},
		{ISO(time.Date(2026, 11, 26, 23, 30, 0, 0, time.UTC)), "2026-11-27"},
		{ISOTime(day), "2026-11-26T09:00:00+01:00"},
	} {
		if got := shown.Replace(c.got); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

// TestDatesAgainstIntl compares every day's month and weekday name of a year with Node's ICU.
func TestDatesAgainstIntl(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: dates are not compared with Intl")
	}
	const script = `
const zone = {timeZone: 'Africa/Casablanca'};
for (const tag of ['ar-MA', 'fr-FR', 'en-GB'])
  for (let d = 0; d < 365; d += 9) {
    const at = new Date(Date.UTC(2026, 0, 1 + d, 12));
    const part = (name, o) => new Intl.DateTimeFormat(tag + '-u-nu-latn', {...zone, day: 'numeric', month: 'long', year: 'numeric', weekday: 'long'})
      .formatToParts(at).find(p => p.type === name).value;
    console.log(tag.slice(0, 2), at.getTime(), part('weekday'), part('day'), part('month'), part('year'));
  }`
	out, err := exec.Command(node, "-e", script).CombinedOutput()
	if err != nil {
		t.Fatalf("node: %v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 3*41 {
		t.Fatalf("node printed %d lines", len(lines))
	}
	for _, line := range lines {
		f := strings.SplitN(line, " ", 3)
		at, err := ParseInt(f[1])
		if err != nil {
			t.Fatal(err)
		}
		got := strings.ReplaceAll(Date(Lang(f[0]), time.UnixMilli(at), WithWeekday), nbsp, " ")
		if got = strings.Replace(got, "1er", "1", 1); got != f[2] {
			t.Errorf("%s: %q, Intl says %q", f[0], got, f[2])
		}
	}
}

func TestSortKey(t *testing.T) {
	for l, want := range map[Lang][]string{
		Ar: {"أكفاي", "آيت إيمور", "الاوداية", "تسلطانت", "دوار 2", "دوار 10", "حربيل", "سعادة"},
		Fr: {"Agafay", "Éducation", "eau 2", "Eau 10", "Harbil", "zone"},
	} {
		got := append([]string(nil), want...)
		sort.Slice(got, func(i, j int) bool { return SortKey(l, got[i]) < SortKey(l, got[j]) })
		t.Logf("%s: %q", l, got)
		if l == Fr && strings.Join(got, "|") != "Agafay|eau 2|Eau 10|Éducation|Harbil|zone" {
			t.Errorf("French order: %q", got)
		}
		if l == Ar && strings.Join(got, "|") != "آيت إيمور|أكفاي|الاوداية|تسلطانت|حربيل|دوار 2|دوار 10|سعادة" {
			t.Errorf("Arabic order: %q", got)
		}
	}
}
