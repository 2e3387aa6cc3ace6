package access

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base32"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"kontor/internal/words/fault"
)

// Rules of what proves a person besides the password.
var (
	ErrCode     = fault.Rule{Kind: fault.Invalid, Code: "access.code"}
	ErrFactor   = fault.Rule{Kind: fault.Conflict, Code: "access.factor"}
	ErrQuestion = fault.Rule{Kind: fault.Invalid, Code: "access.too-late"}
	ErrPasskey  = fault.Rule{Kind: fault.Invalid, Code: "access.passkey"}
	ErrCompany  = fault.Rule{Kind: fault.Forbidden, Code: "access.company-sign-in"}
)

// Codes of an app are those that all apps can make: SHA-1, six digits, a new
// one each 30 seconds (RFC 6238). That of the step before and after counts, too.
const (
	stepSeconds = 30
	secretBytes = 20 // RFC 4226, 4, R6
	recoveries  = 10
)

var letters = base32.StdEncoding.WithPadding(base32.NoPadding)

func randomLetters(n int) string {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic(err)
	}
	return letters.EncodeToString(b)
}

// newRecovery makes the codes for who has lost the app: 80 bits each, so that
// a hash keeps them.
func newRecovery() []string {
	out := make([]string, recoveries)
	for i := range out {
		s := strings.ToLower(randomLetters(10))
		out[i] = s[:4] + "-" + s[4:8] + "-" + s[8:12] + "-" + s[12:]
	}
	return out
}

// typed brings a code into one form, however somebody wrote it.
func typed(code string) string {
	return strings.NewReplacer(" ", "", "-", "", "\u00a0", "").Replace(strings.ToLower(strings.TrimSpace(code)))
}

// stepOf finds the step of time whose code this is; 0 when there is none.
func stepOf(secret, code string, now time.Time) int64 {
	var found int64
	at := now.Unix() / stepSeconds
	for _, step := range []int64{at - 1, at, at + 1} {
		want, err := hotp.GenerateCodeCustom(secret, uint64(step), hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1})
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = step
		}
	}
	return found
}
