package api

import (
	"bytes"
	"context"
	"encoding/json"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kontor/internal/rooms/invoice"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// at puts the field in front of a fault.
func at(err error, path string) error { return fault.At(err, "%s", path) }

// bankStatements takes one statement as JSON, or a bank CSV with any number.
// The body is read here, since it has two forms.
func bankStatements(d *door, op huma.Operation) {
	schemas := d.api.OpenAPI().Components.Schemas
	schema := schemas.Schema(reflect.TypeFor[flow.Statement](), true, "")
	op.RequestBody = &huma.RequestBody{Required: true, Content: jsonOf(schema)}
	op.SkipValidateBody = true
	op.Description = "As JSON one statement; as text/csv the project's bank CSV with any number of them. A statement that was sent before changes nothing."
	write(d, op, func(ctx context.Context, in *struct {
		Writing
		Type    string `header:"Content-Type" hidden:"true"`
		RawBody []byte `contentType:"text/csv"`
	}) (Results[flow.Received], error) {
		var none Results[flow.Received]
		list, err := statementsOf(schemas, schema, in.Type, in.RawBody)
		for i := range list {
			err = fault.All(err, words(reflect.ValueOf(list[i]), ""))
		}
		if err != nil {
			return none, err
		}
		rs, err := d.office.Receive.Many(toFlow(ctx), who(ctx), list)
		if err == nil && len(rs) == 1 && rs[0].Fault != nil {
			return none, rs[0].Fault
		}
		return each(rs, err)(ctx)
	})
}

func statementsOf(schemas huma.Registry, schema *huma.Schema, media string, body []byte) ([]flow.Statement, error) {
	if strings.HasPrefix(media, "text/csv") {
		return fromCSV(body)
	}
	if media != "" && !strings.HasPrefix(media, "application/json") {
		return nil, problem(415, ErrMedia.Because("a bank statement is application/json or text/csv"))
	}
	var tree any
	if err := decode(body, &tree); err != nil {
		return nil, problem(400, ErrMalformed.Because("%v; send one JSON document", err))
	}
	path, found := huma.NewPathBuffer([]byte{}, 0), &huma.ValidateResult{}
	huma.Validate(schemas, schema, path, huma.ModeWriteToServer, tree, found)
	if len(found.Errors) > 0 {
		p, _ := translate(nil, "", huma.Error422UnprocessableEntity("", found.Errors...))
		return nil, p.(*Problem)
	}
	var s flow.Statement
	if err := json.Unmarshal(body, &s); err != nil {
		return nil, ErrRequest.Because("%v", err)
	}
	return []flow.Statement{s}, nil
}

// fromCSV reads a file, of which text is all that is taken.
func fromCSV(body []byte) ([]flow.Statement, error) {
	if bytes.IndexByte(body, 0) >= 0 {
		return nil, problem(400, ErrMalformed.Because("a bank file is text; this one holds the character with the number zero"))
	}
	return flow.BankFile(bytes.NewReader(body))
}

// BillingRun asks to bill everything that is due.
type BillingRun struct {
	On     day.Day `json:"on,omitempty" doc:"issue date, and the day up to which amounts are due; today when empty"`
	DryRun bool    `json:"dry_run,omitempty" doc:"only list the orders that have something due"`
}

// BilledRun is what a billing run did, or would look at.
type BilledRun struct {
	flow.RunReport
	On  day.Day    `json:"on"`
	Due []id.Order `json:"due,omitempty" doc:"of a dry run: orders with something due, 2000 at most"`
}

func billingRun(d *door, op huma.Operation) {
	write(d, op, func(ctx context.Context, in *posted[BillingRun]) (BilledRun, error) {
		v := BilledRun{}
		err := d.office.DB.Read(ctx, func(r *db.Reader) (err error) {
			v.On, err = dayOr(r, string(in.Body.On))
			return err
		})
		if err != nil {
			return v, at(err, "on")
		}
		if in.Body.DryRun {
			err := d.office.DB.Read(ctx, func(r *db.Reader) error {
				all, _, err := invoice.Due(r, v.On, invoice.Place{}, 2000)
				v.Due = distinct(all)
				return err
			})
			return v, err
		}
		return remembered(ctx, d, func() (BilledRun, error) {
			var err error
			v.RunReport, err = d.office.BillRun(ctx, who(ctx), v.On, nil)
			return v, err
		})
	})
}

func distinct[T comparable](all []T) []T {
	seen := map[T]bool{}
	out := []T{}
	for _, v := range all {
		if !seen[v] {
			seen[v] = true
			out = append(out, v)
		}
	}
	return out
}

// advance runs what is due for an order. Simulated it tells the first step
// only, since the next one rests on it.
func advance(d *door, op huma.Operation) {
	write(d, op, func(ctx context.Context, in *struct {
		Writing
		ByID
	}) (flow.Advanced, error) {
		o, err := d.find(ctx, anOrder, in.ID)
		if err != nil {
			return flow.Advanced{}, err
		}
		return remembered(ctx, d, func() (flow.Advanced, error) {
			all, err := d.office.Advance(ctx, who(ctx), []id.Order{id.Order(o)})
			if err != nil {
				return flow.Advanced{}, err
			}
			return all[0], nil
		})
	})
}

// CloseMonth asks to close a month in one ledger.
type CloseMonth struct {
	Ledger string `json:"ledger" enum:"stock,receivables,general" doc:"they close in this order"`
}

func closeMonth(d *door, op huma.Operation) {
	write(d, op, func(ctx context.Context, in *struct {
		Writing
		Month string `path:"month" doc:"such as 2026-03"`
		Body  CloseMonth
	}) (flow.Closed, error) {
		m, err := day.ParseMonth(in.Month)
		if err != nil {
			return flow.Closed{}, at(err, "path.month")
		}
		return remembered(ctx, d, func() (flow.Closed, error) { return d.office.ClosePeriod(ctx, who(ctx), in.Body.Ledger, m) })
	})
}
