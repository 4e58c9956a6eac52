package accounts

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// PageSize is how many participants or invitations one page lists.
const PageSize = 50

// Staff lists who works for the actor's programme, with their grants that the
// actor may manage, in alphabetical order. It takes two queries.
func (s *Service) Staff(ctx context.Context, actor Actor) (list []Member, err error) {
	defer fault.Wrap(&err, "accounts.Staff")
	if err := requireSomewhere(actor); err != nil {
		return nil, err
	}
	list, err = s.members(ctx, actor, sqlStaffGrants, actor.Programme)
	if err != nil {
		return nil, err
	}
	keys := make(map[string]string, len(list))
	for _, m := range list {
		keys[m.ID] = i18n.SortKey(i18n.Ar, m.Name)
	}
	slices.SortFunc(list, func(a, b Member) int {
		return cmp.Or(strings.Compare(keys[a.ID], keys[b.ID]), cmp.Compare(a.Number, b.Number))
	})
	return list, nil
}

// Participants lists a page of the programme's participants that the actor may
// manage, in the order they came; pages count from 1.
func (s *Service) Participants(ctx context.Context, actor Actor, page int) (list []Member, err error) {
	defer fault.Wrap(&err, "accounts.Participants(%d)", page)
	if err := requireSomewhere(actor); err != nil {
		return nil, err
	}
	in, args, err := s.managed(ctx, actor, sqlGrantScopes, actor.Programme, PageSize, offset(page))
	if err != nil {
		return nil, err
	}
	return s.members(ctx, actor, fmt.Sprintf(sqlParticipants, in), args...)
}

// offset is how many rows stand before a page, from 1, of a list. A page that
// nobody reaches is far behind every list.
func offset(page int) int { return PageSize * (min(max(page, 1), math.MaxInt32) - 1) }

// Member is one person of the actor's programme by the account's number, with the
// grants that the actor may manage; NotFound if there is none.
func (s *Service) Member(ctx context.Context, actor Actor, number int64) (m Member, err error) {
	defer fault.Wrap(&err, "accounts.Member(%d)", number)
	if err := requireSomewhere(actor); err != nil {
		return m, err
	}
	p, err := s.personByNumber(ctx, number)
	if err != nil {
		return m, err
	}
	list, err := s.members(ctx, actor, sqlGrantsOf, actor.Programme, p.ID)
	if err != nil {
		return m, err
	}
	if len(list) == 0 {
		return m, fault.New(fault.NotFound, "fault.not_found")
	}
	return list[0], nil
}

// ParticipantsByCollege counts the programme's participants with an account that
// the actor may manage: whoever manages one unit learns no figure of another.
func (s *Service) ParticipantsByCollege(ctx context.Context, actor Actor) (counts map[string]int, err error) {
	defer fault.Wrap(&err, "accounts.ParticipantsByCollege")
	if err := requireSomewhere(actor); err != nil {
		return nil, err
	}
	in, args, err := s.managed(ctx, actor, sqlGrantScopes, actor.Programme)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Read().QueryContext(ctx, fmt.Sprintf(sqlCountByCollege, in), args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	counts = map[string]int{}
	for rows.Next() {
		var college string
		var n int
		if err := rows.Scan(&college, &n); err != nil {
			return nil, err
		}
		counts[college] = n
	}
	return counts, rows.Err()
}

// requireSomewhere is for lists: whoever manages accounts of one unit or axis
// sees the list, and in it only what lies there.
func requireSomewhere(actor Actor) error {
	if actor.Somewhere(AccountsManage) {
		return nil
	}
	return actor.Require(AccountsManage, "", "")
}

// managed makes the condition on unit and axis that keeps a list to what the actor
// may manage, and the arguments of its query: args, then the condition's own. The
// database pages and counts; Go judges each unit and axis that occurs, once.
func (s *Service) managed(ctx context.Context, actor Actor, scopes string, args ...any) (in string, all []any, err error) {
	rows, err := s.db.Read().QueryContext(ctx, scopes, actor.Programme)
	if err != nil {
		return "", nil, err
	}
	defer rows.Close()
	all = args
	pairs := []string{"(NULL, NULL)"} // nothing is in it: a list without any
	for rows.Next() {
		var unit, axis string
		if err := rows.Scan(&unit, &axis); err != nil {
			return "", nil, err
		}
		if actor.Can(AccountsManage, unit, axis) {
			pairs = append(pairs, store.In(len(all)+1, 2))
			all = append(all, unit, axis)
		}
	}
	return fmt.Sprintf(sqlScopeIn, strings.Join(pairs, ",")), all, rows.Err()
}

// members reads grants with a query and the people who hold them with a second.
func (s *Service) members(ctx context.Context, actor Actor, query string, args ...any) ([]Member, error) {
	grants, err := queryGrants(ctx, s.db.Read(), query, args...)
	if err != nil {
		return nil, err
	}
	var order []string
	held := map[string][]MemberGrant{}
	for _, g := range grants {
		if !actor.Can(AccountsManage, g.Unit, g.Axis) {
			continue
		}
		if held[g.person] == nil {
			order = append(order, g.person)
		}
		held[g.person] = append(held[g.person], g.MemberGrant)
	}
	if len(order) == 0 {
		return nil, nil
	}
	ids := []any{store.Installation}
	for _, id := range order {
		ids = append(ids, id)
	}
	people, err := s.people(ctx, sqlPeopleIn+store.In(2, len(order)), ids...)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]Person, len(people))
	for _, p := range people {
		byID[p.ID] = p
	}
	list := make([]Member, len(order))
	for i, id := range order {
		list[i] = Member{Person: byID[id], Grants: held[id]}
	}
	return list, nil
}

