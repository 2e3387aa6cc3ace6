#!/usr/bin/env bash
# Everything that must hold before a change is taken: format, vet, all tests on
# SQLite and on a throw-away PostgreSQL, and the race detector on a few packages.
# What is missing is installed by apt-get where this user may; elsewhere one
# sentence says what to install. Nothing is skipped.
#
#   scripts/test.sh         all of it
#   scripts/test.sh lint    format and vet only
#
# RACE_PKGS adds packages to the race detector's list. With KONTOR_TEST_POSTGRES
# set, that server is used and none is started.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source scripts/postgres.sh

race=(./internal/tools/db/...)

step() { say "== $*"; }

lint() {
  step gofmt
  local files
  files=$("$(go env GOROOT)/bin/gofmt" -l .)
  if [ -n "$files" ]; then
    say "not formatted, run gofmt -w on:"
    say "$files"
    exit 1
  fi
  step go vet
  go vet ./...
  go vet -tags screenshots ./internal/doors/web
}

command -v go >/dev/null || PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || die "Go is missing: install it from https://go.dev/dl/ and run this again"

lint
if [ "${1:-}" = lint ]; then exit; fi

# The race detector needs a C compiler.
command -v "$(go env CC)" >/dev/null || apt_install gcc libc6-dev ||
  die "a C compiler is missing, which go test -race needs: install gcc and libc6-dev and run this again"

# The transcript in docs/ is played with curl.
command -v curl >/dev/null || apt_install curl ||
  die "curl is missing, which the transcript's test plays with: install curl and run this again"

# The pages are tested in a real browser.
command -v chromium >/dev/null || command -v google-chrome >/dev/null || apt_install chromium ||
  die "Chromium is missing, in which the pages are tested: install chromium and run this again"

if [ -z "${KONTOR_TEST_POSTGRES:-}" ]; then
  step "start PostgreSQL"
  pg_throwaway
fi
step go test
go test -timeout 14m ./...
step "go test -race"
# shellcheck disable=SC2086 # a list of packages
CGO_ENABLED=1 go test -race -timeout 14m "${race[@]}" ${RACE_PKGS:-}
