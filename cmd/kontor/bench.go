package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"kontor/internal/bench"
	"kontor/internal/tools/db"
)

func benchCommand() *cobra.Command {
	var o bench.Options
	var engine, compare string
	var asJSON, perStep, large bool
	var percent int
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure the chain from order to cash beside a loop of bare SQL",
		Long: `Plays generated 5-line orders through all eight steps, in process, each run on a
fresh database: a SQLite file in a temporary directory, a schema of its own in a
PostgreSQL server. --database sqlite:PATH makes the files beside PATH,
--database postgres://… names the server, and each then means that engine alone.
The server may also come from --postgres, KONTOR_BENCH_POSTGRES or KONTOR_TEST_POSTGRES.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var baseline []bench.Result
			if compare != "" {
				var err error
				if baseline, err = bench.ReadFile(compare); err != nil {
					return err
				}
			}
			if err := benchPlaces(c, &o, engine); err != nil {
				return err
			}
			if large {
				return benchBig(c, o, percent, asJSON)
			}
			var shown func(bench.Result)
			if !asJSON {
				bench.WriteHead(c.OutOrStdout())
				shown = func(r bench.Result) { bench.WriteRow(c.OutOrStdout(), r, perStep) }
			}
			results, err := bench.Run(c.Context(), o, func(s string) { fmt.Fprintln(c.ErrOrStderr(), "running", s) }, shown)
			if err != nil {
				return err
			}
			if asJSON {
				err = bench.WriteJSON(c.OutOrStdout(), results)
			}
			if compare != "" {
				benchCompare(c, baseline, results, compare)
			}
			return err
		},
	}
	f := c.Flags()
	f.StringVar(&engine, "engine", "", "sqlite, postgres or both (the default)")
	f.IntSliceVar(&o.Clients, "clients", []int{1, 64}, "numbers of concurrent clients")
	f.StringSliceVar(&o.Modes, "mode", []string{bench.Gathered, bench.PerDocument}, "gathered, per-document")
	f.IntVar(&o.Lines, "lines", 0, "order lines per run (default 20,000; a fifth of it with one client)")
	f.BoolVar(&o.Hot, "hot", false, "all orders on the same 10 products and one customer")
	f.BoolVar(&o.Quick, "quick", false, "shorter runs")
	f.BoolVar(&asJSON, "json", false, "print one JSON object")
	f.BoolVar(&perStep, "steps", false, "print the waits per step, too")
	f.IntVar(&o.Top, "statements", 0, "print so many of the statements that took longest")
	f.StringVar(&o.Profile, "profile", "", "write a CPU profile of the measured part; several runs get a file each")
	f.StringVar(&compare, "compare", "", "baseline file (an earlier --json): print what got more than 15 % dearer")
	f.BoolVar(&large, "big", false, "instead, measure large orders, payments and billing runs, and reports over much data")
	f.IntVar(&percent, "percent", 100, "with --big: how large, in percent of the full sizes")
	f.StringVar(&o.Postgres, "postgres", "", "address of the PostgreSQL server")
	return c
}

// benchBig runs the large cases and prints a row for each.
func benchBig(c *cobra.Command, o bench.Options, percent int, asJSON bool) error {
	if percent < 1 {
		return fmt.Errorf("--percent must be above zero, not %d", percent)
	}
	var shown func(bench.Case)
	if !asJSON {
		bench.WriteBigHead(c.OutOrStdout())
		shown = func(x bench.Case) { bench.WriteCase(c.OutOrStdout(), x) }
	}
	cases, err := bench.RunBig(c.Context(), o, bench.BigAt(percent), func(s string) { fmt.Fprintln(c.ErrOrStderr(), "running", s) }, shown)
	if err == nil && asJSON {
		err = bench.WriteCases(c.OutOrStdout(), cases)
	}
	return err
}

// benchPlaces decides which engines run, and where.
func benchPlaces(c *cobra.Command, o *bench.Options, engine string) error {
	for _, m := range o.Modes {
		if m != bench.Gathered && m != bench.PerDocument {
			return fmt.Errorf("--mode is %s or %s, not %q", bench.Gathered, bench.PerDocument, m)
		}
	}
	for _, n := range o.Clients {
		if n < 1 {
			return fmt.Errorf("--clients must be above zero, not %d", n)
		}
	}
	at, _ := c.Flags().GetString("database")
	path, isFile := strings.CutPrefix(at, "sqlite:")
	switch {
	case isFile:
		path, _, _ = strings.Cut(path, "?")
		o.Dir, engine = filepath.Dir(path), or(engine, string(db.SQLite))
	case at != "":
		o.Postgres, engine = or(o.Postgres, at), or(engine, string(db.Postgres))
	}
	o.Postgres = or(o.Postgres, or(os.Getenv("KONTOR_BENCH_POSTGRES"), os.Getenv("KONTOR_TEST_POSTGRES")))
	switch or(engine, "both") {
	case string(db.SQLite):
		o.Engines = []db.Engine{db.SQLite}
	case string(db.Postgres):
		o.Engines = []db.Engine{db.Postgres}
		return bench.Reachable(c.Context(), o.Postgres)
	case "both":
		o.Engines = []db.Engine{db.SQLite, db.Postgres}
		if err := bench.Reachable(c.Context(), o.Postgres); err != nil {
			fmt.Fprintln(c.ErrOrStderr(), "SQLite only:", err)
			o.Engines = o.Engines[:1]
		}
	default:
		return fmt.Errorf("--engine is sqlite, postgres or both, not %q", engine)
	}
	return nil
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func benchCompare(c *cobra.Command, baseline, results []bench.Result, file string) {
	list, n := bench.Compare(baseline, results)
	for _, s := range list {
		fmt.Fprintln(c.ErrOrStderr(), "regression:", s)
	}
	fmt.Fprintf(c.ErrOrStderr(), "%d of %d runs compared with %s: %d regressions\n", n, len(results), file, len(list))
}
