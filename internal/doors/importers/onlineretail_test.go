package importers_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"kontor/internal/doors/importers"
	"kontor/internal/formats/onlineretail"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

func rows(list ...string) string {
	return "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n" + strings.Join(list, "\n") + "\n"
}

// retail writes a file and imports it.
func retail(t *testing.T, d *db.DB, adopt, text string) *importers.OnlineRetailReport {
	t.Helper()
	file := filepath.Join(t.TempDir(), "retail.csv")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	rep, err := importers.OnlineRetail(context.Background(), flow.Open(d), []string{file}, adopt, nil)
	if err != nil {
		t.Fatal(err)
	}
	if rep.Lost != 0 || rep.Rows != rep.InvoicedRows+rep.CreditedRows+rep.HeldRows {
		t.Errorf("rows are not accounted for: %+v", rep)
	}
	return rep
}

// revenue adds the rows up that are not held, by big rationals.
func revenue(t *testing.T, file string, adopt bool) map[string]string {
	t.Helper()
	sums := map[string]*big.Int{}
	for r, err := range onlineretail.Rows(file) {
		if err != nil {
			t.Fatal(err)
		}
		if onlineretail.Reason(&r, adopt) != "" {
			continue
		}
		price, _ := new(big.Rat).SetString(r.UnitPrice)
		x := new(big.Rat).Mul(price, big.NewRat(100*max(r.Quantity, -r.Quantity), 1))
		x.Add(x, big.NewRat(1, 2)) // half away from zero
		cents := new(big.Int).Quo(x.Num(), x.Denom())
		if r.Quantity < 0 {
			cents.Neg(cents)
		}
		if sums[r.Month] == nil {
			sums[r.Month] = new(big.Int)
		}
		sums[r.Month].Add(sums[r.Month], cents)
	}
	out := map[string]string{}
	for m, v := range sums {
		out[m] = new(big.Rat).SetFrac(v, big.NewInt(100)).FloatString(2)
	}
	return out
}

// TestOnlineRetail imports the first 20,000 rows: what has no customer waits
// first and is adopted then; revenue is that of the rows, to the penny.
func TestOnlineRetail(t *testing.T) {
	source := outside(t, "uci-online-retail/online_retail_2010-12_2011-06.csv.gz")
	in, err := os.Open(source)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	z, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	lines := bufio.NewScanner(z)
	for n := 0; n <= 20000 && lines.Scan(); n++ {
		b.WriteString(lines.Text() + "\n")
	}
	file := filepath.Join(t.TempDir(), "slice.csv")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	digests := map[string]bool{}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		first := retail(t, d, "", b.String())
		if first.Rows != 20000 || first.HeldByReason[onlineretail.NoCustomer] == 0 || fmt.Sprint(first.RevenueByMonth) != fmt.Sprint(revenue(t, file, false)) {
			t.Errorf("%+v, want revenue %v", first, revenue(t, file, false))
		}
		rep := retail(t, d, "CASH", b.String())
		if rep.HeldByReason[onlineretail.NoCustomer] != 0 || rep.CreditNotes == 0 || fmt.Sprint(rep.RevenueByMonth) != fmt.Sprint(revenue(t, file, true)) {
			t.Errorf("%+v, want revenue %v", rep, revenue(t, file, true))
		}
		verified(t, d)
		before := counts(t, d)
		again := retail(t, d, "CASH", b.String())
		if fmt.Sprint(again) != fmt.Sprint(rep) {
			t.Errorf("the second run says %+v, the first %+v", again, rep)
		}
		unchanged(t, before, counts(t, d))
		digests[rep.Digest] = true
	})
	if len(digests) > 1 {
		t.Errorf("the engines have different papers: %v", digests)
	}
}

// TestCreditsAreTied looks at each way in which a credited row finds its sale.
func TestCreditsAreTied(t *testing.T) {
	text := rows(
		"1,A,Apple,10,2010-12-01 08:00:00,2.00,100,United Kingdom",
		"1,B,Bread,3,2010-12-01 08:00:00,0.125,100,United Kingdom",
		"2,A,Apple,5,2010-12-02 08:00:00,3.00,100,United Kingdom",
		"2,a,Apple,5,2010-12-02 08:00:00,3.00,100,United Kingdom", // another article
		"C3,A,Apple,-4,2010-12-03 08:00:00,2.00,100,United Kingdom",
		"C3,A,Apple,-4,2010-12-03 08:00:00,2.00,100,United Kingdom",  // the same sale again
		"C3,A,Apple,-2,2010-12-03 08:00:00,1.50,100,United Kingdom",  // below the price of the latest that is left
		"C4,A,Apple,-2,2010-12-03 09:00:00,3.10,100,United Kingdom",  // above it: the amount only
		"C4,A,Apple,-50,2010-12-03 09:00:00,2.00,100,United Kingdom", // more than was sold
		"C5,D,Damage,-1,2010-12-03 10:00:00,7.77,100,United Kingdom", // never sold
		"C6,A,Apple,-1,2010-12-04 10:00:00,2.00,200,France",          // another customer
		"C7,B,Bread,-2,2010-12-04 11:00:00,0.125,100,United Kingdom", // 0.25 of 0.38
		"8,A,Apple,30,2010-12-05 08:00:00,2.00,100,United Kingdom",   // from what came back
		"9,A,Apple,1,2010-12-05 09:00:00,2.00,,United Kingdom",       // nobody's
		"9,A,Apple,x,2010-12-05 09:00:00,2.00,100,United Kingdom",    // unreadable
		"C10,E,Nothing,-1,2010-12-05 10:00:00,0.001,100,United Kingdom",
	)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rep := retail(t, d, "", text)
		if rep.Invoices != 3 || rep.CreditNotes != 5 || rep.InvoicedRows != 5 || rep.CreditedRows != 8 || rep.HeldByReason["credit-note.exceeds"] != 1 || rep.HeldRows != 3 {
			t.Errorf("%+v", rep)
		}
		if got := rep.RevenueByMonth["2010-12"]; got != "-24.84" { // 110.38 sold, 135.22 credited
			t.Errorf("revenue %s", got)
		}
		var kinds []string
		err := d.Read(context.Background(), func(r *db.Reader) error {
			return r.Each(`SELECT i.buyer_reference, l.line_no, l.billable_id<>0, l.original_line_id<>0, l.entered_qty, l.net_amt FROM invoice i JOIN invoice_line l ON l.invoice_id=i.id
				WHERE i.kind='credit_note' ORDER BY i.seq, l.line_no`, nil, nil, func(r *db.Rows) error {
				var ref, q string
				var no, net int64
				var back, tied bool
				err := r.Scan(&ref, &no, &back, &tied, &q, &net)
				how := map[[2]bool]string{{true, true}: "returned", {false, true}: "amount", {false, false}: "alone"}[[2]bool{back, tied}]
				kinds = append(kinds, fmt.Sprintf("%s/%d %s × %s = %d", ref, no, how, q, net))
				return err
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"C3/1 returned × 4 = 800", "C3/2 returned × 4 = 800", "C3/3 returned × 2 = 300", "C4/1 amount × 2 = 620", "C4/2 alone × 50 = 10000",
			"C5/1 alone × 1 = 777", "C6/1 alone × 1 = 200", "C7/1 returned × 2 = 25"}
		slices.Sort(kinds)
		if !slices.Equal(kinds, want) {
			t.Errorf("got  %q\nwant %q", kinds, want)
		}
		verified(t, d)
		before := counts(t, d)
		retail(t, d, "", text)
		unchanged(t, before, counts(t, d))
	})
}
