package web

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/descope/virtualwebauthn"
	"github.com/pquerna/otp/totp"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/fault"
)

const goodPassword = "correct horse battery staple"

var goodHash = sync.OnceValue(func() string {
	hash, err := access.NewPassword(goodPassword)
	if err != nil {
		panic(err)
	}
	return hash
})

// doorHouse is an empty company with Anna, who has a password, and a clock that
// the test moves.
type doorHouse struct {
	*house
	anna int64
	now  time.Time
	mu   sync.Mutex
}

func openDoor(t *testing.T, dsn string) *doorHouse {
	d := &doorHouse{now: time.Now()}
	clock := func() time.Time { d.mu.Lock(); defer d.mu.Unlock(); return d.now }
	d.house = houseOn(t, dbtest.Open(t, dsn, db.Options{Clock: clock}))
	d.write(func(tx *db.Tx) (err error) {
		if d.anna, err = access.Invite(tx, "Anna Weber", "anna@example.com", "credit"); err != nil {
			return err
		}
		return access.SetPassword(tx, d.anna, 0, goodHash())
	})
	return d
}

func (d *doorHouse) later(by time.Duration) { d.mu.Lock(); d.now = d.now.Add(by); d.mu.Unlock() }

// client is a browser without a screen: it keeps cookies.
type client struct {
	*doorHouse
	jar map[string]string
}

func (d *doorHouse) client() *client { return &client{d, map[string]string{}} }

func (c *client) send(method, path string, form url.Values) *httptest.ResponseRecorder {
	c.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	r.Host = "localhost"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range c.jar {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	w := httptest.NewRecorder()
	c.h.ServeHTTP(w, r)
	for _, k := range w.Result().Cookies() {
		if k.MaxAge < 0 {
			delete(c.jar, k.Name)
		} else {
			c.jar[k.Name] = k.Value
		}
	}
	return w
}

// wants sends a form and looks at the status and at the answer.
func (c *client) wants(status int, say, path string, form url.Values) *httptest.ResponseRecorder {
	c.t.Helper()
	w := c.send("POST", path, form)
	if w.Code != status || !strings.Contains(w.Body.String()+w.Header().Get("Location"), say) {
		c.t.Fatalf("POST %s: %d %s, not %d %q\n%s", path, w.Code, w.Header().Get("Location"), status, say, tail(w.Body.String()))
	}
	return w
}

func (c *client) inside() bool { return c.send("GET", "/account", nil).Code == 200 }

func (c *client) password(say string) {
	c.t.Helper()
	c.wants(303, say, "/sign-in", url.Values{"email": {"anna@example.com"}, "password": {goodPassword}})
}

// setUp turns the second step on, and gives the app's secret and the recovery codes.
func (c *client) setUp() (secret string, recovery []string) {
	c.t.Helper()
	c.password("/")
	c.wants(422, "not your password of now", "/account/app", url.Values{"current": {"another password of mine"}})
	c.wants(303, "/account/app", "/account/app", url.Values{"current": {goodPassword}})
	text := c.send("GET", "/account/app", nil).Body.String()
	secret = strings.ReplaceAll(regexp.MustCompile(`class="code secret">([A-Z2-7 ]+)<`).FindStringSubmatch(text)[1], " ", "")
	c.wants(422, "does not fit", "/account/app/confirm", url.Values{"code": {"000000"}})
	w := c.wants(200, "Your recovery codes", "/account/app/confirm", url.Values{"code": {c.code(secret)}})
	for _, m := range regexp.MustCompile(`<li class="code">([a-z0-9-]+)<`).FindAllStringSubmatch(w.Body.String(), -1) {
		recovery = append(recovery, m[1])
	}
	if len(recovery) != 10 {
		c.t.Fatalf("%d recovery codes", len(recovery))
	}
	return secret, recovery
}

func (d *doorHouse) code(secret string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	code, err := totp.GenerateCode(secret, d.now)
	if err != nil {
		d.t.Fatal(err)
	}
	return code
}

// TestACodeCountsOnce: behind the password a code is asked for; none is taken
// twice, nor one that the set-up took, nor one of two steps ago; a recovery code works once.
func TestACodeCountsOnce(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDoor(t, dsn)
		desk, elsewhere := d.client(), d.client()
		elsewhere.password("/")
		secret, recovery := desk.setUp()
		if elsewhere.inside() {
			t.Error("a session from before the second step was turned on")
		}
		c := d.client()
		c.password("/sign-in/code")
		if c.inside() {
			t.Fatal("signed in by the password alone")
		}
		c.wants(422, "used already", "/sign-in/code", url.Values{"code": {d.code(secret)}})
		old := d.code(secret)
		d.later(90 * time.Second)
		c.wants(422, "does not fit", "/sign-in/code", url.Values{"code": {old}})
		late := d.code(secret)
		d.later(30 * time.Second)
		c.wants(303, "/", "/sign-in/code", url.Values{"code": {" " + late[:3] + " " + late[3:]}})
		if !c.inside() {
			t.Error("not signed in by a code of the step before")
		}
		c.wants(422, "answered already", "/sign-in/code", url.Values{"code": {d.code(secret)}})
		again := d.client()
		again.password("/sign-in/code")
		again.wants(422, "used already", "/sign-in/code", url.Values{"code": {late}})
		again.wants(303, "/", "/sign-in/code", url.Values{"code": {strings.ToUpper(recovery[3])}})
		third := d.client()
		third.password("/sign-in/code")
		third.wants(422, "used already", "/sign-in/code", url.Values{"code": {recovery[3]}})
		d.later(6 * time.Minute)
		third.wants(422, "begin again", "/sign-in/code", url.Values{"code": {d.code(secret)}})
		again.wants(422, "not your password of now", "/account/app/end", url.Values{"password": {"not mine at all"}})
		again.wants(422, "not your password of now", "/account/app/end", nil)
		again.wants(422, "does not fit", "/account/app/end", url.Values{"code": {"1"}})
		again.wants(303, "/account", "/account/app/end", url.Values{"code": {d.code(secret)}})
		if c.inside() || !again.inside() {
			t.Error("turning it off ends all sessions but this one")
		}
		last := d.client()
		last.setUp()
		last.wants(303, "/account", "/account/app/end", url.Values{"password": {goodPassword}})
		d.client().password("/")
	})
}

