package api

import (
	"context"
	"encoding/json"
	"time"

	"kontor/internal/tools/db"
	"kontor/internal/tools/idem"
	"kontor/internal/words/fault"
)

const (
	twinPause = 50 * time.Millisecond
	twinWaits = 30 * time.Second // then the first one has died: the work is done again
)

// kept is an answer as it is remembered.
type kept[T any] struct {
	Value T            `json:"value"`
	Fault *fault.Fault `json:"fault,omitempty"`
}

func (k kept[T]) answer() (T, error) {
	if k.Fault != nil {
		return k.Value, k.Fault
	}
	return k.Value, nil
}

// remembered runs work of several transactions that may be done twice without
// harm. The key is claimed before, the answer stored after it; a twin, in this
// process or another, waits for the answer.
func remembered[T any](ctx context.Context, d *door, f func() (T, error)) (T, error) {
	k, _ := ctx.Value(keyOf{}).(idem.Key)
	if k.Key == "" {
		return f()
	}
	var out kept[T]
	var mine bool
	err := d.office.DB.Write(ctx, who(ctx), func(tx *db.Tx) error {
		fresh, _, refused, err := idem.Claim(tx, []idem.Key{k})
		mine = fresh[0]
		if err == nil {
			err = refused[0]
		}
		return err
	})
	if err == nil && !mine {
		var text string
		if text, err = d.await(ctx, k); err == nil && text != "" {
			if err := json.Unmarshal([]byte(text), &out); err != nil {
				return out.Value, err
			}
			return out.answer()
		}
	}
	if err != nil {
		return out.Value, err
	}
	var failed error
	out.Value, failed = f()
	out.Fault, _ = fault.Of(failed)
	err = d.office.DB.Write(context.WithoutCancel(ctx), who(ctx), func(tx *db.Tx) error {
		if failed != nil && out.Fault == nil { // our mistake is no answer to keep
			idem.Forget(tx, k)
			return nil
		}
		text, err := json.Marshal(out)
		idem.Answer(tx, []idem.Key{k}, []string{string(text)})
		return err
	})
	if failed != nil {
		return out.Value, failed
	}
	return out.Value, err
}

// await looks for the answer of the first twin until it is there; "" when it
// does not come.
func (d *door) await(ctx context.Context, k idem.Key) (text string, err error) {
	tick := time.NewTicker(twinPause)
	defer tick.Stop()
	for range int(twinWaits / twinPause) {
		err = d.office.DB.Read(ctx, func(r *db.Reader) (err error) {
			text, err = idem.Look(r, k)
			return err
		})
		if text != "" || err != nil {
			return text, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	return "", nil
}
