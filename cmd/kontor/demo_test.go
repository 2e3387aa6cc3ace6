package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
