package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"kontor/internal/doors/web"
)

// doorFlags say how people reach the pages and how they sign in.
type doorFlags struct {
	web                    web.Options
	issuer, client, secret string
}

func (d *doorFlags) add(c *cobra.Command) {
	f := c.Flags()
	f.BoolVar(&d.web.Secure, "secure", false, "people come by HTTPS, through a proxy in front: cookies are sent there only")
	f.StringVar(&d.web.Site, "site", "", "address under which people come, such as https://kontor.example.com: passkeys, links and the company sign-in hold for it alone (default: the one that a browser asks for)")
	f.BoolVar(&d.web.Proxy, "trust-proxy", false, "a proxy in front adds the caller's address to X-Forwarded-For: tries to sign in are counted by it")
	f.StringVar(&d.issuer, "oidc-issuer", "", "issuer of the company's own sign-in (OpenID Connect), such as https://login.example.com; it must let people come back to SITE/sign-in/company/back")
	f.StringVar(&d.client, "oidc-client", "", "what the issuer calls this program")
	f.StringVar(&d.secret, "oidc-secret-file", "", "file that holds the issuer's secret for this program")
}

// read checks the flags.
func (d *doorFlags) read() (web.Options, error) {
	o := d.web
	if o.Site != "" {
		u, err := address("--site", o.Site)
		if err != nil {
			return o, err
		}
		o.Site = u.Scheme + "://" + u.Host
		o.Secure = o.Secure || u.Scheme == "https"
	}
	if d.issuer == "" && d.client == "" && d.secret == "" {
		return o, nil
	}
	if d.issuer == "" || d.client == "" || d.secret == "" {
		return o, errors.New("--oidc-issuer, --oidc-client and --oidc-secret-file go together: give all three")
	}
	if _, err := address("--oidc-issuer", d.issuer); err != nil {
		return o, err
	}
	text, err := os.ReadFile(d.secret)
	if err != nil {
		return o, fmt.Errorf("--oidc-secret-file: %w", err)
	}
	o.Single = &web.Single{Issuer: d.issuer, Client: d.client, Secret: strings.TrimSpace(string(text))}
	return o, nil
}

// address reads an address that browsers can trust: by HTTPS, or on this machine.
func address(flag, text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, fmt.Errorf("%s is an address such as https://kontor.example.com, not %q", flag, text)
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "http" && u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s: %q would be read by everybody on the way: use https, or http on localhost only", flag, text)
	}
	return u, nil
}
