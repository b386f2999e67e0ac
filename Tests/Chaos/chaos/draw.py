"""Draws a plan from a seed. The same seed gives the same plan, on every machine and in every run."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

from . import damage
from .plan import Attempt, Change, Damage, Fault, Plan, Settings, SyncPlan

ANCHORS = ["start", "stream", "stream", "streamed"]
CODES = ["40001", "53100", "53200", "57014", "55P03", "XX000", "P0001"]


def draw(seed: int) -> Plan:
    """The plan of a seed."""
    dice = random.Random(f"plan/{seed}")
    batch_size = dice.choice([1, 5, 20, 50, 1000])
    users = dice.choice([20, 40, 60]) if batch_size == 1 else dice.choice([40, 100, 101, 300])
    settings = draw_settings(dice, batch_size)
    syncs = [draw_sync(dice, users, settings, number) for number in range(dice.choice([2, 2, 3, 3, 4]))]
    return Plan(seed=seed, users=users, settings=settings, syncs=syncs)


def draw_settings(dice: random.Random, batch_size: int) -> Settings:
    """How the service is set up."""
    schema = _weighted(dice, {"ours": 75, "typeorm": 12, "typeorm_rows": 8, "partitioned": 5})
    as_lambda = dice.random() < 0.12
    return Settings(
        mode=dice.choice(["delta", "delta", "full"]),
        lanes=dice.choice([1, 2, 8, 32]),
        batch_size=batch_size,
        soft_delete=dice.random() < 0.7,
        # Rows of the application itself are in no stream: a guard would refuse every sync.
        missing_max_percent=dice.choice([5, 5, 20, 100]) if schema != "typeorm_rows" else 100,
        workers=dice.choice([1, 2, 2, 3]),
        concurrency=dice.choice([1, 2, 4]),
        # Lambda cannot hold messages through an outage: the queue must allow for more receives.
        max_receives=dice.choice([3, 5, 5]) if not as_lambda else 40,
        visibility=dice.choice([10, 10, 15]),
        stall=_weighted(dice, {6: 15, 60: 85}),
        schema=schema,
        # PostgreSQL has no unique index over partitions but by their key.
        unique_email=dice.random() < 0.1 and schema != "partitioned",
        checked_email=dice.random() < 0.1,
        time_zone=dice.choice(["UTC", "UTC", "Asia/Kolkata", "America/Sao_Paulo"]),
        hostile_roles=dice.random() < 0.15,
        as_lambda=as_lambda,
        one_role=dice.random() < (0.5 if schema.startswith("typeorm") else 0.1),
        two_hosts=dice.random() < 0.3,
        # An invocation's deadline is told by the clock of the day, which is one for Lambda and its function.
        clock_offset=0 if as_lambda else _weighted(dice, {0: 90, -3600: 5, 90000: 5}),
    )


def draw_sync(dice: random.Random, users: int, settings: Settings, number: int) -> SyncPlan:
    """One sync of a plan."""
    tie_chance = 0.6 if settings.batch_size == 1 else 0.3
    return SyncPlan(
        changes=draw_changes(dice, users, settings) if number else [],
        layout=dice.choice(["arrays", "arrays", "array", "lines"]),
        framing=dice.choice(["chunked", "chunked", "length"]),
        seconds=dice.choice([0.1, 1.0, 2.0, 4.0]),
        duplicates=dice.choice([0, 0, 5]),
        ties=dice.choice([1, 5]) if dice.random() < tie_chance else 0,
        junk=dice.choice([0, 0, 2]),
        damages=draw_damages(dice) if dice.random() < 0.35 else [],
        attempts=[draw_attempt(dice) for _ in range(dice.choice([0, 0, 0, 1, 2]))],
        faults=sorted(draw_faults(dice, settings), key=lambda each: (each.anchor, each.after)),
        afterwards=[draw_afterwards(dice) for _ in range(dice.choice([0, 0, 1]))],
    )


def draw_changes(dice: random.Random, users: int, settings: Settings) -> list[Change]:
    """What happens to the users between two syncs."""
    few = max(1, users // 50)
    kinds = {"add": few, "change": 3 * few, "mark": few, "older": few, "vanish": few, "return": 2 * few, "future": 1}
    changes = [Change(kind, count) for kind, count in kinds.items() if dice.random() < (0.15 if kind == "future" else 0.5)]
    if dice.random() < 0.08:
        changes.append(Change("vanish", int(users * dice.choice([0.15, 0.9]))))
    if (settings.unique_email or settings.checked_email or settings.schema.startswith("typeorm")) and dice.random() < 0.6:
        changes.append(Change("misfit", dice.choice([1, 2, 3])))
    return changes


def draw_damages(dice: random.Random) -> list[Damage]:
    """Damage of one kind, most often once."""
    kind = dice.choice(damage.KINDS)
    return [
        Damage(kind, round(dice.random(), 3), dice.randrange(10**6)) for _ in range(1 if kind == "end_early" else dice.choice([1, 1, 2, 3]))
    ]


def draw_attempt(dice: random.Random) -> Attempt:
    """An answer that fails."""
    kind = _weighted(dice, {"500": 3, "503": 1, "429": 2, "cut": 4, "reset": 3, "stall": 1, "blanks": 1})
    return Attempt(kind, round(dice.random(), 2))


def draw_faults(dice: random.Random, settings: Settings) -> list[Fault]:
    """None, or a few at once."""
    if dice.random() < 0.1:
        return []
    return [draw_fault(dice, settings) for _ in range(dice.choice([1, 1, 2, 3]))]


def draw_fault(dice: random.Random, settings: Settings) -> Fault:
    """One fault of any kind, at any moment."""
    kind = _weighted(dice, {name: weight for name, (weight, _) in FAULTS.items()})
    if kind == "failover" and not settings.two_hosts:
        kind = "database_unreachable"
    if kind == "clock_jumps" and not settings.clock_offset:
        kind = "look"
    anchor = dice.choice(ANCHORS)
    after = round(dice.random() * dice.choice([0.5, 2.0, 4.0]), 1)
    lasts, detail = FAULTS[kind][1](dice)
    if settings.as_lambda:
        # With so many receives, what cannot be applied holds up its lane for longer than a trial lasts.
        detail = detail.replace("lane", "apart")
    return Fault(kind, anchor, after, round(lasts, 1), detail)


def draw_afterwards(dice: random.Random) -> Fault:
    """What someone does once a sync has ended."""
    kind = dice.choice(["redrive", "redrive", "redrive", "reset", "old_messages", "forged_message", "dry_run", "other_program"])
    return Fault(kind, "end", 0, 0, str(dice.randrange(10**6)))


Choice = TypeVar("Choice")


def _weighted(dice: random.Random, weights: dict[Choice, int]) -> Choice:
    return dice.choices(list(weights), list(weights.values()))[0]


def _brief(dice: random.Random) -> float:
    return dice.choice([0.5, 2.0, 5.0]) * (0.5 + dice.random())


def _outage(dice: random.Random) -> float:
    """Mostly brief; one in five is longer than a client's own few retries."""
    return dice.uniform(30, 45) if dice.random() < 0.2 else _brief(dice)


