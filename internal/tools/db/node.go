package db

import (
	"context"
	"errors"
	"time"

	"kontor/internal/words/id"
)

const leaseFor = 2 * time.Minute

// Lease takes a free node number for the ids that this process makes and keeps
// it until Close. The table node must exist.
func (d *DB) Lease(ctx context.Context) error {
	node, err := d.takeNode(ctx)
	if err != nil {
		return err
	}
	last := d.ids.Next(d.clock())
	d.ids = id.NewMaker(node)
	d.node.Store(node)
	d.ids.After(last)
	go d.renew(node)
	return nil
}

func (d *DB) takeNode(ctx context.Context) (int64, error) {
	node := int64(-1)
	err := d.Write(ctx, Actor{}, func(tx *Tx) error {
		now := time.Now().UnixMicro()
		for n := int64(1); n <= id.MaxNode; n++ {
			k, err := tx.Exec(`INSERT INTO node(id, lease_until) VALUES ($1, $2)
				ON CONFLICT (id) DO UPDATE SET lease_until=$2 WHERE node.lease_until<$3`,
				nil, n, now+leaseFor.Microseconds(), now)
			if err != nil {
				return err
			}
			if k == 1 {
				node = n
				return nil
			}
		}
		return errors.New("all node numbers are taken: too many processes on one database")
	})
	return node, err
}

func (d *DB) renew(node int64) {
	t := time.NewTicker(leaseFor / 4)
	defer t.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-t.C:
			_ = d.Write(context.Background(), Actor{}, func(tx *Tx) error {
				tx.Do(`UPDATE node SET lease_until=$2 WHERE id=$1`, nil, node, time.Now().Add(leaseFor).UnixMicro())
				return nil
			})
		}
	}
}
