"""The tables that a run prints."""

import os
import platform
from pathlib import Path

from .contenders import CONTENDERS
from .measurement import SCENARIOS

MB = 1 << 20
LIMITS = {
    "curl": "curl to nowhere", "parser": "our parser alone, one core", "simdjson": "simdjson alone, one core",
    "python-json": "Python's json alone, one core",
}


def machine(postgres_version):
    model = next((line.partition(":")[2].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    return f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB; PostgreSQL {postgres_version}; Python {platform.python_version()}"


def table(headers, rows):
    """A Markdown table that can also be read as it is."""
    rows = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in [headers, *rows]) for column in range(len(headers))]
    lines = [headers, ["-" * width for width in widths], *rows]
    return "\n".join("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in lines)


def number(value):
    return f"{value:,.0f}".replace(",", " ")


def cpu_by_process(run):
    """CPU seconds, workers added up, the largest first."""
    seconds = {}
    for name, usage in run.usage.items():
        group = "workers" if name.startswith("worker") else "main" if name == run.contender else name
        seconds[group] = seconds.get(group, 0) + usage.cpu
    return ", ".join(f"{name} {value:.1f}" for name, value in sorted(seconds.items(), key=lambda item: -item[1]) if value >= 0.05)


def peaks(run):
    """Peak memory of the contender's own processes."""
    main = run.usage[run.contender].peak
    workers = [usage.peak for name, usage in run.usage.items() if name.startswith("worker")]
    return f"{main / MB:.0f} MB" + (f", workers {max(workers) / MB:.0f} MB" if workers else "")


def print_scenario(scenario, runs):
    print(f"\n{SCENARIOS[scenario]}: {number(runs[0].users)} users\n")
    headers = ["", "users/s", "seconds", "CPU seconds", "peak memory", "WAL", "SQS requests", "SQS bytes"]
    if scenario == "paced":
        headers.append("lag after last byte")
    rows = []
    for run in runs:
        row = [CONTENDERS[run.contender].title, number(run.rate), f"{run.seconds:.2f}", cpu_by_process(run), peaks(run),
               f"{run.wal / MB:.1f} MB", run.traffic and number(run.traffic.requests) or "-",
               run.traffic and f"{run.traffic.bytes / MB:.1f} MB" or "-"]
        if scenario == "paced":
            row.append("-" if run.lag is None else f"{run.lag:.2f} s")
        rows.append(row)
    print(table(headers, rows))


def print_limits(runs, signing):
    print("\nRaw limits\n")
    rows = [[LIMITS[run.contender], number(run.rate), f"{run.seconds:.2f}"] for run in runs]
    print(table(["", "users/s", "seconds"], rows))
    if signing:
        print(f"\nSigning a request of 128 KB costs {signing:.3f} times its SHA-256.")


def print_goals(goals):
    print("\nGoals\n")
    for goal in goals:
        print(f"  {'holds' if goal.holds else 'FAILS'}  {goal.text}: {goal.found}")
    holding = sum(goal.holds for goal in goals)
    print(f"\n{holding} of {len(goals)} goals hold")
    return holding == len(goals)
