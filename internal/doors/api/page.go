package api

import (
	"embed"
	"net/http"
)

//go:embed page
var pageFiles embed.FS

// page serves the readable form of the OpenAPI document: one page that needs
// nothing but this server.
func page(mux *http.ServeMux) {
	for path, file := range map[string][2]string{
		"GET /docs":     {"page/docs.html", "text/html; charset=utf-8"},
		"GET /docs.css": {"page/docs.css", "text/css; charset=utf-8"},
		"GET /docs.js":  {"page/docs.js", "text/javascript; charset=utf-8"},
	} {
		text, err := pageFiles.ReadFile(file[0])
		if err != nil {
			panic(err) // it is embedded
		}
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", file[1])
			w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
			_, _ = w.Write(text)
		})
	}
}
