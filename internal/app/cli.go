package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

// Exit codes of every command.
const (
	exitGood  = 0
	exitFault = 1
	exitUsage = 2
)

// cli is the command line.
type cli struct {
	Serve   serveCmd   `cmd:"" help:"Serve the programmes of this installation."`
	Demo    demoCmd    `cmd:"" help:"Open the demonstration: the programme of Marrakech prefecture on its real census."`
	Migrate migrateCmd `cmd:"" help:"Bring the database's schema up to date, and stop."`
	Admin   adminCmd   `cmd:"" help:"Accounts, from the command line."`
	Backup  backupCmd  `cmd:"" help:"Write an encrypted backup, also while a server runs."`
	Restore restoreCmd `cmd:"" help:"Verify a backup, and put it in place."`
	PB      PBCmd      `cmd:"" name:"pb" help:"Count participatory-budgeting votes."`
	Opinion OpinionCmd `cmd:"" help:"Make maps of opinions from votes on statements."`
	Verify  VerifyCmd  `cmd:"" help:"Check a downloaded proof, offline."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

// streams are where a command writes.
type streams struct{ out, err io.Writer }

// Main runs the command line and returns the exit code.
func Main(args []string, stdout, stderr io.Writer) int {
	var c cli
	exit := -1
	parser, err := kong.New(&c, kong.Name("khettara"),
		kong.Description("From the consultation room to the finished project, on a public record."),
		kong.DefaultEnvars("KHETTARA"), kong.Writers(stdout, stderr), kong.Exit(func(code int) { exit = code }), kong.UsageOnError())
	if err != nil {
		fmt.Fprintln(stderr, err)
		return exitUsage
	}
	run, err := parser.Parse(args)
	if exit >= 0 {
		return exit // --help
	}
	if err != nil {
		fmt.Fprintf(stderr, "khettara: %v\n", err)
		return exitUsage
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	run.BindTo(ctx, (*context.Context)(nil))
	if err := run.Run(&streams{stdout, stderr}); err != nil {
		var code exitError
		if errors.As(err, &code) {
			return int(code)
		}
		fmt.Fprintf(stderr, "khettara: %v\n", err)
		return exitFault
	}
	return exitGood
}

// exitError ends the program with a code; what is to say has been said.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

type serveCmd struct{ Config }

func (c *serveCmd) Run(ctx context.Context, s *streams) error {
	a, err := New(ctx, c.Config, logger(s.err))
	if err != nil {
		return err
	}
	defer a.Close()
	return a.Serve(ctx, func(addr string) { a.Log.Info("listening", "address", a.url(addr)) })
}

type migrateCmd struct {
	Config
	BackedUp bool `help:"A backup exists: change the schema without making a copy first."`
}

func (c *migrateCmd) Run(ctx context.Context, s *streams) error {
	c.backedUp = c.BackedUp
	a, err := New(ctx, c.Config, logger(s.err))
	if err != nil {
		return err
	}
	return a.Close()
}

// Run checks the proof; the exit code is the answer.
func (c *VerifyCmd) Run(s *streams) error {
	if code := runVerify(*c, s.out, s.err); code != exitGood {
		return exitError(code)
	}
	return nil
}

type versionCmd struct{}

func (versionCmd) Run(s *streams) error {
	version := "devel"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	_, err := fmt.Fprintln(s.out, "khettara", version)
	return err
}

func logger(w io.Writer) *slog.Logger { return slog.New(slog.NewTextHandler(w, nil)) }
