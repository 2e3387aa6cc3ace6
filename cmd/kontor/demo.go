package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
	_ "time/tzdata" // the demo company lives in its own time zone, wherever it runs

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"kontor/internal/app"
	"kontor/internal/doors/web"
	"kontor/internal/rooms/access"
	"kontor/internal/rooms/company"
	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/stock"
	"kontor/internal/sim"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
)

// demoLabel marks the tokens of the demo. A database that has one is complete:
// the first is granted when the company's history has been played to its end.
const demoLabel = "demo"

// demo is one call of the command.
type demo struct {
	dsn     string
	opt     sim.Options
	fresh   bool
	json    bool
	serves  bool
	listen  string
	named   bool         // the caller chose where to listen
	door    net.Listener // nil when nothing is served
	out     io.Writer    // what was asked for
	talk    io.Writer    // what a person wants to know meanwhile
	stats   *sim.Stats
	seconds float64
	people  []web.Role // one for each role, with a link
	tour    string     // link of the tour's guest
}

func demoCommand() *cobra.Command {
	var d demo
	var noServe bool
	c := &cobra.Command{
		Use:   "demo",
		Short: "Make a sample company with a year of trade, and serve it",
		Long: "Make a sample company with a year of trade, and serve it.\n\nThe company, its customers and its goods are invented; every order, shipment, invoice and\n" +
			"payment went through the same business steps as yours would. --database names another\nfile than demo.db, or an empty PostgreSQL schema; KONTOR_DATABASE is not looked at. A second\nstart serves the company that is there; --fresh makes a new one.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			d.dsn, _ = c.Flags().GetString("database")
			if d.dsn == "" {
				d.dsn = "sqlite:demo.db"
			}
			d.named = c.Flags().Changed("listen")
			d.serves, d.out, d.talk = !noServe, c.OutOrStdout(), c.ErrOrStderr()
			return d.run(c.Context())
		},
	}
	f := c.Flags()
	f.IntVar(&d.opt.Days, "days", 365, "days of trade, up to today")
	f.Uint64Var(&d.opt.Seed, "seed", 7, "another number makes another history")
	f.StringVar(&d.listen, "listen", "127.0.0.1:8080", "address and port; port 0 takes a free one")
	f.BoolVar(&d.fresh, "fresh", false, "throw the demo company in the SQLite file away and make a new one")
	f.BoolVar(&noServe, "no-serve", false, "make the company, print its summary and end")
	f.BoolVar(&d.json, "json", false, "print one JSON object in place of the tables")
	return c
}

func (d *demo) run(ctx context.Context) error {
	if d.opt.Days < 1 || d.opt.Days > 730 {
		return fmt.Errorf("--days is between 1 and 730, not %d", d.opt.Days)
	}
	if err := d.reserve(); err != nil {
		return err
	}
	if d.door != nil {
		defer d.door.Close()
	}
	there, err := d.look(ctx)
	if err != nil {
		return err
	}
	if there && d.fresh {
		if err := d.remove(); err != nil {
			return err
		}
		there = false
	}
	if there {
		fmt.Fprintf(d.talk, "the demo company is there already, in %s; --fresh makes a new one\n", shown(d.dsn))
	} else if err := d.make(ctx); err != nil {
		return err
	}
	a, err := app.Open(ctx, d.dsn, db.Options{})
	if err != nil {
		return err
	}
	defer a.Close()
	full, read, err := d.tokens(ctx, a)
	if err == nil && d.serves {
		d.people, err = staff(ctx, a)
		if err == nil {
			d.tour, err = guest(ctx, a)
		}
	}
	if err != nil {
		return err
	}
	v, err := d.view(ctx, a)
	if err != nil {
		return err
	}
	if err := d.show(v, full, read); err != nil || !d.serves {
		return err
	}
	a.Work(ctx, false)
	return answer(ctx, a, d.door, front{web: web.Options{Demo: d.people, Tour: d.tour}})
}

// reserve takes the port before the work, not after. When nobody named one and
// the usual one is taken, any free one will do.
func (d *demo) reserve() (err error) {
	if !d.serves {
		return nil
	}
	d.door, err = net.Listen("tcp", d.listen)
	if err != nil && !d.named {
		fmt.Fprintf(d.talk, "%s is taken, so another port is used; --listen chooses one\n", d.listen)
		d.door, err = net.Listen("tcp", "127.0.0.1:0")
	}
	if err != nil {
		return fmt.Errorf("%w; choose another port with --listen", err)
	}
	d.listen = d.door.Addr().String()
	return nil
}

