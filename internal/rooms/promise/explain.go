package promise

// LimitKind names a constraint.
type LimitKind string

// The constraints that an explosion can meet.
const (
	LimitLead      LimitKind = "lead-time"
	LimitComponent LimitKind = "component"
	LimitCapacity  LimitKind = "capacity"
)
