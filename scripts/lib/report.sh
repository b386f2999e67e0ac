# shellcheck shell=bash
# What a sync did, said in numbers that do not come from the programs under test where that is possible. Each part sets FAILED to `yes`
# when something is not as it must be, and lets the rest have its say.
# shellcheck disable=SC2034

# heading TEXT
heading() {
    printf '\n%s\n%s\n' "$1" "${1//?/-}"
}

# line NAME VALUE...
line() {
    printf '  %-34s %s\n' "$1" "${*:2}"
}

# megabytes KB
megabytes() {
    if [[ -n $1 ]]; then printf '%s MB\n' "$((($1 + 512) / 1024))"; else printf 'unknown\n'; fi
}

# latest COLUMN: a column of the latest SyncLog row.
latest() {
    sql "SELECT $1 FROM sync_logs ORDER BY id DESC LIMIT 1"
}

# expected FIELD: a number that the simulator says a reader of the whole stream must count.
expected() {
    sed -n "s/.*\"$1\" *: *\\([0-9]*\\).*/\\1/p" "$STACK/expected.json"
}

# report: prints everything about the latest sync.
report() {
    local name fault
    heading "SyncLog"
    "$BIN/orchestrator" status || FAILED=yes

    heading "Counted by SQL"
    line "users" "$(sql 'SELECT count(*) FROM users') (expected $(expected distinct))"
    line "users marked deleted" "$(sql 'SELECT count(*) FROM users WHERE deleted') (expected $(expected deleted))"
    line "user records in the ledger" "$(sql 'SELECT coalesce(sum(users), 0) FROM sync_batches
        WHERE sync_id = (SELECT max(id) FROM sync_logs)')"
    line "batches in the ledger" "$(sql 'SELECT count(*) FROM sync_batches WHERE sync_id = (SELECT max(id) FROM sync_logs)')"
    line "received" "$(latest received) (expected $(expected received))"
    line "rejects" "$(sql 'SELECT count(*) FROM sync_rejects WHERE sync_id = (SELECT max(id) FROM sync_logs)')" \
        "in the table, $(latest rejected) counted (expected at least $(expected rejects))"
    line "stream attempts" "$(latest stream_attempts)"

    heading "Speed and memory"
    line "duration" "$(latest "round(duration_ms / 1000.0, 1)") s"
    line "speed" "$(latest "round(received * 1000.0 / greatest(duration_ms, 1))") users/s"
    line "orchestrator, peak memory" "$(megabytes "$ORCHESTRATOR_PEAK")"
    for name in $(printf '%s\n' "${!WORKER_PEAKS[@]}" | sort -V); do
        line "$name, peak memory" "$(megabytes "${WORKER_PEAKS[$name]}")"
    done

    heading "Verdict"
    if ((SYNC_STATUS == 0)) && [[ $(latest status) == COMPLETED ]]; then
        line "sync" "COMPLETED"
    else
        line "sync" "FAILED: exit status $SYNC_STATUS, SyncLog $(latest status)"
        FAILED=yes
    fi
    for fault in "${WORKER_FAULTS[@]}"; do
        line "worker" "$fault; its log: $(tail -n 3 "$STACK/${fault%% *}.log")"
        FAILED=yes
    done
    compare_table
    if [[ -n ${SYNC_EXTRA_FIELDS-} ]]; then compare_fields; fi
}

# compare_table: says whether the table equals the expected set, row by row.
compare_table() {
    local differing
    # The five fields of every user; fields of one's own come after them.
    "$BIN/legacy-simulator" expected --table "${DATA_OPTIONS[@]}" | cut -f 1-5 |
        psql -X -q -A -t -v ON_ERROR_STOP=1 -f "$ROOT/scripts/lib/compare.sql" >"$STACK/comparison"
    differing=$(head -n 1 "$STACK/comparison")
    if [[ $differing == 0 ]]; then
        line "table" "equals the expected set, row by row ($(sql 'SELECT count(*) FROM users') rows)"
    else
        line "table" "DIFFERS from the expected set in $differing rows; the first of them, as stored (<) and as expected (>):"
        tail -n +2 "$STACK/comparison" | sed 's/^/    /'
        FAILED=yes
    fi
}

# compare_fields: says whether the columns of fields of one's own hold what they must, row by row.
compare_fields() {
    local differing
    "$BIN/legacy-simulator" expected --table "${DATA_OPTIONS[@]}" >"$STACK/expected.table"
    psql -X -q -A -t -v ON_ERROR_STOP=1 -c "$("$BIN/legacy-simulator" expected --table-sql "${DATA_OPTIONS[@]}")" >"$STACK/stored.table"
    if cmp -s "$STACK/stored.table" "$STACK/expected.table"; then
        line "fields of your own" "each value is as expected ($SYNC_EXTRA_FIELDS)"
    else
        differing=$(diff "$STACK/stored.table" "$STACK/expected.table" | grep -c '^>' || true)
        line "fields of your own" "DIFFER in $differing rows; the first of them, as stored (<) and as expected (>):"
        diff "$STACK/stored.table" "$STACK/expected.table" | grep '^[<>]' | head -n 10 | sed 's/^/    /' || true
        FAILED=yes
    fi
}

# has_users: whether the table has any row.
has_users() {
    [[ $(sql 'SELECT EXISTS (SELECT FROM users)') == t ]]
}

# row_changes: prints how often rows of the table were inserted, updated and deleted so far, the identity sequence's last value, and a
# sum over the versions of all rows, which is another one when any row was written.
row_changes() {
    # A connection tells what it has counted when it has been idle for ten seconds.
    sleep 11
    sql "SELECT n_tup_ins, n_tup_upd, n_tup_del,
            (SELECT last_value FROM pg_sequences
             WHERE format('%I.%I', schemaname, sequencename) = pg_get_serial_sequence('users', 'id')),
            (SELECT sum(hashtext(ctid::text || ' ' || xmin::text)::bigint) FROM users)
         FROM pg_stat_user_tables WHERE relid = 'users'::regclass"
}

# report_changes BEFORE AFTER: says what a sync of the same source did to the rows: nothing, it must be.
report_changes() {
    local before after
    read -ra before <<<"$1"
    read -ra after <<<"$2"
    heading "What this sync did to the rows of users"
    line "inserted" "$((after[0] - before[0]))"
    line "updated" "$((after[1] - before[1]))"
    line "deleted" "$((after[2] - before[2]))"
    line "identity sequence" "${before[3]} before, ${after[3]} after"
    line "row versions" "$( ((after[4] == before[4])) && echo 'all as before' || echo 'not as before')"
    if [[ $1 == "$2" ]]; then
        line "result" "no row changed"
    else
        line "result" "ROWS CHANGED, though the source is the same as before"
        FAILED=yes
    fi
}
