package web

import (
	"cmp"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"kontor/internal/rooms/access"
	"kontor/internal/rooms/stock"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/fault"
	"kontor/internal/words/id"
	"kontor/internal/words/qty"
)

// The pages of the warehouse: for a phone, a scanner or a keyboard. A scan is a
// field of a form that the server reads; script makes it quicker and gives
// sound and touch, and counts along where the page knows what is right.

// floorRoutes are the pages of the warehouse beside lists and documents.
func floorRoutes() []route {
	return []route{
		get("/scan", access.SeeOrders, scanPage),
		get("/packing", access.Pick, listing("packing", packingList)),
		get("/shipments/{id}/pick", access.Pick, pickPage),
		post("/shipments/{id}/pick", access.Pick, pickNow),
		{Method: "GET", Path: "/shipments/{id}/short", Right: access.Pick, do: shortPage, free: true},
		post("/shipments/{id}/short", access.Pick, shortNow),
		get("/shipments/{id}/pack", access.Pick, packPage),
		post("/shipments/{id}/pack", access.Pick, packNow),
		get("/shipments/{id}/pick-list", access.Pick, pickListPage),
		get("/shipments/{id}/packing-list", access.SeeOrders, packingListPage),
		{Method: "GET", Path: "/receive", Right: access.Keep, do: receivePage, free: true},
		post("/receive", access.Keep, receiveNow),
		{Method: "GET", Path: "/count", Right: access.Keep, do: countPage, free: true},
		post("/count", access.Keep, countNow),
		{Method: "GET", Path: "/move", Right: access.Keep, do: movePage, free: true},
		post("/move", access.Keep, moveNow),
	}
}

// scanned is what a scan has done: it says so in a colour, and script in a tone.
type scanned struct{ Tone, Say, Sub string }

func scanRight(say, sub string) *scanned { return &scanned{"good", say, sub} }
func scanWrong(say, sub string) *scanned { return &scanned{"bad", say, sub} }

func (s scanned) icon() string {
	if s.Tone == "good" {
		return "circle-check"
	}
	return "circle-alert"
}

// unread makes a wrong scan of a code that nothing here bears; other errors stay.
func unread(err error) (*scanned, error) {
	if f, ok := fault.Of(err); ok && f.Code == report.ErrUnknownCode.Code {
		return scanWrong(sentence(f.Sentence), ""), nil
	}
	return nil, err
}

// floorHome is the first page of somebody who works in the warehouse.
type floorHome struct {
	Hit   *scanned
	Mine  []report.FloorTask
	Tasks []floorButton
	Next  []report.FloorTask
}

// floorButton is a kind of work with how much of it waits.
type floorButton struct{ Word, Href, Icon, Count, Sub string }

// worksOnTheFloor tells whether the warehouse is all of somebody's work.
func worksOnTheFloor(p *access.Person) bool {
	return p.May(access.Pick) && p.May(access.Keep) && !p.May(access.Enter) && !p.May(access.SeeMoney)
}

// warehouseHome asks "what next?": a scan leads anywhere, my open task stands
// first, then each kind of work with its count.
func (v *visit) warehouseHome(hit *scanned) (page, error) {
	all, err := report.Floor(v.q)
	if err != nil {
		return nil, err
	}
	h := floorHome{Hit: hit}
	n, held := map[string]int64{}, int64(0)
	for _, t := range all {
		if t.Held {
			held++
			continue
		}
		n[t.Waits]++
		switch {
		case t.Waits == report.Picking && t.By == v.who.User:
			h.Mine = append(h.Mine, t)
		case t.Waits == report.ToPick && len(h.Next) < 5:
			h.Next = append(h.Next, t)
		}
	}
	notes := []string{}
	if n[report.Picking] > 0 {
		notes = append(notes, count(n[report.Picking], "started", "started"))
	}
	if held > 0 {
		notes = append(notes, count(held, "held", "held"))
	}
	h.Tasks = []floorButton{
		{"Pick", "/picking", "scan-barcode", howMany(n[report.ToPick] + n[report.Picking]), strings.Join(notes, ", ")},
		{"Pack and ship", "/packing", "package-check", howMany(n[report.ToPack] + n[report.ToShip]), ""},
		{"Receive", "/receive", "package-plus", "", ""},
		{"Count", "/count", "list-checks", "", ""},
		{"Move", "/move", "arrow-left-right", "", ""},
		{"Stock", "/stock", "boxes", "", ""},
	}
	return draw(warehouseHomeView(v, h)), nil
}

