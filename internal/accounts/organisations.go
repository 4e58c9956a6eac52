package accounts

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/khettara/khettara/internal/fault"
	"github.com/khettara/khettara/internal/i18n"
	"github.com/khettara/khettara/internal/store"
)

// OrganisationDraft is a new organisation.
type OrganisationDraft struct {
	Once string
	Key  string // short stable name for files and tests; "" for none
	Kind string
	Name i18n.Text // Arabic or French is required
}

var organisationKey = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// CreateOrganisation enters an institution or association that people act for.
// All programmes may name it; the one that entered it may rename it.
func (s *Service) CreateOrganisation(ctx context.Context, actor Actor, d OrganisationDraft) (id string, err error) {
	defer fault.Wrap(&err, "accounts.CreateOrganisation(%s)", d.Key)
	if err := actor.Require(AccountsManage, "", ""); err != nil {
		return "", err
	}
	var f fault.Fields
	d.Name = checkName(&f, d.Name)
	f.Check(slices.Contains(OrganisationKinds, d.Kind), "kind", "fault.choose_one")
	f.Check(d.Key == "" || organisationKey.MatchString(d.Key) && len(d.Key) <= 40, "key", "account.error.organisation_key")
	if err := f.Err(); err != nil {
		return "", err
	}
	if id, err = newID(d.Once); err != nil {
		return "", err
	}
	err = s.db.Write(ctx, store.Installation, func(tx *store.Tx) error {
		if err := tx.Once(d.Once); err != nil {
			return err
		}
		if err := tx.Exec(sqlInsertOrganisation, store.Installation, id, actor.Programme, d.Key, d.Kind, d.Name.Ar, d.Name.Fr, d.Name.En); err != nil {
			if store.IsUniqueViolation(err) {
				return fault.Field("key", "account.error.organisation_key_taken")
			}
			return err
		}
		_, err := tx.Append(store.Change{Kind: ChangeOrganisationCreated, Subject: "organisation/" + id, Open: true,
			Public: store.Part{"organisation_kind": d.Kind, "by": actor.By(AccountsManage, "", "")}, Text: nameText(d.Name), Person: actor.PersonPart()})
		return err
	})
	s.organisations.forget()
	return id, ignoreUnchanged(err)
}

// RenameOrganisation changes an organisation's name: the programme that entered
// it may, or an administrator, since other programmes show the name too. A
// Conflict says that somebody else renamed it since version.
func (s *Service) RenameOrganisation(ctx context.Context, actor Actor, once, id string, version int64, name i18n.Text) (err error) {
	defer fault.Wrap(&err, "accounts.RenameOrganisation(%s)", id)
	if err := actor.Require(AccountsManage, "", ""); err != nil {
		return err
	}
	var f fault.Fields
	name = checkName(&f, name)
	if err := f.Err(); err != nil {
		return err
	}
	known, err := s.organisationMap(ctx)
	if err != nil {
		return err
	}
	o, ok := known[id]
	if !ok {
		return fault.New(fault.NotFound, "fault.not_found")
	}
	if !actor.Admin && o.Home != actor.Programme {
		return fault.New(fault.Forbidden, "account.error.organisation_elsewhere")
	}
	err = s.db.Write(ctx, store.Installation, func(tx *store.Tx) error {
		if err := tx.Once(once); err != nil {
			return err
		}
		renamed, err := tx.ExecOne(sqlRenameOrganisation, store.Installation, id, version, name.Ar, name.Fr, name.En)
		if err != nil {
			return err
		}
		if !renamed {
			return fault.New(fault.Conflict, "account.error.organisation_renamed", "name", o.Name)
		}
		_, err = tx.Append(store.Change{Kind: ChangeOrganisationRenamed, Subject: "organisation/" + id, Open: true,
			Public: store.Part{"by": actor.By(AccountsManage, "", "")}, Text: nameText(name), Person: actor.PersonPart()})
		return err
	})
	s.organisations.forget()
	return ignoreUnchanged(err)
}

// nameText is a name as the text part of a change: the languages that it has.
func nameText(name i18n.Text) store.Part {
	p := store.Part{}
	for _, l := range i18n.Langs {
		if name.Has(l) {
			text, _ := name.In(l)
			p["name_"+string(l)] = text
		}
	}
	return p
}

// Organisations lists all organisations in the Arabic alphabet's order.
func (s *Service) Organisations(ctx context.Context) (list []Organisation, err error) {
	defer fault.Wrap(&err, "accounts.Organisations")
	list, _, err = s.organisations.get(func() ([]Organisation, error) { return s.loadOrganisations(ctx) })
	return slices.Clone(list), err // the cache is everybody's
}

// OrganisationName is the name of an organisation; empty for "", an unknown one,
// or while the database does not answer: a page shows the rest.
func (s *Service) OrganisationName(id string) i18n.Text {
	if id == "" {
		return i18n.Text{}
	}
	known, err := s.organisationMap(context.Background())
	if err != nil {
		return i18n.Text{}
	}
	return known[id].Name
}

func (s *Service) organisationMap(ctx context.Context) (map[string]Organisation, error) {
	_, byID, err := s.organisations.get(func() ([]Organisation, error) { return s.loadOrganisations(ctx) })
	return byID, err
}

func (s *Service) loadOrganisations(ctx context.Context) (list []Organisation, err error) {
	rows, err := s.db.Read().QueryContext(ctx, sqlOrganisations, store.Installation)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var o Organisation
		if err := rows.Scan(&o.ID, &o.Home, &o.Key, &o.Kind, &o.Name.Ar, &o.Name.Fr, &o.Name.En, &o.Version); err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	keys := make(map[string]string, len(list))
	for _, o := range list {
		keys[o.ID] = i18n.SortKey(i18n.Ar, o.Name.String())
	}
	slices.SortFunc(list, func(a, b Organisation) int { return strings.Compare(keys[a.ID]+a.ID, keys[b.ID]+b.ID) })
	return list, rows.Err()
}

// get returns the cached list, reading it when a command has changed it.
func (c *organisationCache) get(load func() ([]Organisation, error)) ([]Organisation, map[string]Organisation, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byID == nil {
		list, err := load()
		if err != nil {
			return nil, nil, err
		}
		c.list, c.byID = list, make(map[string]Organisation, len(list))
		for _, o := range list {
			c.byID[o.ID] = o
		}
	}
	return c.list, c.byID, nil
}

func (c *organisationCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.list, c.byID = nil, nil
}
