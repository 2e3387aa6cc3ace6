// Package hold owns reasons why a step must wait: rows of their own, several
// at once, summed into a mask on the document that every guard reads. It does
// not own the mask columns (each document's room does).
package hold

import (
	"encoding/json"
	"strings"

	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Scopes: which steps a hold stops. A mask is their sum; OnRetain keeps rows from being archived.
const (
	OnConfirm = 1
	OnRelease = 2
	OnPick    = 4
	OnShip    = 8
	OnBill    = 16
	OnDun     = 32
	OnRefund  = 64
	OnAll     = 127
	OnRetain  = 128
)

// Kinds of hold.
const (
	Credit    = "credit"
	Price     = "price"
	Duplicate = "duplicate"
	Data      = "data"
	Manual    = "manual"
	Tax       = "tax"
	Quality   = "quality"
	Customer  = "customer"
)

// Rules of the room.
var (
	ErrUnknown  = fault.Rule{Kind: fault.NotFound, Code: "hold.unknown"}
	ErrReleased = fault.Rule{Kind: fault.Conflict, Code: "hold.released"}
	ErrHeld     = fault.Rule{Kind: fault.Refused, Code: "hold.held"}
)

// Hold is one reason.
type Hold struct {
	ID          id.Hold
	SubjectType string
	Subject     int64
	Scope       int64
	Kind        string
	Code        string // reason code: the fault's
	Sentence    string
	Detail      map[string]string // the failing figures
	OpenedAt    int64
	OpenedBy    int64 // user or machine
	ReleasedAt  int64
	Until       string // release: good until this day …
	Cap         int64  // … and up to this amount, company currency
}

func (h Hold) detail() string {
	b, err := json.Marshal(h.Detail)
	if err != nil || h.Detail == nil {
		return "{}"
	}
	return string(b)
}

// Refuse is the fault of a step that meets a mask.
func Refuse(step, thing string, mask int64) *fault.Fault {
	return ErrHeld.Because("cannot %s %s: it is on hold for %s; its open holds say why, release them first", step, thing, Names(mask))
}

// Names lists the steps that a mask stops.
func Names(mask int64) string {
	if mask&OnAll == OnAll {
		return "every step"
	}
	var out []string
	for i, name := range []string{"confirming", "releasing", "picking", "shipping", "billing", "dunning", "refunds"} {
		if mask&(1<<i) != 0 {
			out = append(out, name)
		}
	}
	return strings.Join(out, ", ")
}
