package workplace

import (
	"strings"

	"kontor/internal/tools/db"
)

// Preferences reads what a person likes, by name.
func Preferences(q db.Querier, user int64) (map[string]string, error) {
	out := map[string]string{}
	err := q.Each(`SELECT name, value FROM preference WHERE user_id=$1`, nil, []any{user}, func(r *db.Rows) error {
		var name, value string
		err := r.Scan(&name, &value)
		out[name] = value
		return err
	})
	return out, err
}

// Prefer keeps what a person likes; an empty value is forgotten.
func Prefer(tx *db.Tx, user int64, name, value string) error {
	if len(name) > 100 || len(value) > longestQuery {
		return ErrSetting.Because("this setting is too long to keep")
	}
	if value == "" {
		tx.Do(`DELETE FROM preference WHERE user_id=$1 AND name=$2`, nil, user, name)
		return nil
	}
	tx.Do(`INSERT INTO preference(user_id, name, value, tx_id) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, name) DO UPDATE SET value=$3, tx_id=$4`, nil, user, name, value, tx.ID())
	return nil
}

const viewColumns = `SELECT id, list, owner_id, shared, name, params, columns FROM saved_view`

func scanView(r *db.Rows) (View, error) {
	var v View
	var shared int64
	err := r.Scan(&v.ID, &v.List, &v.Owner, &shared, &v.Name, &v.Params, &v.Columns)
	v.Shared = shared == 1
	return v, err
}

// Views reads a person's views of a list and those that others share, by name.
func Views(q db.Querier, user int64, list string) ([]View, error) {
	var out []View
	err := q.Each(viewColumns+` WHERE list=$1 AND gone_at=0 AND (owner_id=$2 OR shared=1) ORDER BY name_key, id`, nil, []any{list, user}, func(r *db.Rows) error {
		v, err := scanView(r)
		out = append(out, v)
		return err
	})
	return out, err
}

// Keep writes a new view and gives its id. A name that the person, or everybody,
// has already for this list is refused.
func Keep(tx *db.Tx, v View) (int64, error) {
	if err := v.Check(); err != nil {
		return 0, err
	}
	shared := int64(0)
	if v.Shared {
		shared = 1
	}
	n := tx.NewID()
	made, err := tx.Exec(`INSERT INTO saved_view(id, list, owner_id, shared, name, name_key, params, columns, tx_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING`,
		nil, n, v.List, v.Owner, shared, v.Name, strings.ToLower(v.Name), v.Params, v.Columns, tx.ID())
	if err == nil && made == 0 {
		err = taken(v.Name)
	}
	return n, err
}

func taken(name string) error {
	return ErrTaken.Because("there is a view %s already: choose another name, or open that view and save it anew", name).At("name")
}

// Rewrite gives a person's own view other parameters and columns.
func Rewrite(tx *db.Tx, user, view int64, params, columns string) error {
	if err := (&View{Name: "x", Params: params, Columns: columns}).Check(); err != nil {
		return err
	}
	n, err := tx.Exec(`UPDATE saved_view SET params=$3, columns=$4, tx_id=$5 WHERE id=$1 AND owner_id=$2 AND gone_at=0`, nil, view, user, params, columns, tx.ID())
	if err == nil && n == 0 {
		err = errNotYours
	}
	return err
}

var errNotYours = ErrNoView.Because("this view is not yours, or was taken away: save what you see under a name of your own")

// Drop takes a person's own view away; Restore brings it back while nobody has used its name.
func Drop(tx *db.Tx, user, view int64) (View, error) {
	var v View
	var shared int64
	ok, err := tx.One(`UPDATE saved_view SET gone_at=$3, tx_id=$4 WHERE id=$1 AND owner_id=$2 AND gone_at=0 RETURNING id, list, owner_id, shared, name, params, columns`,
		[]any{view, user, tx.Stamp(), tx.ID()}, &v.ID, &v.List, &v.Owner, &shared, &v.Name, &v.Params, &v.Columns)
	v.Shared = shared == 1
	if err == nil && !ok {
		err = errNotYours
	}
	return v, err
}

// Restore undoes Drop.
func Restore(tx *db.Tx, user, view int64) (v View, err error) {
	ok, err := tx.One(`SELECT id, list, owner_id, name, params FROM saved_view WHERE id=$1 AND owner_id=$2`, []any{view, user}, &v.ID, &v.List, &v.Owner, &v.Name, &v.Params)
	if err != nil {
		return v, err
	}
	if !ok {
		return v, errNotYours
	}
	// The same question as the two unique keys ask; they hold when two ask it at once.
	n, err := tx.Exec(`UPDATE saved_view SET gone_at=0, tx_id=$3 WHERE id=$1 AND owner_id=$2 AND NOT EXISTS (SELECT 1 FROM saved_view x
		WHERE x.list=saved_view.list AND x.name_key=saved_view.name_key AND x.gone_at=0 AND x.id<>saved_view.id AND (x.owner_id=saved_view.owner_id OR x.shared=1 AND saved_view.shared=1))`,
		nil, view, user, tx.ID())
	if db.IsDuplicate(err) || err == nil && n == 0 {
		err = taken(v.Name)
	}
	return v, err
}
