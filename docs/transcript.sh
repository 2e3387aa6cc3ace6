#!/usr/bin/env bash
# One order through all eight steps, by curl. Start `kontor serve` on an empty
# database, then: KONTOR_TOKEN=kt_… bash docs/transcript.sh
# Lines that begin with #: are the prose of docs/transcript.md, which a test
# makes from this script and what it prints.
set -euo pipefail

#: # One order, from the customer's wish to the reconciled bank statement
#:
#: Everything here is run by a test, on SQLite and on PostgreSQL, against a real
#: `kontor serve`. To play it yourself: start `kontor serve` on an empty database
#: and run `KONTOR_TOKEN=kt_… bash docs/transcript.sh`.
#:
#: Four helpers keep the page short. `api` is one request; `show` prints the named
#: fields of an answer, `one` the first of a name. `would` asks for the same
#: request with `?simulate=true` and prints what it would do: the sentences of its
#: events and its postings. Nothing of that stays.
url=${KONTOR_URL:-http://127.0.0.1:8080}

api() { # METHOD PATH [BODY]
  curl -sS -X "$1" "$url$2" -H "Authorization: Bearer $KONTOR_TOKEN" \
    -H "Content-Type: ${type:-application/json}" --data-binary "${3:-}"
}

show() { # FIELD…
  grep -oE "\"($(IFS='|'; echo "$*"))\":(\"[^\"]*\"|[0-9]+|true)" | sed -E 's/"([^"]*)":"?([^"]*)"?/\1 \2/' | paste -sd '|' | sed 's/|/ · /g'
}

would() { # METHOD PATH [BODY]
  local answer
  answer=$(api "$1" "$2?simulate=true" "${3:-}")
  echo "$answer" | grep -oE '"sentence":"[^"]*"' | sed -E 's/"sentence":"(.*)"/would: \1/'
  echo "$answer" | grep -oE '"name":"[^"]*","(debit|credit)":"[^"]*"' |
    sed -E 's/"name":"(.*)","(debit|credit)":"(.*)"/         \2 \3  \1/; s/ debit / debit  /' || true
}

one() { # FIELD: the first value of it
  grep -oE "\"$1\":\"[^\"]*\"" | head -n 1 | sed -E 's/.*:"(.*)"/\1/'
}

#: ## A company to play with
#:
#: A company with German books, tax, terms of payment, one warehouse, a price
#: list, two products and one customer with a credit limit. Two products are in
#: stock, but not enough of the first.
api PUT  /v1/company '{"name":"Muster GmbH","currency":"EUR","country":"DE","vat_id":"DE123456789","zone":"UTC","chart":"SKR04","policy":{}}' | show name chart
api POST /v1/tax '{"rates":[{"code":"DE19","category":"S","percent":"19","valid_from":"2020-01-01"}],"rules":[{"to_place":"DE","code":"DE19"}]}' | show percent
api POST /v1/terms '{"code":"N30","rule":{"kind":"net","days":30}}' | show kind days
api POST /v1/warehouses '{"code":"MAIN","name":"Main warehouse","country":"DE"}' | show code
api POST /v1/price-lists '{"code":"BASE","currency":"EUR","valid_from":"2020-01-01"}' | show code
api POST /v1/products '{"sku":"BOLT","name":"Bolt M8"}' | show sku base_unit
api POST /v1/products '{"sku":"NUT","name":"Nut M8"}' | show sku base_unit
api POST /v1/prices '{"prices":[{"list":"BASE","sku":"BOLT","price":"10","valid_from":"2020-01-01"},{"list":"BASE","sku":"NUT","price":"2.50","valid_from":"2020-01-01"}]}' | show added
api POST /v1/credit-accounts '{"code":"MUELLER","limit":"1000.00"}' | show code free
api POST /v1/customers '{"code":"MUELLER","name":"Müller KG","currency":"EUR","terms":"N30","credit_account":"MUELLER","tax_status":"business",
  "sites":[{"code":"HQ","name":"Müller KG","street":"Hafenstr. 1","city":"Hamburg","postcode":"20457","country":"DE"}]}' | show terms_code
