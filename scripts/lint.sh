#!/usr/bin/env bash
# Everything that can be judged without running the program. Each check prints
# what is wrong; the script fails at the end if any did, so that one run shows all.
set -uo pipefail
cd "$(dirname "$0")/.."

failed=0
check() { # NAME COMMAND...: run a command that is silent when all is well
	local name=$1
	shift
	if "$@"; then echo "ok    $name"; else echo "FAIL  $name"; failed=1; fi
}

formatted() {
	local bad
	bad=$(git ls-files -z '*.go' ':!*_templ.go' | xargs -0 gofmt -l)
	[ -z "$bad" ] || { echo "not formatted, run gofmt -w:"; echo "$bad"; return 1; }
}

# Generated files are committed, so that the program builds without tools; they
# must be what the generator makes of their sources today.
generated() {
	go tool templ generate >/dev/null 2>&1 || { go tool templ generate; return 1; }
	git diff --exit-code --stat -- '*_templ.go' || { echo "stale: run make generate and commit"; return 1; }
	local new
	new=$(git ls-files --others --exclude-standard -- '*_templ.go')
	[ -z "$new" ] || { echo "not committed:"; echo "$new"; return 1; }
}

# Known vulnerabilities in what we use. Without a way to the database it says so
# and passes: a machine without network must still be able to lint.
vulnerabilities() {
	local out status
	out=$(timeout 300 go tool govulncheck ./... 2>&1)
	status=$?
	case $status in
	0) return 0 ;;
	3) echo "$out"; return 1 ;;
	esac
	if grep -qiE 'vuln\.go\.dev|fetching vulnerabilities|dial tcp|no such host|forbidden|proxyconnect|timeout' <<<"$out" || [ $status -eq 124 ]; then
		echo "note: govulncheck did not run: its database cannot be reached from here"
		return 0
	fi
	echo "$out"
	return 1
}

check gofmt formatted
check generate generated
check vet go vet ./...
check staticcheck go tool staticcheck ./...
check modules go mod verify
check govulncheck vulnerabilities
exit $failed
