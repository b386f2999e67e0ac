"""The reference model: what the table must hold after a sync, row by row.

It is slow and simple on purpose. It knows the promises in the documents and shares no code with the product.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from .plan import Settings
from .reading import Reading
from .world import Record


@dataclass(frozen=True)
class Row:
    """A row of `users`. `created` and `deleted` are None where the column is NULL; `version` is PostgreSQL's own."""

    name: str
    legacy_id: int | None
    email: str
    created: int | None
    deleted: bool | None
    version: str = ""

    def says(self, record: Record) -> bool:
        """Whether the row is what the record says."""
        return (self.legacy_id, self.email, self.created, self.deleted) == (
            record.legacy_id,
            record.email,
            record.created,
            record.deleted,
        )

    def same(self, other: Row) -> bool:
        """Whether two rows hold the same values. Versions are not compared."""
        return (self.legacy_id, self.email, self.created, self.deleted) == (
            other.legacy_id,
            other.email,
            other.created,
            other.deleted,
        )


Table = dict[str, Row]


def fits(record: Record, settings: Settings) -> bool:
    """Whether the tables of this trial can hold a record."""
    if settings.schema.startswith("typeorm") and (len(record.name) > 50 or len(record.email) > 255 or abs(record.legacy_id) >= 2**31):
        return False
    return not (settings.checked_email and record.email.startswith("forbidden"))


@dataclass
class Expectation:
    """What a completed sync must leave behind."""

    # For each name that must be as one of these rows or records says; a name that is not here is left out.
    allowed: dict[str, list[Row | Record | None]] = field(default_factory=dict)
    # Names whose row may be marked as deleted beyond that.
    markable: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class History:
    """What came before the sync that is looked at."""

    before: Table
    # Records that a batch of an earlier sync may still have brought in meanwhile.
    leftovers: list[Record]
    # Names that another program wrote while this sync ran.
    foreign: set[str]
    # Names that earlier complete streams lacked, so that a second one may mark them.
    missed: set[str]


def expect(reading: Reading, history: History, settings: Settings) -> Expectation:
    """The table after a COMPLETED sync: for each user the newest record, on a tie the later one, unless the row was newer."""
    result = Expectation()
    by_name: dict[str, list[Record]] = {}
    for record in reading.records:
        by_name.setdefault(record.name, []).append(record)
    leftovers: dict[str, list[Record]] = {}
    for record in history.leftovers:
        leftovers.setdefault(record.name, []).append(record)
    twins = shared_emails(reading.records, history) if settings.unique_email else set()
    for name in {*by_name, *history.before, *leftovers}:
        if name in history.foreign or name in reading.unsure:
            continue
        before = history.before.get(name)
        records = by_name.get(name, [])
        allowed: list[Row | Record | None]
        winner = newest(records)
        if winner is None:
            allowed = [before, *leftovers.get(name, [])]
            if before is not None and name in history.missed:
                result.markable.add(name)
        elif name in twins or not all(fits(each, settings) for each in records):
            result.refused.add(name)
            allowed = [before, *(each for each in records if fits(each, settings))]
        else:
            floor = winner.created
            if before is not None and before.created is not None and before.created > floor:
                floor = before.created
                # A user that was marked as deleted is named again by an older record: the promises leave both outcomes open.
                live = Row(before.name, before.legacy_id, before.email, before.created, False)
                allowed = [before, live] if before.deleted and not winner.deleted else [before]
            else:
                allowed = [winner]
            allowed += [each for each in leftovers.get(name, []) if each.created > floor]
        result.allowed[name] = allowed
    return result


def newest(records: Iterable[Record]) -> Record | None:
    """The newest record; of those with the same time the last."""
    best: Record | None = None
    for record in records:
        if best is None or record.created >= best.created:
            best = record
    return best


def shared_emails(records: list[Record], history: History) -> set[str]:
    """Names that share an address with another user, now or before. A unique index refuses the one that comes second."""
    owners: dict[str, set[str]] = {}
    for record in [*records, *history.leftovers]:
        owners.setdefault(record.email, set()).add(record.name)
    for row in history.before.values():
        owners.setdefault(row.email, set()).add(row.name)
    return {name for names in owners.values() if len(names) > 1 for name in names}


def table_faults(expectation: Expectation, after: Table) -> list[str]:
    """How the table differs from what it must hold; nothing when it does not."""
    faults = []
    for name, allowed in sorted(expectation.allowed.items()):
        row = after.get(name)
        if not any(_matches(row, each, name in expectation.markable) for each in allowed):
            faults.append(f"{name!r} is {_shown(row)}, expected {' or '.join(_shown(each) for each in allowed)}")
    return faults


def strangers(reading: Reading, history: History, after: Table) -> list[str]:
    """Rows that neither the source nor another program made."""
    known = {*reading.names, *reading.unsure, *history.before, *history.foreign, *(each.name for each in history.leftovers)}
    return [f"{name!r} is in the table, and no source named it" for name in sorted(set(after) - known)]


def _matches(row: Row | None, wanted: Row | Record | None, may_be_marked: bool) -> bool:
    if row is None or wanted is None:
        return row is None and wanted is None
    same = row.same(wanted) if isinstance(wanted, Row) else row.says(wanted)
    if not same and may_be_marked and row.deleted:
        live = Row(row.name, row.legacy_id, row.email, row.created, False)
        same = live.same(wanted) if isinstance(wanted, Row) else live.says(wanted)
    return same


def _shown(each: Row | Record | None) -> str:
    if each is None:
        return "absent"
    return f"({each.legacy_id}, {each.email}, {each.created}, deleted {each.deleted})"
