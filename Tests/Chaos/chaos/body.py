"""The bytes of the stream: records in one of the layouts that sources use, and junk between arrays."""

from __future__ import annotations

import datetime
import json
import random
from dataclasses import dataclass, replace

from .plan import SyncPlan
from .world import Record

JUNK = b"{/dados/:/corrimpidos/}"
EPOCH = datetime.datetime(1970, 1, 1)


@dataclass
class Piece:
    """A run of bytes of the body; `is_record` when it is one user."""

    content: bytes
    is_record: bool = False


def records_of(users: list[Record], plan: SyncPlan, seed: str) -> list[Record]:
    """The users in a random order, with older and with contradicting records of some of them among them."""
    dice = random.Random(f"{seed}/records")
    records = list(users)
    for _ in range(plan.duplicates if users else 0):
        user = dice.choice(users)
        older = user.created - dice.randrange(1, 10**6)
        records.append(replace(user, email=f"dup{dice.randrange(10**6)}@example.com", created=older))
    dice.shuffle(records)
    for _ in range(plan.ties if users else 0):
        place = dice.randrange(len(records))
        user = records[place]
        twin = replace(user, email=f"tie{dice.randrange(10**6)}@example.com")
        # Close to each other half of the time: then they can be in flight together.
        where = place + dice.choice([0, 1]) if dice.random() < 0.5 else dice.randrange(len(records) + 1)
        records.insert(where, twin)
    return records


def pieces_of(records: list[Record], plan: SyncPlan, seed: str) -> list[Piece]:
    """The body before any damage."""
    dice = random.Random(f"{seed}/body")
    written = [Piece(encoded(each, dice), is_record=True) for each in records]
    if plan.layout == "lines":
        return [part for each in written for part in (each, Piece(b"\n"))]
    size = len(written) if plan.layout == "array" else dice.choice([5, 20, 100])
    pieces: list[Piece] = []
    groups = [written[start : start + max(size, 1)] for start in range(0, len(written), max(size, 1))] or [[]]
    junk_after = {dice.randrange(len(groups)) for _ in range(plan.junk)}
    for number, group in enumerate(groups):
        pieces.append(Piece(dice.choice([b"[", b"[", b"[\n  "])))
        for index, each in enumerate(group):
            if index:
                pieces.append(Piece(b","))
            pieces.append(each)
        pieces.append(Piece(b"]"))
        if number in junk_after and plan.layout == "arrays":
            pieces.append(Piece(JUNK))
    return pieces


def encoded(record: Record, dice: random.Random) -> bytes:
    """One record as JSON, in one of the ways in which it may be written."""
    fields: list[tuple[str, object]] = [
        ("id", record.legacy_id),
        ("userName", record.name),
        ("email", record.email),
        ("createdAt", timestamp(record.created)),
        ("deleted", record.deleted),
    ]
    if dice.random() < 0.1:
        dice.shuffle(fields)
    if dice.random() < 0.1:
        fields.insert(dice.randrange(6), ("extra", dice.choice([None, [1, {"a": "}"}], "text \\ {"])))
    separators = dice.choice([(",", ":"), (",", ":"), (", ", ": ")])
    return json.dumps(dict(fields), ensure_ascii=dice.random() < 0.3, separators=separators).encode()


def timestamp(microseconds: int) -> str:
    """RFC 3339 with milliseconds, or with microseconds where they matter."""
    moment = EPOCH + datetime.timedelta(microseconds=microseconds)
    fraction = f"{moment.microsecond:06}" if microseconds % 1000 else f"{moment.microsecond // 1000:03}"
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{fraction}Z"
