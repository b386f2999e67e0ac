"""What can happen to a body on its way: bytes changed, lost and added, and an end that comes too early."""

from __future__ import annotations

import random
from collections.abc import Callable

from .body import Piece
from .plan import Damage

Edit = Callable[[bytes, random.Random], bytes]


def _flip(content: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(content))
    return content[:place] + bytes([content[place] ^ (1 << dice.randrange(8))]) + content[place + 1 :]


def _lose(content: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(content))
    return content[:place] + content[place + dice.choice([1, 1, 5]) :]


def _insert(content: bytes, dice: random.Random) -> bytes:
    place = dice.randrange(len(content) + 1)
    run = bytes(dice.choice(b'{}[]",:\\\x00\xffab1') for _ in range(dice.choice([1, 3, 40])))
    return content[:place] + run + content[place:]


def _blank_brace(content: bytes, dice: random.Random) -> bytes:
    return b" " + content[1:]


def _cut_record(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(2, 12)]


def _control_in_key(content: bytes, dice: random.Random) -> bytes:
    return content.replace(b"userName", b"us\x01rName", 1)


EDITS: dict[str, Edit] = {
    "flip": _flip,
    "lose": _lose,
    "insert": _insert,
    "blank_brace": _blank_brace,
    "cut_record": _cut_record,
    "control_in_key": _control_in_key,
}
KINDS = [*EDITS, "end_early"]


def damaged(pieces: list[Piece], damages: list[Damage]) -> bytes:
    """The damaged body. `end_early` ends it after a record, or inside one."""
    content = [each.content for each in pieces]
    records = [index for index, each in enumerate(pieces) if each.is_record]
    end: int | None = None
    for damage in damages:
        if not records:
            break
        place = records[min(int(damage.place * len(records)), len(records) - 1)]
        dice = random.Random(damage.salt)
        if damage.kind == "end_early":
            end = place
            content[place] = content[place] + b"," if dice.random() < 0.5 else content[place][: dice.randrange(1, 30)]
        else:
            content[place] = EDITS[damage.kind](content[place], dice)
    return b"".join(content if end is None else content[: end + 1])
