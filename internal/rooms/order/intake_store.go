package order

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// Intake is what arrived, with its bytes, until it is a document. Refused
// intakes stand in the exception queue.
type Intake struct {
	ID       id.Intake
	Source   string // channel, or the importer's name
	Key      string // message id, file hash + position, the file's document number
	Original string // the bytes, as text
	State    string
	Reason   string
	Findings string
	DocType  string
	Doc      int64
}

// AddIntakes writes intakes; a (source, key) that exists stays. It tells which were new.
func AddIntakes(tx *db.Tx, list []Intake) (map[string]bool, error) {
	l := db.NewList(len(list))
	for _, i := range list {
		if i.ID == 0 {
			i.ID = id.Intake(tx.NewID())
		}
		if i.Findings == "" {
			i.Findings = "{}"
		}
		l.Add(int64(i.ID), i.Source, i.Key, i.Original, i.State, i.Reason, i.Findings, i.DocType, i.Doc)
	}
	fresh := map[string]bool{}
	err := tx.Each(`WITH {a: id BIGINT, src TEXT, k TEXT, orig TEXT, st TEXT, reason TEXT, f TEXT, dt TEXT, doc BIGINT}
		INSERT INTO intake(id, source, source_key, blob_hash, original, state, reason_code, findings, doc_type, doc_id, version, tx_id)
		SELECT a.id, a.src, a.k, '', a.orig, a.st, a.reason, a.f, a.dt, a.doc, 1, $1 FROM a WHERE true ORDER BY a.src, a.k
		ON CONFLICT (source, source_key) DO NOTHING RETURNING intake.source_key`, l, []any{tx.ID()}, func(r *db.Rows) error {
		var k string
		err := r.Scan(&k)
		fresh[k] = true
		return err
	})
	return fresh, err
}

// KnownIntakes tells which keys of a source exist.
func KnownIntakes(q db.Querier, source string, keys []string) (map[string]Intake, error) {
	out := make(map[string]Intake, len(keys))
	l := db.NewList(len(keys))
	for _, k := range keys { // the source stands in the list, so that the whole key is looked up
		l.Add(source, k)
	}
	err := q.Each(`WITH {a: src TEXT, k TEXT} SELECT i.id, i.source_key, i.state, i.reason_code, i.doc_type, i.doc_id FROM a JOIN intake i ON i.source=a.src AND i.source_key=a.k`,
		l, nil, func(r *db.Rows) error {
			var i Intake
			err := r.Scan((*int64)(&i.ID), &i.Key, &i.State, &i.Reason, &i.DocType, &i.Doc)
			out[i.Key] = i
			return err
		})
	return out, err
}

// UnderstandIntakes ties intakes to the documents that they became. An intake
// becomes a document once: one that is settled already breaks the batch.
func UnderstandIntakes(tx *db.Tx, docType string, docs map[id.Intake]int64) {
	l := db.NewList(len(docs))
	for i, doc := range docs {
		l.Add(int64(i), doc)
	}
	tx.Put(`WITH {a: id BIGINT, doc BIGINT} UPDATE intake SET state='understood', doc_type=$1, doc_id=a.doc, version=intake.version+1, tx_id=$2
		FROM a WHERE intake.id=a.id AND intake.state='received'`, l, docType, tx.ID())
}

// RefuseIntakes sends received intakes to the exception queue, with the code of
// the rule that they broke.
func RefuseIntakes(tx *db.Tx, list []Intake) {
	l := db.NewList(len(list))
	for _, i := range list {
		l.Add(int64(i.ID), i.Reason, i.Findings)
	}
	tx.Put(`WITH {a: id BIGINT, reason TEXT, f TEXT} UPDATE intake SET state='refused', reason_code=a.reason, findings=a.f, version=intake.version+1, tx_id=$1
		FROM a WHERE intake.id=a.id AND intake.state='received'`, l, tx.ID())
}

// MergeIntakes takes refused intakes out of the queue: another intake carries
// what they hold.
func MergeIntakes(tx *db.Tx, into map[id.Intake]id.Intake) {
	l := db.NewList(len(into))
	for i, by := range into {
		l.Add(int64(i), int64(by))
	}
	tx.Put(`WITH {a: id BIGINT, doc BIGINT} UPDATE intake SET state='merged', doc_type='intake', doc_id=a.doc, version=intake.version+1, tx_id=$1
		FROM a WHERE intake.id=a.id AND intake.state='refused'`, l, tx.ID())
}
