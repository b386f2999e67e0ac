# shellcheck shell=bash
# The stack's PostgreSQL server: on a free port of 127.0.0.1, behind a password, in the stack's folder.

# postgres_program NAME: prints the path of a PostgreSQL program, of the newest version where there are several.
postgres_program() {
    local found
    found=$(compgen -G "/usr/lib/postgresql/*/bin/$1" | sort -V | tail -n 1) || true
    [[ -n $found ]] || found=$(command -v "$1") || die "no PostgreSQL program $1: run scripts/setup"
    printf '%s\n' "$found"
}

# start_postgres: makes and starts the server, and exports what libpq and our programs need to reach it.
start_postgres() {
    local -r folder=$STACK/postgres
    local as_server=(env -C "$folder") password
    mkdir "$folder"
    password=$(head -c 18 /dev/urandom | base64 | tr '+/' '-_')
    (umask 077 && printf '%s\n' "$password" >"$folder/password")
    if ((EUID == 0)); then
        # PostgreSQL refuses to run as root.
        local account=postgres
        id "$account" &>/dev/null || account=nobody
        as_server=(setpriv "--reuid=$(id -u "$account")" "--regid=$(id -g "$account")" --clear-groups -- "${as_server[@]}")
        chown -R "$account" "$folder"
    fi
    "${as_server[@]}" "$(postgres_program initdb)" -D data -U user_sync --auth-local=scram-sha-256 --auth-host=scram-sha-256 \
        --pwfile=password --encoding=UTF8 --locale=C.UTF-8 --no-sync >"$STACK/initdb.log" 2>&1 ||
        { cat "$STACK/initdb.log" >&2 && die "initdb failed, see above"; }
    rm -f "$folder/password"
    PGPORT=$(free_port)
    start_process postgres "${as_server[@]}" "$(postgres_program postgres)" -D data \
        -c listen_addresses=127.0.0.1 -c port="$PGPORT" -c unix_socket_directories="$folder" -c unix_socket_permissions=0700 \
        -c max_connections=200 -c shared_buffers=128MB
    export PGPORT PGHOST=127.0.0.1 PGUSER=user_sync PGPASSWORD=$password PGDATABASE=postgres
    wait_until 60 "PostgreSQL accepts connections" postgres_accepts
    sql 'CREATE DATABASE user_sync'
    export PGDATABASE=user_sync DATABASE_URL=postgresql://user_sync:$password@127.0.0.1:$PGPORT/user_sync
}

# postgres_accepts: whether the server takes connections.
postgres_accepts() {
    check_running postgres
    "$(postgres_program pg_isready)" -q
}

# sql STATEMENT...: runs SQL with psql and prints its rows, one a line, fields split by tabs.
sql() {
    local statement options=()
    for statement in "$@"; do options+=(-c "$statement"); done
    PGTZ=UTC PGCLIENTENCODING=UTF8 PGOPTIONS='-c client_min_messages=warning' \
        psql -X -q -A -t -F $'\t' -v ON_ERROR_STOP=1 "${options[@]}"
}
