package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func runDemo(t *testing.T, args ...string) (out, talk string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	c := root()
	c.SetOut(&o)
	c.SetErr(&e)
	c.SetArgs(append([]string{"demo", "--no-serve"}, args...))
	err = c.ExecuteContext(context.Background())
	return o.String(), e.String(), err
}

// TestTheDemoIsMadeOnce makes a short company, meets it again, and makes it anew.
func TestTheDemoIsMadeOnce(t *testing.T) {
	p := filepath.Join(t.TempDir(), "demo.db")
	at := []string{"--database", "sqlite:" + p, "--days", "8"}
	out, talk, err := runDemo(t, at...)
	if err != nil || !strings.Contains(out, "WAITING TODAY") || !strings.Contains(talk, "ready after") || strings.Contains(out, "\x1b") {
		t.Fatalf("%v\n%s\n%s", err, talk, out)
	}
	if left, _ := filepath.Glob(p + ".part*"); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
	var again demoView
	out, talk, err = runDemo(t, append(at, "--json")...)
	if err != nil || !strings.Contains(talk, "--fresh") {
		t.Fatalf("%v\n%s", err, talk)
	}
	if err := json.Unmarshal([]byte(out), &again); err != nil || again.Summary.Customers == 0 || !strings.HasPrefix(again.Tokens.Full, "kt_") {
		t.Errorf("%v: %s", err, out)
	}
	if out, talk, err = runDemo(t, append(at, "--fresh")...); err != nil || !strings.Contains(talk, "ready after") {
		t.Errorf("%v\n%s\n%s", err, talk, out)
	}
}

// TestTheDemoLeavesOtherBooksAlone offers it a file that holds something else.
func TestTheDemoLeavesOtherBooksAlone(t *testing.T) {
	p := filepath.Join(t.TempDir(), "letter.txt")
	if err := os.WriteFile(p, []byte("Dear Sir or Madam, this is no database at all."), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := runDemo(t, "--database", "sqlite:"+p, "--days", "2", "--fresh"); err == nil {
		t.Error("it took a letter for its company")
	}
	if b, _ := os.ReadFile(p); !strings.HasPrefix(string(b), "Dear") {
		t.Error("the letter is gone")
	}
}

// TestADemoFindsAPort: a port that nobody chose gives way, one that somebody chose does not.
func TestADemoFindsAPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	var talk bytes.Buffer
	d := demo{serves: true, listen: taken.Addr().String(), talk: &talk}
	if err := d.reserve(); err != nil || d.listen == taken.Addr().String() || !strings.Contains(talk.String(), "--listen") {
		t.Fatalf("%v, %s: %s", err, d.listen, talk.String())
	}
	d.door.Close()
	d = demo{serves: true, listen: taken.Addr().String(), named: true, talk: &talk}
	if err := d.reserve(); err == nil || !strings.Contains(err.Error(), "--listen") {
		t.Errorf("it took a port that is taken: %v", err)
	}
}

// TestAnInterruptedDemoLeavesNothing: the next start begins anew.
func TestAnInterruptedDemoLeavesNothing(t *testing.T) {
	p := filepath.Join(t.TempDir(), "demo.db")
	ctx, stop := context.WithCancel(context.Background())
	stop()
	d := demo{dsn: "sqlite:" + p, talk: io.Discard}
	d.opt.Days = 30
	if err := d.make(ctx); err == nil {
		t.Fatal("it went on")
	}
	if left, _ := filepath.Glob(p + "*"); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

func TestTheCompanyStopsInAnAfternoon(t *testing.T) {
	for now, want := range map[string]string{
		"2026-11-25T23:30:00Z": "2026-11-25T15:00:00Z", // half past twelve at night in the company's zone
		"2026-11-25T10:59:00Z": "2026-11-24T15:00:00Z",
		"2026-11-25T11:00:00Z": "2026-11-25T11:00:00Z",
		"2026-03-01T05:00:00Z": "2026-02-28T15:00:00Z",
	} {
		at, err := time.Parse(time.RFC3339, now)
		if got := afternoon(at).UTC().Format(time.RFC3339); err != nil || got != want {
			t.Errorf("%s: %s, want %s", now, got, want)
		}
	}
}
