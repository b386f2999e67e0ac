"""The users of the source: they appear, change, vanish and return between syncs."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from .plan import Change

MICROSECONDS = 1_000_000
FIRST_DAY = 1_600_000_000 * MICROSECONDS
FUTURE = 4_070_908_800 * MICROSECONDS  # 2099-01-01


@dataclass(frozen=True)
class Record:
    """A user as one record of the stream says it. `created` counts microseconds since 1970."""

    legacy_id: int
    name: str
    email: str
    created: int
    deleted: bool


class World:
    """All users of the source at one moment. What it does follows from the seed alone."""

    def __init__(self, seed: int, count: int) -> None:
        self._seed = seed
        self._created = 0
        self.present: dict[str, Record] = {}
        self.gone: dict[str, Record] = {}
        self._add(random.Random(f"{seed}/users"), count)

    def apply(self, changes: list[Change], salt: int) -> None:
        """Lets the changes before a sync happen."""
        for number, change in enumerate(changes):
            dice = random.Random(f"{self._seed}/{salt}/{number}/{change.kind}")
            getattr(self, f"_{change.kind}")(dice, change.count)

    def settle(self) -> None:
        """Brings back all vanished users except 1%, so that no guard has a reason to refuse the next sync."""
        names = sorted(self.gone)
        for name in names[len(self.present) // 100 :]:
            self.present[name] = self.gone.pop(name)

    def _pick(self, dice: random.Random, count: int) -> list[str]:
        return dice.sample(sorted(self.present), min(count, len(self.present)))

    def _add(self, dice: random.Random, count: int) -> None:
        for _ in range(count):
            number = self._created
            self._created += 1
            name = dice.choice(["user{0:05}", "User{0:05}", "ána{0:05}", "o'neil {0:05}", "名前{0:05}", 'q"{0:05}\\']).format(number)
            self.present[name] = Record(
                legacy_id=number,
                name=name,
                email=f"u{number}@example.com",
                created=FIRST_DAY + dice.randrange(10**8) * MICROSECONDS + dice.choice([0, 0, 123000, 123456]),
                deleted=dice.random() < 0.05,
            )

    def _vanish(self, dice: random.Random, count: int) -> None:
        for name in self._pick(dice, min(count, len(self.present) - 5)):
            self.gone[name] = self.present.pop(name)

    def _return(self, dice: random.Random, count: int) -> None:
        names = sorted(self.gone)
        for name in dice.sample(names, min(count, len(names))):
            self.present[name] = self.gone.pop(name)

    def _change(self, dice: random.Random, count: int) -> None:
        """Another address, at the same time or at a later one."""
        for name in self._pick(dice, count):
            user = self.present[name]
            later = dice.choice([0, 0, 1, 3600 * MICROSECONDS])
            self.present[name] = replace(user, email=f"n{dice.randrange(10**6)}@example.com", created=user.created + later)

    def _older(self, dice: random.Random, count: int) -> None:
        """Another address at an earlier time: the table is newer and stays."""
        for name in self._pick(dice, count):
            user = self.present[name]
            self.present[name] = replace(user, email=f"old{dice.randrange(10**6)}@example.com", created=user.created - MICROSECONDS)

    def _future(self, dice: random.Random, count: int) -> None:
        """A creation time far in the future, until the source corrects it."""
        for name in self._pick(dice, count):
            self.present[name] = replace(self.present[name], created=FUTURE)

    def _mark(self, dice: random.Random, count: int) -> None:
        """Marked as deleted by the source, or live again."""
        for name in self._pick(dice, count):
            user = self.present[name]
            self.present[name] = replace(user, deleted=not user.deleted)

    def _misfit(self, dice: random.Random, count: int) -> None:
        """Sound users that some tables cannot hold."""
        for _ in range(count):
            number = self._created
            self._created += 1
            kind = dice.choice(["long", "wide", "checked", "twin"])
            twin = dice.choice(sorted(self.present))
            name = f"user{number:05}" + ("x" * 60 if kind == "long" else "")
            email = {"checked": f"forbidden{number}@example.com", "twin": self.present[twin].email}.get(kind, f"u{number}@example.com")
            self.present[name] = Record(
                legacy_id=3_000_000_000 + number if kind == "wide" else number,
                name=name,
                email=email,
                created=FIRST_DAY + number * MICROSECONDS,
                deleted=False,
            )
