package workplace_test

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/workplace"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/fault"
)

// TestMentioned: who is named by @, and what names nobody or several.
func TestMentioned(t *testing.T) {
	people := []workplace.Colleague{{1, "Anna Weber", "anna@example.com"}, {2, "Anna Web", "web@example.com"}, {3, "Tom O'Hara", "tom.ohara@example.com"}, {4, "Jürgen Ärmel", "ja@example.com"}}
	for text, want := range map[string][]int64{
		"":                                 nil,
		"no names, mail to a@example.com":  nil,
		"@Anna Weber look":                 {1},
		"ask @anna weber, then @Anna Web.": {1, 2},
		"(@tom) and @TOM":                  {3},
		"@tom.ohara knows":                 {3},
		"@ja.":                             {4},
		"ask @Jürgen!":                     {4},
		"50 @ 3 EUR":                       nil,
	} {
		got, err := workplace.Mentioned(text, people)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %v %v, not %v", text, got, err, want)
		}
	}
	for _, text := range []string{"@Anna look", "@nobody", "ask @tomas"} {
		if got, err := workplace.Mentioned(text, people); !errors.Is(err, workplace.ErrMention) {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
}

type desk struct {
	t         *testing.T
	d         *db.DB
	anna, ben int64
}

func each(t *testing.T, f func(k *desk)) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		k := &desk{t: t, d: d}
		k.as(access.System, func(tx *db.Tx) (err error) {
			if k.anna, err = access.Invite(tx, "Anna", "anna@example.com", "credit"); err == nil {
				k.ben, err = access.Invite(tx, "Ben", "ben@example.com", "service")
			}
			return err
		})
		f(k)
	})
}

func (k *desk) try(who int64, f func(tx *db.Tx) error) error {
	return k.d.Write(context.Background(), db.Actor{ID: who}, f)
}

func (k *desk) as(who int64, f func(tx *db.Tx) error) {
	k.t.Helper()
	if err := k.try(who, f); err != nil {
		k.t.Fatal(err)
	}
}

// TestViews: a name is taken once, shared ones are seen by all and changed by
// their owner alone, what was dropped comes back while its name is free.
func TestViews(t *testing.T) {
	each(t, func(k *desk) {
		var mine, shared int64
		k.as(k.anna, func(tx *db.Tx) (err error) {
			if mine, err = workplace.Keep(tx, workplace.View{List: "orders", Owner: k.anna, Name: " Large  ones ", Params: "sort=-net"}); err == nil {
				shared, err = workplace.Keep(tx, workplace.View{List: "orders", Owner: k.anna, Name: "Short", Shared: true})
			}
			return err
		})
		for _, x := range []struct {
			who  int64
			view workplace.View
			want fault.Rule
		}{
			{k.anna, workplace.View{Name: "large ones"}, workplace.ErrTaken}, {k.ben, workplace.View{Name: "SHORT", Shared: true}, workplace.ErrTaken}, {k.ben, workplace.View{Name: " "}, workplace.ErrView},
		} {
			x.view.List, x.view.Owner = "orders", x.who
			if err := k.try(x.who, func(tx *db.Tx) error { _, err := workplace.Keep(tx, x.view); return err }); !errors.Is(err, x.want) {
				t.Errorf("%+v: %v", x.view, err)
			}
		}
		see := func(who int64) (names []string) {
			k.as(who, func(tx *db.Tx) error {
				l, err := workplace.Views(tx, who, "orders")
				for _, v := range l {
					names = append(names, v.Name)
				}
				return err
			})
			return names
		}
		if got := see(k.ben); !reflect.DeepEqual(got, []string{"Short"}) {
			t.Errorf("Ben sees %v", got)
		}
		if got := see(k.anna); !reflect.DeepEqual(got, []string{"Large ones", "Short"}) {
			t.Errorf("Anna sees %v", got)
		}
		if err := k.try(k.ben, func(tx *db.Tx) error { return workplace.Rewrite(tx, k.ben, shared, "x=1", "") }); !errors.Is(err, workplace.ErrNoView) {
			t.Errorf("Ben changes Anna's view: %v", err)
		}
		k.as(k.anna, func(tx *db.Tx) error { _, err := workplace.Drop(tx, k.anna, mine); return err })
		k.as(k.anna, func(tx *db.Tx) error { _, err := workplace.Restore(tx, k.anna, mine); return err })
		k.as(k.anna, func(tx *db.Tx) error { _, err := workplace.Drop(tx, k.anna, mine); return err })
		k.as(k.anna, func(tx *db.Tx) error {
			_, err := workplace.Keep(tx, workplace.View{List: "orders", Owner: k.anna, Name: "Large ones"})
			return err
		})
		if err := k.try(k.anna, func(tx *db.Tx) error { _, err := workplace.Restore(tx, k.anna, mine); return err }); !errors.Is(err, workplace.ErrTaken) {
			t.Errorf("restored beside one of its name: %v", err)
		}
	})
}

