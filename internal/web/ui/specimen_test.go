package ui

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/testkit"
	"github.com/khettara/khettara/internal/web/page"
)

// specimen is a page that shows components as they stand on real pages.
type specimen struct {
	name string
	body func(l i18n.Lang) templ.Component
}

var specimens = []specimen{
	{"home", homeSpecimen}, {"work", workSpecimen}, {"form", formSpecimen}, {"focus", focusSpecimen},
	{"charts", chartSpecimen}, {"trace", traceSpecimen}, {"record", recordSpecimen},
}

// TestSpecimens renders every component in the three languages and checks the
// HTML. With KHETTARA_SPECIMEN_DIR set the pages are kept there, to be looked at.
func TestSpecimens(t *testing.T) {
	dir := os.Getenv("KHETTARA_SPECIMEN_DIR")
	for _, s := range specimens {
		for _, l := range i18n.Langs {
			name := s.name + "-" + string(l)
			t.Run(name, func(t *testing.T) {
				html := rendered(t, s.body(l))
				testkit.CheckHTML(t, name, html)
				if dir == "" {
					return
				}
				if err := os.WriteFile(filepath.Join(dir, name+".html"), html, 0o644); err != nil {
					t.Fatal(err)
				}
			})
		}
	}
}

func rendered(t testing.TB, c templ.Component) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := c.Render(context.Background(), &buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// within renders a component with children.
func within(parent templ.Component, children ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return parent.Render(templ.WithChildren(ctx, Join("\n", children...)), w)
	})
}

// say picks the sample's language; English pages show the French sample.
func say(l i18n.Lang, ar, fr string) string {
	if l == i18n.Ar {
		return ar
	}
	return fr
}

// college is a college of the samples in short.
func college(l i18n.Lang, key string) string {
	return map[string]string{
		"elected": say(l, "المنتخبون", "Élus"), "services": say(l, "المصالح اللاممركزة", "Services déconcentrés"), "economic": say(l, "الفاعلون الاقتصاديون", "Acteurs économiques"),
		"civil": say(l, "المجتمع المدني", "Société civile"), "citizens": say(l, "المواطنات والمواطنون", "Citoyennes et citoyens"),
	}[key]
}

var sampleNow = time.Date(2026, 11, 26, 9, 0, 0, 0, i18n.Zone)

func sampleBase(l i18n.Lang, title, here string) page.Base {
	facts := map[string]string{
		"roadmap":  say(l, "النسخة 1 معتمدة، ماي 2026", "version 1 adoptée, mai 2026"),
		"delivery": say(l, "21 ورشا مفتوحا", "21 chantiers ouverts"),
	}
	b := page.Base{
		Lang: l, Title: title, Path: "/p/marrakech/" + here, Now: sampleNow,
		Programme: &page.ProgrammeRef{Slug: "marrakech", Name: i18n.Text{Ar: "عمالة مراكش", Fr: "Préfecture de Marrakech", En: "Prefecture of Marrakech"}},
		Record:    page.RecordNote{Leaves: 18204, SealedAt: sampleNow},
		Demo:      true,
	}
	for i, stage := range []string{"territory", "consultation", "deliberation", "prioritisation", "roadmap", "delivery", "evaluation"} {
		state := page.Past
		if i == 3 {
			state = page.Now
		} else if i > 3 {
			state = page.Later
		}
		b.Line = append(b.Line, page.LineStage{Stage: stage, State: state, Here: stage == here, Fact: facts[stage]})
	}
	return b
}

