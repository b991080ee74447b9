package report

import (
	"fmt"
	"math"
	"slices"
)

// drawing is a picture as inline SVG. Horizontal coordinates are in per cent of the
// width, so that letters have one size on every screen. Vertical coordinates are in
// pixels.
type drawing struct {
	ID, Title, Words string // Words are the picture in words, for screen readers
	Height           int
	Shapes           []shape
}

// shape is one element. X, Width and the ends of a band are in per cent.
type shape struct {
	Kind               string // rect, circle, text, line or band
	Class              string
	X, Width           float64
	Y, Height          float64
	Radius             float64
	Text, Tail, Anchor string  // Tail follows Text in a lighter colour
	Tip                string  // shown where the pointer rests
	FromY, FromH       float64 // of a band: where it leaves the left side
}

func (d *drawing) rect(class string, x, y, width, height float64) *shape {
	width, height = max(width, 0), max(height, 0)
	return d.put(shape{Kind: "rect", Class: class, X: x, Y: y, Width: width, Height: height, Radius: min(4, height/2)})
}

func (d *drawing) circle(class string, x, y, radius float64) *shape {
	return d.put(shape{Kind: "circle", Class: class, X: x, Y: y, Radius: radius})
}

func (d *drawing) line(class string, x, y, height float64) *shape {
	return d.put(shape{Kind: "line", Class: class, X: x, Y: y, Height: height})
}

func (d *drawing) text(class string, x, y float64, anchor, text string) *shape {
	return d.put(shape{Kind: "text", Class: class, X: x, Y: y, Anchor: anchor, Text: text})
}

// put adds a shape and returns it. The pointer is valid until the next put.
func (d *drawing) put(s shape) *shape {
	d.Shapes = append(d.Shapes, s)
	return &d.Shapes[len(d.Shapes)-1]
}

// The methods below print numbers for attributes.

// Left is X in per cent.
func (s shape) Left() string { return percent(s.X) }

// Wide is Width in per cent.
func (s shape) Wide() string { return percent(s.Width) }

// Bottom is where a line ends.
func (s shape) Bottom() float64 { return s.Y + s.Height }

// Curve is the path of a band in a box of 100 by 100: from the left side at
// FromY to the right side at Y, each in hundredths of the drawing's height.
func (s shape) Curve() string {
	return fmt.Sprintf("M0 %.2f C55 %.2f 45 %.2f 100 %.2f V%.2f C45 %.2f 55 %.2f 0 %.2f Z",
		s.FromY, s.FromY, s.Y, s.Y, s.Y+s.Height, s.Y+s.Height, s.FromY+s.FromH, s.FromY+s.FromH)
}

func percent(x float64) string { return fmt.Sprintf("%.2f%%", math.Min(100, math.Max(0, x))) }

// anchorAt returns the SVG text anchor that keeps a word at x within the
// picture.
func anchorAt(x float64) string {
	switch {
	case x > 70:
		return "end"
	case x < 30:
		return "start"
	}
	return "middle"
}

// scale maps block heights to per cents. It is linear between neighbouring
// marks h_i; a stretch gets width in proportion to √(h_i+1 − h_i + 1), because
// in most policies the vote is many times longer than all phases before it.
type scale struct {
	marks []float64
	at    []float64
}

func newScale(marks []float64) scale {
	marks = slices.Clone(marks)
	slices.Sort(marks)
	marks = slices.Compact(marks)
	if len(marks) == 1 {
		marks = append(marks, marks[0]+1)
	}
	s := scale{marks: marks, at: make([]float64, len(marks))}
	for i := 1; i < len(marks); i++ {
		s.at[i] = s.at[i-1] + math.Sqrt(marks[i]-marks[i-1]+1)
	}
	for i := range s.at {
		s.at[i] *= 100 / s.at[len(marks)-1]
	}
	return s
}

// x returns the place of a height, in per cent. The height need not be a mark.
func (s scale) x(height float64) float64 {
	i, _ := slices.BinarySearch(s.marks, height)
	i = min(max(i, 1), len(s.marks)-1)
	from, to := s.marks[i-1], s.marks[i]
	part := math.Min(1, math.Max(0, (height-from)/(to-from)))
	return s.at[i-1] + part*(s.at[i]-s.at[i-1])
}
