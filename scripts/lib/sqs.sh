# shellcheck shell=bash
# The stack's SQS server: one of our own (SQS_SERVER=localstack or moto), or one that is running already (SQS_ENDPOINT_URL).

# start_sqs: starts the server unless one was named, creates the queues, and exports what our programs need to reach them.
start_sqs() {
    local port urls
    export AWS_REGION=${AWS_REGION:-us-east-1} AWS_EC2_METADATA_DISABLED=true
    if [[ -n ${SQS_ENDPOINT_URL-} ]]; then
        AWS_ENDPOINT_URL_SQS=${SQS_ENDPOINT_URL%/}
        SQS_SERVER="at $AWS_ENDPOINT_URL_SQS"
        export AWS_ACCESS_KEY_ID=${AWS_ACCESS_KEY_ID:-test} AWS_SECRET_ACCESS_KEY=${AWS_SECRET_ACCESS_KEY:-test}
    else
        SQS_SERVER=${SQS_SERVER:-localstack}
        port=$(free_port)
        mkdir "$STACK/sqs"
        start_process sqs "$ROOT/scripts/sqs-server" "$SQS_SERVER" "$port" "$STACK/sqs"
        AWS_ENDPOINT_URL_SQS=http://127.0.0.1:$port
        export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test
    fi
    unset AWS_SESSION_TOKEN AWS_PROFILE
    export AWS_ENDPOINT_URL_SQS
    wait_until 90 "the SQS server answers at $AWS_ENDPOINT_URL_SQS" sqs_answers
    urls=$(queues create)
    { read -r SQS_QUEUE_URL && read -r SQS_DEAD_LETTER_QUEUE_URL; } <<<"$urls"
    export SQS_QUEUE_URL SQS_DEAD_LETTER_QUEUE_URL
}

# sqs_answers: whether something speaks HTTP at the endpoint; what it says does not matter yet.
sqs_answers() {
    [[ ! -f $STACK/sqs.process ]] || check_running sqs
    curl -q -sS --noproxy '*' --max-time 5 -o /dev/null "$AWS_ENDPOINT_URL_SQS/" 2>/dev/null
}

# queues create|delete: the FIFO queue and its dead-letter queue.
queues() {
    "${USER_SYNC_PYTHON:-$TOOLS/venv/bin/python}" "$ROOT/scripts/lib/queues.py" "$1" "${STACK##*/}"
}
