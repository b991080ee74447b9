package main

import (
	"io"
	"os"
	"regexp"
	"strings"

	"bevote/docs"
	"bevote/lang"
)

// codeForm matches what has the form of a diagnostic's code, a check's id, a
// level or a limit, in either case.
var codeForm = regexp.MustCompile(`(?i)^([EWVU][0-9]{1,4}|L[0-9])$`)

// isTopic reports whether explain takes its argument for a topic and not for a
// file: there is a page for it, or it has the form of a code and there is no
// such file. A file of a topic's name is reached as ./E0303.
func isTopic(arg string) bool {
	if _, found := topicPage(arg); found {
		return true
	}
	_, err := os.Stat(arg)
	return err != nil && codeForm.MatchString(arg)
}

// topicPage returns the page of a diagnostic's code, or what docs/audit.md says
// of a check, a level, a limit or the exit codes.
func topicPage(topic string) (page string, found bool) {
	if page, found = lang.Page(strings.ToUpper(topic)); found {
		return page, true
	}
	return docs.Explain(topic)
}

// explainTopic prints the page of a topic.
func (c *console) explainTopic(topic string, asJSON bool) error {
	page, found := topicPage(topic)
	if !found {
		return noTopic(topic)
	}
	if asJSON {
		return c.printJSON(map[string]string{"code": strings.ToUpper(topic), "page": page})
	}
	if _, err := io.WriteString(c.out, page); err != nil {
		return bug(err)
	}
	return nil
}

// noTopic is the error of a code without a page. It completes codes that lack
// zeros, as W402 and V5.
func noTopic(code string) error {
	code = strings.ToUpper(code)
	for zeros := "0"; len(zeros) < 4; zeros += "0" {
		whole := code[:1] + zeros + code[1:]
		if _, found := topicPage(whole); found {
			return usage("there is no code %s; did you mean %s", code, whole)
		}
	}
	return usage("there is no code %s; docs/language.md and docs/audit.md list them", code)
}
