package id

// One marker type and one id type per noun that the outside can name.
type (
	customerNoun    struct{}
	siteNoun        struct{}
	productNoun     struct{}
	priceListNoun   struct{}
	termsNoun       struct{}
	warehouseNoun   struct{}
	orderNoun       struct{}
	lineNoun        struct{}
	scheduleNoun    struct{}
	returnLineNoun  struct{}
	refundNoun      struct{}
	intakeNoun      struct{}
	holdNoun        struct{}
	shipmentNoun    struct{}
	shipLineNoun    struct{}
	returnNoun      struct{}
	stockDocNoun    struct{}
	potNoun         struct{}
	billableNoun    struct{}
	invoiceNoun     struct{}
	invoiceLineNoun struct{}
	itemNoun        struct{}
	applicationNoun struct{}
	bankAccountNoun struct{}
	statementNoun   struct{}
	bankLineNoun    struct{}
	receiptNoun     struct{}
	creditNoun      struct{}
	entryNoun       struct{}
	eventNoun       struct{}
	userNoun        struct{}
	tokenNoun       struct{}
	approvalNoun    struct{}
	draftNoun       struct{}
	feedbackNoun    struct{}
	bomLineNoun     struct{}
)

func (customerNoun) prefix() string    { return "cus" }
func (siteNoun) prefix() string        { return "sit" }
func (productNoun) prefix() string     { return "prd" }
func (priceListNoun) prefix() string   { return "pls" }
func (termsNoun) prefix() string       { return "trm" }
func (warehouseNoun) prefix() string   { return "whs" }
func (orderNoun) prefix() string       { return "ord" }
func (lineNoun) prefix() string        { return "oln" }
func (scheduleNoun) prefix() string    { return "sch" }
func (returnLineNoun) prefix() string  { return "rtl" }
func (refundNoun) prefix() string      { return "rfd" }
func (intakeNoun) prefix() string      { return "itk" }
func (holdNoun) prefix() string        { return "hld" }
func (shipmentNoun) prefix() string    { return "shp" }
func (shipLineNoun) prefix() string    { return "sln" }
func (returnNoun) prefix() string      { return "ret" }
func (stockDocNoun) prefix() string    { return "std" }
func (potNoun) prefix() string         { return "pot" }
func (billableNoun) prefix() string    { return "bil" }
func (invoiceNoun) prefix() string     { return "inv" }
func (invoiceLineNoun) prefix() string { return "inl" }
func (itemNoun) prefix() string        { return "itm" }
func (applicationNoun) prefix() string { return "app" }
func (bankAccountNoun) prefix() string { return "bac" }
func (statementNoun) prefix() string   { return "stm" }
func (bankLineNoun) prefix() string    { return "bln" }
func (receiptNoun) prefix() string     { return "rcp" }
func (creditNoun) prefix() string      { return "cra" }
func (entryNoun) prefix() string       { return "ent" }
func (eventNoun) prefix() string       { return "evt" }
func (userNoun) prefix() string        { return "usr" }
func (tokenNoun) prefix() string       { return "tok" }
func (approvalNoun) prefix() string    { return "apv" }
func (draftNoun) prefix() string       { return "drf" }
func (feedbackNoun) prefix() string    { return "fbk" }
func (bomLineNoun) prefix() string     { return "bml" }

// The ids, one type per noun.
type (
	Customer    = ID[customerNoun]
	Site        = ID[siteNoun]
	Product     = ID[productNoun]
	PriceList   = ID[priceListNoun]
	Terms       = ID[termsNoun]
	Warehouse   = ID[warehouseNoun]
	Order       = ID[orderNoun]
	Line        = ID[lineNoun]
	Schedule    = ID[scheduleNoun]
	ReturnLine  = ID[returnLineNoun]
	Refund      = ID[refundNoun]
	Intake      = ID[intakeNoun]
	Hold        = ID[holdNoun]
	Shipment    = ID[shipmentNoun]
	ShipLine    = ID[shipLineNoun]
	Return      = ID[returnNoun]
	StockDoc    = ID[stockDocNoun]
	Pot         = ID[potNoun]
	Billable    = ID[billableNoun]
	Invoice     = ID[invoiceNoun]
	InvoiceLine = ID[invoiceLineNoun]
	Item        = ID[itemNoun]
	Application = ID[applicationNoun]
	BankAccount = ID[bankAccountNoun]
	Statement   = ID[statementNoun]
	BankLine    = ID[bankLineNoun]
	Receipt     = ID[receiptNoun]
	Credit      = ID[creditNoun]
	Entry       = ID[entryNoun]
	Event       = ID[eventNoun]
	User        = ID[userNoun]
	Token       = ID[tokenNoun]
	Approval    = ID[approvalNoun]
	Draft       = ID[draftNoun]
	Feedback    = ID[feedbackNoun]
	BOMLine     = ID[bomLineNoun]
)
