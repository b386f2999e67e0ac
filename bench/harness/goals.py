"""The goals: ratios within one run, and bounds that do not depend on how fast the machine is."""

from dataclasses import dataclass

MB = 1 << 20


@dataclass
class Goal:
    text: str
    found: str
    holds: bool


class Results:
    """The medians by contender and scenario; what was not run is none."""

    def __init__(self, medians, signing=None):
        self.medians = {(run.contender, run.scenario): run for run in medians}
        self.signing = signing

    def get(self, contender, scenario):
        return self.medians.get((contender, scenario))

    def limit(self, name):
        run = self.get(name, "limit")
        return run and run.rate


def ratio(text, value, bound, *, at_least=True):
    holds = value >= bound if at_least else value <= bound
    return Goal(text, f"{value:.2f} (goal: {'at least' if at_least else 'at most'} {bound:g})", holds)


def below(text, value, bound, unit):
    return Goal(text, f"{value:.1f} {unit} (goal: under {bound:g})", value < bound)


def evaluate(results):
    """The goals that the runs at hand can tell of."""
    goals = []
    fresh, unchanged, changed = (results.get("user-sync", name) for name in ("fresh", "unchanged", "changed"))
    paced = results.get("user-sync", "paced")
    by_hand, script, dlt, sling, singer = (
        results.get(name, "fresh") for name in ("by-hand", "script", "dlt", "sling", "singer"))
    parser, simdjson, python = (results.limit(name) for name in ("parser", "simdjson", "python-json"))
    if fresh and by_hand:
        goals.append(ratio("fresh: users/s over COPY + merge by hand", fresh.rate / by_hand.rate, 1))
    if fresh and script:
        goals.append(ratio("fresh: users/s over the Python script", fresh.rate / script.rate, 1.8))
        goals.append(ratio("fresh: CPU outside PostgreSQL, SQS server and source, over the script's",
                           fresh.cpu() / max(script.cpu(), 1e-9), 0.2, at_least=False))
    if fresh and dlt:
        goals.append(ratio("fresh: users/s over dlt", fresh.rate / dlt.rate, 7))
    if fresh and sling:
        goals.append(ratio("fresh: users/s over sling", fresh.rate / sling.rate, 2))
    if fresh and singer:
        goals.append(ratio("fresh: users/s over the Singer target", fresh.rate / singer.rate, 10))
    if fresh and unchanged:
        goals.append(ratio("nothing changed: times as fast as fresh", fresh.seconds / unchanged.seconds, 5))
        goals.append(below("nothing changed: WAL", unchanged.wal / MB, 5, "MB"))
        goals.append(below("nothing changed: SQS requests", unchanged.traffic.requests, 20, "requests"))
    if unchanged and changed:
        goals.append(ratio("1% changed: time over nothing changed", changed.seconds / unchanged.seconds, 1.5, at_least=False))
    if parser and simdjson:
        goals.append(ratio("parser: users/s over simdjson", parser / simdjson, 0.5))
    if parser and python:
        goals.append(ratio("parser: users/s over Python's json", parser / python, 8))
    if results.signing:
        goals.append(ratio("signing 128 KB: cost over its SHA-256", results.signing, 1.1, at_least=False))
    if paced and paced.lag is not None:
        goals.append(below("at the source's pace: lag after the last byte", paced.lag, 2, "s"))
    if fresh:
        peak = max(usage.peak for name, usage in fresh.usage.items() if name == "user-sync" or name.startswith("worker"))
        goals.append(below("fresh: peak memory of each process", peak / MB, 64, "MB"))
        goals.append(below("fresh: orchestrator CPU for 1M users", fresh.usage["user-sync"].cpu * 1e6 / fresh.users, 3, "s"))
    return goals
