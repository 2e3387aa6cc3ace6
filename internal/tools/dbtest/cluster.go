package dbtest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// leastPostgres is the oldest major version that Kontor runs on.
const leastPostgres = 15

// Cluster starts a PostgreSQL server with settings of the test's choice and
// gives its address; it ends with the test. Only tests about server settings
// need it, Postgres is much cheaper.
func Cluster(t testing.TB, settings map[string]string) string {
	t.Helper()
	return NewServer(t, settings).DSN
}

// Server is a PostgreSQL server of a test's own, to be killed and started again.
type Server struct {
	DSN string

	command func(program string, args ...string) *exec.Cmd
	args    []string
	running *exec.Cmd
	ended   chan error
	log     *bytes.Buffer
}

// NewServer makes a cluster and starts its server, which ends with the test.
func NewServer(t testing.TB, settings map[string]string) *Server {
	t.Helper()
	bin := findPostgres(t)
	// Not t.TempDir: its parent is closed to the server's user.
	dir, err := os.MkdirTemp("/tmp", "kontor-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	as := serverUser(t)
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	s := &Server{command: func(program string, args ...string) *exec.Cmd {
		c := exec.Command(filepath.Join(bin, program), args...)
		c.Dir = dir
		c.SysProcAttr = &syscall.SysProcAttr{Credential: as}
		return c
	}}
	data := filepath.Join(dir, "data")
	out, err := s.command("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C").CombinedOutput()
	if err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	port := freePort(t)
	s.DSN = "postgres://postgres@127.0.0.1:" + port + "/postgres?sslmode=disable"
	s.args = []string{"-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="}
	for k, v := range settings {
		s.args = append(s.args, "-c", k+"="+v)
	}
	t.Cleanup(func() {
		if s.running != nil {
			_ = s.running.Process.Signal(syscall.SIGQUIT) // immediate shutdown
			<-s.ended
		}
	})
	if err := s.Start(); err != nil {
		t.Fatal(err)
	}
	return s
}

// Start starts the server and waits until it answers. Processes that outlive
// a kill for a moment may still hold its memory: then it is started again.
func (s *Server) Start() error {
	for until := time.Now().Add(60 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		if s.running == nil {
			s.running, s.log, s.ended = s.command("postgres", s.args...), &bytes.Buffer{}, make(chan error, 1)
			s.running.Stdout, s.running.Stderr = s.log, s.log
			if err := s.running.Start(); err != nil {
				return err
			}
			go func(c *exec.Cmd, ended chan error) { ended <- c.Wait() }(s.running, s.ended)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		c, err := pgx.Connect(ctx, s.DSN)
		if err == nil {
			_ = c.Close(ctx)
			cancel()
			return nil
		}
		cancel()
		select {
		case e := <-s.ended:
			s.running = nil
			if text := s.log.String(); !strings.Contains(text, "still in use") && !strings.Contains(text, "lock file") || time.Now().After(until) {
				return fmt.Errorf("the server ended: %w\n%s", e, text)
			}
		default:
		}
		if time.Now().After(until) {
			return fmt.Errorf("the server does not answer: %w", err)
		}
	}
}

// Kill ends the server and all its processes at once, with no chance to write anything.
func (s *Server) Kill() error {
	pids, err := children(s.running.Process.Pid)
	if err != nil {
		return err
	}
	if err := s.running.Process.Kill(); err != nil {
		return err
	}
	for _, p := range pids {
		_ = syscall.Kill(p, syscall.SIGKILL) // it may have ended
	}
	<-s.ended
	s.running = nil
	return nil
}

// children gives the processes that a process has started.
func children(parent int) ([]int, error) {
	out, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil { // no ps: Linux tells it as well
		return procChildren(parent)
	}
	var pids []int
	for _, l := range strings.Split(string(out), "\n") {
		var pid, of int
		if n, _ := fmt.Sscan(l, &pid, &of); n == 2 && of == parent {
			pids = append(pids, pid)
		}
	}
	return pids, nil
}

func procChildren(parent int) ([]int, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil || len(stats) == 0 {
		return nil, fmt.Errorf("cannot list processes: neither ps nor /proc is there")
	}
	var pids []int
	for _, name := range stats {
		b, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended
		}
		rest := string(b[bytes.LastIndexByte(b, ')')+1:]) // behind the name: state, parent
		var state string
		var of int
		if n, _ := fmt.Sscan(rest, &state, &of); n == 2 && of == parent {
			pid, err := strconv.Atoi(filepath.Base(filepath.Dir(name)))
			if err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids, nil
}

// findPostgres gives the directory of the newest server programs, looking
// where scripts/postgres.sh looks.
func findPostgres(t testing.TB) string {
	t.Helper()
	if bin := os.Getenv("KONTOR_PG_BIN"); bin != "" {
		return bin
	}
	var places []string
	for _, glob := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin"} {
		found, _ := filepath.Glob(glob)
		places = append(places, found...)
	}
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil {
			places = append(places, filepath.Dir(p))
		}
	}
	best, newest := "", 0
	for _, dir := range places {
		if v := version(dir); v >= leastPostgres && v > newest {
			best, newest = dir, v
		}
	}
	if best == "" {
		t.Fatalf("PostgreSQL %d or newer is missing: install the server package, or run make test, which does", leastPostgres)
	}
	return best
}

// version gives the major version of the programs in dir, 0 when there are none.
func version(dir string) int {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return 0
	}
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return 0
	}
	v, _ := strconv.Atoi(regexp.MustCompile(`\d+`).FindString(string(out)))
	return v
}

// serverUser is who the server runs as when the test runs as root, which
// PostgreSQL refuses; nil otherwise.
func serverUser(t testing.TB) *syscall.Credential {
	t.Helper()
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		t.Fatalf("no user to run PostgreSQL as: %v", err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err1 != nil || err2 != nil {
		t.Fatalf("user %s has no numeric id", u.Username)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return fmt.Sprint(l.Addr().(*net.TCPAddr).Port)
}
