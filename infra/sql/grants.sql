-- What each role of infra/sql/roles.sql may do, table by table; what is not here, it may not.
--
-- Run by user_sync_owner after each `orchestrator migrate`, since a migration may add tables; safe to run again:
--
--     psql -U user_sync_owner -d user_sync -f infra/sql/grants.sql
--
-- Rights given by hand on these tables are taken away again.

\set ON_ERROR_STOP on

BEGIN;

REVOKE ALL ON users, sync_logs, sync_batches, sync_batch_failures, sync_rejects, sync_refusals, sync_missing, sync_fields,
    sync_profiles, sync_migrations FROM PUBLIC, user_sync_orchestrator, user_sync_worker, user_sync_viewer;

-- Every program checks that the schema is new enough for it.
GRANT SELECT ON sync_migrations TO user_sync_orchestrator, user_sync_worker, user_sync_viewer;

-- Every program reads which columns of users SYNC_EXTRA_FIELDS has named, and only the owner, by `orchestrator migrate`, writes that list:
-- so no message and no setting can make a worker write another program's column.
GRANT SELECT ON sync_fields TO user_sync_orchestrator, user_sync_worker, user_sync_viewer;

-- The orchestrator writes the record of a sync, the quarantine and what it finds among dead letters, and reads the ledger. It
-- deletes the history of old syncs, but no record of a sync. It may read users, to tell what a sync would change. Of a user it may change the mark of deletion, and nothing else.
GRANT SELECT, INSERT, UPDATE ON sync_logs TO user_sync_orchestrator;
GRANT SELECT, INSERT, DELETE ON sync_rejects, sync_missing TO user_sync_orchestrator;
GRANT SELECT, INSERT, UPDATE, DELETE ON sync_batch_failures, sync_profiles TO user_sync_orchestrator;
GRANT SELECT, DELETE ON sync_batches, sync_refusals TO user_sync_orchestrator;
GRANT SELECT ON users TO user_sync_orchestrator;
GRANT UPDATE (deleted, deleted_at, updated_at, sync_id) ON users TO user_sync_orchestrator;

-- A worker upserts users, adds to the ledger and records which users the database refused and why a batch failed. It deletes
-- nothing, and cannot change the record of a sync but for one number: to lock its sync's row, a role must be allowed to change some column, and this one decides nothing.
-- By columns: a role that may update a table may also lock it, one that may update columns may not.
GRANT SELECT, INSERT, UPDATE (legacy_id, email, legacy_created_at, updated_at, deleted, deleted_at, sync_id) ON users
    TO user_sync_worker;
SELECT format('GRANT UPDATE (%I) ON users TO user_sync_worker', column_name) FROM sync_fields
\gexec
GRANT SELECT, INSERT ON sync_batches TO user_sync_worker;
GRANT INSERT ON sync_refusals TO user_sync_worker;
GRANT SELECT, INSERT, UPDATE (receive_count, is_final, cause, failed_at) ON sync_batch_failures TO user_sync_worker;
GRANT SELECT, UPDATE (stream_bytes) ON sync_logs TO user_sync_worker;

-- The viewer reads. Users, the names in sync_missing and sync_refusals and the excerpts in sync_rejects are personal data.
GRANT SELECT ON users, sync_logs, sync_batches, sync_batch_failures, sync_rejects, sync_refusals, sync_missing, sync_profiles
    TO user_sync_viewer;

-- Tables that were taken over number their rows by a sequence, as TypeORM makes them; identity columns need no right to theirs.
SELECT format('GRANT USAGE ON SEQUENCE %s TO %s', pg_get_serial_sequence(t.name, 'id'), t.role)
FROM (VALUES ('users', 'user_sync_worker'), ('sync_logs', 'user_sync_orchestrator')) AS t (name, role)
JOIN pg_attribute AS a ON a.attrelid = to_regclass(t.name) AND a.attname = 'id' AND a.attidentity = ''
WHERE pg_get_serial_sequence(t.name, 'id') IS NOT NULL
\gexec

COMMIT;
