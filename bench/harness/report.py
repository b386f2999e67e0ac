"""What a run prints: the blocks of the documents, and the goals."""

import os
import platform
from pathlib import Path

from . import goals
from .blocks import BLOCKS, OF_PART


def machine(postgres_version):
    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, PostgreSQL {postgres_version}"


def print_part(name, results):
    for block in OF_PART[name]:
        print("\n".join(["", f"## {name}: {block}", "", *BLOCKS[block](results)]), flush=True)


def print_goals(results):
    """Prints each goal with its figure; whether at least one was measured and none fails."""
    print("\nGoals\n")
    print_each(found := list(goals.evaluate(results)))
    print("\nBounds of earlier rounds of work; they decide nothing\n")
    print_each(goals.watched(results))
    held, failed = (sum(goal.holds is value for goal in found) for value in (True, False))
    print(f"\n{held} of {len(found)} goals hold, {failed} fail, {len(found) - held - failed} were not measured")
    return held > 0 and failed == 0


def print_each(some):
    for goal in some:
        print(f"  {goal.verdict:<12}  {goal.text}: {goal.found or '-'} (goal: {goal.bound})")
