package editor

import "bevote/lang"

// Fold is a range of lines, from 1, that an editor can show as its first one.
type Fold struct {
	From, To int
	Comment  bool // all of its lines are comments
}

// Folds returns what can be folded: the election, statements of several lines,
// comments on lines of their own, and neighbours with the same keyword.
func (f *File) Folds() (folds []Fold) {
	o := f.outline()
	if o == nil {
		return nil
	}
	add := func(from, to int, comment bool) {
		if to > from {
			folds = append(folds, Fold{from, to, comment})
		}
	}
	for _, s := range o.Statements {
		add(s.Line, s.EndLine, false)
		if n := len(o.Words); s.Keyword == "election" && o.Words[n-1].Text == "}" {
			add(s.Line, o.Words[n-1].Line-1, false)
		}
	}
	runs(o.Statements, func(a, b lang.Statement) bool {
		return a.Keyword == b.Keyword && a.Keyword != "" && b.Line-a.EndLine == 1
	}, func(a, b lang.Statement) { add(a.Line, b.EndLine, false) })

	var own []lang.Word // comments on lines of their own
	for i, w := range o.Words {
		if w.Kind == "comment" && (i == 0 || o.Words[i-1].EndLine < w.Line) {
			own = append(own, w)
		}
	}
	runs(own, func(a, b lang.Word) bool { return b.Line-a.Line == 1 },
		func(a, b lang.Word) { add(a.Line, b.Line, true) })
	return folds
}

// runs calls f with the first and the last of each run of neighbours.
func runs[T any](all []T, neighbours func(a, b T) bool, f func(first, last T)) {
	from := 0
	for i := range all {
		if i+1 == len(all) || !neighbours(all[i], all[i+1]) {
			f(all[from], all[i])
			from = i + 1
		}
	}
}
