"""Finds a shorter plan that still breaks the same promise, by leaving things out one after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from .plan import Plan, SyncPlan

PARTS = ("faults", "afterwards", "damages", "attempts", "changes")
COUNTS = ("ties", "duplicates", "junk")


def shorter(plan: Plan) -> Iterator[Plan]:
    """All plans that lack one thing, the largest things first."""
    for index in range(len(plan.syncs)):
        if len(plan.syncs) > 1:
            yield replace(plan, syncs=plan.syncs[:index] + plan.syncs[index + 1 :])
    for index, sync in enumerate(plan.syncs):
        for changed in _shorter_syncs(sync):
            yield replace(plan, syncs=[*plan.syncs[:index], changed, *plan.syncs[index + 1 :]])


def _shorter_syncs(sync: SyncPlan) -> Iterator[SyncPlan]:
    for part in PARTS:
        items = getattr(sync, part)
        for index in range(len(items)):
            yield replace(sync, **{part: items[:index] + items[index + 1 :]})
    for name in COUNTS:
        if getattr(sync, name):
            without: dict[str, Any] = {name: 0}
            yield replace(sync, **without)


def shrink(plan: Plan, still_fails: Callable[[Plan], bool], tell: Callable[[str], None]) -> Plan:
    """The shortest plan that one pass after the other reaches."""
    found = True
    while found:
        found = False
        for candidate in shorter(plan):
            if still_fails(candidate):
                plan, found = candidate, True
                tell(f"shorter: {len(plan.syncs)} syncs, {sum(len(getattr(each, part)) for each in plan.syncs for part in PARTS)} parts")
                break
    return plan
