"""The invariants, each a function of what was seen of one sync. A violation has a short kind, by which runs are counted and compared."""

from __future__ import annotations

from dataclasses import dataclass, field

from . import model
from .model import Expectation, History, Table
from .plan import Settings
from .reading import Reading, Whole

ENDED = ("COMPLETED", "FAILED")


@dataclass(frozen=True)
class Violation:
    """A promise that was broken."""

    kind: str
    text: str


@dataclass(frozen=True)
class Write:
    """A write to a row of `users`, as the witness saw it."""

    name: str
    before: str | None
    after: str
    sync_id: int | None
    role: str


@dataclass
class Round:
    """All that is known of one sync."""

    number: int
    reading: Reading
    truth: set[str]  # all names in the source, before damage
    history: History
    settings: Settings
    last_received: int | None  # records of the last completed sync; None as well when an operator accepts any number
    excuses: list[str] = field(default_factory=list)
    status: int | None = None  # of the process; None when it had to be killed
    was_killed: bool = False
    row: dict[str, object] | None = None  # of sync_logs
    later_state: str = ""  # of the newest sync, when another sync ran beside this one
    last_words: str = ""  # what the process printed last
    after: Table = field(default_factory=dict)
    writes: list[Write] = field(default_factory=list)
    ledger: int = 0
    rejects: int = 0
    refusals: dict[str, str] = field(default_factory=dict)  # name to SQLSTATE
    may_refuse_any: bool = False  # a fault has refused statements in a user's name
    is_forged: bool = False

    def number_of(self, column: str) -> int:
        """A counter of the sync's row; 0 when there is no such column in this version."""
        value = (self.row or {}).get(column)
        return 0 if value is None else int(str(value))

    @property
    def state(self) -> str:
        """What the sync's row says of its end."""
        return "none" if self.row is None else str(self.row["status"])

    @property
    def missing_percent(self) -> float:
        """Live rows that the stream did not name, in percent of all that were live before a mark."""
        live = {name for name, row in {**self.history.before, **self.after}.items() if not row.deleted or self.is_marked(name)}
        return 100 * len(live - self.reading.names) / len(live) if live else 0

    def is_marked(self, name: str) -> bool:
        """Whether the row was marked as deleted in this round, and not because a record or another program says so."""
        before, after = self.history.before.get(name), self.after.get(name)
        if before is None or after is None or before.deleted or not after.deleted or name in self.history.foreign:
            return False
        return not any(each.deleted for each in [*self.reading.records, *self.history.leftovers] if each.name == name)


def reasons_to_fail(round_: Round) -> list[str]:
    """Why this sync may, or must, end FAILED."""
    reasons = list(round_.excuses)
    settings, reading = round_.settings, round_.reading
    if reading.whole is not Whole.YES:
        reasons.append("the body may count as cut")
    if round_.last_received and len(reading.records) < 0.85 * round_.last_received:
        reasons.append("far fewer records than last time")
    allowed = settings.missing_max_percent
    if settings.soft_delete and allowed < 100 and round_.missing_percent > 0.7 * allowed:
        reasons.append("more users are missing than may be")
    refused = [each for each in reading.records if not model.fits(each, settings)]
    if len(refused) > 10:
        reasons.append("many users are refused")
    return reasons


def end_of_sync(round_: Round) -> list[Violation]:
    """The exit status, the row and the world agree."""
    found = []
    error = str((round_.row or {}).get("error_message") or round_.last_words)
    if round_.status is None and not round_.was_killed:
        found.append(Violation("hung", f"the sync did not end; its row is {round_.state}"))
    if round_.was_killed or round_.status is None:
        return found
    if round_.state in ("RUNNING", "PROCESSING"):
        found.append(Violation("row-left-running", f"the sync ended with {round_.status}, its row is {round_.state}"))
    if (round_.status == 0) != (round_.state == "COMPLETED"):
        found.append(Violation("status-disagrees", f"the sync ended with {round_.status}, its row is {round_.state}: {error}"))
    if round_.state != "COMPLETED" and not reasons_to_fail(round_):
        found.append(Violation("failed-without-reason", f"exit status {round_.status}, {round_.state}: {error}"))
    return found


def completed(round_: Round) -> list[Violation]:
    """What COMPLETED promises, also when a redrive completed the sync."""
    if (round_.later_state or round_.state) != "COMPLETED":
        return []
    found = []
    faults = model.table_faults(expected(round_), round_.after)
    if faults:
        kind = "refused-row-wrong" if round_.refusals else "table-differs"
        found.append(Violation(kind, f"{len(faults)} rows, among them: " + "; ".join(faults[:3])))
    reading, settings = round_.reading, round_.settings
    for stranger in model.strangers(reading, round_.history, round_.after)[:3]:
        found.append(Violation("stranger", stranger))
    if round_.later_state:
        return found
    if reading.whole is Whole.NO:
        found.append(Violation("cut-completed", "the body's JSON does not end, and the sync is COMPLETED"))
    if round_.last_received and len(reading.records) < 0.75 * round_.last_received:
        found.append(Violation("too-few-completed", f"{len(reading.records)} records, {round_.last_received} last time"))
    if settings.soft_delete and round_.missing_percent > 1.3 * settings.missing_max_percent + 1:
        found.append(Violation("guard-passed", f"{round_.missing_percent:.0f}% missing, {settings.missing_max_percent}% allowed"))
    if reading.has_damage and not round_.rejects:
        found.append(Violation("silent-damage", "the body is damaged, and nothing is on record"))
    return found + counters(round_)


