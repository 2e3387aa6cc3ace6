package main

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kontor/internal/app"
	"kontor/internal/bench"
	"kontor/internal/doors/web"
	"kontor/internal/rooms/access"
	"kontor/internal/sim"
	"kontor/internal/tools/db"
)

// thorough asks each page five times, and three of one kind as each person.
var thorough = pace{rounds: 5, kinds: 3}

// pace is how often a page is asked for, and how many pages of one kind by each person.
type pace struct{ rounds, kinds int }

// pageSpeed is what the pages of one kind cost.
type pageSpeed struct {
	Engine db.Engine `json:"engine"`
	Page   string    `json:"page"`  // the route, with the names of what is asked
	Asked  int       `json:"asked"` // addresses of that kind
	P50    float64   `json:"p50_ms"`
	P95    float64   `json:"p95_ms"`
	Max    float64   `json:"max_ms"`
	First  int       `json:"first_bytes"` // of the largest, with all files that it loads
	Later  int       `json:"later_bytes"` // of the largest, gzipped
	At     string    `json:"slowest"`     // address
	File   bool      `json:"file,omitempty"`

	took []time.Duration
	slow time.Duration
}

// pages makes a year of the sample company on each engine and asks for all pages.
func (b *benchFlags) pages(c *cobra.Command) error {
	var all []*pageSpeed
	for _, e := range b.Engines {
		fmt.Fprintf(c.ErrOrStderr(), "running pages on %s, %d days\n", e, b.days)
		err := bench.Fresh(c.Context(), b.Options, e, func(dsn string) error {
			list, err := speedOf(c.Context(), e, dsn, b.days, thorough)
			all = append(all, list...)
			return err
		})
		if err != nil {
			return err
		}
	}
	if b.asJSON {
		return json.NewEncoder(c.OutOrStdout()).Encode(all)
	}
	writePages(c.OutOrStdout(), all)
	return nil
}

// speedOf makes the company and measures its pages, the slowest kind first.
func speedOf(ctx context.Context, e db.Engine, dsn string, days int, at pace) ([]*pageSpeed, error) {
	d := demo{dsn: dsn, talk: io.Discard, opt: sim.Options{Days: days}}
	if err := d.make(ctx); err != nil {
		return nil, err
	}
	a, err := app.Open(ctx, dsn, db.Options{})
	if err != nil {
		return nil, err
	}
	defer a.Close()
	p := pager{pace: at, engine: e, door: web.Handler(a.Office, web.Options{}), speed: map[string]*pageSpeed{}, files: map[string]int{}}
	people, err := visitors(ctx, a)
	if err != nil {
		return nil, err
	}
	for _, who := range people {
		if err := p.walk(ctx, who); err != nil {
			return nil, err
		}
	}
	return p.sorted(), nil
}

// visitors signs everybody of the sample company in.
func visitors(ctx context.Context, a *app.App) ([]string, error) {
	if _, err := staff(ctx, a); err != nil {
		return nil, err
	}
	var out []string
	err := a.DB.Write(ctx, db.Actor{ID: access.Demo}, func(tx *db.Tx) error {
		out = nil
		all, err := access.People(tx)
		for _, p := range all {
			if err == nil && len(p.Roles) > 0 {
				var secret string
				secret, err = access.SignIn(tx, p.User, "bench")
				out = append(out, secret)
			}
		}
		return err
	})
	return out, err
}

// pager asks for pages and remembers what they cost.
type pager struct {
	pace
	engine db.Engine
	door   http.Handler
	speed  map[string]*pageSpeed
	files  map[string]int // bytes of what pages load, by address
}

var (
	linkTo = regexp.MustCompile(`\b(?:href|hx-get)="(/[^"]*)"`)
	loads  = regexp.MustCompile(`\b(?:href|src)="(/static/[^"#]+)`)
)

// walk follows links from the home page, to some pages of each kind.
func (p *pager) walk(ctx context.Context, who string) error {
	seen, found, shapes := map[string]bool{"/": true}, map[string]int{}, map[string]int{}
	for next := []string{"/"}; len(next) > 0; next = next[1:] {
		at := next[0]
		if ctx.Err() != nil {
			return ctx.Err()
		}
		a := p.ask(ctx, who, at)
		if a.status >= 500 {
			return fmt.Errorf("GET %s answers %d: %s", at, a.status, a.text())
		}
		kind := kindOf(a.pattern, at)
		if found[kind]++; a.status != http.StatusOK || found[kind] > p.kinds {
			continue
		}
		for range p.rounds {
			p.note(kind, at, p.ask(ctx, who, at))
		}
		for _, m := range linkTo.FindAllStringSubmatch(a.text(), -1) {
			to, _, _ := strings.Cut(html.UnescapeString(m[1]), "#")
			if !seen[to] && !strings.HasPrefix(to, "/static/") && to != "/live" && shapes[shapeOf(to)] < 2*p.kinds {
				seen[to] = true
				shapes[shapeOf(to)]++
				next = append(next, to)
			}
		}
	}
	return nil
}

