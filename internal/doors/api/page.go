package api

import (
	"embed"
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed page
var pageFiles embed.FS

// pages serves the OpenAPI document and its readable form: one page that needs
// nothing but this server.
func pages(mux *http.ServeMux, doc *huma.OpenAPI) {
	const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	serve := func(path, media string, text []byte, err error) {
		if err != nil {
			panic(err) // it is made of the program itself
		}
		mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", media)
			w.Header().Set("Content-Security-Policy", policy)
			_, _ = w.Write(text)
		})
	}
	for path, media := range map[string]string{"/docs": "text/html", "/docs.css": "text/css", "/docs.js": "text/javascript"} {
		file := path
		if path == "/docs" {
			file += ".html"
		}
		text, err := pageFiles.ReadFile("page" + file)
		serve(path, media+"; charset=utf-8", text, err)
	}
	text, err := json.Marshal(doc)
	serve("/openapi.json", "application/openapi+json", text, err)
	text, err = doc.YAML()
	serve("/openapi.yaml", "application/openapi+yaml", text, err)
}
