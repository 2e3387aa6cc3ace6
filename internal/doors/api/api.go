// Package api is the REST door: it takes a request, calls one flow or one
// report, and answers. The commands of the flows are the request bodies and the
// results are the answers, so there is nothing in between to keep in step.
//
// routes.go is the table of all routes. Every write takes an Idempotency-Key
// and ?simulate=true; every "no" is an RFC 9457 problem with the code of the
// rule and the path of the field. The OpenAPI 3.1 document at /openapi.json is
// made from the table and the structs; /docs shows it to people.
package api

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"kontor/internal/rooms/catalog"
	"kontor/internal/rooms/pricing"
	"kontor/internal/rooms/tax"
	"kontor/internal/rooms/terms"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/gate"
)

// Version of the API: paths begin with it, and nothing in it is taken away.
const Version = "1.0.0"

type door struct {
	office  *flow.Office
	api     huma.API
	callers sync.Map // token → access.Caller, for a second
	writes  *gate.Gate
	reads   *gate.Gate
}

// Handler answers for a whole company: /v1, /openapi.json, /docs, /healthz.
// Only /v1 is behind the limits.
func Handler(o *flow.Office, l Limits) http.Handler {
	l = l.Or()
	d := &door{office: o, writes: gate.New(l.Writes), reads: gate.New(l.Reads)}
	return d.open()
}

// open makes the handler from the table of routes.
func (d *door) open() http.Handler {
	mux := http.NewServeMux()
	d.api = humago.New(mux, settings())
	n := 0
	for _, s := range routes(d.office) {
		d.api.OpenAPI().Tags = append(d.api.OpenAPI().Tags, &huma.Tag{Name: s.Name})
		for _, r := range s.Routes {
			n++
			r.add(d, operation(s.Name, r, n))
		}
	}
	tidy(d.api.OpenAPI())
	mux.HandleFunc("GET /healthz", d.health)
	pages(mux, d.api.OpenAPI())
	mux.HandleFunc("/", elsewhere(mux))
	return d.guard(mux)
}

func settings() huma.Config {
	json := huma.Format{Marshal: huma.DefaultJSONFormat.Marshal, Unmarshal: decode}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Kontor", Version: Version, Description: "Order to cash: from the order to the reconciled bank statement. " +
				"Ids, money and quantities are text; days are civil days such as 2026-11-22."},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{"token": {Type: "http", Scheme: "bearer", Description: "made by `kontor user token`"}},
			},
			Security: []map[string][]string{{"token": {}}},
		},
		Formats:       map[string]huma.Format{"application/json": json, "json": json},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{translate},

		RejectUnknownQueryParameters: true,
	}
}

// schemaName names a type in the document; rooms that use the same word for
// different things get their own in front.
func schemaName(t reflect.Type, hint string) string {
	for of, name := range map[reflect.Type]string{
		reflect.TypeFor[pricing.List](): "PriceList", reflect.TypeFor[tax.Rate](): "TaxRate", reflect.TypeFor[tax.Rule](): "TaxRule",
		reflect.TypeFor[terms.Rule](): "TermsRule", reflect.TypeFor[catalog.Unit](): "ProductUnit",
	} {
		if t == of || t.Kind() == reflect.Pointer && t.Elem() == of {
			return name
		}
	}
	return huma.DefaultSchemaNamer(t, hint)
}

// operation is what every route says of itself; n is its place in the table.
func operation(section string, r route, n int) huma.Operation {
	return huma.Operation{
		OperationID: operationID(r), Method: r.Method, Path: r.Path, Summary: r.Summary, Tags: []string{section},
		MaxBodyBytes:    maxBody + 1,
		BodyReadTimeout: -1, // the body is here already
		Responses:       map[string]*huma.Response{},
		Extensions:      map[string]any{"x-order": n},
	}
}

// operationID is the method and the path in words: post-orders-id-confirm.
func operationID(r route) string {
	words := strings.FieldsFunc(strings.TrimPrefix(r.Path, "/v1"), func(c rune) bool { return strings.ContainsRune("/{}", c) })
	return strings.ToLower(r.Method) + "-" + strings.Join(words, "-")
}

// tidy ends the document: lists are never null, and huma's own form of errors is not ours.
func tidy(o *huma.OpenAPI) {
	delete(o.Components.Schemas.Map(), "ErrorModel")
	delete(o.Components.Schemas.Map(), "ErrorDetail")
	for _, s := range o.Components.Schemas.Map() {
		notNull(s)
	}
	for _, p := range o.Paths {
		for _, op := range []*huma.Operation{p.Get, p.Post, p.Put} {
			if op != nil && op.RequestBody != nil {
				for _, m := range op.RequestBody.Content {
					notNull(m.Schema)
				}
			}
		}
	}
}

func notNull(s *huma.Schema) {
	if s.Type == huma.TypeArray {
		s.Nullable = false
		notNull(s.Items)
	}
	for _, p := range s.Properties {
		notNull(p)
	}
}

// errorsOf documents what can go wrong, by status.
func errorsOf(d *door, op *huma.Operation, list ...int) {
	schema := d.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	slices.Sort(list)
	for _, status := range list {
		answer := &huma.Response{Description: titles[status], Content: map[string]*huma.MediaType{"application/problem+json": {Schema: schema}}}
		if status == http.StatusServiceUnavailable {
			answer.Headers = map[string]*huma.Param{"Retry-After": {Description: "seconds to wait before the same request may be sent again", Schema: &huma.Schema{Type: huma.TypeInteger}}}
		}
		op.Responses[statusText(status)] = answer
	}
}

// health says that the process answers and its database too.
func (d *door) health(w http.ResponseWriter, r *http.Request) {
	if err := d.office.DB.Read(r.Context(), func(q *db.Reader) error { return nil }); err != nil {
		writeProblem(w, problemOf(r.Context(), err))
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"status":"ok"}` + "\n"))
}
