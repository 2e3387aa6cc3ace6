package bench

import (
	"cmp"
	"fmt"
	"io"
	"slices"
)

// Scaled is what a number of server processes makes of one database.
type Scaled struct {
	Hot            bool    `json:"hot"`
	Clients        int     `json:"clients"`
	Processes      int     `json:"processes"`
	Runs           int     `json:"runs"`
	LinesPerSecond float64 `json:"lines_per_second"` // the median of the runs
	Ratio          float64 `json:"ratio"`            // of that over the same with the fewest processes
}

// Scale compares the runs with server processes per number of clients; with
// only one number of processes there is nothing to compare, and it gives none.
func Scale(results []Result) []Scaled {
	var out []Scaled
	for _, r := range results {
		same := func(s Scaled) bool { return s.Clients == r.Clients && s.Processes == r.Processes }
		if r.Processes > 0 && !slices.ContainsFunc(out, same) {
			out = append(out, scaled(results, r))
		}
	}
	slices.SortFunc(out, func(a, b Scaled) int {
		return cmp.Or(a.Clients-b.Clients, a.Processes-b.Processes)
	})
	for i, s := range out {
		least := slices.IndexFunc(out, func(l Scaled) bool { return l.Clients == s.Clients })
		out[i].Ratio = *few(s.LinesPerSecond / out[least].LinesPerSecond)
	}
	if len(out) == 0 || out[0].Processes == out[len(out)-1].Processes {
		return nil
	}
	return out
}

// scaled takes the median of all runs like r.
func scaled(results []Result, r Result) Scaled {
	var speeds []float64
	for _, o := range results {
		if o.Processes == r.Processes && o.Clients == r.Clients {
			speeds = append(speeds, o.LinesPerSecond)
		}
	}
	slices.Sort(speeds)
	n := len(speeds)
	median := (speeds[(n-1)/2] + speeds[n/2]) / 2
	return Scaled{Hot: r.Hot, Clients: r.Clients, Processes: r.Processes, Runs: n, LinesPerSecond: *few(median)}
}

// WriteScaling prints a line for each number of processes.
func WriteScaling(w io.Writer, list []Scaled) {
	for _, s := range list {
		processes, runs := "processes", ""
		if s.Processes == 1 {
			processes = "process"
		}
		if s.Runs > 1 {
			runs = fmt.Sprintf(", the median of %d runs", s.Runs)
		}
		fmt.Fprintf(w, "%d clients, %d serve %s: %s lines/s%s, %s × that of the fewest\n", s.Clients, s.Processes, processes, text(&s.LinesPerSecond), runs, text(&s.Ratio))
	}
}
