package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"

	"kontor/internal/app"
	"kontor/internal/doors/importers"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
)

// closing is the report at the end of an import.
type closing interface {
	Took(importers.Measure)
	Write(io.Writer)
	Wrong() bool
}

func importCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "import",
		Short: "Play the history of another system through the business steps",
		Long:  "Play the history of another system through the business steps. A run that was stopped goes on\nwith the same command; a second run of a finished one changes nothing.",
	}
	c.PersistentFlags().Bool("json", false, "print one JSON object")
	aw := &cobra.Command{
		Use:   "adventureworks DIR",
		Short: "Import Microsoft's AdventureWorks sample: orders of stores, supply, payments",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return runImport(c, func(ctx context.Context, o *flow.Office, p importers.Progress) (closing, error) {
				return importers.AdventureWorks(ctx, o, args[0], p)
			})
		},
	}
	or := &cobra.Command{
		Use:   "online-retail FILE…",
		Short: "Import the UCI Online Retail data: invoices and credit notes",
		Args:  cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			code, _ := c.Flags().GetString("default-customer")
			return runImport(c, func(ctx context.Context, o *flow.Office, p importers.Progress) (closing, error) {
				return importers.OnlineRetail(ctx, o, args, code, p)
			})
		},
	}
	or.Flags().String("default-customer", "", "customer code that adopts rows without a customer; else they wait in the exception queue")
	c.AddCommand(aw, or)
	return c
}

// runImport opens the database, runs an import with its progress and prints the closing report.
func runImport(c *cobra.Command, run func(context.Context, *flow.Office, importers.Progress) (closing, error)) error {
	began := time.Now()
	a, err := app.Open(c.Context(), database(c), db.Options{})
	if err != nil {
		return err
	}
	defer a.Close()
	show := newMeter(c.ErrOrStderr(), began)
	rep, err := run(c.Context(), a.Office, show.progress)
	show.end()
	if err != nil {
		return err
	}
	if _, err := event.Sequence(c.Context(), a.DB); err != nil {
		return err
	}
	rep.Took(importers.Measure{Seconds: float64(time.Since(began).Milliseconds()) / 1000, Memory: peakMemory()})
	if asJSON, _ := c.Flags().GetBool("json"); asJSON {
		err = json.NewEncoder(c.OutOrStdout()).Encode(rep)
	} else {
		rep.Write(c.OutOrStdout())
	}
	if err == nil && rep.Wrong() {
		err = errFoundWrong
	}
	return err
}

// meter shows progress: a bar on a terminal, a line every few seconds elsewhere.
type meter struct {
	out   io.Writer
	bar   *progressbar.ProgressBar
	began time.Time
	last  time.Time
	fancy bool
}

func newMeter(out io.Writer, began time.Time) *meter {
	m := &meter{out: out, began: began, last: began}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		m.fancy = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return m
}

func (m *meter) progress(done, total int64) {
	if m.fancy {
		if m.bar == nil {
			m.bar = progressbar.NewOptions64(total, progressbar.OptionSetWriter(m.out), progressbar.OptionSetDescription("importing"), progressbar.OptionShowCount(),
				progressbar.OptionShowIts(), progressbar.OptionSetItsString("lines"), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
		}
		_ = m.bar.Set64(done)
		return
	}
	if now := time.Now(); now.Sub(m.last) >= 5*time.Second {
		m.last = now
		fmt.Fprintf(m.out, "%d of %d lines, %.0f s\n", done, total, now.Sub(m.began).Seconds())
	}
}

func (m *meter) end() {
	if m.bar != nil {
		_ = m.bar.Clear()
	}
}

// peakMemory is the most that this process has held, as the kernel counts it; 0 where that is not known.
func peakMemory() int64 {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}
