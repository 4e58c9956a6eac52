package ui

import (
	"math"

	"github.com/a-h/templ"

	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/web/page"
)

func chartSpecimen(l i18n.Lang) templ.Component {
	b := sampleBase(l, say(l, "حربيل", "Harbil"), "territory")
	b.Crumbs = []page.Crumb{{Label: say(l, "التشخيص الترابي", "Diagnostic"), Href: "#main"}, {Label: say(l, "دائرة البور", "Cercle de Bour")}}
	facts := Facts([]Fact{{say(l, "الاسم الرسمي", "Nom officiel"), Join(" · ", Str(say(l, "جماعة حربيل", "Commune de Harbil")), Code("07.351.03.03"))}, {say(l, "الأسر", "Ménages"), Num(l, 24609)}})
	change := Table{Columns: []Column{{Label: say(l, "المؤشر", "Indicateur")}, {Label: "2014", Kind: NumberColumn}, {Label: "", Kind: ChartColumn}, {Label: "2024", Kind: NumberColumn}, {Label: say(l, "الاتجاه", "Évolution")}},
		Foot: Str(say(l, "المصدر: المندوبية السامية للتخطيط", "Source : HCP"))}
	for _, r := range []struct {
		ar, fr           string
		before, now, ref float64
		worse            bool
	}{{"الماء الجاري بالمسكن", "Eau courante", 88.6, 98.6, 97.6, false}, {"الربط بشبكة التطهير", "Assainissement", 49.4, 84.6, 82.2, false}, {"البطالة", "Chômage", 13.3, 18.1, 19.4, true}} {
		status := "better"
		if r.worse {
			status = "worse"
		}
		change.Rows = append(change.Rows, Row{Cells: []templ.Component{TwoLines(Str(say(l, r.ar, r.fr)), Str(say(l, "% من الأسر", "% des ménages"))), Dec(l, r.before, 1), DumbbellOf(Dumbbell{r.before, r.now, r.ref, r.worse}), Strong(Dec(l, r.now, 1)), StatusBadge(l, status)}})
	}
	growth := Table{Compact: true, Columns: []Column{{Label: say(l, "الجماعة", "Commune")}, {Label: "2024", Kind: NumberColumn}, {Label: "%", Kind: NumberColumn}, {Label: "", Kind: ChartColumn}}}
	for i, v := range []float64{100.9, 49.1, 5.2, -1.5, -28} {
		growth.Rows = append(growth.Rows, Row{Current: i == 0, Muted: i == 3, Cells: []templ.Component{Str([]string{"Harbil", "Tassoultante", "M’nabha", "Ouled Dlim", "Méchouar"}[i]), Num(l, 104195), Signed(l, v, 1), DivergingBar(Diverging{v, -28, 100.9, i == 0})}})
	}
	seats := Table{Columns: []Column{{Label: say(l, "الفئة", "Collège")}, {Label: say(l, "المقاعد", "Sièges"), Kind: NumberColumn}, {Label: say(l, "الحاضرون", "Présents"), Kind: NumberColumn}, {Label: "", Kind: ChartColumn}}}
	for i, s := range []Seats{{19, 24}, {28, 30}, {43, 40}} {
		seats.Rows = append(seats.Rows, Row{Cells: []templ.Component{Str(college(l, []string{"elected", "civil", "citizens"}[i])), Num(l, s.Seats), Strong(Num(l, s.Came)), SeatsOf(s)}})
	}
	groups := []Agreement{{say(l, "المجموعة أ", "Groupe A"), 88, 8, false, true}, {say(l, "المجموعة ب", "Groupe B"), 22, 65, false, false}}
	day := func(months int) int64 { return sampleNow.AddDate(0, months, 0).UnixMilli() }
	return within(Layout(b),
		Heading(Top{Title: Str(say(l, "حربيل تضاعفت في عشر سنوات", "Harbil a doublé en dix ans")), Lead: Str(say(l, "أسرع نمو بين جماعات العمالة الخمس عشرة.", "La plus forte croissance des quinze communes.")), Aside: facts, Badges: []Mark{Status(l, "under_way"), Status(l, "late", "n", 46)}}),
		within(Section("", Str(say(l, "ما الذي تغير", "Ce qui a changé")), nil), DumbbellLegend("2014", "2024", say(l, "المعدل بعمالة مراكش", "Moyenne de la préfecture"), say(l, "المقياس من 0 إلى 100", "Échelle de 0 à 100")), DataTable(change)),
		within(Section("", Str(say(l, "النمو", "La croissance")), nil), within(Columns(), DataTable(growth), DataTable(seats))),
		within(Block(Str(say(l, "نسب الإنجاز", "Taux")), nil), within(Columns(),
			Rate(Str(say(l, "نسبة الإنجاز المادي", "Avancement physique")), Pct(l, .45, 0), BarMark{Value: 45, Max: 100, Plan: 61, Tone: ToneWater, Tall: true}, Str(say(l, "معدل مرجح بأوزان المكونات الثلاثة.", "Moyenne pondérée des trois composantes."))),
			Rate(Str(say(l, "نسبة الأداء", "Taux de paiement")), Pct(l, .356, 1), BarMark{Value: 35.6, Max: 100, Tone: ToneMoney}, Str(say(l, "مؤدى 3,42 من 9,60 مليون درهم", "3,42 payés sur 9,60 millions"))))),
		within(Block(Str(say(l, "ما يفرق", "Ce qui divise")), nil), AgreementLegend(l), markup(`<div class="statement"><p class="said">`), Str(say(l, "الأولوية للطرق الرابطة بالمدينة قبل المسالك الداخلية.", "D’abord les routes vers la ville.")), markup("</p>"), Agreements(l, groups), markup("</div>"), ScatterOf(sampleScatter(l)), Micro(Num(l, 54), 54, 100)),
		within(Block(Str(say(l, "الفجوة", "L’écart")), nil), Gap(3, 5.8), Bar(3, 10, ToneSoft)),
		within(Block(Str(say(l, "المراحل", "Les étapes")), nil), GanttOf(Gantt{Lang: l, Label: say(l, "المراحل وآجالها", "Étapes et échéances"), Today: day(0), Rows: []GanttRow{
			{Name: say(l, "تسوية الوعاء العقاري", "Apurement foncier"), Start: day(-9), End: day(-7), Done: 1, PlanStart: day(-9), PlanEnd: day(-7)},
			{Name: say(l, "الأشغال: الشطر الأول", "Travaux, tranche 1"), Start: day(-3), End: day(3), Done: .45, PlanStart: day(-3), PlanEnd: day(1)},
			{Name: say(l, "التسلم المؤقت", "Réception provisoire"), Start: day(5), End: day(6), PlanStart: day(4), PlanEnd: day(5)}}})),
		within(Disclosure(Str(say(l, "خريطة النمو", "Carte de la croissance"))), DataTable(MapTable(say(l, "الجماعة", "Commune"), "%", sampleMap(l).Shapes))),
		Chips(l, say(l, "المواضيع", "Thèmes"), []Tab{{say(l, "الكل", "Tout"), "#main", -1, true}, {say(l, "الماء", "Eau"), "#main", 24, false}}))
}

