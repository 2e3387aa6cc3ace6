package feedback_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/feedback"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// TestANoteHasOneOwner: of many who take it at once one gets it; only he closes
// it; each step may come twice.
func TestANoteHasOneOwner(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var who []int64
		do := func(user int64, f func(tx *db.Tx) error) error { return d.Write(ctx, db.Actor{ID: user}, f) }
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(do(access.System, func(tx *db.Tx) error {
			who = nil
			for _, name := range []string{"Anna", "Ben", "Carl"} {
				u, err := access.User(tx, name, "person")
				if err != nil {
					return err
				}
				who = append(who, int64(u))
			}
			return nil
		}))
		var note id.Feedback
		for range 2 {
			must(do(who[0], func(tx *db.Tx) (err error) {
				n, err := feedback.Send(tx, feedback.Note{Key: "once", Text: "  A note \n", Path: "/orders"})
				if note != 0 && n != note {
					t.Errorf("the same key makes a second note: %s and %s", note, n)
				}
				note = n
				return err
			}))
		}
		code := func(err error) string {
			f, ok := fault.Of(err)
			if !ok {
				return ""
			}
			return string(f.Code)
		}
		for text, want := range map[string]string{" \n": "feedback.note", strings.Repeat("ä", 4001): "feedback.note"} {
			err := do(who[0], func(tx *db.Tx) error { _, err := feedback.Send(tx, feedback.Note{Text: text}); return err })
			if code(err) != want {
				t.Errorf("a note of %d bytes: %v", len(text), err)
			}
		}
		shut := func(user int64) error {
			return do(user, func(tx *db.Tx) error { return feedback.Close(tx, note, "done") })
		}
		if err := shut(who[1]); code(err) != "feedback.state" {
			t.Errorf("closed by nobody's owner: %v", err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var owners []int64
		for _, u := range who[1:] {
			wg.Add(1)
			go func() {
				defer wg.Done()
				if do(u, func(tx *db.Tx) error { return feedback.Take(tx, note) }) == nil {
					mu.Lock()
					owners = append(owners, u)
					mu.Unlock()
				}
			}()
		}
		wg.Wait()
		if len(owners) != 1 {
			t.Fatalf("%d people own it", len(owners))
		}
		mine, other := owners[0], who[1]+who[2]-owners[0]
		must(do(mine, func(tx *db.Tx) error { return feedback.Take(tx, note) }))
		if err := shut(other); code(err) != "feedback.state" {
			t.Errorf("closed by another: %v", err)
		}
		must(shut(mine))
		must(shut(mine))
		if err := do(other, func(tx *db.Tx) error { return feedback.Take(tx, note) }); code(err) != "feedback.state" {
			t.Errorf("taken after it was closed: %v", err)
		}
		must(do(other, func(tx *db.Tx) error { return feedback.Reopen(tx, note) }))
		must(shut(other))
		if err := do(mine, func(tx *db.Tx) error { return feedback.Take(tx, 12345) }); code(err) != "feedback.unknown" {
			t.Errorf("a note that is not there: %v", err)
		}
	})
}
