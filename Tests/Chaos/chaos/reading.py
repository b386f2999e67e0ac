"""A slow, simple reader of the stream: the users that a body holds, around any damage. It shares only the rules with the product.

The rules: a user is a whole JSON object with the five fields, each of its type. Reading goes from one `{` to the next; one that begins no
whole object is damage, and the next `{` after it is tried. What lies between whole objects is a separator or damage.
"""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass, field
from enum import Enum

from .world import MICROSECONDS, Record

TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII)
EPOCH = datetime.datetime(1970, 1, 1)
INT64 = range(-(2**63), 2**63)


class Whole(Enum):
    """Whether a body is finished: a body that begins with `[` must close it."""

    YES = "yes"
    NO = "no"
    UNSURE = "unsure"


@dataclass
class Reading:
    """What a body says."""

    records: list[Record] = field(default_factory=list)
    whole: Whole = Whole.YES
    has_damage: bool = False
    # Names about which nothing is demanded: the rules leave open what their record means.
    unsure: set[str] = field(default_factory=set)

    @property
    def names(self) -> set[str]:
        """The names in all sound records."""
        return {each.name for each in self.records}


def _refuse(text: str) -> object:
    raise ValueError(text)


DECODER = json.JSONDecoder(parse_constant=_refuse)
SEPARATORS = frozenset(" \t\r\n,[]")


def read(body: bytes) -> Reading:
    """Reads a whole body."""
    text = body.decode("utf-8", "surrogateescape")
    reading = Reading()
    # Whether the last array is closed. A `]` inside damage may belong to the damage.
    state = Whole.YES
    is_amid_damage = False
    position = 0
    while position < len(text):
        character = text[position]
        if character == "[":
            state, is_amid_damage = Whole.NO, False
        elif character == "]" and state is Whole.NO:
            state = Whole.UNSURE if is_amid_damage else Whole.YES
        elif character == "{":
            try:
                value, end = DECODER.raw_decode(text, position)
            except (ValueError, RecursionError):
                reading.has_damage = is_amid_damage = True
            else:
                _add(reading, value)
                state, is_amid_damage = Whole.NO, False
                position = end - 1
        elif character not in SEPARATORS:
            reading.has_damage = is_amid_damage = True
        position += 1
    if text.lstrip(" \t\r\n").startswith("["):
        reading.whole = state
    elif reading.has_damage:
        reading.whole = Whole.UNSURE
    return reading


def _add(reading: Reading, value: dict[str, object]) -> None:
    record = user_of(value)
    if record is not None:
        reading.records.append(record)
        return
    reading.has_damage = True
    if isinstance(name := value.get("userName"), str):
        reading.unsure.add(name)


def user_of(value: dict[str, object]) -> Record | None:
    """The user that an object is, or None."""
    legacy_id, name, email = value.get("id"), value.get("userName"), value.get("email")
    created, deleted = value.get("createdAt"), value.get("deleted")
    if type(legacy_id) is not int or legacy_id not in INT64 or type(deleted) is not bool:
        return None
    if not isinstance(name, str) or not isinstance(email, str) or not isinstance(created, str):
        return None
    microseconds = moment(created)
    if microseconds is None or not 1 <= len(name) <= 255 or not (storable(name) and storable(email)):
        return None
    return Record(legacy_id, name, email, microseconds, deleted)


def storable(text: str) -> bool:
    """Whether a text column takes it: no NUL, no half of a surrogate pair, no broken UTF-8."""
    return not any(each == "\0" or "\ud800" <= each <= "\udfff" for each in text)


def moment(text: str) -> int | None:
    """Microseconds since 1970 of an RFC 3339 time, or None when it is none."""
    match = TIME.fullmatch(text)
    if match is None:
        return None
    year, month, day, hour, minute, second, fraction, zulu, sign, ahead_hours, ahead_minutes = match.groups()
    try:
        base = datetime.datetime(int(year), int(month), int(day), int(hour), int(minute), int(second))
    except ValueError:
        return None
    ahead = 0
    if not zulu:
        if int(ahead_hours) > 23 or int(ahead_minutes) > 59:
            return None
        ahead = (int(ahead_hours) * 60 + int(ahead_minutes)) * (60 if sign == "+" else -60)
    seconds = int((base - EPOCH).total_seconds()) - ahead
    return seconds * MICROSECONDS + int((fraction or "0").ljust(9, "0")[:6])
