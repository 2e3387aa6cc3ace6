package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"kontor/internal/tools/schema"
)

// commands lists the sub-commands, one file each.
func commands() []*cobra.Command {
	return []*cobra.Command{migrateCommand(), verifyCommand(), serveCommand(), userCommand(), benchCommand(), importCommand(), demoCommand()}
}

func migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "migrate",
		Short: "Bring the database to the newest schema",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			n, err := schema.Migrate(c.Context(), database(c))
			if err == nil {
				fmt.Fprintf(c.OutOrStdout(), "%d steps done; the database is up to date\n", n)
			}
			return err
		},
	}
}
