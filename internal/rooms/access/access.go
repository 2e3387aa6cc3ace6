// Package access owns who may call: users, and API tokens with a read-only or
// a full scope. Tokens are kept as SHA-256; the text is shown once.
package access

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"

	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Rules of the room.
var (
	ErrToken = fault.Rule{Kind: fault.Forbidden, Code: "access.token"}
	ErrScope = fault.Rule{Kind: fault.Forbidden, Code: "access.read-only"}
	ErrUser  = fault.Rule{Kind: fault.NotFound, Code: "access.user-unknown"}
)

// Scopes of a token.
const (
	Read = "read"
	Full = "full"
)

// Machine ids of actors that are no people.
const (
	System   = 1 // the program itself
	Importer = 2
	Demo     = 3
)

// Caller is who a token stands for.
type Caller struct {
	Token id.Token
	User  id.User
	Name  string
	Scope string
}

// NewToken makes a token's text: "kt_" and 40 hexadecimal digits.
func NewToken() string {
	b := make([]byte, 20)
	if _, err := rand.Read(b); err != nil {
		panic(err)
	}
	return "kt_" + hex.EncodeToString(b)
}

func hash(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}
