"""A slot: a process with its own servers that runs one trial after another."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import queue
import signal
import sys
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path

from .plan import Plan
from .processes import die_with_parent
from .servers import Servers
from .stack import Build
from .trial import Result, Trial


@dataclass(frozen=True)
class Work:
    """Where things are, for every slot."""

    root: Path  # of the checkout that chaos itself belongs to
    build: Build
    folder: Path
    sqs: str
    verbose: bool


class Slots:
    """Some slots, side by side."""

    def __init__(self, work: Work, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._plans: Queue[Plan | None] = context.Queue()
        self._results: Queue[Result | str] = context.Queue()
        self._processes = [
            context.Process(target=_slot, args=(number, work, self._plans, self._results), daemon=False) for number in range(count)
        ]
        for process in self._processes:
            process.start()

    def give(self, plan: Plan) -> None:
        """Lets a free slot carry out a plan."""
        self._plans.put(plan)

    def take(self) -> Result:
        """Waits for the next result."""
        while True:
            try:
                result = self._results.get(timeout=5)
            except queue.Empty:
                if not any(process.is_alive() for process in self._processes):
                    raise SystemExit("every slot has ended: see above") from None
                continue
            if isinstance(result, str):
                raise SystemExit(result)
            return result

    def end(self) -> None:
        """Takes all slots down, with their servers."""
        for process in self._processes:
            self._plans.put(None)
            process.terminate()
        for process in self._processes:
            process.join(60)


def _slot(number: int, work: Work, plans: Queue[Plan | None], results: Queue[Result | str]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent()
    logging.basicConfig(
        level=logging.INFO if work.verbose else logging.ERROR,
        format="%(relativeCreated)8d %(name)s: %(message)s",
        stream=sys.stderr,
    )
    try:
        asyncio.run(_serve(number, work, plans, results))
    except asyncio.CancelledError:
        pass


async def _serve(number: int, work: Work, plans: Queue[Plan | None], results: Queue[Result | str]) -> None:
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    if task is not None:
        loop.add_signal_handler(signal.SIGTERM, task.cancel)
    servers = Servers(work.root, work.folder / f"slot-{number}", work.sqs)
    try:
        await servers.create()
        count = 0
        while plan := await loop.run_in_executor(None, _next, plans):
            count += 1
            name = f"chaos_{number}_{count}"
            results.put(await Trial(plan, servers, work.build, work.folder / f"seed-{plan.seed}-{name}", name).run())
    except asyncio.CancelledError:
        pass
    except Exception as error:
        results.put(f"slot {number}: {type(error).__name__}: {error}")
    finally:
        await servers.remove()


def _next(plans: Queue[Plan | None]) -> Plan | None:
    return plans.get()
