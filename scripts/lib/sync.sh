# shellcheck shell=bash
# One sync: workers, the orchestrator, and how much memory each took.
# shellcheck disable=SC2034 # the report reads what is set here

# What the latest sync left: the orchestrator's exit status, its memory in kB, and a line for each worker that went wrong.
SYNC_STATUS=
ORCHESTRATOR_PEAK=
declare -A WORKER_PEAKS=()
WORKER_FAULTS=()

# start_workers: starts WORKERS of them.
start_workers() {
    local number
    for ((number = 1; number <= WORKERS; number++)); do
        start_process "worker-$number" "$BIN/worker" run
    done
}

# stop_workers: stops them as an operator would, and notes their memory and those that did not stop cleanly.
stop_workers() {
    local name status
    for name in $(process_names 'worker-*'); do
        WORKER_PEAKS[$name]=$(peak_memory "$(process_id "$name")")
        if has_ended "$name"; then
            WORKER_FAULTS+=("$name ended before it was asked to")
        else
            kill -s TERM "$(process_id "$name")" 2>/dev/null || true
        fi
    done
    for name in $(process_names 'worker-*'); do
        stop_process "$name" TERM 30
        status=$(exit_status "$name")
        ((status == 0)) || WORKER_FAULTS+=("$name ended with exit status $status")
        rm -f -- "$STACK/$name.process"
    done
}

# run_sync: one whole sync with workers of its own.
run_sync() {
    local pid peak
    WORKER_PEAKS=()
    WORKER_FAULTS=()
    start_workers
    # Its output is for the person who watches.
    setsid "$BIN/orchestrator" sync </dev/null &
    pid=$!
    printf '%s %s\n' "$pid" "$(start_time "$pid")" >"$STACK/orchestrator.process"
    while is_running orchestrator; do
        peak=$(peak_memory "$pid")
        ORCHESTRATOR_PEAK=${peak:-$ORCHESTRATOR_PEAK}
        sleep 0.1
    done
    SYNC_STATUS=$(exit_status orchestrator)
    stop_workers
    # The workers' connections count what they did until they have ended.
    wait_until 30 "the workers' database connections have ended" no_client_but_us
}

no_client_but_us() {
    [[ $(sql "SELECT count(*) FROM pg_stat_activity
              WHERE backend_type = 'client backend' AND datname = current_database() AND pid <> pg_backend_pid()") == 0 ]]
}
