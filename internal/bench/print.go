package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"strconv"
	"strings"
)

// few rounds for printing: three figures, or whole numbers above a hundred.
func few(v float64) *float64 {
	if v == 0 || math.IsInf(v, 0) || math.IsNaN(v) {
		v = 0
		return &v
	}
	decimals := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	unit := math.Pow10(decimals)
	v = math.Round(v*unit) / unit
	return &v
}

func text(v *float64) string {
	if v == nil {
		return "-"
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}

const row = "%-8s  %-12s  %7s  %8s  %8s  %8s  %8s  %8s  %8s  %8s  %6s\n"

// WriteHead prints the table's head.
func WriteHead(w io.Writer) {
	fmt.Fprintf(w, row, "engine", "mode", "clients", "lines", "lines/s", "CPU µs/l", "p50 ms", "p99 ms", "bytes/l", "yard µs", "ratio")
}

// modeText is a mode with the number of its processes, such as "http ×2".
func modeText(mode string, processes int, hot bool) string {
	if processes > 0 {
		mode += " ×" + strconv.Itoa(processes)
	}
	if hot {
		mode += " hot"
	}
	return mode
}

// WriteRow prints one result, with the steps below when asked.
func WriteRow(w io.Writer, r Result, perStep bool) {
	fmt.Fprintf(w, row, r.Engine, modeText(r.Mode, r.Processes, r.Hot), strconv.Itoa(r.Clients), strconv.Itoa(r.Lines), text(&r.LinesPerSecond), text(r.CPU), text(&r.P50), text(&r.P99), text(&r.BytesPerLine), text(r.YardstickCPU), text(r.Ratio))
	writeStatements(w, r)
	if !perStep {
		return
	}
	var list []string
	for _, s := range steps {
		t := r.Steps[s]
		list = append(list, fmt.Sprintf("%s %s/%s", s, text(&t.P50), text(&t.P99)))
	}
	fmt.Fprintf(w, "          p50/p99 ms: %s\n", strings.Join(list, ", "))
}

// File is what --json prints and --compare reads.
type File struct {
	Results []Result `json:"results,omitempty"`
	Scaling []Scaled `json:"scaling,omitempty"`
	Growth  []Growth `json:"growth,omitempty"`
}

// WriteJSON prints everything as one object.
func WriteJSON(w io.Writer, f File) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(f)
}

// ReadFile reads a baseline.
func ReadFile(name string) ([]Result, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var f File
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f.Results, nil
}

// allowed is how much dearer a line may be than in the baseline before it counts as a regression.
const allowed = 1.15

// Compare sets results beside a baseline by their CPU per line and gives a
// sentence for each that is more than 15 % dearer. compared tells how many
// found their like.
func Compare(baseline, now []Result) (regressions []string, compared int) {
	type key struct {
		engine, mode       string
		processes, clients int
		hot                bool
	}
	of := func(r Result) key { return key{string(r.Engine), r.Mode, r.Processes, r.Clients, r.Hot} }
	before := map[key]Result{}
	for _, r := range baseline {
		before[of(r)] = r
	}
	for _, r := range now {
		b, ok := before[of(r)]
		if !ok || b.CPU == nil || r.CPU == nil || *b.CPU == 0 {
			continue
		}
		compared++
		if *r.CPU > *b.CPU*allowed {
			regressions = append(regressions, fmt.Sprintf("%s, %s, %d clients: %s CPU µs a line, %s in the baseline (%+.0f %%)", r.Engine, modeText(r.Mode, r.Processes, false), r.Clients, text(r.CPU), text(b.CPU), 100*(*r.CPU / *b.CPU - 1)))
		}
	}
	return regressions, compared
}
