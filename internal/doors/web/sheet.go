package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kontor/internal/rooms/access"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/idem"
	"kontor/internal/words/fault"
)

// sheet asks before a step: what it would do, and what it needs to know.
type sheet struct {
	Title, Say, Verb string
	Path, Back       string
	Fields           []field
	Hidden           map[string]string
	Fault            *faults
	About            []consequence // what one must know before
	Would            *consequences
	Blind            bool
}

// field is one question of a form.
type field struct {
	Name, Label, Help, Value, Kind, Auto string
	Suggest                              string // where what may be meant is asked for while somebody types
	Choices                              [][2]string
	List                                 func(v *visit) ([][2]string, error) // choices that are read when the form is drawn
	Optional, Short, Number              bool                                // a number is read as people type it
	Fault                                string
	Try                                  string // stands for what is not typed yet when the sheet shows what would happen
}

// step is something that a person can do to a document.
type step struct {
	Name    string // in the address
	Word    string // of the button that opens the sheet
	Title   string
	Say     string
	Verb    string // of the button that does it: the word again, never "OK"
	Right   access.Right
	Fields  []field
	More    func(ctx context.Context, v *visit, ref string) ([]field, error) // fields that depend on the document
	Blind   bool                                                             // it works in several transactions: what it would do cannot be shown
	Asks    bool                                                             // without an answer it does nothing: it shows what would happen only when asked to
	Nothing string                                                           // what to say when it writes nothing that can be shown
	// Prefill puts what stands now into the form before it is shown.
	Prefill func(v *visit, ref string, form url.Values) error
	About   func(ctx context.Context, v *visit, ref string) ([]consequence, error) // what one must know before
	Run     func(ctx context.Context, v *visit, ref string, form url.Values) (done string, err error)
}

// button is the way to a step from the document at path.
func (s step) button(path string, primary bool) link {
	return link{Word: s.Word + "…", Href: path + "/" + s.Name, Sheet: true, Primary: primary}
}

// buttons are the steps that a person may do and that fit, the first of them filled.
func (v *visit) buttons(path string, fitting ...*step) []link {
	var out []link
	for _, s := range fitting {
		if s != nil && v.may(s.Right) {
			out = append(out, s.button(path, len(out) == 0))
		}
	}
	slices.Reverse(out) // the main one stands last, at the edge
	return out
}

func when(cond bool, s *step) *step {
	if cond {
		return s
	}
	return nil
}

// opened shows a step's sheet with what it would do, as things are now. A step
// that cannot run as it stands shows why, and asks.
func opened(s *step, back string) func(*visit) (page, error) {
	return func(v *visit) (page, error) {
		s, err := s.whole(v)
		if err != nil {
			return nil, err
		}
		form := url.Values{}
		for _, f := range s.Fields {
			form.Set(f.Name, f.Value)
		}
		if s.Prefill != nil {
			if err := s.Prefill(v, v.PathValue("id"), form); err != nil {
				return nil, err
			}
		}
		for k := range v.URL.Query() {
			form.Set(k, v.ask(k))
		}
		return v.sheet(s, back, form, nil, http.StatusOK)
	}
}

// done runs a step and goes back to its document; one that is refused shows
// the sheet again with everything that was typed.
func done(s *step, back string) func(*visit) (page, error) {
	return func(v *visit) (page, error) {
		s, err := s.whole(v)
		if err != nil {
			return nil, err
		}
		ctx := flow.WithKey(v.Context(), v.key())
		said := ""
		err = s.answered(v)
		if err == nil && v.PostForm.Get("do") == "look" {
			return v.sheet(s, back, v.PostForm, nil, http.StatusOK)
		}
		if err == nil && v.PostForm.Get("ask") != "" {
			said, err = v.askFor(ctx, s)
		} else if err == nil {
			said, err = s.Run(ctx, v, v.PathValue("id"), v.PostForm)
		}
		if err != nil {
			f, status := v.faultOf(err)
			return v.refused(s, back, err, &f, status)
		}
		return onward{cmp.Or(v.then, resolved(back, v)), said}, nil
	}
}

// whole is the step with the fields that its document asks for.
func (s *step) whole(v *visit) (*step, error) {
	if s.More == nil {
		return s, nil
	}
	more, err := s.More(v.Context(), v, v.PathValue("id"))
	out := *s
	out.Fields = append(slices.Clone(s.Fields), more...)
	return &out, err
}

var errMissing = fault.Rule{Kind: fault.Invalid, Code: "web.missing"}

