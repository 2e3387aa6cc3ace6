package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"kontor/internal/bench"
	"kontor/internal/tools/db"
)

// benchFlags are what to measure, and how to show it.
type benchFlags struct {
	bench.Options
	engine, compare       string
	http, asJSON, perStep bool
	growth                int
	large                 bool
	percent               int // of the large cases' full sizes
	byPage                bool
	days                  int // of trade behind the pages
}

func benchCommand() *cobra.Command {
	var b benchFlags
	c := &cobra.Command{
		Use:   "bench",
		Short: "Measure the chain from order to cash beside a loop of bare SQL",
		Long: `Plays generated 5-line orders through all eight steps, in process, each run on a
fresh database: a SQLite file in a temporary directory, a schema of its own in a
PostgreSQL server. --database sqlite:PATH makes the files beside PATH,
--database postgres://… names the server, and each then means that engine alone.
The server may also come from --postgres, KONTOR_BENCH_POSTGRES or KONTOR_TEST_POSTGRES.

--http sends every step to the HTTP API of this process over the loopback; the
clients and the server's background workers count. --processes starts so many
"kontor serve" on one PostgreSQL and spreads the clients over them; with several
numbers it prints the ratio of their speeds, of the median when a number comes
again: --processes 1,2,1,2,1,2. --growth keeps one database and prints how the
cost of a line changes while it grows; a million lines take about 3 GB as a
SQLite file and 6 GB in PostgreSQL.`,
		Example: `  kontor bench --quick
  kontor bench --http --mode gathered --clients 64
  kontor bench --processes 1,2 --clients 64
  kontor bench --growth 1000000 --engine sqlite`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if err := b.settle(c); err != nil {
				return err
			}
			switch {
			case b.byPage:
				return b.pages(c)
			case b.large:
				return b.big(c)
			case b.growth > 0:
				return b.grow(c)
			}
			return b.run(c)
		},
	}
	b.declare(c)
	return c
}

func (b *benchFlags) declare(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&b.engine, "engine", "", "sqlite, postgres or both (the default)")
	f.IntSliceVar(&b.Clients, "clients", []int{1, 64}, "numbers of concurrent clients; 64 alone with --processes and --growth")
	f.StringSliceVar(&b.Modes, "mode", []string{bench.Gathered, bench.PerDocument}, "gathered, per-document; gathered alone with --growth, none with --http and --processes")
	f.BoolVar(&b.http, "http", false, "through the HTTP API, client and server in this process; a --mode named as well runs beside it")
	f.IntSliceVar(&b.Processes, "processes", nil, "numbers of serve processes on one PostgreSQL, with clients that call them by HTTP")
	f.IntVar(&b.growth, "growth", 0, "play until so many lines are in one database, with a row at 10,000, 20,000, 50,000, 100,000 and so on")
	f.IntVar(&b.Lines, "lines", 0, "order lines per run (default 20,000; a fifth of it with one client)")
	f.BoolVar(&b.Hot, "hot", false, "all orders on the same 10 products and one customer")
	f.BoolVar(&b.Quick, "quick", false, "shorter runs")
	f.BoolVar(&b.asJSON, "json", false, "print one JSON object")
	f.BoolVar(&b.perStep, "steps", false, "print the waits per step, too")
	f.IntVar(&b.Top, "statements", 0, "print so many of the statements that took longest in this process")
	f.StringVar(&b.Profile, "profile", "", "write a CPU profile of this process over the measured part; several runs get a file each")
	f.StringVar(&b.compare, "compare", "", "baseline file (an earlier --json): print what got more than 15 % dearer")
	f.BoolVar(&b.large, "big", false, "instead, measure large orders, payments and billing runs, and reports over much data")
	f.IntVar(&b.percent, "percent", 100, "with --big: how large, in percent of the full sizes")
	f.BoolVar(&b.byPage, "pages", false, "instead, ask for every page of a sample company as each of its people, and print server times and bytes")
	f.IntVar(&b.days, "days", 365, "with --pages: days of trade")
	f.StringVar(&b.Postgres, "postgres", "", "address of the PostgreSQL server")
	for _, other := range []string{"lines", "quick", "steps", "statements", "profile", "compare"} {
		c.MarkFlagsMutuallyExclusive("growth", other)
	}
}

