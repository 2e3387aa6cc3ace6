package main

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"

	"kontor/internal/app"
	"kontor/internal/bench"
	"kontor/internal/rooms/access"
)

// benchDoor is the HTTP API over a bench's database: served by this process, or
// by serve processes of its own.
type benchDoor struct {
	token   string
	hosts   []string // of the servers
	mu      sync.Mutex
	lines   []*benchLine
	end     func() error
	servers []*serveProcess
}

// benchDoors opens the API for a bench; talk hears what servers complain about.
func benchDoors(talk io.Writer) bench.Doors {
	return func(ctx context.Context, at bench.Place) (bench.Door, error) {
		d := &benchDoor{}
		var err error
		if d.token, err = grantToken(ctx, at.DB, "bench", access.Full, "bench"); err != nil {
			return nil, err
		}
		if at.Processes > 0 {
			err = d.startProcesses(ctx, at, talk)
		} else {
			err = d.serveHere(ctx, at)
		}
		if err != nil {
			return nil, errors.Join(err, d.Close())
		}
		return d, nil
	}
}

// serveHere does in this process what `kontor serve` does, its workers included.
func (d *benchDoor) serveHere(ctx context.Context, at bench.Place) error {
	a, err := app.Open(ctx, at.DB.DSN(), at.Options)
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		a.Close()
		return err
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx)) // running requests end with the run, not before it
	a.Work(ctx, false)
	ended := make(chan error, 1)
	go func() { ended <- answer(ctx, a, l, front{}) }()
	d.hosts = []string{l.Addr().String()}
	d.end = func() error {
		stop()
		err := <-ended
		a.Close()
		return err
	}
	return nil
}

// startProcesses starts the servers one after the other.
func (d *benchDoor) startProcesses(ctx context.Context, at bench.Place, talk io.Writer) error {
	for range at.Processes {
		p, err := startServe(ctx, at.DB.DSN(), talk)
		if err != nil {
			return err
		}
		d.servers = append(d.servers, p)
		d.hosts = append(d.hosts, strings.TrimPrefix(p.url, "http://"))
	}
	return nil
}

// Client is client number n of the chain; it stays with one server.
func (d *benchDoor) Client(n int) bench.Steps {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := &benchLine{addr: d.hosts[n%len(d.hosts)]}
	d.lines = append(d.lines, l)
	return benchClient{l, "Bearer " + d.token}
}

// Processes are the ids of the server processes.
func (d *benchDoor) Processes() []int {
	var out []int
	for _, p := range d.servers {
		out = append(out, p.cmd.Process.Pid)
	}
	return out
}

// Close ends all servers.
func (d *benchDoor) Close() error {
	for _, l := range d.lines {
		l.close()
	}
	var err error
	if d.end != nil {
		err = d.end()
	}
	for _, p := range d.servers {
		err = errors.Join(err, p.stop())
	}
	return err
}