func traceSpecimen(l i18n.Lang) templ.Component {
	b := sampleBase(l, "P-0142-8", "deliberation")
	ledger := func(n int64) *Ledger {
		return &Ledger{Leaf: n, Hash: "9f3a0000000000000000000000000000000000000000000000000000000000c1e7", Who: say(l, "مقررة الورشة", "Rapporteure")}
	}
	steps := []TraceStep{
		{Kind: say(l, "جملة في قاعة", "Une phrase"), Stage: "consultation", Date: Moment(l, sampleNow.AddDate(-1, 0, 0), i18n.WithWeekday), Finding: Quote(l, "حنا فالدوار باقين كنجيبو الما من السقاية، والعيالات هوما اللي كيتعبدو.", "ar"), Quoted: true, Width: 1, State: page.Past, Ledger: ledger(4211), Why: Str(say(l, "من المواطنات والمواطنين، أولاد دليم.", "Citoyennes et citoyens, Ouled Dlim."))},
		{Kind: say(l, "مقترح", "Proposition"), Stage: "consultation", Date: StepDate(l, sampleNow.AddDate(0, -11, 0)), Finding: Str(say(l, "ضُمت 12 مساهمة متشابهة في مقترح واحد", "12 contributions réunies en une proposition")), Width: 2, State: page.Past, Ledger: ledger(4980), Links: Link("#main", say(l, "اقرؤوا المساهمات", "Lire les contributions")),
			Branches: []TraceBranch{{Date: StepDate(l, sampleNow.AddDate(0, -10, 0)), Finding: Str(say(l, "حفر بئر جديدة بكل دوار: غير محتفظ به (معلَّل).", "Un puits par douar : non retenu (motif publié).")), Why: Str(say(l, "التعليل: منسوب الفرشة في انخفاض.", "Motif : la nappe baisse.")), Ledger: ledger(5000)}}},
		{Kind: say(l, "مشروع", "Projet"), Stage: "roadmap", Date: StepDate(l, sampleNow.AddDate(0, -6, 0)), Finding: Link("#main", say(l, "توسيع شبكة الماء والربط الفردي، أولاد دليم", "Extension du réseau d’eau, Ouled Dlim")), Width: 4, State: page.Past, Ledger: ledger(9118)},
		{Kind: say(l, "دراهم مؤداة", "Dirhams payés"), Stage: "delivery", Date: Day(l, sampleNow), Finding: Join(" / ", Dirhams(l, 342000000), Num(l, 9600000)), Chart: Bar(3.42, 9.6, ToneWater), Width: 4, State: page.Now, Ledger: ledger(17640)},
		{Kind: say(l, "تقييم", "Évaluation"), Stage: "evaluation", Date: Str(i18n.MonthYear(l, sampleNow.AddDate(1, 0, 0))), Finding: Str(say(l, "هل تغير شيء في حياة الناس؟", "La vie a-t-elle changé ?")), Width: 1, State: page.Later},
	}
	return within(Layout(b), Heading(Top{Title: Str(say(l, "الربط الفردي بالماء الصالح للشرب لدواوير أولاد دليم", "Le branchement individuel à l’eau potable")), Badges: []Mark{Status(l, "in_programme"), Status(l, "under_way")},
		Actions: Join("", LinkButton(say(l, "تابعوا هذا المقترح", "Suivre cette proposition"), "#main", Primary))}),
		within(Block(Str(say(l, "المسار، من البئر إلى الحقل", "Le parcours, du puits au champ")), Str(say(l, "كلما انضمت مساهمات أخرى اتسع المجرى.", "Plus de contributions, plus large est la galerie."))), Trace(l, steps)),
		markup("<p>"), Text(l, i18n.Text{Fr: "Extension du réseau", Ar: ""}), markup(" "), TextPlain(l, i18n.Text{Ar: "توسيع الشبكة"}), markup(" "), MDH(l, 960000000), markup(" "), Millions(l, 960000000, 2), markup(" "), ShortDay(l, sampleNow), markup(" "), Hour(l, sampleNow), markup("</p>"))
}