// TestTwoAtOnceWithOneCode: of many who send the same code, one comes in.
func TestTwoAtOnceWithOneCode(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDoor(t, dsn)
		secret, recovery := d.client().setUp()
		d.later(time.Minute)
		for _, code := range []string{d.code(secret), recovery[0]} {
			var clients []*client
			for range 6 {
				c := d.client()
				d.write(func(tx *db.Tx) error { c.jar["kontor-door"] = access.Ask(tx, access.ForCode, d.anna, "/"); return nil })
				clients = append(clients, c)
			}
			var in sync.WaitGroup
			for _, c := range clients {
				in.Go(func() { c.send("POST", "/sign-in/code", url.Values{"code": {code}}) })
			}
			in.Wait()
			n := 0
			for _, c := range clients {
				if c.inside() {
					n++
				}
			}
			if n != 1 {
				t.Errorf("%d came in by one code", n)
			}
		}
	})
}

// TestWrongCodesLock: who knows the password guesses ten codes, whether or not
// he gives the password again in between; a link that an admin made asks, too.
func TestWrongCodesLock(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDoor(t, dsn)
		secret, recovery := d.client().setUp()
		d.later(time.Minute)
		c := d.client()
		for i := range 10 {
			if i%4 == 0 {
				c.password("/sign-in/code")
			}
			c.wants(422, "does not fit", "/sign-in/code", url.Values{"code": {"12345"}})
		}
		c.wants(409, "try again in 15 minutes", "/sign-in/code", url.Values{"code": {d.code(secret)}})
		c.wants(409, "try again in", "/sign-in/code", url.Values{"code": {recovery[0]}})
		c.wants(409, "try again in", "/sign-in", url.Values{"email": {"anna@example.com"}, "password": {goodPassword}})
		var link string
		d.write(func(tx *db.Tx) error { link = access.Link(tx, d.anna, access.ForReset, time.Hour); return nil })
		c.wants(303, "/sign-in/code", "/enter/"+link, nil)
		c.wants(409, "try again in", "/sign-in/code", url.Values{"code": {d.code(secret)}})
		d.later(16 * time.Minute)
		c.wants(422, "begin again", "/sign-in/code", url.Values{"code": {d.code(secret)}})
		d.write(func(tx *db.Tx) error { link = access.Link(tx, d.anna, access.ForReset, time.Hour); return nil })
		c.wants(303, "/sign-in/code", "/enter/"+link, nil)
		c.wants(303, "/", "/sign-in/code", url.Values{"code": {d.code(secret)}})
		c.wants(303, "/account", "/account/password", url.Values{"password": {"a new one of four words"}})
	})
}

