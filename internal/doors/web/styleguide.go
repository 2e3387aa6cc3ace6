package web

import (
	"cmp"
	"maps"
	"slices"
)

// statesInOrder are all states once, by tone and word.
func statesInOrder() []state {
	return slices.Compact(slices.SortedFunc(maps.Values(states), func(a, b state) int {
		return cmp.Or(cmp.Compare(a.tone, b.tone), cmp.Compare(a.word, b.word), cmp.Compare(a.icon, b.icon))
	}))
}

// sampleTable has rows of each length that a name or a number may have.
func sampleTable() table {
	bar := func(name, word, tone string, parts ...part) cell {
		return cell{Bar: &progress{Name: name, Word: word, Tone: tone, Parts: parts}}
	}
	return table{Caption: "Order lines", Columns: []column{{"Item", false, "first"}, {"Ordered", true, "whole"}, {"Progress", false, "whole"}, {"Amount, EUR", true, "amount"}}, Rows: []row{
		{ID: "sample-1", Cells: []cell{coded("PMP-200-16", "#main").and("Gear pump 200 cm³, 16 bar"), pieces("120", "C62"), bar("Ordered 120, reserved 84", "Short by 36", "late", part{"res", "0%", "70%"}, part{"short", "70%", "30%"}), cash("25740.00")}},
		{ID: "sample-2", Cells: []cell{coded("HSE-1SN-12", "#main").and("Hydraulic hose 1SN 12 mm"), pieces("350.5", "MTR"), bar("Ordered 350.5, shipped 200", "200 shipped", "", part{"ship", "0%", "57.06%"}, part{"res", "57.06%", "42.94%"}), cash("3434.90")}},
		{ID: "sample-3", Cells: []cell{coded("VLV-DN50-PN40", "#main").and("Van den Berghe Pompen & Afsluiters B.V. ball valve DN 50 PN 40, stainless, with a name that needs two lines"), pieces("12345678", "C62"), bar("All paid", "Paid", "", part{"paid", "0%", "100%"}), cash("12345678.90")}},
		{ID: "sample-4", Cells: []cell{coded("RETURN", "").and("Credit"), pieces("-1", "C62"), bar("Billed", "Billed", "", part{"bill", "0%", "100%"}), cash("-1.00")}},
	}}
}

func contains(list []string, s string) bool { return slices.Contains(list, s) }

func boolText(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
