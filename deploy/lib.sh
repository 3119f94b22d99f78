# Functions and places that the scripts of this directory share. Sourced, not run.
# shellcheck shell=bash

# shellcheck disable=SC2034
checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
# State stands in the checkout unless FARM_STATE names another directory (tests use one of their own).
state=$(realpath -m -- "${FARM_STATE:-$checkout/.farm}")
configuration=${FARM_BUILD:-release}
started=$SECONDS

# The farm's own database is meant, whatever the caller's psql is set to.
# shellcheck disable=SC2086
unset ${!PG@}

say() { printf '%4ds  %s\n' $((SECONDS - started)) "$*"; }

fail() {
    printf '%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}

need_toolchain() {
    command -v swift >/dev/null || fail "no Swift toolchain on PATH; Swift 6.2 or newer is had from https://www.swift.org/install/"
}

# Root without a Nix daemon needs no build users. `export_nix_settings offline` also leaves out the binary caches: where none is in
# reach, each look-up would wait for its time-out. Whatever the caller has set stands.
export_nix_settings() {
    [[ -z ${NIX_CONFIG:-} ]] || return 0
    local settings=''
    if [[ $(id -u) == 0 && ! -S /nix/var/nix/daemon-socket/socket ]]; then settings=$'build-users-group =\nsandbox = false\n'; fi
    if [[ ${1:-} == offline ]]; then settings+=$'substituters =\n'; fi
    export NIX_CONFIG=$settings
}

bin_path() { (cd "$checkout" && swift build -c "$configuration" --show-bin-path); }

# start_process FILE LOG COMMAND...: a process in a session of its own, its id in FILE, its output at the end of LOG.
# FARM_PROCESS marks it as the one of that file.
start_process() {
    local file=$1 log=$2
    shift 2
    FARM_PROCESS=$file setsid -- "$@" </dev/null >>"$log" 2>&1 &
    local pid=$!
    echo "$pid" >"$file"
    # The mark is there from the moment that the command itself runs.
    # shellcheck disable=SC2317
    marked_or_ended() { is_running "$file" || ! kill -0 "$pid"; }
    wait_for 10 marked_or_ended
}

# Whether the process of a pid file runs. After a restart of the machine its number may be somebody else's; the mark tells.
is_running() { [[ -s $1 ]] && grep -qzxF "FARM_PROCESS=$1" "/proc/$(<"$1")/environ" 2>/dev/null; }

# Ends the processes of pid files: TERM to all, up to 20 s for each to finish, then KILL.
stop_processes() {
    local file pid
    for file in "$@"; do
        ! is_running "$file" || kill -TERM "$(<"$file")" 2>/dev/null || true
    done
    for file in "$@"; do
        if is_running "$file"; then
            pid=$(<"$file")
            timeout 20 tail -s 0.1 --pid="$pid" -f /dev/null || { kill -KILL "$pid" 2>/dev/null && tail -s 0.1 --pid="$pid" -f /dev/null; } || true
        fi
        rm -f "$file"
    done
}

# wait_for SECONDS COMMAND...: asks until the command succeeds, or fails when the time is up.
wait_for() {
    local limit=$((SECONDS + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        ((SECONDS < limit)) || return 1
        read -rt 0.1 <> <(:) || true
    done
}

# wait_ready SECONDS FILE COMMAND...: the same, but gives up at once when the process of the pid file has ended.
wait_ready() {
    local limit=$1 file=$2
    shift 2
    # shellcheck disable=SC2317
    ready_or_ended() { "$@" || ! is_running "$file"; }
    wait_for "$limit" ready_or_ended "$@" && is_running "$file"
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