func homeSpecimen(l i18n.Lang) templ.Component {
	b := sampleBase(l, say(l, "الاستقبال", "Accueil"), "")
	b.Line[0].Fact = say(l, "محيّن في شتنبر 2026", "mis à jour, sept. 2026")
	b.Line[3].Fact = say(l, "الدورة الثانية، إلى 6 دجنبر", "2e cycle, jusqu’au 6 décembre")
	meeting := within(Panel(say(l, "اللقاء المقبل", "Prochaine rencontre")),
		markup("<h2>"), Link("#main", say(l, "جلسة شرح الاستشارة الترتيبية بدائرة البور", "La consultation indicative expliquée, cercle de Bour")), markup("</h2><p>"),
		Strong(Join(" ", Day(l, sampleNow.AddDate(0, 0, 5), i18n.WithWeekday), Range("10:00", "13:00"))), markup("</p><p>"),
		Str(say(l, "دار الشباب، مركز أولاد دليم", "Maison des jeunes, centre d’Ouled Dlim")), markup(`</p><div class="buttons">`),
		LinkButton(say(l, "أحجز مقعدي", "Réserver ma place"), "#main", Primary), Link("#main", say(l, "كل اللقاءات", "Toutes les rencontres")), markup("</div>"))
	rows := []ActionRow{
		{Title: Str(say(l, "رتبوا المشاريع في حدود غلاف استرشادي", "Classer les projets dans une enveloppe indicative")), Href: "#main", Urgent: true,
			Line: Str(say(l, "استشارة ترتيبية لشطر 2027. رأيكم استشاري، واختياركم سري، ونحو 5 دقائق تكفي.", "Consultation indicative sur la tranche 2027. Avis consultatif, choix secret, environ 5 minutes.")),
			End:  Deadline(say(l, "تغلق الأحد 6 دجنبر 2026", "Clôture dimanche 6 décembre 2026"), i18n.T(l, "common.days_left", "n", 10))},
		{Title: Str(say(l, "عبروا عن موقفكم من 38 رأيا", "Prendre position sur 38 avis")), Href: "#main",
			Line: Str(say(l, "موافق، أو غير موافق، أو لا رأي لي.", "D’accord, pas d’accord, sans opinion.")), End: Str(say(l, "مفتوح في كل وقت", "Ouvert en permanence"))},
	}
	figures := []Figure{
		{Value: Num(l, 1593), Label: Str(say(l, "مساهمة سُمعت منذ نونبر 2025", "contributions entendues depuis novembre 2025")), Note: Str(say(l, "في 31 لقاء", "31 rencontres"))},
		{Value: Num(l, 268), Of: M(l, "common.of", "total", 312), Label: Str(say(l, "مقترحا أُعلن مآله مع التعليل", "propositions ayant reçu une suite motivée")), Note: Str(say(l, "44 في انتظار الجواب", "44 attendent"))},
		{Value: Num(l, 57), Label: Str(say(l, "مشروعا في خارطة الطريق", "projets dans la feuille de route")), Note: Str(say(l, "4 تعرف صعوبات", "4 en difficulté"))},
		{Value: Dec(l, 86.4, 1), Of: M(l, "common.of", "total", 412), Label: Str(say(l, "مليون درهم مؤداة", "millions de dirhams payés"))},
	}
	colleges := Table{Caption: Str(say(l, "كل القنوات: القاعة، الورق، الهاتف، الموقع", "Tous canaux : salle, papier, téléphone, site")), Compact: true,
		Columns: []Column{{Label: say(l, "الفئة", "Collège")}, {Label: "", Kind: ChartColumn}, {Label: say(l, "العدد", "Nombre"), Kind: NumberColumn}, {Label: say(l, "الحصة", "Part"), Kind: NumberColumn}}}
	for i, c := range []string{"citizens", "civil", "elected", "services", "economic"} {
		n := []int{704, 388, 241, 158, 102}[i]
		colleges.Rows = append(colleges.Rows, Row{Cells: []templ.Component{Str(college(l, c)), Plain(float64(n), 704, ToneWater), Num(l, n), Pct(l, float64(n)/1593, 0)}})
	}
	colleges.Total = []templ.Component{Str(i18n.T(l, "common.total")), nil, Num(l, 1593), Pct(l, 1, 0)}
	return within(Layout(b),
		within(Heading(Top{Title: Str(say(l, "من جملة تقال في قاعة إلى ماء يصل إلى البيت", "D’une phrase dite dans une salle à l’eau qui arrive à la maison")),
			Lead:  Join("", Str(say(l, "هنا تُبنى خارطة الطريق التشاركية لعمالة مراكش: 15 جماعة و", "Ici se construit la feuille de route participative : 15 communes, ")), M(l, "common.inhabitants", "n", 1560103), Str(".")),
			Aside: meeting}), within(Block(Str(say(l, "ما يمكنكم فعله اليوم", "Ce que vous pouvez faire aujourd’hui")), nil), ActionRows(rows))),
		within(Section("where", Str(say(l, "أين وصلنا", "Où en sommes-nous")), nil), Figures(figures)),
		within(Block(Str(say(l, "من سمعنا، وأين", "Qui avons-nous entendu, et où")), Str(say(l, "عدد المساهمات لكل 10 آلاف نسمة.", "Contributions pour dix mille habitants."))),
			within(MapAndTable(Join("\n", DataTable(colleges), within(Notice("attention", Str(say(l, "ثلاث جماعات لم نسمعها بعد كما يجب", "Trois communes encore trop peu entendues"))),
				markup("<p>"), Str(say(l, "أكفاي والسويهلة وأولاد حسون.", "Agafay, Souihla, Oulad Hassoune.")), markup("</p>")))), MapOf(sampleMap(l)))),
		EmptyState(Str(say(l, "لا توجد لقاءات مبرمجة", "Aucune rencontre programmée")), Str(say(l, "يُنشر البرنامج المقبل في 15 دجنبر.", "Le prochain programme paraît le 15 décembre.")), "#main", say(l, "اللقاءات السابقة", "Rencontres passées")),
	)
}

