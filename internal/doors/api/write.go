package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/tools/idem"
	"kontor/internal/words/fault"
)

// Writing is what every write takes.
type Writing struct {
	Key      string `header:"Idempotency-Key" maxLength:"200" doc:"a text of your choice, new for each new request: the same request sent again has no second effect and gets the same answer; with another body it is refused (422)"`
	Simulate bool   `query:"simulate" doc:"run it, answer {result, consequences}, and roll it back: nothing stays"`
}

func (w *Writing) asked() *Writing { return w }

// Simulated is the answer when nothing was meant to stay.
type Simulated[T any] struct {
	Result       T               `json:"result" doc:"what the answer would be"`
	Consequences *report.Changes `json:"consequences" doc:"what would be written"`
}

// Each is one of several answers.
type Each[T any] struct {
	Result  *T       `json:"result,omitempty"`
	Problem *Problem `json:"problem,omitempty"`
}

// Results answers a list of commands, in the order sent.
type Results[T any] struct {
	Results []Each[T] `json:"results"`
}

// answer is what a write gives back.
type answer struct {
	Status int
	ETag   string `header:"ETag" hidden:"true"`
	Body   any
}

// write registers a route that changes something. run gets a context that
// carries the key or the wish to simulate.
func write[I, T any](d *door, op huma.Operation, run func(ctx context.Context, in *I) (T, error)) {
	if op.DefaultStatus == 0 {
		op.DefaultStatus = http.StatusOK
	}
	schemas := d.api.OpenAPI().Components.Schemas
	result := schemas.Schema(reflect.TypeFor[T](), true, op.OperationID+"Answer")
	simulated := schemas.Schema(reflect.TypeFor[Simulated[T]](), true, "")
	if op.DefaultStatus == http.StatusOK {
		op.Responses["200"] = &huma.Response{Description: "Done; with ?simulate=true what would be done", Content: jsonOf(&huma.Schema{OneOf: []*huma.Schema{result, simulated}})}
	} else {
		op.Responses[statusText(op.DefaultStatus)] = &huma.Response{Description: "Created", Content: jsonOf(result)}
		op.Responses["200"] = &huma.Response{Description: "Simulated: nothing was created", Content: jsonOf(simulated)}
	}
	errorsOf(d, &op, 400, 401, 403, 404, 409, 412, 413, 415, 422, 500, 503)
	status := op.DefaultStatus
	huma.Register(d.api, op, func(ctx context.Context, in *I) (*answer, error) {
		if err := bodyOf(in); err != nil {
			return nil, failure(ctx, err)
		}
		a, err := perform(ctx, status, any(in).(interface{ asked() *Writing }).asked(), func(ctx context.Context) (T, error) { return run(ctx, in) })
		return a, failure(ctx, err)
	})
}

func perform[T any](ctx context.Context, status int, w *Writing, run func(context.Context) (T, error)) (*answer, error) {
	if err := checkKey(w.Key); err != nil {
		return nil, err
	}
	if !w.Simulate {
		v, err := run(withKey(ctx, w.Key))
		return &answer{status, etag(v), v}, err
	}
	var v T
	c, err := flow.Simulate(ctx, func(ctx context.Context) (err error) {
		v, err = run(ctx)
		return err
	})
	return &answer{http.StatusOK, "", Simulated[T]{v, c}}, err
}

func checkKey(key string) error {
	for _, c := range key {
		if c < ' ' || c == 0x7f || c == 0xfffd {
			return ErrKey.Because("an idempotency key is readable text of 1 to 200 characters").At("header.Idempotency-Key")
		}
	}
	return nil
}

type keyOf struct{}

func withKey(ctx context.Context, key string) context.Context {
	if key == "" {
		return ctx
	}
	q := requestOf(ctx)
	return context.WithValue(ctx, keyOf{}, idem.Key{Client: int64(q.caller.User), Key: key, Body: q.hash})
}

// toFlow hands the key on to the one step that a route runs.
func toFlow(ctx context.Context) context.Context {
	if k, ok := ctx.Value(keyOf{}).(idem.Key); ok {
		return flow.WithKey(ctx, k)
	}
	return ctx
}

// maintain runs a change of master data in one transaction, with the key in it.
func maintain[T any](ctx context.Context, d *door, f func(tx *db.Tx) (T, error)) (T, error) {
	var v T
	k, _ := ctx.Value(keyOf{}).(idem.Key)
	err := d.office.Maintain(ctx, who(ctx), func(tx *db.Tx) error {
		fresh, answers, refused, err := idem.Claim(tx, []idem.Key{k})
		switch {
		case err != nil:
			return err
		case refused[0] != nil:
			return refused[0]
		case !fresh[0]:
			return json.Unmarshal([]byte(answers[0]), &v)
		}
		if v, err = f(tx); err != nil {
			return err
		}
		text, err := json.Marshal(v)
		idem.Answer(tx, []idem.Key{k}, []string{string(text)})
		return err
	})
	return v, err
}

// finder resolves what stands in a path: an id, or the number people use.
type finder func(q db.Querier, ref string) (int64, error)

func by[T ~int64](find func(db.Querier, string) (T, error)) finder {
	return func(q db.Querier, ref string) (int64, error) {
		v, err := find(q, ref)
		return int64(v), err
	}
}

func (d *door) find(ctx context.Context, f finder, ref string) (v int64, err error) {
	err = d.office.DB.Read(ctx, func(r *db.Reader) error {
		v, err = f(r, ref)
		return err
	})
	return v, err
}

// version reads an If-Match header: a version as the ETag showed it.
func version(match string) (int64, error) {
	text := strings.Trim(strings.TrimPrefix(match, "W/"), `"`)
	if text == "" || text == "*" {
		return 0, nil
	}
	v, err := strconv.ParseInt(text, 10, 64)
	if err != nil || v <= 0 {
		return 0, errStale.Because("%.40q is no version of this document; send the ETag that you read", match).At("header.If-Match")
	}
	return v, nil
}

var errStale = fault.Rule{Kind: fault.Stale, Code: "request.if-match"}

func statusText(n int) string { return strconv.Itoa(n) }

func jsonOf(s *huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{"application/json": {Schema: s}}
}
