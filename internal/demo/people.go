package demo

import (
	"context"
	"fmt"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/store"
)

// roleNames are the people of the demonstration: functions, nobody in particular.
var roleNames = map[accounts.Role]string{
	accounts.Administrator:        "مسؤول المنظومة",
	accounts.Coordinator:          "خلية التنسيق",
	accounts.Rapporteur:           "مقرر الورشة",
	accounts.Examiner:             "مقررة اللجنة الموضوعاتية",
	accounts.ContractingAuthority: "صاحب المشروع",
	accounts.CommitteeMember:      "عضو لجنة القيادة",
	accounts.Governor:             "عامل العمالة",
	accounts.SecretaryGeneral:     "الكاتب العام",
	accounts.Auditor:              "مفتحص",
	accounts.Participant:          "مشاركة",
}

// password of everybody in the demonstration; nobody needs it, one click signs in.
func password() string { return accounts.FormatCode(accounts.NewSecret(accounts.ReceiptBytes)) }

// accept takes up an invitation and returns who acts from then on.
func (s *Story) accept(ctx context.Context, programmeID, code, name, login string) (accounts.Actor, error) {
	accepted, err := s.Accounts.AcceptInvitation(ctx, accounts.Acceptance{Once: store.NewID(), Code: code, Name: name, Login: login, Password: password()})
	if err != nil {
		return accounts.Actor{}, err
	}
	return s.Accounts.Actor(ctx, programmeID, accepted.Token)
}

func (s *Story) administrator(ctx context.Context) (accounts.Actor, error) {
	issued, err := s.Accounts.CreateAdmin(ctx)
	if err != nil {
		return accounts.Actor{}, err
	}
	return s.accept(ctx, "", issued.Codes[0], roleNames[accounts.Administrator], "administrator")
}

// people invites one person a role, and one for each contracting authority.
func (s *Story) people(ctx context.Context, admin accounts.Actor, t *texts) error {
	admin.Programme = s.programme.ID
	for _, role := range accounts.AllRoles {
		if role == accounts.Administrator {
			s.actors[role] = admin
			continue
		}
		grant := accounts.Grant{Role: role}
		switch role {
		case accounts.Coordinator, accounts.Examiner, accounts.Governor, accounts.SecretaryGeneral:
			grant.Organisation = s.orgs["wilaya"]
		case accounts.ContractingAuthority:
			continue // one for each organisation, below
		case accounts.Participant:
			grant.College, grant.Unit = "citizens", "07.351.03.11"
		}
		actor, err := s.invite(ctx, admin, grant, roleNames[role], string(role))
		if err != nil {
			return err
		}
		s.actors[role] = actor
	}
	for _, key := range t.authorities() {
		actor, err := s.invite(ctx, admin, accounts.Grant{Role: accounts.ContractingAuthority, Organisation: s.orgs[key]}, roleNames[accounts.ContractingAuthority], key)
		if err != nil {
			return err
		}
		s.acting[key] = actor
	}
	return nil
}

func (s *Story) invite(ctx context.Context, by accounts.Actor, grant accounts.Grant, name, login string) (accounts.Actor, error) {
	issued, err := s.Accounts.Invite(ctx, by, accounts.InvitationDraft{Once: store.NewID(), Grant: grant, Addressee: name})
	if err != nil {
		return accounts.Actor{}, fmt.Errorf("inviting %s: %w", login, err)
	}
	return s.accept(ctx, s.programme.ID, issued.Codes[0], name, login)
}
