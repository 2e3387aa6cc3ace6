package importers

import (
	"fmt"
	"io"
	"sort"

	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/dec"
	"kontor/internal/words/money"
)

// Measure is what the caller measured of a run.
type Measure struct {
	Seconds float64
	Memory  int64 // bytes, at the peak
}

// AdventureWorksReport is the closing report, read from the papers and books.
type AdventureWorksReport struct {
	Orders             int64   `json:"orders"`
	Lines              int64   `json:"lines"`
	Units              int64   `json:"units"`
	Net                string  `json:"net"`
	Tax                string  `json:"tax"`
	Freight            string  `json:"freight"`
	Gross              string  `json:"gross"`
	Invoices           int64   `json:"invoices"`
	FirstInvoice       string  `json:"first_invoice"`
	LastInvoice        string  `json:"last_invoice"`
	ReceivableOpen     string  `json:"receivable_open"`
	TrialBalance       string  `json:"trial_balance"`
	Held               int64   `json:"held"`
	Lost               int64   `json:"lost"`
	MigrationReceipts  int64   `json:"migration_receipts"`
	RoundingDifference string  `json:"rounding_difference"`
	Seconds            float64 `json:"seconds"`
	LinesPerSecond     float64 `json:"lines_per_second"`
	PeakMemoryBytes    int64   `json:"peak_memory_bytes"`
	Digest             string  `json:"digest"`

	migrationUnits int64
	balanced       bool
}

func (h *history) report() (*AdventureWorksReport, error) {
	var v *report.ImportedOrders
	out := &AdventureWorksReport{}
	err := h.DB.Read(h.ctx, func(r *db.Reader) error {
		var err error
		if v, err = report.Imported(r, awSource); err != nil {
			return err
		}
		out.Digest, err = report.InvoiceDigest(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	f := func(n int64) string { return money.Format(n, v.Currency) }
	out.Orders, out.Lines, out.Units, out.Net, out.Tax, out.Freight, out.Gross = v.Orders, v.Lines, v.Units, f(v.Net), f(v.Tax), f(v.Freight), f(v.Gross)
	out.Invoices, out.FirstInvoice, out.LastInvoice, out.ReceivableOpen, out.TrialBalance = v.Invoices, v.First, v.Last, f(v.Open), f(v.TrialBalance)
	out.Held, out.MigrationReceipts, out.migrationUnits, out.balanced = v.Refused+v.Held, v.Migrations, v.MigrationUnits, v.TrialBalance == 0
	out.Lost = -v.Lines
	for _, j := range h.jobs {
		if j.status != held && j.status != refused {
			out.Lost += int64(j.lines)
		}
	}
	charged := dec.FromInt(0)
	for _, o := range h.set.Orders() {
		charged = charged.Add(dec.Must(o.Total))
	}
	diff, _ := dec.FromUnits(v.Gross, v.Currency.Decimals()).Sub(charged).Round(4)
	out.RoundingDifference = dec.FromUnits(diff, 4).String()
	return out, nil
}

// Wrong tells that something was lost or does not balance.
func (r *AdventureWorksReport) Wrong() bool { return r.Lost != 0 || !r.balanced }

// Took puts in what the caller measured.
func (r *AdventureWorksReport) Took(m Measure) {
	r.Seconds, r.PeakMemoryBytes, r.LinesPerSecond = m.Seconds, m.Memory, rate(r.Lines, m.Seconds)
}

func rate(n int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(int64(float64(n)/seconds*10)) / 10
}

// Write prints the report for people.
func (r *AdventureWorksReport) Write(w io.Writer) {
	fmt.Fprintf(w, `AdventureWorks
  orders        %d with %d lines, %d units; %d wait in the exception queue, %d lines lost
  invoices      %d, %s to %s
  line nets     %s
  freight       %s
  tax           %s
  gross         %s (rounding difference to the file's four decimals: %s)
  receivables   %s open, trial balance %s
  stock         %d receipts marked migration, of %d units, where no supply covered a shipment
  digest        %s
  %.1f s, %.0f lines/s, %d MiB at the peak
`, r.Orders, r.Lines, r.Units, r.Held, r.Lost, r.Invoices, r.FirstInvoice, r.LastInvoice, r.Net, r.Freight, r.Tax, r.Gross, r.RoundingDifference, r.ReceivableOpen, r.TrialBalance,
		r.MigrationReceipts, r.migrationUnits, r.Digest, r.Seconds, r.LinesPerSecond, r.PeakMemoryBytes>>20)
}

// OnlineRetailReport is the closing report: every row of the files is in it.
type OnlineRetailReport struct {
	Rows           int64             `json:"rows"`
	InvoicedRows   int64             `json:"invoiced_rows"`
	CreditedRows   int64             `json:"credited_rows"`
	HeldRows       int64             `json:"held_rows"`
	HeldByReason   map[string]int64  `json:"held_by_reason"`
	Invoices       int64             `json:"invoices"`
	CreditNotes    int64             `json:"credit_notes"`
	RevenueByMonth map[string]string `json:"revenue_by_month"`
	Lost           int64             `json:"lost"`
	Seconds        float64           `json:"seconds"`
	RowsPerSecond  float64           `json:"rows_per_second"`
	Digest         string            `json:"digest"`
}

// Wrong tells that rows are not accounted for.
func (r *OnlineRetailReport) Wrong() bool { return r.Lost != 0 }

// Took puts in what the caller measured.
func (r *OnlineRetailReport) Took(m Measure) {
	r.Seconds, r.RowsPerSecond = m.Seconds, rate(r.Rows, m.Seconds)
}

// Write prints the report for people.
func (r *OnlineRetailReport) Write(w io.Writer) {
	fmt.Fprintf(w, `Online Retail
  rows          %d = %d invoiced + %d credited + %d held; %d lost
  papers        %d invoices, %d credit notes
`, r.Rows, r.InvoicedRows, r.CreditedRows, r.HeldRows, r.Lost, r.Invoices, r.CreditNotes)
	for _, k := range sorted(r.HeldByReason) {
		fmt.Fprintf(w, "  held          %7d  %s\n", r.HeldByReason[k], k)
	}
	for _, m := range sorted(r.RevenueByMonth) {
		fmt.Fprintf(w, "  revenue       %s  %s\n", m, r.RevenueByMonth[m])
	}
	fmt.Fprintf(w, "  digest        %s\n  %.1f s, %.0f rows/s\n", r.Digest, r.Seconds, r.RowsPerSecond)
}

func sorted[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
