// Command kontor is the whole product in one program: server, importers,
// checks, benchmarks and the demo company.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"kontor/internal/app"
)

// errFoundWrong ends the program with exit code 1: it ran, and found something wrong.
var errFoundWrong = errors.New("found wrong")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	app.Memory()
	err := root().ExecuteContext(ctx)
	switch {
	case err == nil:
	case errors.Is(err, errFoundWrong):
		os.Exit(1)
	default:
		fmt.Fprintln(os.Stderr, "kontor:", err)
		os.Exit(2)
	}
}

func root() *cobra.Command {
	c := &cobra.Command{
		Use:           "kontor",
		Short:         "Order to cash for manufacturers and distributors",
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	c.PersistentFlags().String("database", "", "sqlite:path or postgres://… (KONTOR_DATABASE; default "+app.DefaultDatabase+")")
	c.AddCommand(commands()...)
	return c
}

// database is the address that flag or environment name.
func database(c *cobra.Command) string {
	v, _ := c.Flags().GetString("database")
	return app.Database(v)
}
