package web

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/tools/event"
)

// journey is what people do in the browser from a beginning to an end. Each
// runs twice, with a pointer and by keyboard alone, and each has a step go wrong
// on purpose (tab.refused).
type journey struct {
	name string
	play func(b *play)
}

var journeys = []journey{
	{"an order becomes cash", orderToCash},
	{"search finds and opens", searchAndOpen},
	{"a view is kept", keepAView},
	{"the desk is worked", workTheDesk},
	{"a colleague is told", tellAColleague},
	{"several are confirmed", confirmSeveral},
}

// TestJourneys plays them all, each in a house of its own.
func TestJourneys(t *testing.T) {
	b := openBrowser(t)
	m := buildModel(t)
	for _, j := range journeys {
		for _, hand := range []string{"pointer", "keyboard"} {
			t.Run(j.name+"/"+hand, func(t *testing.T) {
				t.Parallel()
				p := b.serve(t, m.copy(t), hand == "keyboard")
				j.play(p)
				if p.refusals == 0 {
					t.Error("no step of this journey goes wrong on purpose")
				}
			})
		}
	}
}

// model is a house of which the journeys get copies, since building one takes seconds.
type model struct {
	file   string
	cookie map[string]string
	user   map[string]int64
}

func buildModel(t *testing.T) *model {
	t.Helper()
	m := &model{file: filepath.Join(t.TempDir(), "model.db")}
	t.Run("the model", func(t *testing.T) { // its database is closed when this ends
		k := openHouse(t, "sqlite:"+m.file)
		m.cookie, m.user = k.cookie, k.user
	})
	return m
}

// copy gives a house of its own, with the sequencer at work as in a server.
func (m *model) copy(t *testing.T) *house {
	t.Helper()
	text, err := os.ReadFile(m.file)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "house.db")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	k := houseOn(t, dbtest.Open(t, "sqlite:"+file, db.Options{}))
	k.cookie, k.user = m.cookie, m.user
	sequencer := event.NewSequencer(k.office.DB)
	ctx, stop := context.WithCancel(context.Background())
	t.Cleanup(stop)
	go func() {
		for ctx.Err() == nil {
			_, _ = sequencer.Pass(ctx)
			time.Sleep(100 * time.Millisecond)
		}
	}()
	return k
}
