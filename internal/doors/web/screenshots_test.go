//go:build screenshots

package web

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	screen "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// pictured are the pages in docs/screenshots, by the name of their picture.
var pictured = [][3]string{{"home", "head", "/"}, {"desk", "service", "/desk"}, {"orders", "service", "/orders"}, {"order", "service", "{short}"}, {"new-order", "service", "/orders/new"}, {"customer", "credit", "/customers/D1001"},
	{"pick", "warehouse", "{pick}"}, {"billing", "billing", "/billing"}, {"invoice", "billing", "{invoice}"}, {"ageing", "receivables", "/ageing"}, {"bank", "receivables", "/bank"}, {"close", "controller", "/close"}}

// TestScreenshots draws the pages of a company with three months of trade, wide
// and narrow, light and dark, into the directory that KONTOR_SCREENSHOTS names;
// make screenshots calls it. Pictures are looked at, not compared.
func TestScreenshots(t *testing.T) {
	dir := os.Getenv("KONTOR_SCREENSHOTS")
	if dir == "" {
		t.Fatal("KONTOR_SCREENSHOTS names no directory: call make screenshots")
	}
	k := openHouseOf(t, sqliteHouse(t), 90)
	b := openBrowser(t).serve(t, k, false)
	first := func(role, list, start string) string {
		for _, m := range hrefs.FindAllStringSubmatch(k.ask(role, "GET", list, nil).Body.String(), -1) {
			if strings.HasPrefix(m[1], start) && len(m[1]) > len(start)+3 && !strings.Contains(m[1], "new") {
				return m[1]
			}
		}
		t.Fatalf("%s has no link to %s", list, start)
		return ""
	}
	paths := strings.NewReplacer("{short}", first("service", "/orders?status=short", "/orders/SO-"), "{pick}", first("warehouse", "/picking", "/shipments/shp_")+"/pick", "{invoice}", first("billing", "/invoices", "/invoices/INV-"))
	total := 0
	for _, x := range pictured {
		p := b.as(x[1])
		p.open(paths.Replace(x[2]))
		p.ready()
		for _, width := range []int64{1440, 390} {
			for _, theme := range []string{"light", "dark"} {
				height := map[int64]int64{1440: 900, 390: 844}[width]
				p.do(chromedp.EmulateViewport(width, height))
				value[bool](p, fmt.Sprintf("(document.documentElement.dataset.theme = %q, scrollTo(0, 0), true)", theme))
				time.Sleep(300 * time.Millisecond)
				picture := p.webp()
				total += len(picture)
				if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%s-%d-%s.webp", x[0], width, theme)), picture, 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if total > 2_000_000 {
		t.Errorf("the pictures take %d bytes, at most 2,000,000", total)
	}
}

// webp draws what is on the screen.
func (p *tab) webp() []byte {
	p.t.Helper()
	quality := int64(72)
	var out []byte
	p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		r, err := chromedp.Call(ctx, screen.CaptureScreenshot, screen.CaptureScreenshotParams{Format: "webp", Quality: &quality})
		out = r.Data
		return err
	}))
	return out
}