func sampleMap(l i18n.Lang) Map {
	m := Map{ID: "heard", Lang: l, Label: say(l, "المساهمات حسب الجماعة", "Contributions par commune"), Width: 1000, Height: 900, Ramp: RampHeard,
		Classes: []string{say(l, "أقل من 5", "moins de 5"), "\u20665–10\u2069", "\u206610–15\u2069", "\u206615–20\u2069", say(l, "20 فأكثر", "20 et plus")}}
	names := [][2]string{{"المنابهة", "M’nabha"}, {"أولاد دليم", "Ouled Dlim"}, {"حربيل", "Harbil"}, {"سعادة", "Saada"}, {"أكفاي", "Agafay"}, {"الاوداية", "Loudaya"}}
	for i, n := range names {
		x, y := i%3*333, i/3*250
		m.Shapes = append(m.Shapes, Shape{Code: n[1], Name: say(l, n[0], n[1]), Class: i - 1, Value: i18n.Decimal(l, float64(i)*5.3, 1), Label: &Label{X: x + 160, Y: y + 120, Large: i%2 == 0},
			Current: i == 2, Href: "#main", Path: "M" + itoa(x) + " " + itoa(y) + "h333v250h-333z"})
	}
	m.Shapes[0].Value = ""
	m.Inset = &Inset{Label: say(l, "مدينة مراكش مكبرة", "La ville agrandie"), Frame: Rect{400, 540, 560, 340}, Source: Rect{420, 280, 140, 85}, Shapes: []Shape{
		{Name: say(l, "المنارة", "Ménara"), Path: "M420 560h200v180h-200z", Class: 1, Value: "7,9", Label: &Label{X: 520, Y: 650}},
		{Name: say(l, "سيدي يوسف بن علي", "Sidi Youssef Ben Ali"), Path: "M620 560h200v180h-200z", Class: 3, Value: "5,7", Label: &Label{X: 760, Y: 810, FromX: 700, FromY: 700, Moved: true}}}}
	return m
}

