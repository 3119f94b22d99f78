# Functions and places that the scripts of this directory share. Sourced, not run.
# shellcheck shell=bash

# shellcheck disable=SC2034
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# State stands in the checkout unless FARM_STATE names another directory (tests use one of their own).
state=${FARM_STATE:-$checkout/.farm}
configuration=${FARM_BUILD:-release}
started=$SECONDS

say() { printf '%4ds  %s\n' $((SECONDS - started)) "$*"; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

need_toolchain() {
    command -v swift >/dev/null || fail "no Swift toolchain on PATH; Swift 6.2 or newer is had from https://www.swift.org/install/"
}

# Root without build users and without a binary cache, unless the caller has set Nix up otherwise.
export_nix_settings() {
    if [[ $(id -u) == 0 && -z ${NIX_CONFIG:-} && ! -S /nix/var/nix/daemon-socket/socket ]]; then
        export NIX_CONFIG=$'build-users-group =\nsandbox = false'
        # Without a binary cache in reach each look-up would wait for its time-out.
        [[ -n ${NIXERY_CHANNEL:-} ]] || NIX_CONFIG+=$'\nsubstituters ='
    fi
}

bin_path() { (cd "$checkout" && swift build -c "$configuration" --show-bin-path); }

# Whether the process of a pid file runs.
is_running() { [[ -s $1 ]] && kill -0 "$(<"$1")" 2>/dev/null; }

# Ends the process of a pid file: TERM, up to 20 s for it to finish, then KILL.
stop_process() {
    local file=$1 pid
    is_running "$file" || { rm -f "$file"; return 0; }
    pid=$(<"$file")
    kill -TERM "$pid"
    timeout 20 tail --pid="$pid" -f /dev/null || kill -KILL "$pid" 2>/dev/null || true
    rm -f "$file"
}

# Waits until a command succeeds; gives up after SECONDS.
wait_for() {
    local limit=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < limit)) || return 1
        read -rt 0.1 <> <(:) || true
    done
}

postgres_bin() {
    local bin
    for bin in /usr/lib/postgresql/*/bin; do
        [[ -x $bin/initdb ]] && printf '%s\n' "$bin" && return
    done
    fail "no PostgreSQL server below /usr/lib/postgresql; run deploy/install"
}

# Root gives PostgreSQL to an unprivileged user; anybody else runs it.
as_postgres() {
    if [[ $(id -u) == 0 ]]; then (cd / && setpriv --reuid postgres --regid postgres --clear-groups -- "$@"); else "$@"; fi
}

database_url() { printf 'postgresql:///farm?host=%s&user=farm' "$(readlink -f "$state/postgres")"; }
