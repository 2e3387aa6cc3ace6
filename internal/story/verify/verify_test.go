package verify

import (
	"bytes"
	"strings"
	"testing"

	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

func run(t *testing.T, d *db.DB) Report {
	t.Helper()
	calls, last := 0, 0
	r, err := Run(t.Context(), d, func(done, total int) {
		if done != calls || total != len(all()) {
			t.Errorf("progress(%d, %d) at call %d", done, total, calls)
		}
		calls, last = calls+1, done
	})
	if err != nil {
		t.Fatal(err)
	}
	if last != len(all()) || len(r.Checks) != last {
		t.Errorf("%d checks of %d, progress ended at %d", len(r.Checks), len(all()), last)
	}
	return r
}

func text(t *testing.T, r Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNames(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range all() {
		if seen[c.id] {
			t.Errorf("%s stands twice", c.id)
		}
		seen[c.id] = true
		area, name, ok := strings.Cut(c.id, ".")
		if !ok || area == "" || name == "" || strings.ToLower(name) != name {
			t.Errorf("%q is not an id", c.id)
		}
		if c.title == "" || strings.HasSuffix(c.title, ".") || strings.ToUpper(c.title[:1]) != c.title[:1] {
			t.Errorf("%s: the title %q", c.id, c.title)
		}
		if c.run == nil {
			if s, err := parseSay(c.say); err != nil || len(s.verbs) == 0 {
				t.Errorf("%s says %q: %v", c.id, c.say, err)
			}
		}
	}
}

func TestEmpty(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		r := run(t, d)
		for _, c := range r.Checks {
			if !c.OK() || c.Count != 0 && c.ID != "INV-04.trial-balance" || c.Warned != 0 {
				t.Errorf("an empty database: %+v", c)
			}
		}
		if out := text(t, r); !strings.HasSuffix(out, ": all hold\n") {
			t.Errorf("an empty database prints\n%s", out)
		}
	})
}

func TestCoherent(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		fixture(t, d)
		r := run(t, d)
		for _, c := range r.Checks {
			if !c.OK() || c.Warned != 0 {
				t.Errorf("%s: %d bad, %d odd of %d: %q %q", c.ID, c.Bad, c.Warned, c.Count, c.First, c.Warnings)
			}
		}
		if !r.OK() || len(r.Bad()) != 0 {
			t.Error("the report is not ok")
		}
		if testing.Verbose() {
			t.Log("\n" + text(t, r))
		}
	})
}