// howMany is a count that says nothing at zero.
func howMany(n int64) string {
	if n == 0 {
		return ""
	}
	return amount(itoa(n))
}

// scanPage goes to what a code stands for; a shipment leads to what it waits for.
func scanPage(v *visit) (page, error) {
	m, err := report.Scanned(v.q, v.ask("scan"))
	if v.ask("scan") == "" {
		return onward{path: "/"}, nil
	}
	if err != nil {
		hit, err := unread(err)
		if err != nil {
			return nil, err
		}
		return v.warehouseHome(hit)
	}
	switch m.Kind {
	case "item":
		return onward{path: "/products/" + url.PathEscape(m.Ref)}, nil
	case "place":
		return onward{path: "/stock" + query("warehouse", m.Ref)}, nil
	case "order":
		return onward{path: "/orders/" + url.PathEscape(m.Ref)}, nil
	}
	return v.toShipment(m.Shipment)
}

func (v *visit) toShipment(s id.Shipment) (page, error) {
	all, err := report.Floor(v.q)
	at := "/shipments/" + s.String()
	for _, t := range all {
		if t.ID == s && v.may(access.Pick) && !t.Held {
			at = goesOn(t)
		}
	}
	return onward{path: at}, err
}

// goesOn is the page on which a shipment goes on.
func goesOn(t report.FloorTask) string {
	at := "/shipments/" + t.ID.String()
	switch t.Waits {
	case report.ToPick, report.Picking:
		return at + "/pick"
	case report.ToPack:
		return at + "/pack"
	}
	return at
}

// pickName is how people call a shipment that has no number yet.
func pickName(s id.Shipment) string {
	return shipmentName(report.ShipmentRow{ID: s})
}

// taskList is the shipments on the floor that wait for one kind of work.
func (v *visit) taskList(title, lead, empty, verb string, waits ...string) (list, error) {
	all, err := report.Floor(v.q)
	l := list{Title: title, Lead: lead, Empty: empty, Chips: v.chips([2]string{"warehouse", "Warehouse"})}
	l.Table = table{Caption: title, Columns: []column{{"Shipment", false, "first"}, {"Customer", false, "whole"}, {"State", false, "amount"}, {"Warehouse", false, "up"}, {"Planned", true, "whole"}, {"Next step", false, "whole act"}}}
	slices.SortStableFunc(all, func(a, b report.FloorTask) int { // what is begun, then mine before others'
		mine := func(t report.FloorTask) int {
			if t.By == v.who.User {
				return 1
			}
			return 0
		}
		return cmp.Or(cmp.Compare(b.Told, a.Told), cmp.Compare(mine(b), mine(a)))
	})
	for _, t := range all {
		if !slices.Contains(waits, t.Waits) || v.ask("warehouse") != "" && v.ask("warehouse") != t.Warehouse {
			continue
		}
		l.Table.Rows = append(l.Table.Rows, v.taskRow(t, verb))
	}
	return l, err
}

func (v *visit) taskRow(t report.FloorTask, verb string) row {
	s, act := stateOf(t.Waits), cell{Act: &link{Word: verb, Href: goesOn(t)}}
	if t.Waits == report.ToShip {
		act.Act = &link{Word: "Ship…", Href: "/shipments/" + t.ID.String() + "/ship", Sheet: true}
	}
	if t.Held {
		s, act = stateOf("held"), cell{Act: &link{Word: "Why…", Href: "/shipments/" + t.ID.String()}}
	}
	how := cell{State: &s, Raw: s.word}
	if t.Waits == report.Picking {
		how.Sub = itoa(t.Told) + " of " + itoa(t.Lines) + ", " + t.ByName
	}
	return row{ID: t.ID.String(), Cells: []cell{named(pickName(t.ID), "/shipments/"+t.ID.String()), text(t.Customer), how, text(t.Warehouse), v.dueCell(t.PlannedOn, true), act}}
}

