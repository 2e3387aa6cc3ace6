package bench

import (
	"bytes"
	"os"
	"strconv"
	"strings"
	"testing"

	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/day"
	"kontor/internal/words/money"
)

// All large cases run on both engines, tiny, and the invariants hold.
func TestRunBig(t *testing.T) {
	server := os.Getenv(dbtest.Variable)
	if err := Reachable(t.Context(), server); err != nil {
		t.Fatal(err)
	}
	o := Options{Engines: []db.Engine{db.SQLite, db.Postgres}, Dir: t.TempDir(), Postgres: server, Top: 1}
	size := Big{Lines: 10, Invoices: 10, Billables: 50, Items: 100, Moves: 2000, Catalog: Catalog{Products: 60, Customers: 5}}
	var out bytes.Buffer
	cases, err := RunBig(t.Context(), o, size, func(string) {}, func(c Case) { WriteCase(&out, c) })
	if err != nil {
		t.Fatal(err)
	}
	const each = 9
	if len(cases) != 2*each {
		t.Fatalf("%d cases:\n%s", len(cases), out.String())
	}
	for i, c := range cases {
		if c.Engine != o.Engines[i/each] || c.What != cases[i%each].What || c.Median <= 0 || c.Runs < 1 || len(c.Statements) != 1 {
			t.Errorf("%+v", c)
		}
	}
	if n := strings.Count(out.String(), " calls  "); n != len(cases) {
		t.Errorf("%d statements are printed:\n%s", n, out.String())
	}
}

// What a product's stock was on a past day is the same from the sums per day
// and from all moves of the journal.
func TestFilledMovesAddUp(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := Options{Dir: t.TempDir(), Postgres: os.Getenv(dbtest.Variable)}
			b := &big{ctx: t.Context(), options: o, engine: e, size: Big{Moves: 3000, Catalog: Catalog{Products: 8, Customers: 1}}, say: func(string) {}}
			if err := b.open(); err != nil {
				t.Fatal(err)
			}
			defer b.close()
			if err := b.fillMoves(); err != nil {
				t.Fatal(err)
			}
			for _, back := range []int{0, 1, 2, 15, 31, 40} {
				compareStock(t, b, b.today.AddDays(-back))
			}
		})
	}
}

func compareStock(t *testing.T, b *big, on day.Day) {
	t.Helper()
	err := b.house.db.Read(b.ctx, func(r *db.Reader) error {
		for i := range b.size.Catalog.Products {
			var qty, value int64
			_, err := r.One(`SELECT COALESCE(SUM(m.qty), 0), COALESCE(SUM(m.value_amt), 0) FROM product a JOIN stock_pot p ON p.product_id=a.id JOIN stock_move m ON m.pot_id=p.id
				WHERE a.sku=$1 AND m.valid_on<=$2`, []any{productCode(i), string(on)}, &qty, &value)
			if err != nil {
				return err
			}
			v, err := report.StockOn(r, productCode(i), on)
			if err != nil {
				return err
			}
			if v[0].OnHand != strconv.FormatInt(qty, 10) || v[0].Value != money.Format(value, "EUR") {
				t.Errorf("%s on %s: %+v; the journal says %d worth %d", productCode(i), on, v[0], qty, value)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
