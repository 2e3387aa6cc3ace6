package web

// state is how a status looks: a tone, an icon and a word. One table serves
// pills, filters and lists.
type state struct{ tone, icon, word string }

// states by the codes that reports give. What is not here is shown quietly, by
// its own word.
var states = map[string]state{
	// orders and their lines
	"captured":  {"quiet", "circle-dashed", "Captured"},
	"confirmed": {"busy", "circle-dot", "Confirmed"},
	"promised":  {"busy", "clock", "Promised"},
	"short":     {"bad", "circle-alert", "Short"},
	"reserved":  {"busy", "circle-dot", "Reserved"},
	"released":  {"busy", "circle-dot", "Picking"},
	"shipped":   {"good", "circle-check", "Shipped"},
	"billed":    {"good", "circle-check", "Billed"},
	"delivered": {"good", "circle-check", "Delivered"},
	"closed":    {"quiet", "circle-check", "Closed"},
	"cancelled": {"quiet", "circle-dashed", "Cancelled"},
	"held":      {"held", "circle-pause", "On hold"},
	"late":      {"bad", "circle-alert", "Late"},
	"text":      {"quiet", "circle-dashed", "Text"},

	"approval.open":      {"busy", "clock", "Waits"},
	"approval.granted":   {"good", "circle-check", "Granted"},
	"approval.denied":    {"bad", "circle-alert", "Denied"},
	"approval.withdrawn": {"quiet", "circle-dashed", "Taken back"},
	"conflict":           {"warn", "triangle-alert", "Conflict"},

	// why somebody must look
	"credit":    {"held", "circle-pause", "Credit hold"},
	"price":     {"held", "circle-pause", "Needs approval"},
	"duplicate": {"warn", "triangle-alert", "Duplicate?"},
	"data":      {"warn", "triangle-alert", "Incomplete"},
	"manual":    {"held", "circle-pause", "On hold"},
	"tax":       {"warn", "triangle-alert", "Tax unclear"},
	"quality":   {"held", "circle-pause", "Quality"},
	"customer":  {"held", "circle-pause", "Customer held"},
	"intake":    {"warn", "triangle-alert", "Incomplete"},

	// shipments and returns
	"planned":            {"busy", "clock", "To pick"},
	"pick":               {"busy", "clock", "To pick"},
	"picking":            {"busy", "circle-dot", "Picking"},
	"pack":               {"busy", "circle-dot", "To pack"},
	"ship":               {"good", "circle-check", "To ship"},
	"void":               {"quiet", "circle-dashed", "Void"},
	"returned_to_sender": {"bad", "circle-alert", "Came back"},
	"authorised":         {"busy", "clock", "Expected"},
	"refused":            {"bad", "circle-alert", "Refused"},

	// money
	"issued":       {"busy", "send", "Sent"},
	"reversed":     {"quiet", "circle-dashed", "Reversed"},
	"open":         {"busy", "clock", "Open"},
	"part":         {"warn", "circle-dot", "Partly paid"},
	"part_paid":    {"warn", "circle-dot", "Partly paid"},
	"paid":         {"good", "circle-check", "Paid"},
	"overdue":      {"bad", "circle-alert", "Overdue"},
	"credited":     {"quiet", "circle-check", "Credited"},
	"applied":      {"good", "circle-check", "Applied"},
	"part_applied": {"warn", "circle-dot", "Partly applied"},
	"unapplied":    {"warn", "circle-dot", "On account"},
	"bounced":      {"bad", "circle-alert", "Returned"},
	"imported":     {"warn", "circle-dot", "To reconcile"},
	"reconciled":   {"good", "circle-check", "Reconciled"},
	"new":          {"warn", "circle-dot", "Not matched"},
	"matched":      {"good", "circle-check", "Matched"},
	"excluded":     {"quiet", "circle-dashed", "Not ours"},

	"billable": {"good", "circle-check", "Ready"},
	"near":     {"warn", "triangle-alert", "Near the limit"},
	"over":     {"bad", "circle-alert", "Over the limit"},
	"low":      {"warn", "triangle-alert", "Low"},

	// stock
	"sellable": {"good", "circle-check", "Available"},
	"transit":  {"busy", "truck", "On the road"},
	"blocked":  {"held", "circle-pause", "Blocked"},
	"returned": {"warn", "rotate-ccw", "Returned"},
}

func stateOf(code string) state {
	if s, ok := states[code]; ok {
		return s
	}
	return state{"quiet", "circle-dashed", words(code)}
}
