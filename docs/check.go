package docs

import (
	"fmt"
	"strconv"
	"strings"
)

// check is a row of the tables of checks.
type check struct {
	family          string // title of its section: "F  Voting transactions"
	id, name, class string
	holds           string
}

// checks returns all checks in the page's order.
func checks() (out []check) {
	_, rest, _ := strings.Cut(withLF(auditPage), "\n## The checks\n")
	rest, _, _ = strings.Cut(rest, "\n### Not run\n")
	for _, section := range strings.Split(rest, "\n### ")[1:] {
		family, _, _ := strings.Cut(section, "\n")
		for _, row := range tableIn(section) {
			out = append(out, check{family, row[0], row[1], row[2], row[3]})
		}
	}
	return out
}

// checkCalled returns the check of an id or a name in capitals.
func checkCalled(name string) (check, bool) {
	for _, c := range checks() {
		if c.id == name || c.name == name {
			return c, true
		}
	}
	return check{}, false
}

func checkList() string {
	var all []item
	for _, c := range checks() {
		row := fmt.Sprintf("%-4s  %-18s  %-3s", c.id, c.name, c.class)
		all = append(all, item{row, c.family})
	}
	return list("Checks: id, name, class, family", all)
}

// page explains a check by all tables that have a row for it.
func (c check) page() string {
	var b strings.Builder
	b.WriteString(title(c.id, c.name))
	letter, family, _ := strings.Cut(c.family, "  ")
	b.WriteString(paragraph("Family " + letter + ", " + strings.ToLower(family) + ". It holds that " + c.holds + "."))
	for _, row := range rows("and a failure weighs as its class says:") {
		if row[0] == c.class {
			b.WriteString(paragraph("A failure (class " + c.class + ") " + row[1] + "."))
		}
	}
	for _, row := range rows("## Notes on the rules") {
		if names(row[0], c.id) {
			b.WriteString(paragraph("Note: " + row[1] + ". Why: " + row[2] + "."))
		}
	}
	for _, row := range rows("### Not run") {
		if names(row[0], c.id) {
			b.WriteString(paragraph("Not run: " + row[1] + ", where " + row[2] + "."))
		}
	}
	for _, row := range rows("## Constants") {
		if names(row[2], c.id) {
			b.WriteString(paragraph("Constant: " + row[0] + ": " + row[1] + "."))
		}
	}
	return b.String()
}

// names reports whether a list of checks has an id:
//
//	V20, V22, V29–V38
//	V39–V51 but V46
func names(list, id string) bool {
	list, except, _ := strings.Cut(list, " but ")
	if except != "" && names(except, id) {
		return false
	}
	n := number(id)
	for part := range strings.SplitSeq(list, ",") {
		first, last, span := strings.Cut(strings.TrimSpace(part), "–")
		if !span {
			last = first
		}
		if number(first) > 0 && number(first) <= n && n <= number(last) {
			return true
		}
	}
	return false
}

// number returns 55 for V55, and 0 for what is no id.
func number(id string) int {
	n, err := strconv.Atoi(strings.TrimPrefix(id, "V"))
	if err != nil || !strings.HasPrefix(id, "V") {
		return 0
	}
	return n
}