api POST /v1/goods-receipts '{"reference":"GR-1","lines":[{"sku":"BOLT","qty":"6","cost":"4.00"},{"sku":"NUT","qty":"20","cost":"0.80"}]}' | show sku on_hand value

#: ## 1. Capture
#:
#: The customer's purchase order 4711: ten bolts, four nuts, 12.50 for freight.
#: First what it would do, then the deed, with an `Idempotency-Key`: sent twice,
#: there is one order, and both get the same answer.
draft='{"customer":"MUELLER","po_number":"4711","lines":[{"sku":"BOLT","qty":"10"},{"sku":"NUT","qty":"4"}],"charges":[{"role":"freight","amount":"12.50"}]}'
would POST /v1/orders "$draft"

#:
capture() { curl -sS "$url/v1/orders" -H "Authorization: Bearer $KONTOR_TOKEN" -H 'Content-Type: application/json' -H 'Idempotency-Key: po-4711' -d "$draft"; }
placed=$(capture)
echo "$placed" | show number decision net tax gross
[ "$placed" = "$(capture)" ] && echo "sent again: the same answer"
order=$(echo "$placed" | one order)

#: ## 2. Confirm
#:
#: Credit and stock are reserved. Six bolts are there, four are short.
would POST "/v1/orders/$order/confirm"

#:
api POST "/v1/orders/$order/confirm" | show decision status ordered reserved

#: ## 3. Release
#:
#: What is reserved goes to the warehouse as a planned shipment.
would POST "/v1/orders/SO-000001/release"

#:
shipment=$(api POST "/v1/orders/SO-000001/release" | one shipment)
api GET "/v1/shipments/$shipment" | show decision sku planned

#: ## 4. Ship: a part of it
#:
#: The goods leave the books at their cost.
would POST "/v1/shipments/$shipment/ship" '{"carrier":"DHL"}'

#:
api POST "/v1/shipments/$shipment/ship" '{"carrier":"DHL","tracking":"00340434"}' | show number decision cost shipped

#: ## 5. Bill: the part that was shipped
#:
#: The freight follows the goods: 70 of 110 are shipped, so 7.95 of the 12.50
#: stand on this invoice.
would POST "/v1/orders/SO-000001/bill"

#:
billed=$(api POST "/v1/orders/SO-000001/bill")
echo "$billed" | show number net tax gross
first=$(echo "$billed" | one number)

#: Four more bolts come in. `advance` runs every step that is due by itself; here
#: it reserves and plans. Once they are shipped, the second invoice takes the rest.
api POST /v1/goods-receipts '{"reference":"GR-2","lines":[{"sku":"BOLT","qty":"4","cost":"4.20"}]}' | show sku on_hand
would POST "/v1/orders/SO-000001/advance"

#:
api POST "/v1/orders/SO-000001/advance" | grep -oE '"(steps|waits)":(\[[^]]*\]|"[^"]*")' | sed 's/[]["]//g; s/:/ /'
rest=$(api GET "/v1/shipments?order=SO-000001&state=planned" | one id)
api POST "/v1/shipments/$rest/ship" | show number cost shipped
billed=$(api POST "/v1/orders/SO-000001/bill")
echo "$billed" | show number net tax gross
second=$(echo "$billed" | one number)

#: ## 6. Receive: the bank statement, and a short payment
#:
#: The customer pays the first invoice, but 11.90 less: one bolt was bent. The
#: bank took 1.50 for the account. The statement is the project's own bank CSV.
on=$(date -u +%F)
csv="H,BANK,2026-001,EUR,0.00,79.36,$on,$on
E,$on,$on,80.86,Müller KG,DE02120300000000202051,,$first less one bent bolt,
E,$on,$on,-1.50,,,,account fee,"
echo "$csv"
type=text/csv would POST /v1/bank-statements "$csv"

