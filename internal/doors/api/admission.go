package api

import (
	"context"
	"net"
	"net/http"
	"sync"

	"kontor/internal/tools/gate"
	"kontor/internal/words/fault"
)

// ErrFull says that the server has as much to do as it can do in good time.
var ErrFull = fault.Rule{Kind: fault.Busy, Code: "request.too-many"}

// Limits bound what is under way at a time; a zero stands for the default.
type Limits struct {
	Writes      int // requests that change something
	Reads       int // requests that only look; they have a gate of their own, so that writes never starve them
	Connections int // open connections, idle ones included
}

// The defaults. A batch holds up to 128 documents, so as many writes fill the
// batches. Those who were answered together also come back together, to read
// what they wrote: as many may do so at once. A connection costs some 30 KiB.
const (
	DefaultWrites      = 128
	DefaultReads       = 128
	DefaultConnections = 2048
)

// Or fills in the defaults.
func (l Limits) Or() Limits {
	for _, x := range []struct {
		is *int
		or int
	}{{&l.Writes, DefaultWrites}, {&l.Reads, DefaultReads}, {&l.Connections, DefaultConnections}} {
		if *x.is == 0 {
			*x.is = x.or
		}
	}
	return l
}

// enter lets a call in or says why not. The body is not touched.
func (d *door) enter(r *http.Request) (*gate.Visit, *Problem) {
	c := connectionOf(r.Context())
	if c.late {
		return nil, problem(503, ErrFull.Because("more callers are connected than this server takes; nothing was done, try again in a moment"))
	}
	g, place := d.writes, &c.write
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		g, place = d.reads, &c.read
	}
	v, err := g.Enter(r.Context(), place)
	if err != nil {
		return nil, problem(503, ErrFull.Because("more requests came than can be answered in good time; nothing was done, send this one again in a moment"))
	}
	return v, nil
}

// spare is how many connections beyond the limit are taken, only to be told so.
const spare = 256

// Listen bounds the connections that are open at a time, since each costs
// memory and a file handle even when it says nothing, and no gate sees it
// before its first request. A few more are taken and answered 503; beyond
// them, callers wait in the system's queue. The server needs ConnContext.
func Listen(l net.Listener, most int) net.Listener {
	return &listener{Listener: l, most: most, open: make(chan struct{}, most+spare), closed: make(chan struct{})}
}

type listener struct {
	net.Listener
	most   int
	open   chan struct{} // holds one for each open connection
	closed chan struct{}
	once   sync.Once
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case l.open <- struct{}{}:
	case <-l.closed:
		return nil, net.ErrClosed
	}
	c, err := l.Listener.Accept()
	if err != nil {
		<-l.open
		return nil, err
	}
	return &conn{Conn: c, late: len(l.open) > l.most, gone: func() { <-l.open }}, nil
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return l.Listener.Close()
}

type conn struct {
	net.Conn
	late bool // came when all places were taken
	once sync.Once
	gone func()
}

func (c *conn) Close() error {
	defer c.once.Do(c.gone)
	return c.Conn.Close()
}

// CloseWrite lets the server end an answer before it throws the connection
// away, so that it arrives although the body was not read.
func (c *conn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}

// connection is who stands before the gates: one caller, who asks one thing
// after the other.
type connection struct {
	late        bool // came when all places were taken
	write, read gate.Caller
}

type connectionKey struct{}

// ConnContext lets the handler know which requests come by one connection.
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	l, ok := c.(*conn)
	return context.WithValue(ctx, connectionKey{}, &connection{late: ok && l.late})
}

// connectionOf gives a request's connection; without a server each is its own.
func connectionOf(ctx context.Context) *connection {
	if c, ok := ctx.Value(connectionKey{}).(*connection); ok {
		return c
	}
	return &connection{}
}
