"""Faults of the database server, and what others do in it."""

from __future__ import annotations

import asyncio
import random
import time

from ..plan import Fault
from .base import Context, end_sessions_of, fault, roles_of


@fault
async def database_restart(context: Context, each: Fault) -> None:
    """The server is stopped, or crashes, and comes back."""
    await context.stack.servers.postgres.stop(each.detail)
    await context.pause(each.lasts)
    await context.stack.servers.postgres.start()


@fault
async def database_freeze(context: Context, each: Fault) -> None:
    """The server stands still, with all its sessions."""
    context.stack.servers.postgres.freeze(True)
    await context.pause(each.lasts)
    context.stack.servers.postgres.freeze(False)


@fault
async def login_refused(context: Context, each: Fault) -> None:
    """A role may not log in for a while, and its sessions are ended."""
    for role in roles_of(context, each):
        await context.stack.sql(f"ALTER ROLE {role} NOLOGIN; {end_sessions_of(role)}")
    await context.pause(each.lasts)
    for role in roles_of(context, each):
        await context.stack.sql(f"ALTER ROLE {role} LOGIN")


@fault
async def connections_refused(context: Context, each: Fault) -> None:
    """No connection is left for a role."""
    for role in roles_of(context, each):
        await context.stack.sql(f"ALTER ROLE {role} CONNECTION LIMIT 0; {end_sessions_of(role)}")
    await context.pause(each.lasts)
    for role in roles_of(context, each):
        await context.stack.sql(f"ALTER ROLE {role} CONNECTION LIMIT -1")


@fault
async def read_only(context: Context, each: Fault) -> None:
    """The database is read-only, as providers make it when its disk is full."""
    name = context.stack.database
    await context.stack.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on; {end_sessions_of('user_sync_%')}")
    await context.pause(each.lasts)
    await context.stack.servers.postgres.sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    await context.stack.sql(end_sessions_of("user_sync_%"))


@fault
async def rights_revoked(context: Context, each: Fault) -> None:
    """The workers may not write users for a while."""
    await context.stack.sql(f"REVOKE INSERT, UPDATE ON users FROM {context.stack.role('worker')}")
    await context.pause(each.lasts)
    await context.stack.grant()
    # What an owner has taken from itself, grants.sql does not bring back.
    await context.stack.sql("GRANT INSERT, UPDATE ON users TO user_sync_owner")


@fault
async def table_renamed(context: Context, each: Fault) -> None:
    """The table is not there for a while."""
    await context.stack.sql("ALTER TABLE users RENAME TO users_away")
    await context.pause(each.lasts)
    await context.stack.sql("ALTER TABLE users_away RENAME TO users")


@fault
async def batches_fail(context: Context, each: Fault) -> None:
    """The database refuses some batches with an error code, a number of times: `code times`."""
    code, times = each.detail.split()
    await context.stack.sql(
        "ALTER SEQUENCE chaos_failures RESTART; TRUNCATE chaos_failure;"
        f"INSERT INTO chaos_failure VALUES ('{code}', {times}, clock_timestamp() + interval '{max(each.lasts, 1)} s')"
    )
    await context.pause(each.lasts)


@fault
async def statements_cancelled(context: Context, each: Fault) -> None:
    """Running statements are cancelled repeatedly."""
    until = time.monotonic() + each.lasts
    while time.monotonic() < until and not context.over.is_set():
        await context.stack.sql(end_sessions_of("user_sync_%").replace("pg_terminate_backend", "pg_cancel_backend"))
        await asyncio.sleep(0.2)


@fault
async def sessions_ended(context: Context, each: Fault) -> None:
    """Sessions of our programs are ended."""
    for role in roles_of(context, each):
        await context.stack.sql(end_sessions_of(role))


@fault
async def table_locked(context: Context, each: Fault) -> None:
    """Another program locks the table."""
    await context.stack.sql(f"BEGIN; LOCK TABLE users IN EXCLUSIVE MODE; SELECT pg_sleep({each.lasts}); COMMIT")


@fault
async def other_program(context: Context, each: Fault) -> None:
    """Another program changes, adds and removes users."""
    dice = random.Random(each.detail)
    table = await context.stack.table()
    for name in dice.sample(sorted(table), min(3, len(table))):
        context.foreign.add(name)
        quoted = name.replace("'", "''")
        kind = dice.choice(["email", "gone", "marked", "time"])
        changes = {"email": "email = 'other' || id || '@example.com'", "marked": "deleted = true, deleted_at = now()"}
        changes["time"] = "legacy_created_at = legacy_created_at - interval '1 day'"
        if kind == "gone":
            await context.stack.sql(f"DELETE FROM users WHERE user_name = '{quoted}'")
        else:
            await context.stack.sql(f"UPDATE users SET {changes[kind]} WHERE user_name = '{quoted}'")


@fault
async def ledger_forged(context: Context, each: Fault) -> None:
    """A stolen worker login writes ledger rows for batches that were never sent."""
    await context.stack.sql(
        f"SET SESSION AUTHORIZATION {context.stack.role('worker')};"
        "INSERT INTO sync_batches (sync_id, batch_number, lane, users, duplicates, inserted, updated, unchanged)"
        " SELECT (SELECT max(id) FROM sync_logs), 900000 + n, 0, 1, 0, 0, 0, 1 FROM generate_series(1, 500) AS n ON CONFLICT DO NOTHING"
    )
    context.excuse("forged ledger rows")