def counters(round_: Round) -> list[Violation]:
    """The counters of a completed sync add up, and agree with ledger, rejects and stream."""
    found = []
    received = round_.number_of("received")
    parts = {name: round_.number_of(name) for name in ("inserted", "updated", "unchanged", "duplicates", "refused")}
    if received != sum(parts.values()):
        found.append(Violation("counters", f"received {received} is not the sum of {parts}"))
    if received != len(round_.reading.records):
        found.append(Violation("received", f"received {received}, the stream has {len(round_.reading.records)} sound records"))
    if round_.number_of("rejected") != round_.rejects:
        found.append(Violation("rejects", f"rejected {round_.number_of('rejected')}, {round_.rejects} on record"))
    sent, applied = round_.number_of("batches_sent"), round_.number_of("batches_applied")
    if not round_.is_forged and not sent == applied == round_.ledger:
        found.append(Violation("ledger", f"{sent} batches sent, {applied} applied, {round_.ledger} in the ledger"))
    return found


def marks(round_: Round) -> list[Violation]:
    """A user is marked as deleted only when the settings allow it and two complete streams in a row did not name it."""
    found = []
    for name in sorted(round_.after):
        if not round_.is_marked(name):
            continue
        if name in round_.truth:
            found.append(Violation("live-user-marked", f"{name!r} is marked as deleted, and the source names it"))
        elif not round_.settings.soft_delete:
            found.append(Violation("marked-though-keep", f"{name!r} is marked as deleted"))
        elif name not in round_.history.missed:
            found.append(Violation("marked-after-one-sync", f"{name!r} is marked as deleted, and the stream before named it"))
        elif round_.state != "COMPLETED" and round_.ledger < round_.number_of("batches_sent"):
            # Whatever ended it: before every batch is applied, it marks nobody.
            lacking = f"{round_.ledger} of {round_.number_of('batches_sent')} batches"
            found.append(Violation("marked-too-early", f"{name!r} is marked as deleted by a sync that is {round_.state} and has applied {lacking}"))
    return found[:3]


def writes(round_: Round) -> list[Violation]:
    """Nothing is written twice, and a row that stays as it is keeps its version."""
    found = []
    counts: dict[str, int] = {}
    for record in round_.reading.records:
        counts[record.name] = counts.get(record.name, 0) + 1
    # Leftovers of an earlier sync may have changed a row and been corrected; several records of one user may take turns.
    excluded = round_.history.foreign | {each.name for each in round_.history.leftovers} | round_.reading.unsure
    plain = {name for name, count in counts.items() if count == 1} - excluded
    seen: set[tuple[str, str, int | None]] = set()
    for write in round_.writes:
        if not write.role.startswith("user_sync") or write.name not in plain:
            continue
        if (write.name, write.after, write.sync_id) in seen:
            found.append(Violation("written-twice", f"{write.name!r} was written twice as {write.after}"))
        seen.add((write.name, write.after, write.sync_id))
    for name in sorted(plain):
        before, after = round_.history.before.get(name), round_.after.get(name)
        if before and after and before.same(after) and before.version != after.version:
            found.append(Violation("unchanged-row-written", f"{name!r} has a new version and says the same"))
    return found[:3]


def expected(round_: Round) -> Expectation:
    """The model's expectation, with rows that the database was made to refuse left as they were or as they are."""
    expectation = model.expect(round_.reading, round_.history, round_.settings)
    # Told apart as marks.
    for name in [name for name in expectation.allowed if round_.is_marked(name)]:
        del expectation.allowed[name]
    for name in round_.refusals:
        if name in expectation.refused or round_.may_refuse_any:
            expectation.allowed.pop(name, None)
    return expectation


def settled(second: Round) -> list[Violation]:
    """After two syncs without faults nothing is left to do: the second wrote only marks, and all vanished users are marked."""
    found = []
    for write in second.writes:
        if write.role.startswith("user_sync") and not second.is_marked(write.name):
            found.append(Violation("second-sync-wrote", f"{write.name!r} was {write.before}, is {write.after}"))
    if second.settings.soft_delete and second.state == "COMPLETED":
        gone = [name for name, row in second.after.items() if not row.deleted and name not in second.reading.names]
        found += [Violation("missing-not-marked", f"{name!r} has vanished and is live") for name in sorted(gone)]
    return found[:3]