#:
received=$(type=text/csv api POST /v1/bank-statements "$csv")
echo "$received" | show amount currency
statement=$(echo "$received" | one statement)
money=$(echo "$received" | one item)
fee=$(echo "$received" | grep -oE '"debits":\["[^"]*"' | grep -oE 'bln_[^"]*')
echo "and again:"
type=text/csv api POST /v1/bank-statements "$csv" | show known

#: ## 7. Apply, take it back, credit, apply again
#:
#: The text of the payment names the invoice, so nobody has to choose.
would POST /v1/applications "{\"credit\":\"$money\"}"

#:
applied=$(api POST /v1/applications "{\"credit\":\"$money\"}")
echo "$applied" | show number paid open credit_left why
application=$(echo "$applied" | one application)

#: On second thought it shall wait for the credit note: un-apply takes the
#: settlement back, exactly.
would POST "/v1/applications/$application/unapply" '{"reason":"wait for the credit note"}'

#:
api POST "/v1/applications/$application/unapply" '{"reason":"wait for the credit note"}' | show number open credit_left

#: The credit note for one bolt, at the price and the tax of the invoice.
line=$(api GET "/v1/invoices/$first" | grep -oE '"id":"inl_[^"]*"' | head -n 1 | one id)
would POST "/v1/invoices/$first/credit" "{\"reason\":\"one bolt was bent\",\"lines\":[{\"line\":\"$line\",\"qty\":1}]}"

#:
credited=$(api POST "/v1/invoices/$first/credit" "{\"reason\":\"one bolt was bent\",\"lines\":[{\"line\":\"$line\",\"qty\":1}]}")
echo "$credited" | show number kind net tax gross
note=$(echo "$credited" | grep -oE '"items":\["[^"]*"' | grep -oE 'itm_[^"]*')

#: Now both are applied, the money and the note, and the invoice is settled.
item=$(api GET "/v1/items?customer=MUELLER&number=$first" | one id)
would POST /v1/applications "{\"credit\":\"$money\",\"lines\":[{\"item\":\"$item\"}]}"

#:
api POST /v1/applications "{\"credit\":\"$money\",\"lines\":[{\"item\":\"$item\"}]}" | show number paid open credit_left
api POST /v1/applications "{\"credit\":\"$note\",\"lines\":[{\"item\":\"$item\"}]}" | show number paid open credit_left
api GET "/v1/invoices/$first" | show payment_state

#: ## 8. Reconcile
#:
#: Every line of the statement must be explained: the receipt is, and the fee is
#: named as the bank's own charge.
would POST "/v1/statements/$statement/reconcile" "{\"charges\":[\"$fee\"]}"

#:
api POST "/v1/statements/$statement/reconcile" "{\"charges\":[\"$fee\"]}" | show decision lines

#: The second invoice is paid in full; with its statement the order ends.
csv="H,BANK,2026-002,EUR,79.36,132.37,$on,$on
E,$on,$on,53.01,Müller KG,DE02120300000000202051,,$second,"
received=$(type=text/csv api POST /v1/bank-statements "$csv")
api POST /v1/applications "{\"credit\":\"$(echo "$received" | one item)\"}" | show number paid open
would POST "/v1/statements/$(echo "$received" | one statement)/reconcile"

#:
api POST "/v1/statements/$(echo "$received" | one statement)/reconcile" | show decision
api GET "/v1/orders/SO-000001" | show status ship_state bill_state

#: ## The story
#:
#: The timeline of the order tells it all, from the papers and the money too.
api GET "/v1/orders/SO-000001/timeline" | grep -oE '"sentence":"[^"]*"' | sed -E 's/"sentence":"(.*)"/\1/'

#: And the books agree: nobody owes anything, debit and credit are equal.
api GET "/v1/ageing" | show ledger_receivable difference
api GET "/v1/trial-balance" | grep -oE '"debit":"[^"]*","credit":"[^"]*","balanced":true' | show debit credit balanced
