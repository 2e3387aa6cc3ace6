package api

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"kontor/internal/tools/gate"
)

// untouched is a body that nobody may read.
type untouched struct{ t *testing.T }

func (b untouched) Read([]byte) (int, error) {
	b.t.Error("the body was read")
	return 0, errors.New("read")
}

func TestAFullServerRefusesBeforeItReads(t *testing.T) {
	d := &door{office: office(t), writes: gate.New(1), reads: gate.New(1)}
	h := d.open()
	call := func(method, path string, body io.Reader) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, path, body))
		return w
	}
	v, err := d.writes.Enter(context.Background(), &gate.Caller{})
	if err != nil {
		t.Fatal(err)
	}
	w := call("POST", "/v1/orders", untouched{t})
	if p := problemIn(t, w.Body); w.Code != 503 || p.Code != ErrFull.Code || p.Detail == "" || w.Header().Get("Retry-After") == "" || w.Header().Get("X-Request-Id") == "" {
		t.Errorf("%d %+v %v", w.Code, p, w.Header())
	}
	if w := call("GET", "/v1/orders", nil); w.Code != 401 {
		t.Errorf("a read beside writes: %d", w.Code)
	}
	for _, open := range []string{"/healthz", "/docs", "/openapi.json"} {
		if w := call("GET", open, nil); w.Code != 200 {
			t.Errorf("%s: %d", open, w.Code)
		}
	}
	v.Leave()
	if w := call("POST", "/v1/orders", untouched{t}); w.Code != 401 {
		t.Errorf("when the other one is gone: %d", w.Code)
	}
}

func problemIn(t *testing.T, r io.Reader) Problem {
	t.Helper()
	var p Problem
	if err := json.NewDecoder(r).Decode(&p); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestOneConnectionTooManyIsToldSo opens more than the server takes.
func TestOneConnectionTooManyIsToldSo(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: Handler(office(t), Limits{}), ConnContext: ConnContext}
	defer s.Close()
	go func() { _ = s.Serve(Listen(l, 1)) }()
	first, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	ask := func() *http.Response {
		t.Helper()
		res, err := http.Post("http://"+l.Addr().String()+"/v1/orders", "application/json", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	res := ask()
	defer res.Body.Close()
	if p := problemIn(t, res.Body); res.StatusCode != 503 || p.Code != ErrFull.Code || res.Header.Get("Retry-After") == "" || !res.Close {
		t.Errorf("%d %+v %v", res.StatusCode, p, res.Header)
	}
	first.Close()
	for end := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		res := ask()
		res.Body.Close()
		if res.StatusCode == 401 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("after one has gone: %d", res.StatusCode)
		}
	}
}
