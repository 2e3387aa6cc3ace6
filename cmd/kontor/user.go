package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"kontor/internal/app"
	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

func userCommand() *cobra.Command {
	c := &cobra.Command{Use: "user", Short: "Who may come in: people and the API tokens of programs"}
	c.AddCommand(userInviteCommand(), userForgetCommand(), userTokenCommand(), userListCommand(), userRevokeCommand())
	return c
}

func userInviteCommand() *cobra.Command {
	var roles []string
	c := &cobra.Command{
		Use:   "invite NAME EMAIL",
		Short: "Make a link by which a person gets in, once, within 7 days",
		Long: "Make a link by which a person gets in, once, within 7 days. The person is created when there\n" +
			"is none of that address, and gets the roles named besides those he has. The link is the path\n" +
			"behind the address under which people reach the server.",
		Example: "  kontor user invite \"Anna Weber\" anna@example.com --role credit",
		Args:    cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			for _, r := range roles {
				if _, ok := access.RoleOf(r); !ok {
					return fmt.Errorf("--role is one of %s, not %q", strings.Join(roleCodes(), ", "), r)
				}
			}
			a, err := app.Open(c.Context(), database(c), db.Options{})
			if err != nil {
				return err
			}
			defer a.Close()
			var secret string
			err = a.DB.Write(c.Context(), db.Actor{ID: access.System}, func(tx *db.Tx) error {
				user, err := access.Invite(tx, args[0], args[1], roles...)
				if err == nil {
					secret = access.Link(tx, user, access.ForInvite, 7*24*time.Hour)
				}
				return err
			})
			if err == nil {
				fmt.Fprintln(c.OutOrStdout(), "/enter/"+secret)
			}
			return err
		},
	}
	c.Flags().StringSliceVar(&roles, "role", nil, "roles: "+strings.Join(roleCodes(), ", "))
	return c
}

func userForgetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "forget EMAIL",
		Short: "Take a lost second step away from a person: app, recovery codes and passkeys",
		Long: "Take a lost second step away from a person: app, recovery codes and passkeys. His sessions end;\n" +
			"the password stays. An admin can do the same on the page of the person; this is for the admin\n" +
			"who lost his own. Make sure that it is this person who asks.",
		Example: "  kontor user forget anna@example.com",
		Args:    cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			a, err := app.Open(c.Context(), database(c), db.Options{})
			if err != nil {
				return err
			}
			defer a.Close()
			return a.DB.Write(c.Context(), db.Actor{ID: access.System}, func(tx *db.Tx) error { return access.Forget(tx, args[0]) })
		},
	}
}

func roleCodes() []string {
	var out []string
	for _, r := range access.Roles {
		out = append(out, r.Code)
	}
	return out
}

func userTokenCommand() *cobra.Command {
	var scope, label string
	c := &cobra.Command{
		Use:   "token NAME",
		Short: "Make an API token; the user is created when there is none of that name",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if scope != access.Read && scope != access.Full {
				return fmt.Errorf("--scope is read or full, not %q", scope)
			}
			if args[0] == "" {
				return fmt.Errorf("a user needs a name")
			}
			a, err := app.Open(c.Context(), database(c), db.Options{})
			if err != nil {
				return err
			}
			defer a.Close()
			token, err := grantToken(c.Context(), a.DB, args[0], scope, label)
			if err == nil {
				fmt.Fprintln(c.OutOrStdout(), token)
			}
			return err
		},
	}
	c.Flags().StringVar(&scope, "scope", access.Read, "read: may look; full: may do everything")
	c.Flags().StringVar(&label, "label", "", "what it is for")
	return c
}

// grantToken makes a token for a user, who is created when there is none of that name.
func grantToken(ctx context.Context, d *db.DB, name, scope, label string) (token string, err error) {
	token = access.NewToken()
	err = d.Write(ctx, db.Actor{ID: access.System}, func(tx *db.Tx) error {
		u, err := access.User(tx, name, "person")
		if err == nil {
			access.Grant(tx, u, token, scope, label)
		}
		return err
	})
	return token, err
}

func userListCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List users with their tokens (never the text of a token)",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			a, err := app.Open(c.Context(), database(c), db.Options{})
			if err != nil {
				return err
			}
			defer a.Close()
			var all []access.Listed
			err = a.DB.Read(c.Context(), func(r *db.Reader) (err error) {
				all, err = access.List(r)
				return err
			})
			if err != nil {
				return err
			}
			if asJSON {
				return json.NewEncoder(c.OutOrStdout()).Encode(append([]access.Listed{}, all...))
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "USER\tSCOPE\tTOKEN\tMADE\tREVOKED\tLABEL")
			for _, t := range all {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", t.User, t.Scope, t.Token, onDay(t.CreatedAt), onDay(t.RevokedAt), t.Label)
			}
			return w.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print one JSON list")
	return c
}

func onDay(micro int64) string {
	if micro == 0 {
		return "-"
	}
	return time.UnixMicro(micro).UTC().Format(time.DateOnly)
}

func userRevokeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke TOKEN-ID",
		Short: "End a token, by its id from `kontor user list`; running servers notice within a second",
		Args:  cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			var t id.Token
			if err := t.UnmarshalText([]byte(args[0])); err != nil || t == 0 {
				return fmt.Errorf("%q is not the id of a token (tok_…); see `kontor user list`", args[0])
			}
			a, err := app.Open(c.Context(), database(c), db.Options{})
			if err != nil {
				return err
			}
			defer a.Close()
			return a.DB.Write(c.Context(), db.Actor{ID: access.System}, func(tx *db.Tx) error { return access.Revoke(tx, t) })
		},
	}
}
