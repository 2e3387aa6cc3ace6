package report

import (
	"cmp"
	"encoding/json"
	"slices"
	"time"

	"kontor/internal/rooms/hold"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// QueueView is the exception queue: documents that wait for a person, what
// arrived but could not become one, and what a picker did not find.
type QueueView struct {
	List[QueueRow]
	Counts []ReasonCount `json:"counts" doc:"over the whole queue, the most frequent first"`
}

// QueueRow is one thing that waits, the longest first.
type QueueRow struct {
	ID       string            `json:"id" doc:"of the hold, the intake or the shipment's line"`
	Kind     string            `json:"kind" doc:"kind of the hold; intake; short"`
	Code     string            `json:"code" doc:"code of the rule"`
	Sentence string            `json:"sentence" doc:"what cannot go on, why, and what would help"`
	Stops    []string          `json:"stops,omitempty" doc:"steps that wait"`
	Figures  map[string]string `json:"figures,omitempty"`
	Document DocRef            `json:"document" doc:"what waits; of an intake, its source and key"`
	Customer *Party            `json:"customer,omitempty"`
	Since    string            `json:"since" doc:"RFC 3339, UTC"`
	AgeHours int64             `json:"age_hours"`

	key     int64
	kind    string
	subject int64
	opened  time.Time
}

// ReasonCount is how often a reason stands in the queue.
type ReasonCount struct {
	Kind  string `json:"kind"`
	Code  string `json:"code"`
	Count int64  `json:"count"`
}

// Queue lists what waits for a person, the oldest first.
func Queue(q db.Querier, p Page) (QueueView, error) {
	v := QueueView{List: List[QueueRow]{Items: []QueueRow{}}, Counts: []ReasonCount{}}
	after := int64(0)
	if p.After != "" {
		prefix, n, err := id.Split(p.After)
		if err != nil || prefix != "hld" && prefix != "itk" && prefix != "sln" {
			return v, badCursor(p.After)
		}
		after = n
	}
	n := p.limit()
	rows, err := queueHolds(q, after, n+1)
	if err != nil {
		return v, err
	}
	arrived, err := queueIntakes(q, after, n+1)
	if err != nil {
		return v, err
	}
	missed, err := queueShort(q, after, n+1)
	if err != nil {
		return v, err
	}
	rows = append(append(rows, arrived...), missed...)
	slices.SortFunc(rows, func(a, b QueueRow) int { return cmp.Compare(a.key, b.key) })
	if len(rows) > n {
		rows = rows[:n]
		v.Next = rows[n-1].ID
	}
	if v.Items, err = describe(q, rows); err != nil {
		return v, err
	}
	v.Counts, err = queueCounts(q)
	return v, err
}

func queueHolds(q db.Querier, after int64, n int) ([]QueueRow, error) {
	return collect(q, `SELECT h.id, h.kind, h.reason_code, h.sentence, h.scope, h.detail, h.subject_type, h.subject_id, h.opened_at FROM hold h
		WHERE h.released_at=0 AND h.scope<>$3 AND h.id>$1 ORDER BY h.id LIMIT $2`, nil, []any{after, n, int64(hold.OnRetain)}, func(r *db.Rows, v *QueueRow) error {
		var scope, opened int64
		var detail string
		err := r.Scan(&v.key, &v.Kind, &v.Code, &v.Sentence, &scope, &detail, &v.kind, &v.subject, &opened)
		if err != nil {
			return err
		}
		v.ID, v.Stops, v.opened = id.Text("hld", v.key), stops(scope), time.UnixMicro(opened)
		return json.Unmarshal([]byte(detail), &v.Figures)
	})
}

// queueIntakes reads what has not become a document; an intake's age is that of its id.
func queueIntakes(q db.Querier, after int64, n int) ([]QueueRow, error) {
	return collect(q, `SELECT i.id, i.source, i.source_key, i.state, i.reason_code, i.findings FROM intake i
		WHERE i.state IN ('received','refused') AND i.id>$1 ORDER BY i.id LIMIT $2`, nil, []any{after, n}, func(r *db.Rows, v *QueueRow) error {
		var source, key, state, findings string
		err := r.Scan(&v.key, &source, &key, &state, &v.Code, &findings)
		v.ID, v.Kind = id.Text("itk", v.key), "intake"
		v.Document = DocRef{Type: "intake", ID: v.ID, Number: source + " " + key}
		v.Sentence, v.Figures = findingsOf(findings)
		if v.Sentence == "" {
			v.Sentence = "what arrived from " + source + " is not read yet"
			if state == "refused" {
				v.Sentence = "what arrived from " + source + " could not become a document: " + v.Code
			}
		}
		v.opened = time.UnixMilli(v.key>>21 + id.Epoch)
		return err
	})
}

// queueShort reads what pickers did not find for shipments that have not left:
// the order desk may still change what leaves with them.
func queueShort(q db.Querier, after int64, n int) ([]QueueRow, error) {
	return collect(q, `SELECT l.id, l.short_reason, l.planned, l.picked, l.order_id, l.tx_id, a.sku, a.qty_scale FROM shipment s JOIN shipment_line l ON l.shipment_id=s.id JOIN product a ON a.id=l.product_id
		WHERE s.decision='planned' AND l.short_reason<>'' AND l.id>$1 ORDER BY l.id LIMIT $2`, nil, []any{after, n}, func(r *db.Rows, v *QueueRow) error {
		var reason string
		var planned, picked, changed int64
		var a article
		err := r.Scan(&v.key, &reason, &planned, &picked, &v.subject, &changed, &a.SKU, &a.Scale)
		v.ID, v.Kind, v.Code, v.kind = id.Text("sln", v.key), "short", "pick.short", "order"
		v.Sentence = "the picker found " + a.qty(picked) + " of " + a.qty(planned) + " " + a.SKU + ": " + reason
		v.opened = time.UnixMilli(changed>>21 + id.Epoch)
		return err
	})
}

// findingsOf takes a sentence and figures out of what was found wrong, whatever form that has.
func findingsOf(text string) (sentence string, figures map[string]string) {
	var fields map[string]any
	if json.Unmarshal([]byte(text), &fields) != nil {
		return "", nil
	}
	figures = map[string]string{}
	for k, x := range fields {
		s, ok := x.(string)
		switch {
		case !ok:
		case k == "sentence":
			sentence = s
		default:
			figures[k] = s
		}
	}
	return sentence, figures
}

// describe fills in numbers, customers and ages.
func describe(q db.Querier, rows []QueueRow) ([]QueueRow, error) {
	var nums numbers
	for _, v := range rows {
		if v.subject != 0 {
			nums.add(v.kind, v.subject)
		}
	}
	if err := nums.load(q); err != nil {
		return nil, err
	}
	var who ids[id.Customer]
	for _, k := range nums.found {
		who.add(k.Customer)
	}
	names, err := parties(q, who.list)
	if err != nil {
		return nil, err
	}
	at := now(q)
	for i := range rows {
		v := &rows[i]
		if v.subject != 0 {
			v.Document = nums.ref(v.kind, v.subject)
			if p, ok := names[nums.found[v.subject].Customer]; ok {
				v.Customer = &p
			}
		}
		v.Since, v.AgeHours = instant(v.opened.UnixMicro()), int64(at.Sub(v.opened)/time.Hour)
	}
	return rows, nil
}

func queueCounts(q db.Querier) ([]ReasonCount, error) {
	out, err := collect(q, `SELECT h.kind, h.reason_code, COUNT(*) FROM hold h WHERE h.released_at=0 AND h.scope<>$1 GROUP BY h.kind, h.reason_code
		UNION ALL SELECT 'intake', i.reason_code, COUNT(*) FROM intake i WHERE i.state IN ('received','refused') GROUP BY i.reason_code
		UNION ALL SELECT 'short', 'pick.short', COUNT(*) FROM shipment s JOIN shipment_line l ON l.shipment_id=s.id WHERE s.decision='planned' AND l.short_reason<>'' HAVING COUNT(*)>0`, nil, []any{int64(hold.OnRetain)}, func(r *db.Rows, c *ReasonCount) error {
		return r.Scan(&c.Kind, &c.Code, &c.Count)
	})
	slices.SortFunc(out, func(a, b ReasonCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Code, b.Code))
	})
	return out, err
}

// HoldKind tells the kind of an open hold by its id.
func HoldKind(q db.Querier, ref string) (string, error) {
	h, err := id.Parse("hld", ref)
	var kind string
	if err == nil {
		_, err = q.One(`SELECT kind FROM hold WHERE id=$1 AND released_at=0`, []any{h}, &kind)
	}
	if err == nil && kind == "" {
		err = hold.ErrUnknown.Because("there is no open hold %s: it may have been released meanwhile", ref)
	}
	return kind, err
}
