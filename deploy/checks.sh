# What the end-to-end checks share: the farm's state in a temporary directory, a private Docker daemon, a way to count, tools. Sourced, after
# `usage` was defined; reads the script's own options.
# shellcheck shell=bash

keep=false only=''
while (($#)); do
    case $1 in
        --keep) keep=true ;;
        --only) only=${2:?--only takes a text}; shift ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    shift
done

FARM_STATE=$(mktemp -d /var/tmp/nixery-end-to-end-XXXXXX)
export FARM_STATE FARM_BUILD=${FARM_BUILD:-debug} DOCKER_CONFIG=$FARM_STATE/docker-client
. "$(dirname "$0")/lib.sh"
deploy=$checkout/deploy
passed=0 failed=0

finish() {
    if $keep && ((failed)); then
        "$deploy/down" >/dev/null
        "$deploy/docker" stop
        echo "the state is left in $state"
    else
        "$deploy/down" --purge >/dev/null || true
        rm -rf "$state"
    fi
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# check NAME COMMAND...: runs the command, stopping at its first failure, and counts.
check() {
    local name=$1 begin=$SECONDS
    shift
    [[ $name == *"$only"* ]] || return 0
    (
        set -euxo pipefail
        "$@"
    ) </dev/null >"$state/log/check.log" 2>&1 &
    if wait $!; then
        printf 'ok      %s (%d s)\n' "$name" $((SECONDS - begin))
        passed=$((passed + 1))
    else
        printf 'FAILED  %s (%d s)\n' "$name" $((SECONDS - begin))
        tail -25 "$state/log/check.log" | sed 's/^/        /'
        failed=$((failed + 1))
    fi
}

# report: the last line, and the script's status.
report() {
    printf '\n%d passed, %d failed\n' "$passed" "$failed"
    ((failed == 0))
}

sql() { "$(postgres_bin)/psql" -qAtX "$(database_url)" -c "$1"; }
jobs_made() { sql "SELECT count(*) FROM farm.jobs"; }
pull() { timeout 300 docker pull "$registry/$1"; }
# run IMAGE COMMAND...: in a container without a network.
run() {
    local image=$1
    shift
    timeout 120 docker run --rm --network none "$registry/$image" "$@"
}
inspect() { timeout 300 skopeo inspect --tls-verify=false "docker://${2:-$registry}/$1"; }
digest() { inspect "$@" | jq -er .Digest; }
equal() { [[ $1 == "$2" ]] || { echo "'$1' is not '$2'"; return 1; }; }
contains() { [[ $1 == *"$2"* ]] || { echo "'$2' is not in: $1"; return 1; }; }
ended() { [[ ! -e /proc/$1 ]] || grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }
up() { "$deploy/up" --detach --port "$port" "$@"; }
two_free_ports() {
    python3 - <<'PYTHON'
import socket
while True:
    with socket.socket() as first, socket.socket() as second:
        first.bind(("127.0.0.1", 0))
        port = first.getsockname()[1]
        try:
            second.bind(("127.0.0.1", port + 1))
        except (OSError, OverflowError):
            continue
        print(port)
        break
PYTHON
}
# under_load COMMAND...: meanwhile three clients ask for an image without a pause, and none is refused.
under_load() {
    local asking=() client
    touch "$state/run/under-load"
    for client in 1 2 3; do
        while [[ -e $state/run/under-load ]]; do
            curl -sSf --noproxy '*' -o /dev/null "http://$registry/v2/shell/git/manifests/latest"
            echo pull >>"$state/log/load-$client.log"
        done &
        asking+=($!)
    done
    "$@"
    rm "$state/run/under-load"
    for client in "${asking[@]}"; do wait "$client"; done
    cat "$state"/log/load-*.log | wc -l
}
outbox_is_empty() { [[ $(sql 'SELECT count(*) FROM farm.outbox') == 0 ]]; }

# --- A farm to check --------------------------------------------------------------------------------------------------------------------

need_toolchain
"$deploy/install"
mkdir -p "$state"/{run,log,set}
export_nix_settings offline
# The demo set's packages for another machine are only unpacked, which needs no such machine.
NIX_CONFIG+=$'extra-platforms = aarch64-linux\n'
demo=${FARM_DEMO_SET:-$checkout/.farm/demo-packages}
say "making the demo package set"
"$deploy/demo-packages/fetch" --into "$demo" >/dev/null

# The demo set as a Git repository.
cp -rL "$demo" "$state/repository"
(
    cd "$state/repository"
    rm -rf .git
    git init -q -b main
    git add -A
    git -c user.name=test -c user.email=test@localhost commit -qm 'The demo packages'
)

port=$(two_free_ports)
registry=127.0.0.1:$port
say "starting a Docker daemon"
DOCKER_HOST=$("$deploy/docker" start)
export DOCKER_HOST