func workSpecimen(l i18n.Lang) templ.Component {
	b := sampleBase(l, say(l, "اليوم", "Aujourd’hui"), "work")
	b.Work, b.Demo, b.Insecure = true, false, true
	b.SignedIn = &page.SignedIn{Name: say(l, "خلية التنسيق", "Cellule de coordination"), Staff: true}
	b.Side = []page.SideGroup{
		{Title: say(l, "عملي", "Mon travail"), Items: []page.SideItem{{Label: say(l, "اليوم", "Aujourd’hui"), Href: "#main", Count: 17, Current: true}, {Label: say(l, "المقترحات", "Propositions"), Href: "#main", Count: 44}}},
		{Title: say(l, "البرنامج", "Programme"), Items: []page.SideItem{{Label: say(l, "اللقاءات", "Rencontres"), Href: "#main"}}},
	}
	t := Table{Columns: []Column{{Label: say(l, "الملف", "Dossier")}, {Label: say(l, "عند", "Chez")}, {Label: say(l, "العمر", "Âge")}, {Label: say(l, "الأجل", "Échéance")}}}
	for i, mark := range []Mark{Status(l, "overdue", "n", 17), Status(l, "days_left", "n", 8), Status(l, "on_time"), Status(l, "not_retained")} {
		t.Rows = append(t.Rows, Row{Select: &Tick{Name: "id", Value: itoa(i), Label: say(l, "اختيار", "Choisir"), Checked: i == 0}, Cells: []templ.Component{
			TwoLines(Link("#main", say(l, "نقط ضوء بالطريق إلى الإعدادية", "Points lumineux sur la route du collège")), Join(" · ", Code("P-0288-3"), Str(say(l, "آيت إيمور", "Aït Imour")))),
			Str(say(l, "المديرية الإقليمية للتجهيز", "Direction provinciale de l’équipement")), M(l, "common.days", "n", 37), Badge(mark.Kind, mark.Icon, mark.Text)}})
	}
	filters := []Field{
		{Lang: l, Name: "commune", Label: say(l, "الجماعة", "Commune"), Options: []Option{{"", say(l, "كل الجماعات", "Toutes"), ""}, {"1", "Harbil", ""}}},
		{Lang: l, Name: "q", Label: say(l, "كلمة أو رقم", "Mot ou numéro")},
	}
	return within(Layout(b),
		Heading(Top{Title: Str(say(l, "اليوم: \u206617\u2069 ملفا في انتظاركم", "Aujourd’hui : 17 dossiers vous attendent")), Lead: Day(l, sampleNow, i18n.WithWeekday)}),
		Tabs(l, say(l, "الملفات", "Dossiers"), []Tab{{say(l, "لي", "Les miens"), "#main", 17, true}, {say(l, "متأخرة", "En retard"), "#main", 2, false}}),
		Filters(l, "#main", filters, "#main"),
		markup(`<form class="form full" method="post" action="/x">`), DataTable(t),
		Pagination(l, Pages{From: 1, To: 6, Total: 17, Next: "#main"}),
		within(BulkBar(Str(say(l, "الملفات المختارة", "Dossiers choisis"))), Button(say(l, "إحالة على مصلحة…", "Transmettre…"), Primary, "do", "refer"), Button(say(l, "تمديد الأجل…", "Prolonger…"), Secondary, "do", "extend")),
		markup("</form>"))
}

func formSpecimen(l i18n.Lang) templ.Component {
	b := sampleBase(l, say(l, "جواب", "Réponse"), "consultation")
	b.Crumbs = []page.Crumb{{Label: say(l, "المقترحات", "Propositions"), Href: "#main"}, {Label: "P-0288-3"}}
	f := page.NewForm("reason", "لا", "cost", "مليون ونصف", "outcome", "deferred", "agree", "1")
	f.Faults = []*fault.Error{fault.Field("reason", "fault.too_short", "n", 20), fault.Field("cost", "fault.amount", "typed", "مليون ونصف", "example", i18n.Number(l, 1500000)), fault.Field("outcome", "fault.choose_one")}
	outcome := FieldOf(l, f, "outcome", say(l, "مآل المقترح", "Suite donnée")).Must().WithOptions(
		Option{"retained", i18n.T(l, "status.retained"), ""}, Option{"deferred", i18n.T(l, "status.deferred"), ""}, Option{"not_retained", i18n.T(l, "status.not_retained"), say(l, "مع نشر السبب", "le motif est publié")})
	cause := FieldOf(l, f, "cause", say(l, "السبب", "Motif")).WithHint(say(l, "يظهر في الجرد العمومي.", "Figure dans l’inventaire public.")).WithOptions(Option{"a", say(l, "التمويل غير متوفر", "Financement indisponible"), ""})
	reason := FieldOf(l, f, "reason", say(l, "التعليل بجملة أو جملتين", "Motivation en une ou deux phrases")).WithHint(say(l, "ينشر كما هو.", "Publiée telle quelle.")).Must()
	cost := FieldOf(l, f, "cost", say(l, "الكلفة التقديرية", "Coût estimé"))
	return within(Layout(b),
		Heading(Top{Title: Join(" ", Str(say(l, "جواب عن المقترح", "Réponse à la proposition")), Code("P-0288-3")), Lead: Str(say(l, "نقط ضوء بالطريق إلى الإعدادية، آيت إيمور.", "Points lumineux sur la route du collège, Aït Imour."))}),
		ErrorSummary(l, []Field{outcome, cause, reason, cost}),
		within(Form("#main", f.Once()), Choices(outcome), Select(cause), TextArea(reason), MoneyField(cost),
			DateField(FieldOf(l, f, "review", say(l, "تاريخ المراجعة", "Date de réexamen"))),
			within(FieldGroup(say(l, "العنوان باللغات", "Titre par langue")), WordsFields(Words(l, f, "title", say(l, "العنوان", "Titre")), false)),
			Checkbox(FieldOf(l, f, "agree", say(l, "أوافق على نشر الجواب", "J’accepte la publication")).Must()),
			FileField(FieldOf(l, f, "annex", say(l, "ملحق", "Annexe"))), NumberField(FieldOf(l, f, "homes", say(l, "عدد الأسر", "Ménages"))),
			Hidden("version", "3"),
			within(Buttons(), Button(say(l, "نشر الجواب", "Publier la réponse"), Primary, "", ""), Button(say(l, "حفظ مسودة", "Garder le brouillon"), Secondary, "draft", "1"), LinkButton(say(l, "رجوع بلا حفظ", "Revenir sans enregistrer"), "#main", Third))),
		within(FileForm("#main", f.Once()), Button(say(l, "إرسال", "Envoyer"), Secondary, "", "")))
}

