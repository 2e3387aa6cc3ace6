// Package shipping owns goods that leave or come back together: shipments, and
// their lines, which are the pick lines (planned, picked, packed, shipped,
// delivered). It does not own orders, stock or carriers' systems.
package shipping

import (
	"slices"

	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
)

// Decisions about a shipment.
const (
	Planned   = "planned"
	Shipped   = "shipped"
	Delivered = "delivered"
	Void      = "void"
)

// Moves is the whole life of a shipment; docs/states.md is printed from it.
var Moves = map[string][]string{
	Planned:              {Shipped, Void},
	Shipped:              {Delivered, "returned_to_sender"},
	Delivered:            {},
	Void:                 {},
	"returned_to_sender": {},
}

// Rules of the room.
var (
	ErrUnknown = fault.Rule{Kind: fault.NotFound, Code: "shipment.unknown"}
	ErrMove    = fault.Rule{Kind: fault.Conflict, Code: "shipment.move"}
	ErrQty     = fault.Rule{Kind: fault.Refused, Code: "shipment.qty"}
	ErrLine    = fault.Rule{Kind: fault.NotFound, Code: "shipment.line-unknown"}
	ErrPacked  = fault.Rule{Kind: fault.Refused, Code: "shipment.not-picked"}
	ErrCounted = fault.Rule{Kind: fault.Refused, Code: "shipment.counted"}
)

// Shipment is goods meant to leave together (BT-16, UBL DespatchAdvice).
type Shipment struct {
	ID          id.Shipment
	Number      string
	Direction   string
	Warehouse   id.Warehouse
	Customer    id.Customer
	ShipTo      id.Site
	Carrier     string
	Decision    string
	HoldMask    int64
	PlannedOn   day.Day
	ShippedOn   day.Day
	DeliveredOn day.Day
	Transit     bool // control passes at delivery: goods stay ours on the road
	Tracking    string
	WeightG     int64
	Version     int64
	Lines       []*Line
}

// Line is one pick line.
type Line struct {
	ID           id.ShipLine
	Shipment     id.Shipment
	No           int64
	Order        id.Order
	OrderLine    id.Line
	Schedule     id.Schedule
	Product      id.Product
	Pot          id.Pot
	Planned      int64
	Reserved     int64
	Picked       int64
	Packed       int64
	Shipped      int64
	Delivered    int64
	Refused      int64
	Returned     int64
	Cost         int64 // company currency, of what was shipped
	ReturnedCost int64
	ShortReason  string
}

// Move checks a decision against the table.
func (s *Shipment) Move(to string) error {
	for _, ok := range Moves[s.Decision] {
		if ok == to {
			return nil
		}
	}
	name := s.Number
	if name == "" {
		name = s.ID.String()
	}
	return ErrMove.Because("shipment %s is %s and cannot become %s", name, s.Decision, to)
}

// Told tells whether somebody has been at the line's shelf: goods were taken, or
// are said to be missing.
func (l *Line) Told() bool { return l.Picked > 0 || l.ShortReason != "" }

// Gathered tells whether every line was picked or is said to be missing.
func (s *Shipment) Gathered() bool {
	return !slices.ContainsFunc(s.Lines, func(l *Line) bool { return !l.Told() })
}

// Line finds a line by id.
func (s *Shipment) Line(l id.ShipLine) *Line {
	for _, x := range s.Lines {
		if x.ID == l {
			return x
		}
	}
	return nil
}
