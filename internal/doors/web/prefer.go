package web

import (
	"net/url"
	"slices"
	"strings"

	"kontor/internal/rooms/workplace"
	"kontor/internal/tools/db"
	"kontor/internal/tools/idem"
	"kontor/internal/words/fault"
)

// workplace reads what the person likes and has not read.
func (v *visit) workplace(q db.Querier) (err error) {
	if v.likes, err = workplace.Preferences(q, v.who.User); err != nil {
		return err
	}
	v.numbers = localeOf(v.likes["locale"])
	v.unread, err = workplace.Unread(q, v.who.User)
	return err
}

// densities are how high rows are; "" is normal.
var densities = [][2]string{{"compact", "Compact"}, {"", "Normal"}, {"roomy", "Roomy"}}

// density is the person's choice as tokens.css knows it.
func (v *visit) density() string {
	for _, d := range densities {
		if d[0] == v.likes["density"] {
			return d[0]
		}
	}
	return ""
}

// keysOff tells that single letters do nothing for this person.
func (v *visit) keysOff() bool { return v.likes["keys"] == "off" }

var errChoice = fault.Rule{Kind: fault.Invalid, Code: "web.choice"}

// settings are the preferences that the form of the account, or a list, may set,
// with the values that each can have; "" is the usual one.
var settings = map[string]func(value string) bool{
	"density": func(s string) bool {
		return slices.ContainsFunc(densities, func(d [2]string) bool { return d[0] == s })
	},
	"locale": func(s string) bool { return s == "" || localeOf(s).Code == s },
	"keys":   func(s string) bool { return s == "" || s == "off" },
}

// preferNow keeps what the form names and goes back to where it was sent from.
func preferNow(v *visit) (page, error) {
	for name, fits := range settings {
		if s := v.PostForm.Get(name); !fits(s) {
			return nil, errChoice.Because("%q cannot be chosen for %s", s, name).At(name)
		}
	}
	err := v.write(func(tx *db.Tx) error {
		for name := range settings {
			if v.PostForm.Has(name) {
				if err := workplace.Prefer(tx, v.who.User, name, v.PostForm.Get(name)); err != nil {
					return err
				}
			}
		}
		return nil
	})
	back := inside(v.PostForm.Get("back"))
	if back == "/account" {
		return onward{back, "Pages look and count as you chose"}, err
	}
	return onward{path: back}, err
}

// once runs a write that the form's key makes one, however often it is sent; it
// gives what the first one answered.
func (v *visit) once(f func(tx *db.Tx) (string, error)) (answer string, err error) {
	err = v.write(func(tx *db.Tx) error {
		key := v.key()
		fresh, answers, refused, err := idem.Claim(tx, []idem.Key{key})
		switch {
		case err != nil:
			return err
		case refused[0] != nil:
			return refused[0]
		case !fresh[0]:
			answer = answers[0]
			return nil
		}
		if answer, err = f(tx); err == nil && key.Key != "" {
			idem.Answer(tx, []idem.Key{key}, []string{answer})
		}
		return err
	})
	return answer, err
}

// came is the page that a request was sent from, "" when that is not known: the
// address of the page under a dialog, or the referrer. Only the path counts.
func (v *visit) came() string {
	for _, name := range []string{"HX-Current-URL", "Referer"} {
		if u, err := url.Parse(v.Header.Get(name)); err == nil && u.Host == v.Host && strings.HasPrefix(u.Path, "/") {
			return inside(u.RequestURI())
		}
	}
	return ""
}
