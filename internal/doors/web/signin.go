package web

import (
	"net/http"
	"strings"
	"time"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// signinRoutes are the ways in, and what a person does about his own.
func signinRoutes() []route {
	return []route{
		get("/sign-in", anybody, signInPage),
		limited(post("/sign-in", anybody, signInNow)),
		get("/sign-in/code", anybody, codePage),
		limited(post("/sign-in/code", anybody, codeNow)),
		limited(post("/sign-in/passkey/options", anybody, passkeyQuestion)),
		limited(post("/sign-in/passkey", anybody, passkeyNow)),
		limited(route{Method: "GET", Path: "/sign-in/company", Right: anybody, do: companyNow, free: true}),
		limited(route{Method: "GET", Path: "/sign-in/company/back", Right: anybody, do: companyBack, free: true}),
		get("/enter/{secret}", anybody, enterPage),
		limited(post("/enter/{secret}", anybody, enterNow)),
		post("/sign-out", signedIn, signOutNow),

		get("/account", signedIn, accountPage),
		post("/account/password", signedIn, passwordNow),
		post("/account/sessions/{id}/end", signedIn, endSessionNow),
		post("/account/sessions/end", signedIn, endOthersNow),
		get("/account/app", signedIn, appPage),
		post("/account/app", signedIn, appStartNow),
		post("/account/app/confirm", signedIn, appConfirmNow),
		post("/account/app/end", signedIn, appEndNow),
		post("/account/recovery", signedIn, recoveryNow),
		get("/account/passkeys/new", signedIn, newPasskeyPage),
		post("/account/passkeys/options", signedIn, newPasskeyQuestion),
		post("/account/passkeys/new", signedIn, newPasskeyNow),
		post("/account/passkeys/{id}/end", signedIn, endPasskeyNow),
	}
}

// entrance is the page where people sign in.
type entrance struct {
	Email, Next string
	Fault       *faults
	Link        string // secret of a link that waits to be used
}

func signInPage(v *visit) (page, error) {
	if v.who != nil {
		return onward{path: "/"}, nil
	}
	return draw(signInView(v, entrance{Next: v.ask("next")})), nil
}

// signIn sends somebody who is not signed in to the door, and back after it.
func (v *visit) signIn() page {
	next := ""
	if v.Method == http.MethodGet && v.URL.Path != "/" {
		next = v.URL.RequestURI()
	}
	return onward{path: "/sign-in" + query("next", next)}
}

// signInNow compares the password outside of any transaction: that takes a
// tenth of a second on purpose.
func signInNow(v *visit) (page, error) {
	e := entrance{Email: v.PostForm.Get("email"), Next: v.PostForm.Get("next")}
	proof, err := v.proof(e.Email, v.PostForm.Get("password"))
	if err != nil {
		return v.refusedAtDoor(e, err)
	}
	var in access.Entry
	err = v.write(func(tx *db.Tx) (err error) {
		if err = access.Proved(tx, proof); err == nil {
			in, err = access.LetIn(tx, proof.User, v.UserAgent(), inside(e.Next))
		}
		return err
	})
	if err != nil {
		return v.refusedAtDoor(e, err)
	}
	return v.entered(in)
}

// proof compares a password and counts a wrong one.
func (v *visit) proof(email, password string) (proof access.Proof, err error) {
	err = v.read(func(q *db.Reader) (err error) {
		proof, err = access.Lookup(q, email)
		return err
	})
	if err != nil {
		return proof, err
	}
	err = v.hashing(func() error { return proof.Fits(password, v.site.clock().UnixMicro()) })
	if f, ok := fault.Of(err); ok && f.Code == access.ErrSignIn.Code && proof.User != 0 {
		if err := v.write(func(tx *db.Tx) error { access.Failed(tx, proof.User); return nil }); err != nil {
			return proof, err
		}
	}
	return proof, err
}

// entered goes on into the house, or to the question for a code.
func (v *visit) entered(in access.Entry) (page, error) {
	if in.Code {
		v.await(in.Secret)
		return onward{path: "/sign-in/code"}, nil
	}
	if v.awaited() != "" {
		v.await("")
	}
	v.site.keep(v.w, in.Secret, access.Stay)
	return onward{path: inside(in.Next)}, nil
}

// refusedAtDoor shows the door again, with the reason; what is no fault goes on
// as the failure that it is.
func (v *visit) refusedAtDoor(e entrance, err error) (page, error) {
	if _, ok := fault.Of(err); !ok {
		return nil, err
	}
	f, status := v.faultOf(err)
	f.Title = "You are not signed in"
	e.Fault = &f
	return drawing{status, signInView(v, e)}, nil
}

// hashing lets one password be hashed at a time: each takes 64 MiB.
func (v *visit) hashing(f func() error) error {
	select {
	case v.site.hashing <- struct{}{}:
	case <-v.Context().Done():
		return v.Context().Err()
	}
	defer func() { <-v.site.hashing }()
	return f()
}

// inside keeps a way back within this site.
func inside(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\t\r\n") {
		return "/"
	}
	return next
}

// enterPage asks before it uses a link: programs that look at links in mails
// must not use them up.
func enterPage(v *visit) (page, error) {
	return draw(signInView(v, entrance{Link: v.PathValue("secret")})), nil
}

func enterNow(v *visit) (page, error) {
	var in access.Entry
	err := v.write(func(tx *db.Tx) (err error) {
		in, err = access.UseLink(tx, v.PathValue("secret"), v.UserAgent())
		return err
	})
	if err != nil {
		return v.refusedAtDoor(entrance{}, err)
	}
	return v.entered(in)
}

func codePage(v *visit) (page, error) {
	if _, _, err := access.Asked(v.q, access.ForCode, v.awaited()); err != nil {
		return v.refusedAtDoor(entrance{}, err)
	}
	return draw(codeView(v, nil)), nil
}

func codeNow(v *visit) (page, error) {
	var in access.Entry
	var refused *fault.Fault
	err := v.write(func(tx *db.Tx) (err error) {
		in, refused, err = access.EnterCode(tx, v.awaited(), v.PostForm.Get("code"), v.UserAgent())
		return err
	})
	if err != nil {
		return v.refusedAtDoor(entrance{}, err)
	}
	if refused != nil {
		f, status := v.faultOf(refused)
		f.Title = "You are not signed in yet"
		return drawing{status, codeView(v, &f)}, nil
	}
	return v.entered(in)
}

func signOutNow(v *visit) (page, error) {
	err := v.write(func(tx *db.Tx) error { access.SignOut(tx, v.who.User, v.who.Session); return nil })
	v.site.keep(v.w, "", 0)
	return onward{path: "/sign-in"}, err
}

// doorCookie holds the answer to the one question that this browser was asked at the door.
func (s *site) doorCookie() string { return s.cookie() + "-door" }

func (v *visit) await(secret string) {
	c := &http.Cookie{Name: v.site.doorCookie(), Value: secret, Path: "/", MaxAge: int((10 * time.Minute).Seconds()), HttpOnly: true, Secure: v.site.Secure, SameSite: http.SameSiteLaxMode}
	if secret == "" {
		c.MaxAge = -1
	}
	http.SetCookie(v.w, c)
}

func (v *visit) awaited() string {
	c, err := v.Cookie(v.site.doorCookie())
	if err != nil {
		return ""
	}
	return c.Value
}
