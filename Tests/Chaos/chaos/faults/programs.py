"""Faults of the two programs and of their clock."""

from __future__ import annotations

import signal

from ..plan import Fault
from .base import Context, fault


@fault
async def worker_killed(context: Context, each: Fault) -> None:
    """A worker dies, and another takes its place later."""
    context.stack.end_worker(0, "kill")
    await context.pause(each.lasts)
    await context.stack.start_worker(0)


@fault
async def worker_stopped(context: Context, each: Fault) -> None:
    """A worker is told to stop, and another takes its place later."""
    place = len(context.stack.workers) - 1
    context.stack.end_worker(place, "stop")
    worker = context.stack.workers[place]
    if worker is not None:
        await worker.wait(30)
    await context.pause(each.lasts)
    await context.stack.start_worker(place)


@fault
async def workers_away(context: Context, each: Fault) -> None:
    """All workers are gone for a while."""
    for place in range(len(context.stack.workers)):
        context.stack.end_worker(place, each.detail)
    if each.lasts + 20 > context.stack.plan.settings.stall:
        context.excuse("no worker for longer than the stall timeout")
    await context.pause(each.lasts)
    for place in range(len(context.stack.workers)):
        await context.stack.start_worker(place)


@fault
async def worker_frozen(context: Context, each: Fault) -> None:
    """A worker stands still, perhaps for longer than its messages stay hidden."""
    await context.stack.freeze_worker(0)
    await context.pause(each.lasts)
    context.stack.thaw_worker(0)


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
        await context.pause(each.lasts)
        context.sync.send(signal.SIGCONT)


@fault
async def clock_jumps(context: Context, each: Fault) -> None:
    """The programs' clock of the day jumps, and jumps back."""
    context.stack.shift_clock(int(each.detail))
    await context.pause(each.lasts)
    context.stack.shift_clock(context.stack.plan.settings.clock_offset)
