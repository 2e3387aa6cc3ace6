package web

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/mileusna/useragent"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// account is what a person sees of himself.
type account struct {
	Sessions []access.SessionView
	Factor   access.Factor
	Passkeys []access.Passkey
	Company  int64 // since when he is tied to the company's sign-in
	Fault    *faults
}

func accountOf(q db.Querier, user int64) (a account, err error) {
	if a.Sessions, err = access.Sessions(q, user, q.Now()); err != nil {
		return a, err
	}
	if a.Factor, err = access.FactorOf(q, user); err != nil {
		return a, err
	}
	if a.Passkeys, err = access.Passkeys(q, user); err != nil {
		return a, err
	}
	a.Company, err = access.CompanySince(q, user)
	return a, err
}

func accountPage(v *visit) (page, error) {
	a, err := accountOf(v.q, v.who.User)
	return draw(accountView(v, a)), err
}

var errCurrent = fault.Rule{Kind: fault.Invalid, Code: "web.current-password"}

// provesHimself asks for the password of now where there is one: a session that
// somebody left open must not be enough to change how he signs in.
func (v *visit) provesHimself(field string) error {
	proof, err := v.proof(v.who.Email, v.PostForm.Get(field))
	if err == nil {
		err = v.write(func(tx *db.Tx) error { return access.Proved(tx, proof) })
	}
	f, ok := fault.Of(err)
	switch {
	case !ok:
		return err
	case proof.User == 0: // he has none yet
		return nil
	case f.Code == access.ErrSignIn.Code:
		f = errCurrent.Because("this is not your password of now: type the one that you sign in with")
	}
	f = f.At("")
	f.Path = field
	return f
}

func passwordNow(v *visit) (page, error) {
	err := v.provesHimself("current")
	var hash string
	if err == nil {
		err = v.hashing(func() (err error) {
			hash, err = access.NewPassword(v.PostForm.Get("password"))
			return err
		})
	}
	if err == nil {
		err = v.write(func(tx *db.Tx) error { return access.SetPassword(tx, v.who.User, v.who.Session, hash) })
	}
	if err == nil {
		return onward{"/account", "The new password holds, and you are signed out elsewhere"}, nil
	}
	return v.refusedAtAccount(err)
}

// refusedAtAccount shows the account again, with the reason.
func (v *visit) refusedAtAccount(err error) (page, error) {
	f, status := v.faultOf(err)
	var a account
	if err := v.read(func(q *db.Reader) (err error) {
		a, err = accountOf(q, v.who.User)
		return err
	}); err != nil {
		return nil, err
	}
	a.Fault = &f
	return drawing{status, accountView(v, a)}, nil
}

func endSessionNow(v *visit) (page, error) {
	n, err := strconv.ParseInt(v.PathValue("id"), 10, 64)
	if err != nil {
		return nil, errNoPage
	}
	err = v.write(func(tx *db.Tx) error { access.SignOut(tx, v.who.User, n); return nil })
	return onward{"/account", "You are signed out there"}, err
}

func endOthersNow(v *visit) (page, error) {
	err := v.write(func(tx *db.Tx) error { return access.EndSessions(tx, v.who.User, v.who.Session) })
	return onward{"/account", "You are signed out everywhere else"}, err
}

// at gives the sentence for a field, "" without a fault.
func (f *faults) at(name string) string {
	if f == nil {
		return ""
	}
	return f.of(name)
}

func (a account) at(name string) string { return a.Fault.at(name) }
func (a app) at(name string) string     { return a.Fault.at(name) }

func qrBox(size int) string { return fmt.Sprintf("0 0 %d %d", size, size) }

// app is the page about the app that makes codes.
type app struct {
	access.Factor
	Codes []string // recovery codes, shown once
	Fault *faults
}

func appPage(v *visit) (page, error) {
	f, err := access.FactorOf(v.q, v.who.User)
	return draw(appView(v, app{Factor: f})), err
}