func focusSpecimen(l i18n.Lang) templ.Component {
	b := sampleBase(l, say(l, "الوصل", "Récépissé"), "prioritisation")
	b.Demo = false
	b.Flash = &page.Flash{Kind: "done", Text: i18n.T(l, "ui.seal_check", "number", "P-0142-8")}
	return within(Focus(b, say(l, "استشارة ترتيبية، شطر 2027", "Consultation indicative, tranche 2027"), "#main"),
		markup("<h1>"), Str(say(l, "سجل اختياركم", "Votre choix est enregistré")), markup("</h1>"),
		within(Notice("done", Str(say(l, "سُجِّل اختياركم", "Votre choix est enregistré"))), markup("<p>"), Day(l, sampleNow, i18n.WithWeekday), markup("</p>")),
		within(Ticket(Receipt{NumberLabel: say(l, "رقم اختياركم في اللائحة المنشورة", "Numéro de votre choix dans la liste publiée"), Number: "7K4-MDQ-29", SecretLabel: say(l, "الرمز السري", "Code secret"),
			SecretNote: say(l, "لا تطلعوا عليه أحدا", "Ne le montrez à personne"), Secret: []string{"4T9K 2MWX 7QHB", "0ZCF R5NE 8JVD A3A"}, Address: "https://example.ma/r/marrakech/7K4-MDQ-29#4T9K2MWX7QHB0ZCFR5NE8JVDA3A", CodeLabel: say(l, "رمز الوصل", "Code du récépissé")}),
			markup("<p>"), Str(say(l, "الوصل يثبت أن اختياركم محسوب، ", "Le récépissé prouve que votre choix est compté, ")), Strong(Str(say(l, "ولا يُظهر ما اخترتم", "pas ce que vous avez choisi"))), markup(".</p>")),
		Steps([]templ.Component{Str(say(l, "تغلق الاستشارة الأحد 6 دجنبر 2026.", "La consultation ferme le dimanche 6 décembre 2026.")), Str(say(l, "في اليوم نفسه تُنشر لائحة الأرقام المحسوبة. ابحثوا عن رقمكم فيها.", "Le même jour paraît la liste des numéros comptés. Cherchez-y le vôtre."))}),
		markup(`<div class="buttons">`), PrintButton(l), markup(`</div>`),
		Meter(say(l, "20,9 من 40", "20,9 sur 40"), []Segment{{9.6, ToneBlue}, {2.4, ToneBlue}, {5.8, ToneBlue}, {3.1, ToneBlue}}, 40))
}
