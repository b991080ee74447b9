// Package layers is the house rules of this module: who may import whom, and
// a few limits that keep the rooms readable.
//
// It has tests only. They parse the source in this process, because a test that
// asks the go command is served a stale answer from the test cache.
package layers
