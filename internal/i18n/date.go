package i18n

import (
	"strconv"
	"time"
	_ "time/tzdata" // the zone must be right on machines without a zone database
)

// Zone is Morocco's legal time, in which every date is shown and every typed one is read.
var Zone = mustZone("Africa/Casablanca")

func mustZone(name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		panic(err)
	}
	return z
}

// months as Moroccan administrations write them: ar-MA differs from the Mashriq
// (يوليوز, غشت, شتنبر, نونبر, دجنبر).
var months = map[Lang][12]string{
	Ar: {"يناير", "فبراير", "مارس", "أبريل", "ماي", "يونيو", "يوليوز", "غشت", "شتنبر", "أكتوبر", "نونبر", "دجنبر"},
	Fr: {"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"},
	En: {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
}

var weekdays = map[Lang][7]string{
	Ar: {"الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت"},
	Fr: {"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"},
	En: {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"},
}

// DateOption changes what Date and DateTime write.
type DateOption int

// WithWeekday puts the day of the week before the date.
const WithWeekday DateOption = 1

// Date writes the day in words: «26 نونبر 2026», "1er décembre 2026", with WithWeekday «الخميس 26 نونبر 2026».
func Date(l Lang, t time.Time, opts ...DateOption) string {
	t = t.In(Zone)
	s := dayNumber(l, t.Day()) + nbsp + MonthYear(l, t)
	for _, o := range opts {
		if o == WithWeekday {
			s = weekdays[l][t.Weekday()] + " " + s
		}
	}
	return s
}

// DayMonth writes the day without its year, for lists within one year: «26 نونبر».
func DayMonth(l Lang, t time.Time) string {
	t = t.In(Zone)
	return dayNumber(l, t.Day()) + nbsp + months[l][t.Month()-1]
}

// ShortDate writes the day in figures, "26/11/2026", for narrow columns.
func ShortDate(_ Lang, t time.Time) string { return t.In(Zone).Format("02/01/2006") }

// DateTime writes the day in words and the time of day.
func DateTime(l Lang, t time.Time, opts ...DateOption) string {
	join := map[Lang]string{Ar: "، ", Fr: " à ", En: ", "}[l]
	return Date(l, t, opts...) + join + Clock(l, t)
}

// Clock writes the time of day on twenty-four hours, "09:05".
func Clock(_ Lang, t time.Time) string { return t.In(Zone).Format("15:04") }

// MonthYear writes «نونبر 2026».
func MonthYear(l Lang, t time.Time) string {
	t = t.In(Zone)
	return months[l][t.Month()-1] + nbsp + strconv.Itoa(t.Year())
}

// ISO is the day as "2026-11-26", for the datetime attribute and for date inputs.
func ISO(t time.Time) string { return t.In(Zone).Format("2006-01-02") }

// ISOTime is the moment as RFC 3339 in Morocco's time, for the datetime attribute.
func ISOTime(t time.Time) string { return t.In(Zone).Format(time.RFC3339) }

// DaysBetween counts the calendar days in Morocco from one moment to another:
// 1 from this evening to tomorrow morning, 0 within a day, negative backwards.
// A division of hours is wrong near midnight and when the clocks change.
func DaysBetween(from, to time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.In(Zone).Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int((day(to).Unix() - day(from).Unix()) / (24 * 60 * 60))
}

// dayNumber is the day of the month; French writes the first as an ordinal.
func dayNumber(l Lang, day int) string {
	if l == Fr && day == 1 {
		return "1er"
	}
	return strconv.Itoa(day)
}
