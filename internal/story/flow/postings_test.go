package flow_test

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"

	"kontor/internal/rooms/ledger"
	"kontor/internal/rooms/payment"
	"kontor/internal/rooms/receivable"
	"kontor/internal/tools/db"
	"kontor/internal/tools/dbtest"
	"kontor/internal/words/day"
	"kontor/internal/words/id"
	"kontor/internal/words/money"
	"kontor/internal/words/qty"
)

// The worked examples of the posting cookbook, played through the flows.

const casesFile = "../../../../shared/postings_cases.json"

type postingCase struct {
	ID        string            `json:"id"`
	Title     string            `json:"title"`
	Companies map[string]string `json:"companies"`
	Steps     []struct {
		Step     int     `json:"step"`
		PostedOn day.Day `json:"posted_on"`
		Flow     string  `json:"flow"`
		Ref      string  `json:"ref"`
		Entries  []struct {
			Role      string            `json:"role"`
			Debit     string            `json:"debit"`
			Credit    string            `json:"credit"`
			Currency  money.Currency    `json:"currency"`
			DocDebit  string            `json:"doc_debit"`
			DocCredit string            `json:"doc_credit"`
			Dims      map[string]string `json:"dims"`
			Tax       *struct {
				Code     string `json:"code"`
				Base     string `json:"base"`
				TaxPoint string `json:"tax_point"`
			} `json:"tax"`
		} `json:"entries"`
	} `json:"steps"`
	Expected struct {
		Balances  map[string]map[string]string `json:"balances"`
		OpenItems []struct {
			Item     string         `json:"item"`
			Currency money.Currency `json:"currency"`
			Open     string         `json:"open"`
			Company  string         `json:"company_open"`
		} `json:"open_items"`
		Stock []struct{ SKU, Qty, Value string } `json:"stock"`
	} `json:"expected"`
}

func loadCases(t *testing.T) []postingCase {
	b, err := os.ReadFile(casesFile)
	if os.IsNotExist(err) {
		t.Skipf("the posting cases are not here: %s", casesFile)
	}
	var f struct{ Cases []postingCase }
	if err == nil {
		err = json.Unmarshal(b, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	return f.Cases
}

// waits says why a case is not played yet.
var waits = map[string]string{
	"C04": "deposits", "C05": "deposits", "C07": "deposits", "C15": "loss allowances", "C16": "tax relief after the write-off", "C19": "back-dated receipts",
	"C20": "supplier bills", "C21": "interest and fees", "C22": "interest and fees", "C23": "kits", "C24": "card payments", "C25": "collection files and fees",
	"C26": "intercompany", "C29": "rebates", "C30": "work orders", "C31": "work orders", "C32": "loss allowances", "C33": "expected returns",
	"C34": "drop shipment", "C35": "consignment", "C36": "freight cost",
}

func TestThePostingCookbookIsReproduced(t *testing.T) {
	cases := loadCases(t)
	played := 0
	var manual strings.Builder
	manual.WriteString(postingsHead)
	for _, c := range cases {
		if why, ok := waits[c.ID]; ok {
			t.Logf("%s waits for %s: %s", c.ID, why, c.Title)
			continue
		}
		play, ok := players[c.ID]
		if !ok {
			t.Errorf("%s is neither played nor explained: %s", c.ID, c.Title)
			continue
		}
		played++
		t.Run(c.ID, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, d *db.DB) {
				text := playCase(t, d, c, play)
				if d.Engine() == db.SQLite {
					manual.WriteString(text)
				}
			})
		})
	}
	goldenDoc(t, "postings.md", manual.String())
	t.Logf("%d of %d cases played", played, len(cases))
	if played < 20 {
		t.Errorf("only %d cases are played", played)
	}
}

// stage is one case being played: names of the cookbook beside our ids.
type stage struct {
	*shop
	docs map[string][]int64 // ref → documents whose entries belong to it
	subs map[string]int64   // name of an item, payment, purchase order or line → sub-ledger key
	cur  money.Currency
	page strings.Builder
}

type player struct {
	rules shopRules
	step  map[int]func(*stage, day.Day)
}

// postingsHead opens docs/postings.md, which the test prints from the entries that the flows wrote.
const postingsHead = `# What each step books

Printed by a test from the entries that the flows really wrote, for an accountant to read. Amounts
are in company currency, [in brackets] in the document's where it differs. A step without lines
posts nothing in the ledger: goods at no value, or a promise.
`

