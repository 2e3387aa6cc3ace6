package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"

	"kontor/internal/story/flow"
)

// benchClient does the steps of the chain by the HTTP API, a request each.
type benchClient struct {
	line *benchLine
	auth string // the header Authorization
}

// benchLine is a connection that is kept, as every caller of a busy API has one.
// A request goes out in one piece and its answer is read here, without what a
// client needs who serves many callers; so the server is measured, and little else.
type benchLine struct {
	addr string
	conn net.Conn
	in   *bufio.Reader
	out  bytes.Buffer
}

// post sends a body and reads the answer to its end.
func (l *benchLine) post(ctx context.Context, path, auth string, body []byte) (status int, text []byte, err error) {
	if l.conn == nil {
		if l.conn, err = (&net.Dialer{}).DialContext(ctx, "tcp", l.addr); err != nil {
			return 0, nil, err
		}
		l.in = bufio.NewReader(l.conn)
	}
	l.out.Reset()
	fmt.Fprintf(&l.out, "POST %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, l.addr, auth, len(body))
	l.out.Write(body)
	if _, err := l.conn.Write(l.out.Bytes()); err != nil {
		return 0, nil, err
	}
	res, err := http.ReadResponse(l.in, nil)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	text, err = io.ReadAll(res.Body)
	return res.StatusCode, text, err
}

func (l *benchLine) close() {
	if l.conn != nil {
		_ = l.conn.Close()
	}
}

// send posts a body as JSON and reads the answer; a refusal is an error with
// the problem's text.
func send[T any](ctx context.Context, c benchClient, path string, body any) (T, error) {
	var out T
	b, err := json.Marshal(body)
	if err != nil {
		return out, err
	}
	status, text, err := c.line.post(ctx, path, c.auth, b)
	if err != nil {
		return out, err
	}
	if status != http.StatusOK && status != http.StatusCreated {
		return out, fmt.Errorf("POST %s: %d %s", path, status, bytes.TrimSpace(text))
	}
	return out, json.Unmarshal(text, &out)
}

// inPath hides the field of a command that the path names already: a field of the
// same name that lies less deep, and is empty.
type inPath = *struct{}

func (c benchClient) Capture(ctx context.Context, d flow.Draft) (flow.Placed, error) {
	return send[flow.Placed](ctx, c, "/v1/orders", d)
}

func (c benchClient) Confirm(ctx context.Context, d flow.Confirm) (flow.Confirmed, error) {
	return send[flow.Confirmed](ctx, c, "/v1/orders/"+d.Order.String()+"/confirm", struct {
		flow.Confirm
		Order inPath `json:"order,omitempty"`
	}{Confirm: d})
}

func (c benchClient) Release(ctx context.Context, d flow.Release) (flow.Released, error) {
	return send[flow.Released](ctx, c, "/v1/orders/"+d.Order.String()+"/release", struct {
		flow.Release
		Order inPath `json:"order,omitempty"`
	}{Release: d})
}

func (c benchClient) Ship(ctx context.Context, d flow.Ship) (flow.Shipped, error) {
	return send[flow.Shipped](ctx, c, "/v1/shipments/"+d.Shipment.String()+"/ship", struct {
		flow.Ship
		Shipment inPath `json:"shipment,omitempty"`
	}{Ship: d})
}

func (c benchClient) Bill(ctx context.Context, d flow.Bill) (flow.Billed, error) {
	return send[flow.Billed](ctx, c, "/v1/orders/"+d.Order.String()+"/bill", struct {
		flow.Bill
		Order inPath `json:"order,omitempty"`
	}{Bill: d})
}

// Receive sends one statement; the API answers with a list, since a bank's file
// may hold several.
func (c benchClient) Receive(ctx context.Context, d flow.Statement) (flow.Received, error) {
	type taken struct {
		Results []struct {
			Result  *flow.Received  `json:"result"`
			Problem json.RawMessage `json:"problem"`
		} `json:"results"`
	}
	all, err := send[taken](ctx, c, "/v1/bank-statements", d)
	if err != nil {
		return flow.Received{}, err
	}
	if len(all.Results) != 1 || all.Results[0].Result == nil {
		return flow.Received{}, fmt.Errorf("POST /v1/bank-statements: one result expected, not %+v", all)
	}
	return *all.Results[0].Result, nil
}

func (c benchClient) Apply(ctx context.Context, d flow.Apply) (flow.Applied, error) {
	return send[flow.Applied](ctx, c, "/v1/applications", d)
}

func (c benchClient) Reconcile(ctx context.Context, d flow.Reconcile) (flow.Reconciled, error) {
	return send[flow.Reconciled](ctx, c, "/v1/statements/"+d.Statement.String()+"/reconcile", struct {
		flow.Reconcile
		Statement inPath `json:"statement,omitempty"`
	}{Reconcile: d})
}
