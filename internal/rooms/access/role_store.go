package access

import "kontor/internal/tools/db"

// RolesOf reads which roles a user has. person is false of one who is not
// reached by e-mail: a program, which acts within its token's scope.
func RolesOf(q db.Querier, user int64) (roles []string, person bool, err error) {
	var email string
	if _, err := q.One(`SELECT email FROM app_user WHERE id=$1`, []any{user}, &email); err != nil || email == "" {
		return nil, false, err
	}
	err = q.Each(`SELECT role FROM role_grant WHERE user_id=$1 ORDER BY role`, nil, []any{user}, func(r *db.Rows) error {
		var role string
		err := r.Scan(&role)
		roles = append(roles, role)
		return err
	})
	return roles, true, err
}