var titles = map[string]string{
	"C01": "Cash discount, one tax rate", "C02": "Cash discount, two tax rates and odd cents", "C03": "Un-apply a discount after the month was closed, apply again without it",
	"C06": "Money on account in foreign currency, invoice at another rate", "C08": "Three part payments at three rates, valuation at month end", "C09": "Invoice in dollars settled in sterling, books in euro",
	"C10": "Credit note after payment, refunded", "C11": "Invoice cancelled before payment, netted", "C12": "Short payment with a deduction that is credited later", "C13": "Small difference within tolerance",
	"C14": "Overpayment on account, shown as a liability at month end, used later", "C17": "Return to stock at its original cost under moving average", "C18": "Return that is scrapped", "C27": "Control passes at delivery, invoice after month end",
	"C28": "Invoice before shipment", "C37": "Cash discount where the state leaves the tax and where it adjusts it", "C38": "Bank charge kept on the way", "C39": "A free unit with a sale, and a gift", "C40": "Cash rounding", "C41": "Full credit after a cash discount",
	"C42": "Transfer between sites with days on the road",
}

// goldenDoc compares a printed document with docs/, or rewrites it.
func goldenDoc(t *testing.T, name, text string) {
	t.Helper()
	path := "../../../docs/" + name
	if os.Getenv("KONTOR_GOLDEN") != "" {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old, err := os.ReadFile(path); err != nil || string(old) != text {
		t.Errorf("docs/%s is not what the flows book; run make golden and read the difference (%v)", name, err)
	}
}

// playCase plays one case and gives its page of the manual.
func playCase(t *testing.T, d *db.DB, c postingCase, p player) string {
	for code, cur := range c.Companies {
		p.rules.currency, p.rules.country = money.Currency(cur), code[:2]
	}
	s := &stage{shop: openShop(t, d, p.rules), docs: map[string][]int64{}, subs: map[string]int64{}, cur: p.rules.currency}
	s.banks()
	fmt.Fprintf(&s.page, "\n## %s\n\nBooks in %s (case %s).\n\n| day | step | role | tax | debit | credit |\n|---|---|---|---|---:|---:|\n", titles[c.ID], s.cur, c.ID)
	for _, st := range c.Steps {
		f := p.step[st.Step]
		if f == nil {
			t.Fatalf("step %d (%s %s) is not played", st.Step, st.Flow, st.Ref)
		}
		s.docs[st.Ref] = nil
		f(s, st.PostedOn)
		want := map[string]string{}
		sums := map[string]*sumLine{}
		for _, l := range st.Entries {
			key := l.Role
			add := &sumLine{cur: l.Currency}
			if l.Tax != nil {
				key += " " + l.Tax.Code
				if strings.HasSuffix(l.Role, "_vat") || l.Role == "vat_not_due" {
					add.point = l.Tax.TaxPoint
					if l.Tax.Base != "" {
						add.base = s.amount(l.Tax.Base, l.Currency)
					}
				}
			}
			if sub := s.sub(l.Dims); sub != "" {
				key += " " + sub
			}
			add.amount = s.amount(l.Debit, s.cur) - s.amount(l.Credit, s.cur)
			add.doc = s.amount(l.DocDebit, l.Currency) - s.amount(l.DocCredit, l.Currency)
			sums[key+" "+string(l.Currency)] = sums[key+" "+string(l.Currency)].plus(add)
		}
		for k, v := range sums {
			want[k] = v.String()
		}
		s.print(st.Flow+" "+st.Ref, s.docs[st.Ref], st.PostedOn)
		got := s.entries(s.docs[st.Ref], st.PostedOn, sums)
		if diff := differ(want, got); diff != "" {
			t.Errorf("step %d %s %s:\n%s", st.Step, st.Flow, st.Ref, diff)
		}
	}
	s.expected(c)
	s.verified()
	return s.page.String()
}

// print adds the entries of documents to the manual.
func (s *stage) print(step string, docs []int64, on day.Day) {
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		found, err := ledger.Of(r, docs)
		for _, d := range docs {
			for _, e := range found[d] {
				if e.PostedOn != on {
					continue
				}
				for _, l := range e.Lines {
					amount := money.Format(max(l.Amount, -l.Amount), s.cur)
					if l.Currency != s.cur {
						amount += fmt.Sprintf(" [%s %s]", money.Format(max(l.Doc, -l.Doc), l.Currency), l.Currency)
					}
					debit, credit := amount, ""
					if l.Amount < 0 || l.Amount == 0 && (l.Doc < 0 || l.TaxBase < 0) {
						debit, credit = "", amount
					}
					fmt.Fprintf(&s.page, "| %s | %s | %s | %s | %s | %s |\n", on, step, l.Role, l.TaxCode, debit, credit)
				}
			}
		}
		return err
	}))
}

type sumLine struct {
	amount, doc, base int64
	point             string
	cur               money.Currency
}

func (l *sumLine) plus(o *sumLine) *sumLine {
	if l == nil {
		return o
	}
	l.amount, l.doc, l.base = l.amount+o.amount, l.doc+o.doc, l.base+o.base
	return l
}

func (l *sumLine) String() string {
	s := fmt.Sprintf("%d [%d]", l.amount, l.doc)
	if l.base != 0 {
		s += fmt.Sprintf(" base %d", l.base)
	}
	if l.point != "" {
		s += " point " + l.point
	}
	return s
}

