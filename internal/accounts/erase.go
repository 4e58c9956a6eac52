package accounts

import (
	"context"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/store"
)

// eraseStep is how many changes of a log one commit of an erasure looks at: with
// no index on what is secret, that is a scan, and others want to write meanwhile.
const eraseStep = 20_000

// ErasePerson forgets who a person is: the roles end, the person parts of all
// logs that name the person go with their salts, then name, login, addresses and
// password. What the person wrote stays without author, and every leaf keeps its
// proof. People may erase themselves, administrators everybody; the last
// administrator stays. It spans logs; repeating it goes on where it stopped.
func (s *Service) ErasePerson(ctx context.Context, actor Actor, once string, number int64) (err error) {
	defer fault.Wrap(&err, "accounts.ErasePerson(%d)", number)
	p, err := s.personByNumber(ctx, number)
	if err == nil && p.ID == actor.Person && actor.SignedIn() {
		actor = Actor{Person: p.ID} // one's own right, not that of a role
	} else if denied := (Actor{Person: actor.Person, Admin: actor.Admin}).Require(AccountsManage, "", ""); denied != nil {
		return denied
	}
	if err != nil {
		return err
	}
	if p.Erased {
		return nil
	}
	if err := isLastAdministrator(ctx, s.db.Read(), p); err != nil {
		return err
	}
	if err := s.endRoles(ctx, actor, once, p); err != nil {
		return err
	}
	if err := s.eraseTraces(ctx, p.ID); err != nil {
		return err
	}
	return ignoreUnchanged(s.db.Write(ctx, store.Installation, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		if err := isLastAdministrator(tx.Context(), tx, p); err != nil {
			return err
		}
		for _, statement := range []string{sqlDeleteSessionsOf, sqlDeleteResets} {
			if err := tx.Exec(statement, store.Installation, p.ID); err != nil {
				return err
			}
		}
		if err := tx.Exec(sqlErasePerson, store.Installation, p.ID, tx.Millis()); err != nil {
			return err
		}
		c := store.Change{Kind: ChangePersonErased, Subject: accountSubject(p.Number), Public: store.Part{"by": eraserOf(actor, p)}}
		if actor.Person != p.ID {
			c.Person = actor.PersonPart()
		}
		_, err := tx.Append(c)
		return err
	}))
}

// isLastAdministrator is a fault if nobody could administer the installation without p.
func isLastAdministrator(ctx context.Context, q store.Querier, p Person) error {
	if !p.Admin {
		return nil
	}
	var all int
	if err := q.QueryRowContext(ctx, sqlCountAdministrators, store.Installation).Scan(&all); err != nil {
		return err
	}
	if all < 2 {
		return fault.New(fault.Conflict, "account.error.last_administrator")
	}
	return nil
}

func eraserOf(actor Actor, p Person) store.Part {
	if actor.Person == p.ID {
		return store.Part{"role": "self"}
	}
	return actor.By(AccountsManage, "", "")
}

// endRoles revokes the person's grants, one commit a programme.
func (s *Service) endRoles(ctx context.Context, actor Actor, once string, p Person) error {
	programmes, err := s.programmesOf(ctx, p.ID)
	if err != nil {
		return err
	}
	for _, programme := range programmes {
		err := s.db.Write(ctx, programme, func(tx *store.Tx) error {
			if err := tx.Once(once); err != nil {
				return err
			}
			grants, err := queryGrants(tx.Context(), tx, sqlGrantsOf, programme, p.ID)
			if err != nil {
				return err
			}
			if len(grants) == 0 {
				return store.Unchanged
			}
			for _, g := range grants {
				if _, err := tx.ExecOne(sqlRevokeGrant, programme, g.Number, tx.Millis()); err != nil {
					return err
				}
				if _, err := tx.Append(store.Change{Kind: ChangeGrantRevoked, Subject: grantSubject(g.Number), Open: true,
					Public: scope(g.Grant, eraserOf(actor, p))}); err != nil {
					return err
				}
			}
			return nil
		})
		if ignoreUnchanged(err) != nil {
			return err
		}
	}
	return nil
}

// eraseTraces deletes, in every log, the person parts that name the person, and
// the names that coordinators noted on invitations the person accepted.
func (s *Service) eraseTraces(ctx context.Context, person string) error {
	logs, err := s.db.Logs(ctx)
	if err != nil {
		return err
	}
	named := `%"` + person + `"%`
	for _, log := range logs {
		for from := int64(0); from < log.Size; from += eraseStep {
			err := s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
				return tx.Exec(sqlErasePersonParts, log.ID, from, from+eraseStep, named)
			})
			if err != nil {
				return err
			}
		}
		err := s.db.WriteUnlogged(ctx, func(tx *store.Tx) error {
			return tx.Exec(sqlEraseAddressee, log.ID, person)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
