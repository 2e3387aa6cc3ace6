package api

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"runtime/debug"
	"strings"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

const (
	maxBody    = 32 << 20
	bodyWithin = time.Minute // how long a body may take to arrive
	tokenFor   = time.Second // how long a revoked token may still work
)

// request is what the door knows of a call before its handler runs.
type request struct {
	id     string // also sent as X-Request-Id
	call   string // method and path, for the log
	caller access.Caller
	hash   string // of method, path and body: the same key with another one is refused
}

type requestKey struct{}

func requestOf(ctx context.Context) *request {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r
	}
	return &request{}
}

// who is the actor of a call.
func who(ctx context.Context) db.Actor { return db.Actor{ID: int64(requestOf(ctx).caller.User)} }

// guard is in front of everything: it names the request and catches panics. A
// call of the API has to pass a gate, show a token and hand in its body, in
// this order, so that a refusal costs next to nothing.
func (d *door) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := &request{id: newRequestID(), call: r.Method + " " + r.URL.Path}
		r = r.WithContext(context.WithValue(r.Context(), requestKey{}, q))
		w.Header().Set("X-Request-Id", q.id)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if connectionOf(r.Context()).late {
			w.Header().Set("Connection", "close") // makes room again
		}
		defer d.recover(w, r)
		if strings.HasPrefix(r.URL.Path, "/v1/") {
			w.Header().Set("Cache-Control", "private, no-cache")
			visit, p := d.enter(r)
			if p != nil {
				writeProblem(w, p)
				return
			}
			defer visit.Leave()
			if p = d.admit(r, q); p == nil {
				p = takeBody(w, r, q)
			}
			if p != nil {
				writeProblem(w, p)
				return
			}
			visit.Begin()
		}
		if p := r.URL.EscapedPath(); p != path.Clean(p) && p != path.Clean(p)+"/" { // the mux would redirect a write
			writeProblem(w, problem(404, ErrRoute.Because("there is nothing at %.200q; /docs lists all paths", p)))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// recover answers for a panic, which is a bug: the transaction rolled back.
func (d *door) recover(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	writeProblem(w, broken(r.Context(), fmt.Errorf("panic: %v\n%s", p, debug.Stack())))
}

func newRequestID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// admit finds out who calls and whether they may.
func (d *door) admit(r *http.Request, q *request) *Problem {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || token == "" {
		return problem(401, ErrLogin.Because("send the header Authorization: Bearer kt_…; `kontor user token` makes a token"))
	}
	c, err := d.callerOf(r.Context(), token)
	if err != nil {
		p := problemOf(r.Context(), err)
		if p.Code == access.ErrToken.Code {
			p = problem(401, access.ErrToken.Because("%s", p.Detail))
		}
		return p
	}
	q.caller = c
	if c.Scope != access.Full && r.Method != http.MethodGet && r.Method != http.MethodHead {
		return problem(403, access.ErrScope.Because("this token may only read; ask for one with the scope full"))
	}
	return nil
}

// callerOf looks a token up, at most once a second. An entry goes by itself, so
// that a revoked token stops working and the table stays small.
func (d *door) callerOf(ctx context.Context, token string) (access.Caller, error) {
	if c, ok := d.callers.Load(token); ok {
		return c.(access.Caller), nil
	}
	var c access.Caller
	err := d.office.DB.Read(ctx, func(r *db.Reader) (err error) {
		c, err = access.Find(r, token)
		return err
	})
	if err == nil {
		d.callers.Store(token, c)
		time.AfterFunc(tokenFor, func() { d.callers.Delete(token) })
	}
	return c, err
}

// takeBody reads the body at once: its hash belongs to the idempotency key, and
// a deadline that stays on the connection would end long work half way. It also
// ends the server's deadline for reading, which is there for bodies that nobody
// takes.
func takeBody(w http.ResponseWriter, r *http.Request, q *request) *Problem {
	target := r.URL.EscapedPath() + "?" + r.URL.RawQuery
	if strings.ContainsRune(r.URL.Path, 0) || strings.Contains(target, "%00") {
		return problem(400, ErrMalformed.Because("an address cannot hold the character with the number zero"))
	}
	var body []byte
	if r.Body != nil && r.Body != http.NoBody {
		late := time.AfterFunc(bodyWithin, func() { _ = http.NewResponseController(w).SetReadDeadline(time.Unix(1, 0)) })
		var err error
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if late.Stop(); err != nil {
			return unreadable(err)
		}
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // a recorder in a test has none
	h := sha256.New()
	for _, part := range [][]byte{[]byte(r.Method), []byte(target), body} {
		fmt.Fprintf(h, "%d:", len(part))
		h.Write(part)
	}
	q.hash = hex.EncodeToString(h.Sum(nil))
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

func unreadable(err error) *Problem {
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		return problem(413, ErrTooLarge.Because("a request may have %d MiB at most; send it in parts", maxBody>>20))
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return problem(408, ErrMalformed.Because("the body did not arrive within %s; send it in parts", bodyWithin))
	}
	return problem(400, ErrMalformed.Because("the body broke off: %v", err))
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	h := w.Header()
	h.Set("Content-Type", p.ContentType(""))
	switch p.Status {
	case http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="kontor"`)
	case http.StatusServiceUnavailable:
		h.Set("Retry-After", "1")
	}
	w.WriteHeader(p.Status)
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	_ = out.Encode(p)
}

// decode reads JSON for huma. Text with the character zero is refused here,
// since PostgreSQL has no place for it.
func decode(data []byte, v any) error {
	if err := json.Unmarshal(data, v); err != nil {
		return err
	}
	if tree, ok := v.(*any); ok && bytes.Contains(data, []byte(`\u0000`)) && holdsZero(*tree) {
		return errors.New("a text cannot hold the character with the number zero")
	}
	return nil
}

func holdsZero(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.ContainsRune(v, 0)
	case []any:
		for _, e := range v {
			if holdsZero(e) {
				return true
			}
		}
	case map[string]any:
		for k, e := range v {
			if strings.ContainsRune(k, 0) || holdsZero(e) {
				return true
			}
		}
	}
	return false
}

// elsewhere answers for paths and methods that no route has.
func elsewhere(mux *http.ServeMux) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, m := range []string{"GET", "POST", "PUT", "DELETE"} {
			ask := &http.Request{Method: m, URL: r.URL, Host: r.Host}
			if _, pattern := mux.Handler(ask); pattern != "/" && pattern != "" {
				allowed = append(allowed, m)
			}
		}
		var f *fault.Fault
		if len(allowed) == 0 {
			f = ErrRoute.Because("there is nothing at %.200q; /docs lists all paths", r.URL.Path)
			writeProblem(w, problem(404, f))
			return
		}
		w.Header().Set("Allow", strings.Join(allowed, ", "))
		f = ErrMethod.Because("%.200q takes %s, not %.20s", r.URL.Path, strings.Join(allowed, " and "), r.Method)
		writeProblem(w, problem(405, f))
	}
}
