# shellcheck shell=bash
# What every script here starts with: strict mode, the package's root, messages, and a clock.

set -euo pipefail
shopt -s inherit_errexit
# Numbers, messages and orders do not depend on the caller's language.
export LC_ALL=C.UTF-8

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
readonly ROOT
# shellcheck disable=SC2034 # for the scripts that source this
readonly TOOLS=$ROOT/.build-tools

# say TEXT...: a line for the person who watches.
say() {
    printf '%s\n' "$*" >&2
}

# step TEXT...: says what comes next.
step() {
    printf '==> %s\n' "$*" >&2
}

# die TEXT...: says why this cannot go on, and ends the script.
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# milliseconds: time since some fixed moment.
milliseconds() {
    local now=${EPOCHREALTIME/[.,]/}
    printf '%s\n' "$((now / 1000))"
}

# free_port: prints a TCP port that nobody listens on, below the range that connections take theirs from.
free_port() {
    local port
    for _ in {1..200}; do
        port=$((20000 + RANDOM % 12000))
        if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
            printf '%s\n' "$port"
            return
        fi
    done
    die "found no free TCP port between 20000 and 32000"
}

# wait_until SECONDS WHAT COMMAND...: runs the command until it succeeds; ends the script when it does not in time.
wait_until() {
    local limit=$1 what=$2 deadline
    shift 2
    deadline=$(($(milliseconds) + limit * 1000))
    until "$@"; do
        (($(milliseconds) < deadline)) || die "not within $limit s: $what"
        sleep 0.1
    done
}
