"""What each kind of fault does, and how it is undone.

A fault is a function of the trial's context. It does harm, waits, and undoes the harm. `heal` undoes everything that may be left, also
when a fault was interrupted.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import signal
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from .plan import Fault
from .processes import Process
from .servers import ServerError, free_port
from .sqs import read_answer
from .sqs_proxy import Rule
from .stack import Stack

log = logging.getLogger("chaos.faults")
PROGRAMS = ["worker", "orchestrator"]


@dataclass
class Context:
    """What faults act on, and what they leave for the checks to know."""

    stack: Stack
    sync: Process | None = None
    # Why the sync that runs may fail, in words.
    excuses: list[str] = field(default_factory=list)
    # Names that another program has written.
    foreign: set[str] = field(default_factory=set)
    # Bodies that a fault put into the queue and that are no batch of a sync.
    poison: set[str] = field(default_factory=set)
    # Commands that ran beside the sync: name and exit status.
    side_effects: list[str] = field(default_factory=list)

    def excuse(self, reason: str) -> None:
        """Lets the sync under way end in any way, for this reason."""
        self.excuses.append(reason)


Action = Callable[[Context, Fault], Awaitable[None]]
KINDS: dict[str, Action] = {}


def fault(action: Action) -> Action:
    """Registers a kind of fault under the name of its function."""
    KINDS[action.__name__] = action
    return action


async def inject(context: Context, each: Fault) -> None:
    """Injects one fault. A fault that is no longer possible, because its target has ended, is skipped."""
    log.info("fault: %s", each.text())
    try:
        await KINDS[each.kind](context, each)
    except (ServerError, OSError, TimeoutError) as error:
        log.info("fault %s: %s", each.kind, error)


async def heal(context: Context, end_sessions: bool) -> None:
    """Ends all faults: afterwards everything runs and lets everything through. Sessions that came while the database was read-only stay
    so, unless they are ended."""
    stack = context.stack
    stack.servers.sqs.freeze(False)
    stack.sqs.heal()
    for number, proxy in enumerate(stack.postgres):
        proxy.heal()
        proxy.accepts = number == 0
    stack.servers.postgres.freeze(False)
    if not stack.servers.postgres.is_up:
        await stack.servers.postgres.start()
    for program in PROGRAMS:
        await stack.sql(f"ALTER ROLE {stack.role(program)} LOGIN CONNECTION LIMIT -1")
    await stack.servers.postgres.sql(
        f"ALTER DATABASE {stack.database} RESET default_transaction_read_only; ALTER DATABASE {stack.database} ALLOW_CONNECTIONS true"
    )
    await stack.sql("ALTER TABLE IF EXISTS users_away RENAME TO users; TRUNCATE chaos_failure")
    await stack.grant()
    if end_sessions:
        await stack.sql(_end_sessions("user_sync_%"))
    for runtime in stack.runtimes:
        runtime.is_open.set()
    for place, worker in enumerate(stack.workers):
        if worker is not None:
            worker.send(signal.SIGCONT)
        await stack.start_worker(place)


def _end_sessions(roles: str) -> str:
    return (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE usename LIKE '{roles}' AND datname = current_database() AND pid <> pg_backend_pid()"
    )


def _roles(context: Context, each: Fault) -> list[str]:
    programs = [each.detail] if each.detail in PROGRAMS else PROGRAMS
    return sorted({context.stack.role(program) for program in programs})


# The database


@fault
async def database_restart(context: Context, each: Fault) -> None:
    """The server is stopped, or crashes, and comes back."""
    await context.stack.servers.postgres.stop(each.detail)
    await asyncio.sleep(each.lasts)
    await context.stack.servers.postgres.start()


@fault
async def database_freeze(context: Context, each: Fault) -> None:
    """The server stands still, with all its sessions."""
    context.stack.servers.postgres.freeze(True)
    await asyncio.sleep(each.lasts)
    context.stack.servers.postgres.freeze(False)


@fault
async def login_refused(context: Context, each: Fault) -> None:
    """A role may not log in for a while, and its sessions are ended."""
    for role in _roles(context, each):
        await context.stack.sql(f"ALTER ROLE {role} NOLOGIN; {_end_sessions(role)}")
    await asyncio.sleep(each.lasts)
    for role in _roles(context, each):
        await context.stack.sql(f"ALTER ROLE {role} LOGIN")


@fault
async def connections_refused(context: Context, each: Fault) -> None:
    """No connection is left for a role."""
    for role in _roles(context, each):
        await context.stack.sql(f"ALTER ROLE {role} CONNECTION LIMIT 0; {_end_sessions(role)}")
    await asyncio.sleep(each.lasts)
    for role in _roles(context, each):
        await context.stack.sql(f"ALTER ROLE {role} CONNECTION LIMIT -1")


@fault
async def read_only(context: Context, each: Fault) -> None:
    """The database is read-only, as providers make it when its disk is full."""
    name = context.stack.database
    await context.stack.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on; {_end_sessions('user_sync_%')}")
    await asyncio.sleep(each.lasts)
    await context.stack.servers.postgres.sql(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    await context.stack.sql(_end_sessions("user_sync_%"))


@fault
async def rights_revoked(context: Context, each: Fault) -> None:
    """The workers may not write users for a while."""
    await context.stack.sql(f"REVOKE INSERT, UPDATE ON users FROM {context.stack.role('worker')}")
    await asyncio.sleep(each.lasts)
    await context.stack.grant()


@fault
async def table_renamed(context: Context, each: Fault) -> None:
    """The table is not there for a while."""
    await context.stack.sql("ALTER TABLE users RENAME TO users_away")
    await asyncio.sleep(each.lasts)
    await context.stack.sql("ALTER TABLE users_away RENAME TO users")


@fault
async def batches_fail(context: Context, each: Fault) -> None:
    """The database refuses some batches with an error code, a number of times: `code times`."""
    code, times = each.detail.split()
    await context.stack.sql(
        "ALTER SEQUENCE chaos_failures RESTART; TRUNCATE chaos_failure;"
        f"INSERT INTO chaos_failure VALUES ('{code}', {times}, clock_timestamp() + interval '{max(each.lasts, 1)} s')"
    )
    await asyncio.sleep(each.lasts)


@fault
async def statements_cancelled(context: Context, each: Fault) -> None:
    """Running statements are cancelled repeatedly."""
    until = time.monotonic() + each.lasts
    while time.monotonic() < until:
        await context.stack.sql(_end_sessions("user_sync_%").replace("pg_terminate_backend", "pg_cancel_backend"))
        await asyncio.sleep(0.2)


@fault
async def sessions_ended(context: Context, each: Fault) -> None:
    """Sessions of our programs are ended."""
    for role in _roles(context, each):
        await context.stack.sql(_end_sessions(role))


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


# The way to the database


@fault
async def database_cut(context: Context, each: Fault) -> None:
    """All connections are reset."""
    for proxy in context.stack.postgres:
        proxy.cut()


@fault
async def database_unreachable(context: Context, each: Fault) -> None:
    """Connections are reset, and new ones refused."""
    for proxy in context.stack.postgres:
        proxy.accepts = False
        proxy.cut()
    await asyncio.sleep(each.lasts)
    context.stack.postgres[0].accepts = True


@fault
async def database_silent(context: Context, each: Fault) -> None:
    """Nothing passes."""
    for proxy in context.stack.postgres:
        proxy.hold()
    await asyncio.sleep(each.lasts)
    for proxy in context.stack.postgres:
        proxy.heal()
        proxy.accepts = proxy is context.stack.postgres[0]


@fault
async def database_half_open(context: Context, each: Fault) -> None:
    """One side alone learns that its connections are gone: `client` or `server`."""
    for proxy in context.stack.postgres:
        if each.detail == "client":
            proxy.cut_clients(each.lasts)
        else:
            proxy.cut_server(each.lasts)
    await asyncio.sleep(each.lasts)


@fault
async def answers_lost(context: Context, each: Fault) -> None:
    """Statements take effect, and their answers are lost."""
    count, _, text = each.detail.partition(" ")
    for proxy in context.stack.postgres:
        proxy.lose_answers(int(count), text)
    await asyncio.sleep(each.lasts)
    for proxy in context.stack.postgres:
        proxy.lose_answers(0, "")


@fault
async def failover(context: Context, each: Fault) -> None:
    """The database moves to the second address that the programs know."""
    first, second = context.stack.postgres[0], context.stack.postgres[-1]
    first.accepts = False
    first.cut()
    await asyncio.sleep(each.lasts)
    second.accepts = True


# The queue


@fault
async def queue_fails(context: Context, each: Fault) -> None:
    """A share of the calls goes wrong: `kind share operation`."""
    kind, share, *operation = each.detail.split()
    context.stack.sqs.add(Rule(kind, time.monotonic() + each.lasts, float(share), operation[0] if operation else ""))
    if kind in ("cut", "hold", "delay", "lose_answer"):
        context.stack.crashes += 1
    await asyncio.sleep(each.lasts)


@fault
async def queue_freeze(context: Context, each: Fault) -> None:
    """The SQS server stands still."""
    context.stack.crashes += 1
    context.stack.servers.sqs.freeze(True)
    await asyncio.sleep(each.lasts)
    context.stack.servers.sqs.freeze(False)


@fault
async def queue_cut(context: Context, each: Fault) -> None:
    """All connections are reset."""
    context.stack.crashes += 1
    context.stack.sqs.cut()


@fault
async def old_messages(context: Context, each: Fault) -> None:
    """Messages that were sent earlier are sent again."""
    dice = random.Random(each.detail)
    sent = context.stack.sqs.sent
    for entry in dice.sample(sent, min(5, len(sent))):
        await context.stack.sqs.send_again(entry)


@fault
async def foreign_message(context: Context, each: Fault) -> None:
    """A message that is no batch is in the queue."""
    body = f"{{\"chaos\": \"{each.detail}\"}}"
    context.poison.add(body)
    lane = context.stack.sqs.sent[-1]["MessageGroupId"] if context.stack.sqs.sent and each.detail.endswith("lane") else "chaos"
    await context.stack.sqs.send_again({"QueueUrl": context.stack.queue, "MessageBody": body, "MessageGroupId": lane})


@fault
async def forged_message(context: Context, each: Fault) -> None:
    """A message that looks like a batch of an earlier sync, with a number that was never reserved, changes addresses."""
    sent = context.stack.sqs.sent
    if not sent:
        return
    entry = random.Random(each.detail).choice(sent)
    body = re.sub(r"^(user-sync/\d+\t\d+\t)\d+", r"\g<1>5000", entry["MessageBody"]).replace("@example.com", "@forged.example")
    context.poison.add(body)
    await context.stack.sqs.send_again({**entry, "MessageBody": body})


# The programs


@fault
async def worker_killed(context: Context, each: Fault) -> None:
    """A worker dies, and another takes its place later."""
    context.stack.end_worker(0, "kill")
    await asyncio.sleep(each.lasts)
    await context.stack.start_worker(0)


@fault
async def worker_stopped(context: Context, each: Fault) -> None:
    """A worker is told to stop, and another takes its place later."""
    place = len(context.stack.workers) - 1
    context.stack.end_worker(place, "stop")
    worker = context.stack.workers[place]
    if worker is not None:
        await worker.wait(30)
    await asyncio.sleep(each.lasts)
    await context.stack.start_worker(place)


@fault
async def workers_away(context: Context, each: Fault) -> None:
    """All workers are gone for a while."""
    for place in range(len(context.stack.workers)):
        context.stack.end_worker(place, each.detail)
    if each.lasts + 20 > context.stack.plan.settings.stall:
        context.excuse("no worker for longer than the stall timeout")
    await asyncio.sleep(each.lasts)
    for place in range(len(context.stack.workers)):
        await context.stack.start_worker(place)


@fault
async def worker_frozen(context: Context, each: Fault) -> None:
    """A worker stands still, perhaps for longer than its messages stay hidden."""
    await context.stack.freeze_worker(0, each.lasts)


@fault
async def orchestrator_killed(context: Context, each: Fault) -> None:
    """The sync's process dies."""
    if context.sync is not None and context.sync.status is None:
        context.excuse("the orchestrator was killed")
        context.stack.killed.add(context.sync.pid)
        context.sync.kill()


