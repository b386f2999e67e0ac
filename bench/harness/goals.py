"""The goals: ratios within one run, and bounds that do not depend on how fast the machine is. Medians of the rounds are judged."""

from dataclasses import dataclass

MB = 1 << 20
KB = 1 << 10
# Below so many users, starting and ending is most of what a run takes.
FEWEST_USERS = 100_000
# What a worker or the orchestrator may take, at the first size; and so much more at the largest.
MOST_MEMORY, MORE_MEMORY = 64, 1.1
# The goals of a sync at the source's pace are for ten minutes of it.
PACE_SECONDS = 600


@dataclass
class Goal:
    """`found` and `holds` are none when the runs at hand cannot tell."""

    text: str
    bound: str
    found: str | None = None
    holds: bool | None = None

    @property
    def verdict(self):
        return {True: "holds", False: "FAILS", None: "not measured"}[self.holds]


def at_least(text, bound, value, shown="{:.2f}"):
    return Goal(text, f"at least {bound:g}", *judged(value, shown, value is not None and value >= bound))


def at_most(text, bound, value, shown="{:.2f}", unit="", *, strictly=False):
    holds = value is not None and (value < bound if strictly else value <= bound)
    return Goal(text, f"{'under' if strictly else 'at most'} {bound:g}{unit}", *judged(value, shown + unit, holds))


def judged(value, shown, holds):
    return (None, None) if value is None else (shown.format(value), holds)


def over(run, other, figure=lambda run: run.rate):
    """The ratio of a figure of two runs; none when one of them did not take place."""
    return None if run is None or other is None else figure(run) / max(figure(other), 1e-9)


def evaluate(results):
    """All goals, in a fixed order. --check judges exactly these."""
    return [*against_peers(results.part("peers")), *resync(results), *memory(results), *growth(results.part("sizes")),
            *pace(results.part("pace")), *releases(results)]


def against_peers(peers):
    fresh = peers.find("user-sync", "fresh")
    script = peers.find("script", "fresh")

    def speed(name):
        return over(fresh, peers.find(name, "fresh"))

    yield at_least("fresh: users/s, over COPY and merge by hand", 1.1, speed("by-hand"))
    yield at_least("fresh: users/s, over the Python script", 2, speed("script"))
    yield at_most("fresh: CPU outside PostgreSQL, SQS server and source, over the script's", 0.18,
                  over(fresh, script, lambda run: run.cpu()))
    yield at_least("fresh: users/s, over dlt", 7, speed("dlt"))
    yield at_least("fresh: users/s, over sling", 2, speed("sling"))
    yield at_least("fresh: users/s, over the Singer target", 10, speed("singer"))


def resync(results):
    peers, sizes = results.part("peers"), results.part("sizes")
    fresh, changed = peers.find("user-sync", "fresh"), peers.find("user-sync", "changed")
    yield at_least("nothing changed: times as fast as fresh", 5.5, over(peers.find("user-sync", "unchanged"), fresh))
    for factor in (5, 10):
        users = factor * smallest(sizes)
        yield at_least(f"the same with {factor} times the users", 5.5,
                       over(sizes.find("user-sync", "unchanged", users), sizes.find("user-sync", "fresh", users)))
    measured = changed is not None and changed.rows
    yield at_most("1% changed, after a checkpoint: WAL per changed row", 7, changed.wal / changed.rows / KB if measured else None,
                  "{:.1f}", " KB")
    yield at_least("1% changed: percent of the changed rows that stay on their page (HOT)", 95,
                   100 * changed.hot / changed.rows if measured else None, "{:.1f}")


def memory(results):
    peers, sizes = results.part("peers"), results.part("sizes")
    for contender, mode in (("user-sync", "delta"), ("user-sync-full", "full")):
        yield peak(f"peak memory of each process, {mode} mode: fresh, nothing changed, 1% changed", MOST_MEMORY,
                   [peers.rounds_of(contender, scenario) for scenario in ("fresh", "unchanged", "changed")])
    largest = 10 * smallest(sizes)
    yield peak("the same with 10 times the users, both modes", MOST_MEMORY * MORE_MEMORY,
               [[run for run in sizes.rounds_of("user-sync", scenario) if run.users == largest]
                for scenario in ("fresh", "unchanged", "changed", "full")])