// TestAnAdminTakesALostSecondStep: with the person's sessions, and it is written down.
func TestAnAdminTakesALostSecondStep(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDoor(t, dsn)
		c := d.client()
		c.setUp()
		d.write(func(tx *db.Tx) (err error) {
			user, err := access.Invite(tx, "Ben Okafor", "ben@example.com", "admin")
			if err == nil {
				d.cookie["admin"], err = access.SignIn(tx, user, "test")
			}
			return err
		})
		at := "/people/" + itoa(d.anna)
		if w := d.ask("admin", "GET", at+"/second-step", nil); w.Code != 200 || !strings.Contains(w.Body.String(), "All sessions of the person end") || !c.inside() {
			t.Fatalf("what would happen: %d\n%s", w.Code, tail(w.Body.String()))
		}
		if w := d.ask("admin", "POST", at+"/second-step", url.Values{}); w.Code != 303 {
			t.Fatalf("take away: %d\n%s", w.Code, tail(w.Body.String()))
		}
		if c.inside() {
			t.Error("the person's session goes on")
		}
		if n := d.number(`SELECT COUNT(*) FROM event WHERE type='factor.taken' AND subject_id=$1 AND actor_id<>$1`, d.anna); n != 1 {
			t.Errorf("%d events", n)
		}
		d.client().password("/")
		if w := d.ask("admin", "POST", at+"/second-step", url.Values{}); w.Code != 409 || !strings.Contains(w.Body.String(), "nothing to take away") {
			t.Errorf("twice: %d", w.Code)
		}
	})
}

func (d *doorHouse) number(sql string, args ...any) (n int64) {
	d.t.Helper()
	if err := d.office.DB.Read(context.Background(), func(q *db.Reader) error {
		_, err := q.One(sql, args, &n)
		return err
	}); err != nil {
		d.t.Fatal(err)
	}
	return n
}

// TestForget: who lost the device with all on it signs in by password again.
func TestForget(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDoor(t, dsn)
		c := d.client()
		c.setUp()
		d.write(func(tx *db.Tx) error { return access.AddPasskey(tx, d.anna, access.Passkey{Credential: "x"}, 0) })
		d.write(func(tx *db.Tx) error { return access.Forget(tx, " Anna@example.com") })
		if n := d.number(`SELECT (SELECT COUNT(*) FROM passkey) + (SELECT COUNT(*) FROM totp) + (SELECT COUNT(*) FROM recovery_code)`); n != 0 || c.inside() {
			t.Errorf("%d things are left, or the session", n)
		}
		d.client().password("/")
		for email, code := range map[string]string{"anna@example.com": access.ErrFactor.Code, "nobody@example.com": access.ErrUser.Code} {
			err := d.office.DB.Write(context.Background(), db.Actor{ID: access.System}, func(tx *db.Tx) error { return access.Forget(tx, email) })
			if f, ok := fault.Of(err); !ok || f.Code != code {
				t.Errorf("%s: %v", email, err)
			}
		}
	})
}