Drawing = Callable[[random.Random], tuple[float, str]]
API = ["GET /syncs", "GET /metrics", "GET /ready", "GET /users/user00001", "GET /dead-letters", "POST /syncs", "POST /dead-letters/redrive"]
WHO = ["worker", "orchestrator", "both"]

# For each kind how often it is drawn, and how its length and its detail are.
FAULTS: dict[str, tuple[int, Drawing]] = {
    "database_restart": (4, lambda dice: (_outage(dice), dice.choice(["fast", "immediate"]))),
    "database_freeze": (2, lambda dice: (_brief(dice), "")),
    "login_refused": (4, lambda dice: (_outage(dice), dice.choice(WHO))),
    "connections_refused": (2, lambda dice: (_outage(dice), dice.choice(WHO))),
    "read_only": (2, lambda dice: (_outage(dice), "")),
    "rights_revoked": (2, lambda dice: (_outage(dice), "")),
    "table_renamed": (2, lambda dice: (_outage(dice), "")),
    "batches_fail": (6, lambda dice: (_brief(dice), f"{dice.choice(CODES)} {dice.choice([1, 1, 2, 20])}")),
    "statements_cancelled": (2, lambda dice: (_brief(dice), "")),
    "sessions_ended": (3, lambda dice: (0, dice.choice(WHO))),
    "table_locked": (2, lambda dice: (_brief(dice), "")),
    "other_program": (4, lambda dice: (0, str(dice.randrange(10**6)))),
    "ledger_forged": (1, lambda dice: (0, "")),
    "database_cut": (3, lambda dice: (0, "")),
    "database_unreachable": (4, lambda dice: (_outage(dice), "")),
    "database_silent": (2, lambda dice: (_outage(dice), "")),
    "database_half_open": (4, lambda dice: (_brief(dice) * 2, dice.choice(["client", "server"]))),
    "answers_lost": (6, lambda dice: (_brief(dice), dice.choice(["1 ", "3 ", "1 COMPLETED", "1 INSERT", "2 sync_logs", "1 UPDATE"]))),
    "failover": (4, lambda dice: (_brief(dice), "")),
    "queue_fails": (12, lambda dice: (_brief(dice), _queue_failure(dice))),
    "queue_freeze": (2, lambda dice: (_outage(dice), "")),
    "queue_cut": (2, lambda dice: (0, "")),
    "old_messages": (2, lambda dice: (0, str(dice.randrange(10**6)))),
    "forged_message": (1, lambda dice: (0, str(dice.randrange(10**6)))),
    "foreign_message": (2, lambda dice: (0, f"{dice.randrange(10**6)} {dice.choice(['apart', 'lane'])}")),
    "worker_killed": (5, lambda dice: (_brief(dice), "")),
    "worker_stopped": (4, lambda dice: (_brief(dice), "")),
    "workers_away": (4, lambda dice: (dice.choice([2, 12, 15]), dice.choice(["kill", "stop"]))),
    "worker_frozen": (2, lambda dice: (dice.choice([1, 5, 18]), "")),
    "orchestrator_killed": (3, lambda dice: (0, "")),
    "orchestrator_stopped": (3, lambda dice: (0, "")),
    "orchestrator_frozen": (2, lambda dice: (_brief(dice), "")),
    "clock_jumps": (8, lambda dice: (_brief(dice), dice.choice(["-7200", "3600", "400"]))),
    "second_sync": (2, lambda dice: (0, "")),
    "dry_run": (1, lambda dice: (0, "")),
    "look": (3, lambda dice: (0, dice.choice(["status", "doctor", "rejects", "report", "dead-letters list", "history"]))),
    "api_call": (3, lambda dice: (0, dice.choice(API))),
    "reset": (1, lambda dice: (0, "")),
    "redrive": (2, lambda dice: (0, "")),
    "source_cut": (4, lambda dice: (0, dice.choice(["close", "reset"]))),
    "source_silent": (2, lambda dice: (dice.choice([2, 8]), "")),
}


def _queue_failure(dice: random.Random) -> str:
    kind = dice.choice(["500", "503", "throttle", "cut", "lose_answer", "delay", "partial", "double", "hold", "text_500"])
    operation = dice.choice(["", "", "SendMessageBatch", "ReceiveMessage", "DeleteMessageBatch", "ChangeMessageVisibilityBatch"])
    return f"{kind} {dice.choice([0.2, 0.5, 1.0])} {operation}".rstrip()