func recordSpecimen(l i18n.Lang) templ.Component {
	b := sampleBase(l, say(l, "تقرير أشغال الورشة", "Rapport d’atelier"), "consultation")
	b.Crumbs = []page.Crumb{{Label: "M-007", Href: "#main"}}
	head := Letterhead{Lines: []string{say(l, "وزارة الداخلية", "Ministère de l’Intérieur"), say(l, "ولاية جهة مراكش-آسفي", "Wilaya de la région Marrakech-Safi"), say(l, "عمالة مراكش", "Préfecture de Marrakech")},
		References: []templ.Component{Join(" ", Str(say(l, "تقرير رقم", "Rapport no")), Code("07/2025")), Day(l, sampleNow)}}
	t := Table{Compact: true, Columns: []Column{{Label: say(l, "الصفة", "Qualité")}, {Label: say(l, "المدعوون", "Invités"), Kind: NumberColumn}, {Label: say(l, "الحاضرون", "Présents"), Kind: NumberColumn}}, Rows: []Row{{Cells: []templ.Component{Str(college(l, "elected")), Num(l, 24), Num(l, 19)}}}, Total: []templ.Component{Str(i18n.T(l, "common.total")), Num(l, 130), Num(l, 120)}}
	return within(Record(b, head, say(l, "تقرير أشغال الورشة", "Rapport d’atelier"), say(l, "حول الماء والخدمات الأساسية بدائرة البور", "Eau et services de base, cercle de Bour")),
		markup("<p>"), Str(say(l, "في يوم الخميس 13 نونبر 2025، افتُتحت على الساعة التاسعة صباحا بدار الشباب ورشة تشاورية.", "Le jeudi 13 novembre 2025 à neuf heures s’est ouvert un atelier.")), markup("</p>"),
		within(RecordSection(say(l, "أولا: الحضور", "1. Présence")), DataTable(t)),
		Signatures([]string{say(l, "مقررة الورشة", "La rapporteure"), say(l, "رئيس الورشة: رئيس دائرة البور", "Le président : chef de cercle de Bour")}),
		SealBlock(l, Seal{Number: "M-007", Address: "https://example.ma/r/marrakech/M-007", Leaf: 4388, Date: i18n.Date(l, sampleNow), Hash: "5be244d871c09f3a20c7"}))
}

func sampleScatter(l i18n.Lang) Scatter {
	s := Scatter{Label: say(l, "ثلاث مجموعات متباعدة", "Trois groupes distincts"), Groups: []string{say(l, "المجموعة أ · 92", "Groupe A · 92"), say(l, "المجموعة ب · 78", "Groupe B · 78"), say(l, "المجموعة ج · 44", "Groupe C · 44")}}
	for i := range 40 {
		turn, r := float64(i)*2.4, .28*math.Sqrt(float64(i)/40)
		for g, c := range [][2]float64{{.5, .5}, {-.6, .1}, {.3, -.6}} {
			s.Points = append(s.Points, Point{X: c[0] + r*math.Cos(turn), Y: c[1] + r*math.Sin(turn), Group: g})
		}
	}
	return s
}
