# shellcheck shell=bash
# A stack: the processes of one sync-local and the folder that describes them. `NAME.process` holds a process's id and the time it was
# started, which together name it for good: an id alone may mean another process later. `NAME.log` holds its output.

STACK=

# new_stack: makes an empty stack.
new_stack() {
    # In /tmp, since the path of PostgreSQL's socket may have 107 bytes at most.
    STACK=$(mktemp -d /tmp/user-sync-XXXXXX)
    # PostgreSQL's own account must be able to pass through.
    chmod 711 "$STACK"
}

# open_stack FOLDER: goes on with one that was kept.
open_stack() {
    [[ -f $1/env && -f $1/settings && -O $1/env ]] || die "$1 is no stack of yours that scripts/sync-local --keep has left"
    STACK=$(cd -- "$1" && pwd -P)
}

# start_process NAME COMMAND...: starts a process in a session of its own, so that a Ctrl-C here does not reach it.
start_process() {
    local -r name=$1
    shift
    setsid "$@" </dev/null >>"$STACK/$name.log" 2>&1 &
    printf '%s %s\n' "$!" "$(start_time "$!")" >"$STACK/$name.process"
}

# start_time PID: prints when a process started, in ticks since the machine did; nothing when it is gone or a zombie.
start_time() {
    local stat fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 0
    # The name before the last parenthesis may hold anything.
    read -ra fields <<<"${stat##*) }"
    [[ ${fields[0]} == [ZX] ]] || printf '%s\n' "${fields[19]}"
}

# process_id NAME: prints the id of a process.
process_id() {
    local pid _
    read -r pid _ <"$STACK/$1.process"
    printf '%s\n' "$pid"
}

# is_running NAME
is_running() {
    local pid started
    [[ -f $STACK/$1.process ]] || return 1
    read -r pid started <"$STACK/$1.process"
    [[ -n $started && $(start_time "$pid") == "$started" ]]
}

# has_ended NAME
has_ended() {
    ! is_running "$1"
}

# check_running NAME: ends the script with the end of a process's log when the process has ended.
check_running() {
    is_running "$1" && return
    show_log "$1"
    die "$1 ended, see above"
}

# show_log NAME: prints the end of a process's log.
show_log() {
    say "--- the end of $1.log"
    tail -n 20 -- "$STACK/$1.log" >&2
    say "---"
}

# stop_process NAME [SIGNAL [SECONDS]]: asks a process to stop, and kills its whole group when it takes longer than that. Signal 0 asks
# nothing: for a process that was asked before.
stop_process() {
    local -r name=$1 signal=${2:-TERM} seconds=${3:-15}
    local pid
    is_running "$name" || return 0
    pid=$(process_id "$name")
    kill -s "$signal" -- "$pid" 2>/dev/null || true
    for ((tries = 0; tries < seconds * 20; tries++)); do
        has_ended "$name" && break
        sleep 0.05
    done
    if is_running "$name"; then say "$name did not stop within $seconds s and is killed"; fi
    # The group outlives its leader when something else is in it.
    kill -s KILL -- -"$pid" 2>/dev/null || true
}

# exit_status NAME: waits for a process that this script started, and prints its exit status.
exit_status() {
    local status=0
    wait "$(process_id "$1")" || status=$?
    printf '%s\n' "$status"
}

# process_names PATTERN: prints the names of the stack's processes, one a line.
process_names() {
    local file
    for file in "$STACK"/$1.process; do
        [[ -f $file ]] || continue
        file=${file##*/}
        printf '%s\n' "${file%.process}"
    done
}

# peak_memory PID: prints the largest resident set size that a process has had so far, in kB; nothing when it has ended.
peak_memory() {
    local key value _
    while read -r key value _; do
        [[ $key == VmHWM: ]] && printf '%s\n' "$value" && return
    done 2>/dev/null <"/proc/$1/status" || true
}

# remove_stack: stops all of it, those who use something before what they use, and removes the folder.
remove_stack() {
    local name
    [[ -n $STACK && -d $STACK ]] || return 0
    stop_process orchestrator TERM 10
    for name in $(process_names 'worker-*'); do kill -s TERM "$(process_id "$name")" 2>/dev/null || true; done
    for name in $(process_names 'worker-*'); do stop_process "$name" 0 30; done
    stop_process simulator TERM 5
    stop_process sqs TERM 15
    stop_process postgres INT 30
    rm -rf -- "$STACK"
    STACK=
}
