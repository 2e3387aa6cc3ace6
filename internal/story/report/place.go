package report

import (
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// Place is a document that people can write on, with the customer behind it.
type Place struct {
	DocRef
	Number64 int64 // the id as tables have it
	Customer id.Customer
}

// kinds gives the type of a document by the prefix of its id, as events name it.
var kinds = map[string]string{"ord": "order", "cus": "customer", "inv": "invoice", "shp": "shipment", "rcp": "receipt", "ret": "return", "prd": "product", "stm": "statement"}

// Documents finds documents by their external ids; what does not exist is not in the answer.
func Documents(q db.Querier, refs []string) (map[string]Place, error) {
	var nums numbers
	at := map[string]int64{}
	for _, ref := range refs {
		prefix, n, err := id.Split(ref)
		if err == nil && kinds[prefix] != "" {
			nums.add(kinds[prefix], n)
			at[ref] = n
		}
	}
	if err := nums.load(q); err != nil {
		return nil, err
	}
	out := map[string]Place{}
	for ref, n := range at {
		k, ok := nums.found[n]
		if !ok {
			continue
		}
		prefix, _, _ := id.Split(ref)
		out[ref] = Place{DocRef: nums.ref(kinds[prefix], n), Number64: n, Customer: k.Customer}
	}
	return out, nil
}

// External writes the id of a document whose type is known by name.
func External(kind string, n int64) string { return external(kind, n) }
