package app

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/khettara/khettara/internal/accounts"
	"github.com/khettara/khettara/internal/fault"
)

// adminCmd is what whoever runs the machine may do to accounts: nothing that a
// page could not, but for the first administrator and the last lost password.
type adminCmd struct {
	Create adminCreateCmd `cmd:"" help:"Make the one-time code of a new administrator."`
	Reset  adminResetCmd  `cmd:"" help:"Make the one-time code with which somebody sets a new password."`
	List   adminListCmd   `cmd:"" help:"List the administrators."`
}

type (
	adminCreateCmd struct{ Config }
	adminResetCmd  struct {
		Config
		Login string `arg:"" help:"Login of the account."`
	}
	adminListCmd struct{ Config }
)

// issuedCode is a code as it is printed, this once.
type issuedCode struct {
	Code    string `json:"code"`
	Page    string `json:"page"` // where it is typed in
	Expires string `json:"expires"`
}

const codePage = "/ar/account/code"

func (c *adminCreateCmd) Run(ctx context.Context, s *streams) error {
	return withAccounts(ctx, c.Config, s, func(a *accounts.Service) (any, error) {
		return issued(a.CreateAdmin(ctx))
	})
}

func (c *adminResetCmd) Run(ctx context.Context, s *streams) error {
	return withAccounts(ctx, c.Config, s, func(a *accounts.Service) (any, error) {
		out, err := a.ResetByCommandLine(ctx, c.Login)
		if fault.Is(err, fault.NotFound) {
			return nil, fmt.Errorf("no account signs in as %q", c.Login)
		}
		return issued(out, err)
	})
}

func (c *adminListCmd) Run(ctx context.Context, s *streams) error {
	return withAccounts(ctx, c.Config, s, func(a *accounts.Service) (any, error) {
		people, err := a.Administrators(ctx)
		if err != nil {
			return nil, err
		}
		list := make([]string, len(people))
		for i, p := range people {
			list[i] = p.Login
		}
		return list, nil
	})
}

func issued(out accounts.Issued, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return issuedCode{Code: out.Codes[0], Page: codePage, Expires: out.ExpiresAt.Format("2006-01-02T15:04:05Z07:00")}, nil
}

// withAccounts opens the database, runs do and prints what it returns as JSON.
// A server that runs on the same database holds its lock: stop it first.
func withAccounts(ctx context.Context, cfg Config, s *streams, do func(a *accounts.Service) (any, error)) error {
	a, err := New(ctx, cfg, logger(s.err))
	if err != nil {
		return err
	}
	defer a.Close()
	out, err := do(a.Accounts)
	if err != nil {
		return err
	}
	return json.NewEncoder(s.out).Encode(out)
}
