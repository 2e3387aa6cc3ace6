package report

import (
	"encoding/json"
	"slices"
	"strings"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// EventView is one line of a timeline.
type EventView struct {
	ID       id.Event        `json:"id"`
	At       string          `json:"at" doc:"RFC 3339, UTC"`
	Type     string          `json:"type" doc:"subject.verb_past"`
	Sentence string          `json:"sentence"`
	Actor    string          `json:"actor" doc:"who did it"`
	Subject  DocRef          `json:"subject"`
	Reason   string          `json:"reason,omitempty"`
	Body     json.RawMessage `json:"body" doc:"ids, what changed, figures"`
	Note     *NoteView       `json:"note,omitempty" doc:"what somebody wrote, while it stands"`

	actor   int64
	kind    string
	subject int64
}

// Timeline lists what happened to a document, oldest first: the events about it
// and those that name it. For an order these are also the events of its
// shipments, returns, invoices, items, and of the settlements and receipts
// behind them; for an invoice those of its items, settlements and receipts.
func Timeline(q db.Querier, ref string) ([]EventView, error) {
	prefix, v, err := id.Split(ref)
	if err != nil {
		return nil, ErrAsk.Because("%.60q is not the id of a document: write one such as ord_0000000000001", ref).At("id")
	}
	about := circle{}
	about.near.add(v)
	switch prefix {
	case "ord":
		if err := about.ofOrder(q, v); err != nil {
			return nil, err
		}
		fallthrough
	case "inv":
		if prefix == "inv" {
			about.papers.add(v)
		}
		if err := about.ofPapers(q); err != nil {
			return nil, err
		}
	case "rcp":
		if err := about.follow(q, `WITH {a: id BIGINT} SELECT i.id FROM a JOIN open_item i ON i.doc_id=a.id`, []int64{v}, &about.near); err != nil {
			return nil, err
		}
	}
	return events(q, about.near.list, about.far.list)
}

// circle is what a timeline looks at: of the near things all events, of the far
// ones, which many documents share, only those about themselves.
type circle struct {
	near, far, papers ids[int64]
}

func (c *circle) follow(q db.Querier, sql string, from []int64, into *ids[int64]) error {
	if len(from) == 0 {
		return nil
	}
	return q.Each(sql, db.Ints(from), nil, func(r *db.Rows) error {
		var v int64
		err := r.Scan(&v)
		into.add(v)
		return err
	})
}

func (c *circle) ofOrder(q db.Querier, o int64) error {
	from := []int64{o}
	for _, s := range []struct {
		sql  string
		into *ids[int64]
	}{
		{`WITH {a: id BIGINT} SELECT l.shipment_id FROM a JOIN shipment_line l ON l.order_id=a.id`, &c.near},
		{`WITH {a: id BIGINT} SELECT x.id FROM a JOIN return_order x ON x.order_id=a.id`, &c.near},
		{`WITH {a: id BIGINT} SELECT h.id FROM a JOIN hold h ON h.subject_id=a.id WHERE h.released_at=0`, &c.near},
		{`WITH {a: id BIGINT} SELECT h.id FROM a JOIN hold h ON h.subject_id=a.id WHERE h.released_at<>0`, &c.near},
		{`WITH {a: id BIGINT} SELECT l.invoice_id FROM a JOIN billable b ON b.order_id=a.id JOIN invoice_line l ON l.id=b.invoice_line_id`, &c.papers},
		{`WITH {a: id BIGINT} SELECT e.subject_id FROM a JOIN event_ref r ON r.object_id=a.id JOIN event e ON e.id=r.event_id WHERE e.subject_type IN ('invoice','credit_note')`, &c.papers},
	} {
		if err := c.follow(q, s.sql, from, s.into); err != nil {
			return err
		}
	}
	return nil
}

func (c *circle) ofPapers(q db.Querier) error {
	// credit notes name the invoice they correct
	err := c.follow(q, `WITH {a: id BIGINT} SELECT e.subject_id FROM a JOIN event_ref r ON r.object_id=a.id JOIN event e ON e.id=r.event_id
		WHERE e.subject_type IN ('invoice','credit_note')`, slices.Clone(c.papers.list), &c.papers)
	if err != nil {
		return err
	}
	c.near.add(c.papers.list...)
	var items, others ids[int64]
	if err := c.follow(q, `WITH {a: id BIGINT} SELECT i.id FROM a JOIN open_item i ON i.doc_id=a.id`, c.papers.list, &items); err != nil {
		return err
	}
	c.near.add(items.list...)
	for _, s := range []struct {
		sql  string
		into *ids[int64]
	}{
		{`WITH {a: id BIGINT} SELECT x.application_id FROM a JOIN allocation x ON x.debit_item_id=a.id`, &c.far},
		{`WITH {a: id BIGINT} SELECT x.application_id FROM a JOIN allocation x ON x.credit_item_id=a.id`, &c.far},
		{`WITH {a: id BIGINT} SELECT x.credit_item_id FROM a JOIN allocation x ON x.debit_item_id=a.id`, &others},
	} {
		if err := c.follow(q, s.sql, items.list, s.into); err != nil {
			return err
		}
	}
	if err := c.follow(q, `WITH {a: id BIGINT} SELECT p.id FROM a JOIN application p ON p.reverses_id=a.id AND p.reverses_id<>0`, slices.Clone(c.far.list), &c.far); err != nil {
		return err
	}
	return c.follow(q, `WITH {a: id BIGINT} SELECT i.doc_id FROM a JOIN open_item i ON i.id=a.id WHERE i.kind='receipt'`, others.list, &c.far)
}

const eventColumns = `e.id, e.at, e.type, e.actor_id, e.subject_type, e.subject_id, e.reason, e.body`

func scanEvent(r *db.Rows, v *EventView) error {
	var at int64
	var body string
	err := r.Scan(&v.ID, &at, &v.Type, &v.actor, &v.kind, &v.subject, &v.Reason, &body)
	v.At, v.Body = instant(at), json.RawMessage(body)
	return err
}

// events reads what happened to near things, or names them, and what is about far things.
func events(q db.Querier, near, far []int64) ([]EventView, error) {
	seen := map[id.Event]bool{}
	out := []EventView{}
	for _, s := range []struct {
		sql  string
		list []int64
	}{
		{`WITH {a: id BIGINT} SELECT ` + eventColumns + ` FROM a JOIN event e ON e.subject_id=a.id`, append(slices.Clone(near), far...)},
		{`WITH {a: id BIGINT} SELECT ` + eventColumns + ` FROM a JOIN event_ref r ON r.object_id=a.id JOIN event e ON e.id=r.event_id`, near},
	} {
		if len(s.list) == 0 {
			continue
		}
		err := q.Each(s.sql, db.Ints(s.list), nil, func(r *db.Rows) error {
			var v EventView
			if err := scanEvent(r, &v); err != nil {
				return err
			}
			if !seen[v.ID] {
				seen[v.ID] = true
				out = append(out, v)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b EventView) int {
		if c := strings.Compare(a.At, b.At); c != 0 {
			return c
		}
		return int(min(1, max(-1, int64(a.ID)-int64(b.ID))))
	})
	return out, tell(q, out)
}

// tell fills in actors, numbers and sentences.
func tell(q db.Querier, list []EventView) error {
	var who ids[int64]
	var nums numbers
	for _, v := range list {
		who.add(v.actor)
		nums.add(v.kind, v.subject)
	}
	names, err := actors(q, who.list)
	if err != nil {
		return err
	}
	if err := nums.load(q); err != nil {
		return err
	}
	for i := range list {
		v := &list[i]
		v.Actor, v.Subject = names[v.actor], nums.ref(v.kind, v.subject)
		v.Sentence = sentence(v.Type, v.Subject, v.Reason, v.Body)
	}
	return readNotes(q, list)
}

// NoteView is a note on a document.
type NoteView struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Author int64  `json:"-"` // user
}

// readNotes gives events about notes their text; a note that was taken back has none.
func readNotes(q db.Querier, list []EventView) error {
	at := map[int64]*EventView{}
	var notes ids[int64]
	for i := range list {
		var body struct{ Note string }
		if list[i].Type != "note.written" || json.Unmarshal(list[i].Body, &body) != nil {
			continue
		}
		if n, err := id.Parse("nte", body.Note); err == nil {
			notes.add(n)
			at[n] = &list[i]
		}
	}
	if len(at) == 0 {
		return nil
	}
	return q.Each(`WITH {a: id BIGINT} SELECT n.id, n.text, n.author_id FROM a JOIN note n ON n.id=a.id WHERE n.gone_at=0`, db.Ints(notes.list), nil, func(r *db.Rows) error {
		var n int64
		var v NoteView
		err := r.Scan(&n, &v.Text, &v.Author)
		v.ID = id.Text("nte", n)
		at[n].Note = &v
		return err
	})
}

// Machine tells whether a program did it, not a person.
func (v EventView) Machine() bool {
	return v.actor == access.System || v.actor == access.Importer || v.actor == access.Demo
}

// actors names users, the users of tokens, and machines.
func actors(q db.Querier, who []int64) (map[int64]string, error) {
	out := map[int64]string{}
	var people ids[int64]
	for _, v := range who {
		switch v {
		case access.System:
			out[v] = "system"
		case access.Importer:
			out[v] = "importer"
		case access.Demo:
			out[v] = "demo"
		default:
			out[v] = "unknown"
			people.add(v)
		}
	}
	for _, sql := range []string{
		`WITH {a: id BIGINT} SELECT u.id, u.name FROM a JOIN app_user u ON u.id=a.id`,
		`WITH {a: id BIGINT} SELECT t.id, u.name FROM a JOIN token t ON t.id=a.id JOIN app_user u ON u.id=t.user_id`,
	} {
		if len(people.list) == 0 {
			break
		}
		err := q.Each(sql, db.Ints(people.list), nil, func(r *db.Rows) error {
			var v int64
			var name string
			err := r.Scan(&v, &name)
			out[v] = name
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