// heldGrant is a grant with the id of its holder.
type heldGrant struct {
	MemberGrant
	person string
}

func queryGrants(ctx context.Context, q store.Querier, query string, args ...any) (list []heldGrant, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var g heldGrant
		var at int64
		if err := rows.Scan(&g.person, &g.ID, &g.Role, &g.Unit, &g.Axis, &g.Organisation, &g.College, &g.Number, &at); err != nil {
			return nil, err
		}
		g.GrantedAt = store.Time(at)
		list = append(list, g)
	}
	return list, rows.Err()
}

// grantsOf lists what a person holds in a programme, for the Actor.
func (s *Service) grantsOf(ctx context.Context, programme, person string) ([]Grant, error) {
	held, err := queryGrants(ctx, s.db.Read(), sqlGrantsOf, programme, person)
	if err != nil {
		return nil, err
	}
	grants := make([]Grant, len(held))
	for i, g := range held {
		grants[i] = g.Grant
	}
	return grants, nil
}

// OwnGrant is a grant with its programme.
type OwnGrant struct {
	Programme string
	Grant
}

// Own is who asks, with the roles in all programmes.
func (s *Service) Own(ctx context.Context, actor Actor) (p Person, grants []OwnGrant, err error) {
	defer fault.Wrap(&err, "accounts.Own")
	if !actor.SignedIn() {
		return p, nil, signIn()
	}
	if p, err = s.personByID(ctx, actor.Person); err != nil {
		return p, nil, err
	}
	grants, err = s.ownGrants(ctx, actor.Person)
	return p, grants, err
}

func (s *Service) ownGrants(ctx context.Context, person string) (grants []OwnGrant, err error) {
	rows, err := s.db.Read().QueryContext(ctx, sqlOwnGrants, person)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var g OwnGrant
		if err := rows.Scan(&g.Programme, &g.Role, &g.Unit, &g.Axis, &g.Organisation, &g.College); err != nil {
			return nil, err
		}
		grants = append(grants, g)
	}
	return grants, rows.Err()
}

// programmesOf lists the programmes in which a person holds a role.
func (s *Service) programmesOf(ctx context.Context, person string) ([]string, error) {
	grants, err := s.ownGrants(ctx, person)
	var list []string
	for _, g := range grants {
		list = append(list, g.Programme)
	}
	return slices.Compact(list), err // ordered by programme
}

// Administrators lists the administrators of the installation, for the command line.
func (s *Service) Administrators(ctx context.Context) (list []Person, err error) {
	defer fault.Wrap(&err, "accounts.Administrators")
	return s.people(ctx, sqlAdministrators, store.Installation)
}

func (s *Service) personByNumber(ctx context.Context, number int64) (Person, error) {
	return s.onePerson(ctx, sqlPersonByNumber, store.Installation, number)
}

func (s *Service) personByID(ctx context.Context, id string) (Person, error) {
	return s.onePerson(ctx, sqlPersonByID, store.Installation, id)
}

func (s *Service) onePerson(ctx context.Context, query string, args ...any) (Person, error) {
	list, err := s.people(ctx, query, args...)
	if err != nil {
		return Person{}, err
	}
	if len(list) == 0 {
		return Person{}, fault.New(fault.NotFound, "fault.not_found")
	}
	return list[0], nil
}

func (s *Service) people(ctx context.Context, query string, args ...any) (list []Person, err error) {
	rows, err := s.db.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p Person
		var name, login, email, phone sql.NullString
		var erased sql.NullInt64
		if err := rows.Scan(&p.ID, &p.Number, &name, &login, &email, &phone, &p.Admin, &erased); err != nil {
			return nil, err
		}
		p.Erased = erased.Valid
		for _, column := range []struct {
			to            *string
			place, sealed string
		}{{&p.Name, placeName, name.String}, {&p.Login, placeLogin, login.String}, {&p.Email, placeEmail, email.String}, {&p.Phone, placePhone, phone.String}} {
			if *column.to, err = s.keys.open(column.place+p.ID, column.sealed); err != nil {
				return nil, err
			}
		}
		list = append(list, p)
	}
	return list, rows.Err()
}

// Invitations lists a page of the programme's invitations that the actor may
// manage, the newest first; pages count from 1. total is the number of all those.
func (s *Service) Invitations(ctx context.Context, actor Actor, page int) (list []Invitation, total int, err error) {
	defer fault.Wrap(&err, "accounts.Invitations(%d)", page)
	if err := requireSomewhere(actor); err != nil {
		return nil, 0, err
	}
	in, args, err := s.managed(ctx, actor, sqlInvitationScopes, actor.Programme, PageSize, offset(page))
	if err != nil {
		return nil, 0, err
	}
	rows, err := s.db.Read().QueryContext(ctx, fmt.Sprintf(sqlInvitations, in), args...)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var i Invitation
		var addressee sql.NullString
		var batch string
		var created, expires int64
		if err := rows.Scan(&i.Number, &i.Grant.Role, &i.Grant.Unit, &i.Grant.Axis, &i.Grant.Organisation, &i.Grant.College, &addressee, &batch,
			&created, &expires, &i.Codes, &i.Accepted, &i.Revoked, &total); err != nil {
			return nil, 0, err
		}
		i.CreatedAt, i.ExpiresAt = store.Time(created), store.Time(expires)
		if i.Addressee, err = s.keys.open(placeAddressee+batch, addressee.String); err != nil {
			return nil, 0, err
		}
		list = append(list, i)
	}
	return list, total, rows.Err()
}
