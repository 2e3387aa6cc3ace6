package flow

import (
	"io"

	"kontor/internal/formats/bankcsv"
	"kontor/internal/words/day"
)

// BankFile reads a bank CSV with any number of statements. Entries without a
// reference of the bank get a key that is the same in every file.
func BankFile(in io.Reader) ([]Statement, error) {
	parsed, err := bankcsv.Read(in)
	if err != nil {
		return nil, err
	}
	list := make([]Statement, len(parsed))
	for i, s := range parsed {
		list[i] = Statement{Account: s.Account, Number: s.Number, From: day.Day(s.From), To: day.Day(s.To), Opening: s.Opening, Closing: s.Closing}
		keys := bankcsv.Keys(s)
		for k, e := range s.Entries {
			list[i].Entries = append(list[i].Entries, BankEntry{Key: keys[k], BookedOn: day.Day(e.BookedOn), ValueOn: day.Day(e.ValueOn), Amount: e.Amount, Charge: e.Charge,
				PayerName: e.PayerName, PayerAccount: e.PayerAccount, Text: e.Text})
		}
	}
	return list, nil
}
