package db

import "testing"

// What runs row by row on SQLite, and what keeps its list.
func TestRowForm(t *testing.T) {
	for _, c := range []struct{ name, sql, row string }{
		{"update", `WITH {a: id BIGINT, n BIGINT} UPDATE t SET n=t.n+a.n, tx_id=$1 FROM a WHERE t.id=a.id AND t.n>=a.n AND t.k=$2`,
			`UPDATE t SET n=t.n+?2, tx_id=?3 WHERE t.id=?1 AND t.n>=?2 AND t.k=?4`},
		{"insert", `WITH {a: id BIGINT, n TEXT} INSERT INTO t(id, n, tx) SELECT a.id, a.n, $1 FROM a`,
			`INSERT INTO t(id, n, tx) SELECT ?1, ?2, ?3`},
		{"insert unless there", `WITH {a: id BIGINT} INSERT INTO t(id) SELECT a.id FROM a WHERE true ON CONFLICT (id) DO NOTHING`,
			`INSERT INTO t(id) SELECT ?1 WHERE true ON CONFLICT (id) DO NOTHING`},
		{"columns without the list's name", `WITH {a: id BIGINT, n TEXT} INSERT INTO t(id, n) SELECT id, n FROM a`, ""},
		{"rows wanted back", `WITH {a: id BIGINT} UPDATE t SET n=1 FROM a WHERE t.id=a.id RETURNING t.id`, ""},
		{"joined", `WITH {a: id BIGINT} INSERT INTO t(id) SELECT a.id FROM a JOIN u ON u.id=a.id`, ""},
		{"another list beside it", `WITH {a: id BIGINT}, p(x) AS (SELECT id FROM a) UPDATE t SET n=1 FROM a, p WHERE t.id=a.id`, ""},
		{"used in a subquery", `WITH {a: id BIGINT} UPDATE t SET n=(SELECT COUNT(*) FROM a) FROM a WHERE t.id=a.id`, ""},
		{"its name in a literal", `WITH {a: id BIGINT} UPDATE t SET n='not a.id' FROM a WHERE t.id=a.id`, ""},
		{"of another name", `WITH {b: id BIGINT} UPDATE t SET n=1 FROM b WHERE t.id=b.id`, ""},
		{"a question", `WITH {a: id BIGINT} SELECT t.n FROM a JOIN t ON t.id=a.id`, ""},
		{"deleting", `WITH {a: id BIGINT} DELETE FROM t WHERE id IN (SELECT id FROM a)`, ""},
	} {
		if got := parse(c.sql).row; got != c.row {
			t.Errorf("%s: %q instead of %q", c.name, got, c.row)
		}
	}
}

// Every list is cut into runs that cover it once.
func TestChunks(t *testing.T) {
	st := parse(`WITH {a: id BIGINT} SELECT t.n FROM a JOIN t ON t.id=a.id`)
	insert := parse(`WITH {a: id BIGINT} INSERT INTO t(id) SELECT a.id FROM a`)
	for n := 1; n <= 300; n++ {
		l := Ints(make([]int64, n))
		for _, s := range []*stmt{st, insert} {
			at, runs := 0, 0
			for at < n {
				k, text := chunk(s, l, at)
				if k < 1 || text != k && !(text == oneRow && k == 1) {
					t.Fatalf("%d rows from %d: a run of %d as %d", n, at, k, text)
				}
				at, runs = at+k, runs+1
			}
			if at != n || runs > n/128+10 {
				t.Errorf("%d rows: %d in %d runs", n, at, runs)
			}
		}
	}
}
