package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"kontor/internal/story/flow"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
)

func office(t *testing.T) *flow.Office {
	return flow.Open(dbtest.Open(t, dbtest.SQLite(t), db.Options{}))
}

type document struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			Name string `json:"name"`
			In   string `json:"in"`
		} `json:"parameters"`
		Summary     string                     `json:"summary"`
		OperationID string                     `json:"operationId"`
		Responses   map[string]json.RawMessage `json:"responses"`
	} `json:"paths"`
}

func openAPI(t *testing.T, o *flow.Office) (document, string) {
	t.Helper()
	w := httptest.NewRecorder()
	Handler(o, Limits{}).ServeHTTP(w, httptest.NewRequest("GET", "/openapi.json", nil))
	var d document
	if err := json.Unmarshal(w.Body.Bytes(), &d); err != nil {
		t.Fatal(err)
	}
	return d, w.Body.String()
}

func TestTheTableAndTheDocumentAgree(t *testing.T) {
	o := office(t)
	doc, text := openAPI(t, o)
	if !strings.Contains(text, `"openapi":"3.1.0"`) {
		t.Error("the document is not OpenAPI 3.1")
	}
	if strings.Contains(text, "ErrorModel") {
		t.Error("the document shows an error that this API never sends")
	}
	table, ids := map[string]bool{}, map[string]bool{}
	for _, s := range routes(o) {
		for _, r := range s.Routes {
			key := r.Method + " " + r.Path
			if table[key] {
				t.Errorf("%s stands twice in the table", key)
			}
			table[key] = true
			op, ok := doc.Paths[r.Path][strings.ToLower(r.Method)]
			if !ok {
				t.Errorf("%s is not in openapi.json", key)
				continue
			}
			if ids[op.OperationID] {
				t.Errorf("operation id %s twice", op.OperationID)
			}
			ids[op.OperationID] = true
			has := map[string]bool{}
			for _, p := range op.Parameters {
				has[p.In+" "+p.Name] = true
			}
			if write := r.Method != "GET"; has["header Idempotency-Key"] != write || has["query simulate"] != write {
				t.Errorf("%s documents %v", key, has)
			}
			for _, status := range []string{"200", "401", "422", "500", "503"} {
				if op.Responses[status] == nil {
					t.Errorf("%s does not document %s", key, status)
				}
			}
		}
	}
	if !strings.Contains(text, `"Retry-After"`) {
		t.Error("the document does not say that a busy server tells when to come again")
	}
	for path, methods := range doc.Paths {
		for m := range methods {
			if !table[strings.ToUpper(m)+" "+path] {
				t.Errorf("openapi.json has %s %s, the table has not", m, path)
			}
		}
	}
}

// TestRoutesDocument prints docs/routes.md from the table.
func TestRoutesDocument(t *testing.T) {
	var b strings.Builder
	b.WriteString("<!-- made from internal/doors/api/routes.go by its test; make golden rewrites it -->\n\n# Routes of the API\n\n" +
		"`/docs` of a running `kontor serve` shows them with all fields. Every POST and PUT takes `Idempotency-Key` and `?simulate=true`;\n" +
		"the ids in paths may be ids (`ord_…`) or the numbers and codes that people use.\n")
	for _, s := range routes(office(t)) {
		fmt.Fprintf(&b, "\n## %s\n\n| | | |\n|---|---|---|\n", s.Name)
		for _, r := range s.Routes {
			fmt.Fprintf(&b, "| %s | `%s` | %s |\n", r.Method, r.Path, r.Summary)
		}
	}
	const file = "../../../docs/routes.md"
	if os.Getenv("KONTOR_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil || string(want) != b.String() {
		t.Errorf("docs/routes.md is not what the table says now; make golden rewrites it (%v)", err)
	}
}

func TestAPanicIsOurMistake(t *testing.T) {
	d := &door{office: office(t)}
	h := d.guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("an unbalanced entry") }))
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatal(err)
	}
	if w.Code != 500 || p.Code != "internal" || p.Request == "" || p.Request != w.Header().Get("X-Request-Id") || strings.Contains(p.Detail, "unbalanced") {
		t.Errorf("%d %+v", w.Code, p)
	}
}
