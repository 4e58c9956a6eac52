#!/usr/bin/env bash
# Installs what the tests start but do not bring along, PostgreSQL and Chromium,
# from the distribution's packages. It asks for nothing: without the right to
# install it says what is missing, and the tests that need it are skipped (or
# fail where CI=true).
set -euo pipefail

missing=()
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=(postgresql)
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
	if ! sudo -n true 2>/dev/null; then
		echo "not installed: ${missing[*]}; the tests that need them are skipped" >&2
		exit 0
	fi
	as_root=(sudo -n)
fi
if ! command -v apt-get >/dev/null; then
	echo "not installed: ${missing[*]}; install them with your system's packages" >&2
	exit 0
fi

echo "installing ${missing[*]} for the tests" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The server's package must not start a server of its own: the tests make theirs.
policy=/etc/postgresql-common/createcluster.conf
install_packages() {
	"${as_root[@]}" apt-get update -qq
	if [[ " ${missing[*]} " == *" postgresql "* && ! -e $policy ]]; then
		"${as_root[@]}" mkdir -p "${policy%/*}"
		echo 'create_main_cluster = false' | "${as_root[@]}" tee "$policy" >/dev/null
	fi
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		-o Dpkg::Options::=--force-confold "${missing[@]}"
}
if ! install_packages >"$log" 2>&1; then
	cat "$log" >&2
	exit 1
fi
