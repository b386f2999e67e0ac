"""What each kind of fault does, and how it is undone.

A fault is a function of the trial's context. It does harm, waits, and undoes the harm. `heal` undoes everything that may be left, also
when a fault was interrupted.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from ..plan import Fault
from ..processes import Process
from ..servers import ServerError
from ..stack import Stack

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
    # Set when the sync has ended: then faults end, too.
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def pause(self, seconds: float) -> None:
        """Waits for some time, or until the sync has ended."""
        try:
            await asyncio.wait_for(self.over.wait(), seconds)
        except TimeoutError:
            pass

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
        await stack.sql(end_sessions_of("user_sync_%"))
    for place in range(len(stack.workers)):
        stack.thaw_worker(place)
        await stack.start_worker(place)


def end_sessions_of(roles: str) -> str:
    return (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE usename LIKE '{roles}' AND datname = current_database() AND pid <> pg_backend_pid()"
    )


def roles_of(context: Context, each: Fault) -> list[str]:
    programs = [each.detail] if each.detail in PROGRAMS else PROGRAMS
    return sorted({context.stack.role(program) for program in programs})