// look tells whether the demo company is in the database. It refuses one that
// holds anything else.
func (d *demo) look(ctx context.Context) (bool, error) {
	if p, ok := file(d.dsn); ok {
		if _, err := os.Stat(p); errors.Is(err, os.ErrNotExist) {
			return false, nil
		}
	}
	a, err := app.Open(ctx, d.dsn, db.Options{})
	if err != nil {
		return false, err
	}
	defer a.Close()
	var name string
	complete := false
	err = a.DB.Read(ctx, func(r *db.Reader) error {
		c, err := company.Load(r)
		if f, ok := fault.Of(err); ok && f.Code == company.ErrMissing.Code {
			return nil
		}
		if err != nil {
			return err
		}
		name = c.Name
		tokens, err := access.List(r)
		for _, t := range tokens {
			complete = complete || t.Label == demoLabel
		}
		return err
	})
	switch {
	case err != nil:
		return false, err
	case name == sim.Name && complete:
		return true, nil
	case name == sim.Name:
		return false, fmt.Errorf("%s holds a demo company that was not finished; give an empty schema with --database", shown(d.dsn))
	case name != "":
		return false, fmt.Errorf("%s holds the books of %q, which is no demo; choose another --database", shown(d.dsn), name)
	}
	return false, nil
}

// afternoon is when the company stops, with work lying open: now, or before noon
// the afternoon before, since nobody has done much yet.
func afternoon(now time.Time) time.Time {
	zone, err := time.LoadLocation(sim.Zone)
	if err != nil {
		return now
	}
	at := now.In(zone)
	if at.Hour() >= 12 {
		return now
	}
	return time.Date(at.Year(), at.Month(), at.Day()-1, 16, 0, 0, 0, zone)
}

// make founds the company and plays its history. A SQLite file is made beside
// its place and moved there when it is complete.
func (d *demo) make(ctx context.Context) error {
	began := time.Now()
	dsn := d.dsn
	p, isFile := file(d.dsn)
	if isFile {
		dsn = "sqlite:" + p + ".part"
		removeFile(p + ".part")
	}
	d.opt.End = afternoon(began)
	clock := sim.NewClock(d.opt)
	a, err := app.Open(ctx, dsn, db.Options{Clock: clock.Now, Draft: isFile})
	if err != nil {
		return err
	}
	fmt.Fprintf(d.talk, "%s is founded and trades for %d days …\n", sim.Name, d.opt.Days)
	tell, end := d.meter(began)
	stats, err := sim.Run(ctx, a.Office, clock, d.opt, tell)
	end()
	if err == nil {
		_, err = event.Sequence(ctx, a.DB)
	}
	if err == nil { // what the server sums up in the background, so that its first pages are quick
		who := db.Actor{ID: access.System}
		err = errors.Join(stock.RollUp(ctx, a.DB, who), ledger.RollUp(ctx, a.DB, who))
	}
	if err == nil {
		_, _, err = d.tokens(ctx, a)
	}
	a.Close()
	if err != nil && ctx.Err() != nil {
		err = errors.New("the company was not finished: call kontor demo again")
		if !isFile {
			err = errors.New("the company was not finished: call kontor demo again with another, empty schema")
		}
	}
	if err != nil && isFile {
		_ = removeFile(p + ".part") // of no use; the next start would remove it, too
	}
	if err != nil {
		return err
	}
	if isFile {
		if err := flushed(p + ".part"); err != nil {
			return err
		}
		if err := os.Rename(p+".part", p); err != nil {
			return err
		}
		removeFile(p + ".part")
	}
	d.stats, d.seconds = &stats, float64(time.Since(began).Milliseconds())/1000
	fmt.Fprintf(d.talk, "ready after %.1f s: %d steps in %s\n", d.seconds, stats.Steps, shown(d.dsn))
	return nil
}

// meter shows a bar on a terminal, and a line for each month elsewhere.
func (d *demo) meter(began time.Time) (tell sim.Progress, end func()) {
	if terminal(d.talk) {
		bar := progressbar.NewOptions(d.opt.Days, progressbar.OptionSetWriter(d.talk), progressbar.OptionSetDescription("trading"), progressbar.OptionShowCount(), progressbar.OptionSetItsString("days"),
			progressbar.OptionThrottle(80*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))
		return func(done, _ int, _ day.Day) { _ = bar.Set(done) }, func() { _ = bar.Clear() }
	}
	month := day.Month("")
	return func(done, total int, on day.Day) {
		if month != on.Month() && month != "" {
			past := time.Since(began).Seconds()
			fmt.Fprintf(d.talk, "  %s is over: %d of %d days, %.1f s, about %.0f s to go\n", month, done, total, past, past*float64(total-done)/float64(done))
		}
		month = on.Month()
	}, func() {}
}