// answered tells what was left empty that must not be, and brings numbers into
// the form that flows take.
func (s *step) answered(v *visit) error {
	var all []error
	form := v.PostForm
	for _, f := range s.Fields {
		if f.Number && form.Get(f.Name) != "" {
			n, err := v.number(form.Get(f.Name), f.Name)
			if err != nil {
				all = append(all, err)
				continue
			}
			form.Set(f.Name, n)
		}
		if !f.Optional && strings.TrimSpace(form.Get(f.Name)) == "" {
			all = append(all, errMissing.Because("%s is missing: %s", plain(f.Label), f.Help).At(f.Name))
		}
	}
	return fault.All(all...)
}

// key makes asking twice – a double click, a lost answer – one step.
func (v *visit) key() idem.Key {
	k := v.PostForm.Get("key")
	if k == "" {
		return idem.Key{}
	}
	form := url.Values{}
	for name, values := range v.PostForm {
		if name != "key" {
			form[name] = values
		}
	}
	sum := sha256.Sum256([]byte(v.URL.Path + "?" + form.Encode()))
	return idem.Key{Client: v.who.User, Key: k, Body: hex.EncodeToString(sum[:])}
}

func resolved(pattern string, v *visit) string {
	return strings.ReplaceAll(pattern, "{id}", v.PathValue("id"))
}

// newKey names one sending of a form.
func newKey() string { return access.NewSecret()[:22] }

func (v *visit) sheet(s *step, back string, form url.Values, f *faults, status int) (page, error) {
	out, err := v.filled(s, back, form, f)
	if err != nil {
		return nil, err
	}
	return v.inPlace(out, status)
}

// refused shows a sheet whose step was refused; where a second person would
// help, its button asks for one.
func (v *visit) refused(s *step, back string, why error, f *faults, status int) (page, error) {
	out, err := v.filled(s, back, v.PostForm, f)
	if err == nil {
		err = v.offer(&out, why)
	}
	if err != nil {
		return nil, err
	}
	return v.inPlace(out, status)
}

func (v *visit) filled(s *step, back string, form url.Values, f *faults) (sheet, error) {
	out := sheet{Title: s.Title, Say: s.Say, Verb: s.Verb, Path: v.URL.Path, Back: resolved(back, v), Fault: f, Blind: s.Blind, Hidden: map[string]string{"key": newKey()}}
	if s.About != nil {
		var err error
		if out.About, err = s.About(v.Context(), v, v.PathValue("id")); err != nil {
			return out, err
		}
	}
	asks, try := s.Asks && v.Method == http.MethodGet, url.Values{}
	for k, list := range form {
		try[k] = list
	}
	for _, x := range s.Fields {
		if form.Has(x.Name) {
			x.Value = form.Get(x.Name)
		}
		if x.List != nil {
			var err error
			if x.Choices, err = x.List(v); err != nil {
				return out, err
			}
		}
		if x.Kind == "hidden" {
			out.Hidden[x.Name] = x.Value
			continue
		}
		if x.Value == "" && x.Try != "" {
			try.Set(x.Name, x.Try)
		}
		if f != nil {
			x.Fault = f.of(x.Name)
		}
		asks = asks || !x.Optional && x.Value == "" && x.Try == ""
		out.Fields = append(out.Fields, x)
	}
	if f == nil && !asks && !s.Blind {
		changes, err := flow.Simulate(v.Context(), func(ctx context.Context) error {
			_, err := s.Run(ctx, v, v.PathValue("id"), try)
			return err
		})
		if err != nil {
			f, _ := v.faultOf(err)
			f.Title = "This cannot be done as things are"
			out.Fault = &f
			if len(s.Fields) == 0 {
				out.Verb = ""
			}
			if err := v.offer(&out, err); err != nil {
				return out, err
			}
		} else {
			c := v.consequencesFrom(changes)
			c.Say = s.Nothing
			out.Would = &c
		}
	}
	return out, nil
}

// inPlace draws a sheet in its dialog, or as a page where there is no script.
func (v *visit) inPlace(out sheet, status int) (page, error) {
	if v.Header.Get("HX-Request") != "" {
		if status == http.StatusInternalServerError {
			status = http.StatusUnprocessableEntity // it is drawn in place, too
		}
		return drawing{status, sheetBody(v, out)}, nil
	}
	return drawing{status, sheetPage(v, out)}, nil
}

// of gives the sentence for a field.
func (f faults) of(name string) string {
	for _, x := range append([]faults{f}, f.Also...) {
		if x.At == name || strings.HasSuffix(x.At, "."+name) {
			return x.Sentence
		}
	}
	return ""
}

// consequences are what a step would write, in the words of the trade.
type consequences struct {
	Sections []consequence
	Nothing  bool
	Say      string // when nothing is written that can be shown
}

type consequence struct {
	Title string
	Rows  [][]string
}

// most is how many rows of a kind are shown; the rest is counted.
const most = 8

