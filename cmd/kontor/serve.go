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
	"kontor/internal/doors/web"
	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
)

func serveCommand() *cobra.Command {
	var listen string
	var advance bool
	var limits limitFlags
	var door doorFlags
	c := &cobra.Command{
		Use:   "serve",
		Short: "Answer on the network: the pages for people, the API and its documentation",
		Long: "Answer on the network: the pages for people, the API and its documentation.\n\nA new database gets a full token for programs, which is printed once, and the user admin with a link\n" +
			"that lets the admin in once, for a day. KONTOR_TOKEN fixes the token's text for scripts.",
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			l, err := limits.read()
			if err != nil {
				return err
			}
			pages, err := door.read()
			if err != nil {
				return err
			}
			a, err := app.Open(c.Context(), database(c), db.Options{})
			if err != nil {
				return err
			}
			defer a.Close()
			link, err := welcome(c.Context(), a, c.OutOrStdout())
			if err != nil {
				return err
			}
			a.Work(c.Context(), advance)
			return serve(c.Context(), a, listen, front{limits: l, web: pages, link: link}, c.OutOrStdout())
		},
	}
	c.Flags().StringVar(&listen, "listen", "127.0.0.1:8080", "address and port; port 0 takes a free one")
	limits.add(c)
	door.add(c)
	c.Flags().BoolVar(&advance, "advance", false, "run every step of an order by itself as soon as it is due")
	return c
}

// front is what stands before the flows: pages for people, the API for programs.
type front struct {
	limits api.Limits
	web    web.Options
	link   string // path by which the first admin gets in, when there is a first one
}

// handler gives programs what begins with /v1 and what describes it, and people
// all else.
func (f front) handler(a *app.App) http.Handler {
	mux := http.NewServeMux()
	programs := api.Handler(a.Office, f.limits)
	for _, p := range []string{"/v1/", "/docs", "/docs.css", "/docs.js", "/openapi.json", "/openapi.yaml", "/healthz"} {
		mux.Handle(p, programs)
	}
	mux.Handle("/", web.Handler(a.Office, f.web))
	return mux
}

// welcome makes the first user of a new database, and gives the path of the
// link that lets him in.
func welcome(ctx context.Context, a *app.App, out io.Writer) (link string, err error) {
	var fresh bool
	token := os.Getenv("KONTOR_TOKEN")
	fixed := token != ""
	if !fixed {
		token = access.NewToken()
	} else if !strings.HasPrefix(token, "kt_") || len(token) < 12 {
		return "", errors.New("KONTOR_TOKEN must begin with kt_ and have at least 12 characters")
	}
	err = a.DB.Write(ctx, db.Actor{ID: access.System}, func(tx *db.Tx) error {
		fresh = false
		all, err := access.List(tx)
		if err != nil || len(all) > 0 {
			return err
		}
		u, err := access.Invite(tx, "admin", "admin@localhost", "admin")
		if err != nil {
			return err
		}
		fresh = true
		program, err := access.User(tx, "api", "program") // a person's token would have that person's limits of authority
		if err != nil {
			return err
		}
		access.Grant(tx, program, token, access.Full, "first token")
		link = "/enter/" + access.Link(tx, u, access.ForStart, 24*time.Hour)
		return nil
	})
	if db.IsDuplicate(err) { // another process came first with the same KONTOR_TOKEN
		return "", nil
	}
	if err == nil && fresh {
		if fixed {
			token = "the one in KONTOR_TOKEN"
		}
		fmt.Fprintf(out, "token of the API for programs, shown only now: %s\n", token)
	} else {
		link = ""
	}
	return link, err
}

// serve answers at an address and says where.
func serve(ctx context.Context, a *app.App, listen string, f front, out io.Writer) error {
	l, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "kontor answers on http://%s\n", l.Addr())
	if f.link != "" {
		fmt.Fprintf(out, "  the admin gets in once by   http://%s%s\n", l.Addr(), f.link)
	}
	fmt.Fprintf(out, "  the API, explained   http://%s/docs\n  the same for tools   http://%s/openapi.json\n", l.Addr(), l.Addr())
	return answer(ctx, a, l, f)
}

// answer answers until the context ends, then lets running requests finish.
func answer(ctx context.Context, a *app.App, l net.Listener, f front) error {
	f.limits, f.web.Done = f.limits.Or(), ctx.Done()
	s := server(f.handler(a))
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(api.Listen(l, f.limits.Connections)) }()
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
