package web

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"kontor/internal/formats/paste"
	"kontor/internal/rooms/access"
	"kontor/internal/rooms/order"
	"kontor/internal/story/flow"
	"kontor/internal/story/report"
	"kontor/internal/tools/db"
	"kontor/internal/words/id"
)

// asking is the bar over pasted rows: what their columns were taken for.
type asking struct {
	Rows, Understood int
	Columns          []askedColumn
}

type askedColumn struct {
	Name    string // of the form
	Samples string
	Means   paste.Meaning
}

// mostPasted is how many rows are taken at once.
const mostPasted = 2000

// meaningWords are what columns can be taken for, as the grid heads them.
var meaningWords = map[paste.Meaning]string{paste.Nothing: "leave out", paste.Item: "item", paste.Qty: "quantity", paste.Unit: "unit", paste.Wished: "wished date", paste.Price: "price"}

func (a asking) says() string {
	var words []string
	for _, m := range paste.Meanings {
		for _, c := range a.Columns {
			if c.Means == m {
				words = append(words, meaningWords[m])
			}
		}
	}
	out := count(int64(a.Rows), "row", "rows") + ": " + strings.Join(words, ", ") + ". " + amount(fmt.Sprint(a.Understood)) + " understood"
	if n := a.Rows - a.Understood; n > 0 {
		out += ", " + amount(fmt.Sprint(n)) + " not"
	}
	return out + "."
}

func meaningText(m []paste.Meaning) string {
	out := make([]string, 0, len(m))
	for _, x := range m {
		out = append(out, string(x))
	}
	return strings.Join(out, ",")
}

// askingOf reads the rows of which somebody is still to say whether they were read well.
func (v *visit) askingOf(r flow.Reckoning) (*asking, error) {
	if r.Draft.Paste == 0 {
		return nil, nil
	}
	lines, err := v.pasted(r.Draft)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	a := &asking{Rows: len(lines)}
	for i, m := range strings.Split(r.Draft.Meaning, ",") {
		a.Columns = append(a.Columns, askedColumn{Name: fmt.Sprintf("m%d", i), Means: paste.Meaning(m), Samples: samples(lines, i)})
	}
	for _, l := range lines {
		if l.Faults == 0 {
			a.Understood++
		}
	}
	return a, nil
}

// samples are the first cells of a column.
func samples(lines []order.DraftLine, column int) string {
	var out []string
	for _, l := range lines {
		if c := strings.Split(l.Raw, "\t"); column < len(c) && c[column] != "" && len(out) < 3 {
			out = append(out, c[column])
		}
	}
	return strings.Join(out, ", ")
}

func (v *visit) pasted(d order.Draft) ([]order.DraftLine, error) {
	var out []order.DraftLine
	err := v.read(func(q *db.Reader) (err error) {
		out, err = report.PastedLines(q, d)
		return err
	})
	return out, err
}

