-- Compares the table with the expected one, which comes in through standard input as COPY text.
-- Prints the number of differing rows, then the first ten of them.
SET timezone = 'UTC';
SET client_min_messages = warning;
SET client_encoding = 'UTF8';

CREATE TEMPORARY TABLE expected (
    legacy_id         bigint NOT NULL,
    user_name         text COLLATE "C" PRIMARY KEY,
    email             text NOT NULL,
    legacy_created_at timestamptz NOT NULL,
    deleted           boolean NOT NULL
);
\copy expected FROM pstdin
ANALYZE expected;

CREATE TEMPORARY TABLE difference AS
SELECT coalesce(e.user_name, u.user_name) AS user_name,
       (u.legacy_id, u.user_name, u.email, u.legacy_created_at, u.deleted, u.deleted_at)::text AS stored,
       (e.legacy_id, e.user_name, e.email, e.legacy_created_at, e.deleted)::text AS expected
FROM expected e
FULL JOIN users u ON u.user_name COLLATE "C" = e.user_name
WHERE (u.user_name IS NULL OR e.user_name IS NULL)
   OR (u.legacy_id, u.email, u.legacy_created_at, u.deleted) IS DISTINCT FROM (e.legacy_id, e.email, e.legacy_created_at, e.deleted)
   OR u.deleted IS DISTINCT FROM (u.deleted_at IS NOT NULL);

SELECT count(*) FROM difference;
SELECT '< ' || stored || E'\n> ' || expected FROM difference ORDER BY user_name LIMIT 10;
