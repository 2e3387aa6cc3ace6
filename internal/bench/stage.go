package bench

import (
	"context"
	"errors"
	"fmt"

	"kontor/internal/tools/db"
)

// Doors opens the HTTP API to a database that has its company. HTTP stands on a
// floor above this one, so whoever calls Run gives it.
type Doors func(ctx context.Context, at Place) (Door, error)

// Place is the database that doors are opened to.
type Place struct {
	DB        *db.DB     // open in this process; a server in it opens the database again
	Options   db.Options // for that server
	Processes int        // server processes to start; 0 = the server is in this process
}

// Door is a running API, of one server or several.
type Door interface {
	Client(n int) Steps // for client number n; they are spread evenly over the servers
	Processes() []int   // ids of the server processes, none of them this one
	Close() error       // ends the servers; an error when one did not end well
}

// way is how the steps are asked for in a run.
type way struct {
	mode      string
	processes int // of HTTP: servers beside this process; 0 = in it
	clients   int
}

func (w way) String() string {
	if w.processes > 0 {
		return fmt.Sprintf("%s, %d processes, %d clients", w.mode, w.processes, w.clients)
	}
	return fmt.Sprintf("%s, %d clients", w.mode, w.clients)
}

// label names a run's profile.
func (w way) label(e db.Engine) string {
	if w.processes > 0 {
		return fmt.Sprintf("%s-%s-%d-by-%d", e, w.mode, w.clients, w.processes)
	}
	return fmt.Sprintf("%s-%s-%d", e, w.mode, w.clients)
}

// ways lists the runs on each engine: every mode with every number of clients,
// then every number of processes.
func (o Options) ways() []way {
	var out []way
	for _, m := range o.Modes {
		for _, c := range o.Clients {
			out = append(out, way{m, 0, c})
		}
	}
	for _, n := range o.Processes {
		for _, c := range o.Clients {
			out = append(out, way{HTTP, n, c})
		}
	}
	return out
}

// stage is a fresh database with its company, and the clients who play on it.
type stage struct {
	*house
	work *work
	door Door // nil when the flows are called in process
}

// stage makes the database and everything that a run needs.
func (o Options) stage(ctx context.Context, e db.Engine, w way) (*stage, error) {
	h, err := o.open(ctx, e)
	if err != nil {
		return nil, err
	}
	s := &stage{house: h}
	co, err := found(ctx, h.db, o.Catalog)
	if err == nil {
		s.work = &work{company: co, steps: func(int) Steps { return inside{co.Office, co.who, w.mode == PerDocument} }}
		if w.mode == HTTP {
			err = s.openDoor(ctx, o.Doors, w)
		}
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *stage) openDoor(ctx context.Context, doors Doors, w way) error {
	if doors == nil {
		return errors.New("nobody opens a door for HTTP")
	}
	d, err := doors(ctx, Place{DB: s.db, Options: s.options, Processes: w.processes})
	if err != nil {
		return err
	}
	s.door, s.work.steps, s.workers = d, d.Client, d.Processes()
	return nil
}

// warmUp plays the first orders, so that connections are open and statements prepared.
func (s *stage) warmUp(ctx context.Context, clients int) error {
	return s.work.play(ctx, max(clients, warmClients), warmUp)
}

// verified ends the servers and fails when an invariant does not hold.
func (s *stage) verified(ctx context.Context) error {
	if err := s.shut(); err != nil {
		return err
	}
	return verified(ctx, s.db)
}

func (s *stage) shut() error {
	if s.door == nil {
		return nil
	}
	d := s.door
	s.door, s.workers = nil, nil
	return d.Close()
}

// close ends the servers and removes the database.
func (s *stage) close() {
	_ = s.shut()
	s.house.close()
}
