package territory

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// A pack is a folder: manifest.json, then one gzip file per theme.
//
//	units.csv.gz          names, codes, parents, areas
//	indicators.csv.gz     definitions and labels
//	values-THEME.bin.gz   columns of figures, one row per unit in the order of units.csv
//	deprivation.bin.gz    the same, for the ten letters of D
//	outlines.bin.gz       limits as arcs shared by neighbours
//
// Fingerprints are taken before compression, so that they survive a change of
// compressor.

//go:embed pack
var packFiles embed.FS

func embedded() fs.FS {
	sub, err := fs.Sub(packFiles, "pack")
	if err != nil {
		panic(err) // the name is a constant of this file
	}
	return sub
}

// Manifest says what a pack is and where it comes from.
type Manifest struct {
	Version   string            `json:"version"`   // edition and first digits of the fingerprint
	Edition   int               `json:"edition"`   // raised by hand when the sources change
	Territory string            `json:"territory"` // code of the unit it covers; "00" for all of Morocco
	SHA256    string            `json:"sha256"`    // fingerprint of the files below
	Files     map[string]string `json:"files"`     // name -> sha256 of the uncompressed bytes
	Ranked    map[int]int       `json:"ranked"`    // census -> communes of the country that have D
	Sources   []Source          `json:"sources"`
}

// Source is a file a pack was made from.
type Source struct {
	Name    string `json:"name"`
	Licence string `json:"licence"`
	SHA256  string `json:"sha256"`
}

// Contents is a pack laid open: what the pack maker writes and Load reads.
type Contents struct {
	Manifest   Manifest
	Units      []Unit
	Indicators []Indicator
	Tables     map[string]Table // theme -> columns
	Outlines   Outlines
}

const (
	unitsFile      = "units.csv"
	indicatorsFile = "indicators.csv"
	outlinesFile   = "outlines.bin"
	needTheme      = "deprivation"
)

// tableFile names the file of a theme's columns.
func tableFile(theme string) string {
	if theme == needTheme {
		return needTheme + ".bin"
	}
	return "values-" + theme + ".bin"
}

// Encode writes a pack: file name -> bytes. It fills in the manifest's version
// and fingerprints, and gives the same bytes for the same contents.
func Encode(c Contents) (map[string][]byte, error) {
	plain := map[string][]byte{
		unitsFile:      encodeUnits(c.Units),
		indicatorsFile: encodeIndicators(c.Indicators),
		outlinesFile:   c.Outlines.encode(),
	}
	for theme, table := range c.Tables {
		plain[tableFile(theme)] = table.encode(len(c.Units))
	}
	m := c.Manifest
	m.Files = map[string]string{}
	for name, data := range plain {
		m.Files[name] = fingerprint(data)
	}
	m.SHA256 = overall(m.Files)
	m.Version = fmt.Sprintf("%d-%s", m.Edition, m.SHA256[:12])

	manifest, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, err
	}
	files := map[string][]byte{"manifest.json": append(manifest, '\n')}
	for name, data := range plain {
		if files[name+".gz"], err = compress(data); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// Decode reads a pack and checks every fingerprint of its manifest.
func Decode(dir fs.FS) (*Contents, error) {
	raw, err := fs.ReadFile(dir, "manifest.json")
	if err != nil {
		return nil, err
	}
	c := &Contents{Tables: map[string]Table{}}
	if err := json.Unmarshal(raw, &c.Manifest); err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	if got := overall(c.Manifest.Files); got != c.Manifest.SHA256 {
		return nil, fmt.Errorf("manifest.json: its files add up to %s, not %s", got, c.Manifest.SHA256)
	}
	files := map[string][]byte{}
	for name, want := range c.Manifest.Files {
		data, err := decompress(dir, name+".gz")
		if err != nil {
			return nil, err
		}
		if got := fingerprint(data); got != want {
			return nil, fmt.Errorf("%s: fingerprint %s, the manifest says %s", name, got, want)
		}
		files[name] = data
	}
	if c.Units, err = decodeUnits(files[unitsFile]); err != nil {
		return nil, err
	}
	if c.Indicators, err = decodeIndicators(files[indicatorsFile]); err != nil {
		return nil, err
	}
	if err := c.Outlines.decode(files[outlinesFile], len(c.Units)); err != nil {
		return nil, fmt.Errorf("%s: %w", outlinesFile, err)
	}
	themes := []string{needTheme}
	for _, ind := range c.Indicators {
		themes = append(themes, ind.Theme)
	}
	slices.Sort(themes)
	for _, theme := range slices.Compact(themes) {
		if c.Tables[theme], err = decodeTable(files[tableFile(theme)], len(c.Units)); err != nil {
			return nil, fmt.Errorf("%s: %w", tableFile(theme), err)
		}
	}
	return c, nil
}

func fingerprint(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// overall is the fingerprint of a set of files: of the lines "sha256  name", by name.
func overall(files map[string]string) string {
	var lines strings.Builder
	for _, name := range sortedKeys(files) {
		fmt.Fprintf(&lines, "%s  %s\n", files[name], name)
	}
	return fingerprint([]byte(lines.String()))
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func compress(data []byte) ([]byte, error) {
	var buf bytes.Buffer
	w, err := gzip.NewWriterLevel(&buf, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return buf.Bytes(), nil
}

func decompress(dir fs.FS, name string) ([]byte, error) {
	f, err := dir.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

var unitColumns = []string{"code", "kind", "parent", "name_ar", "name_fr", "name_en", "code_2014", "municipality", "area_km2"}

func encodeUnits(units []Unit) []byte {
	rows := [][]string{unitColumns}
	for _, u := range units {
		rows = append(rows, []string{u.Code, string(u.Kind), u.Parent, u.Name.Ar, u.Name.Fr, u.Name.En,
			u.Code2014, strconv.FormatBool(u.Municipality), strconv.FormatFloat(u.Area, 'f', 4, 64)})
	}
	return encodeCSV(rows)
}

func decodeUnits(data []byte) ([]Unit, error) {
	rows, err := decodeCSV(unitsFile, data, unitColumns)
	if err != nil {
		return nil, err
	}
	units := make([]Unit, len(rows))
	for i, r := range rows {
		u := Unit{Code: r[0], Kind: Kind(r[1]), Parent: r[2], Code2014: r[6]}
		u.Name.Ar, u.Name.Fr, u.Name.En = r[3], r[4], r[5]
		if u.Municipality, err = strconv.ParseBool(r[7]); err != nil {
			return nil, fmt.Errorf("%s: unit %s: %w", unitsFile, u.Code, err)
		}
		if u.Area, err = strconv.ParseFloat(r[8], 64); err != nil {
			return nil, fmt.Errorf("%s: unit %s: %w", unitsFile, u.Code, err)
		}
		units[i] = u
	}
	return units, nil
}

func encodeCSV(rows [][]string) []byte {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	w.WriteAll(rows) // a bytes.Buffer takes every write
	return buf.Bytes()
}

// decodeCSV returns the rows below a header that must name exactly the columns.
func decodeCSV(name string, data []byte, columns []string) ([][]string, error) {
	rows, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) == 0 || !slices.Equal(rows[0], columns) {
		return nil, fmt.Errorf("%s: its columns are not %v", name, columns)
	}
	return rows[1:], nil
}
