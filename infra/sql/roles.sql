-- The login roles of User Sync, each for one program, and none of them a superuser.
--
-- Run by an administrator, in the database that User Sync is to use, before the first migration; safe to run again:
--
--     psql -d user_sync -f infra/sql/roles.sql             # then give each role a password, see below
--     psql -d user_sync -v iam=1 -f infra/sql/roles.sql    # on Amazon RDS: the roles log in with IAM tokens instead
--     DATABASE_URL=postgresql://user_sync_owner@… orchestrator migrate
--     psql -U user_sync_owner -d user_sync -f infra/sql/grants.sql    # after each migration
--
-- Passwords are set apart, with psql's \password, which sends them hashed: \password user_sync_worker
--
-- | role                   | who logs in with it                                                 |
-- | ---------------------- | ------------------------------------------------------------------- |
-- | user_sync_owner        | `orchestrator migrate`: owns the tables, and may change them        |
-- | user_sync_orchestrator | `orchestrator sync` and the commands that change a sync's record    |
-- | user_sync_worker       | `worker run`                                                        |
-- | user_sync_viewer       | people: `status`, `history`, `rejects`, `source`, `users`; reads    |

\set ON_ERROR_STOP on

SELECT set_config('user_sync.iam', :{?iam}::text, false) \gset ignored_

DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['user_sync_owner', 'user_sync_orchestrator', 'user_sync_worker', 'user_sync_viewer'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', role_name);
        END IF;
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role_name);
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', role_name);
        -- Who is in rds_iam logs in with a token only, never with a password: not the one who runs this, who would lock itself out.
        IF current_setting('user_sync.iam')::boolean AND role_name <> session_user THEN
            EXECUTE format('GRANT rds_iam TO %I', role_name);
        END IF;
    END LOOP;
END
$$;

-- The owner makes tables, and of the others only those who were given the right by name: PostgreSQL before 15 gives it to everyone, and
-- a role that can put a function into the schema can have it run by another role.
GRANT CREATE ON SCHEMA public TO user_sync_owner;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;

-- What PostgreSQL gives to everybody and no program here needs. In a database that other programs use too, run with `-v shared=1`:
-- it leaves these alone, and `orchestrator doctor` reports them.
SELECT set_config('user_sync.shared', :{?shared}::text, false) \gset ignored_

DO $$
DECLARE
    function_name regprocedure;
BEGIN
    IF current_setting('user_sync.shared')::boolean THEN
        RETURN;
    END IF;
    -- Temporary tables fill the disk.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO user_sync_owner', current_database());
    -- So do large objects, the log and files of snapshots. And a session that holds the sync's advisory lock keeps every sync from starting.
    FOR function_name IN
        SELECT oid::regprocedure FROM pg_proc
        WHERE pronamespace = 'pg_catalog'::regnamespace
          AND (proname IN ('lo_create', 'lo_creat', 'lo_from_bytea', 'lo_import', 'lo_put', 'lowrite', 'lo_truncate', 'lo_truncate64',
                           'pg_logical_emit_message', 'pg_export_snapshot', 'pg_notify')
               OR proname LIKE 'pg\_advisory%' OR proname LIKE 'pg\_try\_advisory%')
    LOOP
        BEGIN
            EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', function_name);
            IF function_name::text LIKE '%advisory%' THEN
                EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO user_sync_owner, user_sync_orchestrator', function_name);
            END IF;
        EXCEPTION WHEN insufficient_privilege THEN
            -- Only a superuser may; on Amazon RDS nobody is one.
            RAISE NOTICE 'left as it is, since only a superuser may change it: %', function_name;
        END;
    END LOOP;
END
$$;
