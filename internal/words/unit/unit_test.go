package unit

import (
	"slices"
	"testing"
)

func TestUnitsAreReadAsPeopleWriteThem(t *testing.T) {
	for written, want := range map[string]string{"Stk.": "C62", "pcs": "C62", " C62 ": "C62", "c62": "C62", "Karton": "BX", "box": "BX", "kg": "kg", "": "", "Fass": "Fass"} {
		if got := Among([]string{"C62", "BX"}, written); got != want {
			t.Errorf("%q is %q, want %q", written, got, want)
		}
	}
	if got := Among([]string{"EA"}, "Stück"); got != "EA" {
		t.Errorf("pieces that are counted in EA: %q", got)
	}
	if Codes("drawing") != nil || !slices.Equal(Codes("kgm"), []string{"KGM"}) {
		t.Error("a word is taken for a unit, or a code is not")
	}
}
