package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"kontor/internal/bench"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

// asProgram makes the test binary behave as kontor, for the processes that a bench starts.
const asProgram = "KONTOR_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// runBench runs a bench of few lines on a small catalog and reads its JSON.
func runBench(t *testing.T, args ...string) (bench.File, error) {
	t.Helper()
	var out, talk bytes.Buffer
	c := root()
	c.SetOut(&out)
	c.SetErr(&talk)
	c.SetArgs(append([]string{"bench", "--json", "--hot", "--postgres", os.Getenv(dbtest.Variable)}, args...))
	if err := c.ExecuteContext(t.Context()); err != nil {
		return bench.File{}, err
	}
	var f bench.File
	if err := json.Unmarshal(out.Bytes(), &f); err != nil {
		t.Fatalf("%v: %s\n%s", err, out.String(), talk.String())
	}
	for _, s := range strings.Split(strings.TrimSpace(talk.String()), "\n") {
		if !strings.HasPrefix(s, "running ") {
			t.Errorf("somebody complained: %s", s)
		}
	}
	return f, nil
}

func TestTheBenchGoesThroughHTTP(t *testing.T) {
	f, err := runBench(t, "--http", "--engine", "sqlite", "--clients", "4", "--lines", "100")
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Results) != 1 || len(f.Growth) != 0 {
		t.Fatalf("%+v", f)
	}
	r := f.Results[0]
	if r.Mode != bench.HTTP || r.Processes != 0 || r.Lines != 100 || r.LinesPerSecond <= 0 || len(r.Steps) != 8 || r.CPU == nil || *r.CPU <= 0 {
		t.Errorf("%+v", r)
	}
}

// A schema grows behind two servers, which are this test binary started again as kontor.
func TestTheBenchStartsServers(t *testing.T) {
	t.Setenv(asProgram, "1")
	f, err := runBench(t, "--growth", "1000", "--processes", "2", "--clients", "8")
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Results) != 0 || len(f.Growth) != 1 {
		t.Fatalf("%+v", f)
	}
	g := f.Growth[0]
	if g.Engine != db.Postgres || g.Mode != bench.HTTP || g.Processes != 2 || len(g.Windows) != 1 || g.Windows[0].Lines != 1000 || g.Windows[0].LinesPerSecond <= 0 {
		t.Errorf("%+v", g)
	}
}

func TestTheBenchRefuses(t *testing.T) {
	for args, want := range map[string]string{
		"--growth 10":                      "1000 lines",
		"--processes 0":                    "--processes must be",
		"--processes 2 --engine sqlite":    "PostgreSQL",
		"--processes 2 --engine both":      "PostgreSQL",
		"--mode http":                      "--http",
		"--growth 2000 --compare file":     "growth",
		"--clients 0 --http":               "--clients",
		"--growth 2000 --engine somewhere": "--engine",
	} {
		if _, err := runBench(t, strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", args, err)
		}
	}
}
