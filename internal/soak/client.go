package soak

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"kontor/internal/crash"
	"kontor/internal/story/flow"
)

// client is one caller, who waits for each answer before he asks again. He is
// a little impatient: when told to come again in a second, he does so in a
// fifth of it.
type client struct {
	*rig
	phase *phase
	chain int64
	step  int
}

const impatience = 5

// errOver ends a chain when its stretch is over.
var errOver = errors.New("the stretch is over")

// work plays one order after the other.
func (c *client) work() {
	for !c.phase.over.Load() {
		c.chain, c.step = c.chains.Add(1), 0
		lines, err := c.order()
		switch {
		case err == nil:
			c.phase.count(func(t *tally) { t.Lines += lines })
		case !errors.Is(err, errOver):
			c.phase.count(func(t *tally) { t.fail(fmt.Sprintf("order %d, step %d: %v", c.chain, c.step, err)) })
			time.Sleep(100 * time.Millisecond)
		}
	}
}

// order takes one order through all eight steps and gives its number of lines.
func (c *client) order() (int, error) {
	draft := (&crash.Chain{ID: c.chain}).Draft()
	var placed flow.Placed
	var released flow.Released
	var billed flow.Billed
	if err := c.write("/v1/orders", draft, &placed); err != nil {
		return 0, err
	}
	at := "/v1/orders/" + placed.Order.String()
	if err := c.write(at+"/confirm", nil, nil); err != nil {
		return 0, err
	}
	if err := c.write(at+"/release", nil, &released); err != nil {
		return 0, err
	}
	if err := c.write("/v1/shipments/"+released.Shipment.String()+"/ship", nil, nil); err != nil {
		return 0, err
	}
	if err := c.write(at+"/bill", nil, &billed); err != nil {
		return 0, err
	}
	if len(billed.Invoices) != 1 {
		return 0, fmt.Errorf("%d invoices", len(billed.Invoices))
	}
	if err := c.money(billed.Invoices[0]); err != nil {
		return 0, err
	}
	return len(draft.Lines), c.read(at)
}

// money is the second half: the invoice is paid in full.
func (c *client) money(paper flow.Issued) error {
	var received struct {
		Results []struct{ Result flow.Received }
	}
	err := c.write("/v1/bank-statements", flow.Statement{Account: "BANK", Number: strconv.FormatInt(c.chain, 10), Opening: "0.00", Closing: paper.Payable,
		Entries: []flow.BankEntry{{BookedOn: paper.IssuedOn, Amount: paper.Payable, Text: "invoice " + paper.Number}}}, &received)
	if err != nil {
		return err
	}
	if len(received.Results) != 1 || len(received.Results[0].Result.Receipts) != 1 {
		return fmt.Errorf("received: %+v", received)
	}
	got := received.Results[0].Result
	if err := c.write("/v1/applications", flow.Apply{Credit: got.Receipts[0].Item}, nil); err != nil {
		return err
	}
	var tied flow.Reconciled
	if err := c.write("/v1/statements/"+got.Statement.String()+"/reconcile", nil, &tied); err != nil {
		return err
	}
	if len(tied.Closed) != 1 {
		return fmt.Errorf("the order did not close: %+v", tied)
	}
	return nil
}

// write asks for one step under a key of its own, again and again under the
// same one as long as the server is too busy.
func (c *client) write(path string, cmd, into any) error {
	c.step++
	var body []byte
	if cmd != nil {
		var err error
		if body, err = json.Marshal(cmd); err != nil {
			return err
		}
	}
	return c.ask(http.MethodPost, path, fmt.Sprintf("soak-%d-%d", c.chain, c.step), body, into)
}

func (c *client) read(path string) error { return c.ask(http.MethodGet, path, "", nil, nil) }

func (c *client) ask(method, path, key string, body []byte, into any) error {
	for !c.phase.over.Load() {
		again, err := c.try(method, path, key, body, into)
		if again == 0 || err != nil {
			return err
		}
		again /= impatience
		time.Sleep(again/2 + rand.N(again))
	}
	return errOver
}

// try sends a request once. When the server is too busy it gives the time after
// which to come again.
func (c *client) try(method, path, key string, body []byte, into any) (again time.Duration, err error) {
	req, err := http.NewRequest(method, c.server.url+path, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Idempotency-Key", key)
	}
	began := time.Now()
	res, err := c.http.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err
	}
	took := time.Since(began)
	switch res.StatusCode {
	case http.StatusOK, http.StatusCreated:
		c.phase.count(func(t *tally) { t.admit(method == http.MethodGet, took) })
		if into == nil {
			return 0, nil
		}
		return 0, json.Unmarshal(text, into)
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		return c.refused(res, text)
	}
	return 0, fmt.Errorf("%s %s: %d %s", method, path, res.StatusCode, text)
}

// refused looks at how the server said no: a problem with a code and a sentence
// and the seconds to wait.
func (c *client) refused(res *http.Response, text []byte) (time.Duration, error) {
	seconds, err := strconv.Atoi(res.Header.Get("Retry-After"))
	var p struct{ Code, Detail string }
	if err != nil || seconds < 1 || res.Header.Get("Content-Type") != "application/problem+json" || json.Unmarshal(text, &p) != nil || p.Code == "" || p.Detail == "" {
		return 0, fmt.Errorf("refused without saying when to come again: %d %v %s", res.StatusCode, res.Header, text)
	}
	c.phase.count(func(t *tally) { t.Refused++ })
	return time.Duration(seconds) * time.Second, nil
}
