package dbtest

import (
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
	command := func(program string, args ...string) *exec.Cmd {
		c := exec.Command(filepath.Join(bin, program), args...)
		c.Dir = dir
		c.SysProcAttr = &syscall.SysProcAttr{Credential: as}
		return c
	}

	data := filepath.Join(dir, "data")
	out, err := command("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C").CombinedOutput()
	if err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	port := freePort(t)
	args := []string{"-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="}
	for k, v := range settings {
		args = append(args, "-c", k+"="+v)
	}
	server := command("postgres", args...)
	var log strings.Builder
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	t.Cleanup(func() {
		_ = server.Process.Signal(syscall.SIGQUIT) // immediate shutdown
		<-ended
	})

	dsn := "postgres://postgres@127.0.0.1:" + port + "/postgres?sslmode=disable"
	for until := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		c, err := pgx.Connect(ctx, dsn)
		if err == nil {
			_ = c.Close(ctx)
			cancel()
			return dsn
		}
		cancel()
		select {
		case e := <-ended:
			ended <- e
			t.Fatalf("the server ended: %v\n%s", e, log.String())
		default:
		}
		if time.Now().After(until) {
			t.Fatalf("the server does not answer: %v", err)
		}
	}
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
