package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/company"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
)

// Rules of the door.
var (
	errNoPage  = fault.Rule{Kind: fault.NotFound, Code: "web.no-page"}.Because("there is no page at this address: it may have moved, or the link was cut short")
	errForm    = fault.Rule{Kind: fault.Invalid, Code: "web.form"}
	errNoRight = fault.Rule{Kind: fault.Forbidden, Code: "web.no-right"}
)

// visit is one request of a person.
type visit struct {
	*http.Request
	site    *site
	w       http.ResponseWriter
	route   route
	who     *access.Person // nil before signing in
	company *company.Company
	today   day.Day
	q       *db.Reader        // while a page is made; nil while a form is taken in
	told    string            // what the request before did
	waiting *todo             // once a sidebar has asked
	late    *int64            // once a page has asked
	undo    string            // where that is taken back, "" when it cannot be
	then    string            // where a step goes on, "" = back to its document
	likes   map[string]string // the person's preferences
	unread  int64             // notices
	numbers *locale           // how numbers and days are written
}

// page is what a route answers with: a drawing, or a way to go on.
type page interface {
	answer(v *visit) error
}

// handle finds out who asks, whether he may, and answers.
func (s *site) handle(r route) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		v := &visit{Request: req, site: s, w: w, route: r}
		if r.limited && v.tooOften() {
			return
		}
		err := v.identify()
		var p page
		switch {
		case err != nil:
		case v.who == nil && r.Right != anybody:
			p = v.signIn()
		case v.who != nil && !allowed(v.who, r.Right):
			err = errNoRight.Because("%s may not do this: it takes the right %s. Ask %s.", v.who.Name, r.Right, holders(r.Right))
		default:
			if !v.refreshes() { // what was done is told to the page that was gone on to
				v.told, v.undo, _ = strings.Cut(v.flash(), undoMark)
			}
			p, err = v.do()
		}
		if err == nil {
			err = p.answer(v)
		}
		if err != nil {
			v.fail(err)
		}
	}
}

// identify reads who is signed in, and the company.
func (v *visit) identify() error {
	c, _ := v.Cookie(v.site.cookie())
	see := false
	err := v.site.office.DB.Read(v.Context(), func(q *db.Reader) (err error) {
		v.company, err = company.Load(q)
		if f, ok := fault.Of(err); ok && f.Code == company.ErrMissing.Code {
			v.company = &company.Company{Name: "Kontor", Currency: "EUR"}
			err = v.company.Check()
		}
		if err != nil {
			return err
		}
		v.today = v.company.Day(q.Now())
		if c != nil {
			v.who, see, err = access.Known(q, c.Value, q.Now())
		}
		if err == nil && v.who != nil {
			err = v.workplace(q)
		}
		return err
	})
	if err == nil && see {
		err = v.write(func(tx *db.Tx) error { access.See(tx, v.who.Session); return nil })
	}
	return err
}

// do runs the route; a page is made on one snapshot.
func (v *visit) do() (p page, err error) {
	if v.Method == http.MethodPost {
		v.Body = http.MaxBytesReader(v.w, v.Body, 16<<20)
		err := v.ParseMultipartForm(8 << 20) // which parses every other form, too
		if err != nil && !errors.Is(err, http.ErrNotMultipart) {
			return nil, errForm.Because("the form could not be read: send it again, with less in it")
		}
	}
	if err := v.readable(); err != nil {
		return nil, err
	}
	if v.route.free {
		return v.route.do(v)
	}
	err = v.site.office.DB.Read(v.Context(), func(q *db.Reader) error {
		v.q = q
		defer func() { v.q = nil }()
		p, err = v.route.do(v)
		if err != nil {
			return err
		}
		if d, ok := p.(drawing); ok { // what it shows is read while it is drawn
			p, err = d.draw(v)
		}
		return err
	})
	return p, err
}

// readable refuses what is no text: no field of ours takes it, nor does a database.
func (v *visit) readable() error {
	_ = v.ParseForm() // of a GET, its query
	bad := func(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }
	if bad(v.URL.Path) {
		return errNoPage
	}
	for name, values := range v.Form {
		if bad(name) || slices.ContainsFunc(values, bad) {
			return errForm.Because("%q holds characters that are no text: write it again", strings.ToValidUTF8(name, "?"))
		}
	}
	return nil
}

func (v *visit) read(f func(q *db.Reader) error) error {
	return v.site.office.DB.Read(v.Context(), f)
}

func (v *visit) write(f func(tx *db.Tx) error) error {
	return v.site.office.DB.Write(v.Context(), v.actor(), f)
}

// file reads a file of the form.
func (v *visit) file(name string) ([]byte, error) {
	f, _, err := v.FormFile(name)
	if err != nil {
		return nil, errFile.Because("no file was sent: choose one").At(name)
	}
	defer f.Close()
	text, err := io.ReadAll(f)
	if err == nil && bytes.IndexByte(text, 0) >= 0 {
		err = errFile.Because("this file is no text: choose the CSV file of your bank").At(name)
	}
	return text, err
}

// actor is who the books name.
func (v *visit) actor() db.Actor {
	if v.who == nil {
		return db.Actor{ID: access.System}
	}
	return db.Actor{ID: v.who.User}
}

// may tells whether the person has a right.
func (v *visit) may(r access.Right) bool { return v.who != nil && v.who.May(r) }

// ask gives a value of the address.
func (v *visit) ask(name string) string { return strings.TrimSpace(v.URL.Query().Get(name)) }

