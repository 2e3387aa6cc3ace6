package web

import (
	"context"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// Single is the company's own sign-in, by OpenID Connect.
type Single struct {
	Issuer string // address of the provider
	Client string // what the provider calls us
	Secret string
}

// provider asks the issuer about itself when it is needed first, and again when
// it did not answer: the house opens also while the issuer is down.
type provider struct {
	Single
	mu     sync.Mutex
	found  *oidc.Provider
	failed error
	again  time.Time // not before that, so that those who wait do not wait one after the other
}

func newProvider(s *Single) *provider {
	if s == nil {
		return nil
	}
	return &provider{Single: *s}
}

// abroad is for talking to the issuer; it keeps nobody waiting for long.
var abroad = &http.Client{Timeout: 10 * time.Second}

func (p *provider) ask(clock func() time.Time) (*oidc.Provider, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.found != nil || clock().Before(p.again) {
		return p.found, p.failed
	}
	// Its keys are fetched later by the same context, so it must not end with a visit.
	p.found, p.failed = oidc.NewProvider(oidc.ClientContext(context.Background(), abroad), p.Issuer)
	p.again = clock().Add(5 * time.Second)
	return p.found, p.failed
}

// companyQuestion is what must fit when somebody comes back.
type companyQuestion struct{ State, Nonce, Verifier, Next string }

var errCompany = fault.Rule{Kind: fault.Refused, Code: "web.company-sign-in"}

// unreachable tells of an issuer that fails; what it said stands in the log.
func unreachable(what string, err error) error {
	slog.Warn("the company sign-in failed", "at", what, "error", err)
	return errCompany.Because("the company sign-in did not work: %s. Try again in a moment, or sign in with your password or a passkey", what)
}

// oauth is what both ways to the issuer need.
func (v *visit) oauth() (*oidc.Provider, *oauth2.Config, error) {
	if v.site.company == nil {
		return nil, nil, errNoPage
	}
	p, err := v.site.company.ask(v.site.clock)
	if err != nil {
		return nil, nil, unreachable("it does not answer", err)
	}
	return p, &oauth2.Config{ClientID: v.site.company.Client, ClientSecret: v.site.company.Secret, Endpoint: p.Endpoint(),
		RedirectURL: v.base() + "/sign-in/company/back", Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}, nil
}

// companyNow goes to the issuer. It is a link and no form, since the policy lets
// forms go to this site only.
func companyNow(v *visit) (page, error) {
	e := entrance{Next: v.ask("next")}
	_, c, err := v.oauth()
	if err != nil {
		return v.refusedAtDoor(e, err)
	}
	q := companyQuestion{access.NewSecret(), access.NewSecret(), oauth2.GenerateVerifier(), inside(e.Next)}
	body, err := json.Marshal(q)
	if err != nil {
		return nil, err
	}
	var secret string
	if err := v.write(func(tx *db.Tx) error { secret = access.Ask(tx, access.ForCompany, 0, string(body)); return nil }); err != nil {
		return nil, err
	}
	v.await(secret)
	return onward{path: c.AuthCodeURL(q.State, oidc.Nonce(q.Nonce), oauth2.S256ChallengeOption(q.Verifier))}, nil
}

// companyBack takes in who comes back from the issuer.
func companyBack(v *visit) (page, error) {
	q, claim, err := v.claim()
	var secret string
	if err == nil {
		err = v.write(func(tx *db.Tx) (err error) {
			secret, err = access.ByCompany(tx, claim, v.UserAgent())
			return err
		})
	}
	if err != nil {
		return v.refusedAtDoor(entrance{Next: q.Next}, err)
	}
	return v.entered(access.Entry{Secret: secret, Next: q.Next})
}

// claim checks who comes back: the question was asked of this browser and waits
// still, the state fits, and the issuer signed for it.
func (v *visit) claim() (q companyQuestion, c access.Claim, err error) {
	p, config, err := v.oauth()
	if err != nil {
		return q, c, err
	}
	var body string
	if err = v.write(func(tx *db.Tx) (err error) {
		_, body, err = access.Answer(tx, access.ForCompany, v.awaited())
		return err
	}); err != nil {
		return q, c, err
	}
	if err = json.Unmarshal([]byte(body), &q); err != nil {
		return q, c, err
	}
	if subtle.ConstantTimeCompare([]byte(q.State), []byte(v.ask("state"))) != 1 {
		return q, c, errCompany.Because("this answer of the company sign-in belongs to another question: begin again from here")
	}
	if said := v.ask("error"); said != "" {
		return q, c, v.turnedAway(said)
	}
	ctx := oidc.ClientContext(v.Context(), abroad)
	token, err := config.Exchange(ctx, v.ask("code"), oauth2.VerifierOption(q.Verifier))
	if err != nil {
		return q, c, unreachable("it did not confirm who you are", err)
	}
	c, err = v.verified(ctx, p, token, q.Nonce)
	return q, c, err
}

// turnedAway tells what the issuer answered in the place of a person (RFC 6749, 4.1.2.1).
func (v *visit) turnedAway(said string) error {
	if said == "access_denied" {
		return errCompany.Because("the company sign-in did not let you in, or you left it: ask who runs it, or sign in with your password")
	}
	return unreachable("it answered with a fault", errors.New(said))
}

func (v *visit) verified(ctx context.Context, p *oidc.Provider, token *oauth2.Token, nonce string) (c access.Claim, err error) {
	raw, _ := token.Extra("id_token").(string)
	signed, err := p.Verifier(&oidc.Config{ClientID: v.site.company.Client, Now: v.site.clock}).Verify(ctx, raw)
	if err != nil {
		return c, unreachable("what it signed does not hold", err)
	}
	if subtle.ConstantTimeCompare([]byte(signed.Nonce), []byte(nonce)) != 1 {
		return c, errCompany.Because("this answer of the company sign-in was for another visit: begin again from here")
	}
	var said struct {
		Email    string `json:"email"`
		Verified any    `json:"email_verified"` // some issuers write it as text
	}
	if err := signed.Claims(&said); err != nil {
		return c, unreachable("what it says of you cannot be read", err)
	}
	return access.Claim{Issuer: signed.Issuer, Subject: signed.Subject, Email: said.Email, Verified: said.Verified == true || said.Verified == "true"}, nil
}
