"""One trial: a plan carried out on real servers, with the invariants checked after every sync and at the end."""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import body, checks, damage, faults, reading
from .checks import Round, Violation, Write
from .ending import POISONOUS, check_end
from .faults import Context
from .model import History
from .plan import Fault, Plan, SyncPlan
from .servers import ServerError, Servers
from .stack import Build, Stack
from .world import Record, World

log = logging.getLogger("chaos.trial")

# Seconds that a sync may take, beside its faults, and once all faults have ended. A message that a worker died with stays hidden for up to
# 15 s, three times over if it comes to that.
SYNC_LIMIT = 80.0
RECOVERY_LIMIT = 80.0
CLEAN = SyncPlan(seconds=0.3)


@dataclass
class Result:
    """What came of a trial."""

    seed: int
    violations: list[Violation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0

    @property
    def kinds(self) -> list[str]:
        """The kinds of violation, each once."""
        return sorted({each.kind for each in self.violations})


class Trial:
    """Carries out a plan."""

    def __init__(self, plan: Plan, servers: Servers, build: Build, folder: Path, name: str) -> None:
        self.plan = plan
        self.result = Result(plan.seed)
        self._stack = Stack(plan, servers, build, folder, name)
        self._context = Context(self._stack)
        self._world = World(plan.seed, plan.users)
        self._leftovers: list[Record] = []
        self._named_before: set[str] | None = None  # by the last complete stream
        self._last_received: int | None = None
        self._options: tuple[str, ...] = ()  # of `orchestrator sync`

    async def run(self) -> Result:
        """Runs it all, and takes everything down again."""
        began = time.monotonic()
        try:
            refusal = await self._stack.create()
            if refusal is not None:
                self._refused(refusal)
            else:
                await self._carry_out()
        except Exception as error:  # a trial that breaks is told apart from a product that does
            log.exception("the trial broke")
            self.result.violations.append(Violation("trial-broke", f"{type(error).__name__}: {error}"))
        finally:
            await self._stack.remove()
            self.result.seconds = time.monotonic() - began
        if not self.result.violations:
            shutil.rmtree(self._stack.folder, ignore_errors=True)
        return self.result

    def _refused(self, words: str) -> None:
        """`migrate` may refuse tables that it cannot work with, when it says so; it may not refuse those of TypeORM."""
        if self.plan.settings.schema != "partitioned" or "partition" not in words:
            self._violate("migrate-failed", words.strip()[-300:])
        self.result.notes.append(f"migrate refused: {words.strip()[-200:]}")

    def _violate(self, kind: str, text: str) -> None:
        self.result.violations.append(Violation(kind, text))

    async def _carry_out(self) -> None:
        for place in range(len(self._stack.workers)):
            await self._stack.start_worker(place)
        for number, sync in enumerate(self.plan.syncs, start=1):
            await self._round(number, sync, SYNC_LIMIT + sum(each.lasts for each in sync.faults))
        await self._recover()
        self.result.violations += await check_end(self.plan, self._context)

    async def _recover(self) -> None:
        """Two syncs without faults: the first must complete in time, and the second must find nothing to do."""
        self._world.settle()
        self._stack.stall = 60
        self._stack.shift_clock(self.plan.settings.clock_offset)
        # An operator looks and accepts what the source has now: it may have far fewer records than at the last completed sync.
        self._options = ("--minimum-percent", "0")
        first = await self._round(len(self.plan.syncs) + 1, CLEAN, RECOVERY_LIMIT)
        second = await self._round(len(self.plan.syncs) + 2, CLEAN, RECOVERY_LIMIT)
        if first.state == second.state == "COMPLETED":
            self._add(second, checks.settled(second))
        else:
            self._violate("no-recovery", f"without faults the next syncs are {first.state} and {second.state}")

    def _add(self, round_: Round, violations: list[Violation]) -> None:
        self.result.violations += [Violation(each.kind, f"sync {round_.number}: {each.text}") for each in violations]

    # One sync

    async def _round(self, number: int, sync: SyncPlan, limit: float) -> Round:
        stack, context, settings = self._stack, self._context, self.plan.settings
        self._world.apply(sync.changes, number)
        truth = set(self._world.present)
        seed = f"{self.plan.seed}/{number}"
        records = body.records_of(list(self._world.present.values()), sync, seed)
        content = damage.damaged(body.pieces_of(records, sync, seed), sync.damages)
        says = reading.read(content)
        (stack.folder / f"body-{number}").write_bytes(content)
        stack.source.say(content, sync.attempts, sync.framing, sync.seconds)
        before = await stack.table()
        context.excuses, context.foreign, context.side_effects = [], set(), []
        stack.begin_round()
        named = self._named_before
        round_ = Round(
            number=number,
            reading=says,
            truth=truth,
            history=History(
                before=before,
                leftovers=list(self._leftovers),
                foreign=context.foreign,
                missed=set() if named is None else set(before) - named,
            ),
            settings=settings,
            last_received=None if self._options else self._last_received,
            excuses=context.excuses,
            is_forged=any(each.kind == "ledger_forged" for each in sync.faults),
            may_refuse_any=any(each.kind == "batches_fail" and each.detail.startswith("P0001") for each in sync.faults),
        )
        self._excuse_by_plan(round_, sync)
        last = await self._last_id()
        seen = int(await stack.sql("SELECT coalesce(max(id), 0) FROM chaos_witness"))
        await self._run_sync(round_, sync, limit)
        await self._look(round_, last, seen)
        self._note(round_)
        for violations in (checks.end_of_sync(round_), checks.completed(round_), checks.marks(round_), checks.writes(round_)):
            self._add(round_, violations)
        if sync.afterwards:
            await self._afterwards(round_, sync, last, seen)
        self._remember(round_, truth)
        return round_

    def _excuse_by_plan(self, round_: Round, sync: SyncPlan) -> None:
        if self._stack.stall < 10:
            round_.excuses.append("the stall timeout is shorter than a message may stay hidden")
        if any(each.kind == "batches_fail" and each.detail[:5] in POISONOUS and each.detail.endswith("20") for each in sync.faults):
            round_.excuses.append("batches that fail again and again for a reason of their own")

    async def _run_sync(self, round_: Round, sync: SyncPlan, limit: float) -> None:
        stack, context = self._stack, self._context
        process = await stack.orchestrator("sync", *self._options)
        context.sync = process
        context.over.clear()
        tasks = [asyncio.create_task(self._inject(each)) for each in sync.faults]
        round_.status = await process.wait(limit)
        round_.was_killed = process.pid in stack.killed
        round_.last_words = process.log.read_text(errors="replace").strip().rpartition("\n")[2][-300:]
        if round_.status is None:
            process.kill()
            await process.wait(10)
        if round_.status == 0:
            # COMPLETED is a promise about this moment, and not about one when workers have gone on.
            try:
                round_.after = await asyncio.wait_for(stack.table(), 5)
            except (ServerError, TimeoutError) as error:
                log.info("no look at the table at once: %s", error)
        context.over.set()
        await asyncio.gather(*tasks)
        context.sync = None
        await faults.heal(context, end_sessions=any(each.kind == "read_only" for each in sync.faults))
        if stack.crashes >= self.plan.settings.max_receives - 1:
            context.excuse("messages may have used up their receives in crashes")

    async def _inject(self, each: Fault) -> None:
        """Waits for a fault's moment, and injects it unless the sync ends first."""
        source, over = self._stack.source, self._context.over
        anchor = {"stream": source.began, "streamed": source.ended}.get(each.anchor)
        while anchor is not None and not anchor.is_set() and not over.is_set():
            await asyncio.sleep(0.02)
        await self._context.pause(each.after)
        if not over.is_set():
            await faults.inject(self._context, each)

    async def _last_id(self) -> int:
        return int(await self._stack.sql("SELECT coalesce(max(id), 0) FROM sync_logs"))

    async def _look(self, round_: Round, last: int, seen: int) -> None:
        """Reads what the sync has left behind."""
        stack = self._stack
        rows = await stack.rows(f"SELECT * FROM sync_logs WHERE id > {last} ORDER BY id")
        round_.row = rows[0] if rows else None
        round_.later_state = str(rows[-1]["status"]) if len(rows) > 1 else ""
        if not round_.after or round_.state != "COMPLETED" or round_.later_state:
            round_.after = await stack.table()
        if round_.row is not None:
            sync_id = round_.row["id"]
            round_.ledger = int(await stack.sql(f"SELECT count(*) FROM sync_batches WHERE sync_id = {sync_id}"))
            round_.rejects = int(await stack.sql(f"SELECT count(*) FROM sync_rejects WHERE sync_id = {sync_id}"))
            if (await stack.sql("SELECT to_regclass('sync_refusals') IS NOT NULL")).strip() == "t":
                refusals = await stack.rows(f"SELECT * FROM sync_refusals WHERE sync_id = {sync_id}")
                round_.refusals = {str(each["user_name"]): str(each.get("sqlstate")) for each in refusals}
        writes = await stack.rows(f"SELECT * FROM chaos_witness WHERE id > {seen} ORDER BY id")
        round_.writes = [
            Write(str(each["user_name"]), _text(each["before"]), str(each["after"]), _number(each["sync_id"]), str(each["role"]))
            for each in writes
        ]

    def _note(self, round_: Round) -> None:
        row = round_.row or {}
        side = f"; beside it {', '.join(self._context.side_effects)}" if self._context.side_effects else ""
        excuses = f" (excused: {'; '.join(round_.excuses)})" if round_.excuses else ""
        error = f": {row.get('error_message') or round_.last_words}" if round_.status else ""
        self.result.notes.append(f"sync {round_.number}: exit status {round_.status}, {round_.state}{error}{excuses}{side}")

    async def _afterwards(self, round_: Round, sync: SyncPlan, last: int, seen: int) -> None:
        """What someone does after a sync; it may complete a sync that had failed, which then must keep its promise."""
        for each in sync.afterwards:
            await faults.inject(self._context, each)
        if any(each.kind in ("old_messages", "forged_message") for each in sync.afterwards):
            await asyncio.sleep(3)  # until workers have met the messages
        round_.after = {}
        await self._look(round_, last, seen)
        self.result.notes.append(f"sync {round_.number}, afterwards: {round_.state}; {', '.join(self._context.side_effects)}")
        found = [*checks.completed(round_), *checks.marks(round_)]
        known = {each.kind for each in self.result.violations if each.text.startswith(f"sync {round_.number}:")}
        self._add(round_, [Violation(f"{each.kind}-afterwards", each.text) for each in found if each.kind not in known])

    def _remember(self, round_: Round, truth: set[str]) -> None:
        row = round_.row or {}
        if (round_.later_state or round_.state) == "COMPLETED":
            self._last_received = len(round_.reading.records)
            self._leftovers = []
        else:
            self._leftovers += round_.reading.records
        if row.get("stream_completed_at"):
            self._named_before = truth | round_.reading.names


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))
