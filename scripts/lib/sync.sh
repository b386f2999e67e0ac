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

# stop_workers: stops them as an operator would. Sets FAILED when one does not stop cleanly, or had ended before.
stop_workers() {
    local name status
    for name in $(process_names 'worker-*'); do
        if has_ended "$name"; then say "$name had ended before it was asked to"; fi
        kill -s TERM "$(process_id "$name")" 2>/dev/null || true
    done
    for name in $(process_names 'worker-*'); do
        # Not a second SIGTERM, which ends a worker at once.
        stop_process "$name" 0 30
        status=$(exit_status "$name")
        if ((status != 0)); then
            say "$name ended with exit status $status"
            show_log "$name"
            FAILED=yes
        fi
        rm -f -- "$STACK/$name.process"
    done
}

# run_sync: one whole sync by the workers that are running.
run_sync() {
    local pid peak name
    # Its output is for the person who watches.
    setsid "$BIN/orchestrator" sync </dev/null &
    pid=$!
    printf '%s %s\n' "$pid" "$(start_time "$pid")" >"$STACK/orchestrator.process"
    ORCHESTRATOR_PEAK=
    while is_running orchestrator; do
        peak=$(peak_memory "$pid")
        ORCHESTRATOR_PEAK=${peak:-$ORCHESTRATOR_PEAK}
        sleep 0.1
    done
    SYNC_STATUS=$(exit_status orchestrator)
    WORKER_PEAKS=()
    WORKER_FAULTS=()
    for name in $(process_names 'worker-*'); do
        WORKER_PEAKS[$name]=$(peak_memory "$(process_id "$name")")
        if has_ended "$name"; then WORKER_FAULTS+=("$name ended during the sync"); fi
    done
}
