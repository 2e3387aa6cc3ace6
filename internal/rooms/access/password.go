package access

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"kontor/internal/words/fault"
)

// Rules of signing in. What is wrong – the address or the password – is never told.
var (
	ErrSignIn    = fault.Rule{Kind: fault.Invalid, Code: "access.sign-in"}
	ErrLocked    = fault.Rule{Kind: fault.Refused, Code: "access.locked"}
	ErrPassword  = fault.Rule{Kind: fault.Invalid, Code: "access.password"}
	ErrLastAdmin = fault.Rule{Kind: fault.Refused, Code: "access.last-admin"}
	ErrName      = fault.Rule{Kind: fault.Conflict, Code: "access.name"}
	ErrLink      = fault.Rule{Kind: fault.Invalid, Code: "access.link"}
)

// Argon2id with the second recommended option of RFC 9106, 4: 64 MiB, three
// passes; one lane, since two cores serve everybody.
const (
	argonTime   = 3
	argonMemory = 64 << 10
	argonLanes  = 1
	saltBytes   = 16
	keyBytes    = 32
)

// shortest is the least number of characters, NIST SP 800-63B-4, 3.1.1.2.
const shortest = 15

// NewPassword checks a password that somebody chose and gives its hash.
func NewPassword(text string) (string, error) {
	switch n := utf8.RuneCountInString(text); {
	case n < shortest:
		return "", ErrPassword.Because("the password has %d characters: use at least %d, for example four words", n, shortest).At("password")
	case len(text) > 1024:
		return "", ErrPassword.Because("the password is longer than 1,024 bytes: use a shorter one").At("password")
	case strings.Count(text, text[:1]) == len(text):
		return "", ErrPassword.Because("the password is one character again and again: use words").At("password")
	}
	salt := make([]byte, saltBytes)
	if _, err := rand.Read(salt); err != nil {
		panic(err)
	}
	return phc(salt, argon2.IDKey([]byte(text), salt, argonTime, argonMemory, argonLanes, keyBytes)), nil
}

// phc writes a hash in the PHC string format.
func phc(salt, key []byte) string {
	b := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonLanes, b.EncodeToString(salt), b.EncodeToString(key))
}

// nobody's hash is compared when there is no such person, so that the answer
// takes as long.
var nobody = phc(make([]byte, saltBytes), make([]byte, keyBytes))

// matches compares a password with a hash of NewPassword.
func matches(hash, text string) bool {
	var version, memory, passes, lanes int
	f := strings.Split(hash, "$")
	if len(f) != 6 || len(text) > 1024 {
		return false
	}
	if _, err := fmt.Sscanf(f[2]+" "+f[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes, &lanes); err != nil || version != argon2.Version {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(f[4])
	key, err2 := base64.RawStdEncoding.DecodeString(f[5])
	if err != nil || err2 != nil {
		return false
	}
	got := argon2.IDKey([]byte(text), salt, uint32(passes), uint32(memory), uint8(lanes), uint32(len(key)))
	return subtle.ConstantTimeCompare(got, key) == 1
}

// NewSecret makes the text of a session or a link: 32 random bytes.
func NewSecret() string {
	b := make([]byte, 32)
	if _, err := rand.Read(b); err != nil {
		panic(err)
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// digest is what is kept of a secret that has 256 bits of its own.
func digest(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(h[:])
}
