package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"strings"
)

//go:embed static
var static embed.FS

// files are what pages load: each under a name with its hash, kept for ever by
// browsers, compressed once.
type files struct {
	byPath map[string]*asset // path below /static/
	name   map[string]string // plain name → path
}

type asset struct {
	media         string
	plain, zipped []byte
}

// sheets make one file: what comes first in it matters.
var sheets = []string{"tokens", "base", "shell", "components", "pages"}

var kept = map[string]string{
	"inter-latin.woff2": "font/inter-latin.woff2", "inter-latin-ext.woff2": "font/inter-latin-ext.woff2", "icons.svg": "icons.svg",
	"htmx.js": "js/htmx.min.js", "morph.js": "js/idiomorph.min.js", "app.js": "js/app.js", "door.js": "js/door.js", "grid.js": "js/grid.js", "grid.css": "css/grid.css", "scan.js": "js/scan.js",
	"uplot.js": "js/uplot.min.js", "uplot.css": "css/uplot.css", "chart.js": "js/chart.js", "tour.js": "js/tour.js", "match.js": "js/match.js",
}

var medias = map[string]string{".woff2": "font/woff2", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}

// load reads what is in the program itself.
func load() *files {
	f := &files{byPath: map[string]*asset{}, name: map[string]string{}}
	for name, file := range kept {
		f.add(name, read(file))
	}
	var css bytes.Buffer
	for _, s := range sheets {
		css.Write(read("css/" + s + ".css"))
	}
	text := css.String()
	for name, at := range f.name {
		text = strings.ReplaceAll(text, `"/static/`+name+`"`, `"/static/`+at+`"`)
	}
	f.add("app.css", []byte(text))
	return f
}

func read(file string) []byte {
	b, err := static.ReadFile("static/" + file)
	if err != nil {
		panic(err)
	}
	return b
}

func (f *files) add(name string, text []byte) {
	sum := sha256.Sum256(text)
	ext := path.Ext(name)
	at := strings.TrimSuffix(name, ext) + "." + hex.EncodeToString(sum[:6]) + ext
	a := &asset{media: medias[ext], plain: text}
	if ext != ".woff2" {
		a.zipped = zip(text)
	}
	f.byPath[at], f.name[name] = a, at
}

func zip(text []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestCompression)
	_, _ = w.Write(text)
	_ = w.Close()
	return b.Bytes()
}

// at is where a file is found.
func (f *files) at(name string) string { return "/static/" + f.name[name] }

func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a := f.byPath[strings.TrimPrefix(r.URL.Path, "/static/")]
	if a == nil {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.media)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	text := a.plain
	if a.zipped != nil {
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r) {
			h.Set("Content-Encoding", "gzip")
			text = a.zipped
		}
	}
	_, _ = w.Write(text)
}

func takesGzip(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}
