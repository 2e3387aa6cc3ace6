package main

import (
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"kontor/internal/doors/api"
)

// limitFlags are the bounds of a server as flags; a variable of the environment
// stands in for a flag that is not given.
type limitFlags struct{ list []limitFlag }

type limitFlag struct {
	name, variable string
	value          int // 0 = not given
}

func (l *limitFlags) add(c *cobra.Command) {
	l.list = []limitFlag{{name: "max-writes", variable: "KONTOR_MAX_WRITES"}, {name: "max-reads", variable: "KONTOR_MAX_READS"}, {name: "max-connections", variable: "KONTOR_MAX_CONNECTIONS"}}
	for i, what := range []string{
		fmt.Sprintf("requests that change something, under way at a time; what comes beyond is answered 503 with Retry-After (KONTOR_MAX_WRITES; default %d)", api.DefaultWrites),
		fmt.Sprintf("the same for requests that only look (KONTOR_MAX_READS; default %d)", api.DefaultReads),
		fmt.Sprintf("open connections (KONTOR_MAX_CONNECTIONS; default %d)", api.DefaultConnections),
	} {
		c.Flags().IntVar(&l.list[i].value, l.list[i].name, 0, what)
	}
}

// read gives the limits: of each the flag, else the variable, else the default.
func (l *limitFlags) read() (api.Limits, error) {
	var n [3]int
	for i, f := range l.list {
		n[i] = f.value
		if text := os.Getenv(f.variable); n[i] == 0 && text != "" {
			var err error
			if n[i], err = strconv.Atoi(text); err != nil {
				return api.Limits{}, fmt.Errorf("%s is a whole number, not %q", f.variable, text)
			}
		}
		if n[i] < 0 {
			return api.Limits{}, fmt.Errorf("--%s must be above zero, not %d", f.name, n[i])
		}
	}
	return api.Limits{Writes: n[0], Reads: n[1], Connections: n[2]}.Or(), nil
}