// pickingList is what the warehouse is to pick: what is begun, then the oldest plan.
func pickingList(v *visit, p report.Page) (list, error) {
	l, err := v.taskList("Picking", "What is reserved and waits on the shelf", "Nothing to pick. What customer service sends to the warehouse stands here.", "Pick", report.ToPick, report.Picking)
	if p.Limit > 0 && p.Limit < len(l.Table.Rows) {
		l.Table.Rows = l.Table.Rows[:p.Limit]
	}
	return l, err
}

// packingList is what is picked and not gone.
func packingList(v *visit, _ report.Page) (list, error) {
	return v.taskList("Packing", "What is picked and has not left", "Nothing to pack. What is picked stands here until it leaves.", "Pack", report.ToPack, report.ToShip)
}

// warehouses are the places that a form offers.
func (v *visit) warehouses() (out [][2]string, err error) {
	err = v.read(func(q *db.Reader) error {
		list, err := stock.Warehouses(q)
		for _, w := range list {
			out = append(out, [2]string{w.Code, w.Code + ", " + w.Name})
		}
		return err
	})
	return out, err
}

// meant reads a scan in a read of its own.
func (v *visit) meant(raw string) (m report.MeantView, err error) {
	err = v.read(func(q *db.Reader) (err error) {
		m, err = report.Scanned(q, raw)
		return err
	})
	return m, err
}

// plusSteps adds base steps to a quantity that somebody typed; nonsense counts as nothing.
func plusSteps(typed string, steps int64, p report.ProductView) string {
	n, err := qty.Parse(typed, int(p.Scale))
	if err != nil {
		n = 0
	}
	return quantityText(qty.Format(n+steps, int(p.Scale)))
}

// aNumber tells whether somebody typed a quantity into the scan field.
func aNumber(s string) bool {
	return s != "" && len(s) < 8 && strings.Trim(s, "0123456789.,") == ""
}

// paperNumber is the reference of a paper that has no number of its own.
func (v *visit) paperNumber(kind string) string {
	letters := strings.NewReplacer("-", "", "_", "").Replace(strings.ToUpper(access.NewSecret()))
	return kind + "-" + strings.ReplaceAll(string(v.today), "-", "") + "-" + letters[:6]
}

var errBooked = fault.Rule{Kind: fault.Conflict, Code: "web.booked"}

// withFloor puts the ways onto the floor to the steps of a planned shipment: its
// paper, and as the main one what it waits for.
func withFloor(acts []link, at string, picked, packed bool) []link {
	paper, task := link{Word: "Packing list", Href: at + "/packing-list", Icon: "printer"}, link{Word: "Pack", Href: at + "/pack", Icon: "package-check", Primary: true}
	if !picked {
		paper, task = link{Word: "Pick list", Href: at + "/pick-list", Icon: "printer"}, link{Word: "Pick", Href: at + "/pick", Icon: "scan-barcode", Primary: true}
	}
	acts = append([]link{paper}, acts...)
	if picked && packed {
		return acts
	}
	for i := range acts {
		acts[i].Primary = false
	}
	return append(acts, task)
}

// floorState is what a planned shipment waits for.
func floorState(begun, picked, packed bool) string {
	switch {
	case !begun:
		return report.ToPick
	case !picked:
		return report.Picking
	case !packed:
		return report.ToPack
	}
	return report.ToShip
}

func weightText(g int64) string {
	if g == 0 {
		return "—"
	}
	return kilograms(g) + " kg"
}

func toneOf(h *scanned) string {
	if h == nil {
		return ""
	}
	return h.Tone
}

func currentStep(yes bool) templ.Attributes {
	if yes {
		return templ.Attributes{"aria-current": "step"}
	}
	return templ.Attributes{}
}

func stopIcon(l report.ShipmentLineView, here bool) string {
	switch {
	case here:
		return "circle-dot"
	case l.ShortReason != "":
		return "circle-alert"
	case beenAt(l):
		return "circle-check"
	}
	return "circle-dashed"
}

func stopAmount(l report.ShipmentLineView) string {
	if beenAt(l) && l.Picked != l.Planned {
		return quantity(l.Picked) + " of " + quantity(l.Planned)
	}
	return quantity(l.Planned)
}

// allOf makes the main button take all that is planned, while less is counted.
func allOf(p picking) templ.Attributes {
	if p.all() {
		return templ.Attributes{"name": "all", "value": "yes"}
	}
	return templ.Attributes{}
}

func kilograms(g int64) string { return quantity(qty.Format(g, 3)) }
