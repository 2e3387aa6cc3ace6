package soak

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// token is the one of the user that all clients are.
const token = "kt_soak_000000000000000000000000000000"

// server is the process under load.
type server struct {
	cmd *exec.Cmd
	url string
	log bytes.Buffer
}

// start runs kontor serve on a free port and waits until it answers.
func start(o Options) (*server, error) {
	s := &server{cmd: o.Program("serve", "--listen", "127.0.0.1:0", "--database", o.Database)}
	s.cmd.Env = append(s.cmd.Environ(), "KONTOR_TOKEN="+token)
	s.cmd.Stderr = &s.log
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "kontor answers on "); ok {
			s.url = url
			go func() { // what else it prints
				for lines.Scan() {
				}
			}()
			return s, nil
		}
	}
	s.kill()
	return nil, fmt.Errorf("kontor serve does not start: %s", s.log.String())
}

// end stops the server as its operator would; what it complained about is an error.
func (s *server) end() error {
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	late := time.AfterFunc(time.Minute, s.kill)
	defer late.Stop()
	err := s.cmd.Wait()
	if s.log.Len() > 0 {
		err = errors.Join(err, errors.New(s.log.String()))
	}
	return err
}

func (s *server) kill() { _ = s.cmd.Process.Kill() } // mostly gone already

// state is what the system tells of the process; zeros where it tells nothing.
type state struct {
	RSS     int64 // MiB
	Threads int64
	Files   int           // open handles, sockets included
	CPU     time.Duration // since the start
}

// look reads the process's state from /proc.
func (s *server) look() state {
	var v state
	dir := fmt.Sprintf("/proc/%d/", s.cmd.Process.Pid)
	text, _ := os.ReadFile(dir + "status")
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if len(f) < 2 {
			continue
		}
		n, _ := strconv.ParseInt(f[1], 10, 64)
		switch f[0] {
		case "VmRSS:":
			v.RSS = n >> 10
		case "Threads:":
			v.Threads = n
		}
	}
	stat, _ := os.ReadFile(dir + "stat")
	if f := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])); len(f) > 12 {
		user, _ := strconv.ParseInt(f[11], 10, 64)
		system, _ := strconv.ParseInt(f[12], 10, 64)
		v.CPU = time.Duration(user+system) * time.Second / 100 // Linux counts hundredths on every platform
	}
	list, _ := os.ReadDir(dir + "fd")
	v.Files = len(list)
	return v
}
