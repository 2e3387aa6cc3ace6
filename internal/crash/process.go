package crash

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os/exec"
	"syscall"
)

// process is one child.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	stderr bytes.Buffer
	begun  chan struct{} // closed when the load begins
	done   chan struct{} // closed when it has said all
	lines  []line        // what it said; to be read after done
}

// spawn starts a process, which waits for its orders.
func (g *rig) spawn() (*process, error) {
	p := &process{cmd: g.Child(), begun: make(chan struct{}), done: make(chan struct{})}
	p.cmd.Stderr = &p.stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go p.listen(out)
	return p, nil
}

// listen reads lines until the process is dead; the last one may be torn.
func (p *process) listen(out io.Reader) {
	defer close(p.done)
	r := bufio.NewReaderSize(out, 1<<16)
	for {
		text, err := r.ReadBytes('\n')
		if err != nil {
			return
		}
		var l line
		if json.Unmarshal(text, &l) != nil {
			l = line{Fault: "not a line of a child: " + string(text)}
		}
		if l.Begin {
			close(p.begun)
			continue
		}
		p.lines = append(p.lines, l)
	}
}

// start gives orders to the process that was started ahead and starts the one after it.
func (g *rig) start(o orders) (*process, error) {
	p := g.next
	if p == nil {
		var err error
		if p, err = g.spawn(); err != nil {
			return nil, err
		}
	}
	g.next = nil
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	if _, err := p.in.Write(append(b, '\n')); err != nil {
		p.end()
		return nil, err
	}
	g.next, err = g.spawn()
	return p, err
}

// end kills a process and waits until all it said is read; it tells whether
// the kill was what ended it.
func (p *process) end() bool {
	_ = p.cmd.Process.Kill()
	<-p.done
	_ = p.cmd.Wait()
	s, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus)
	return ok && s.Signaled()
}

// dismiss ends the process that nobody needs any more.
func (g *rig) dismiss() {
	if g.next != nil {
		g.next.end()
		g.next = nil
	}
}