@fault
async def orchestrator_stopped(context: Context, each: Fault) -> None:
    """The sync's process is told to stop."""
    if context.sync is not None and context.sync.status is None:
        context.excuse("the orchestrator was told to stop")
        context.sync.send(signal.SIGTERM)


@fault
async def orchestrator_frozen(context: Context, each: Fault) -> None:
    """The sync's process stands still."""
    if context.sync is not None:
        context.sync.send(signal.SIGSTOP)
        await asyncio.sleep(each.lasts)
        context.sync.send(signal.SIGCONT)


@fault
async def clock_jumps(context: Context, each: Fault) -> None:
    """The programs' clock of the day jumps, and jumps back."""
    context.stack.shift_clock(int(each.detail))
    await asyncio.sleep(each.lasts)
    context.stack.shift_clock(context.stack.plan.settings.clock_offset)


@fault
async def second_sync(context: Context, each: Fault) -> None:
    """A second sync is started beside the first."""
    context.excuse("a second sync, which may find the lock free after a lost connection")
    await command(context, "sync")


@fault
async def dry_run(context: Context, each: Fault) -> None:
    """An operator asks what a sync would do."""
    await command(context, "sync", "--dry-run")


@fault
async def look(context: Context, each: Fault) -> None:
    """An operator asks: status, history, rejects, report, doctor, dead letters."""
    await command(context, *each.detail.split())


