package api

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// Rules of the door itself; all others belong to rooms and flows.
var (
	ErrRequest   = fault.Rule{Kind: fault.Invalid, Code: "request.invalid"}
	ErrMalformed = fault.Rule{Kind: fault.Invalid, Code: "request.malformed"}
	ErrTooLarge  = fault.Rule{Kind: fault.Invalid, Code: "request.too-large"}
	ErrMedia     = fault.Rule{Kind: fault.Invalid, Code: "request.media-type"}
	ErrRoute     = fault.Rule{Kind: fault.NotFound, Code: "request.unknown-path"}
	ErrMethod    = fault.Rule{Kind: fault.Invalid, Code: "request.unknown-method"}
	ErrLogin     = fault.Rule{Kind: fault.Forbidden, Code: "access.token-missing"}
	ErrInternal  = fault.Rule{Kind: fault.Busy, Code: "internal"}
	ErrKey       = fault.Rule{Kind: fault.Invalid, Code: "idempotency.key"}
)

// statuses of a rule's kind.
var statuses = map[fault.Kind]int{
	fault.Invalid: http.StatusUnprocessableEntity, fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict, fault.Refused: http.StatusConflict,
	fault.Forbidden: http.StatusForbidden, fault.Stale: http.StatusPreconditionFailed, fault.Busy: http.StatusServiceUnavailable,
}

// titles say the same of every problem of a status.
var titles = map[int]string{
	400: "The request cannot be read", 401: "Who are you?", 403: "You may not do this", 404: "There is no such thing", 405: "This path does not know the method",
	408: "The request took too long to arrive", 409: "This cannot be done now", 412: "Somebody else changed it first", 413: "The request is too large",
	415: "The request has a form that is not understood", 422: "The request is not right", 500: "Something broke on our side", 503: "Too busy, try again",
}

// Problem is how the API says no (RFC 9457): what could not be done, why, at
// which field, and what would help.
type Problem struct {
	Type    string            `json:"type" doc:"where this kind of problem is explained"`
	Title   string            `json:"title" doc:"the same for every problem of the status"`
	Status  int               `json:"status" doc:"the HTTP status"`
	Detail  string            `json:"detail" doc:"a sentence for a person: what, why, what would help"`
	Code    string            `json:"code" doc:"the rule, such as stock.short; codes are never renamed"`
	Path    string            `json:"path,omitempty" doc:"the field, such as lines[2].qty, query.limit or header.If-Match"`
	Figures map[string]string `json:"figures,omitempty" doc:"the numbers behind the sentence"`
	Errors  []Reason          `json:"errors,omitempty" doc:"when several rules were broken: all of them, the first one included"`
	Request string            `json:"request_id,omitempty" doc:"to find the request in the log, when it was our mistake"`
}

// Reason is one broken rule.
type Reason struct {
	Code    string            `json:"code"`
	Detail  string            `json:"detail"`
	Path    string            `json:"path,omitempty"`
	Figures map[string]string `json:"figures,omitempty"`
}

// Error gives the sentence.
func (p *Problem) Error() string { return p.Detail }

// GetStatus makes huma answer with the problem's status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType makes huma answer with the media type of problems.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

func problem(status int, f *fault.Fault) *Problem {
	p := &Problem{Type: "/docs#" + f.Code, Title: titles[status], Status: status, Detail: f.Sentence, Code: f.Code, Path: f.Path, Figures: f.Figures}
	if len(f.Also) == 0 {
		return p
	}
	for _, g := range append([]*fault.Fault{f}, f.Also...) {
		p.Errors = append(p.Errors, Reason{g.Code, g.Sentence, g.Path, g.Figures})
	}
	return p
}

// problemOf makes the problem of an error. What is no fault is our mistake: it
// is logged, and the caller gets the request's id only.
func problemOf(ctx context.Context, err error) *Problem {
	if p := (*Problem)(nil); errors.As(err, &p) {
		return p
	}
	if f, ok := fault.Of(err); ok {
		return problem(statuses[f.Kind], f)
	}
	switch {
	case db.IsCheck(err):
		slog.Warn("the database refused values that nobody had checked", "error", err, "request", requestOf(ctx).id)
		return problem(422, ErrRequest.Because("the database does not take these values: a number is outside of what is possible, or a word is none of those allowed"))
	case db.Again(err), errors.Is(err, context.DeadlineExceeded):
		return problem(503, flow.ErrBusy.Because("the same things are being changed by many at once; try again in a moment"))
	case errors.Is(err, context.Canceled):
		return problem(503, flow.ErrBusy.Because("the caller went away before the answer"))
	}
	return broken(ctx, err)
}

// broken is the answer when it was our mistake.
func broken(ctx context.Context, err error) *Problem {
	r := requestOf(ctx)
	slog.Error("request failed", "request", r.id, "call", r.call, "error", err)
	p := problem(500, ErrInternal.Because("something broke on our side; nothing was changed. Tell us the request id %s", r.id))
	p.Request = r.id
	return p
}

// failure is what a handler returns: huma writes the problem and its headers.
func failure(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	p := problemOf(ctx, err)
	if p.Status == http.StatusServiceUnavailable {
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {"1"}})
	}
	return p
}

// translate turns huma's own errors, which come before a handler runs, into problems.
func translate(_ huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	m.Errors = slices.DeleteFunc(m.Errors, func(e *huma.ErrorDetail) bool { return e == nil })
	rule, help := ErrRequest, ""
	switch m.Status {
	case 400:
		rule, help = ErrMalformed, "; send one JSON document"
	case 413:
		rule = ErrTooLarge
	case 415:
		rule, help = ErrMedia, "; send Content-Type: application/json"
	}
	var first *fault.Fault
	slices.SortFunc(m.Errors, func(a, b *huma.ErrorDetail) int { return strings.Compare(field(a), field(b)) }) // huma walks maps
	for _, e := range m.Errors {
		f := rule.Because("%s%s", e.Message, help)
		if f.Path = field(e); f.Path != "" {
			f.Sentence = f.Path + sentence(e.Message)
		}
		if first == nil {
			first = f
		} else {
			first.Also = append(first.Also, f)
		}
	}
	if first == nil {
		first = rule.Because("%s%s", m.Detail, help)
	}
	return problem(m.Status, first), nil
}

// sentence ends what begins with the name of a field.
func sentence(message string) string {
	switch {
	case strings.HasPrefix(message, missing):
		return " is missing"
	case message == "unexpected property", message == "unknown query parameter":
		return " is nothing that this request knows; look for a typing error, /docs lists the fields"
	}
	return ": " + message
}

const missing = "expected required property "

// field gives the path of what huma found wrong: of a missing property its
// own, not that of the object around it; of a body without the word body.
func field(e *huma.ErrorDetail) string {
	path := e.Location
	if name, ok := strings.CutPrefix(e.Message, missing); ok {
		name, _, _ = strings.Cut(name, " ")
		path += "." + name
	}
	if path == "body" {
		return ""
	}
	return strings.TrimPrefix(strings.TrimPrefix(path, "body"), ".")
}
