package delivery

import (
	"github.com/khettara/khettara/internal/delivery"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/web/ui"
)

// Marks are the badges of an adopted project: its state by decision, then its
// computed condition.
func Marks(l i18n.Lang, p delivery.Progress) []ui.Mark {
	return append([]ui.Mark{stateMark(l, p.State)}, conditionMarks(l, p)...)
}
