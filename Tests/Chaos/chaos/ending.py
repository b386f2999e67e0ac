"""What must hold at the end of a trial, whatever its syncs went through."""

from __future__ import annotations

from .checks import Violation
from .faults import Context
from .plan import Plan
from .stack import Stack

DESCRIPTORS = 80
MEMORY = 300  # MiB, of one process


async def check_end(plan: Plan, context: Context) -> list[Violation]:
    """Looks at dead letters, processes, sessions and secrets, and stops the workers."""
    stack = context.stack
    return [
        *await _dead_letters(plan, context),
        *_processes(stack),
        *await _sessions(plan, stack),
        *await _stopped(stack),
        *await _secrets(stack),
    ]


async def _dead_letters(plan: Plan, context: Context) -> list[Violation]:
    """Only poison is in the dead-letter queue, and batches whose receives were used up by crashes."""
    stack = context.stack
    dead = await stack.servers.sqs.client().bodies(stack.dead)
    strangers = [each for each in dead if each not in context.poison]
    excused = stack.all_crashes + stack.sqs.lost_receives >= plan.settings.max_receives - 1
    failing = any(each.kind == "batches_fail" and each.detail[:5] in POISONOUS for sync in plan.syncs for each in sync.faults)
    if not strangers or excused or failing:
        return []
    return [Violation("dead-letter", f"{len(strangers)} batches in the dead-letter queue, such as {strangers[0][:60]!r}")]


# SQLSTATEs that are about a batch, and not about the world.
POISONOUS = ("P0001", "XX000")


def _processes(stack: Stack) -> list[Violation]:
    found = []
    if late := sum(each.late for each in stack.runtimes):
        found.append(Violation("lambda-late", f"{late} invocations had no answer by their deadline"))
    for process in stack.programs:
        must_stay = process.name.startswith("worker") and not stack.runtimes
        if must_stay and process.status is not None and process.pid not in stack.killed:
            found.append(Violation("worker-ended", f"{process.name} ended by itself with {process.status}"))
        if process.descriptors() > DESCRIPTORS:
            found.append(Violation("descriptors", f"{process.name} has {process.descriptors()} open"))
        if process.memory() > MEMORY:
            found.append(Violation("memory", f"{process.name} takes {process.memory()} MiB"))
    return found


async def _sessions(plan: Plan, stack: Stack) -> list[Violation]:
    count = int(await stack.sql("SELECT count(*) FROM pg_stat_activity WHERE usename LIKE 'user_sync_%' AND datname = current_database()"))
    allowed = len(stack.workers) * (plan.settings.concurrency + 2)
    return [Violation("sessions", f"{count} sessions, at most {allowed} expected")] if count > allowed else []


async def _stopped(stack: Stack) -> list[Violation]:
    found = []
    for worker in stack.workers:
        if worker is not None and worker.status is None:
            status = await worker.stop(30)
            if status != 0:
                found.append(Violation("worker-stop", f"told to stop, {worker.name} ended with {status}"))
    return found


async def _secrets(stack: Stack) -> list[Violation]:
    """No secret is in what the programs printed, or in what they wrote into the database."""
    text = "".join(path.read_text(errors="replace") for path in stack.folder.glob("*.log"))
    for table in ("sync_logs", "sync_batch_failures", "sync_rejects"):
        text += await stack.sql(f"SELECT coalesce(string_agg(t::text, ''), '') FROM {table} AS t")
    return [
        Violation("secret-printed", f"a secret that begins with {secret[:4]} was printed") for secret in stack.secrets.all if secret in text
    ]
