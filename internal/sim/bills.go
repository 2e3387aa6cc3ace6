package sim

import (
	"strings"

	"kontor/internal/rooms/bom"
	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// part is so many base steps of an article.
type part struct {
	sku  string
	take int64
}

// madeOf are the articles that the company puts together itself, by the
// beginning of their code; grease is counted in grams.
var madeOf = []struct {
	begins string
	parts  []part
}{
	{"GM-063", []part{{"B-6002-2RS", 2}, {"KE-8x7", 1}, {"GR-EP2", 120}}},
	{"GM-071", []part{{"B-6004-2RS", 2}, {"KE-8x7", 1}, {"GR-EP2", 160}}},
	{"GM-080", []part{{"B-6004-2RS", 2}, {"B-6005-2RS", 1}, {"KE-8x7", 2}, {"GR-EP2", 240}}},
	{"GM-090", []part{{"B-6005-2RS", 3}, {"KE-8x7", 2}, {"GR-EP2", 350}}},
	{"CJ-24", []part{{"CS-24-92", 1}, {"KE-8x7", 2}}},
	{"CJ-28", []part{{"CS-28-92", 1}, {"KE-8x7", 2}}},
	{"CJ-38", []part{{"CS-38-98", 1}, {"KE-8x7", 2}}},
	{"CJ-48", []part{{"CS-48-98", 1}, {"KE-8x7", 2}}},
}

// bills saves what is put together, as far as the range has its parts.
func (s *sim) bills(tx *db.Tx) error {
	ids := map[string]id.Product{}
	for _, g := range s.goods {
		ids[g.sku] = g.id
	}
	var bills []bom.Bill
	for _, g := range s.goods {
		for _, m := range madeOf {
			if !strings.HasPrefix(g.sku, m.begins) {
				continue
			}
			b := bom.Bill{Product: g.id}
			for _, p := range m.parts {
				if ids[p.sku] != 0 {
					b.Lines = append(b.Lines, bom.Line{Component: ids[p.sku], Take: p.take, Per: 1, From: always})
				}
			}
			if len(b.Lines) > 0 {
				bills = append(bills, b)
			}
		}
	}
	return flow.SaveBOMs(tx, bills)
}
