package web

import (
	"net/url"
	"strings"
	"testing"

	"kontor/internal/tools/dbtest"
)

// TestTheFloorWithoutScript: every page of the warehouse reads scans and does
// its step by forms alone, on both engines, and a form that comes twice counts once.
func TestTheFloorWithoutScript(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		b := &play{house: openHouse(t, dsn), t: t}
		shipment, skus := b.toPick(3)
		says := func(path string, want ...string) string {
			t.Helper()
			w := b.ask("warehouse", "GET", path, nil)
			for _, s := range want {
				if w.Code >= 500 || !strings.Contains(w.Body.String(), s) {
					t.Errorf("%s: %d does not say %q\n%s", path, w.Code, s, tail(w.Body.String()))
				}
			}
			return w.Header().Get("Location")
		}
		does := func(path string, form url.Values, want string) {
			t.Helper()
			form.Set("key", "k-"+path+form.Encode())
			for range 2 {
				if w := b.ask("warehouse", "POST", path, form); w.Code != 303 || !strings.HasPrefix(w.Header().Get("Location"), want) {
					t.Fatalf("%s: %d %s\n%s", path, w.Code, w.Header().Get("Location"), tail(w.Body.String()))
				}
			}
		}
		line := func(n int) string {
			page := b.ask("warehouse", "GET", shipment+"/pick?stop="+itoa(int64(n)), nil).Body.String()
			_, rest, _ := strings.Cut(page, `name="line" value="`)
			id, _, _ := strings.Cut(rest, `"`)
			return id
		}
		if to := says("/scan?scan=" + strings.TrimPrefix(shipment, "/shipments/")); to != shipment+"/pick" {
			t.Errorf("a scanned pick list leads to %s", to)
		}
		if to := says("/scan?scan=hb"); to != "/stock?warehouse=HB" {
			t.Errorf("a scanned place leads to %s", to)
		}
		says("/scan?scan=x-9", "is no item, place, order or shipment here")
		says(shipment+"/pick?stop=1&qty=1&scan="+url.QueryEscape(skus[0]), "Right item, 2 of 3", "Take the other 1")
		says(shipment+"/pick?stop=1&qty=3&scan="+url.QueryEscape(skus[0]), "All 3 are counted")
		says(shipment+"/pick?stop=1&scan=UL", "UL is not wanted here", "Expected here: "+skus[0])
		if w := b.ask("warehouse", "POST", shipment+"/pick", url.Values{"line": {line(1)}, "qty": {"4"}}); w.Code != 409 || !strings.Contains(w.Body.String(), "only 3 planned") {
			t.Errorf("more than planned: %d", w.Code)
		}
		first, second := line(1), line(2)
		does(shipment+"/pick", url.Values{"line": {first}, "all": {"yes"}, "qty": {"0"}}, shipment+"/pick?stop=2")
		says("/", "Go on picking for", "stop 2 of 2")
		does(shipment+"/short", url.Values{"line": {second}, "qty": {"1"}, "why": {"damaged"}, "count": {"no"}}, shipment)
		says(shipment, "To pack", "it is damaged")
		says("/packing", strings.TrimPrefix(shipment, "/shipments/"))
		says(shipment+"/pack?scan="+url.QueryEscape(skus[1]), skus[1]+", 1 of 1 in")
		does(shipment+"/pack", url.Values{first: {"3"}, second: {"1"}, "weight": {"2,5"}}, shipment)
		says(shipment, "To ship", "2.5 kg")
		says(shipment+"/packing-list", "Packing list", "2.5 kg")

		says("/receive?sku="+url.QueryEscape(skus[0])+"&qty=2&do=add", "2 of "+skus[0]+" noted", "This will happen")
		does("/receive", url.Values{"reference": {"DN-1"}, "line": {skus[0] + "|2|", skus[1] + "|1|9.99"}}, "/receive")
		says("/count?warehouse=HB&sku="+url.QueryEscape(skus[0])+"&counted=1", "That is far from what the books say")
		does("/count", url.Values{"reference": {"C-9"}, "warehouse": {"HB"}, "sku": {skus[0]}, "counted": {"7"}}, "/count")
		if free := b.free(skus[0], "HB"); free != "7" {
			t.Errorf("7 on the shelf, 3 reserved in hand: %s free", free)
		}
		does("/move", url.Values{"reference": {"M-9"}, "from": {"HB"}, "to": {"UL"}, "sku": {skus[0]}, "qty": {"2"}}, "/move?from=HB")
		if free := b.free(skus[0], "HB"); free != "5" {
			t.Errorf("after the move %s are free", free)
		}
	})
}

// TestBarsAreCode128: the modules of a letter between start, check and stop
// characters as ISO/IEC 15417 has them, with quiet zones.
func TestBarsAreCode128(t *testing.T) {
	path, wide := barsOf("AB")
	if wide != 20+11*4+13 {
		t.Fatalf("%d modules", wide)
	}
	got := []byte(strings.Repeat("0", wide))
	for _, bar := range strings.Split(strings.TrimSuffix(path, "z"), "z") {
		from, rest, _ := strings.Cut(strings.TrimPrefix(bar, "M"), " 0h")
		n, _, _ := strings.Cut(rest, "v")
		for i := range plusInt(n) {
			got[plusInt(from)+i] = '1'
		}
	}
	// start B, A (33), B (34), check (104 + 33 + 2·34) mod 103 = 102, stop
	want := "11010010000" + "10100011000" + "10001011000" + "11110101110" + "1100011101011"
	if s := string(got[10 : wide-10]); s != want {
		t.Errorf("\n got %s\nwant %s", s, want)
	}
	if path, _ := barsOf("Größe"); path != "" {
		t.Error("what Code 128 has no characters for is drawn")
	}
}

func plusInt(s string) int { return int(thousandths(s) / 1000) }
