package web

import (
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"kontor/internal/words/day"
)

// token reads the tokens: name → light, dark.
func tokens(t *testing.T) map[string][2]string {
	t.Helper()
	text := string(read("css/tokens.css"))
	out := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#[0-9A-Fa-f]{6}), (#[0-9A-Fa-f]{6})\);`).FindAllStringSubmatch(text, -1) {
		out[m[1]] = [2]string{m[2], m[3]}
	}
	out["on-accent"], out["quiet-text"] = [2]string{"#FFFFFF", "#FFFFFF"}, out["text-2"]
	if len(out) < 50 {
		t.Fatalf("only %d colours were read", len(out))
	}
	return out
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(hex string) float64 {
	part := func(i int) float64 {
		n, _ := strconv.ParseUint(hex[i:i+2], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(1) + 0.7152*part(3) + 0.0722*part(5)
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// TestColoursKeepTheirContrast: text 4.5 to 1, marks and lines of fields 3 to 1
// (WCAG 2.2, 1.4.3 and 1.4.11), light and dark.
func TestColoursKeepTheirContrast(t *testing.T) {
	c := tokens(t)
	check := func(fore, back string, least float64) {
		for i, theme := range []string{"light", "dark"} {
			if got := contrast(c[fore][i], c[back][i]); got < least {
				t.Errorf("%s: %s on %s has %.2f, at least %.1f", theme, fore, back, got, least)
			}
		}
	}
	surfaces := []string{"canvas", "surface", "raised", "sunken", "hover", "press"}
	for _, s := range surfaces {
		for _, f := range []string{"text", "text-2", "text-3"} {
			check(f, s, 4.5)
		}
		check("focus", s, 3)
	}
	check("on-accent", "accent", 4.5)
	check("on-accent", "accent-hover", 4.5)
	check("accent-text", "surface", 4.5)
	check("accent-text", "accent-bg", 4.5)
	check("line-input", "surface", 3)
	for _, tone := range []string{"good", "warn", "bad", "busy", "held", "quiet"} {
		check(tone+"-text", tone+"-bg", 4.5)
		check(tone+"-text", "surface", 4.5)
		check(tone, "surface", 3)
	}
	for _, s := range []string{"c1", "c2", "c3", "c4", "c5"} {
		check(s, "surface", 3)
	}
}

// forbidden needs eval or breaks the policy; htmx would fail silently.
var forbidden = regexp.MustCompile(`hx-on|hx-vars|"js:|javascript:|hx-trigger="[^"]*\[|morph:\{|style=|<style|onclick=|onsubmit=`)

func TestTemplatesObeyThePolicy(t *testing.T) {
	err := filepath.WalkDir(".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasSuffix(p, ".templ") {
			return err
		}
		text, err := os.ReadFile(p)
		if m := forbidden.FindString(string(text)); m != "" {
			t.Errorf("%s has %q", p, m)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestComponentsUseTokens: a colour or a width in points stands in tokens.css
// and nowhere else; hairlines of one and two points may.
func TestComponentsUseTokens(t *testing.T) {
	bad := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\b([3-9]|[1-9][0-9]+)px`)
	for _, s := range sheets[1:] {
		for i, line := range strings.Split(string(read("css/"+s+".css")), "\n") {
			if strings.Contains(line, "@media") || strings.Contains(line, "scroll-padding") || strings.Contains(line, "@font-face") || strings.Contains(line, "background: #fff") {
				line = regexp.MustCompile(`@media[^{]*\{|scroll-padding:[^;]*;|background: #fff;|@font-face.*`).ReplaceAllString(line, "")
			}
			if m := bad.FindString(line); m != "" {
				t.Errorf("%s.css, line %d: %q is no token", s, i+1, m)
			}
		}
	}
}

// TestEveryIconIsInTheSprite: a name that nobody drew leaves a hole.
func TestEveryIconIsInTheSprite(t *testing.T) {
	sprite := string(read("icons.svg"))
	has := func(name, where string) {
		if !strings.Contains(sprite, `<symbol id="`+name+`"`) {
			t.Errorf("%s shows %q, which is not in the sprite: scripts/web-assets.sh adds it", where, name)
		}
	}
	for code, s := range states {
		has(s.icon, "the state "+code)
	}
	for _, e := range navigation {
		has(e.Icon, "the sidebar")
	}
	for kind, icon := range eventIcons {
		has(icon, "the timeline of "+kind)
	}
	files, _ := filepath.Glob("*.templ")
	more, _ := filepath.Glob("*.go")
	for _, f := range append(files, more...) {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`icon\(v, "([a-z0-9-]+)"|Icon: "([a-z0-9-]+)"`).FindAllStringSubmatch(string(text), -1) {
			has(m[1]+m[2], f)
		}
	}
}

// TestThePagesAreLight: what every page loads, as it goes over the wire.
func TestThePagesAreLight(t *testing.T) {
	f := load()
	size := func(name string) int {
		a := f.byPath[f.name[name]]
		if a.zipped != nil {
			return len(a.zipped)
		}
		return len(a.plain)
	}
	all := 25_000 // of HTML
	for name, most := range map[string]int{"app.css": 12_000, "app.js": 18_000, "htmx.js": 17_500, "inter-latin.woff2": 102_400, "icons.svg": 6_000} {
		n := size(name)
		if n > most {
			t.Errorf("%s has %d bytes, at most %d", name, n, most)
		}
		all += n
	}
	if all > 200_000 {
		t.Errorf("a first visit takes %d bytes, at most 200,000", all)
	}
}

func TestFigures(t *testing.T) {
	for in, want := range map[string]string{"0.00": "0.00", "-1.00": "−1.00", "12345678.90": "12,345,678.90", "999": "999", "1000": "1,000", "": "—"} {
		if got := amount(in); got != want {
			t.Errorf("amount(%q) = %q, not %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"66.4": "66.40", "5": "5.00", "1.2345": "1.2345"} {
		if got := price(in); got != want {
			t.Errorf("price(%q) = %q, not %q", in, got, want)
		}
	}
	for in, want := range map[string]string{"1000": "1000", "1,5": "1.5", "1,000.50": "1000.50", "1.000,50": "1000.50", "1,000,000": "1000000", " 2.5 ": "2.5", "−3": "-3"} {
		if got, err := number(in, "qty"); got != want || err != nil {
			t.Errorf("number(%q) = %q, %v, not %q", in, got, err, want)
		}
	}
	for _, in := range []string{"1,000", "-12,345", "1,2,3", "1,5.2"} {
		if got, err := number(in, "qty"); err == nil {
			t.Errorf("number(%q) = %q: it can be read in two ways, or none", in, got)
		}
	}
	today := day.Must("2026-11-25")
	for in, want := range map[day.Day]string{"2026-11-25": "today", "2026-11-26": "tomorrow", "2026-11-24": "yesterday", "2026-11-28": "Sat 28 Nov", "2026-11-02": "2 Nov", "2025-11-25": "25 Nov 2025", "": "—"} {
		if got := dayText(in, today); got != want {
			t.Errorf("dayText(%q) = %q, not %q", in, got, want)
		}
	}
	if got := sentence("lines[3].qty: no price for it; add one"); got != "Line 4: no price for it; add one." && got != "Line 4: no price for it; add one" {
		t.Errorf("sentence: %q", got)
	}
}
