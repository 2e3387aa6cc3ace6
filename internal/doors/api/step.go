package api

import (
	"context"
	"encoding"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/idem"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// adder registers one route.
type adder func(d *door, op huma.Operation)

type posted[C any] struct {
	Writing
	Body C
}

type PostedAt[C any] struct {
	Writing
	ID   string `path:"id" doc:"the id, or the number that people use"`
	Body C
}

type PostedIf[C any] struct {
	PostedAt[C]
	Match string `header:"If-Match" doc:"the ETag that you read; when the document was changed since, the answer is 412"`
}

// create runs a step that makes a document.
func create[C, T any](s *flow.Step[C, T]) adder {
	return func(d *door, op huma.Operation) {
		op.DefaultStatus = http.StatusCreated
		act(s)(d, op)
	}
}

// act runs a step; the command is the body.
func act[C, T any](s *flow.Step[C, T]) adder {
	return func(d *door, op huma.Operation) {
		write(d, op, func(ctx context.Context, in *posted[C]) (T, error) { return s.One(toFlow(ctx), who(ctx), in.Body) })
	}
}

// on runs a step on the document in the path. The command's field of that name
// is filled from the path and is therefore no part of the body; a body without
// required fields may be left out.
func on[C, T any](s *flow.Step[C, T], name string, f finder) adder {
	at := fieldOf[C](name)
	return func(d *door, op huma.Operation) {
		optional := bodyWithout[C](d, &op, name)
		run := func(ctx context.Context, c C, ref string) (T, error) {
			field := reflect.ValueOf(&c).Elem().Field(at)
			if !isID(field, ref) {
				v, err := d.find(ctx, f, ref)
				if err != nil {
					var none T
					return none, err
				}
				field.SetInt(v)
			}
			return s.One(toFlow(ctx), who(ctx), c)
		}
		body := op.RequestBody
		if v := fieldOf[C]("version"); v >= 0 {
			write(d, op, func(ctx context.Context, in *PostedIf[C]) (T, error) {
				n, err := version(in.Match)
				if err != nil {
					var none T
					return none, err
				}
				if n != 0 {
					reflect.ValueOf(&in.Body).Elem().Field(v).SetInt(n)
				}
				return run(ctx, in.Body, in.ID)
			})
		} else {
			write(d, op, func(ctx context.Context, in *PostedAt[C]) (T, error) { return run(ctx, in.Body, in.ID) })
		}
		body.Required = !optional // huma takes every body for required
	}
}

// isID takes what is an id as it stands: whether there is such a document, the
// step finds out under its lock. Only what people write must be looked up.
func isID(field reflect.Value, ref string) bool {
	id, ok := field.Addr().Interface().(encoding.TextUnmarshaler)
	return ok && id.UnmarshalText([]byte(ref)) == nil
}

// many runs a step for a list in one transaction; each command gets its own answer.
func many[C, T any](s *flow.Step[C, T]) adder {
	return func(d *door, op huma.Operation) {
		write(d, op, func(ctx context.Context, in *struct {
			Writing
			Body []C `minItems:"1" maxItems:"500"`
		}) (Results[T], error) {
			return each(s.Many(toFlow(ctx), who(ctx), in.Body))(ctx)
		})
	}
}

// each turns the results of a flow into answers.
func each[T any](rs []flow.Result[T], err error) func(context.Context) (Results[T], error) {
	return func(ctx context.Context) (Results[T], error) {
		out := Results[T]{Results: make([]Each[T], len(rs))}
		for i := range rs {
			if errors.Is(rs[i].Fault, idem.ErrBody) {
				return out, rs[i].Fault // the whole list, not one of it
			}
			if rs[i].Fault != nil {
				out.Results[i].Problem = problemOf(ctx, rs[i].Fault)
			} else {
				out.Results[i].Result = &rs[i].Value
			}
		}
		return out, err
	}
}

// fieldOf finds the field of a command by its JSON name; -1 when it has none.
func fieldOf[C any](name string) int {
	t := reflect.TypeFor[C]()
	for i := range t.NumField() {
		if n, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); n == name {
			return i
		}
	}
	return -1
}

// bodyWithout documents a command less the field that the path names, and
// tells whether nothing else is required.
func bodyWithout[C any](d *door, op *huma.Operation, name string) (optional bool) {
	schemas := d.api.OpenAPI().Components.Schemas
	full := huma.SchemaFromType(schemas, reflect.TypeFor[C]())
	s := &huma.Schema{Type: huma.TypeObject, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	for k, p := range full.Properties {
		if k != name {
			s.Properties[k] = p
		}
	}
	s.Required = slices.DeleteFunc(slices.Clone(full.Required), func(k string) bool { return k == name })
	s.PrecomputeMessages()
	title := reflect.TypeFor[C]().Name() + "Request"
	schemas.Map()[title] = s
	op.RequestBody = &huma.RequestBody{Content: jsonOf(&huma.Schema{Ref: "#/components/schemas/" + title})}
	return len(s.Required) == 0
}

// The things that paths name. What has no number is named by its id only.
var (
	anOrder    = by(report.FindOrder)
	aShipment  = by(report.FindShipment)
	anInvoice  = by(report.FindInvoice)
	aReturn    = by(report.FindReturn)
	aHold      = only[id.Hold]("hold")
	aReceipt   = only[id.Receipt]("receipt")
	aStatement = only[id.Statement]("bank statement")
	aSettling  = only[id.Application]("settlement")
)

var errID = fault.Rule{Kind: fault.NotFound, Code: "request.unknown-id"}

// parsed reads an id of a noun.
func parsed[T ~int64, P interface {
	*T
	UnmarshalText([]byte) error
}](thing, ref string) (T, error) {
	var v T
	if err := P(&v).UnmarshalText([]byte(ref)); err != nil || v == 0 {
		return 0, errID.Because("there is no %s %.60q: write its id", thing, ref)
	}
	return v, nil
}

func only[T ~int64, P interface {
	*T
	UnmarshalText([]byte) error
}](thing string) finder {
	return func(_ db.Querier, ref string) (int64, error) {
		v, err := parsed[T, P](thing, ref)
		return int64(v), err
	}
}
