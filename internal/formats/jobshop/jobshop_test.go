package jobshop

import (
	"os"
	"strings"
	"testing"

	"kontor/internal/words/fault"
)

const sharedFile = "../../../../shared/data/job-shop/instances_orlib.txt"

func TestTheLibraryIsReadWhole(t *testing.T) {
	f, err := os.Open(sharedFile)
	if err != nil {
		t.Skipf("the shared data is not here: %v", err)
	}
	defer f.Close()
	all, err := Read(f)
	if err != nil {
		t.Fatal(err)
	}
	names, steps, minutes := map[string]bool{}, 0, int64(0)
	for _, one := range all {
		names[one.Name] = true
		for j, route := range one.Jobs {
			seen := map[int]bool{}
			for _, s := range route {
				seen[s.Machine] = true
				steps++
				minutes += s.Minutes
			}
			if len(seen) != one.Machines {
				t.Errorf("%s: job %d visits %d of %d machines", one.Name, j, len(seen), one.Machines)
			}
		}
	}
	t.Logf("%d instances, %d steps, %d units of time", len(names), steps, minutes)
	if len(all) != 82 || len(names) != 82 {
		t.Errorf("%d instances with %d names, want 82", len(all), len(names))
	}
}

const small = `+++
 instance two
 +++
 two jobs
 2 2
 1 5 0 3
 0 2 1 4
`

func TestASmallTextIsRead(t *testing.T) {
	all, err := Read(strings.NewReader("talk\n" + small))
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	one := all[0]
	if one.Name != "two" || one.About != "two jobs" || one.Machines != 2 || one.Jobs[0][0] != (Step{1, 5}) || one.Jobs[1][1] != (Step{1, 4}) {
		t.Errorf("%+v", one)
	}
}

func TestBrokenTextsAreRefused(t *testing.T) {
	for _, c := range [][2]string{
		{"2 2\n", "2 x\n"}, {"2 2\n", "0 2\n"}, {"2 2\n", "2\n"}, {"2 2\n", "3 2\n"},
		{"1 5 0 3", "1 5 0"}, {"1 5 0 3", "1 5 2 3"}, {"1 5 0 3", "1 5 0 -3"}, {"1 5 0 3", "1 5 -1 3"}, {"1 5 0 3", "1 5 0 9999999"},
		{" two jobs\n 2 2\n 1 5 0 3\n 0 2 1 4\n", ""},
	} {
		text := strings.Replace(small, c[0], c[1], 1)
		_, err := Read(strings.NewReader(text))
		if f, ok := fault.Of(err); !ok || f.Code != Malformed.Code || f.Figures["line"] == "" {
			t.Errorf("%q for %q: %v", c[1], c[0], err)
		}
	}
}
