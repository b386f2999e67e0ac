# shellcheck shell=bash
# The legacy API: a simulator with the real one's faults (junk between arrays, damaged records, repeated users, 500s and 429s).

# start_simulator: starts it with DATA_OPTIONS, PACE and CUTS, and exports what the orchestrator needs to reach it.
start_simulator() {
    local -r port_file=$STACK/simulator.port
    LEGACY_API_KEY=$(head -c 18 /dev/urandom | base64 | tr '+/' '-_')
    export LEGACY_API_KEY
    start_process simulator "$BIN/legacy-simulator" serve --port-file "$port_file" "${DATA_OPTIONS[@]}" \
        --interval-ms "$PACE" --cut-first "$CUTS"
    wait_until 30 "the simulator listens" simulator_listens "$port_file"
    export LEGACY_API_URL
    LEGACY_API_URL=http://127.0.0.1:$(<"$port_file")/external/users
}

# simulator_listens PORT_FILE
simulator_listens() {
    check_running simulator
    [[ -s $1 ]]
}