// run measures and prints a row for each run.
func (b *benchFlags) run(c *cobra.Command) error {
	var baseline []bench.Result
	if b.compare != "" {
		var err error
		if baseline, err = bench.ReadFile(b.compare); err != nil {
			return err
		}
	}
	out := c.OutOrStdout()
	var shown func(bench.Result)
	if !b.asJSON {
		bench.WriteHead(out)
		shown = func(r bench.Result) { bench.WriteRow(out, r, b.perStep) }
	}
	results, err := bench.Run(c.Context(), b.Options, benchTalk(c), shown)
	if err != nil {
		return err
	}
	scaling := bench.Scale(results)
	if b.asJSON {
		err = bench.WriteJSON(out, bench.File{Results: results, Scaling: scaling})
	} else {
		bench.WriteScaling(out, scaling)
	}
	if b.compare != "" {
		benchCompare(c, baseline, results, b.compare)
	}
	return err
}

// grow lets databases grow and prints a row for each mark.
func (b *benchFlags) grow(c *cobra.Command) error {
	out := c.OutOrStdout()
	shown := func(bench.Growth, bench.Window) {}
	if !b.asJSON {
		bench.WriteGrowthHead(out)
		shown = func(g bench.Growth, v bench.Window) { bench.WriteWindow(out, g, v) }
	}
	all, err := bench.Grow(c.Context(), b.Options, b.growth, benchTalk(c), shown)
	if err != nil {
		return err
	}
	if b.asJSON {
		return bench.WriteJSON(out, bench.File{Growth: all})
	}
	for _, g := range all {
		bench.WriteGrowth(out, g)
	}
	return nil
}

func benchTalk(c *cobra.Command) func(string) {
	return func(s string) { fmt.Fprintln(c.ErrOrStderr(), "running", s) }
}

// settle checks the flags and fills in what depends on others.
func (b *benchFlags) settle(c *cobra.Command) error {
	for _, m := range b.Modes {
		if m != bench.Gathered && m != bench.PerDocument {
			return fmt.Errorf("--mode is %s or %s, not %q; --http is a flag of its own", bench.Gathered, bench.PerDocument, m)
		}
	}
	for _, n := range b.Clients {
		if n < 1 {
			return fmt.Errorf("--clients must be above zero, not %d", n)
		}
	}
	for _, n := range b.Processes {
		if n < 1 {
			return fmt.Errorf("--processes must be above zero, not %d", n)
		}
	}
	if c.Flags().Changed("growth") && b.growth < leastGrowth {
		return fmt.Errorf("--growth must be %d lines at least, not %d", leastGrowth, b.growth)
	}
	b.fill(c.Flags().Changed)
	b.Doors = benchDoors(c.ErrOrStderr())
	if len(b.Processes) > 0 && b.engine == "" {
		b.engine = string(db.Postgres)
	}
	if err := benchPlaces(c, &b.Options, b.engine); err != nil {
		return err
	}
	if len(b.Processes) > 0 && slices.Contains(b.Engines, db.SQLite) {
		return errors.New("--processes needs PostgreSQL alone: a SQLite file belongs to one process; add --engine postgres")
	}
	return nil
}

// leastGrowth leaves something to measure behind the orders that warm up.
const leastGrowth = 1000

// fill replaces defaults that would not fit beside --http, --processes and --growth.
func (b *benchFlags) fill(named func(flag string) bool) {
	if !named("mode") {
		switch {
		case b.http || len(b.Processes) > 0:
			b.Modes = nil
		case b.growth > 0:
			b.Modes = []string{bench.Gathered}
		}
	}
	if b.http {
		b.Modes = append(b.Modes, bench.HTTP)
	}
	if !named("clients") && (b.growth > 0 || len(b.Processes) > 0) {
		b.Clients = []int{64}
	}
}

// benchPlaces decides which engines run, and where.
func benchPlaces(c *cobra.Command, o *bench.Options, engine string) error {
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

// big runs the large cases and prints a row for each.
func (b *benchFlags) big(c *cobra.Command) error {
	if b.percent < 1 {
		return fmt.Errorf("--percent must be above zero, not %d", b.percent)
	}
	var shown func(bench.Case)
	if !b.asJSON {
		bench.WriteBigHead(c.OutOrStdout())
		shown = func(x bench.Case) { bench.WriteCase(c.OutOrStdout(), x) }
	}
	cases, err := bench.RunBig(c.Context(), b.Options, bench.BigAt(b.percent), func(s string) { fmt.Fprintln(c.ErrOrStderr(), "running", s) }, shown)
	if err == nil && b.asJSON {
		err = bench.WriteCases(c.OutOrStdout(), cases)
	}
	return err
}