// draftPasteNow takes rows of a spreadsheet in, whatever they hold.
func draftPasteNow(v *visit) (page, error) {
	d, err := draftOf(v)
	if err != nil {
		return nil, err
	}
	t := paste.Read(v.PostForm.Get("text"))
	if len(t.Rows) == 0 {
		return nil, errDraft.Because("nothing was pasted: copy rows with an item and a quantity first").At("text")
	}
	if len(t.Rows) > mostPasted {
		return nil, errDraft.Because("%s rows are too many at once: paste up to %s", amount(fmt.Sprint(len(t.Rows))), amount(fmt.Sprint(mostPasted))).At("text")
	}
	m, last := t.Guess(), int64(0)
	err = v.read(func(q *db.Reader) (err error) {
		if last, err = report.DraftEnd(q, d); err == nil {
			err = betterItems(q, d, t, m)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	typed := flow.Typed{Draft: d, Paste: v.site.office.DB.NewID(), Ask: meaningText(m)}
	for i, r := range t.Lines(m, v.today) {
		typed.Lines = append(typed.Lines, order.DraftLine{Line: v.site.office.DB.NewID(), Pos: last + int64(i) + 1, Item: r.Item, Qty: r.Qty, Unit: r.Unit, Wished: r.Wished, Price: r.Price, Raw: t.Text(i), Paste: typed.Paste, Version: 1})
	}
	return v.typed(typed)
}

// betterItems takes for the item the column of which most cells name one: rows
// often have our code, theirs, and a drawing number side by side.
func betterItems(q db.Querier, draft id.Draft, t paste.Table, m []paste.Meaning) error {
	customer := id.Customer(0)
	if d, err := report.DraftHead(q, draft); err == nil && d.Customer != "" {
		customer, _ = report.FindCustomer(q, d.Customer)
	}
	best, at, was := -1, -1, -1
	for i, what := range m {
		if what != paste.Item && what != paste.Nothing {
			continue
		}
		var cells []string
		for _, r := range t.Rows[:min(len(t.Rows), 60)] {
			if i < len(r) && r[i] != "" {
				cells = append(cells, r[i])
			}
		}
		found, err := report.MeantItems(q, customer, cells)
		if err != nil {
			return err
		}
		if what == paste.Item {
			was = i
		}
		if n := len(found); n > best || n == best && what == paste.Item {
			best, at = n, i
		}
	}
	if at >= 0 && at != was && best > 0 {
		if was >= 0 {
			m[was] = paste.Nothing
		}
		m[at] = paste.Item
	}
	return nil
}

// draftMeaningNow says what becomes of pasted rows: they are used, read again
// with other columns, or taken back.
func draftMeaningNow(v *visit) (page, error) {
	d, err := draftOf(v)
	if err != nil {
		return nil, err
	}
	var head order.Draft
	if err := v.read(func(q *db.Reader) (err error) { head, err = report.DraftHead(q, d); return err }); err != nil {
		return nil, err
	}
	lines, err := v.pasted(head)
	if err != nil {
		return nil, err
	}
	typed := flow.Typed{Draft: d, Done: true}
	switch v.PostForm.Get("do") {
	case "use":
	case "back":
		for _, l := range lines {
			l.Gone, l.Version = true, l.Version+1
			typed.Lines = append(typed.Lines, l)
		}
	default:
		m, err := v.chosenMeanings(len(strings.Split(head.Meaning, ",")))
		if err != nil {
			return nil, err
		}
		typed.Done, typed.Paste, typed.Ask = false, head.Paste, meaningText(m)
		typed.Lines = readAgain(lines, m, v)
	}
	return v.typed(typed)
}

func readAgain(lines []order.DraftLine, m []paste.Meaning, v *visit) []order.DraftLine {
	var kept []string
	for _, l := range lines {
		kept = append(kept, l.Raw)
	}
	for i, r := range paste.Again(kept).Lines(m, v.today) {
		l := &lines[i]
		l.Item, l.Qty, l.Unit, l.Wished, l.Price = r.Item, r.Qty, r.Unit, r.Wished, r.Price
		l.Version++
	}
	return lines
}

func (v *visit) chosenMeanings(n int) ([]paste.Meaning, error) {
	out := make([]paste.Meaning, n)
	seen := map[paste.Meaning]bool{}
	for i := range out {
		m := paste.Meaning(v.PostForm.Get(fmt.Sprintf("m%d", i)))
		word, ok := meaningWords[m]
		if !ok || m != paste.Nothing && seen[m] {
			return nil, errDraft.Because("two columns are taken for the %s: choose one of them, and leave the other out", word).At("meaning")
		}
		out[i], seen[m] = m, true
	}
	if !seen[paste.Item] {
		return nil, errDraft.Because("no column is taken for the item: choose the one with the codes").At("meaning")
	}
	return out, nil
}

var (
	aim    = regexp.MustCompile(`^\][A-Za-z][0-9A-Za-z]`)
	inGS1  = regexp.MustCompile(`^\(?(?:01|02)\)?([0-9]{14})`)
	oneRow = regexp.MustCompile(`^(\S+)\s+([0-9].*)$`)
)

// scannedCode takes off what scanners put before a code, and takes the item's
// number out of a GS1 message.
func scannedCode(s string) string {
	bare := strings.Trim(aim.ReplaceAllString(strings.TrimSpace(s), ""), "\x1d")
	if m := inGS1.FindStringSubmatch(bare); m != nil && (bare != s || len(bare) > 14) {
		return m[1]
	}
	return bare
}

// draftAddNow adds what is scanned, or typed as an item and how many.
func draftAddNow(v *visit) (page, error) {
	d, err := draftOf(v)
	if err != nil {
		return nil, err
	}
	code := scannedCode(v.PostForm.Get("code"))
	if code == "" {
		return nil, errDraft.Because("nothing was scanned: scan a code, or type an item and how many").At("code")
	}
	ctx := flow.WithKey(v.Context(), v.key())
	r, err := v.site.office.Scan.One(ctx, v.actor(), flow.ScanDraft{Draft: d, Code: code})
	if m := oneRow.FindStringSubmatch(code); m != nil && errors.Is(err, flow.ErrCode) {
		v.PostForm.Set("key", v.PostForm.Get("key")+"-row") // what was asked under the first is answered
		return v.addRow(d, m[1], m[2])
	}
	if err != nil {
		return nil, err
	}
	l := r.Lines[0]
	return v.changedRows(r, l.SKU+", "+l.Name+": "+shownQty(l.Qty)+" "+unit(l.UsedUnit))
}

// addRow adds an item and how many, as a row of its own.
func (v *visit) addRow(d id.Draft, item, rest string) (page, error) {
	t := paste.Read(item + "\t" + rest)
	row := t.Lines([]paste.Meaning{paste.Item, paste.Qty}, v.today)[0]
	last := int64(0)
	err := v.read(func(q *db.Reader) (err error) { last, err = report.DraftEnd(q, d); return err })
	if err != nil {
		return nil, err
	}
	l := order.DraftLine{Line: v.site.office.DB.NewID(), Pos: last + 1, Item: row.Item, Qty: row.Qty, Unit: row.Unit, Version: 1}
	return v.typed(flow.Typed{Draft: d, Lines: []order.DraftLine{l}})
}

var placeStep = step{Name: "capture", Word: "Capture order", Title: "Capture the order", Verb: "Capture order", Right: access.Enter,
	Say: "The draft becomes an order with a number of its own. Nothing is promised before it is confirmed.",
	Run: func(ctx context.Context, v *visit, ref string, _ url.Values) (string, error) {
		d, err := draftOf(v)
		if err != nil {
			return "", err
		}
		p, err := v.site.office.Place.One(ctx, v.actor(), flow.PlaceDraft{Draft: d})
		return p.Number + " is captured, " + v.money(p.Net, p.Currency), err
	}}

var dropStep = step{Name: "discard", Word: "Discard", Title: "Discard the draft", Verb: "Discard draft", Right: access.Enter, Blind: true,
	Say: "What was typed is put away and no order comes of it. Nothing was promised to anybody.",
	Run: func(ctx context.Context, v *visit, ref string, _ url.Values) (string, error) {
		d, err := draftOf(v)
		if err != nil {
			return "", err
		}
		_, err = v.site.office.Drop.One(ctx, v.actor(), flow.DropDraft{Draft: d})
		return "The draft is discarded", err
	}}
