package web

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"kontor/internal/rooms/access"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
)

// holder is a person as WebAuthn sees him.
type holder struct {
	access.Person
	keys []access.Passkey
}

// WebAuthnID is the user handle: the person's id, which says nothing outside.
func (h holder) WebAuthnID() []byte { return binary.BigEndian.AppendUint64(nil, uint64(h.User)) }

// WebAuthnName is how the person tells his accounts apart.
func (h holder) WebAuthnName() string { return h.Email }

// WebAuthnDisplayName is the person's name.
func (h holder) WebAuthnDisplayName() string { return h.Name }

// WebAuthnCredentials are the records of his passkeys.
func (h holder) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, 0, len(h.keys))
	for _, k := range h.keys {
		var c webauthn.Credential
		if json.Unmarshal([]byte(k.Record), &c) == nil {
			out = append(out, c)
		}
	}
	return out
}

// ceremony is WebAuthn for the address under which people come: what was signed
// for another one is refused.
func (v *visit) ceremony() (*webauthn.WebAuthn, error) {
	base := v.base()
	u, err := url.Parse(base)
	if err != nil {
		return nil, err
	}
	return webauthn.New(&webauthn.Config{
		RPID: u.Hostname(), RPDisplayName: v.company.Name, RPOrigins: []string{base}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, RequireResidentKey: protocol.ResidentKeyRequired(), UserVerification: protocol.VerificationRequired},
	})
}

// answerJSON is a page for the script.
type answerJSON struct{ value any }

func (a answerJSON) answer(v *visit) error {
	v.w.Header().Set("Content-Type", "application/json")
	v.w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(v.w).Encode(a.value)
}

// asked keeps what must fit the answer, and gives the question to the browser.
func (v *visit) asked(purpose string, user int64, question any, session *webauthn.SessionData) (page, error) {
	body, err := json.Marshal(session)
	if err != nil {
		return nil, err
	}
	var secret string
	err = v.write(func(tx *db.Tx) error { secret = access.Ask(tx, purpose, user, string(body)); return nil })
	v.await(secret)
	return answerJSON{question}, err
}

// challenge takes the question that this browser was asked: a challenge is
// answered once, also wrongly.
func (v *visit) challenge(purpose string) (user int64, s webauthn.SessionData, err error) {
	var body string
	err = v.write(func(tx *db.Tx) (err error) {
		user, body, err = access.Answer(tx, purpose, v.awaited())
		return err
	})
	if err == nil {
		err = json.Unmarshal([]byte(body), &s)
	}
	return user, s, err
}

func errSigned(err error) error {
	return access.ErrPasskey.Because("what the passkey signed does not fit: it was for another address, or the question was not this one (%s). Try again", detailOf(err))
}

// detailOf is what WebAuthn says in short.
func detailOf(err error) string {
	if e, ok := err.(*protocol.Error); ok {
		return e.Details
	}
	return err.Error()
}

func passkeyQuestion(v *visit) (page, error) {
	w, err := v.ceremony()
	if err != nil {
		return nil, err
	}
	question, session, err := w.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, err
	}
	return v.asked(access.ForPasskey, 0, question, session)
}

func passkeyNow(v *visit) (page, error) {
	e := entrance{Next: v.PostForm.Get("next")}
	key, counter, err := v.signedBy()
	var secret string
	if err == nil {
		err = v.write(func(tx *db.Tx) (err error) {
			secret, err = access.UsePasskey(tx, key, counter, v.UserAgent())
			return err
		})
	}
	if err != nil {
		return v.refusedAtDoor(e, err)
	}
	return v.entered(access.Entry{Secret: secret, Next: inside(e.Next)})
}