func (v *visit) consequencesFrom(c *report.Changes) consequences {
	var out consequences
	add := func(title string, n int, row func(i int) []string) {
		if n == 0 {
			return
		}
		s := consequence{Title: title}
		for i := range min(n, most) {
			s.Rows = append(s.Rows, row(i))
		}
		if n > most {
			s.Rows = append(s.Rows, []string{"and " + count(int64(n-most), "more", "more")})
		}
		out.Sections = append(out.Sections, s)
	}
	docs := slices.DeleteFunc(slices.Clone(c.Documents), func(d report.ChangedView) bool { return d.State == "" || d.Number == "" && placeOf(d.DocRef) == "" })
	add("Documents", len(docs), func(i int) []string {
		d := docs[i]
		name := words(d.Type) + " " + d.Number
		return []string{strings.TrimSpace(name), stateOf(d.State).word}
	})
	add("Stock", len(c.Stock), func(i int) []string {
		m := c.Stock[i]
		row := []string{m.SKU + " in " + m.Warehouse + ", " + plain(stateOf(m.Status).word), v.quantity(m.Qty) + " " + unit(m.Unit)}
		if v.may(access.SeeCosts) {
			row = append(row, v.money(m.Value, string(m.Currency)))
		}
		return row
	})
	if !v.may(access.SeeMoney) {
		c.Items, c.Exposure, c.Entries = nil, nil, nil
	}
	add("Open items", len(c.Items), func(i int) []string {
		x := c.Items[i]
		return []string{words(x.Kind) + " " + x.Number + ", " + x.Customer.Name, v.money(x.Open, string(x.Currency)) + " open"}
	})
	add("Credit used", len(c.Exposure), func(i int) []string {
		x := c.Exposure[i]
		var parts []string
		for _, p := range [][2]string{{"orders", x.Ordered}, {"shipped", x.Shipped}, {"invoices", x.Items}, {"credits", x.Credits}} {
			if !isZero(p[1]) {
				parts = append(parts, p[0]+" "+signed(p[1]))
			}
		}
		return []string{x.Account, strings.Join(parts, ", ")}
	})
	var postings []report.PostingView
	for _, e := range c.Entries {
		postings = append(postings, e.Lines...)
	}
	add("Postings, debit and credit", len(postings), func(i int) []string {
		p := postings[i]
		if p.Debit != "" {
			return []string{p.Account + " " + p.Name, v.amount(p.Debit), ""}
		}
		return []string{p.Account + " " + p.Name, "", v.amount(p.Credit)}
	})
	add("It is written down", len(c.Events), func(i int) []string { return []string{v.sentenceOf(c.Events[i])} })
	out.Nothing = len(out.Sections) == 0
	return out
}

func signed(s string) string {
	if strings.HasPrefix(s, "-") {
		return amount(s)
	}
	return "+" + amount(s)
}

func plain(s string) string { return strings.ToLower(s) }

// invalid ties a field to its fault.
func invalid(f field) templ.Attributes {
	a := templ.Attributes{}
	var by []string
	if f.Help != "" {
		by = append(by, "h-"+f.Name)
	}
	if f.Fault != "" {
		a["aria-invalid"] = "true"
		by = append(by, "e-"+f.Name)
	}
	if f.Suggest != "" {
		a["data-suggest"], a["list"] = f.Suggest, "l-"+f.Name
	}
	if len(by) > 0 {
		a["aria-describedby"] = strings.Join(by, " ")
	}
	return a
}

func kindOf(f field) string {
	if f.Kind == "" {
		return "text"
	}
	return f.Kind
}

// sheetOf makes a link open its sheet in a dialog where there is script.
func sheetOf(l link) templ.Attributes {
	if !l.Sheet {
		return templ.Attributes{}
	}
	return templ.Attributes{"hx-get": l.Href, "hx-target": "#sheet", "hx-swap": "innerHTML"}
}

func posting(s sheet) templ.Attributes {
	return templ.Attributes{"hx-post": s.Path, "hx-target": "this", "hx-swap": "outerHTML", "hx-disabled-elt": "find .primary"}
}

// looks tells that a sheet can show again what would happen, with what was
// typed. Enter in a field does the step all the same: a button that nobody sees
// stands first in the form.
func looks(s sheet) bool { return len(s.Fields) > 0 && s.Verb != "" && !s.Blind }

func current(yes bool) templ.Attributes {
	if yes {
		return templ.Attributes{"aria-current": "page"}
	}
	return templ.Attributes{}
}

// found resolves what an address names, on a snapshot of its own.
func found[T any](ctx context.Context, v *visit, ref string, f func(db.Querier, string) (T, error)) (T, error) {
	var out T
	err := v.site.office.DB.Read(ctx, func(q *db.Reader) (err error) {
		out, err = f(q, ref)
		return err
	})
	return out, err
}

// rowsOf is how high a long field is: as its text, within reason.
func rowsOf(f field) string {
	return itoa(int64(min(16, max(4, strings.Count(f.Value, "\n")+2))))
}
