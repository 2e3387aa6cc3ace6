package ledger

// Account is one account of a chart.
type Account struct {
	Account string `json:"account"`
	Name    string `json:"name"`
	Kind    string `json:"kind" enum:"asset,liability,income,expense,technical"`
}

// roleRow is one role with its account in each template. SKR numbers follow
// the common German charts; where these have none for a role, a number of the
// group beside it is taken. A tax adviser confirms them before go-live.
type roleRow struct{ role, kind, us, skr03, skr04, name string }

var roleTable = []roleRow{
	{"bank", "asset", "1010", "1200", "1800", "Bank account"},
	{"cash_in_transit", "asset", "1090", "1360", "1460", "Money on its way: collections, cheques, refunds sent"},
	{"psp_receivable", "asset", "1095", "1201", "1801", "Balance at the card or payment gateway"},
	{"receivable", "asset", "1200", "1400", "1200", "Trade receivables"},
	{"ic_receivable", "asset", "1270", "1470", "1270", "Trade receivables, group companies"},
	{"ar_revaluation", "asset", "1209", "1499", "1299", "Month-end exchange valuation beside receivables"},
	{"loss_allowance", "asset", "1290", "0996", "1248", "Expected losses: general, specific"},
	{"unbilled_receivable", "asset", "1250", "1430", "1230", "Delivered, not invoiced"},
	{"right_to_returns", "asset", "1450", "1590", "1190", "Goods expected back"},
	{"inventory", "asset", "1310", "3970", "1000", "Stock by item class"},
	{"inventory_consigned", "asset", "1360", "7180", "1180", "Our stock at the customer"},
	{"stock_in_transit", "asset", "1350", "7170", "1170", "Own goods on the road"},
	{"wip", "asset", "1340", "7050", "1050", "Work in progress"},
	{"input_vat", "asset", "1410", "1576", "1406", "Input VAT"},
	{"unapplied", "liability", "2150", "1792", "3630", "Receipts not yet applied"},
	{"customer_credit", "liability", "2160", "1700", "3500", "Customers with credit balance"},
	{"deposit_received", "liability", "2310", "1718", "3272", "Deposits, net of VAT"},
	{"deposit_requested", "technical", "1205", "1593", "1495", "Contra for deposit invoices not paid"},
	{"contract_liability", "liability", "2320", "1719", "3290", "Invoiced, not delivered"},
	{"refund_liability", "liability", "2330", "0970", "3070", "Expected rebates and returns"},
	{"output_vat", "liability", "2210", "1776", "3806", "VAT or sales tax payable, per code"},
	{"vat_not_due", "liability", "2211", "1766", "3816", "VAT invoiced, not chargeable yet"},
	{"grni", "liability", "2110", "1610", "3310", "Goods received, not invoiced"},
	{"accrued_freight", "liability", "2120", "0971", "3071", "Freight expected"},
	{"payable", "liability", "2010", "1600", "3300", "Trade payables"},
	{"ic_payable", "liability", "2030", "1630", "3420", "Trade payables, group"},
	{"ap_revaluation", "liability", "2019", "1699", "3399", "Month-end exchange valuation beside payables"},
	{"revenue", "income", "4000", "8400", "4400", "Sales, account by tax class"},
	{"revenue_freight", "income", "4050", "8405", "4405", "Freight charged"},
	{"ic_revenue", "income", "4900", "8490", "4490", "Sales to group companies"},
	{"sales_allowance", "income", "4100", "8720", "4720", "Returns, price credits, penalties"},
	{"sales_discount", "income", "4110", "8736", "4736", "Cash discount"},
	{"sales_rebate", "income", "4120", "8760", "4760", "Volume rebate"},
	{"recharge_income", "income", "4820", "2700", "4830", "Dunning fees, recharged bank fees"},
	{"interest_income", "income", "7110", "2650", "7110", "Late interest"},
	{"fx_gain", "income", "7010", "2660", "4840", "Realised exchange gain"},
	{"fx_loss", "expense", "7020", "2150", "6880", "Realised exchange loss"},
	{"fx_unrealised_gain", "income", "7015", "2661", "4841", "Unrealised exchange gain"},
	{"fx_unrealised_loss", "expense", "7025", "2151", "6881", "Unrealised exchange loss"},
	{"cogs", "expense", "5000", "4996", "6990", "Cost of goods sold"},
	{"conversion_absorbed", "expense", "5190", "8960", "4810", "Labour and overhead taken into stock"},
	{"purchase_variance", "expense", "5010", "3990", "5890", "Purchase price variance"},
	{"production_variance", "expense", "5020", "3991", "5891", "Usage, efficiency, rate, volume"},
	{"scrap", "expense", "5030", "3992", "5892", "Abnormal scrap"},
	{"stock_adjustment", "expense", "5040", "3993", "5893", "Count differences, write-down to net realisable value"},
	{"freight_out", "expense", "6110", "4730", "6740", "Outbound freight"},
	{"samples_promotion", "expense", "6120", "4600", "6600", "Samples, gifts"},
	{"bank_charges", "expense", "6510", "4970", "6855", "Bank charges"},
	{"payment_fees", "expense", "6520", "4971", "6856", "Card and gateway fees"},
	{"small_difference", "expense", "6530", "2309", "6969", "Tolerance differences"},
	{"bad_debt", "expense", "6710", "2406", "6936", "Receivables written off"},
	{"bad_debt_recovered", "income", "6730", "2732", "4925", "Recovered after write-off"},
	{"impairment", "expense", "6720", "2450", "6920", "Change in loss allowance"},
	{"rounding", "expense", "6540", "2309", "6969", "Cash rounding, conversion cents"},
	{"fx_bridge", "technical", "9090", "9090", "9090", "Lets currencies balance in one entry"},
	{"opening_balance", "technical", "3900", "9000", "9000", "Take-over of old books"},
}

// Chart turns roles into accounts. An account for (role, tax code) comes
// before the one for the role alone.
type Chart struct {
	accounts map[[2]string]string
}

// Templates are the charts a company can start with.
func Templates() []string { return []string{"US", "SKR03", "SKR04"} }

// Account resolves a role.
func (c *Chart) Account(role, taxCode string) string {
	if a, ok := c.accounts[[2]string{role, taxCode}]; ok {
		return a
	}
	if a, ok := c.accounts[[2]string{role, ""}]; ok {
		return a
	}
	panic("ledger: role " + role + " has no account")
}

// Roles lists the roles that can be posted, in the order of the cookbook.
func Roles() []string {
	out := make([]string, len(roleTable))
	for i, r := range roleTable {
		out[i] = r.role
	}
	return out
}

func (r roleRow) in(template string) string {
	switch template {
	case "SKR03":
		return r.skr03
	case "SKR04":
		return r.skr04
	}
	return r.us
}
