# shellcheck shell=bash
# The Debian packages that each purpose needs, so that nobody installs more than that.

# shellcheck disable=SC2034 # scripts/setup and others use them
readonly BUILD_PACKAGES=(
    libcurl4-openssl-dev libpq-dev libssl-dev zlib1g-dev # what the two programs link
)
# shellcheck disable=SC2034
readonly RUN_PACKAGES=(
    postgresql           # the server for tests and sync-local
    python3 python3-venv # the SQS servers
    util-linux           # setsid
)
# shellcheck disable=SC2034
readonly TEST_PACKAGES=(
    chromium chromium-driver # the browser that operates the web page in a test
    pgbouncer                # the pooler that tests put before the server
    tinyproxy-bin            # the proxy that requests go through in a test
    curl procps shellcheck
)
# shellcheck disable=SC2034
readonly IMAGE_PACKAGES=(debootstrap) # infra/checks/check-image
# shellcheck disable=SC2034
readonly BENCH_PACKAGES=(g++ libsimdjson-dev) # the JSON parser that ours is measured beside

# as_root COMMAND...: runs a command as root, through sudo when this is someone else.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || (: </dev/tty) 2>/dev/null; }; then
        sudo "$@"
    else
        die "this needs root, and sudo does not work here without a terminal. As root, run: $*"
    fi
}

# missing_packages PACKAGE...: prints those that are not installed.
missing_packages() {
    local installed package
    installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
    for package in "$@"; do
        grep -qx "installed $package" <<<"$installed" || printf '%s\n' "$package"
    done
}

# has_apt: whether packages can be installed here.
has_apt() {
    command -v apt-get >/dev/null && command -v dpkg-query >/dev/null
}

# install_packages PACKAGE...: installs those that are missing.
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    step "installing Debian packages: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    local -r options=(-o Acquire::Retries=3 -o DPkg::Lock::Timeout=120 -o Dpkg::Use-Pty=0)
    as_root apt-get "${options[@]}" -qq update
    without_servers as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get "${options[@]}" -qq install -y --no-install-recommends "${missing[@]}" </dev/null >&2
}

# without_servers COMMAND...: runs a command that installs packages, and no package starts a server: tests start their own, and nobody
# asked for PostgreSQL on port 5432 or PgBouncer on port 6432.
without_servers() {
    local -r setting=/etc/postgresql-common/createcluster.d/user-sync-setup.conf policy=/usr/sbin/policy-rc.d
    local status=0 has_policy=
    [[ ! -e $policy ]] || has_policy=1 # the machine's own, as in a container
    as_root mkdir -p "${setting%/*}"
    printf 'create_main_cluster = false\n' | as_root tee "$setting" >/dev/null
    if [[ -z $has_policy ]]; then
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    "$@" || status=$?
    [[ -n $has_policy ]] || as_root rm -f "$policy"
    as_root rm -f "$setting"
    return "$status"
}

# check_without_apt PURPOSE: on a system that is not Debian's, says what is missing. Installing it is up to its owner.
check_without_apt() {
    local missing=() tools=() tool library
    [[ $1 == build ]] || tools+=(python3 setsid)
    [[ $1 != test ]] || tools+=(chromedriver curl pgbouncer shellcheck tinyproxy)
    for tool in "${tools[@]}"; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    if [[ $1 != build ]]; then
        compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null || missing+=("a PostgreSQL server")
    fi
    for library in libcurl libpq openssl zlib; do
        pkg-config --exists "$library" 2>/dev/null || missing+=("$library with its headers")
    done
    ((${#missing[@]} == 0)) || die "there is no apt-get here; please install: $(printf '%s; ' "${missing[@]}")then run this again"
}
