package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"kontor/internal/app"
	"kontor/internal/doors/api"
	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
)

func serveCommand() *cobra.Command {
	var listen string
	var advance bool
	var limits limitFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Answer on the network: the API and its documentation",
		Long: "Answer on the network: the API and its documentation.\n\nA new database gets the user admin with a full token, which is printed once;\n" +
			"KONTOR_TOKEN fixes its text for scripts.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := limits.read()
			if err != nil {
				return err
			}
			a, err := app.Open(c.Context(), database(c), db.Options{})
			if err != nil {
				return err
			}
			defer a.Close()
			if err := welcome(c.Context(), a, c.OutOrStdout()); err != nil {
				return err
			}
			a.Work(c.Context(), advance)
			return serve(c.Context(), a, listen, l, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address and port; port 0 takes a free one")
	limits.add(c)
	c.Flags().BoolVar(&advance, "advance", false, "run every step of an order by itself as soon as it is due")
	return c
}

// welcome makes the first user of a new database.
func welcome(ctx context.Context, a *app.App, out io.Writer) error {
	var fresh bool
	token := os.Getenv("KONTOR_TOKEN")
	fixed := token != ""
	if !fixed {
		token = access.NewToken()
	} else if !strings.HasPrefix(token, "kt_") || len(token) < 12 {
		return errors.New("KONTOR_TOKEN must begin with kt_ and have at least 12 characters")
	}
	err := a.DB.Write(ctx, db.Actor{ID: access.System}, func(tx *db.Tx) error {
		fresh = false
		all, err := access.List(tx)
		if err != nil || len(all) > 0 {
			return err
		}
		u, err := access.User(tx, "admin", "person")
		if err != nil {
			return err
		}
		fresh = true
		access.Grant(tx, u, token, access.Full, "first token")
		return nil
	})
	if db.IsDuplicate(err) { // another process came first with the same KONTOR_TOKEN
		return nil
	}
	if err == nil && fresh {
		if fixed {
			token = "the one in KONTOR_TOKEN"
		}
		fmt.Fprintf(out, "token of the user admin, shown only now: %s\n", token)
	}
	return err
}

// serve answers at an address and says where.
func serve(ctx context.Context, a *app.App, listen string, limits api.Limits, out io.Writer) error {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "kontor answers on http://%s\n  the API, explained   http://%s/docs\n  the same for tools   http://%s/openapi.json\n", l.Addr(), l.Addr(), l.Addr())
	return answer(ctx, a, l, limits)
}

// answer answers until the context ends, then lets running requests finish.
func answer(ctx context.Context, a *app.App, l net.Listener, limits api.Limits) error {
	limits = limits.Or()
	s := server(api.Handler(a.Office, limits))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(api.Listen(l, limits.Connections)) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
	defer cancel()
	return s.Shutdown(last)
}

// server has an end for everything that a caller may leave undone: a request
// that does not arrive, an answer that is not fetched, a connection that is
// kept and not used.
func server(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ConnContext:       api.ConnContext,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       time.Minute,
		WriteTimeout:      10 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
	}
}