// refusedAtApp shows the page again, with the reason.
func (v *visit) refusedAtApp(err error) (page, error) {
	f, status := v.faultOf(err)
	a := app{Fault: &f}
	if err := v.read(func(q *db.Reader) (err error) {
		a.Factor, err = access.FactorOf(q, v.who.User)
		return err
	}); err != nil {
		return nil, err
	}
	return drawing{status, appView(v, a)}, nil
}

func appStartNow(v *visit) (page, error) {
	err := v.provesHimself("current")
	if err == nil {
		err = v.write(func(tx *db.Tx) error { return access.StartFactor(tx, v.who.User) })
	}
	if err != nil {
		return v.refusedAtApp(err)
	}
	return onward{path: "/account/app"}, nil
}

func appConfirmNow(v *visit) (page, error) {
	var codes []string
	err := v.write(func(tx *db.Tx) (err error) {
		codes, err = access.ConfirmFactor(tx, v.who.User, v.who.Session, v.PostForm.Get("code"))
		return err
	})
	if err != nil {
		return v.refusedAtApp(err)
	}
	return draw(appView(v, app{Codes: codes})), nil
}

// provesByCode takes a code in the place of the password.
func (v *visit) provesByCode() error {
	if strings.TrimSpace(v.PostForm.Get("code")) == "" {
		return v.provesHimself("password")
	}
	var refused *fault.Fault
	err := v.write(func(tx *db.Tx) (err error) {
		refused, err = access.CheckCode(tx, v.who.User, v.PostForm.Get("code"))
		return err
	})
	if err == nil && refused != nil {
		err = refused
	}
	return err
}

func appEndNow(v *visit) (page, error) {
	err := v.provesByCode()
	if err == nil {
		err = v.write(func(tx *db.Tx) error { return access.EndFactor(tx, v.who.User, v.who.Session) })
	}
	if err != nil {
		return v.refusedAtApp(err)
	}
	return onward{"/account", "No code is asked for any more, and you are signed out elsewhere"}, nil
}

func recoveryNow(v *visit) (page, error) {
	var codes []string
	err := v.provesHimself("current")
	if err == nil {
		err = v.write(func(tx *db.Tx) (err error) {
			codes, err = access.NewRecoveryCodes(tx, v.who.User)
			return err
		})
	}
	if err != nil {
		return v.refusedAtApp(err)
	}
	return draw(appView(v, app{Codes: codes})), nil
}

// appAddress is what the app reads off the picture (Key URI Format).
func (v *visit) appAddress(secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {v.company.Name}}
	u := url.URL{Scheme: "otpauth", Host: "totp", Path: "/" + v.company.Name + ":" + v.who.Email, RawQuery: strings.ReplaceAll(q.Encode(), "+", "%20")}
	return u.String()
}

// picture makes the QR code of a text: its size in cells, and its dark cells as
// a path.
func picture(text string) (size int, path string) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		panic(err) // only a text that is too long
	}
	var b strings.Builder
	size = code.Bounds().Dx()
	for y := range size {
		for x := range size {
			if r, _, _, _ := code.At(x, y).RGBA(); r < 0x8000 {
				fmt.Fprintf(&b, "M%d %dh1v1h-1z", x, y)
			}
		}
	}
	return size, b.String()
}

// inFours writes a secret in fours, as people type it.
func inFours(s string) string {
	var out []string
	for len(s) > 4 {
		out, s = append(out, s[:4]), s[4:]
	}
	return strings.Join(append(out, s), " ")
}

// moment is an instant within a sentence; micro is in microseconds since 1970.
func (v *visit) moment(micro int64) string {
	t := v.company.Local(time.UnixMicro(micro))
	return dayText(v.company.Day(t), v.today) + " " + t.Format("15:04")
}

// device says in few words what a browser calls itself.
func device(agent string) string {
	ua := useragent.Parse(agent)
	switch {
	case ua.Name == "" || strings.TrimSpace(agent) == "":
		return "Unknown browser"
	case ua.Device != "":
		return ua.Name + " on " + ua.Device
	case ua.OS != "":
		return ua.Name + " on " + ua.OS
	}
	return ua.Name
}
