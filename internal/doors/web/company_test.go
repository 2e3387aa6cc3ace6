package web

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"kontor/internal/tools/dbtest"
)

// issuer is a small OpenID Connect provider: discovery, keys, authorization by
// code with PKCE, tokens. Who is at its door is what the test says.
type issuer struct {
	*httptest.Server
	key *rsa.PrivateKey

	mu     sync.Mutex
	person map[string]any // claims of who signs in; nil = nobody is let in
	broken string         // what goes wrong: "down", "token", "nonce", "audience", "key", "old"
	asked  map[string]url.Values
}

func openIssuer(t testing.TB) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key, asked: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		if i.fails("down") {
			http.Error(w, "closed", 503)
			return
		}
		i.json(w, map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}, "response_types_supported": []string{"code"}, "subject_types_supported": []string{"public"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		i.json(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("GET /authorize", i.authorize)
	mux.HandleFunc("POST /token", i.token)
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v)
}

func (i *issuer) fails(how string) bool { i.mu.Lock(); defer i.mu.Unlock(); return i.broken == how }

func (i *issuer) breaks(how string) { i.mu.Lock(); i.broken = how; i.mu.Unlock() }

// lets says who stands at the issuer's door.
func (i *issuer) lets(claims map[string]any) { i.mu.Lock(); i.person = claims; i.mu.Unlock() }

func (i *issuer) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back := url.Values{"state": {q.Get("state")}}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.person == nil {
		back.Set("error", "access_denied")
	} else {
		code := rand.Text()
		i.asked[code] = q
		back.Set("code", code)
	}
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+back.Encode(), http.StatusFound)
}

func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, _ := r.BasicAuth()
	i.mu.Lock()
	q, ok := i.asked[r.PostFormValue("code")]
	delete(i.asked, r.PostFormValue("code"))
	person, how := i.person, i.broken
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostFormValue("code_verifier")))
	if !ok || id != "kontor" || secret != "s3cret" || how == "token" || q.Get("code_challenge_method") != "S256" || base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") || r.PostFormValue("redirect_uri") != q.Get("redirect_uri") {
		w.WriteHeader(400)
		i.json(w, map[string]string{"error": "invalid_grant"})
		return
	}
	claims := map[string]any{"iss": i.URL, "aud": "kontor", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(), "nonce": q.Get("nonce")}
	for k, v := range person {
		claims[k] = v
	}
	key := i.key
	switch how {
	case "nonce":
		claims["nonce"] = "another"
	case "audience":
		claims["aud"] = "another program"
	case "old":
		claims["exp"] = time.Now().Add(-time.Hour).Unix()
	case "key":
		key, _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	signer, _ := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "k"}}, nil)
	text, _ := jwt.Signed(signer).Claims(claims).Serialize()
	i.json(w, map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": text})
}

// goes follows the way to the issuer and back, and gives what the browser is sent back with.
func (i *issuer) goes(c *client) (back string) {
	c.t.Helper()
	w := c.send("GET", "/sign-in/company?next=/credit", nil)
	to := w.Header().Get("Location")
	if w.Code != 303 || !strings.HasPrefix(to, i.URL+"/authorize") {
		c.t.Fatalf("to the issuer: %d %s\n%s", w.Code, to, tail(w.Body.String()))
	}
	straight := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := straight.Get(to)
	if err != nil {
		c.t.Fatal(err)
	}
	answer.Body.Close()
	u, err := answer.Location()
	if err != nil {
		c.t.Fatal(err)
	}
	return u.RequestURI()
}

// TestCompanySignIn: an invited person comes in by his confirmed address, is
// known by the subject from then on, and nobody else is; a state, a code and an
// answer count once; what the issuer does wrong is a sentence.
func TestCompanySignIn(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d, i := openDoor(t, dsn), openIssuer(t)
		done := make(chan struct{})
		t.Cleanup(func() { close(done) })
		single := &Single{Issuer: i.URL, Client: "kontor", Secret: "s3cret"}
		door := func() { d.h = Handler(d.office, Options{Done: done, Single: single}) }
		door()
		c := d.client()
		refused := func(status int, say, path string) {
			t.Helper()
			if w := c.send("GET", path, nil); w.Code != status || !strings.Contains(w.Body.String(), say) {
				t.Errorf("GET %s: %d, not %d %q\n%s", path, w.Code, status, say, tail(w.Body.String()))
			}
		}
		i.breaks("down")
		refused(409, "it does not answer", "/sign-in/company")
		i.breaks("")
		refused(409, "it does not answer", "/sign-in/company") // it is not asked again at once
		d.later(5 * time.Second)
		refused(409, "did not let you in", i.goes(c))
		i.lets(map[string]any{"sub": "77", "email": "Stranger@example.com", "email_verified": true})
		refused(403, "stranger@example.com was not invited here", i.goes(c))
		i.lets(map[string]any{"sub": "42", "email": "anna@example.com", "email_verified": false})
		refused(403, "confirm the address", i.goes(c))
		i.lets(map[string]any{"sub": "42", "email": "Anna@example.com", "email_verified": true})
		for how, say := range map[string]string{"token": "did not confirm who you are", "audience": "does not hold", "old": "does not hold", "key": "does not hold", "nonce": "for another visit"} {
			i.breaks(how)
			refused(409, say, i.goes(c))
			door() // so that addresses do not run out of tries
		}
		i.breaks("")
		u, _ := url.Parse(i.goes(c))
		q := u.Query()
		q.Set("state", "wrong")
		refused(409, "belongs to another question", u.Path+"?"+q.Encode())
		refused(422, "begin again", u.RequestURI()) // the right one comes too late: the question is gone
		stolen := i.goes(d.client())
		refused(422, "begin again", stolen) // began in another browser
		if c.inside() {
			t.Fatal("signed in by what was refused")
		}
		back := i.goes(c)
		if w := c.send("GET", back, nil); w.Code != 303 || w.Header().Get("Location") != "/credit" || !c.inside() {
			t.Fatalf("the way in: %d %s\n%s", w.Code, w.Header().Get("Location"), tail(w.Body.String()))
		}
		refused(422, "begin again", back)
		i.lets(map[string]any{"sub": "42", "email": "anna.weber@new.example", "email_verified": true})
		if w := c.send("GET", i.goes(c), nil); w.Code != 303 {
			t.Errorf("with a new address, but the same subject: %d", w.Code)
		}
		i.lets(map[string]any{"sub": "43", "email": "anna@example.com", "email_verified": true})
		refused(403, "tied to another account", i.goes(c))
		if n := d.number(`SELECT COUNT(*) FROM event WHERE type='company.linked' AND subject_id=$1`, d.anna); n != 1 {
			t.Errorf("%d events", n)
		}
		if w := d.client().send("GET", "/sign-in", nil); !strings.Contains(w.Body.String(), "Company sign-in") {
			t.Error("no button")
		}
		d.h = Handler(d.office, Options{Done: done})
		if w := d.client().send("GET", "/sign-in", nil); strings.Contains(w.Body.String(), "Company sign-in") {
			t.Error("a button without an issuer")
		}
		refused(404, "no page", "/sign-in/company")
	})
}