// TestNoticesAreToldOnce: one per person, kind and cause; to the person alone;
// a machine is told nothing; who takes a note back takes its notice.
func TestNoticesAreToldOnce(t *testing.T) {
	each(t, func(k *desk) {
		notes := []workplace.Note{{Type: "order", Subject: 77, Text: "look"}}
		for range 2 {
			k.as(k.anna, func(tx *db.Tx) error {
				if notes[0].ID == 0 {
					workplace.Write(tx, notes)
				}
				n := workplace.Notice{User: k.ben, Kind: workplace.Mention, Cause: notes[0].ID, Type: "order", Subject: 77, From: k.anna, Say: "look"}
				system := n
				system.User = access.System
				workplace.Tell(tx, []workplace.Notice{n, system})
				return nil
			})
		}
		unread := func(who int64) (n int64) {
			k.as(who, func(tx *db.Tx) (err error) { n, err = workplace.Unread(tx, who); return err })
			return n
		}
		if a, b := unread(k.anna), unread(k.ben); a != 0 || b != 1 {
			t.Errorf("Anna has %d, Ben %d", a, b)
		}
		k.as(k.anna, func(tx *db.Tx) error { workplace.Read(tx, k.anna, 0); return nil })
		if n := unread(k.ben); n != 1 {
			t.Errorf("Anna read Ben's: %d left", n)
		}
		var gone []workplace.Note
		take := func(tx *db.Tx) (err error) { gone, err = workplace.TakeBack(tx, []int64{notes[0].ID}); return err }
		k.as(k.ben, take)
		if len(gone) != 0 || unread(k.ben) != 1 {
			t.Errorf("Ben took Anna's note back: %v", gone)
		}
		k.as(k.anna, take)
		if len(gone) != 1 || unread(k.ben) != 0 {
			t.Errorf("Anna took her note back: %v, %d left", gone, unread(k.ben))
		}
	})
}

// TestOneOfManyGetsIt: of several who take on a document that is nobody's at
// the same time, one has it and the others are told.
func TestOneOfManyGetsIt(t *testing.T) {
	each(t, func(k *desk) {
		var wg sync.WaitGroup
		got := make([]bool, 6)
		for i := range got {
			wg.Add(1)
			go func() {
				defer wg.Done()
				err := k.try(k.anna, func(tx *db.Tx) error {
					done, err := workplace.Assign(tx, []workplace.Assignment{{Type: "order", Subject: 5, User: k.anna, Was: 0}})
					got[i] = len(done) == 1
					return err
				})
				if err != nil {
					t.Error(err)
				}
			}()
		}
		wg.Wait()
		n := 0
		for _, ok := range got {
			if ok {
				n++
			}
		}
		if n != 1 {
			t.Errorf("%d of them got it", n)
		}
		k.as(k.ben, func(tx *db.Tx) error {
			done, err := workplace.Assign(tx, []workplace.Assignment{{Type: "order", Subject: 5, User: k.ben, Was: k.ben}, {Type: "order", Subject: 6, User: k.ben, Was: k.anna}, {Type: "order", Subject: 7, User: k.ben, Was: -1}})
			if len(done) != 1 || done[7] == 0 {
				t.Errorf("guarded: %v", done)
			}
			return err
		})
		k.as(k.ben, func(tx *db.Tx) error {
			whose, err := workplace.Assignees(tx, []int64{5, 6, 7})
			if !reflect.DeepEqual(whose, map[int64]int64{5: k.anna, 7: k.ben}) {
				t.Errorf("whose: %v", whose)
			}
			return err
		})
	})
}

// TestPreferences are kept per person, and an empty one is forgotten.
func TestPreferences(t *testing.T) {
	each(t, func(k *desk) {
		for _, v := range []string{"compact", "roomy"} {
			k.as(k.anna, func(tx *db.Tx) error { return workplace.Prefer(tx, k.anna, "density", v) })
		}
		like := func(who int64) (m map[string]string) {
			k.as(who, func(tx *db.Tx) (err error) { m, err = workplace.Preferences(tx, who); return err })
			return m
		}
		if m := like(k.anna); m["density"] != "roomy" || len(like(k.ben)) != 0 {
			t.Errorf("%v", m)
		}
		k.as(k.anna, func(tx *db.Tx) error { return workplace.Prefer(tx, k.anna, "density", "") })
		if m := like(k.anna); len(m) != 0 {
			t.Errorf("forgotten: %v", m)
		}
	})
}
