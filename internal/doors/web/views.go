package web

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"kontor/internal/rooms/workplace"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// workplaceRoutes are what people keep for themselves: views, columns,
// preferences; notes, notices, and whose a document is.
func workplaceRoutes() []route {
	return append(append([]route{
		post("/account/preferences", signedIn, preferNow),
		post("/lists/{id}/columns", signedIn, columnsNow),
		post("/views/{id}/save", signedIn, rewriteViewNow),
		post("/views/{id}/drop", signedIn, dropViewNow),
		post("/views/{id}/restore", signedIn, restoreViewNow),
	}, steps("/lists/{id}/views", "/", &viewStep)...), noteRoutes()...)
}

// listAt gives the address of a list by its name.
var listAt = map[string]string{"order-desk": "/desk", "orders": "/orders", "customers": "/customers", "products": "/products", "stock": "/stock", "shipments": "/shipments", "picking": "/picking",
	"invoices": "/invoices", "open-items": "/items", "bank-lines": "/bank", "receipts": "/receipts", "credit": "/credit", "people": "/people"}

var errNoList = fault.Rule{Kind: fault.NotFound, Code: "web.no-list"}

// listed gives the address of the list that a form is about: where it was sent
// from, so that a list needs no line of its own here.
func (v *visit) listed() (path string, err error) {
	name := v.PathValue("id")
	if at, ok := listAt[name]; ok {
		return at, nil
	}
	if back := inside(v.PostForm.Get("back")); back != "/" {
		path, _, _ = strings.Cut(back, "?")
		return path, nil
	}
	return "", errNoList.Because("there is no list %.40q", name)
}

// columnsNow keeps which columns a person sees of a list and in which order. The
// buttons up and down move one column and show the page again.
func columnsNow(v *visit) (page, error) {
	path, err := v.listed()
	if err != nil {
		return nil, err
	}
	names := v.PostForm["col"]
	for _, n := range names {
		if strings.Contains(n, "|") || len(n) > 100 {
			return nil, errChoice.Because("there is no column %.40q", n)
		}
	}
	move := func(name string, by int) {
		i := slices.Index(names, name)
		if j := i + by; i >= 0 && j >= 0 && j < len(names) {
			names[i], names[j] = names[j], names[i]
		}
	}
	move(v.PostForm.Get("up"), -1)
	move(v.PostForm.Get("down"), 1)
	chosen := strings.Join(names, "|")
	if v.PostForm.Get("do") == "all" {
		chosen = ""
	}
	q, _ := url.ParseQuery(v.PostForm.Get("query"))
	if q.Get("saved") != "" { // a view keeps its own columns: it is changed until somebody saves it
		q.Set("cols", chosen)
		return onward{path: path + "?" + q.Encode()}, nil
	}
	q.Del("cols")
	err = v.write(func(tx *db.Tx) error {
		return workplace.Prefer(tx, v.who.User, "columns."+v.PathValue("id"), chosen)
	})
	if len(q) > 0 {
		path += "?" + q.Encode()
	}
	return onward{path: path}, err
}

// viewStep keeps what a list shows under a name.
var viewStep = step{Name: "new", Word: "Save view", Title: "Save what the list shows", Verb: "Save view", Right: signedIn, Blind: true,
	Say: "Filters, order and columns are kept. The view stands beside the others, over the list.",
	Fields: []field{{Name: "name", Label: "Name", Help: "What it shows, for example Large orders of this week."},
		{Name: "shared", Label: "Who sees it", Help: "Only you can change it.", Kind: "choice", Choices: [][2]string{{"", "Only I"}, {"yes", "Everybody who sees this list"}}, Optional: true},
		{Name: "query", Kind: "hidden", Optional: true}, {Name: "cols", Kind: "hidden", Optional: true}, {Name: "back", Kind: "hidden", Optional: true}},
	Run: func(ctx context.Context, v *visit, list string, form url.Values) (string, error) {
		path, err := v.listed()
		if err != nil {
			return "", err
		}
		q, _ := url.ParseQuery(form.Get("query"))
		view := workplace.View{List: list, Owner: v.who.User, Shared: form.Get("shared") == "yes", Name: form.Get("name"), Params: shown(q).Encode(), Columns: form.Get("cols")}
		answer, err := v.once(func(tx *db.Tx) (string, error) {
			n, err := workplace.Keep(tx, view)
			return itoa(n), err
		})
		if err != nil {
			return "", err
		}
		v.then = openView(path, view.Params, answer)
		v.undoBy("/views/" + answer + "/drop")
		return "The view " + strings.Join(strings.Fields(view.Name), " ") + " is saved", nil
	}}

// openView is the address of a list as a view shows it.
func openView(path, params, id string) string {
	if params != "" {
		params += "&"
	}
	return path + "?" + params + "saved=" + id
}

func (v *visit) viewID() (int64, error) {
	n, err := strconv.ParseInt(v.PathValue("id"), 10, 64)
	if err != nil {
		return 0, errNoPage
	}
	return n, nil
}

// rewriteViewNow keeps what is shown in the view that it was opened by.
func rewriteViewNow(v *visit) (page, error) {
	n, err := v.viewID()
	if err != nil {
		return nil, err
	}
	q, _ := url.ParseQuery(v.PostForm.Get("query"))
	params := shown(q).Encode()
	path, _, _ := strings.Cut(inside(v.PostForm.Get("back")), "?")
	err = v.write(func(tx *db.Tx) error {
		return workplace.Rewrite(tx, v.who.User, n, params, v.PostForm.Get("cols"))
	})
	return onward{openView(path, params, itoa(n)), "The view is saved"}, err
}

func dropViewNow(v *visit) (page, error) {
	n, err := v.viewID()
	if err != nil {
		return nil, err
	}
	var was workplace.View
	err = v.write(func(tx *db.Tx) (err error) {
		was, err = workplace.Drop(tx, v.who.User, n)
		return err
	})
	v.undoBy("/views/" + itoa(n) + "/restore")
	return onward{v.listOf(was), "The view " + was.Name + " is gone"}, err
}

func restoreViewNow(v *visit) (page, error) {
	n, err := v.viewID()
	if err != nil {
		return nil, err
	}
	var was workplace.View
	err = v.write(func(tx *db.Tx) (err error) {
		was, err = workplace.Restore(tx, v.who.User, n)
		return err
	})
	return onward{openView(v.listOf(was), was.Params, itoa(n)), "The view " + was.Name + " is back"}, err
}

// listOf is the address of a view's list.
func (v *visit) listOf(w workplace.View) string {
	if at, ok := listAt[w.List]; ok {
		return at
	}
	path, _, _ := strings.Cut(v.came(), "?")
	return cmp.Or(path, "/")
}
