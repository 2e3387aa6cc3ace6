package api

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kontor/internal/story/report"
	"kontor/internal/tools/db"
)

// Paging asks for a part of a list.
type Paging struct {
	Limit int    `query:"limit" minimum:"1" maximum:"500" default:"50" doc:"rows of one part"`
	After string `query:"after" doc:"the field next of the part before"`
}

func (p Paging) page() report.Page { return report.Page{Limit: p.Limit, After: p.After} }

// ByID names one thing.
type ByID struct {
	ID string `path:"id" doc:"the id, or the number or code that people use"`
}

// Nothing is what a question without parameters takes.
type Nothing struct{}

// shown is the answer to a question; the ETag is the document's version.
type shown struct {
	ETag string `header:"ETag"`
	Body any
}

type plain struct{ Body any }

// get answers a question from a snapshot. What has a version gets an ETag.
func get[I, T any](ask func(q db.Querier, in *I) (T, error)) adder {
	return func(d *door, op huma.Operation) {
		schema := d.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, op.OperationID+"Answer")
		op.Responses["200"] = &huma.Response{Description: "OK", Content: jsonOf(schema)}
		errorsOf(d, &op, 401, 404, 422, 500, 503)
		if _, versioned := versionOf(reflect.New(reflect.TypeFor[T]()).Elem()); versioned {
			huma.Register(d.api, op, func(ctx context.Context, in *I) (*shown, error) {
				v, err := read(ctx, d, ask, in)
				return &shown{etag(v), v}, failure(ctx, err)
			})
			return
		}
		huma.Register(d.api, op, func(ctx context.Context, in *I) (*plain, error) {
			v, err := read(ctx, d, ask, in)
			return &plain{v}, failure(ctx, err)
		})
	}
}

func read[I, T any](ctx context.Context, d *door, ask func(q db.Querier, in *I) (T, error), in *I) (v T, err error) {
	err = d.office.DB.Read(ctx, func(r *db.Reader) error {
		v, err = ask(r, in)
		return err
	})
	return v, err
}

// etag is the version of a document, "" when it has none.
func etag(v any) string {
	n, ok := versionOf(reflect.ValueOf(v))
	if !ok {
		return ""
	}
	return fmt.Sprintf(`"%d"`, n)
}

func versionOf(v reflect.Value) (int64, bool) {
	v = reflect.Indirect(v)
	if v.Kind() != reflect.Struct {
		return 0, false
	}
	f := v.FieldByName("Version")
	return number(f)
}

func number(f reflect.Value) (int64, bool) {
	if !f.IsValid() || f.Kind() != reflect.Int64 {
		return 0, false
	}
	return f.Int(), true
}

// Format asks for rows instead of JSON.
type Format struct {
	Format string `query:"format" enum:"json,csv" doc:"csv: UTF-8 with a byte order mark; Accept: text/csv does the same"`
	Accept string `header:"Accept" hidden:"true"`
}

func (f *Format) csv() bool {
	return f.Format == "csv" || f.Format == "" && strings.HasPrefix(f.Accept, "text/csv")
}

type table struct {
	ContentType string `header:"Content-Type" hidden:"true"`
	Body        any
}

// rows answers a question as JSON or as CSV.
func rows[I any, T report.Table](ask func(q db.Querier, in *I) (T, error)) adder {
	return func(d *door, op huma.Operation) {
		schema := d.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
		content := jsonOf(schema)
		content["text/csv"] = &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString}}
		op.Responses["200"] = &huma.Response{Description: "OK", Content: content}
		errorsOf(d, &op, 401, 404, 422, 500, 503)
		huma.Register(d.api, op, func(ctx context.Context, in *I) (*table, error) {
			v, err := read(ctx, d, ask, in)
			if err != nil {
				return nil, failure(ctx, err)
			}
			if !any(in).(interface{ csv() bool }).csv() {
				return &table{"application/json", v}, nil
			}
			var b bytes.Buffer
			err = report.CSV(&b, v)
			return &table{"text/csv; charset=utf-8", b.Bytes()}, failure(ctx, err)
		})
	}
}

// listed gives a list that is short and always whole the form of the others.
func listed[T any](ask func(db.Querier) ([]T, error)) adder {
	return get(func(q db.Querier, _ *Nothing) (report.List[T], error) {
		all, err := ask(q)
		return report.List[T]{Items: all}, err
	})
}