func (s *stage) amount(text string, cur money.Currency) int64 {
	v, err := money.Parse(text, cur)
	s.must(err)
	return v
}

func (s *stage) sub(dims map[string]string) string {
	for _, k := range []string{"item", "pay", "po", "line"} {
		if v := dims[k]; v != "" {
			return v
		}
	}
	return ""
}

// entries sums what was posted for documents, in the cookbook's terms: names
// for sub-ledger keys, bases and tax points only where the case states them.
func (s *stage) entries(docs []int64, on day.Day, stated map[string]*sumLine) map[string]string {
	names := map[int64]string{}
	for n, v := range s.subs {
		names[v] = n
	}
	sums := map[string]*sumLine{}
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		found, err := ledger.Of(r, docs)
		for _, list := range found {
			for _, e := range list {
				if e.PostedOn != on {
					continue
				}
				for _, l := range e.Lines {
					if l.Amount == 0 && l.Doc == 0 {
						continue
					}
					key := l.Role
					if l.TaxCode != "" {
						key += " " + l.TaxCode
					}
					if l.Sub != 0 {
						key += " " + names[l.Sub]
					}
					key += " " + string(l.Currency)
					add := &sumLine{amount: l.Amount, doc: l.Doc, cur: l.Currency}
					if w := stated[key]; w != nil {
						if w.base != 0 {
							add.base = l.TaxBase
							if add.base < 0 {
								add.base = -add.base
							}
						}
						if w.point != "" {
							add.point = string(l.TaxPointOn)
						}
					}
					sums[key] = sums[key].plus(add)
				}
			}
		}
		return err
	}))
	out := map[string]string{}
	for k, v := range sums {
		out[k] = v.String()
	}
	return out
}

func differ(want, got map[string]string) string {
	keys := map[string]bool{}
	for k := range want {
		keys[k] = true
	}
	for k := range got {
		keys[k] = true
	}
	var out []string
	for k := range keys {
		if want[k] != got[k] {
			out = append(out, fmt.Sprintf("  %-40s want %-30s got %s", k, want[k], got[k]))
		}
	}
	sort.Strings(out)
	return strings.Join(out, "\n")
}

// expected compares balances, open items and stock at the end.
func (s *stage) expected(c postingCase) {
	s.t.Helper()
	s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
		got := map[string]int64{}
		err := r.Each(`SELECT role, SUM(amount) FROM ledger_line GROUP BY role`, nil, nil, func(x *db.Rows) error {
			var role string
			var v int64
			err := x.Scan(&role, &v)
			got[role] = v
			return err
		})
		if err != nil {
			return err
		}
		for _, roles := range c.Expected.Balances {
			for role, text := range roles {
				if role == "inventory" && len(c.Expected.Stock) == 0 {
					continue // the goods came from before the case
				}
				if want := s.amount(text, s.cur); got[role] != want {
					s.t.Errorf("balance of %s: want %s, got %s", role, text, money.Format(got[role], s.cur))
				}
			}
		}
		open := map[string]string{}
		err = receivable.OpenOn(r, "2999-01-01", func(it *receivable.Item, o, fc int64) error {
			if o != 0 && it.Kind != "receipt" {
				open[fmt.Sprint(it.ID)] = money.Format(it.Sign*o, it.Currency) + " " + money.Format(it.Sign*fc, s.cur)
			}
			return nil
		})
		want := map[string]string{}
		for _, i := range c.Expected.OpenItems {
			want[fmt.Sprint(id.Item(s.subs[i.Item]))] = i.Open + " " + i.Company
		}
		if diff := differ(want, open); diff != "" {
			s.t.Errorf("open items:\n%s", diff)
		}
		return err
	}))
	for _, x := range c.Expected.Stock {
		s.must(s.DB.Read(s.ctx, func(r *db.Reader) error {
			var n, v int64
			_, err := r.One(`SELECT COALESCE(SUM(p.on_hand), 0), COALESCE(SUM(p.value_amt), 0) FROM stock_pot p JOIN product q ON q.id=p.product_id WHERE q.sku=$1`, []any{s.sku(x.SKU)}, &n, &v)
			if got := qty.Format(n, 0) + " " + money.Format(v, s.cur); got != x.Qty+" "+x.Value {
				s.t.Errorf("stock of %s: want %s %s, got %s", x.SKU, x.Qty, x.Value, got)
			}
			return err
		}))
	}
}

func (s *stage) sku(name string) string {
	return map[string]string{"A": "BOLT", "B": "NUT"}[name]
}

// banks adds bank accounts in foreign currency.
func (s *stage) banks() {
	s.must(s.Maintain(s.ctx, s.who, func(tx *db.Tx) error {
		_, err := payment.AddAccounts(tx, []payment.Account{{ID: id.BankAccount(tx.NewID()), Code: "USD", Name: "Dollar account", Currency: "USD"}, {ID: id.BankAccount(tx.NewID()), Code: "GBP", Name: "Sterling account", Currency: "GBP"}})
		return err
	}))
}