@fault
async def reset(context: Context, each: Fault) -> None:
    """An operator resets. It must refuse while the orchestrator holds the lock."""
    context.excuse("an operator's reset, which may find the lock free after a lost connection")
    await command(context, "reset")


@fault
async def redrive(context: Context, each: Fault) -> None:
    """An operator replays the dead letters."""
    await command(context, "dead-letters", "redrive", "--wait", "20")


@fault
async def api_call(context: Context, each: Fault) -> None:
    """The HTTP API runs beside the sync and gets one request: `METHOD PATH`."""
    method, path = each.detail.split()
    if method == "POST" and path != "/dead-letters/redrive":
        context.excuse("someone may have started or cancelled a sync through the API")
    port = free_port()
    process = await context.stack.orchestrator("serve", "--port", str(port))
    answer = "no answer"
    try:
        for _ in range(50):
            await asyncio.sleep(0.1)
            if process.status is not None:
                break
            try:
                answer = await asyncio.wait_for(_http(port, method, path), 30)
                break
            except OSError:
                continue
    except (TimeoutError, asyncio.IncompleteReadError) as error:
        answer = type(error).__name__
    context.side_effects.append(f"{each.detail}: {answer}")
    context.stack.killed.add(process.pid)
    await process.stop(30)


async def _http(port: int, method: str, path: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            "Content-Type: application/json\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
        )
        return str((await read_answer(reader)).status)
    finally:
        writer.close()


async def command(context: Context, *arguments: str) -> int | None:
    """Runs a command of the orchestrator beside everything else."""
    process = await context.stack.orchestrator(*arguments)
    status = await process.wait(90)
    if status is None:
        process.kill()
    context.side_effects.append(f"{' '.join(arguments)}: {status}")
    return status


# The source


@fault
async def source_cut(context: Context, each: Fault) -> None:
    """The stream under way is cut: `close` or `reset`."""
    context.stack.source.cut(each.detail)


@fault
async def source_silent(context: Context, each: Fault) -> None:
    """The stream under way says nothing."""
    context.stack.source.silence(each.lasts)
    await asyncio.sleep(each.lasts)
