package web

import (
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
)

// signs signs somebody in by e-mail and password, from the page of the door.
func (p *tab) signs(email, password string) {
	p.t.Helper()
	p.types("email", email)
	p.types("password", password)
	p.follows("Sign in")
}

// leaves signs out by the button on top.
func (p *tab) leaves() {
	p.t.Helper()
	p.follows("Sign out")
	p.until("the door", `location.pathname === "/sign-in"`)
}

// passwordAndCode: an app is set up, and from then on its codes are asked for.
func passwordAndCode(b *play) {
	b.write(func(tx *db.Tx) error { return access.SetPassword(tx, b.user["credit"], 0, goodHash()) })
	p := b.as("")
	p.open("/")
	p.signs("credit@example.com", "not the password of Anna")
	p.refused("do not belong together")
	p.signs("credit@example.com", goodPassword)
	p.sees("Anna Weber")
	p.follows("Anna Weber")
	p.sees("Where you are signed in")
	p.follows("Set up an app")
	p.types("current", goodPassword)
	p.follows("Show the picture for the app")
	p.until("the picture", `document.querySelector("svg.qr path").getAttribute("d").length > 1000`)
	secret := strings.ReplaceAll(value[string](p, `document.querySelector(".secret").innerText`), " ", "")
	p.types("code", "000000")
	p.follows("Turn on second step")
	p.refused("This code does not fit")
	first := houseTime()
	p.types("code", codeAt(p, secret, first))
	p.follows("Turn on second step")
	p.sees("Your recovery codes")
	if n := value[int](p, `document.querySelectorAll(".codes li").length`); n != 10 {
		b.t.Errorf("%d recovery codes", n)
	}
	recovery := value[string](p, `document.querySelector(".codes li").innerText`)
	p.follows("They are kept")
	p.sees("10 recovery codes are left")
	p.leaves()

	p.signs("credit@example.com", goodPassword)
	p.sees("Code of your app")
	p.types("code", "123456")
	p.follows("Go on")
	p.refused("does not fit, or was used already")
	next := first.Add(30 * time.Second) // the code of the step to come counts as well
	if now := houseTime(); now.After(next) {
		next = now
	}
	p.types("code", codeAt(p, secret, next))
	p.follows("Go on")
	p.sees("Anna Weber")
	p.leaves()
	p.signs("credit@example.com", goodPassword)
	p.sees("Code of your app")
	p.types("code", recovery)
	p.follows("Go on")
	p.follows("Anna Weber")
	p.sees("9 recovery codes are left")
}

func codeAt(p *tab, secret string, at time.Time) string {
	p.t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		p.t.Fatal(err)
	}
	return code
}

// device plugs a device with a fingerprint reader, which knows its owner, into the tab.
func (p *tab) device() {
	p.t.Helper()
	p.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		if _, err := chromedp.Call(ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
			return err
		}
		_, err := chromedp.Call(ctx, webauthn.AddVirtualAuthenticator, webauthn.AddVirtualAuthenticatorParams{Options: &webauthn.VirtualAuthenticatorOptions{
			Protocol: "ctap2", Transport: webauthn.AuthenticatorTransportInternal, HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}})
		return err
	}))
}

// passkey: added on a device, used there, and of no use on another or when it was removed.
func passkey(b *play) {
	p := b.as("credit")
	p.device()
	p.open("/")
	p.follows("Anna Weber")
	p.follows("Add a passkey")
	p.types("name", "Phone of Anna")
	p.follows("Add passkey")
	p.sees("The passkey is added")
	p.sees("not used yet")
	p.leaves()
	p.follows("Use a passkey")
	p.sees("Anna Weber")

	other := b.as("")
	other.device()
	other.open("/")
	other.follows("Use a passkey")
	other.refused("this device has none for this address")

	p.follows("Anna Weber")
	p.sees("last used")
	p.follows("Remove Phone of Anna")
	p.sees("The passkey is taken away")
	p.leaves()
	p.follows("Use a passkey")
	p.refused("This passkey is not known here")
}

// companySignIn: by the company's own provider, for whom was invited.
func companySignIn(b *play) {
	i, done := openIssuer(b.t), make(chan struct{})
	b.t.Cleanup(func() { close(done) })
	b.h = Handler(b.office, Options{Done: done, Single: &Single{Issuer: i.URL, Client: "kontor", Secret: "s3cret"}})
	p := b.as("")
	p.open("/credit")
	i.lets(map[string]any{"sub": "7", "email": "stranger@example.com", "email_verified": true})
	p.follows("Company sign-in")
	p.refused("The address stranger@example.com was not invited here")
	i.lets(map[string]any{"sub": "8", "email": "credit@example.com", "email_verified": true})
	p.follows("Company sign-in")
	p.until("the page that was asked for", `location.pathname === "/credit"`)
	p.follows("Anna Weber")
	p.sees("The company sign-in knows you")
	p.leaves()
}

// invited: an admin invites somebody, is told that the roles clash, and ends the
// session in the end; the new person comes by the link and sets a password.
func invited(b *play) {
	admin := b.as("admin")
	admin.open("/")
	admin.follows("People")
	admin.follows("Invite a person")
	admin.types("name", "Nora Berg")
	admin.types("email", "nora@example.com")
	admin.ticks("Customer service")
	admin.ticks("Billing")
	admin.follows("Make a link")
	admin.refused("Nora Berg could sell below price and bill to match")
	admin.ticks("Give them together all the same")
	admin.follows("Make a link")
	admin.sees("A link for Nora Berg")
	link := value[string](admin, `document.querySelector("[aria-label=Link]").value`)

	nora := b.as("")
	nora.open(link[strings.Index(link, "/enter/"):])
	nora.follows("Sign in")
	nora.follows("Nora Berg")
	nora.types("password", "too short")
	nora.follows("Set password")
	nora.refused("use at least 15")
	nora.types("password", "four words of my own")
	nora.follows("Set password")
	nora.sees("The new password holds")
	nora.leaves()
	nora.signs("nora@example.com", "four words of my own")
	nora.sees("Nora Berg")

	admin.follows("All people")
	admin.follows("Nora Berg")
	admin.sees("1 place")
	admin.sheet("Sign out…", "All sessions of the person end", "Sign out everywhere", "signed out everywhere")
	nora.follows("Orders")
	nora.until("the door", `location.pathname === "/sign-in"`)
}
