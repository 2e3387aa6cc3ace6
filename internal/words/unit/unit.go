// Package unit knows how people write the units that goods are counted in, and
// the codes of UN/ECE recommendation 20 that stand for them.
package unit

import (
	"slices"
	"strings"
)

// words are what people write, in English and German, for codes; the first code
// is the usual one, others are used for the same thing.
var words = map[string][]string{
	"pcs": {"C62", "H87", "EA"}, "pc": {"C62", "H87", "EA"}, "piece": {"C62", "H87", "EA"}, "pieces": {"C62", "H87", "EA"}, "ea": {"EA", "C62", "H87"}, "each": {"EA", "C62", "H87"},
	"stk": {"C62", "H87", "EA"}, "stck": {"C62", "H87", "EA"}, "st": {"C62", "H87", "EA"}, "stück": {"C62", "H87", "EA"}, "stueck": {"C62", "H87", "EA"},
	"kg": {"KGM"}, "g": {"GRM"}, "t": {"TNE"}, "m": {"MTR"}, "lfm": {"MTR"}, "meter": {"MTR"}, "cm": {"CMT"}, "mm": {"MMT"}, "l": {"LTR"}, "liter": {"LTR"}, "litre": {"LTR"},
	"m²": {"MTK"}, "m2": {"MTK"}, "qm": {"MTK"}, "m³": {"MTQ"}, "m3": {"MTQ"}, "cbm": {"MTQ"}, "h": {"HUR"}, "std": {"HUR"}, "hour": {"HUR"}, "hours": {"HUR"}, "stunde": {"HUR"}, "stunden": {"HUR"},
	"set": {"SET"}, "satz": {"SET"}, "pair": {"PR"}, "pairs": {"PR"}, "paar": {"PR"},
	"box": {"BX", "CT"}, "boxes": {"BX", "CT"}, "ctn": {"CT", "BX"}, "carton": {"CT", "BX"}, "karton": {"CT", "BX"}, "kart": {"CT", "BX"}, "kiste": {"BX", "CT"},
	"pack": {"PK", "BX"}, "pk": {"PK", "BX"}, "packung": {"PK", "BX"}, "pkg": {"PK", "BX"}, "pal": {"PX", "PF"}, "pallet": {"PX", "PF"}, "palette": {"PX", "PF"},
}

// Codes gives the codes that a written unit may stand for, the usual one first;
// nothing for a word that nobody knows.
func Codes(written string) []string {
	w := strings.TrimSuffix(strings.ToLower(strings.TrimSpace(written)), ".")
	if list, ok := words[w]; ok {
		return list
	}
	code := strings.ToUpper(w)
	for _, list := range words {
		if slices.Contains(list, code) {
			return []string{code}
		}
	}
	return nil
}

// Among gives the one of some codes that a written unit stands for; what stands
// for none of them comes back as it is.
func Among(codes []string, written string) string {
	w := strings.TrimSpace(written)
	if i := slices.IndexFunc(codes, func(c string) bool { return strings.EqualFold(c, w) }); i >= 0 {
		return codes[i]
	}
	for _, c := range Codes(w) {
		if slices.Contains(codes, c) {
			return c
		}
	}
	return w
}
