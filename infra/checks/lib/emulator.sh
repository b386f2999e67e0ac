# shellcheck shell=bash
# The stacks in an emulator of AWS (moto's server), and a whole sync on the queues that they made there.

# start_emulator: starts it as the stack's process `sqs`, on a free port, and exports what AWS clients need to reach it.
start_emulator() {
    local port
    port=$(free_port)
    export AWS_ENDPOINT_URL=http://127.0.0.1:$port AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1
    export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test AWS_EC2_METADATA_DISABLED=true
    export EMULATOR_CONTROL=$STACK/control.json
    printf '{}' >"$EMULATOR_CONTROL"
    unset AWS_SESSION_TOKEN AWS_PROFILE AWS_ENDPOINT_URL_SQS
    start_process sqs "$TOOLS/venv-emulator/bin/python" "$ROOT/infra/checks/lib/moto_server.py" "$port"
    wait_until 60 "moto's server answers" emulator_answers
}

emulator_answers() {
    check_running sqs
    curl -q -sS --noproxy '*' --max-time 5 -o /dev/null "$AWS_ENDPOINT_URL/" 2>/dev/null
}

# deploy NAME [VARIABLE=VALUE...]: deploys an environment and writes what a sync on it needs to $STACK/user-sync-NAME.json.
deploy() {
    timeout 600 "$TOOLS/venv-infra/bin/python" "$ROOT/infra/checks/lib/check_deploy.py" deploy "$@" ||
        { show_log sqs && die "infra/deploy failed, see above"; }
    (umask 077 && "$TOOLS/venv-emulator/bin/python" "$ROOT/infra/checks/lib/describe_deployment.py" "user-sync-$1" >"$STACK/user-sync-$1.json")
}

# check_credentials: from now on the emulator checks each signature, and asks the caller's policies for each call.
check_credentials() {
    curl -q -sS --noproxy '*' --max-time 5 --fail -o /dev/null -H 'Content-Type: text/plain' --data-binary 0 \
        "$AWS_ENDPOINT_URL/moto-api/reset-auth"
}

# use_role NAME ROLE: exports the credentials of a program's deployed role.
use_role() {
    local assignments
    assignments=$(python3 - "$STACK/$1.json" "$2" <<'PYTHON'
import json, shlex, sys

with open(sys.argv[1]) as file:
    for name, value in json.load(file)[sys.argv[2]].items():
        print(f"export {name}={shlex.quote(value)}")
PYTHON
    )
    eval "$assignments"
}

# output NAME KEY: prints an output of the deployed main stack.
output() {
    python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["outputs"][sys.argv[2]])' "$STACK/$1.json" "$2"
}

# sync_on NAME: a whole sync on a deployment's queues, each program with its deployed role. Sets FAILED when it is not as it must be.
sync_on() {
    local listed
    SQS_QUEUE_URL=$(output "$1" QueueUrl)
    SQS_DEAD_LETTER_QUEUE_URL=$(output "$1" DeadLetterQueueUrl)
    export SQS_QUEUE_URL SQS_DEAD_LETTER_QUEUE_URL
    METRICS_DEPLOYMENT=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["environment"]["METRICS_DEPLOYMENT"])' "$STACK/$1.json")
    export METRICS_FORMAT=emf METRICS_DEPLOYMENT
    check_credentials
    use_role "$1" worker
    start_workers
    use_role "$1" orchestrator
    run_sync >"$STACK/orchestrator.metrics"
    report
    listed=$("$BIN/orchestrator" dead-letters list --json) || FAILED=yes
    line "dead letters" "${listed//$'\n'/ }"
    stop_workers
}