// tokens makes a new pair: the old ones cannot be shown again.
func (d *demo) tokens(ctx context.Context, a *app.App) (full, read string, err error) {
	full, read = access.NewToken(), access.NewToken()
	err = a.DB.Write(ctx, db.Actor{ID: access.Demo}, func(tx *db.Tx) error {
		u, err := access.User(tx, "demo", "person")
		if err != nil {
			return err
		}
		access.Grant(tx, u, full, access.Full, demoLabel)
		access.Grant(tx, u, read, access.Read, demoLabel)
		return nil
	})
	return full, read, err
}

// colleagues are the people of the sample company, one for each role.
var colleagues = [][2]string{{"service", "Katrin Moll"}, {"planner", "Jens Ahrens"}, {"warehouse", "Tomasz Nowak"}, {"billing", "Lena Fischer"}, {"receivables", "Jonas Peters"},
	{"credit", "Anna Weber"}, {"controller", "Marie Lindqvist"}, {"admin", "Ben Okafor"}, {"head", "Ruth Hallmoor"}}

// staff makes sure that they are there, and gives each a new link.
func staff(ctx context.Context, a *app.App) ([]web.Role, error) {
	var out []web.Role
	err := a.DB.Write(ctx, db.Actor{ID: access.Demo}, func(tx *db.Tx) error {
		out = nil
		for _, c := range colleagues {
			role, _ := access.RoleOf(c[0])
			user, err := access.Invite(tx, c[1], strings.ToLower(strings.ReplaceAll(c[1], " ", "."))+"@hallmoor.example", c[0])
			if err != nil {
				return err
			}
			out = append(out, web.Role{Name: role.Name, Who: c[1], Path: "/enter/" + access.Link(tx, user, access.ForDemo, 30*24*time.Hour)})
		}
		return nil
	})
	return out, err
}

// guest makes sure that somebody is there who may take the guided tour alone: he
// has the roles that a company of people keeps apart.
func guest(ctx context.Context, a *app.App) (path string, err error) {
	err = a.DB.Write(ctx, db.Actor{ID: access.Demo}, func(tx *db.Tx) error {
		user, err := access.Invite(tx, "Guest of the tour", "tour@hallmoor.example", "service", "warehouse", "billing", "receivables")
		if err == nil {
			path = "/enter/" + access.Link(tx, user, access.ForDemo, 30*24*time.Hour)
		}
		return err
	})
	return path, err
}

// remove deletes the file, of which look has said that it is a demo's.
func (d *demo) remove() error {
	p, ok := file(d.dsn)
	if !ok {
		return errors.New("--fresh removes SQLite files only; give an empty schema with --database")
	}
	return removeFile(p)
}

// flushed waits until a file is on the disk.
func flushed(p string) error {
	f, err := os.OpenFile(p, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func removeFile(p string) error {
	for _, tail := range []string{"-wal", "-shm"} {
		_ = os.Remove(p + tail) // mostly not there
	}
	if err := os.Remove(p); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// file gives the path of a SQLite address.
func file(dsn string) (string, bool) {
	p, ok := strings.CutPrefix(dsn, "sqlite:")
	p, _, _ = strings.Cut(p, "?")
	return p, ok
}

// shown is an address as it may be printed.
func shown(dsn string) string {
	if p, ok := file(dsn); ok {
		return p
	}
	return "the PostgreSQL database"
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// show prints what was asked for: the object, or the tables and where to go.
func (d *demo) show(v *demoView, full, read string) error {
	v.Stats, v.Seconds, v.Database = d.stats, d.seconds, shown(d.dsn)
	v.Tokens.Full, v.Tokens.Read = full, read
	if d.serves {
		v.Docs, v.OpenAPI = "http://"+d.listen+"/docs", "http://"+d.listen+"/openapi.json"
	}
	if d.json {
		return json.NewEncoder(d.out).Encode(v)
	}
	if d.serves {
		v.guide(d.out, "http://"+d.listen, d.people)
		return nil
	}
	v.write(d.out, terminal(d.out))
	fmt.Fprintln(d.out, "\nkontor demo serves it; kontor verify --database sqlite:FILE checks its books.")
	return nil
}
