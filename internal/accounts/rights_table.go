package accounts

import (
	"strings"

	"github.com/khettara/khettara/internal/i18n"
)

// RightsTable is who may do what, as a Markdown table in a language: the rows are
// the rights, the columns the roles. docs/rights.md holds it, the manual prints it.
func RightsTable(l i18n.Lang) string {
	var b strings.Builder
	row := func(cells []string) { b.WriteString("| " + strings.Join(cells, " | ") + " |\n") }
	head, rule := []string{i18n.T(l, "account.rights.right")}, []string{"---"}
	for _, role := range AllRoles {
		head, rule = append(head, RoleName(l, role)), append(rule, ":-:")
	}
	row(head)
	row(rule)
	for _, right := range AllRights {
		cells := []string{RightName(l, right)}
		for _, role := range AllRoles {
			mark := ""
			if Rights[role][right] {
				mark = "●"
			}
			cells = append(cells, mark)
		}
		row(cells)
	}
	return b.String()
}

// RoleName is what a role is called in a language.
func RoleName(l i18n.Lang, role Role) string { return i18n.T(l, "account.role."+string(role)) }

// RightName says in a language what a right allows.
func RightName(l i18n.Lang, right Right) string { return i18n.T(l, "account.right."+string(right)) }
