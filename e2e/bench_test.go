package e2e

import (
	"compress/gzip"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// BenchmarkStart starts the program on the demonstration's database until it says
// that it is ready, and reads how much memory it holds after a first page. The aims: under 0.5 s and 100 MB.
func BenchmarkStart(b *testing.B) {
	for _, engine := range engines {
		b.Run(string(engine), func(b *testing.B) {
			s := startServer(b, "demo", engine)
			s.Stop()
			b.Run("existing", func(b *testing.B) {
				var took time.Duration
				for range b.N {
					began := time.Now()
					s.Start()
					took += time.Since(began)
					b.StopTimer()
					if status, _ := get(b, s.URL+"/ar/p/marrakech"); status != http.StatusOK {
						b.Fatalf("the first page answers %d", status)
					}
					b.ReportMetric(s.resident(), "MB-resident")
					s.Stop()
					b.StartTimer()
				}
				b.ReportMetric(took.Seconds()/float64(b.N)*1000, "ms-ready")
			})
		})
	}
}

// BenchmarkFirstVisit weighs what a first visit to the programme's page fetches,
// compressed and without its fonts. The aim: under 60 KB.
func BenchmarkFirstVisit(b *testing.B) {
	s := startServer(b, "demo", engines[0])
	for _, path := range []string{"/ar/p/marrakech", "/fr/p/marrakech/consultation/proposals"} {
		b.Run(strings.ReplaceAll(strings.Trim(path, "/"), "/", "-"), func(b *testing.B) {
			var bytes, requests int
			for b.Loop() {
				bytes, requests = firstVisit(b, s.URL, path)
			}
			b.ReportMetric(float64(bytes)/1024, "KB")
			b.ReportMetric(float64(requests), "requests")
		})
	}
}

var fetched = regexp.MustCompile(`<(?:link[^>]* rel="(?:stylesheet|icon|preload|manifest)"[^>]* href|script[^>]* src|img[^>]* src)="([^"]+)"|` +
	`<link[^>]* href="([^"]+)"[^>]* rel="(?:stylesheet|icon|preload|manifest)"`)

// firstVisit fetches a page and what it names, as a browser with an empty store
// does, and counts the bytes that come over the line, fonts apart.
func firstVisit(b *testing.B, site, path string) (bytes, requests int) {
	b.Helper()
	weight, page := weigh(b, site+path)
	bytes, requests = weight, 1
	seen := map[string]bool{}
	for _, found := range fetched.FindAllStringSubmatch(page, -1) {
		address := found[1] + found[2]
		if seen[address] || strings.HasSuffix(address, ".woff2") {
			continue
		}
		seen[address] = true
		if !strings.HasPrefix(address, "/") {
			b.Fatalf("%s fetches %s", path, address)
		}
		weight, _ := weigh(b, site+address)
		bytes += weight
		requests++
	}
	return bytes, requests
}

// weigh fetches an address and returns how many bytes its body has on the line, and the body.
func weigh(b *testing.B, url string) (bytes int, body string) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Accept-Encoding", "gzip")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	line := &counter{r: answer.Body}
	var plain io.Reader = line
	if answer.Header.Get("Content-Encoding") == "gzip" {
		if plain, err = gzip.NewReader(line); err != nil {
			b.Fatal(err)
		}
	}
	text, err := io.ReadAll(plain)
	if err != nil || answer.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d, %v", url, answer.StatusCode, err)
	}
	return line.n, string(text)
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (n int, err error) {
	n, err = c.r.Read(p)
	c.n += n
	return n, err
}

var residentLine = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// resident is the memory the process holds, in megabytes; 0 where the system does not say.
func (s *server) resident() float64 {
	status, err := os.ReadFile("/proc/" + strconv.Itoa(s.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0
	}
	found := residentLine.FindSubmatch(status)
	if found == nil {
		return 0
	}
	kb, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		return 0
	}
	return kb * 1024 / 1e6
}
