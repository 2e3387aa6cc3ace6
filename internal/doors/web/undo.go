package web

import (
	"strings"
)

// undoMark stands between what was done and where it is taken back.
const undoMark = "\n"

// undoBy tells where what this request does can be taken back: a POST there is a
// step of its own, asked for by the toast's button and the key u.
func (v *visit) undoBy(path string) { v.undo = path }

// undone is the way to take back, as it travels with what was done.
func (v *visit) undone() string {
	if v.undo == "" || strings.Contains(v.undo, undoMark) {
		return ""
	}
	return undoMark + v.undo
}

// afterwards goes back to where an undo was asked for.
func (v *visit) afterwards(done, otherwise string) page {
	back := v.came()
	if back == "" {
		back = otherwise
	}
	return onward{back, done}
}