// with gives this page's address with one value changed; without one it goes.
func (v *visit) with(name, value string) string {
	q := v.URL.Query()
	for _, place := range []string{"after", "before", "at", "pick"} { // of the part that is shown
		q.Del(place)
	}
	if value == "" {
		q.Del(name)
	} else {
		q.Set(name, value)
	}
	if len(q) == 0 {
		return v.URL.Path
	}
	return v.URL.Path + "?" + q.Encode()
}

// drawing is a page that is drawn.
type drawing struct {
	status int
	c      templ.Component
}

// drawn is a drawing as bytes.
type drawn struct {
	status int
	text   []byte
}

func draw(c templ.Component) page { return drawing{http.StatusOK, c} }

func (d drawing) draw(v *visit) (page, error) {
	var b bytes.Buffer
	if err := d.c.Render(v.Context(), &b); err != nil {
		return nil, err
	}
	return drawn{d.status, b.Bytes()}, nil
}

func (d drawing) answer(v *visit) error {
	p, err := d.draw(v)
	if err != nil {
		return err
	}
	return p.answer(v)
}

func (d drawn) answer(v *visit) error {
	h := v.w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "Accept-Encoding, HX-Request, X-Live")
	if len(d.text) > 1024 && takesGzip(v.Request) {
		h.Set("Content-Encoding", "gzip")
		v.w.WriteHeader(d.status)
		z, _ := gzip.NewWriterLevel(v.w, gzip.BestSpeed)
		if _, err := z.Write(d.text); err != nil {
			return nil // nobody is there any more
		}
		_ = z.Close()
		return nil
	}
	v.w.WriteHeader(d.status)
	_, _ = v.w.Write(d.text)
	return nil
}

// onward sends the browser to another page, which tells what was done.
type onward struct{ path, done string }

func (o onward) answer(v *visit) error {
	if o.done != "" {
		http.SetCookie(v.w, &http.Cookie{Name: flashCookie, Value: encode(o.done + v.undone()), Path: "/", MaxAge: 60, HttpOnly: true, Secure: v.site.Secure, SameSite: http.SameSiteLaxMode})
	}
	if v.Header.Get("HX-Request") != "" {
		v.w.Header().Set("HX-Redirect", o.path)
		v.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(v.w, v.Request, o.path, http.StatusSeeOther)
	return nil
}

// download is a file.
type download struct {
	name string
	f    func(io.Writer) error
}

func (d download) answer(v *visit) error {
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+d.name+`"`)
	if err := d.f(v.w); err != nil {
		slog.Error("a download broke off", "file", d.name, "error", err)
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
	return nil
}

// faults are what a page shows of an error.
type faults struct {
	Title    string
	Sentence string
	Code     string
	At       string // path of the field
	Also     []faults
}

var statuses = map[fault.Kind]int{fault.Invalid: http.StatusUnprocessableEntity, fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Refused: http.StatusConflict, fault.Forbidden: http.StatusForbidden}

// faultOf tells an error in words; of a bug only a number is told.
func (v *visit) faultOf(err error) (faults, int) {
	if f, ok := fault.Of(err); ok {
		status := statuses[f.Kind]
		if status == 0 {
			status = http.StatusUnprocessableEntity
		}
		out := faults{Title: "This did not work, and nothing was saved", Sentence: sentence(f.Sentence), Code: string(f.Code), At: f.Path}
		for _, also := range f.Also {
			out.Also = append(out.Also, faults{Sentence: sentence(also.Sentence), Code: string(also.Code), At: also.Path})
		}
		return out, status
	}
	n := access.NewSecret()[:8]
	if !errors.Is(err, context.Canceled) {
		slog.Error("a page failed", "number", n, "method", v.Method, "path", v.URL.Path, "error", err)
	}
	return faults{Title: "This did not work, and nothing was saved", Sentence: "Number " + n + " in the server's log tells what happened.", Code: "web.failed"}, http.StatusInternalServerError
}

// fail draws an error as a page, or as a sheet where one was asked for.
func (v *visit) fail(err error) {
	f, status := v.faultOf(err)
	if status == http.StatusNotFound {
		f.Title = "Not found"
	} else if status == http.StatusForbidden {
		f.Title = "You may not do this"
	}
	c := errorPage(v, f)
	if v.who == nil {
		c = plainError(v, f)
	}
	if err := (drawing{status, c}).answer(v); err != nil {
		slog.Error("the page of an error failed", "error", err)
	}
}

const flashCookie = "kontor_told"

// flash takes what the request before has done.
func (v *visit) flash() string {
	c, err := v.Cookie(flashCookie)
	if m := v.Header.Get("Sec-Fetch-Mode"); err != nil || v.Method != http.MethodGet || m != "" && m != "navigate" {
		return "" // what a page fetches in the background would take it from the page that is to tell it
	}
	http.SetCookie(v.w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, HttpOnly: true, Secure: v.site.Secure, SameSite: http.SameSiteLaxMode})
	return decode(c.Value)
}

// cookie is the name of the session's cookie; browsers take one that begins so
// only over HTTPS and from this host.
func (s *site) cookie() string {
	if s.Secure {
		return "__Host-kontor"
	}
	return "kontor"
}

func (s *site) keep(w http.ResponseWriter, secret string, lasts time.Duration) {
	c := &http.Cookie{Name: s.cookie(), Value: secret, Path: "/", MaxAge: int(lasts.Seconds()), HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode}
	if secret == "" {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}