// shapeOf is an address without what tells documents apart: of each shape some
// are enough, and lists name thousands.
func shapeOf(at string) string {
	path, query, _ := strings.Cut(at, "?")
	q, _ := url.ParseQuery(query)
	return numbered.ReplaceAllString(path, "#") + "?" + strings.Join(slices.Sorted(maps.Keys(q)), "&")
}

// numbered is a part of a path that names one document.
var numbered = regexp.MustCompile(`[^/]*[0-9][^/]*`)

// kindOf names a route with what its address asks for.
func kindOf(pattern, at string) string {
	_, route, _ := strings.Cut(pattern, " ")
	u, err := url.Parse(at)
	if err != nil {
		return route
	}
	q := u.Query()
	names := slices.Sorted(maps.Keys(q))
	for i, n := range names {
		if n == "format" || n == "view" {
			names[i] += "=" + q.Get(n)
		}
	}
	if len(names) > 0 {
		route += "?" + strings.Join(names, "&")
	}
	return route
}

func (p *pager) note(kind, at string, a *answered) {
	k := p.speed[kind]
	if k == nil {
		k = &pageSpeed{Engine: p.engine, Page: kind, File: !strings.HasPrefix(a.head.Get("Content-Type"), "text/html")}
		p.speed[kind] = k
	}
	k.took = append(k.took, a.took)
	if a.took > k.slow {
		k.slow, k.At = a.took, at
	}
	k.Later = max(k.Later, a.body.Len())
	first := a.body.Len()
	if !k.File {
		for name := range p.loaded(a) {
			first += p.files[name]
		}
	}
	k.First = max(k.First, first)
}

// loaded are the files that a page makes a browser fetch: those it names, and
// those that they name.
func (p *pager) loaded(a *answered) map[string]bool {
	out := map[string]bool{}
	for _, m := range loads.FindAllStringSubmatch(a.text(), -1) {
		if out[m[1]] = true; p.files[m[1]] == 0 {
			p.files[m[1]] = p.ask(context.Background(), "", m[1]).body.Len()
		}
	}
	return out
}

func (p *pager) ask(ctx context.Context, who, at string) *answered {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
	if err != nil {
		return &answered{status: http.StatusNotFound, head: http.Header{}}
	}
	r.Host = "localhost"
	r.Header.Set("Accept-Encoding", "gzip")
	if who != "" {
		r.AddCookie(&http.Cookie{Name: "kontor", Value: who})
	}
	a := &answered{head: http.Header{}, status: http.StatusOK}
	began := time.Now()
	p.door.ServeHTTP(a, r)
	a.took, a.pattern = time.Since(began), r.Pattern
	return a
}

// sorted works the times out, the slowest kind first.
func (p *pager) sorted() []*pageSpeed {
	out := slices.Collect(maps.Values(p.speed))
	for _, k := range out {
		slices.Sort(k.took)
		n := len(k.took)
		k.Asked = n / p.rounds
		k.P50, k.P95, k.Max = millis(k.took[n/2]), millis(k.took[(n-1)*95/100]), millis(k.took[n-1])
	}
	slices.SortFunc(out, func(a, b *pageSpeed) int {
		return cmp.Or(cmp.Compare(b.P95, a.P95), cmp.Compare(a.Page, b.Page))
	})
	return out
}

// large tells that a page is more than people with a slow line should wait for.
func (k *pageSpeed) large() bool { return !k.File && (k.First > 200_000 || k.Later > 30_000) }

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// answered is what came back, kept as it would go over the wire.
type answered struct {
	head    http.Header
	status  int
	body    bytes.Buffer
	took    time.Duration
	pattern string
}

// Header, WriteHeader and Write are those of http.ResponseWriter.
func (a *answered) Header() http.Header         { return a.head }
func (a *answered) WriteHeader(status int)      { a.status = status }
func (a *answered) Write(b []byte) (int, error) { return a.body.Write(b) }

// text is the body as a browser reads it.
func (a *answered) text() string {
	if a.head.Get("Content-Encoding") != "gzip" {
		return a.body.String()
	}
	z, err := gzip.NewReader(bytes.NewReader(a.body.Bytes()))
	if err != nil {
		return ""
	}
	b, _ := io.ReadAll(z) // what is no gzip has no links either
	return string(b)
}

// writePages prints a line for each kind of page.
func writePages(w io.Writer, list []*pageSpeed) {
	fmt.Fprintln(w, "| engine | page | asked | p50 ms | p95 ms | max ms | first kB | later kB |\n|---|---|---:|---:|---:|---:|---:|---:|")
	slow, large := 0, 0
	for _, k := range list {
		fmt.Fprintf(w, "| %s | `%s` | %d | %.1f | %.1f | %.1f | %s | %s |\n", k.Engine, k.Page, k.Asked, k.P50, k.P95, k.Max, kilo(k.First), kilo(k.Later))
		if k.P95 > 100 {
			slow++
		}
		if k.large() {
			large++
		}
	}
	fmt.Fprintf(w, "\n%d kinds of pages: %d with a p95 above 100 ms, %d with more than 200 kB at first or 30 kB later\n", len(list), slow, large)
}

func kilo(n int) string { return fmt.Sprintf("%.1f", float64(n)/1000) }
