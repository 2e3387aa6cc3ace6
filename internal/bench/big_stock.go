package bench

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/jackc/pgx/v5"

	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/stock"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
)

// filler writes rows that only have to be there, past the flows.
type filler struct {
	lite *sql.DB
	post *pgx.Conn
}

func (h *house) filler() (filler, error) {
	if h.admin != nil {
		return filler{post: h.admin}, nil
	}
	c, err := sql.Open("sqlite", "file:"+(&url.URL{Path: h.file}).EscapedPath()+"?_pragma=busy_timeout(10000)&_pragma=cache_size(-32768)&_pragma=temp_store(MEMORY)")
	if err != nil {
		return filler{}, err
	}
	c.SetMaxOpenConns(1) // do says BEGIN and COMMIT
	return filler{lite: c}, nil
}

func (f filler) close() {
	if f.lite != nil {
		_ = f.lite.Close()
	}
}

// do runs a statement, whose numbers and days are put into its text.
func (f filler) do(ctx context.Context, text string, args ...any) (err error) {
	text = fmt.Sprintf(text, args...)
	if f.post != nil {
		_, err = f.post.Exec(ctx, text)
	} else {
		_, err = f.lite.ExecContext(ctx, text)
	}
	return err
}

// together runs f in one transaction.
func (f filler) together(ctx context.Context, fill func() error) error {
	if err := f.do(ctx, "BEGIN"); err != nil {
		return err
	}
	if err := fill(); err != nil {
		return errors.Join(err, f.do(ctx, "ROLLBACK"))
	}
	return f.do(ctx, "COMMIT")
}

// tidy does on PostgreSQL what its autovacuum would have done meanwhile.
func (f filler) tidy(ctx context.Context) error {
	if f.post == nil {
		return nil
	}
	return f.do(ctx, "VACUUM (ANALYZE) stock_move, stock_day, stock_pot, open_item, allocation, ledger_entry, ledger_line, account_day")
}

// rollUp does what the server does every half minute, as of an instant.
func (h *house) rollUp(ctx context.Context, at time.Time) error {
	d, err := db.Open(ctx, h.dsn, db.Options{Clock: func() time.Time { return at }})
	if err != nil {
		return err
	}
	defer d.Close()
	return errors.Join(stock.RollUp(ctx, d, db.Actor{}), ledger.RollUp(ctx, d, db.Actor{}))
}

// Stock moves are spread over a year; most of them are of few products.
const (
	moveDays  = 365
	rollDays  = 30
	oftenPart = 20 // one product of so many has four fifths of the moves
)

// daysFor spreads rows over days, at least so many a day that few take few days.
func daysFor(rows, days int) int { return max(1, min(days, rows/50)) }

// fillMoves writes stock moves as a year makes them: what a pot receives one
// day leaves it on the next, so that in the end every pot has what it had.
// Roll-ups follow month by month.
func (b *big) fillMoves() error {
	b.tell("%d stock moves", b.size.Moves)
	pairs := b.size.Moves / 2
	days := daysFor(pairs, moveDays)
	var on day.Day
	for from := 0; from < days; from += rollDays {
		err := b.filler.together(b.ctx, func() error {
			for d := from; d < min(from+rollDays, days); d++ {
				on = b.today.AddDays(d - days - 1)
				if err := b.fillMovesOf(on, pairs*d/days, pairs*(d+1)/days); err != nil {
					return err
				}
			}
			return nil
		})
		if err == nil {
			err = b.house.rollUp(b.ctx, on.Time())
		}
		if err != nil {
			return err
		}
	}
	if err := b.house.rollUp(b.ctx, b.house.db.Now()); err != nil {
		return err
	}
	return b.filler.tidy(b.ctx)
}

// fillMovesOf writes what comes on one day and goes on the next, a millisecond
// apart each.
func (b *big) fillMovesOf(on day.Day, from, to int) error {
	if from == to {
		return nil
	}
	next := on.AddDays(1)
	came, went := id.At(on.Time().Add(8*time.Hour)), id.At(next.Time().Add(16*time.Hour))
	err := b.filler.do(b.ctx, `INSERT INTO stock_doc(id, kind, reference, partner, posted_on, document_on, reason, migration, tx_id)
		VALUES (%[1]d, 'receipt', 'YEAR-%[2]s', '', '%[2]s', '%[2]s', '', 0, %[1]d)`, came, on)
	if err != nil {
		return err
	}
	products := b.size.Catalog.Products
	return b.filler.do(b.ctx, `WITH RECURSIVE n(i) AS (SELECT %[1]d UNION ALL SELECT i+1 FROM n WHERE i+1<%[2]d),
		p AS (SELECT x.id, ROW_NUMBER() OVER (ORDER BY x.product_id)-1 AS k FROM stock_pot x)
		INSERT INTO stock_move(id, pot_id, kind, qty, value_amt, doc_type, doc_id, doc_line_id, valid_on, tx_id)
		SELECT s.base+(CAST(n.i AS BIGINT)-%[1]d)*2097152, p.id, s.kind, s.sign*(1+n.i%%9), s.sign*(1+n.i%%9)*150, 'stock_doc', %[3]d, 0, s.valid_on, %[3]d
		FROM n JOIN p ON p.k=CASE WHEN n.i%%5=0 THEN n.i%%%[4]d ELSE n.i%%%[5]d END
		CROSS JOIN (SELECT %[3]d AS base, 'receipt' AS kind, 1 AS sign, '%[6]s' AS valid_on UNION ALL SELECT %[7]d, 'issue', -1, '%[8]s') s`,
		from, to, came, products, max(1, products/oftenPart), on, went, next)
}

// balances measures what the pots of one product hold, now and on a past day:
// products that move often, another one each time.
func (b *big) balances() error {
	past := b.today.AddDays(-30)
	for _, c := range []struct {
		what string
		ask  func(r *db.Reader, sku string) (int, error)
	}{
		{"show the stock of one product", func(r *db.Reader, sku string) (int, error) {
			v, err := report.Stock(r, report.StockFilter{SKU: sku}, report.Page{})
			return len(v.Items), err
		}},
		{"show its stock on a past day", func(r *db.Reader, sku string) (int, error) {
			v, err := report.StockOn(r, sku, past)
			return len(v), err
		}},
	} {
		err := b.measure(Case{What: c.what, Size: b.size.Moves, Of: "moves", Runs: 9, Target: 5}, func(run int) (took time.Duration, err error) {
			err = b.house.db.Read(b.ctx, func(r *db.Reader) error {
				var pots int
				took, err = timed(func() (err error) {
					pots, err = c.ask(r, productCode(run+1))
					return err
				})
				if err == nil && pots == 0 {
					err = errors.New("there is no pot")
				}
				return err
			})
			return took, err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