// signedBy checks an answer and gives the passkey that signed it, with its record and
// counter of now.
func (v *visit) signedBy() (key access.Passkey, counter uint32, err error) {
	_, session, err := v.challenge(access.ForPasskey)
	if err != nil {
		return key, 0, err
	}
	answer, err := protocol.ParseCredentialRequestResponseBytes([]byte(v.PostForm.Get("credential")))
	if err != nil {
		return key, 0, errSigned(err)
	}
	w, err := v.ceremony()
	if err != nil {
		return key, 0, err
	}
	var lost error
	find := func(id, _ []byte) (webauthn.User, error) {
		var p access.Person
		lost = v.read(func(q *db.Reader) (err error) {
			p, key, err = access.PasskeyOwner(q, base64.RawURLEncoding.EncodeToString(id))
			return err
		})
		return holder{p, []access.Passkey{key}}, lost
	}
	_, record, err := w.ValidatePasskeyLogin(find, session, answer)
	if lost != nil {
		return key, 0, lost
	}
	if err != nil {
		return key, 0, errSigned(err)
	}
	text, err := json.Marshal(record)
	key.Record = string(text)
	return key, answer.Response.AuthenticatorData.Counter, err
}

// newPasskey is the form for adding one.
type newPasskey struct {
	Name  string
	Asks  bool // for the password of now
	Fault *faults
}

func newPasskeyPage(v *visit) (page, error) {
	p, err := access.Lookup(v.q, v.who.Email)
	return draw(newPasskeyView(v, newPasskey{Name: device(v.UserAgent()), Asks: p.User != 0})), err
}

// newPasskeyQuestion answers the script; what is refused comes as a page, whose
// sentence the script shows.
func newPasskeyQuestion(v *visit) (page, error) {
	if err := v.provesHimself("current"); err != nil {
		return nil, err
	}
	w, err := v.ceremony()
	if err != nil {
		return nil, err
	}
	h := holder{Person: *v.who}
	if err := v.read(func(q *db.Reader) (err error) {
		h.keys, err = access.Passkeys(q, v.who.User)
		return err
	}); err != nil {
		return nil, err
	}
	question, session, err := w.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.WebAuthnCredentials()).CredentialDescriptors()))
	if err != nil {
		return nil, err
	}
	return v.asked(access.ForNewPasskey, v.who.User, question, session)
}

func newPasskeyNow(v *visit) (page, error) {
	err := v.addPasskey()
	if err == nil {
		return onward{"/account", "The passkey is added"}, nil
	}
	if _, ok := fault.Of(err); !ok {
		return nil, err
	}
	f, status := v.faultOf(err)
	form := newPasskey{Name: v.PostForm.Get("name"), Fault: &f}
	err = v.read(func(q *db.Reader) error {
		p, err := access.Lookup(q, v.who.Email)
		form.Asks = p.User != 0
		return err
	})
	return drawing{status, newPasskeyView(v, form)}, err
}

func (v *visit) addPasskey() error {
	user, session, err := v.challenge(access.ForNewPasskey)
	if err != nil {
		return err
	}
	if user != v.who.User {
		return errSigned(http.ErrNoCookie)
	}
	answer, err := protocol.ParseCredentialCreationResponseBytes([]byte(v.PostForm.Get("credential")))
	if err != nil {
		return errSigned(err)
	}
	w, err := v.ceremony()
	if err != nil {
		return err
	}
	record, err := w.CreateCredential(holder{Person: *v.who}, session, answer)
	if err != nil {
		return errSigned(err)
	}
	text, err := json.Marshal(record)
	if err != nil {
		return err
	}
	key := access.Passkey{Credential: base64.RawURLEncoding.EncodeToString(record.ID), Name: v.PostForm.Get("name"), Record: string(text)}
	return v.write(func(tx *db.Tx) error { return access.AddPasskey(tx, user, key, record.Authenticator.SignCount) })
}

func endPasskeyNow(v *visit) (page, error) {
	n, err := strconv.ParseInt(v.PathValue("id"), 10, 64)
	if err != nil || n == 0 {
		return nil, errNoPage
	}
	err = v.write(func(tx *db.Tx) error { return access.RemovePasskeys(tx, v.who.User, v.who.Session, n) })
	if _, ok := fault.Of(err); ok {
		return v.refusedAtAccount(err)
	}
	return onward{"/account", "The passkey is taken away, and you are signed out elsewhere"}, err
}
