package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// An expression of indicators.csv is arithmetic over cells of the census:
// P24.labour_active-P24.labour_employed, with @female for the row of a sex and
// [rural] for the row of an area, after a cell or after a bracket.

// cells answers what stands in a table for a unit.
type cells func(table, column, area, sex string) (float64, bool)

// expression is a parsed expression.
type expression interface {
	// eval is missing (false) as soon as any cell in it is.
	eval(get cells, area, sex string) (float64, bool)
	// tables adds the tables it reads.
	tables(into map[string]bool)
}

type (
	number float64
	cell   struct{ table, column string }
	binary struct {
		op          byte
		left, right expression
	}
	row struct { // a change of row
		of        expression
		area, sex string
	}
)

func (n number) eval(cells, string, string) (float64, bool) { return float64(n), true }
func (n number) tables(map[string]bool)                     {}

func (c cell) eval(get cells, area, sex string) (float64, bool) {
	return get(c.table, c.column, area, sex)
}
func (c cell) tables(into map[string]bool) { into[c.table] = true }

func (b binary) eval(get cells, area, sex string) (float64, bool) {
	l, ok := b.left.eval(get, area, sex)
	r, also := b.right.eval(get, area, sex)
	if !ok || !also {
		return 0, false
	}
	switch b.op {
	case '+':
		return l + r, true
	case '-':
		return l - r, true
	case '*':
		return l * r, true
	}
	return l / r, r != 0
}
func (b binary) tables(into map[string]bool) { b.left.tables(into); b.right.tables(into) }

func (r row) eval(get cells, area, sex string) (float64, bool) {
	if r.area != "" {
		area = r.area
	}
	if r.sex != "" {
		sex = r.sex
	}
	return r.of.eval(get, area, sex)
}
func (r row) tables(into map[string]bool) { r.of.tables(into) }

var token = regexp.MustCompile(`^(?:[0-9]+(?:\.[0-9]+)?|[A-Z][0-9]{2}\.[a-z0-9_]+|[-+*/()]|@[a-z]+|\[[a-z]+\])`)

// parse reads an expression; the empty text gives nil, a figure that does not exist.
func parse(text string) (expression, error) {
	if text == "" {
		return nil, nil
	}
	p := &parser{}
	for rest := text; rest != ""; {
		t := token.FindString(rest)
		if t == "" {
			return nil, fmt.Errorf("expression %q: cannot read %q", text, rest)
		}
		p.tokens = append(p.tokens, t)
		rest = rest[len(t):]
	}
	e, err := p.sum()
	if err == nil && len(p.tokens) > 0 {
		err = fmt.Errorf("%q is left over", p.tokens[0])
	}
	if err != nil {
		return nil, fmt.Errorf("expression %q: %w", text, err)
	}
	return e, nil
}

type parser struct{ tokens []string }

// next takes the next token if it is one of the given ones.
func (p *parser) next(of string) (string, bool) {
	if len(p.tokens) == 0 || !strings.Contains(of, p.tokens[0][:1]) {
		return "", false
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t, true
}

func (p *parser) sum() (expression, error)     { return p.chain("+-", p.product) }
func (p *parser) product() (expression, error) { return p.chain("*/", p.factor) }

func (p *parser) chain(operators string, operand func() (expression, error)) (expression, error) {
	left, err := operand()
	for err == nil {
		op, ok := p.next(operators)
		if !ok {
			return left, nil
		}
		var right expression
		if right, err = operand(); err == nil {
			left = binary{op[0], left, right}
		}
	}
	return nil, err
}

func (p *parser) factor() (expression, error) {
	var e expression
	if _, ok := p.next("("); ok {
		inner, err := p.sum()
		if err != nil {
			return nil, err
		}
		if _, ok := p.next(")"); !ok {
			return nil, fmt.Errorf("a bracket is not closed")
		}
		e = inner
	} else if t, ok := p.next("0123456789"); ok {
		f, err := strconv.ParseFloat(t, 64)
		if err != nil {
			return nil, err
		}
		e = number(f)
	} else if t, ok := p.next("ABCDEFGHIJKLMNOPQRSTUVWXYZ"); ok {
		table, column, _ := strings.Cut(t, ".")
		e = cell{table, column}
	} else {
		return nil, fmt.Errorf("a figure is missing")
	}
	for {
		t, ok := p.next("@[")
		switch {
		case !ok:
			return e, nil
		case t[0] == '@':
			e = row{of: e, sex: t[1:]}
		default:
			e = row{of: e, area: t[1 : len(t)-1]}
		}
	}
}
