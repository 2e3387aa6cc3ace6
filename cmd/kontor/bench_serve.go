package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// serveProcess is a running `kontor serve`.
type serveProcess struct {
	cmd *exec.Cmd
	url string
}

// startWithin is how long a server may take until it says where it answers,
// endWithin how long until it has ended after being asked to.
const (
	startWithin = time.Minute
	endWithin   = 40 * time.Second
)

// startServe starts this very program as a server on a free port; talk gets
// what it complains about.
func startServe(ctx context.Context, dsn string, talk io.Writer) (*serveProcess, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p := &serveProcess{cmd: exec.Command(program, "serve", "--listen", "127.0.0.1:0")}
	p.cmd.Env = append(os.Environ(), "KONTOR_DATABASE="+dsn) // not among the arguments, which everybody can read
	p.cmd.Stderr = talk
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start kontor serve: %w", err)
	}
	if p.url, err = firstURL(ctx, out); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// firstURL waits for the line that says where a server answers, and reads on
// behind it, so that the server never waits for a reader.
func firstURL(ctx context.Context, out io.Reader) (string, error) {
	found := make(chan string, 1)
	go func() {
		defer close(found)
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if _, url, ok := strings.Cut(lines.Text(), "kontor answers on "); ok {
				found <- url
				break
			}
		}
		_, _ = io.Copy(io.Discard, out)
	}()
	select {
	case url, ok := <-found:
		if !ok {
			return "", errors.New("kontor serve ended before it answered")
		}
		return url, nil
	case <-time.After(startWithin):
		return "", fmt.Errorf("kontor serve did not answer within %s", startWithin)
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
}

// stop asks the server to end and waits for it.
func (p *serveProcess) stop() error {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	late := time.AfterFunc(endWithin, func() { _ = p.cmd.Process.Kill() })
	defer late.Stop()
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("kontor serve did not end well: %w", err)
	}
	return nil
}
