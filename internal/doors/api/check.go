package api

import (
	"fmt"
	"reflect"
	"strings"

	"kontor/internal/words/day"
	"kontor/internal/words/fault"
	"kontor/internal/words/money"
)

// words checks every day and every currency of a body, whatever its type is:
// code behind the door counts with them and takes a wrong one for a bug.
func words(v reflect.Value, path string) error {
	switch x := v.Interface().(type) {
	case day.Day:
		return word(path, string(x), func(s string) error { _, err := day.Parse(s); return err })
	case day.Month:
		return word(path, string(x), func(s string) error { _, err := day.ParseMonth(s); return err })
	case money.Currency:
		return word(path, string(x), func(s string) error { _, err := money.ParseCurrency(s); return err })
	}
	var errs []error
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			return words(v.Elem(), path)
		}
	case reflect.Slice:
		for i := range v.Len() {
			errs = append(errs, words(v.Index(i), fmt.Sprintf("%s[%d]", path, i)))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.IsExported() {
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			at := path
			if !f.Anonymous {
				at = strings.TrimPrefix(path+"."+name, ".")
			}
			errs = append(errs, words(v.Field(i), at))
		}
	}
	return fault.All(errs...)
}

func word(path, text string, parse func(string) error) error {
	if text == "" {
		return nil
	}
	return fault.At(parse(text), "%s", path)
}

// bodyOf checks the body of an input that has one.
func bodyOf(in any) error {
	b := reflect.Indirect(reflect.ValueOf(in)).FieldByName("Body")
	if !b.IsValid() {
		return nil
	}
	return words(b, "")
}
