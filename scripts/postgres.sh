#!/usr/bin/env bash
# A PostgreSQL of one's own, for tests and for development.
#
#   scripts/postgres.sh start     start one that stays (or find it running) and print the export line
#   scripts/postgres.sh stop      stop that one and remove its files
#   scripts/postgres.sh run CMD…  run CMD beside a throw-away one
#
# Every cluster listens on 127.0.0.1 with a free port, trusts local users, lives
# in a directory of its own and never switches off fsync, full_page_writes or
# synchronous_commit. KONTOR_PG_BIN names the directory of the server programs
# where they are not found by themselves. test.sh uses the functions below.
set -euo pipefail

PG_LEAST=15

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 2; }

is_root() { [ "$(id -u)" = 0 ]; }

# as_root runs a command as root, when that needs no password.
as_root() { if is_root; then "$@"; else sudo -n "$@"; fi; }
may_root() { is_root || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }; }

# apt_install installs packages where this user may; it fails silently elsewhere.
apt_install() {
  command -v apt-get >/dev/null && may_root || return 1
  say "installing by apt-get: $*"
  local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@")
  as_root "${install[@]}" >&2 2>/dev/null && return 0
  as_root apt-get update -qq >&2 && as_root "${install[@]}" >&2
}

# pg_version prints the major version of the server programs in directory $1.
pg_version() {
  local p
  for p in initdb pg_ctl postgres; do [ -x "$1/$p" ] || return 1; done
  "$1/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/'
}

# pg_find prints the directory of the newest usable server programs. A link in
# PATH is followed, since initdb wants its share files beside it.
pg_find() {
  local d v best='' newest=0 inpath=''
  if [ -n "${KONTOR_PG_BIN:-}" ]; then
    printf '%s\n' "$KONTOR_PG_BIN"
    return
  fi
  inpath=$(command -v initdb) && inpath=$(dirname "$(readlink -f "$inpath")")
  for d in ${PG_PLACES-/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/local/pgsql/bin /opt/homebrew/opt/postgresql*/bin} $inpath; do
    v=$(pg_version "$d") || continue
    if [ "$v" -ge $PG_LEAST ] && [ "$v" -gt "$newest" ]; then best=$d newest=$v; fi
  done
  [ -n "$best" ] && printf '%s\n' "$best"
}

# pg_need sets PG_BIN and PG_USER, installing the server where that is possible.
pg_need() {
  local lacking="PostgreSQL $PG_LEAST or newer is missing: install the server package (Debian, Ubuntu: apt-get install postgresql) and run this again"
  if ! PG_BIN=$(pg_find); then
    apt_install postgresql || die "$lacking"
    PG_BIN=$(pg_find) || die "$lacking"
  fi
  PG_USER=$(id -un)
  if is_root; then # PostgreSQL refuses to run as root
    PG_USER=postgres
    id -u "$PG_USER" >/dev/null 2>&1 || PG_USER=nobody
  fi
}

# pg_as runs a command as the user that owns the cluster.
pg_as() (
  cd /
  if ! is_root; then
    "$@"
  elif command -v runuser >/dev/null; then
    runuser -u "$PG_USER" -- "$@"
  else
    su -s /bin/bash "$PG_USER" -c "$(printf '%q ' "$@")"
  fi
)

# pg_dir prints a new directory that the cluster's user can reach and that is
# short enough for a socket's name.
pg_dir() {
  local dir
  dir=$(mktemp -d "${TMPDIR:-/tmp}/kontor-pg.XXXXXX")
  if is_root; then chown "$PG_USER" "$dir"; fi
  if [ ${#dir} -gt 80 ] || ! pg_as test -w "$dir" 2>/dev/null; then
    rmdir "$dir"
    dir=$(mktemp -d /tmp/kontor-pg.XXXXXX)
    if is_root; then chown "$PG_USER" "$dir"; fi
  fi
  printf '%s\n' "$dir"
}

pg_free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000)) # below the ports that the kernel hands out
    (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%s\n' "$port"
}

# pg_init makes a cluster with the empty database kontor_test in directory $1.
pg_init() {
  pg_as "$PG_BIN/initdb" -D "$1/data" -U postgres -A trust -E UTF8 --locale=C >"$1/log" 2>&1 ||
    { cat "$1/log" >&2; die "initdb failed"; }
  pg_as tee -a "$1/data/postgresql.conf" >/dev/null <<CONF
listen_addresses = '127.0.0.1'
unix_socket_directories = '$1'
max_connections = 200
max_locks_per_transaction = 256
timezone = 'UTC'
fsync = on
full_page_writes = on
synchronous_commit = on
CONF
  echo 'CREATE DATABASE kontor_test' |
    pg_as "$PG_BIN/postgres" --single -D "$1/data" postgres >>"$1/log" 2>&1 ||
    { cat "$1/log" >&2; die "CREATE DATABASE failed"; }
}

# pg_start starts the cluster in directory $1 and sets PG_URL.
pg_start() {
  local port try
  for try in 1 2 3 4 5; do
    port=$(pg_free_port)
    if pg_as "$PG_BIN/pg_ctl" start -s -w -t 60 -D "$1/data" -l "$1/data/server.log" -o "-p $port" \
      </dev/null >/dev/null 2>&1; then
      PG_URL="postgres://postgres@127.0.0.1:$port/kontor_test?sslmode=disable"
      return
    fi
  done
  tail -n 20 "$1/data/server.log" >&2 || true
  die "PostgreSQL did not start ($try tries)"
}

# pg_stop stops the cluster in directory $1 and removes it.
pg_stop() {
  if [ -f "$1/data/postmaster.pid" ]; then
    pg_as "$PG_BIN/pg_ctl" stop -s -w -m immediate -D "$1/data" >/dev/null 2>&1 || true
  fi
  rm -rf "$1"
}

# pg_throwaway starts a cluster that ends with this script, and exports its address.
pg_throwaway() {
  pg_need
  PG_DIR=$(pg_dir)
  trap 'pg_stop "$PG_DIR"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  pg_init "$PG_DIR"
  pg_start "$PG_DIR"
  export KONTOR_TEST_POSTGRES=$PG_URL
}

main() {
  local home=/tmp/kontor-postgres-$(id -u) port
  case ${1:-} in
  start)
    pg_need
    if [ -f "$home/data/postmaster.pid" ] && pg_as "$PG_BIN/pg_ctl" status -D "$home/data" >/dev/null 2>&1; then
      port=$(sed -n 4p "$home/data/postmaster.pid")
      PG_URL="postgres://postgres@127.0.0.1:$port/kontor_test?sslmode=disable"
    else
      if [ ! -d "$home/data/base" ]; then
        rm -rf "$home"
        mkdir -m 700 "$home"
        if is_root; then chown "$PG_USER" "$home"; fi
        pg_init "$home"
      fi
      pg_start "$home"
    fi
    say "PostgreSQL runs in $home; scripts/postgres.sh stop ends it"
    printf "export KONTOR_TEST_POSTGRES='%s'\n" "$PG_URL"
    ;;
  stop)
    if [ -d "$home" ]; then
      pg_need
      pg_stop "$home"
    fi
    ;;
  run)
    shift
    [ $# -gt 0 ] || die "run what?"
    pg_throwaway
    "$@"
    ;;
  *)
    sed -n '2,12s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
    exit 2
    ;;
  esac
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then main "$@"; fi
