"""A plan: everything that one trial will do, written down before it begins, so that it can be printed, stored, run again and shortened."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Settings:
    """How the service and its servers are set up for a trial."""

    mode: str  # delta, full
    lanes: int
    batch_size: int
    soft_delete: bool
    missing_max_percent: int
    workers: int
    concurrency: int
    max_receives: int
    visibility: int  # seconds
    stall: int  # SYNC_STALL_TIMEOUT, seconds
    schema: str  # ours, typeorm, partitioned
    unique_email: bool
    checked_email: bool  # a CHECK of another program refuses some addresses
    time_zone: str  # of the database
    hostile_roles: bool  # roles come with settings that would change what SQL means
    as_lambda: bool  # the workers are a Lambda function
    one_role: bool  # all programs log in as the owner of the tables
    two_hosts: bool  # DATABASE_URL names two hosts, and one of them answers
    clock_offset: int  # seconds by which the programs' clocks are wrong

    def summary(self) -> str:
        """One line for the printed schedule."""
        return ", ".join(f"{name}={value}" for name, value in dataclasses.asdict(self).items())


@dataclass(frozen=True)
class Change:
    """What happens to the users of the source before a sync."""

    kind: str
    count: int


@dataclass(frozen=True)
class Damage:
    """One edit of the body. `place` is where, as a share of its records; `salt` decides the details."""

    kind: str
    place: float
    salt: int


@dataclass(frozen=True)
class Attempt:
    """An answer of the source that comes before the good ones."""

    kind: str
    place: float = 0.5


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong `after` seconds from an anchor (start, stream, streamed), for `lasts` seconds."""

    kind: str
    anchor: str
    after: float
    lasts: float
    detail: str = ""

    def text(self) -> str:
        """One line for the printed schedule."""
        detail = f" ({self.detail})" if self.detail else ""
        lasts = f" for {self.lasts:.1f} s" if self.lasts else ""
        return f"{self.after:.1f} s after {self.anchor}: {self.kind}{detail}{lasts}"


@dataclass(frozen=True)
class SyncPlan:
    """One sync: what the source says, how it says it, and what goes wrong meanwhile."""

    changes: list[Change] = field(default_factory=list)
    layout: str = "arrays"  # arrays, array, lines
    framing: str = "chunked"  # chunked, length
    seconds: float = 1.0  # that the body takes
    duplicates: int = 0  # older records of the same users
    ties: int = 0  # records of the same users and time with other content
    junk: int = 0  # fragments between arrays
    damages: list[Damage] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    afterwards: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """A whole trial."""

    seed: int
    users: int
    settings: Settings
    syncs: list[SyncPlan]

    def to_json(self) -> str:
        """The plan as a document that `from_json` reads."""
        return json.dumps(dataclasses.asdict(self), indent=1)

    @staticmethod
    def from_json(text: str) -> Plan:
        """Reads what `to_json` wrote."""
        document: dict[str, Any] = json.loads(text)
        return Plan(
            seed=document["seed"],
            users=document["users"],
            settings=Settings(**document["settings"]),
            syncs=[_sync(each) for each in document["syncs"]],
        )

    def describe(self) -> list[str]:
        """The schedule, a line for each thing that a person may want to know."""
        lines = [f"seed {self.seed}: {self.users} users", f"  settings: {self.settings.summary()}"]
        for number, sync in enumerate(self.syncs, start=1):
            lines.append(
                f"  sync {number}: {sync.layout}, {sync.framing}, {sync.seconds:.1f} s, {sync.duplicates} duplicates,"
                f" {sync.ties} ties, {sync.junk} junk"
            )
            lines += [f"    users: {each.kind} {each.count}" for each in sync.changes]
            lines += [f"    source first: {each.kind} at {each.place:.0%}" for each in sync.attempts]
            lines += [f"    damage: {each.kind} at {each.place:.1%} ({each.salt})" for each in sync.damages]
            lines += [f"    fault: {each.text()}" for each in sync.faults]
            lines += [f"    afterwards: {each.kind} {each.detail}".rstrip() for each in sync.afterwards]
        lines.append("  then two syncs without any fault")
        return lines


def _sync(document: dict[str, Any]) -> SyncPlan:
    parts = dict(document)
    for name, kind in (("changes", Change), ("damages", Damage), ("attempts", Attempt)):
        parts[name] = [kind(**each) for each in parts[name]]
    for name in ("faults", "afterwards"):
        parts[name] = [Fault(**each) for each in parts[name]]
    return SyncPlan(**parts)