// TestSomebodyStaysAdmin: two admins take each other's role at a moment, again
// and again; one of them is admin in the end.
func TestSomebodyStaysAdmin(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var user [2]int64
		for range 25 {
			if err := d.Write(ctx, db.Actor{ID: access.System}, func(tx *db.Tx) (err error) {
				if user[0], err = access.Invite(tx, "A", "a@example.com", "admin", "head"); err == nil {
					user[1], err = access.Invite(tx, "B", "b@example.com", "admin", "head")
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			var both sync.WaitGroup
			var said [2]error
			for i := range user {
				both.Go(func() {
					said[i] = d.Write(ctx, db.Actor{ID: user[i]}, func(tx *db.Tx) error { return access.Take(tx, user[1-i], "admin") })
				})
			}
			both.Wait()
			refused := 0
			for _, err := range said {
				if f, ok := fault.Of(err); ok && f.Code == access.ErrLastAdmin.Code {
					refused++
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if refused != 1 {
				t.Fatalf("%d of two were refused: %v", refused, said)
			}
		}
	})
}

// TestPasskeys: one is added and signs in; what was signed for another address,
// another question, the same question twice, without the person, or by a copy, does not.
func TestPasskeys(t *testing.T) {
	dbtest.EachDSN(t, func(t *testing.T, dsn string) {
		d := openDoor(t, dsn)
		here := virtualwebauthn.RelyingParty{ID: "localhost", Name: "Kontor", Origin: "http://localhost"}
		c := d.client()
		c.password("/")
		c.wants(422, "not your password of now", "/account/passkeys/options", url.Values{"current": {"wrong"}})
		device, key := virtualwebauthn.NewAuthenticator(), virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		device.AddCredential(key)
		add := func(rp virtualwebauthn.RelyingParty) url.Values {
			t.Helper()
			w := c.wants(200, "challenge", "/account/passkeys/options", url.Values{"current": {goodPassword}})
			o, err := virtualwebauthn.ParseAttestationOptions(w.Body.String())
			if err != nil {
				t.Fatal(err)
			}
			var q struct {
				PublicKey struct{ User struct{ ID string } }
			}
			if err := json.Unmarshal(w.Body.Bytes(), &q); err != nil || !strings.Contains(w.Body.String(), `"userVerification":"required"`) {
				t.Fatalf("%v %s", err, w.Body)
			}
			return url.Values{"name": {"My phone"}, "credential": {virtualwebauthn.CreateAttestationResponse(rp, device, key, *o)}}
		}
		elsewhere := here
		elsewhere.Origin = "http://kontor.evil.example"
		c.wants(422, "does not fit", "/account/passkeys/new", add(elsewhere))
		form := add(here)
		c.wants(303, "/account", "/account/passkeys/new", form)
		c.wants(422, "answered already", "/account/passkeys/new", form)
		c.wants(422, "kept already", "/account/passkeys/new", add(here))
		handle := (holder{Person: access.Person{User: d.anna}}).WebAuthnID()
		device.Options.UserHandle = handle

		in := d.client()
		sign := func(rp virtualwebauthn.RelyingParty) url.Values {
			t.Helper()
			w := in.wants(200, `"userVerification":"required"`, "/sign-in/passkey/options", nil)
			o, err := virtualwebauthn.ParseAssertionOptions(w.Body.String())
			if err != nil {
				t.Fatal(err)
			}
			key.Counter++
			return url.Values{"credential": {virtualwebauthn.CreateAssertionResponse(rp, device, key, *o)}, "next": {"/credit"}}
		}
		in.wants(422, "does not fit", "/sign-in/passkey", sign(elsewhere))
		other := here
		other.ID = "kontor.evil.example"
		in.wants(422, "does not fit", "/sign-in/passkey", sign(other))
		good := sign(here)
		sign(here) // another question takes the place of the first
		in.wants(422, "does not fit", "/sign-in/passkey", good)
		good = sign(here)
		in.wants(303, "/credit", "/sign-in/passkey", good)
		if !in.inside() {
			t.Fatal("not signed in")
		}
		in.wants(422, "answered already", "/sign-in/passkey", good)
		stolen := sign(here)
		d.client().wants(422, "begin again", "/sign-in/passkey", stolen) // another browser
		late := sign(here)
		d.later(6 * time.Minute)
		in.wants(422, "took longer", "/sign-in/passkey", late)
		device.Options.UserNotVerified = true
		in.wants(422, "does not fit", "/sign-in/passkey", sign(here))
		device.Options.UserNotVerified = false
		key.Counter = 0
		in.wants(422, "a copy of it was used", "/sign-in/passkey", sign(here))
		key.Counter = 100
		stranger := virtualwebauthn.NewCredential(virtualwebauthn.KeyTypeEC2)
		key, stranger = stranger, key
		in.wants(422, "not known here", "/sign-in/passkey", sign(here))
		key = stranger

		id := regexp.MustCompile(`/account/passkeys/([0-9]+)/end`).FindStringSubmatch(c.send("GET", "/account", nil).Body.String())[1]
		c.wants(303, "/account", "/account/passkeys/"+id+"/end", nil)
		if in.inside() {
			t.Error("a session goes on although a passkey was taken away")
		}
		in.wants(422, "not known here", "/sign-in/passkey", sign(here))
	})
}

// TestAnAddressKnocksOnlySoOften: then it is told when to come again; others
// come in meanwhile, and what a caller writes into a header of his changes nothing.
func TestAnAddressKnocksOnlySoOften(t *testing.T) {
	d := openDoor(t, dbtest.SQLite(t))
	knock := func(h http.Handler, from string, head ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/enter/none", nil)
		r.RemoteAddr = from
		for _, s := range head {
			r.Header.Add("X-Forwarded-For", s)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for range burst {
		if w := knock(d.h, "[2001:db8::1]:80"); w.Code != 422 {
			t.Fatalf("too early: %d", w.Code)
		}
	}
	w := knock(d.h, "[2001:db8::ffff:2]:80", "203.0.113.7")
	if w.Code != 429 || w.Header().Get("Retry-After") != "2" || !strings.Contains(w.Body.String(), "wait 2 seconds") {
		t.Errorf("the same household, too often: %d, %q\n%s", w.Code, w.Header().Get("Retry-After"), tail(w.Body.String()))
	}
	for _, path := range []string{"/sign-in", "/sign-in/code", "/sign-in/passkey", "/sign-in/passkey/options"} {
		r := httptest.NewRequest("POST", path, nil)
		r.RemoteAddr = "[2001:db8::3]:80"
		w := httptest.NewRecorder()
		if d.h.ServeHTTP(w, r); w.Code != 429 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := knock(d.h, "[2001:db8:0:1::1]:80"); w.Code != 422 {
		t.Errorf("another household: %d", w.Code)
	}
	d.later(refill)
	if w := knock(d.h, "[2001:db8::1]:80"); w.Code != 422 {
		t.Errorf("after waiting: %d", w.Code)
	}
	done := make(chan struct{})
	t.Cleanup(func() { close(done) })
	proxied := Handler(d.office, Options{Done: done, Proxy: true})
	for range burst {
		knock(proxied, "10.0.0.1:80", "198.51.100.9, 203.0.113.7")
	}
	if w := knock(proxied, "10.0.0.1:80", "192.0.2.55, 203.0.113.7"); w.Code != 429 {
		t.Errorf("behind the proxy, with a made-up entry before it: %d", w.Code)
	}
	if w := knock(proxied, "10.0.0.1:80", "203.0.113.8"); w.Code != 422 {
		t.Errorf("another one behind the proxy: %d", w.Code)
	}
}

// TestTheThrottleForgets: it stays small however many addresses knock.
func TestTheThrottleForgets(t *testing.T) {
	s, now, limit := &site{}, time.Now(), newThrottle()
	for i := range 3 * addresses {
		r := &http.Request{RemoteAddr: "10." + itoa(int64(i>>16)) + "." + itoa(int64(i>>8&255)) + "." + itoa(int64(i&255)) + ":1"}
		if limit.wait(s.from(r), now) != 0 {
			t.Fatal("the first knock has to wait")
		}
	}
	if len(limit.known) > addresses || limit.recent.Len() != len(limit.known) {
		t.Errorf("%d addresses are remembered", len(limit.known))
	}
}

func TestDevice(t *testing.T) {
	for agent, want := range map[string]string{
		"":           "Unknown browser",
		"curl/8.5.0": "curl",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36":                         "Chrome on Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0":                                                                  "Firefox on Linux",
	} {
		if got := device(agent); got != want {
			t.Errorf("%q is %q, not %q", agent, got, want)
		}
	}
}
