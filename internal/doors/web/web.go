// Package web is the door for people: pages made on the server, one table of
// routes, one design. A page asks reports and calls flows, as the API does; it
// owns no rules of the business, only how things look and who may see them.
//
// routes.go is the table of all routes with the right that each needs. A page
// is Go data – a list, a document, a sheet that shows what a step would do –
// and a few templates draw these. Everything works without script but the
// palette; script adds what is quicker, never what is needed.
package web

import (
	"net/http"
	"time"

	"kontor/internal/story/flow"
)

// Options of the door.
type Options struct {
	Secure bool            // the outside speaks HTTPS: cookies go there only
	Site   string          // address under which people come, such as https://kontor.example.com; "" = what they ask for
	Proxy  bool            // a proxy in front adds the caller's address to X-Forwarded-For
	Single *Single         // the company's own sign-in, nil when there is none
	Demo   []Role          // links of the sample company, one a role
	Tour   string          // link by which a visitor of the sample company becomes who may take the guided tour; "" elsewhere
	Done   <-chan struct{} // closed when the server is about to end: open streams end, too
}

// Role is a link by which a visitor of the sample company becomes somebody.
type Role struct {
	Name string // of the role
	Who  string // of the person
	Path string // of the link
}

// site is the door of one company.
type site struct {
	Options
	office   *flow.Office
	files    *files
	clock    func() time.Time
	hashing  chan struct{} // one password at a time
	throttle *throttle
	company  *provider // nil when the company has no sign-in of its own
	hub      *hub
	checks   checking
	runs     billRuns
	past     pastMonths
}

// Handler answers for all pages. It refuses what another site's page sends
// (RFC 9110 and the Fetch Metadata headers), and lets nothing run that did not
// come as a file of its own.
func Handler(o *flow.Office, opt Options) http.Handler {
	s := &site{Options: opt, office: o, files: load(), clock: o.DB.Now, hashing: make(chan struct{}, 1), throttle: newThrottle(), company: newProvider(opt.Single), hub: &hub{office: o, done: opt.Done, ears: map[chan news]bool{}}}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", s.files)
	for _, r := range routes() {
		mux.HandleFunc(r.Method+" "+r.Path, s.handle(r))
	}
	mux.HandleFunc("/", s.handle(route{Right: anybody, do: func(*visit) (page, error) { return nil, errNoPage }}))
	return s.headers(http.NewCrossOriginProtection().Handler(mux))
}

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *site) headers(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		head := w.Header()
		head.Set("Content-Security-Policy", policy)
		head.Set("Permissions-Policy", "camera=(self)")
		head.Set("Referrer-Policy", "same-origin")
		head.Set("X-Content-Type-Options", "nosniff")
		if s.Secure {
			head.Set("Strict-Transport-Security", "max-age=31536000")
		}
		h.ServeHTTP(w, r)
	})
}
