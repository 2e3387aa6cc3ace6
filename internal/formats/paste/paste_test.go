package paste

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func TestRowsAreReadAsTheyComeOutOfSpreadsheets(t *testing.T) {
	for name, x := range map[string]struct {
		text string
		want string
		rows []Row
	}{
		"tabs with a German head": {"Pos\tArtikel-Nr.\tBezeichnung\tMenge\tME\tLiefertermin\tPreis\n1\tPMP-1\tPumpe, groß\t1.000\tStk\t1.12.2026\t1.234,50\n2\tPMP-2\t\"Ventil \"\"DN 50\"\"\"\t2,5\tm\t1.2.\t",
			"[ item  qty unit wished price]", []Row{{"PMP-1", "1000", "Stk", "2026-12-01", "1234.50"}, {"PMP-2", "2.5", "m", "2027-02-01", ""}}},
		"tabs with an English head": {"Item no.\tDescription\tQuantity\tUnit price (EUR)\tDelivery date\nA-1\tPump\t1,000\t12.50\t12/24/2026\nA-2\tValve\t24\t€3.00\t3/4/2027",
			"[item  qty price wished]", []Row{{"A-1", "1000", "", "2026-12-24", "12.50"}, {"A-2", "24", "", "2027-03-04", "3.00"}}},
		"semicolons without a head": {"PMP-1;24;1 Dec 2026\nPMP-2;36;", "[item qty wished]", []Row{{"PMP-1", "24", "", "2026-12-01", ""}, {"PMP-2", "36", "", "", ""}}},
		"several blanks":            {"PMP-1   Gear pump 200   24 pcs\nPMP-2   Valve   12 box", "[item  qty]", []Row{{"PMP-1", "24", "pcs", "", ""}, {"PMP-2", "12", "box", "", ""}}},
		"single blanks":             {"PMP-1 24\r\nPMP-2 36\r\n\r\n", "[item qty]", []Row{{"PMP-1", "24", "", "", ""}, {"PMP-2", "36", "", "", ""}}},
		"customer's numbers":        {"10\t100234\t5\n20\t100235\t7\n30\t100239\t1", "[ item qty]", []Row{{"100234", "5", "", "", ""}, {"100235", "7", "", "", ""}, {"100239", "1", "", "", ""}}},
		"what cannot be told":       {"A-1\t1.000\t3/4/2027\nA-2\t20\t5/6/2027", "[item qty wished]", []Row{{"A-1", "1.000?", "", "3/4/2027", ""}, {"A-2", "20", "", "5/6/2027", ""}}},
		"mixed numbers":             {"A-1\t1.000\nA-2\t2,5\nA-3\t2.5", "[item qty]", []Row{{"A-1", "1.000?", "", "", ""}, {"A-2", "2.5", "", "", ""}, {"A-3", "2.5", "", "", ""}}},
		"a remark among rows":       {"A-1\t5\nsee the drawing\nA-2\t6", "[item qty]", []Row{{"A-1", "5", "", "", ""}, {"see the drawing", "", "", "", ""}, {"A-2", "6", "", "", ""}}},
		"no number is a number":     {"A-1\tfew\nA-2\t7\nA-3\t8", "[item qty]", []Row{{"A-1", "few", "", "", ""}, {"A-2", "7", "", "", ""}, {"A-3", "8", "", "", ""}}},
		"Swiss thousands":           {"A-1\t1’200.50\nA-2\t1", "[item qty]", []Row{{"A-1", "1200.50", "", "", ""}, {"A-2", "1", "", "", ""}}},
	} {
		tab := Read(x.text)
		m := tab.Guess()
		if got := fmt.Sprint(m); got != x.want {
			t.Errorf("%s: columns are %s, want %s", name, got, x.want)
		}
		if got := tab.Lines(m, "2026-11-25"); !reflect.DeepEqual(got, x.rows) {
			t.Errorf("%s:\n%+v, want\n%+v", name, got, x.rows)
		}
		var kept []string
		for i := range tab.Rows {
			kept = append(kept, tab.Text(i))
		}
		if again := Again(kept); !reflect.DeepEqual(again.Rows, tab.Rows) {
			t.Errorf("%s: kept rows are read otherwise: %q", name, again.Rows)
		}
	}
}

func TestDaysAreReadAsPeopleWriteThem(t *testing.T) {
	for s, want := range map[string]string{"2026-12-01": "2026-12-01", "1.12.": "2026-12-01", "1.12.26": "2026-12-01", "24.12.2026": "2026-12-24", "2.1.": "2027-01-02", "1. Dez": "2026-12-01", "13/4/2027": "2027-04-13", "4/4/2027": "2027-04-04",
		"3/4/2027": "", "31.2.2027": "", "32.1.": "", "soon": "", "": "", "1.13.": ""} {
		if got, _ := Day(s, "2026-11-25"); string(got) != want {
			t.Errorf("%q is %q, want %q", s, got, want)
		}
	}
}

// FuzzRead: whatever is pasted, no row is lost and nothing breaks.
func FuzzRead(f *testing.F) {
	f.Add("A\t1\nB\t2")
	f.Add("\"a\nb\";;\n;;\n1;2;3")
	f.Fuzz(func(t *testing.T, text string) {
		tab := Read(text)
		got := tab.Lines(tab.Guess(), "2026-11-25")
		if len(got) != len(tab.Rows) {
			t.Fatal("rows are lost")
		}
		for i, r := range got {
			if strings.TrimSpace(tab.Text(i)) != "" && r == (Row{}) && slicesHas(tab.Guess(), Item) && tab.Wide() == 1 {
				t.Fatalf("row %d is lost: %q", i, tab.Text(i))
			}
		}
	})
}

func slicesHas(m []Meaning, x Meaning) bool {
	for _, v := range m {
		if v == x {
			return true
		}
	}
	return false
}
