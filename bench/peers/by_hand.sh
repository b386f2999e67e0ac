#!/usr/bin/env bash
# The limit by hand: a file of COPY text, made beforehand, goes through curl into a staging table, and one statement merges it.
# No HTTP server, no JSON, no queue, one transaction. Usage: by_hand.sh FILE, with libpq's variables in the environment.
set -euo pipefail
curl -q -sS "file://$1" | psql -X -q -v ON_ERROR_STOP=1 -c "
    DROP TABLE IF EXISTS staging;
    CREATE UNLOGGED TABLE staging (
        position bigint GENERATED ALWAYS AS IDENTITY, legacy_id bigint, user_name text COLLATE \"C\", email text,
        created timestamptz, deleted boolean)" -c "
    COPY staging (legacy_id, user_name, email, created, deleted) FROM STDIN" -c "
    SET work_mem = '256MB';
    INSERT INTO users (legacy_id, user_name, email, legacy_created_at, deleted, deleted_at)
    SELECT DISTINCT ON (user_name) legacy_id, user_name, email, created, deleted, CASE WHEN deleted THEN now() END
    FROM staging
    ORDER BY user_name, created DESC, position DESC
    ON CONFLICT (user_name) DO UPDATE SET
        legacy_id = excluded.legacy_id, email = excluded.email, legacy_created_at = excluded.legacy_created_at,
        updated_at = now(), deleted = excluded.deleted,
        deleted_at = CASE WHEN excluded.deleted THEN coalesce(users.deleted_at, now()) END
    WHERE users.legacy_created_at < excluded.legacy_created_at
       OR users.legacy_created_at = excluded.legacy_created_at
          AND (users.legacy_id, users.email, users.deleted)
              IS DISTINCT FROM (excluded.legacy_id, excluded.email, excluded.deleted)"