def peak(text, bound, scenarios):
    """Of each scenario the median of its rounds' peaks; the largest of these counts. A scenario that is missing is not measured."""
    found = [sorted(run.peak() for run in rounds) for rounds in scenarios if rounds]
    goal = Goal(text, f"at most {bound:g} MB")
    if not found:
        return goal
    middle = max((peaks[(len(peaks) - 1) // 2] + peaks[len(peaks) // 2]) / 2 for peaks in found) / MB
    goal.found = f"{middle:.0f} MB, in the worst round {max(max(peaks) for peaks in found) / MB:.0f} MB"
    if len(found) == len(scenarios) or middle > bound:
        goal.holds = middle <= bound
    return goal


def smallest(sizes):
    return min((run.users for run in sizes.runs), default=0)


def growth(sizes):
    for scenario, name in (("fresh", "fresh"), ("unchanged", "nothing changed")):
        small, large = (sizes.find("user-sync", scenario, factor * smallest(sizes)) for factor in (1, 10))
        yield at_most(f"{name}: time per user with 10 times the users, over that with one", 1.2, over(small, large))


def pace(part):
    """A sync at pace mostly waits: what it takes meanwhile is bounded by the first measured figures and a quarter more."""
    run = part.find("user-sync", "pace")
    whole = run if run and run.users >= PACE_USERS else None
    yield at_most("at the source's pace: seconds from its last byte to the end", 0.5, run and run.lag, "{:.2f}", " s", strictly=True)
    yield at_most("ten minutes of it, 2% changed: CPU of orchestrator and workers", PACE_CPU, whole and whole.cpu(), "{:.1f}", " s")
    yield at_most("ten minutes of it: SQS requests, waiting polls included", PACE_REQUESTS, whole and whole.traffic.requests, "{:.0f}")
    yield at_most("ten minutes of it: dollars on AWS, without the database", PACE_DOLLARS, whole and whole.dollars, "{:.4f}")


PACE_USERS = PACE_SECONDS * 1000
# First measured, on a busy machine: 2.6 s, 501 requests, 0.032 dollars.
PACE_CPU, PACE_REQUESTS, PACE_DOLLARS = 3.3, 630, 0.04


def releases(results):
    """Only when `--against` named an earlier build: at most 3% more time than it took."""
    part = results.parts.get("against")
    for scenario, name in (("fresh", "fresh"), ("unchanged", "nothing changed")) if part else ():
        yield at_most(f"{name}: time over that of the earlier build", 1.03,
                      over(part.find("before", scenario), part.find("user-sync", scenario)), "{:.3f}")


def watched(results):
    """Bounds from earlier rounds of work. They are shown, and decide nothing."""
    peers = results.part("peers")
    fresh, unchanged, changed = (peers.find("user-sync", name) for name in ("fresh", "unchanged", "changed"))
    parser, simdjson, python = (peers.find(name, "limit") for name in ("parser", "simdjson", "python-json"))
    yield at_most("nothing changed: WAL", 5, unchanged and unchanged.wal / MB, "{:.1f}", " MB", strictly=True)
    yield at_most("nothing changed: SQS requests", 20, unchanged and unchanged.traffic.requests, "{:.0f}", strictly=True)
    yield at_most("1% changed: time over nothing changed", 1.5, over(unchanged, changed))
    yield at_most("fresh: orchestrator's CPU for a million users", 3,
                  fresh and fresh.usage["user-sync"].cpu * 1e6 / fresh.users, "{:.1f}", " s", strictly=True)
    yield at_least("parser: users/s, over simdjson", 0.5, over(parser, simdjson))
    yield at_least("parser: users/s, over Python's json", 8, over(parser, python))
    yield at_most("signing 128 KB: cost over its SHA-256", 1.1, peers.signing)
