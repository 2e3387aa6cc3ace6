package main

import (
	"testing"

	"github.com/spf13/cobra"

	"kontor/internal/doors/api"
)

func TestALimitIsTheFlagElseTheVariableElseTheDefault(t *testing.T) {
	read := func(args ...string) (api.Limits, error) {
		var l limitFlags
		c := &cobra.Command{}
		l.add(c)
		if err := c.ParseFlags(args); err != nil {
			t.Fatal(err)
		}
		return l.read()
	}
	t.Setenv("KONTOR_MAX_READS", "7")
	t.Setenv("KONTOR_MAX_WRITES", "8")
	got, err := read("--max-writes", "9")
	if want := (api.Limits{Writes: 9, Reads: 7, Connections: api.DefaultConnections}); err != nil || got != want {
		t.Errorf("%+v %v, want %+v", got, err, want)
	}
	if _, err := read("--max-connections=-1"); err == nil {
		t.Error("a limit below zero was taken")
	}
	t.Setenv("KONTOR_MAX_READS", "many")
	if _, err := read(); err == nil {
		t.Error("a limit that is no number was taken")
	}
}
