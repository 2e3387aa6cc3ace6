package main

import (
	"encoding/json"

	"github.com/spf13/cobra"

	"kontor/internal/app"
	"kontor/internal/story/verify"
	"kontor/internal/tools/db"
	"kontor/internal/tools/event"
)

func verifyCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "verify",
		Short: "Recompute every invariant from the journals; exit 1 when one is broken",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := app.Open(c.Context(), database(c), db.Options{})
			if err != nil {
				return err
			}
			defer a.Close()
			if _, err := event.Sequence(c.Context(), a.DB); err != nil {
				return err
			}
			rep, err := verify.Run(c.Context(), a.DB, nil)
			if err != nil {
				return err
			}
			if asJSON {
				err = json.NewEncoder(c.OutOrStdout()).Encode(rep)
			} else {
				verify.Write(c.OutOrStdout(), rep)
			}
			if err == nil && !rep.OK() {
				err = errFoundWrong
			}
			return err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return c
}
